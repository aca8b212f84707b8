//! What matchers ask of changes of keys and constraints.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::answer::Answer;
use crate::catalog::ForeignKey;
use crate::change::{
    AddCheck, AddForeignKey, AddPrimaryKey, DropConstraint, Identity, ReferentialAction, SchemaChange,
    ValidateConstraint,
};
use crate::effect::expression;
use crate::effect::fact::{Fact, Verdict};
use crate::effect::subject::Subject;
use crate::yaml::OneOf;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddPrimaryKeyMatch {
    using_index: Option<bool>,
    /// One of its columns accepts NULL until now.
    nullable: Option<bool>,
}

impl AddPrimaryKeyMatch {
    pub fn matches(&self, change: &AddPrimaryKey, subject: &Subject<'_>) -> Verdict {
        let engine = subject.catalog.engine();
        let columns = match change.using_index.as_deref().and_then(|name| subject.table()?.index(name, engine)) {
            Some(index) => index.definition.columns().map(str::to_owned).collect(),
            None => change.columns.clone(),
        };
        let is_nullable = |column: &String| {
            let known = subject.table()?.column(column, engine)?;
            Some(known.definition.is_nullable)
        };
        let is_nullable = if columns.is_empty() {
            Answer::Unknown
        } else {
            Answer::any(columns.iter().map(|column| Answer::from(is_nullable(column))))
        };
        Verdict::all([
            Verdict::certainly(self.using_index, change.using_index.is_some()),
            Verdict::whether(self.nullable, is_nullable, "whether the key's columns are NOT NULL"),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropPrimaryKeyMatch {
    /// The engine numbers the key's column, and needs the key for that.
    auto_increment: Option<bool>,
}

impl DropPrimaryKeyMatch {
    pub fn matches(&self, subject: &Subject<'_>) -> Verdict {
        let numbered = subject.table_lists(|table| {
            table.columns.iter().any(|column| column.definition.identity == Some(Identity::AutoIncrement))
        });
        Verdict::whether(self.auto_increment, numbered, "whether the key's column has AUTO_INCREMENT")
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddForeignKeyMatch {
    not_valid: Option<bool>,
    /// The rows are checked: `foreign_key_checks` (MySQL family) or `PRAGMA foreign_keys` (SQLite) is on.
    checked: Option<bool>,
    /// The table that it refers to stood before the batch.
    referenced_in_use: Option<bool>,
    /// Its columns are new, accept NULL and have no default, so no row refers to anything yet.
    over_empty_columns: Option<bool>,
    /// All of its columns stood before the batch, so that running code may write them.
    columns_in_use: Option<bool>,
    /// An index of its table, or the primary key, begins with its columns.
    indexed: Option<bool>,
    /// ON DELETE CASCADE.
    cascades: Option<bool>,
    /// A foreign key over the same columns to the same table is known to have stood when the batch began, so that running
    /// code obeys it.
    stood: Option<bool>,
}

impl AddForeignKeyMatch {
    pub fn matches(&self, change: &AddForeignKey, subject: &Subject<'_>) -> Verdict {
        let referenced_in_use = subject.catalog.is_in_use(&change.foreign_key.to_table);
        let engine = subject.catalog.engine();
        let is_empty = |name: &String| {
            subject.table().and_then(|table| table.column(name, engine)).is_some_and(|column| {
                let definition = &column.definition;
                let has_default =
                    !matches!(definition.default, crate::change::Default::None | crate::change::Default::Null);
                !column.stood_before_batch && definition.is_nullable && !has_default
            })
        };
        let over_empty_columns = change.foreign_key.columns.iter().any(is_empty);
        let columns = change.foreign_key.columns.iter();
        let columns_in_use = Answer::all(columns.map(|name| subject.catalog.is_column_in_use(&change.table, name)));
        let is_it = |standing: &ForeignKey| {
            let (old, new) = (&standing.definition, &change.foreign_key);
            old.columns == new.columns && old.to_table == new.to_table && old.to_columns == new.to_columns
        };
        let stood = subject.table_before_batch().is_some_and(|table| table.foreign_keys.iter().any(is_it));
        let is_checked = subject.checks_foreign_keys();
        Verdict::all([
            Verdict::certainly(self.not_valid, change.is_not_valid),
            Verdict::certainly(self.stood, stood),
            Verdict::whether(self.indexed, is_indexed(change, subject), "whether an index begins with its columns"),
            Verdict::certainly(self.cascades, change.foreign_key.on_delete == Some(ReferentialAction::Cascade)),
            Verdict::whether(self.checked, is_checked, "whether foreign keys are checked"),
            Verdict::whether(self.referenced_in_use, referenced_in_use, "whether the table it refers to is in use"),
            Verdict::whether(self.over_empty_columns, over_empty_columns, "whether its columns are new and empty"),
            Verdict::whether(self.columns_in_use, columns_in_use, "whether running code writes its columns"),
        ])
    }
}

fn is_indexed(change: &AddForeignKey, subject: &Subject<'_>) -> Answer {
    let columns: Vec<&str> = change.foreign_key.columns.iter().map(String::as_str).collect();
    subject.table_lists(|table| {
        let primary = table.primary_key.iter().map(String::as_str).collect::<Vec<_>>();
        let full = table.indexes.iter().filter(|index| index.definition.condition.is_none());
        primary.starts_with(&columns)
            || full.map(|index| index.definition.columns().collect::<Vec<_>>()).any(|index| index.starts_with(&columns))
    })
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddCheckMatch {
    not_valid: Option<bool>,
    /// It names a column that stood before the batch, so that running code may write it.
    columns_in_use: Option<bool>,
}

impl AddCheckMatch {
    pub fn matches(&self, change: &AddCheck, subject: &Subject<'_>) -> Verdict {
        let columns_in_use = match subject.table() {
            Some(table) if !table.is_partial => {
                let mut standing = table.columns.iter().filter(|column| column.stood_before_batch);
                standing.any(|column| expression::names(&change.condition, &column.definition.name)).into()
            }
            _ => subject.table_in_use(),
        };
        Verdict::all([
            Verdict::certainly(self.not_valid, change.is_not_valid),
            Verdict::whether(self.columns_in_use, columns_in_use, "whether running code writes its columns"),
        ])
    }
}

/// What goes by a constraint's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ConstraintKind {
    ForeignKey,
    Check,
    Unique,
    PrimaryKey,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ValidateConstraintMatch {
    kind: Option<OneOf<ConstraintKind>>,
    /// The transaction that is open added it, and so still holds the lock for that.
    in_the_transaction_that_added_it: Option<bool>,
}

impl ValidateConstraintMatch {
    pub fn matches(&self, change: &ValidateConstraint, subject: &Subject<'_>) -> Verdict {
        let added_here = subject.session.added_not_valid(&change.table, &change.name)
            || subject.siblings().any(|sibling| adds(sibling, &change.name));
        Verdict::all([
            Verdict::among(self.kind.as_ref(), &kind(&change.name, subject), "what kind of constraint it is"),
            Verdict::whether(self.in_the_transaction_that_added_it, added_here, "what the transaction did before"),
        ])
    }
}

fn adds(change: &SchemaChange, name: &str) -> bool {
    match change {
        SchemaChange::AddForeignKey(add) => add.foreign_key.name.as_deref() == Some(name),
        SchemaChange::AddCheck(add) => add.name.as_deref() == Some(name),
        _ => false,
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropConstraintMatch {
    kind: Option<OneOf<ConstraintKind>>,
    /// It is known to be a foreign key that deletes or empties rows with those they refer to.
    cascades: Option<bool>,
    cascade: Option<bool>,
}

impl DropConstraintMatch {
    pub fn matches(&self, change: &DropConstraint, subject: &Subject<'_>) -> Verdict {
        let key = subject.table().and_then(|table| table.foreign_key(&change.name, subject.catalog.engine()));
        let cascades = key.is_some_and(|key| {
            matches!(key.definition.on_delete, Some(ReferentialAction::Cascade | ReferentialAction::SetNull))
        });
        Verdict::all([
            Verdict::among(self.kind.as_ref(), &kind(&change.name, subject), "what kind of constraint it is"),
            Verdict::certainly(self.cascades, cascades),
            Verdict::certainly(self.cascade, change.cascade),
        ])
    }
}

fn kind(name: &str, subject: &Subject<'_>) -> Fact<ConstraintKind> {
    let engine = subject.catalog.engine();
    let Some(table) = subject.table() else { return any_kind() };
    if table.foreign_key(name, engine).is_some() {
        Fact::known(ConstraintKind::ForeignKey)
    } else if table.check(name, engine).is_some() {
        Fact::known(ConstraintKind::Check)
    } else if table.index(name, engine).is_some() {
        Fact::known(ConstraintKind::Unique)
    } else if name == format!("{}_pkey", table.name.name) {
        Fact::known(ConstraintKind::PrimaryKey)
    } else {
        any_kind()
    }
}

fn any_kind() -> Fact<ConstraintKind> {
    Fact::one_of([
        ConstraintKind::ForeignKey,
        ConstraintKind::Check,
        ConstraintKind::Unique,
        ConstraintKind::PrimaryKey,
    ])
}
