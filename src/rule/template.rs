//! Texts of rules: `{name}` stands for something of the change, and nothing else is special.

use super::remark::Remark;
use crate::change::{AddCheck, AddForeignKey, AddIndex, Index, SchemaChange};
use crate::effect::{Effect, Subject, long_name, missing, taken};
use crate::engine::EngineVersion;
use crate::template;

/// A text of a rule.
pub type Template = template::Template<Name>;

/// What a text can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The change in words.
    Change,
    /// The engine and its version.
    Engine,
    /// What the engine does.
    Effect,
    /// The engine's error.
    Error,
    Table,
    Column,
    /// The new name.
    To,
    /// The new type.
    Type,
    OldType,
    Index,
    /// The columns of an index or a key.
    Columns,
    Constraint,
    /// The table that a foreign key refers to.
    References,
    /// Further tables that are locked.
    OtherTables,
    /// What does not stand.
    Missing,
    /// What stands already.
    Taken,
    /// What a column loses.
    Lost,
    /// The name that is too long.
    TooLong,
    /// The words of what could not be read.
    What,
    Reason,
}

impl template::Name for Name {
    fn read(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, name)| *name)
    }

    fn text(self) -> &'static str {
        Self::ALL.iter().find(|(_, name)| *name == self).map_or("", |(text, _)| text)
    }
}

impl Name {
    const ALL: [(&str, Self); 20] = [
        ("change", Self::Change),
        ("engine", Self::Engine),
        ("effect", Self::Effect),
        ("error", Self::Error),
        ("table", Self::Table),
        ("column", Self::Column),
        ("to", Self::To),
        ("type", Self::Type),
        ("old_type", Self::OldType),
        ("index", Self::Index),
        ("columns", Self::Columns),
        ("constraint", Self::Constraint),
        ("references", Self::References),
        ("other_tables", Self::OtherTables),
        ("missing", Self::Missing),
        ("taken", Self::Taken),
        ("lost", Self::Lost),
        ("long_name", Self::TooLong),
        ("what", Self::What),
        ("reason", Self::Reason),
    ];

    /// The names that a change of that kind has; `None` for any kind.
    pub fn bound_by(kind: Option<&str>) -> Vec<Self> {
        let mut bound = vec![Self::Change, Self::Engine, Self::Effect];
        let own: &[Self] = match kind {
            None | Some("set-variable" | "transaction") => &[],
            Some("add-column") => &[Self::Table, Self::Column, Self::Type],
            Some("rename-column") => &[Self::Table, Self::Column, Self::To],
            Some("redefine-column") => &[Self::Table, Self::Column, Self::To, Self::Type, Self::OldType],
            Some("change-type") => &[Self::Table, Self::Column, Self::Type, Self::OldType],
            Some(
                "drop-column" | "set-not-null" | "drop-not-null" | "set-default" | "drop-default" | "change-identity",
            ) => &[Self::Table, Self::Column],
            Some("rename-table") => &[Self::Table, Self::To],
            Some("add-index") => &[Self::Table, Self::Index, Self::Columns],
            Some("drop-index") => &[Self::Table, Self::Index],
            Some("rename-index") => &[Self::Table, Self::Index, Self::To],
            Some("add-primary-key") => &[Self::Table, Self::Columns],
            Some("add-foreign-key") => &[Self::Table, Self::Columns, Self::Constraint, Self::References],
            Some("add-check" | "validate-constraint" | "drop-constraint") => &[Self::Table, Self::Constraint],
            Some("opaque") => &[Self::What, Self::Reason],
            Some(
                "create-object" | "alter-object" | "drop-object" | "maintain-table" | "refresh-view"
                | "change-privileges" | "comment",
            ) => &[Self::What],
            Some("lock-table" | "change-table-setting") => &[Self::Table, Self::What],
            Some("change-generated") => &[Self::Table, Self::Column],
            Some(_) => &[Self::Table],
        };
        bound.extend(own);
        bound
    }

    /// The names that a remark has.
    pub const OF_REMARKS: [Self; 3] = [Self::Engine, Self::What, Self::Reason];

