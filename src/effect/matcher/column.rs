//! What matchers ask of changes of columns, redefinitions apart.

use schemars::JsonSchema;
use serde::Deserialize;

use super::redefinition::default_step;
use super::table::{VIEW_DEPENDS, view_depends};
use crate::answer::Answer;
use crate::catalog::{Check, Table};
use crate::change::{
    AddColumn, ChangeIdentity, Column, Default, DropColumn, Place, RenameColumn, SchemaChange, SetDefault,
};
use crate::effect::expression;
use crate::effect::fact::{Fact, Verdict};
use crate::effect::redefinition::DefaultStep;
use crate::effect::subject::Subject;
use crate::yaml::OneOf;

/// What a row gets that leaves the column out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultKind {
    /// No DEFAULT, or DEFAULT NULL.
    None,
    Literal,
    CurrentTimestamp,
    Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GeneratedKind {
    None,
    Virtual,
    Stored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PlaceKind {
    Last,
    First,
    After,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddColumnMatch {
    nullable: Option<bool>,
    default: Option<OneOf<DefaultKind>>,
    /// The default is computed anew for each row.
    volatile: Option<bool>,
    /// The default calls one of these functions.
    default_calls: Option<OneOf<String>>,
    generated: Option<OneOf<GeneratedKind>>,
    /// `AUTO_INCREMENT`, `serial`, `IDENTITY`.
    identity: Option<bool>,
    unique: Option<bool>,
    primary_key: Option<bool>,
    /// It has an inline REFERENCES.
    references: Option<bool>,
    /// It has an inline CHECK.
    check: Option<bool>,
    /// Its default stands in brackets, which makes an expression of a literal on MySQL.
    default_in_brackets: Option<bool>,
    place: Option<OneOf<PlaceKind>>,
    /// Its type is a domain with a constraint.
    constrained_domain: Option<bool>,
    /// Its type, by its name alone.
    #[serde(rename = "type")]
    type_name: Option<OneOf<String>>,
    if_not_exists: Option<bool>,
    /// IF NOT EXISTS, and it is known to stand.
    already_there: Option<bool>,
    /// IF NOT EXISTS, and it is known to stand with another type, or to accept NULL where this does not, or the reverse.
    already_differs: Option<bool>,
    /// Running code's INSERTs fail that leave a required column out: its connections are opened in strict mode.
    strict: Option<bool>,
    /// Foreign keys are checked: `foreign_key_checks` (MySQL family) or `PRAGMA foreign_keys` (SQLite) is on.
    foreign_keys_checked: Option<bool>,
}

impl AddColumnMatch {
    pub fn matches(&self, change: &AddColumn, subject: &Subject<'_>) -> Verdict {
        let column = &change.column;
        let already_there = change.if_not_exists && definition(subject, &column.name).is_some();
        Verdict::all([
            Verdict::whether(self.nullable, column.is_nullable, "whether the column is nullable"),
            Verdict::among(self.default.as_ref(), &Fact::known(default_kind(&column.default)), "the default"),
            Verdict::certainly(self.default_in_brackets, is_in_brackets(&column.default)),
            Verdict::whether(
                self.volatile,
                is_volatile(&column.default),
                "whether the default differs from row to row",
            ),
            Verdict::whether(
                self.default_calls.as_ref().map(|_| true),
                self.default_calls.as_ref().is_some_and(|names| calls(&column.default, &names.0)),
                "what the default calls",
            ),
            Verdict::among(self.generated.as_ref(), &Fact::known(generated_kind(column)), "whether it is generated"),
            Verdict::whether(self.identity, column.identity.is_some(), "whether the database numbers it"),
            Verdict::whether(self.unique, column.is_unique, "whether the column is unique"),
            Verdict::whether(self.primary_key, column.is_primary_key, "whether it is the primary key"),
            Verdict::whether(self.references, column.references.is_some(), "whether it has REFERENCES"),
            Verdict::whether(self.check, !column.checks.is_empty(), "whether it has a CHECK"),
            Verdict::among(self.place.as_ref(), &Fact::known(place_kind(column)), "where the column goes"),
            Verdict::whether(
                self.constrained_domain,
                expression::is_constrained_domain(&column.column_type, subject.catalog),
                "whether its type is a domain with a constraint",
            ),
            Verdict::among(self.type_name.as_ref(), &Fact::known(column.column_type.name.clone()), "the column's type"),
            Verdict::certainly(self.if_not_exists, change.if_not_exists),
            Verdict::certainly(self.already_there, already_there),
            Verdict::certainly(
                self.already_differs,
                change.if_not_exists
                    && definition(subject, &column.name).is_some_and(|standing| differs(standing, column)),
            ),
            Verdict::certainly(self.strict, subject.session.is_opened_strict()),
            Verdict::whether(
                self.foreign_keys_checked,
                subject.checks_foreign_keys(),
                "whether foreign keys are checked",
            ),
        ])
    }
}

fn differs(standing: &Column, new: &Column) -> bool {
    standing.column_type != new.column_type || standing.is_nullable != new.is_nullable
}

fn is_in_brackets(default: &Default) -> bool {
    match default {
        Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => text.starts_with('('),
        Default::None | Default::Null => false,
    }
}

pub fn default_kind(default: &Default) -> DefaultKind {
    match default {
        Default::None | Default::Null => DefaultKind::None,
        Default::Literal(_) => DefaultKind::Literal,
        Default::CurrentTimestamp(_) => DefaultKind::CurrentTimestamp,
        Default::Expression(_) => DefaultKind::Expression,
    }
}

fn generated_kind(column: &Column) -> GeneratedKind {
    match &column.generated {
        None => GeneratedKind::None,
        Some(generated) if generated.is_stored => GeneratedKind::Stored,
        Some(_) => GeneratedKind::Virtual,
    }
}

fn place_kind(column: &Column) -> PlaceKind {
    match column.place {
        None => PlaceKind::Last,
        Some(Place::First) => PlaceKind::First,
        Some(Place::After(_)) => PlaceKind::After,
    }
}

fn is_volatile(default: &Default) -> Answer {
    match default {
        Default::Expression(text) => expression::is_volatile(text),
        _ => Answer::No,
    }
}

fn calls(default: &Default, names: &[String]) -> bool {
    match default {
        Default::Expression(text) => expression::functions(text).any(|called| names.contains(&called)),
        _ => false,
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropColumnMatch {
    /// An index goes over it.
    indexed: Option<bool>,
    /// It is part of the primary key or of a unique index.
    in_key: Option<bool>,
    /// It is known to be the whole primary key.
    primary_key: Option<bool>,
    /// It is known to be all that a UNIQUE constraint goes over.
    unique_constraint: Option<bool>,
    /// It is part of a foreign key of its table.
    in_foreign_key: Option<bool>,
    /// It is known to be part of a key with other columns, which loses more than this column.
    in_wider_key: Option<bool>,
    /// A generated column is computed from it.
    computed_from: Option<bool>,
    /// A FOREIGN KEY or a CHECK of the table names it, rather than one in its own definition. The catalog does not tell the
    /// two apart.
    in_table_constraint: Option<bool>,
    /// A CHECK names it, and another column of the table.
    checked_with_others: Option<bool>,
    cascade: Option<bool>,
    if_exists: Option<bool>,
    /// It is known to be computed as it is read.
    #[serde(rename = "virtual")]
    is_virtual: Option<bool>,
    /// INSERTs have to set it: it is known to be NOT NULL, nothing fills it, and it is no part of the primary key.
    required: Option<bool>,
    /// Such a column stands; one that is dropped without IF EXISTS must.
    stands: Option<bool>,
    /// A view that is known names it, or all columns of its table.
    view_depends: Option<bool>,
}

impl DropColumnMatch {
    pub fn matches(&self, change: &DropColumn, subject: &Subject<'_>) -> Verdict {
        let column = change.column.as_str();
        let engine = subject.catalog.engine();
        let in_wider_key = |table: &Table| keys(table).any(|key| key.len() > 1 && key.contains(&column));
        let is_primary_key = |table: &Table| table.primary_key.iter().eq([column]);
        let is_unique = |table: &Table| {
            let mut constraints = table.indexes.iter().filter(|index| index.is_constraint);
            constraints.any(|index| index.definition.columns().eq([column]))
        };
        let stands = match subject.table() {
            Some(table) => table.has_column(column, engine),
            None => subject.table_in_use(),
        };
        let stands = stands.or(Answer::from(!change.if_exists && stands == Answer::Unknown));
        Verdict::all([
            Verdict::whether(self.indexed, is_indexed(subject, column), "whether an index goes over the column"),
            Verdict::whether(
                self.in_key,
                subject.table_lists(|table| keys(table).any(|key| key.contains(&column))),
                "whether the column is part of a key",
            ),
            Verdict::certainly(self.primary_key, subject.table().is_some_and(is_primary_key)),
            Verdict::certainly(self.unique_constraint, subject.table().is_some_and(is_unique)),
            Verdict::certainly(self.in_wider_key, subject.table().is_some_and(in_wider_key)),
            Verdict::whether(
                self.in_table_constraint,
                is_constrained(subject, column).and(Answer::Unknown),
                "whether the constraint on the column is of the table",
            ),
            Verdict::whether(
                self.checked_with_others,
                subject.table_lists(|table| is_checked_with_others(table, column)),
                "whether a CHECK names the column beside others",
            ),
            Verdict::certainly(self.cascade, change.cascade),
            Verdict::certainly(self.if_exists, change.if_exists),
            Verdict::certainly(
                self.is_virtual,
                definition(subject, column)
                    .and_then(|column| column.generated.as_ref())
                    .is_some_and(|it| !it.is_stored),
            ),
            Verdict::certainly(self.required, subject.table().is_some_and(|table| is_required(table, column, engine))),
            Verdict::whether(
                self.in_foreign_key,
                keeps_foreign_key(subject, column),
                "whether the column is part of a foreign key",
            ),
            Verdict::whether(
                self.computed_from,
                subject.table_lists(|table| is_computed_from(table, column, engine)),
                "whether a generated column is computed from it",
            ),
            Verdict::whether(self.stands, stands, "whether the column stands"),
            Verdict::whether(self.view_depends, view_depends(subject, Some(column)), VIEW_DEPENDS),
        ])
    }
}

/// The NOT NULL of a key is not a column's own, and cannot be taken from it.
fn is_required(table: &Table, column: &str, engine: crate::engine::Engine) -> bool {
    let Some(definition) = table.column(column, engine).map(|column| &column.definition) else { return false };
    !definition.is_nullable
        && matches!(definition.default, Default::None | Default::Null)
        && definition.generated.is_none()
        && definition.identity.is_none()
        && !table.primary_key.contains(&definition.name)
}

/// The primary key and the unique indexes: the columns of each.
fn keys(table: &Table) -> impl Iterator<Item = Vec<&str>> {
    let unique = table.indexes.iter().filter(|index| index.definition.is_unique);
    let unique = unique.map(|index| index.definition.columns().collect::<Vec<_>>());
    std::iter::once(table.primary_key.iter().map(String::as_str).collect()).chain(unique)
}

/// Whether the column is part of the primary key, or of an index.
pub fn is_indexed(subject: &Subject<'_>, column: &str) -> Answer {
    let engine = subject.catalog.engine();
    subject.table_lists(|table| {
        table.primary_key.iter().any(|key| key == column)
            || table.indexes.iter().any(|index| index.covers(column, engine) || index.computes(column))
    })
}

fn is_checked_with_others(table: &Table, column: &str) -> bool {
    let others = || table.columns.iter().map(|other| other.definition.name.as_str()).filter(|other| *other != column);
    let mut checks = table.checks.iter().filter(|check| check.names_column(column));
    checks.any(|check| others().any(|other| check.names_column(other)))
}

/// Whether the column is part of a foreign key of its table, or a CHECK names it.
fn is_constrained(subject: &Subject<'_>, column: &str) -> Answer {
    subject.table_lists(|table| {
        let mut in_keys = table.foreign_keys.iter().flat_map(|key| &key.definition.columns);
        in_keys.any(|own| own == column) || table.checks.iter().any(|check| check.names_column(column))
    })
}

/// Whether the column is part of a foreign key that the same statement does not drop.
fn keeps_foreign_key(subject: &Subject<'_>, column: &str) -> Answer {
    let is_dropped = |name: &str| {
        subject.siblings().any(|sibling| matches!(sibling, SchemaChange::DropConstraint(drop) if drop.name == name))
    };
    subject.table_lists(|table| {
        let mut keys = table.foreign_keys.iter().filter(|key| !is_dropped(&key.name));
        keys.any(|key| key.definition.columns.iter().any(|own| own == column))
    })
}

fn is_computed_from(table: &Table, column: &str, engine: crate::engine::Engine) -> bool {
    let others = table.columns.iter().map(|column| &column.definition);
    others.filter_map(|other| Some((other, other.generated.as_ref()?))).any(|(other, generated)| {
        table.column(column, engine).is_none_or(|own| own.definition.name != other.name)
            && expression::names(&generated.expression, column)
    })
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RenameColumnMatch {
    /// A foreign key of another table refers to it.
    referenced: Option<bool>,
    /// A generated column is computed from it.
    computed_from: Option<bool>,
    /// A CHECK names it.
    checked: Option<bool>,
    /// It takes the name, and so the part, of a column that stood when the batch began.
    replaces: Option<bool>,
    /// A view that is known names it, or all columns of its table.
    view_depends: Option<bool>,
}

impl RenameColumnMatch {
    pub fn matches(&self, change: &RenameColumn, subject: &Subject<'_>) -> Verdict {
        let column = change.column.as_str();
        let engine = subject.catalog.engine();
        Verdict::all([
            Verdict::certainly(self.replaces, is_replacing(subject, &change.to)),
            Verdict::whether(
                self.checked,
                subject.table_lists(|table| table.checks.iter().any(|check| check.names_column(column))),
                "whether a CHECK names the column",
            ),
            Verdict::whether(self.view_depends, view_depends(subject, Some(column)), VIEW_DEPENDS),
            Verdict::whether(
                self.referenced,
                subject.of_table(|_| is_referenced(subject, column).into()),
                "whether a foreign key refers to the column",
            ),
            Verdict::whether(
                self.computed_from,
                subject.table_lists(|table| is_computed_from(table, column, engine)),
                "whether a generated column is computed from it",
            ),
        ])
    }
}

/// Whether a column of that name stood when the batch began: it must have been dropped or renamed since.
pub fn is_replacing(subject: &Subject<'_>, name: &str) -> bool {
    let before = subject.table_before_batch();
    before.is_some_and(|table| table.column(name, subject.catalog.engine()).is_some())
}

/// Whether a foreign key of another table that is known refers to the column.
pub fn is_referenced(subject: &Subject<'_>, column: &str) -> bool {
    let Some(table) = subject.table() else { return false };
    subject.referring_tables().flat_map(|other| &other.foreign_keys).any(|key| {
        let columns = &key.definition.to_columns;
        let columns = if columns.is_empty() { &table.primary_key } else { columns };
        key.definition.to_table == table.name && columns.iter().any(|referred| referred == column)
    })
}

/// ADD GENERATED … AS IDENTITY and DROP IDENTITY.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeIdentityMatch {
    /// It is numbered in another way from now on. DROP IDENTITY IF EXISTS is thought to do nothing to a column that is not
    /// known, as Laravel sends it with every change of a column.
    changes: Option<bool>,
}

impl ChangeIdentityMatch {
    pub fn matches(&self, change: &ChangeIdentity, subject: &Subject<'_>) -> Verdict {
        let changes = match definition(subject, &change.column) {
            Some(column) => Answer::from(column.identity != change.identity),
            None if change.if_exists => Answer::No,
            None => Answer::Yes,
        };
        Verdict::whether(self.changes, changes, "whether the database numbers the column")
    }
}

/// SET NOT NULL and DROP NOT NULL.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NullabilityMatch {
    /// The column is so already.
    already: Option<bool>,
    /// A validated CHECK proves that no row has a NULL there.
    proven: Option<bool>,
}

impl NullabilityMatch {
    pub fn matches(&self, subject: &Subject<'_>, becomes_nullable: bool) -> Verdict {
        let Some(column) = subject.change.what.column() else { return Verdict::no() };
        let already = definition(subject, column).map(|column| column.is_nullable == becomes_nullable);
        Verdict::all([
            Verdict::whether(self.already, Answer::from(already), "whether the column is NOT NULL already"),
            Verdict::whether(
                self.proven,
                is_proven_not_null(subject, column),
                "whether a CHECK proves that no row has a NULL",
            ),
        ])
    }
}

/// Whether a validated CHECK proves that no row has a NULL in the column.
pub fn is_proven_not_null(subject: &Subject<'_>, column: &str) -> Answer {
    subject.table_lists(|table| not_null_check(table, column).is_some())
}

/// The validated CHECK that proves that no row has a NULL in the column that is changed, and its table.
pub fn proving_check<'a>(subject: &Subject<'a>) -> Option<(&'a Table, &'a Check)> {
    let table = subject.table()?;
    Some((table, not_null_check(table, subject.change.what.column()?)?))
}

fn not_null_check<'a>(table: &'a Table, column: &str) -> Option<&'a Check> {
    table.checks.iter().find(|check| check.is_valid && check.proves_not_null(column))
}

/// The column as it stands before, where it is known.
pub fn definition<'a>(subject: &Subject<'a>, column: &str) -> Option<&'a Column> {
    subject.table()?.column(column, subject.catalog.engine()).map(|column| &column.definition)
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SetDefaultMatch {
    default: Option<OneOf<DefaultKind>>,
    /// What becomes of the default that it had.
    change: Option<OneOf<DefaultStep>>,
}

impl SetDefaultMatch {
    pub fn matches(&self, change: &SetDefault, subject: &Subject<'_>) -> Verdict {
        let step = default_step(definition(subject, &change.column).map(|column| &column.default), &change.default);
        Verdict::all([
            Verdict::among(self.default.as_ref(), &Fact::known(default_kind(&change.default)), "the default"),
            Verdict::among(self.change.as_ref(), &step, "the column's old default"),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DropDefaultMatch {
    /// It has one.
    had: Option<bool>,
}

impl DropDefaultMatch {
    pub fn matches(&self, subject: &Subject<'_>) -> Verdict {
        let Some(column) = subject.change.what.column() else { return Verdict::no() };
        let had = definition(subject, column).map(|column| default_kind(&column.default) != DefaultKind::None);
        Verdict::whether(self.had, Answer::from(had), "whether the column has a default")
    }
}
