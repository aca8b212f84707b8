//! What the branch that releases are cut from has of the migrations: one that it has and that is another now, one that sorts
//! before those that it has.

use std::collections::BTreeMap;

use super::project::{Direction, MigrationFile, Project, Script};
use super::run::Lint;
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement, TableName};
use crate::rule::{Remark, RemarkKind};
use crate::source::{Span, Tree};

/// What was published when this batch left the branch, and since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Published {
    /// The texts that migrations had, by the paths of those that are another now.
    pub edited: BTreeMap<String, String>,
    /// For each key of a migration of the batch, the published ones that sort after it.
    pub later: BTreeMap<String, Vec<Later>>,
}

/// A published migration that sorts after one that is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    pub name: String,
    pub text: String,
}

impl Lint<'_> {
    /// Whether the text of a published migration is another now.
    pub(super) fn is_edited(&self, migration: &MigrationFile) -> bool {
        self.published.is_some_and(|published| published.edited.contains_key(&migration.path))
    }

    /// That a published migration no longer sends what it sent, for the tables as they stand before it.
    pub(super) fn edit(&self, migration: &MigrationFile, now: &Script, catalog: &Catalog) -> Option<Remark> {
        let before = self.published?.edited.get(&migration.path)?;
        let file = self.tree.read(&migration.path).ok()?;
        let start = Span::new(file.id, 0, 0);
        if let Some(runner) = self.project.checks_texts() {
            let reason = format!("{runner} compares it with what it ran, and refuses to go on");
            return Some(remark_on_edit(migration, reason, start));
        }
        let before = self.project.read_text(migration, before, self.tree, catalog);
        edited(&migration.name, &before, now, start)
    }

    /// That a new migration sorts before published ones that have to do with it, or whose runner minds.
    pub(super) fn order(&self, migration: &MigrationFile, script: &Script) -> Option<Remark> {
        let later = self.published?.later.get(migration.key())?;
        let file = self.tree.read(&migration.path).ok()?;
        let what_runner_does = self.project.insists_on_order();
        misplaced(later, script, what_runner_does, Span::new(file.id, 0, 0))
    }
}

/// That the migration `name` no longer sends what it sent `before`. Another comment or layout changes nothing.
pub(super) fn edited(name: &str, before: &Script, now: &Script, start: Span) -> Option<Remark> {
    let (then, today) = (before.statements.iter().map(sent), now.statements.iter().map(sent));
    if then.eq(today) {
        return None;
    }
    let is_new = |statement: &&Statement| !before.statements.iter().any(|old| sent(old) == sent(statement));
    let place = now.statements.iter().find(is_new).map_or(start, |statement| statement.span);
    let reason = "where it has run, it does not run again".to_owned();
    Some(Remark { kind: RemarkKind::PublishedEdited, span: place, what: name.to_owned(), reason })
}

/// What a statement comes to, wherever it stands.
fn sent(statement: &Statement) -> (&str, &[String], Option<&str>, Vec<&SchemaChange>) {
    let changes = statement.changes.iter().map(|change| &change.what).collect();
    (&statement.sql, &statement.bindings, statement.guard.as_deref(), changes)
}

fn remark_on_edit(migration: &MigrationFile, reason: String, span: Span) -> Remark {
    Remark { kind: RemarkKind::PublishedEdited, span, what: migration.name.clone(), reason }
}

/// That a migration sorts before `later` ones. Where the runner runs whatever has not run yet, it matters only if one of them
/// names a table that this one changes; `what_runner_does` says what another runner makes of it.
pub(super) fn misplaced(
    later: &[Later],
    script: &Script,
    what_runner_does: Option<&str>,
    start: Span,
) -> Option<Remark> {
    let remark = |what: &str, reason: String| {
        Some(Remark { kind: RemarkKind::PublishedLater, span: start, what: what.to_owned(), reason })
    };
    if let (Some(runner), Some(last)) = (what_runner_does, later.last()) {
        return remark(&last.name, runner.to_owned());
    }
    let changes = script.statements.iter().flat_map(|statement| &statement.changes);
    let tables: Vec<&TableName> = changes.filter_map(|change| change.what.table()).collect();
    later.iter().find_map(|later| {
        let table = tables.iter().find(|table| names(&later.text, &table.name))?;
        let reason = format!("both are about `{table}`, and a new database runs them the other way round");
        remark(&later.name, reason)
    })
}

/// Whether a text has the word.
fn names(text: &str, word: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
    })
}

impl Project<'_> {
    /// The runner that refuses a migration whose text is not what it ran.
    fn checks_texts(&self) -> Option<&'static str> {
        let Self::Sql { migrations } = self else { return None };
        let layout = migrations.first()?.layout();
        layout.checks_texts().then(|| layout.name())
    }

    /// What the runner makes of a migration that sorts before one that it ran, where it does not simply run it.
    fn insists_on_order(&self) -> Option<&'static str> {
        let Self::Sql { migrations } = self else { return None };
        migrations.first()?.layout().makes_of_gap()
    }

    /// What a migration sent when its file held `text`.
    fn read_text(&self, migration: &MigrationFile, text: &str, tree: &Tree, catalog: &Catalog) -> Script {
        match self {
            Self::Laravel(laravel) => {
                // The class is found by the file's name, so that stays.
                let path = format!("published/{}", migration.path);
                tree.put(&path, text.to_owned());
                laravel.read(&path, Direction::Up, tree, catalog)
            }
            Self::Sql { .. } => Script::of_sql(text, tree, catalog.engine()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_named_as_a_word() {
        assert!(names("Schema::table('orders', …)", "orders"));
        assert!(names("alter table orders add", "orders"));
        assert!(!names("alter table old_orders add reorders", "orders"));
    }
}
