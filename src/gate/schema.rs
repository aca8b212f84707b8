//! The tables as they are in the live database.
//!
//! Takes a session; gives tables, columns, indexes and constraints in a few questions for all of them together. What the
//! server prints is kept as it prints it: types are compared by those who know both sides.

mod mysql;
mod postgresql;
mod sqlite;

use std::collections::HashMap;

use crate::database::{DatabaseError, Row, Session};
use crate::engine::Engine;

/// What the session sees: in PostgreSQL the schemas of its search path, elsewhere its database.
///
/// MySQL and MariaDB show no table to a user who has no right to it at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSchema {
    /// In the order in which an unqualified name is looked up, then by name.
    pub tables: Vec<LiveTable>,
    names: Names,
    by_name: HashMap<String, usize>,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTable {
    /// Empty where the engine has none.
    pub schema: String,
    pub name: String,
    pub is_view: bool,
    pub columns: Vec<LiveColumn>,
    pub indexes: Vec<LiveIndex>,
    pub constraints: Vec<LiveConstraint>,
    names: Names,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveColumn {
    pub name: String,
    /// As the server prints it.
    pub type_name: String,
    pub is_nullable: bool,
    /// Whether it has a default that is not NULL.
    pub has_default: bool,
    pub is_generated: bool,
    /// Whether the server numbers it.
    pub is_identity: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveIndex {
    pub name: String,
    /// What is between columns is the text of an expression.
    pub columns: Vec<String>,
    pub is_unique: bool,
    pub is_primary: bool,
    /// Whether it leaves rows out.
    pub is_partial: bool,
    /// Whether it is used: PostgreSQL leaves one that failed to be built concurrently.
    pub is_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveConstraint {
    /// Empty where the engine keeps none.
    pub name: String,
    pub kind: ConstraintKind,
    /// Of a check those that the engine tells.
    pub columns: Vec<String>,
    /// The table that a foreign key points to.
    pub references: Option<String>,
    /// Whether it holds for every row, not for new ones alone.
    pub is_validated: bool,
    /// Of a check, as the server prints it.
    pub clause: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    Primary,
    Unique,
    Foreign,
    Check,
    NotNull,
    Exclusion,
}

/// How the engine compares names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Names {
    tables_fold: bool,
    columns_fold: bool,
}

impl LiveSchema {
    pub fn read(session: &mut Session) -> Result<Self, DatabaseError> {
        match session.engine() {
            Engine::Mysql | Engine::Mariadb => mysql::read(session),
            Engine::Sqlite => sqlite::read(session),
            _ => postgresql::read(session),
        }
    }

    fn new(names: Names) -> Self {
        Self { tables: Vec::new(), names, by_name: HashMap::new() }
    }

    /// The table that an unqualified name means, or `schema.name`.
    pub fn table(&self, name: &str) -> Option<&LiveTable> {
        let found = self.by_name.get(&folded(name, self.names.tables_fold))?;
        self.tables.get(*found)
    }

    fn add(&mut self, schema: &str, name: &str, is_view: bool) {
        let at = self.tables.len();
        let fold = self.names.tables_fold;
        self.by_name.entry(folded(name, fold)).or_insert(at);
        self.by_name.insert(folded(&format!("{schema}.{name}"), fold), at);
        self.tables.push(LiveTable {
            schema: schema.to_owned(),
            name: name.to_owned(),
            is_view,
            columns: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            names: self.names,
        });
    }

    /// Reads a row that begins with the schema and the name of a table.
    fn of_row<const N: usize>(&mut self, row: Row) -> Option<(&mut LiveTable, [Option<String>; N])> {
        let mut values = row.into_iter();
        let (schema, name) = (values.next()??, values.next()??);
        let values = values.collect::<Vec<_>>().try_into().ok()?;
        let at = *self.by_name.get(&folded(&format!("{schema}.{name}"), self.names.tables_fold))?;
        Some((self.tables.get_mut(at)?, values))
    }
}

impl LiveTable {
    pub fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| self.is_same_column(&column.name, name))
    }

    pub fn index(&self, name: &str) -> Option<&LiveIndex> {
        self.indexes.iter().find(|index| self.is_same_column(&index.name, name))
    }

    pub fn constraint(&self, name: &str) -> Option<&LiveConstraint> {
        self.constraints.iter().find(|constraint| self.is_same_column(&constraint.name, name))
    }

    /// Whether two names mean the same column, index or constraint.
    fn is_same_column(&self, one: &str, other: &str) -> bool {
        one == other || self.names.columns_fold && folded(one, true) == folded(other, true)
    }

    /// Adds a column to the index of that name, and the index first where it is new: rows of one come together.
    fn add_to_index(&mut self, index: LiveIndex) {
        match self.indexes.last_mut() {
            Some(last) if last.name == index.name => last.columns.extend(index.columns),
            _ => self.indexes.push(index),
        }
    }

    fn add_to_constraint(&mut self, constraint: LiveConstraint) {
        let is_same = |last: &LiveConstraint| last.name == constraint.name && last.kind == constraint.kind;
        match self.constraints.last_mut() {
            Some(last) if is_same(last) => last.columns.extend(constraint.columns),
            _ => self.constraints.push(constraint),
        }
    }
}

fn folded(name: &str, folds: bool) -> String {
    if folds { name.to_lowercase() } else { name.to_owned() }
}

/// As the engines print what is true.
fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("t" | "1" | "YES"))
}
