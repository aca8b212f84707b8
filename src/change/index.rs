//! Indexes and keys as statements define them.

use super::table::TableName;

/// An index, or the index behind a unique constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// `None` where the engine will choose one.
    pub name: Option<String>,
    pub kind: IndexKind,
    pub is_unique: bool,
    pub parts: Vec<IndexPart>,
    /// INCLUDE (…).
    pub included: Vec<String>,
    /// A partial index's WHERE, as written.
    pub condition: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IndexKind {
    /// What the engine takes when nothing is said, and `btree` where it is.
    #[default]
    Btree,
    Fulltext,
    Spatial,
    Vector,
    /// `hash`, `gin`, `gist`, `brin` and others, lower-case.
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexPart {
    /// A column, and MySQL's prefix length of it.
    Column { name: String, length: Option<u64> },
    /// An expression, as written.
    Expression(String),
}

/// A foreign key: these columns of the table refer to those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub to_table: TableName,
    /// Empty where the statement leaves it to the other table's primary key.
    pub to_columns: Vec<String>,
    pub on_delete: Option<ReferentialAction>,
    pub on_update: Option<ReferentialAction>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferentialAction {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

impl Index {
    /// A unique index over `parts`, named by the engine.
    pub fn unique(parts: Vec<IndexPart>) -> Self {
        Self { name: None, kind: IndexKind::Btree, is_unique: true, parts, included: Vec::new(), condition: None }
    }

    /// The columns it is over, expressions left out.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            IndexPart::Column { name, .. } => Some(name.as_str()),
            IndexPart::Expression(_) => None,
        })
    }
}
