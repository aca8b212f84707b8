//! The way back: what `down()`, or a script that undoes a migration, does to what stood before it.

use std::borrow::Cow;

use super::project::{MigrationFile, Script};
use super::run::Lint;
use crate::catalog::Catalog;
use crate::change::{DataKind, DataRows, SchemaChange, TableName};
use crate::finding::Severity;
use crate::rule::{Remark, RemarkKind, Rule};
use crate::source::Span;

impl Lint<'_> {
    /// What is said of the way back from a migration, if a rule asks for it. `after` are the tables as it leaves them; what
    /// earlier migrations of the batch made did not stand before.
    pub(super) fn way_back(&self, after: &Catalog, migration: &MigrationFile, up: &Script) -> Vec<Remark> {
        let is_asked = |rule: &Rule| {
            rule.is_about_way_back() && self.policy.severity(rule, None, &migration.path) != Severity::Off
        };
        let Ok(file) = self.tree.read(&migration.path) else { return Vec::new() };
        if !self.project.has_way_back(migration) || !self.rules.iter().any(is_asked) {
            return Vec::new();
        }
        let start = Span::new(file.id, 0, 0);
        match self.project.read_way_back(migration, self.tree, after) {
            Some(down) => remarks(up, &down, after, start),
            None => vec![none(start)],
        }
    }
}

/// What is said of the way back from `up` and `after`, the tables as the migration leaves them. What stood when it began counts as
/// standing before the batch there; `start` is where the migration stands in its file.
pub(super) fn remarks(up: &Script, down: &Script, after: &Catalog, start: Span) -> Vec<Remark> {
    if down.statements.is_empty() && down.problems.is_empty() {
        return vec![none(start)];
    }
    // Few ways back change what the rest of them is about.
    let mut catalog = Cow::Borrowed(after);
    let mut remarks = Vec::new();
    for statement in &down.statements {
        // Whether it runs at all is not known, so neither is whether it does harm.
        let is_certain = statement.guard.is_none();
        for change in &statement.changes {
            let lost = if is_certain { destroyed(&change.what, up, &catalog) } else { None };
            remarks.extend(lost.map(|what| Remark {
                kind: RemarkKind::WayBackDestroys,
                span: change.span,
                reason: format!("{what} stood before this migration, which does not make it"),
                what,
            }));
            if moves_names(&change.what) {
                catalog.to_mut().apply(&change.what);
            }
        }
    }
    remarks
}

/// That nothing undoes the migration.
fn none(start: Span) -> Remark {
    Remark {
        kind: RemarkKind::WayBackMissing,
        span: start,
        what: String::new(),
        reason: "nothing undoes this migration".to_owned(),
    }
}

/// What a change of the way back takes away that the migration did not bring, in words.
fn destroyed(change: &SchemaChange, up: &Script, catalog: &Catalog) -> Option<String> {
    match change {
        SchemaChange::DropTable(drop) => {
            let table = catalog.table(&drop.table).filter(|table| table.stood_before_batch)?;
            Some(format!("table `{}`", table.name))
        }
        SchemaChange::DropColumn(drop) => {
            let table = catalog.table(&drop.table).filter(|table| table.stood_before_batch)?;
            let column = table.column(&drop.column, catalog.engine()).filter(|column| column.stood_before_batch)?;
            Some(format!("column `{}.{}`", table.name, column.definition.name))
        }
        // What the migration emptied itself holds nothing that stood before it.
        SchemaChange::DataRows(rows) if takes_all(rows) && !empties(up, &rows.table) => {
            let table = catalog.table(&rows.table).filter(|table| table.stood_before_batch)?;
            Some(format!("what table `{}` holds", table.name))
        }
        _ => None,
    }
}

/// Whether what a name stands for is another after the change, but for what is dropped.
fn moves_names(change: &SchemaChange) -> bool {
    matches!(
        change,
        SchemaChange::RenameTable(_)
            | SchemaChange::RenameColumn(_)
            | SchemaChange::RedefineColumn(_)
            | SchemaChange::CreateTable(_)
            | SchemaChange::AddColumn(_)
    )
}

fn empties(script: &Script, table: &TableName) -> bool {
    let changes = script.statements.iter().flat_map(|statement| &statement.changes);
    changes
        .into_iter()
        .any(|change| matches!(&change.what, SchemaChange::DataRows(rows) if rows.table == *table && takes_all(rows)))
}

fn takes_all(rows: &DataRows) -> bool {
    rows.kind == DataKind::Truncate
        || rows.kind == DataKind::Delete && rows.has_condition == Some(false) && rows.is_bounded == Some(false)
}
