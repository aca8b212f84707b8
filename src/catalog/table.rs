//! A table that stands.

use crate::answer::Answer;
use crate::change::{self, IndexPart, TableName, TableOptions};
use crate::engine::Engine;

/// A table, as far as the history tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: TableName,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    /// The columns of the primary key, in its order; empty for none.
    pub primary_key: Vec<String>,
    /// `users_pkey`, or the name that it was given; `PRIMARY` on the MySQL family.
    pub primary_key_name: Option<String>,
    pub foreign_keys: Vec<ForeignKey>,
    pub checks: Vec<Check>,
    pub options: TableOptions,
    /// PostgreSQL: the table that it is a partition of.
    pub partition_of: Option<TableName>,
    /// PostgreSQL: the tables that it inherits from by INHERITS.
    pub inherits: Vec<TableName>,
    /// Whether its rows are kept in partitions.
    pub is_partitioned: bool,
    /// Whether it stood when the batch began.
    pub stood_before_batch: bool,
    /// Whether there may be columns, keys or indexes that are not listed.
    pub is_partial: bool,
}

/// A column of a table that stands: its definition, and whether it stood when the batch began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub definition: change::Column,
    pub stood_before_batch: bool,
    /// It took its character set from a table that took it from the database, and the table has another by now.
    pub has_database_charset: bool,
}

/// An index with the name it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub name: String,
    pub definition: change::Index,
    /// Whether a UNIQUE or EXCLUDE constraint stands on it.
    pub is_constraint: bool,
    /// Whether the engine made it for a foreign key, and takes it back for one that does the same.
    pub is_implicit: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    pub name: String,
    pub definition: change::ForeignKey,
    pub is_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub condition: String,
    pub is_valid: bool,
    /// The column that has it in its definition (MariaDB), and so loses it when it is defined anew.
    pub column: Option<String>,
}

impl Table {
    /// A table of which nothing is known but that it stands, or must be thought to.
    pub fn unknown(name: TableName, stood_before_batch: bool) -> Self {
        Self {
            name,
            columns: Vec::new(),
            indexes: Vec::new(),
            primary_key: Vec::new(),
            primary_key_name: None,
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            options: TableOptions::default(),
            partition_of: None,
            inherits: Vec::new(),
            is_partitioned: false,
            stood_before_batch,
            is_partial: true,
        }
    }

    pub fn column(&self, name: &str, engine: Engine) -> Option<&Column> {
        self.columns.iter().find(|column| same_name(&column.definition.name, name, engine))
    }

    pub fn has_column(&self, name: &str, engine: Engine) -> Answer {
        match self.column(name, engine) {
            Some(_) => Answer::Yes,
            None if self.is_partial => Answer::Unknown,
            None => Answer::No,
        }
    }

    pub fn index(&self, name: &str, engine: Engine) -> Option<&Index> {
        self.indexes.iter().find(|index| same_name(&index.name, name, engine))
    }

    pub fn has_index(&self, name: &str, engine: Engine) -> Answer {
        match self.index(name, engine) {
            Some(_) => Answer::Yes,
            None if self.is_partial => Answer::Unknown,
            None => Answer::No,
        }
    }

    pub fn foreign_key(&self, name: &str, engine: Engine) -> Option<&ForeignKey> {
        self.foreign_keys.iter().find(|key| same_name(&key.name, name, engine))
    }

    pub fn check(&self, name: &str, engine: Engine) -> Option<&Check> {
        self.checks.iter().find(|check| same_name(&check.name, name, engine))
    }

    pub(super) fn is_touched_by_batch(&self) -> bool {
        !self.stood_before_batch || self.columns.iter().any(|column| !column.stood_before_batch)
    }

    pub(super) fn begin_batch(&mut self) {
        self.stood_before_batch = true;
        for column in &mut self.columns {
            column.stood_before_batch = true;
        }
    }
}

impl Index {
    /// Whether the column is one of its parts, or may be in one of its expressions.
    pub fn covers(&self, column: &str, engine: Engine) -> bool {
        self.definition.parts.iter().any(|part| match part {
            IndexPart::Column { name, .. } => same_name(name, column, engine),
            IndexPart::Expression(text) => super::expression::names_column(text, column),
        }) || self.definition.included.iter().any(|included| same_name(included, column, engine))
    }

    /// Whether it has to be computed from the column: one of its expressions, or its condition, names it.
    pub fn computes(&self, column: &str) -> bool {
        let expressions = self.definition.parts.iter().filter_map(|part| match part {
            IndexPart::Expression(text) => Some(text),
            IndexPart::Column { .. } => None,
        });
        expressions.chain(&self.definition.condition).any(|text| super::expression::names_column(text, column))
    }
}

impl Check {
    /// Whether its condition names the column.
    pub fn names_column(&self, column: &str) -> bool {
        super::expression::names_column(&self.condition, column)
    }

    /// Whether no row can have NULL in the column, as far as its condition tells by itself.
    pub fn proves_not_null(&self, column: &str) -> bool {
        super::expression::proves_not_null(&self.condition, column)
    }
}

/// Whether two names of columns, indexes or constraints are one: PostgreSQL tells case apart once names are resolved.
pub(super) fn same_name(left: &str, right: &str, engine: Engine) -> bool {
    match engine {
        Engine::Postgresql => kept(left, engine) == kept(right, engine),
        _ => left.eq_ignore_ascii_case(right),
    }
}

/// As much of a name as the engine keeps: PostgreSQL the first 63 bytes, down to the end of a character.
pub(super) fn kept(name: &str, engine: Engine) -> &str {
    let longest = if engine == Engine::Postgresql { 63 } else { usize::MAX };
    name.get(..name.floor_char_boundary(longest)).unwrap_or(name)
}
