//! Names of tables, and what a table says of itself beside its columns.

use std::fmt;

/// A table's name as the engine resolves it: unquoted names are lower-cased on PostgreSQL, kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema (PostgreSQL, SQL Server) or database (MySQL family), where the statement names one.
    pub schema: Option<String>,
    pub name: String,
}

impl TableName {
    pub fn new(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(formatter, "{schema}.")?;
        }
        formatter.write_str(&self.name)
    }
}

/// A table's options; `None` where the statement does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableOptions {
    /// The storage engine, lower-case (`innodb`).
    pub engine: Option<String>,
    pub charset: Option<String>,
    pub collation: Option<String>,
    pub row_format: Option<String>,
    pub comment: Option<String>,
}

/// Another table from which CREATE TABLE takes columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnSource {
    /// PostgreSQL's PARTITION OF.
    PartitionOf(TableName),
    /// INHERITS.
    Inherits(TableName),
    Like {
        table: TableName,
        /// How many of the columns that the statement lists stand before those.
        at: usize,
        /// What is taken beside names, types and NOT NULL.
        copied: Vec<Copied>,
    },
}

/// What INCLUDING names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    Defaults,
    Identity,
    Generated,
    /// CHECK constraints.
    Constraints,
    /// The primary key and unique constraints too.
    Indexes,
}

impl Copied {
    pub const ALL: [Self; 5] = [Self::Defaults, Self::Identity, Self::Generated, Self::Constraints, Self::Indexes];
}

impl ColumnSource {
    pub fn table(&self) -> &TableName {
        match self {
            Self::PartitionOf(table) | Self::Inherits(table) | Self::Like { table, .. } => table,
        }
    }

    pub fn table_mut(&mut self) -> &mut TableName {
        match self {
            Self::PartitionOf(table) | Self::Inherits(table) | Self::Like { table, .. } => table,
        }
    }

    /// Whether that is taken too. Heirs have no identity of their own.
    pub fn copies(&self, what: Copied) -> bool {
        match self {
            Self::PartitionOf(_) => what != Copied::Identity,
            Self::Inherits(_) => !matches!(what, Copied::Identity | Copied::Indexes),
            Self::Like { copied, .. } => copied.contains(&what),
        }
    }
}
