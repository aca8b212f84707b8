//! What a migration does that none of its statements shows: pages that skip rows, models, SQL put together from values.

use super::interpreter::Interpreter;
use super::operators;
use super::query::Query;
use super::term::{HOLE, Term};
use crate::change::{DataKind, DataRows, SchemaChange, Statement, TableName};
use crate::source::Span;

/// Something about a migration that is worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habit {
    pub kind: HabitKind,
    pub span: Span,
    /// What it is about, by its name: `chunk`, `App\Models\User`.
    pub what: String,
    /// A sentence without its full stop.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HabitKind {
    /// Rows are read in pages that are counted, and what is done to them takes them out of what is counted.
    RowsSkipped,
    /// A model of the application does the work.
    ModelUsed,
    /// A value that the migration does not hold itself becomes a part of SQL's text.
    SqlFromValues,
}

/// Rows that are read page by page, each page by how many came before it.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    table: TableName,
    /// The columns that pick the rows.
    columns: Vec<String>,
    span: Span,
}

impl Interpreter<'_> {
    pub fn remember(&mut self, habit: Habit) {
        let is_known = |known: &Habit| {
            known.kind == habit.kind
                && known.what == habit.what
                && (known.span == habit.span || is_told_once(habit.kind))
        };
        if !self.output.habits.iter().any(is_known) {
            self.output.habits.push(habit);
        }
    }

    /// Runs `work` on the rows of a query, which may come page by page.
    pub fn in_pages<T>(&mut self, query: &Query, work: impl FnOnce(&mut Self) -> T) -> T {
        let (Some(span), Some(table)) = (query.counted_at, &query.table) else { return work(self) };
        let table = self.table_name(table);
        self.pagings.push(Paging { table, columns: query.picked_by.clone(), span });
        let result = work(self);
        self.pagings.pop();
        result
    }

    /// Notes a statement by which rows leave the pages that are being counted.
    pub fn watch_pages(&mut self, statement: &Statement) {
        let written = statement.changes.iter().filter_map(|change| match &change.what {
            SchemaChange::DataRows(rows) => Some(rows),
            _ => None,
        });
        let skipping: Vec<Habit> =
            written.flat_map(|rows| self.pagings.iter().filter_map(|paging| paging.skipped_by(rows))).collect();
        for habit in skipping {
            self.remember(habit);
        }
    }

    /// Notes that a model is asked or written through, unless the migration declares it itself.
    pub fn note_model(&mut self, class: &str, span: Span) {
        let declared_in = self.application.class(class).map(|class| class.span.file);
        let is_own = declared_in.is_some_and(|file| self.home.contains(&file));
        let is_of_application = declared_in.is_some() || class.starts_with("App\\");
        if self.away.is_none() && is_of_application && !is_own {
            let reason = format!("`{class}` is the application's, and may be another by the time this runs");
            self.remember(Habit { kind: HabitKind::ModelUsed, span, what: class.to_owned(), reason });
        }
    }

    /// Notes SQL of which the migration knows a part only.
    pub fn note_built_sql(&mut self, sql: &Term, span: Span) {
        let shape = operators::shape_of(sql);
        if self.away.is_some() || !shape.contains(HOLE) || shape.trim() == HOLE {
            return;
        }
        let what = shape.replace(HOLE, "…");
        let reason = format!("a part of it is not known before it runs: {}", sql.why_unknown());
        self.remember(Habit { kind: HabitKind::SqlFromValues, span, what, reason });
    }
}

impl Paging {
    fn skipped_by(&self, rows: &DataRows) -> Option<Habit> {
        if rows.table != self.table {
            return None;
        }
        let is_picking = |column: &&String| self.columns.contains(column);
        let why = match rows.kind {
            DataKind::Delete => "deletes them on the way".to_owned(),
            DataKind::Update => {
                format!("changes `{}` on the way, by which it picks them", rows.columns.iter().find(is_picking)?)
            }
            DataKind::Insert | DataKind::Truncate => return None,
        };
        let (what, reason) = (self.table.to_string(), format!("it {why}"));
        Some(Habit { kind: HabitKind::RowsSkipped, span: self.span, what, reason })
    }
}

/// Whether a second place says no more than the first.
fn is_told_once(kind: HabitKind) -> bool {
    matches!(kind, HabitKind::ModelUsed)
}
