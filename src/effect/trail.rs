//! Where earlier statements did what later ones can rest on: the places that evidence points at.

use std::collections::BTreeMap;

use crate::change::{Change, DataKind, SchemaChange, TableName};
use crate::source::Span;

/// What was done so far, in the history and in the batch, by the names of tables and of their parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trail {
    /// Where a constraint was checked against all rows, by its name.
    checked: BTreeMap<(TableName, String), Span>,
    /// Where an index was made.
    indexed: BTreeMap<(TableName, String), Span>,
    /// Where rows were given values in a column.
    filled: BTreeMap<(TableName, String), Span>,
}

impl Trail {
    /// Takes note of a change that surely runs.
    pub fn follow(&mut self, change: &Change) {
        let place = change.span;
        match &change.what {
            SchemaChange::ValidateConstraint(validate) => {
                self.checked.insert((validate.table.clone(), validate.name.clone()), place);
            }
            SchemaChange::AddCheck(add) if !add.is_not_valid => {
                self.checked.extend(add.name.clone().map(|name| ((add.table.clone(), name), place)));
            }
            SchemaChange::AddIndex(add) => {
                self.indexed.extend(add.index.name.clone().map(|name| ((add.table.clone(), name), place)));
            }
            SchemaChange::CreateTable(create) => {
                let checks = create.checks.iter().filter_map(|check| check.name.clone());
                self.checked.extend(checks.map(|name| ((create.table.clone(), name), place)));
                let indexes = create.indexes.iter().filter_map(|index| index.name.clone());
                self.indexed.extend(indexes.map(|name| ((create.table.clone(), name), place)));
            }
            SchemaChange::DataRows(rows) if rows.kind == DataKind::Update => {
                self.filled.extend(rows.columns.iter().map(|column| ((rows.table.clone(), column.clone()), place)));
            }
            _ => {}
        }
    }

    /// Where the constraint was checked against all rows.
    pub fn checked_at(&self, table: &TableName, constraint: &str) -> Option<Span> {
        self.checked.get(&(table.clone(), constraint.to_owned())).copied()
    }

    /// Where the index was made.
    pub fn indexed_at(&self, table: &TableName, index: &str) -> Option<Span> {
        self.indexed.get(&(table.clone(), index.to_owned())).copied()
    }

    /// Where rows were last given values in the column.
    pub fn filled_at(&self, table: &TableName, column: &str) -> Option<Span> {
        self.filled.get(&(table.clone(), column.to_owned())).copied()
    }
}
