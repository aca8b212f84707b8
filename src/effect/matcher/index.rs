//! What matchers ask of changes of indexes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer::Answer;
use crate::catalog;
use crate::change::{AddIndex, DropIndex, IndexKind, IndexPart, RenameIndex, SchemaChange};
use crate::effect::fact::{Fact, Verdict};
use crate::effect::subject::Subject;
use crate::engine::Engine;
use crate::yaml::OneOf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum KindName {
    Btree,
    Fulltext,
    Spatial,
    Vector,
    Other,
}

impl From<&IndexKind> for KindName {
    fn from(kind: &IndexKind) -> Self {
        match kind {
            IndexKind::Btree => Self::Btree,
            IndexKind::Fulltext => Self::Fulltext,
            IndexKind::Spatial => Self::Spatial,
            IndexKind::Vector => Self::Vector,
            IndexKind::Other(_) => Self::Other,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddIndexMatch {
    unique: Option<bool>,
    kind: Option<OneOf<KindName>>,
    concurrent: Option<bool>,
    /// A UNIQUE constraint rather than an index alone.
    constraint: Option<bool>,
    using_index: Option<bool>,
    /// It goes over an expression.
    computed: Option<bool>,
    /// Another FULLTEXT index is made in the same statement.
    second_fulltext: Option<bool>,
    if_not_exists: Option<bool>,
    /// IF NOT EXISTS, and it is known to stand.
    already_there: Option<bool>,
    /// A key that is known to stand, or to have stood when the batch began, allows no more than this one: it goes over the
    /// same columns, or some of them.
    already_unique: Option<bool>,
    /// An index that is known to stand begins with the same columns, and is of the same kind.
    redundant: Option<bool>,
    /// One of its columns is new and running code cannot write duplicates there: it gets NULL, or is required, so that
    /// INSERTs without it fail anyhow.
    over_new_column: Option<bool>,
}

impl AddIndexMatch {
    pub fn matches(&self, change: &AddIndex, subject: &Subject<'_>) -> Verdict {
        let index = &change.index;
        let is_computed = index.parts.iter().any(|part| matches!(part, IndexPart::Expression(_)));
        let second_fulltext = subject
            .siblings()
            .any(|sibling| matches!(sibling, SchemaChange::AddIndex(other) if other.index.kind == IndexKind::Fulltext));
        Verdict::all([
            Verdict::whether(self.unique, index.is_unique, "whether the index is unique"),
            Verdict::among(self.kind.as_ref(), &Fact::known(KindName::from(&index.kind)), "the index's kind"),
            Verdict::certainly(self.concurrent, change.is_concurrent),
            Verdict::whether(self.constraint, change.is_constraint, "whether it is a constraint"),
            Verdict::certainly(self.using_index, change.using_index.is_some()),
            Verdict::whether(self.computed, is_computed, "whether the index is computed"),
            Verdict::whether(self.second_fulltext, second_fulltext, "what else the statement does"),
            Verdict::certainly(self.if_not_exists, change.if_not_exists),
            Verdict::certainly(self.already_there, already_there(change, subject)),
            Verdict::certainly(
                self.already_unique,
                self.already_unique.is_some() && change.using_index.is_none() && standing_key(subject).is_some(),
            ),
            Verdict::certainly(self.redundant, subject.table().is_some_and(|table| is_redundant(change, table))),
            Verdict::whether(
                self.over_new_column,
                over_new_column(change, subject),
                "whether one of its columns is new",
            ),
        ])
    }
}

fn already_there(change: &AddIndex, subject: &Subject<'_>) -> bool {
    let stands =
        |name: &str| subject.table().is_some_and(|table| table.index(name, subject.catalog.engine()).is_some());
    change.if_not_exists && change.index.name.as_deref().is_some_and(stands)
}

/// Whether a standing index serves whoever the new one would. A unique index also refuses, so it is never redundant.
fn is_redundant(change: &AddIndex, table: &catalog::Table) -> bool {
    let new = &change.index;
    let is_plain = |index: &crate::change::Index| {
        index.kind == IndexKind::Btree && index.condition.is_none() && index.columns().count() == index.parts.len()
    };
    let begins = |columns: Vec<&str>| columns.starts_with(&new.columns().collect::<Vec<_>>());
    let standing = table.indexes.iter().map(|index| &index.definition);
    !new.is_unique
        && is_plain(new)
        && new.included.is_empty()
        && (begins(table.primary_key.iter().map(String::as_str).collect())
            || standing.filter(|index| is_plain(index)).any(|index| begins(index.columns().collect())))
}

/// The unique key that refuses all that the new one would: it goes over the same columns, or some of them. One that stood
/// when the batch began counts, for that is what running code knows.
pub fn standing_key<'a>(subject: &Subject<'a>) -> Option<(&'a catalog::Table, &'a str)> {
    let SchemaChange::AddIndex(change) = &subject.change.what else { return None };
    let tables = [subject.table(), subject.table_before_batch()];
    tables
        .into_iter()
        .flatten()
        .find_map(|table| Some((table, key_as_narrow(change, table, subject.catalog.engine())?)))
}

fn key_as_narrow<'a>(change: &AddIndex, table: &'a catalog::Table, engine: Engine) -> Option<&'a str> {
    if let Some(name) = &change.using_index {
        let index = table.index(name, engine)?;
        return index.definition.is_unique.then_some(index.name.as_str());
    }
    let new: Vec<&str> = change.index.columns().collect();
    let covers = |key: &[&str]| !key.is_empty() && key.iter().all(|column| new.contains(column));
    let primary: Vec<&str> = table.primary_key.iter().map(String::as_str).collect();
    if covers(&primary) {
        return Some(table.primary_key_name.as_deref().unwrap_or("PRIMARY KEY"));
    }
    let mut keys =
        table.indexes.iter().filter(|index| index.definition.is_unique && index.definition.condition.is_none());
    keys.find(|index| covers(&index.definition.columns().collect::<Vec<_>>())).map(|index| index.name.as_str())
}

