//! A column as a statement defines it.

use super::index::ForeignKey;
use super::types::ColumnType;

/// A column definition, with the constraints that stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub column_type: ColumnType,
    /// Whether it accepts NULL: true unless it says NOT NULL, is a primary key or an identity.
    pub is_nullable: bool,
    pub default: Default,
    pub generated: Option<Generated>,
    /// `AUTO_INCREMENT`, `serial`, `GENERATED … AS IDENTITY`: the database fills it.
    pub identity: Option<Identity>,
    pub is_primary_key: bool,
    /// The name that the definition gives to the primary key.
    pub primary_key_name: Option<String>,
    pub is_unique: bool,
    /// The name that the definition gives to the unique constraint.
    pub unique_name: Option<String>,
    pub checks: Vec<ColumnCheck>,
    pub references: Option<ForeignKey>,
    pub charset: Option<String>,
    pub collation: Option<String>,
    pub comment: Option<String>,
    /// MySQL's `ON UPDATE CURRENT_TIMESTAMP`.
    pub updates_itself: bool,
    /// Where MySQL puts it; `None` is at the end.
    pub place: Option<Place>,
}

/// A CHECK constraint that stands in a column definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnCheck {
    pub name: Option<String>,
    /// As written.
    pub condition: String,
    /// NOT ENFORCED.
    pub is_not_valid: bool,
}

/// What a row gets that does not set the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Default {
    /// No DEFAULT clause.
    None,
    /// DEFAULT NULL.
    Null,
    /// A literal, as written: `'new'`, `0`, `true`, `'{}'::jsonb`.
    Literal(String),
    /// `CURRENT_TIMESTAMP` and its kin: one value for the whole statement.
    CurrentTimestamp(String),
    /// Any other expression, as written.
    Expression(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    pub expression: String,
    /// STORED or PERSISTENT; otherwise VIRTUAL.
    pub is_stored: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    AutoIncrement,
    Serial,
    /// GENERATED ALWAYS AS IDENTITY: an INSERT that names a value is refused.
    Always,
    ByDefault,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    First,
    After(String),
}

impl Column {
    /// A nullable column of that type, and no more.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            column_type,
            is_nullable: true,
            default: Default::None,
            generated: None,
            identity: None,
            is_primary_key: false,
            primary_key_name: None,
            is_unique: false,
            unique_name: None,
            checks: Vec::new(),
            references: None,
            charset: None,
            collation: None,
            comment: None,
            updates_itself: false,
            place: None,
        }
    }

    /// The column alone: what its definition says of keys, checks and places is the table's.
    #[must_use]
    pub fn without_constraints(&self) -> Self {
        Self {
            is_unique: false,
            unique_name: None,
            primary_key_name: None,
            checks: Vec::new(),
            references: None,
            place: None,
            ..self.clone()
        }
    }
}
