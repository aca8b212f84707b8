//! What the texts of a recipe can name.

use super::expand::columns_of;
use super::misfit::misfits;
use crate::change::{AddCheck, AddForeignKey, AddIndex, SchemaChange, TableName};
use crate::effect::Subject;
use crate::engine::Engine;
use crate::sql::write::Dialect;
use crate::template;

/// A name of the change that a recipe replaces, or one that is made for what the recipe adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Change,
    Table,
    Column,
    To,
    Type,
    Index,
    Columns,
    Constraint,
    References,
    ReferencesColumns,
    Orphans,
    Misfits,
    Condition,
    Default,
    Helper,
    HelperToo,
    Aside,
}

/// What a name stands for.
enum Value {
    Identifier(String),
    Identifiers(Vec<String>),
    Table(TableName),
    /// SQL, or words.
    Text(String),
}

impl template::Name for Name {
    fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, ..)| *name == text).map(|(_, name, _)| *name)
    }

    fn text(self) -> &'static str {
        Self::ALL.iter().find(|(_, name, _)| *name == self).map_or("", |(text, ..)| text)
    }
}

impl Name {
    /// Each as texts write it, and what it stands for.
    pub(super) const ALL: [(&str, Self, &str); 17] = [
        ("change", Self::Change, "the change, in words"),
        ("table", Self::Table, "the table that is changed"),
        ("column", Self::Column, "the column"),
        ("to", Self::To, "the new name"),
        ("type", Self::Type, "the new type"),
        ("index", Self::Index, "the index, or the name that is made for one without"),
        ("columns", Self::Columns, "the columns of an index or a key"),
        ("constraint", Self::Constraint, "the constraint, or the name that is made for one without"),
        ("references", Self::References, "the table that a foreign key refers to"),
        ("references_columns", Self::ReferencesColumns, "the columns there"),
        ("orphans", Self::Orphans, "a query of the rows whose foreign key points at no row"),
        ("misfits", Self::Misfits, "the condition of rows whose value the new type does not hold"),
        ("condition", Self::Condition, "what a CHECK asks"),
        ("default", Self::Default, "the default that a new column is asked to have, or NULL"),
        ("helper", Self::Helper, "a name for what the recipe adds and takes away again"),
        ("helper_too", Self::HelperToo, "another one"),
        ("aside", Self::Aside, "a name for a column that is filled beside the old one"),
    ];

    /// The names that a change of that kind has; `None` for any kind.
    pub(super) fn bound_by(kind: Option<&str>) -> Vec<Self> {
        let own: &[Self] = match kind {
            None => &[],
            Some("add-column") => &[Self::Column, Self::Type, Self::Default, Self::Helper],
            Some("rename-column") => &[Self::Column, Self::To, Self::Helper, Self::HelperToo],
            Some("redefine-column") => {
                &[Self::Column, Self::To, Self::Type, Self::Helper, Self::HelperToo, Self::Aside, Self::Misfits]
            }
            Some("change-type") => &[Self::Column, Self::Type, Self::Helper, Self::Aside, Self::Misfits],
            Some(
                "drop-column" | "set-not-null" | "drop-not-null" | "set-default" | "drop-default" | "change-identity",
            ) => &[Self::Column, Self::Helper],
            Some("rename-table") => &[Self::To, Self::Helper],
            Some("add-index") => &[Self::Index, Self::Columns, Self::Helper],
            Some("drop-index") => &[Self::Index],
            Some("add-primary-key") => &[Self::Columns, Self::Constraint, Self::Helper],
            Some("add-foreign-key") => {
                &[Self::Columns, Self::Constraint, Self::References, Self::ReferencesColumns, Self::Orphans]
            }
            Some("add-check") => &[Self::Constraint, Self::Condition],
            Some("drop-constraint" | "validate-constraint") => &[Self::Constraint],
            Some(_) => &[],
        };
        let table = kind.is_some().then_some(Self::Table);
        std::iter::once(Self::Change).chain(table).chain(own.iter().copied()).collect()
    }

    /// As it stands in words.
    pub(super) fn in_words(self, subject: &Subject<'_>) -> String {
        match self.value(subject) {
            Value::Identifier(text) | Value::Text(text) => text,
            Value::Identifiers(names) => names.join(", "),
            Value::Table(table) => table.to_string(),
        }
    }

    /// As it stands in a statement.
    pub(super) fn in_sql(self, subject: &Subject<'_>) -> String {
        let dialect = Dialect(subject.target.engine);
        match self.value(subject) {
            Value::Identifier(name) => subject.target.engine.quote(&name),
            Value::Identifiers(names) => dialect.names(&names),
            Value::Table(table) => dialect.table_name(&table),
            Value::Text(text) => text,
        }
    }

