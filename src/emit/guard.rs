//! What a migration says before and after its statements, so that it gives up rather than have everyone queue behind it.

use crate::change::{SchemaChange, Statement};
use crate::engine::Engine;
use crate::plan::Migration;

/// Statements around those of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Guard {
    pub(super) before: Vec<String>,
    /// Later migrations of the same session must not inherit it: an index that is built beside writers may not give up.
    pub(super) after: Vec<String>,
}

impl Guard {
    pub(super) fn of(migration: &Migration, engine: Engine) -> Self {
        if migration.guards.is_empty() {
            return Self::default();
        }
        let before = migration.guards.clone();
        match engine {
            Engine::Postgresql if migration.is_in_transaction => Self {
                before: before.iter().map(|guard| guard.replacen("set ", "set local ", 1)).collect(),
                after: Vec::new(),
            },
            Engine::Postgresql => Self { before, after: vec!["reset lock_timeout".to_owned()] },
            Engine::Mysql | Engine::Mariadb => {
                Self { before, after: vec!["set session lock_wait_timeout = default".to_owned()] }
            }
            Engine::Sqlserver => Self { before, after: vec!["set lock_timeout -1".to_owned()] },
            Engine::Sqlite => Self { before, after: Vec::new() },
        }
    }

    /// The same around statements that are one transaction where the runner begins none.
    pub(super) fn in_transaction(self, engine: Engine) -> Self {
        let begin = if engine == Engine::Sqlserver { "begin transaction" } else { "begin" };
        Self {
            before: std::iter::once(begin.to_owned()).chain(self.before).collect(),
            after: self.after.into_iter().chain(["commit".to_owned()]).collect(),
        }
    }
}

/// Whether the driver only takes it as text: what creates and drops objects cannot be prepared on the MySQL family, and
/// a `?` in a prepared statement is a binding.
pub(super) fn is_unprepared(statement: &Statement) -> bool {
    let is_object = |change: &SchemaChange| {
        matches!(
            change,
            SchemaChange::CreateObject(_)
                | SchemaChange::AlterObject(_)
                | SchemaChange::DropObject(_)
                | SchemaChange::LockTable(_)
                | SchemaChange::Opaque(_)
        )
    };
    statement.changes.is_empty()
        || statement.changes.iter().any(|change| is_object(&change.what))
        || statement.bindings.is_empty() && statement.sql.contains('?')
}