    pub fn of_remark(self, remark: &Remark, target: &EngineVersion) -> String {
        match self {
            Self::Engine => format!("{} {}", target.engine.title(), target.version),
            Self::What => remark.what.clone(),
            Self::Reason => remark.reason.clone(),
            _ => String::new(),
        }
    }

    pub fn value(self, subject: &Subject<'_>, effect: &Effect) -> String {
        let change = &subject.change.what;
        match self {
            Self::Change => change.description(),
            Self::Engine => format!("{} {}", subject.target.engine.title(), subject.target.version),
            Self::Effect => effect.says.clone(),
            Self::Error => effect.possible().find_map(|effect| effect.refused.clone()).unwrap_or_default(),
            Self::Table => subject.table_name().map(ToString::to_string).unwrap_or_default(),
            Self::Column => change.column().unwrap_or_default().to_owned(),
            Self::To => new_name(change),
            Self::Type => new_type(change),
            Self::OldType => old_type(subject),
            Self::Index => index_name(change),
            Self::Columns => columns(change).join(", "),
            Self::Constraint => constraint_name(change),
            Self::References => references(change),
            Self::OtherTables => other_tables(effect),
            Self::Missing => missing(subject).unwrap_or_default(),
            Self::Taken => taken(subject).unwrap_or_default(),
            Self::Lost => listed(subject.lost().map(ToString::to_string).collect()),
            Self::TooLong => long_name(change).unwrap_or_default().to_owned(),
            Self::What => change.words().unwrap_or_default(),
            Self::Reason => change.reach().map(|(_, reason)| reason.to_owned()).unwrap_or_default(),
        }
    }
}

fn new_name(change: &SchemaChange) -> String {
    match change {
        SchemaChange::RenameTable(rename) => rename.to.to_string(),
        SchemaChange::RenameColumn(rename) => rename.to.clone(),
        SchemaChange::RenameIndex(rename) => rename.to.clone(),
        SchemaChange::RedefineColumn(redefine) => redefine.definition.name.clone(),
        _ => String::new(),
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

fn old_type(subject: &Subject<'_>) -> String {
    let known = subject.table().zip(subject.change.what.column()).and_then(|(table, column)| {
        table.column(column, subject.catalog.engine()).map(|column| column.definition.column_type.to_string())
    });
    known.unwrap_or_else(|| "its old type".to_owned())
}

fn index_name(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddIndex(AddIndex { index: Index { name: Some(name), .. }, .. }) => name.clone(),
        SchemaChange::AddIndex(add) => format!("{}({})", add.table, columns(change).join(", ")),
        SchemaChange::DropIndex(drop) => drop.name.clone(),
        SchemaChange::RenameIndex(rename) => rename.name.clone(),
        _ => String::new(),
    }
}

fn columns(change: &SchemaChange) -> Vec<&str> {
    match change {
        SchemaChange::AddIndex(add) => add.index.columns().collect(),
        SchemaChange::AddPrimaryKey(add) => add.columns.iter().map(String::as_str).collect(),
        SchemaChange::AddForeignKey(add) => add.foreign_key.columns.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn constraint_name(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddForeignKey(AddForeignKey { foreign_key, .. }) => {
            foreign_key.name.clone().unwrap_or_else(|| "the new foreign key".to_owned())
        }
        SchemaChange::AddCheck(AddCheck { name, .. }) => name.clone().unwrap_or_else(|| "the new check".to_owned()),
        SchemaChange::ValidateConstraint(validate) => validate.name.clone(),
        SchemaChange::DropConstraint(drop) => drop.name.clone(),
        _ => String::new(),
    }
}

fn references(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AddForeignKey(add) => add.foreign_key.to_table.to_string(),
        _ => String::new(),
    }
}

/// `a`, `a and b`, `a, b and c`
fn listed(mut parts: Vec<String>) -> String {
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
}

fn other_tables(effect: &Effect) -> String {
    let names: Vec<String> = effect.others.iter().map(|other| format!("`{}`", other.table)).collect();
    names.join(", ")
}