fn over_new_column(change: &AddIndex, subject: &Subject<'_>) -> Answer {
    let Some(table) = subject.table() else { return Answer::No };
    let engine = subject.catalog.engine();
    let is_safe = |name: &str| {
        table.column(name, engine).is_some_and(|column| {
            let definition = &column.definition;
            let has_value = definition.generated.is_some()
                || definition.identity.is_some()
                || !matches!(definition.default, crate::change::Default::None | crate::change::Default::Null);
            !column.stood_before_batch && !has_value && (definition.is_nullable || subject.session.is_opened_strict())
        })
    };
    change.index.columns().any(is_safe).into()
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropIndexMatch {
    /// It is known to be unique.
    unique: Option<bool>,
    concurrent: Option<bool>,
    /// A UNIQUE constraint stands on it.
    constraint: Option<bool>,
    /// A foreign key needs it, and no other index would do.
    needed_by_foreign_key: Option<bool>,
}

impl DropIndexMatch {
    pub fn matches(&self, change: &DropIndex, subject: &Subject<'_>) -> Verdict {
        let engine = subject.catalog.engine();
        let standing = subject.table().and_then(|table| table.index(&change.name, engine));
        let is_needed = match standing {
            Some(index) => subject.table_lists(|table| is_needed(index, table, subject)),
            None => Answer::Unknown,
        };
        Verdict::all([
            Verdict::certainly(self.unique, standing.is_some_and(|index| index.definition.is_unique)),
            Verdict::certainly(self.concurrent, change.is_concurrent),
            Verdict::whether(
                self.constraint,
                Answer::from(standing.map(|index| index.is_constraint)),
                "whether a constraint stands on it",
            ),
            Verdict::whether(self.needed_by_foreign_key, is_needed, "whether a foreign key needs the index"),
        ])
    }
}

/// A foreign key needs an index that begins with its columns; the statement may drop the key or add another index too.
fn is_needed(index: &catalog::Index, table: &catalog::Table, subject: &Subject<'_>) -> bool {
    let begins = |columns: &[String], index: Vec<&str>| {
        columns.len() <= index.len()
            && columns.iter().all(|column| index.iter().take(columns.len()).any(|own| own == column))
    };
    let is_dropped = |name: &str| {
        subject.siblings().any(|sibling| matches!(sibling, SchemaChange::DropConstraint(drop) if drop.name == name))
    };
    let added = || {
        subject.siblings().filter_map(|sibling| match sibling {
            SchemaChange::AddIndex(add) => Some(add.index.columns().collect::<Vec<_>>()),
            _ => None,
        })
    };
    table.foreign_keys.iter().filter(|key| !is_dropped(&key.name)).any(|key| {
        let columns = &key.definition.columns;
        let others = table.indexes.iter().filter(|other| other.name != index.name);
        let primary = table.primary_key.iter().map(String::as_str).collect();
        begins(columns, index.definition.columns().collect())
            && !begins(columns, primary)
            && !others
                .map(|other| other.definition.columns().collect())
                .chain(added())
                .any(|other| begins(columns, other))
    })
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RenameIndexMatch {
    /// It names the table: on PostgreSQL that is RENAME CONSTRAINT.
    of_table: Option<bool>,
}

impl RenameIndexMatch {
    pub fn matches(&self, change: &RenameIndex) -> Verdict {
        Verdict::certainly(self.of_table, change.table.is_some())
    }
}
