//! What rows are made of, so that none of it goes before they are made.

use std::collections::BTreeSet;

use super::touch::{Thing, gone};
use crate::catalog::Catalog;
use crate::change::{DataKind, SchemaChange, Statement, TableName};
use crate::lint::Outcome;
use crate::recipe::{Backfill, Work};
use crate::sql;

/// What a step reads to write rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reads {
    things: BTreeSet<Thing>,
    /// It may read anything: its values are made in PHP.
    anything: bool,
}

impl Reads {
    pub(super) fn of_work(work: &Work) -> Self {
        match work {
            Work::Migrate(statements) => Self::union(&statements.iter().map(Self::of).collect::<Vec<_>>()),
            Work::Backfill(backfill) => Self::of_backfill(backfill),
            Work::Copy(_) | Work::Code { .. } | Work::Hold(_) => Self::default(),
        }
    }

    /// What the statement makes rows of; nothing where it makes none.
    pub(super) fn of(statement: &Statement) -> Self {
        let makes_rows = |change: &SchemaChange| matches!(change, SchemaChange::DataRows(rows) if matches!(rows.kind, DataKind::Insert | DataKind::Update));
        if !statement.changes.iter().any(|change| makes_rows(&change.what)) {
            return Self::default();
        }
        let is_open = statement.sql.is_empty() || statement.bindings.iter().any(|literal| literal == "?");
        Self { things: named(source_of(&statement.sql)), anything: is_open }
    }

    /// Whoever answers what rows get may take it from any column of the row.
    fn of_backfill(backfill: &Backfill) -> Self {
        let mut things = named(&backfill.sql);
        if backfill.question.is_some() {
            things.insert(Thing::whole(&backfill.table));
        }
        Self { things, anything: false }
    }

    pub(super) fn union<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut union = Self::default();
        for reads in all {
            union.things.extend(reads.things.iter().cloned());
            union.anything |= reads.anything;
        }
        union
    }

    /// Whether any of those things is read.
    pub(super) fn meet<'t>(&self, things: impl IntoIterator<Item = &'t Thing>) -> bool {
        things.into_iter().any(|thing| self.anything || self.things.iter().any(|read| read.meets(thing)))
    }
}

/// What an INSERT takes its rows from; any other statement as a whole.
fn source_of(sql: &str) -> &str {
    let lower = sql.to_ascii_lowercase();
    if !lower.trim_start().starts_with("insert") {
        return sql;
    }
    lower.find("select").and_then(|at| sql.get(at..)).unwrap_or_default()
}

/// Every name in the text as a column of every table that it names.
fn named(sql: &str) -> BTreeSet<Thing> {
    let mentions = sql::mentions(sql);
    let tables = mentions.tables.iter().map(|(table, _)| TableName::new(table));
    tables.flat_map(|table| mentions.names.iter().map(move |(_, name)| Thing::column(&table, name))).collect()
}

/// What a batch takes away of what stood before it, each with its place among the changes.
pub(super) struct Departures(Vec<(usize, Thing)>);

impl Departures {
    /// Those of `outcome`, whose tables stood as in `before`.
    pub(super) fn of(outcome: &Outcome, before: &Catalog) -> Self {
        let dropped = |change: &SchemaChange| match change {
            SchemaChange::DropColumn(_) | SchemaChange::DropTable(_) => {
                gone(change).filter(|thing| thing.stood(before))
            }
            _ => None,
        };
        let changes = outcome.changes.iter().map(|judged| &judged.change.what).enumerate();
        Self(changes.filter_map(|(at, change)| Some((at, dropped(change)?))).collect())
    }

    /// Whether something goes after the change at `at` that is read there.
    pub(super) fn follow(&self, at: usize, reads: &Reads) -> bool {
        reads.meet(self.0.iter().filter(|(place, _)| *place > at).map(|(_, thing)| thing))
    }
}