    fn value(self, subject: &Subject<'_>) -> Value {
        let change = &subject.change.what;
        let table = || subject.table_name().cloned().unwrap_or_else(|| TableName::new(""));
        let column = || change.column().unwrap_or_default().to_owned();
        let made = |parts: &[&str]| Value::Identifier(cut(&parts.join("_"), subject.target.engine));
        match self {
            Self::Change => Value::Text(change.description()),
            Self::Table => Value::Table(table()),
            Self::Column => Value::Identifier(column()),
            Self::To => new_name(change),
            Self::Type => Value::Text(new_type(change)),
            Self::Index => Value::Identifier(index_name(change, subject)),
            Self::Columns => Value::Identifiers(columns_of(change)),
            Self::Constraint => Value::Identifier(constraint_name(change)),
            Self::References => {
                Value::Table(foreign_key(change).map_or_else(table, |add| add.foreign_key.to_table.clone()))
            }
            Self::ReferencesColumns => Value::Identifiers(referred_columns(change, subject)),
            Self::Orphans => Value::Text(orphans(change, subject)),
            Self::Misfits => Value::Text(misfits(subject).unwrap_or_default()),
            Self::Condition => Value::Text(match change {
                SchemaChange::AddCheck(add) => add.condition.clone(),
                _ => String::new(),
            }),
            Self::Default => Value::Text(default_of(change)),
            Self::Helper => made(&[&table().name, &about(change), "phase"]),
            Self::HelperToo => made(&[&table().name, &about(change), "phase", "too"]),
            Self::Aside => made(&[&column(), "next"]),
        }
    }
}

/// A made name, no longer than the engine keeps: the end of one that is too long tells what was cut.
pub(super) fn cut(name: &str, engine: Engine) -> String {
    let longest = if engine == Engine::Sqlite { usize::MAX } else { 60 };
    if name.len() <= longest {
        return name.to_owned();
    }
    let sum = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let head = name.get(..name.floor_char_boundary(longest - 9)).unwrap_or_default();
    format!("{head}_{:08x}", sum & 0xffff_ffff)
}

/// The columns that a change is about, as part of a name.
fn about(change: &SchemaChange) -> String {
    change.column().map_or_else(|| columns_of(change).join("_"), str::to_owned)
}

fn new_name(change: &SchemaChange) -> Value {
    match change {
        SchemaChange::RenameTable(rename) => Value::Table(rename.to.clone()),
        SchemaChange::RenameColumn(rename) => Value::Identifier(rename.to.clone()),
        SchemaChange::RedefineColumn(redefine) => Value::Identifier(redefine.definition.name.clone()),
        _ => Value::Text(String::new()),
    }
}

fn new_type(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddColumn(add) => add.column.column_type.to_string(),
        SchemaChange::RedefineColumn(redefine) => redefine.definition.column_type.to_string(),
        SchemaChange::ChangeType(to) => to.column_type.to_string(),
        _ => String::new(),
    }
}

fn default_of(change: &SchemaChange) -> String {
    use crate::change::Default;
    match change {
        SchemaChange::AddColumn(add) => match &add.column.default {
            Default::None | Default::Null => "NULL".to_owned(),
            Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => text.clone(),
        },
        _ => String::new(),
    }
}

/// The index's name, or the one that is made for it.
pub(super) fn index_name(change: &SchemaChange, subject: &Subject<'_>) -> String {
    match change {
        SchemaChange::AddIndex(add @ AddIndex { index, table, .. }) => index.name.clone().unwrap_or_else(|| {
            // As PostgreSQL would call it.
            let kind = if add.is_constraint { "key" } else { "idx" };
            cut(&format!("{}_{}_{kind}", table.name, columns_of(change).join("_")), subject.target.engine)
        }),
        SchemaChange::DropIndex(drop) => drop.name.clone(),
        _ => String::new(),
    }
}

/// The constraint's name, or the one that is made for it.
pub(super) fn constraint_name(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddForeignKey(AddForeignKey { table, foreign_key, .. }) => {
            foreign_key.name.clone().unwrap_or_else(|| format!("{}_{}_fkey", table.name, foreign_key.columns.join("_")))
        }
        SchemaChange::AddCheck(AddCheck { table, name, .. }) => {
            name.clone().unwrap_or_else(|| format!("{}_check", table.name))
        }
        SchemaChange::AddPrimaryKey(add) => add.name.clone().unwrap_or_else(|| format!("{}_pkey", add.table.name)),
        SchemaChange::DropConstraint(drop) => drop.name.clone(),
        SchemaChange::ValidateConstraint(validate) => validate.name.clone(),
        _ => String::new(),
    }
}

fn foreign_key(change: &SchemaChange) -> Option<&AddForeignKey> {
    match change {
        SchemaChange::AddForeignKey(add) => Some(add),
        _ => None,
    }
}

/// Those that a foreign key refers to: the other table's primary key where it does not say.
fn referred_columns(change: &SchemaChange, subject: &Subject<'_>) -> Vec<String> {
    let Some(add) = foreign_key(change) else { return Vec::new() };
    match add.foreign_key.to_columns.as_slice() {
        [] => subject.catalog.table(&add.foreign_key.to_table).map_or_else(Vec::new, |table| table.primary_key.clone()),
        columns => columns.to_vec(),
    }
}

/// The rows whose foreign key has no NULL in it and points at no row.
fn orphans(change: &SchemaChange, subject: &Subject<'_>) -> String {
    let Some(add) = foreign_key(change) else { return String::new() };
    let engine = subject.target.engine;
    let dialect = Dialect(engine);
    let own = add.foreign_key.columns.iter().map(|column| engine.quote(column));
    let known: Vec<String> = own.clone().map(|column| format!("child.{column} IS NOT NULL")).collect();
    let referred = referred_columns(change, subject);
    let same = own.zip(&referred).map(|(own, theirs)| format!("parent.{} = child.{own}", engine.quote(theirs)));
    format!(
        "SELECT 1 FROM {} child WHERE {} AND NOT EXISTS (SELECT 1 FROM {} parent WHERE {})",
        dialect.table_name(&add.table),
        known.join(" AND "),
        dialect.table_name(&add.foreign_key.to_table),
        same.collect::<Vec<_>>().join(" AND "),
    )
}
