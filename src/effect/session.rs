//! What earlier statements of a migration leave for those after them: settings, an open transaction and what was done
//! in it.

use std::collections::{BTreeMap, BTreeSet};

use super::trail::Trail;
use super::{Algorithm, Effect, Lasts};
use crate::answer::Answer;
use crate::change::{Change, DataKind, SchemaChange, SetVariable, TableName, TransactionStep};
use crate::engine::Engine;
use crate::source::Span;

/// The state of the connection that a migration runs on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    pub is_in_transaction: bool,
    /// What runs may differ from what is read: the version of its framework is not one that is known.
    pub is_approximate: bool,
    /// The `sql_mode` in which the project opens its connections, this one and those of its releases; `None` leaves the
    /// server's.
    opening_mode: Option<String>,
    /// Values by name, in lower case.
    variables: BTreeMap<String, String>,
    /// Where the migration set them.
    set_at: BTreeMap<String, Span>,
    /// Those that end with the transaction.
    local_variables: BTreeMap<String, String>,
    /// Constraints that were added NOT VALID in the transaction that is open.
    not_validated: BTreeSet<(TableName, String)>,
    /// Tables whose shape the open transaction changed, so that it holds locks on them.
    changed_tables: BTreeSet<TableName>,
    /// Tables whose shape the migration changed for good, outside of a transaction.
    settled_tables: BTreeSet<TableName>,
    /// Tables whose rows a statement of the migration went through, with how it did.
    gone_through: BTreeMap<TableName, Option<Algorithm>>,
    /// Tables that the migration emptied and did not fill since, and where it did.
    emptied_tables: BTreeMap<TableName, Span>,
    trail: Trail,
}

impl Session {
    /// As a migration finds it; `is_in_transaction` where its runner opens one.
    pub fn new(is_in_transaction: bool) -> Self {
        Self { is_in_transaction, ..Self::default() }
    }

    /// Of statements that may be sent in a slightly other form than they are read in.
    #[must_use]
    pub fn approximate(self, is_approximate: bool) -> Self {
        Self { is_approximate, ..self }
    }

    /// With the `sql_mode` in which the project opens its connections.
    #[must_use]
    pub fn opened_in(self, sql_mode: Option<String>) -> Self {
        Self { opening_mode: sql_mode, ..self }
    }

    /// With what the connection sets before each migration, by the project's word.
    #[must_use]
    pub fn with_settings(self, settings: &BTreeMap<String, String>) -> Self {
        Self { variables: settings.clone(), ..self }
    }

    /// After what earlier migrations did.
    #[must_use]
    pub fn on_trail(self, trail: Trail) -> Self {
        Self { trail, ..self }
    }

    /// What was done up to here, this migration included.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    pub fn into_trail(self) -> Trail {
        self.trail
    }

    /// Whether the statement at hand runs in strict mode.
    pub fn is_strict(&self) -> bool {
        self.variable("sql_mode").map_or_else(|| self.is_opened_strict(), is_strict_mode)
    }

    /// Whether running code's INSERTs fail that leave a required column out. Only the MySQL family has another mode, and
    /// its servers are strict unless told otherwise.
    pub fn is_opened_strict(&self) -> bool {
        self.opening_mode.as_deref().is_none_or(is_strict_mode)
    }

    /// Takes note of what `change` leaves behind.
    pub fn follow(&mut self, change: &SchemaChange) {
        if change.changes_a_table() {
            let changed = if self.is_in_transaction { &mut self.changed_tables } else { &mut self.settled_tables };
            changed.extend(change.table().cloned());
        }
        match change {
            SchemaChange::SetVariable(set) => self.set(set),
            SchemaChange::Transaction(TransactionStep::Begin) => self.is_in_transaction = true,
            SchemaChange::Transaction(TransactionStep::Commit | TransactionStep::Rollback) => self.end_transaction(),
            SchemaChange::AddForeignKey(add) if add.is_not_valid => {
                self.add_not_valid(&add.table, add.foreign_key.name.as_deref());
            }
            SchemaChange::AddCheck(add) if add.is_not_valid => self.add_not_valid(&add.table, add.name.as_deref()),
            _ => {}
        }
    }

    /// Whether a statement that waits for a lock, or runs long, is given up: a timeout is set.
    pub fn has_timeout(&self) -> bool {
        let is_set = |name| self.variable(name).is_some_and(|value| !is_no_timeout(value));
        TIMEOUTS.into_iter().any(is_set)
    }

    /// The setting by which a statement soon gives up waiting for its lock, and its value.
    pub fn short_lock_timeout(&self) -> Option<(&'static str, &str)> {
        let set = LOCK_TIMEOUTS.iter().filter_map(|(name, unit)| Some((*name, self.variable(name)?, *unit)));
        let mut short = set.filter(|(_, value, unit)| {
            milliseconds(value, *unit).is_some_and(|waits| waits > 0.0 && waits <= SHORT_WAIT)
        });
        short.next().map(|(name, value, _)| (name, value))
    }

    /// Where the migration set the variable; `None` where its connection came with it.
    pub fn set_at(&self, variable: &str) -> Option<Span> {
        self.set_at.get(variable).copied()
    }

    /// Takes note of what a statement of the migration did to the rows of a table. Those of one statement are gone through once.
    pub fn follow_effect(&mut self, table: Option<&TableName>, effect: &Effect) {
        if let Some(table) = table.filter(|_| effect.lasts != Lasts::Moment && effect.refused.is_none()) {
            self.gone_through.insert(table.clone(), effect.algorithm);
        }
    }

    /// Whether an earlier statement went through all rows of the table in the same way.
    pub fn has_gone_through(&self, table: &TableName, effect: &Effect) -> bool {
        self.gone_through.get(table).is_some_and(|algorithm| *algorithm == effect.algorithm)
    }

    /// Takes note of what a change, which surely runs, does to rows, and of where it does what.
    pub fn follow_surely(&mut self, change: &Change) {
        self.trail.follow(change);
        if let SchemaChange::SetVariable(set) = &change.what {
            self.set_at.insert(set.name.clone(), change.span);
        }
        let SchemaChange::DataRows(rows) = &change.what else { return };
        let takes_all = rows.has_condition == Some(false) && rows.is_bounded == Some(false);
        match rows.kind {
            DataKind::Truncate => drop(self.emptied_tables.insert(rows.table.clone(), change.span)),
            DataKind::Delete if takes_all => drop(self.emptied_tables.insert(rows.table.clone(), change.span)),
            DataKind::Insert => drop(self.emptied_tables.remove(&rows.table)),
            DataKind::Delete | DataKind::Update => {}
        }
    }

    /// Where the migration emptied the table, so that going through its rows takes a moment.
    pub fn emptied_at(&self, table: &TableName) -> Option<Span> {
        self.emptied_tables.get(table).copied()
    }

    /// The value that a variable was set to, in lower case.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.local_variables.get(name).or_else(|| self.variables.get(name)).map(String::as_str)
    }

    /// Whether foreign keys are checked. A session of the MySQL family does so until it says otherwise; a session of SQLite
    /// where it was made to, which Laravel does by its configuration.
    pub fn checks_foreign_keys(&self, engine: Engine) -> Answer {
        let variable = if engine == Engine::Sqlite { "foreign_keys" } else { "foreign_key_checks" };
        match self.variable(variable) {
            Some(value) => (!matches!(value, "0" | "off" | "false" | "no")).into(),
            None if engine == Engine::Sqlite => Answer::Unknown,
            None => Answer::Yes,
        }
    }

    /// Whether SQLite's database keeps a write-ahead log, as far as the migration says it.
    pub fn keeps_write_ahead_log(&self) -> Answer {
        Answer::from(self.variable("journal_mode").map(|mode| mode == "wal"))
    }

    /// Whether the open transaction added that constraint NOT VALID, and so still holds the lock for it.
    pub fn added_not_valid(&self, table: &TableName, constraint: &str) -> bool {
        self.not_validated.contains(&(table.clone(), constraint.to_owned()))
    }

    /// The tables whose shape the open transaction changed.
    pub fn changed_tables(&self) -> impl Iterator<Item = &TableName> {
        self.changed_tables.iter()
    }

    /// The tables whose shape the migration changed outside of a transaction, so that a failure leaves them changed.
    pub fn settled_tables(&self) -> impl Iterator<Item = &TableName> {
        self.settled_tables.iter()
    }

    fn set(&mut self, set: &SetVariable) {
        let variables = if set.is_local { &mut self.local_variables } else { &mut self.variables };
        variables.insert(set.name.clone(), set.value.to_ascii_lowercase());
    }

    fn add_not_valid(&mut self, table: &TableName, constraint: Option<&str>) {
        if let (true, Some(constraint)) = (self.is_in_transaction, constraint) {
            self.not_validated.insert((table.clone(), constraint.to_owned()));
        }
    }

    fn end_transaction(&mut self) {
        self.is_in_transaction = false;
        self.local_variables.clear();
        self.not_validated.clear();
        self.changed_tables.clear();
    }
}

/// The settings of PostgreSQL by which a statement gives up.
const TIMEOUTS: [&str; 2] = ["lock_timeout", "statement_timeout"];

/// The settings by which a statement gives up waiting for a lock, and how many milliseconds a number without a unit means.
const LOCK_TIMEOUTS: [(&str, f64); 2] = [("lock_timeout", 1.0), ("lock_wait_timeout", 1000.0)];

/// How long, in milliseconds, requests can wait behind a lock before people notice.
const SHORT_WAIT: f64 = 10_000.0;

/// `2s`, `500 ms`, `1min`, `3000`.
fn milliseconds(value: &str, unit: f64) -> Option<f64> {
    let digits = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(value.len());
    let (number, suffix) = value.split_at(digits);
    let factor = match suffix.trim() {
        "" => unit,
        "ms" => 1.0,
        "s" => 1000.0,
        "min" => 60_000.0,
        "us" => 0.001,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// 0 waits for ever; DEFAULT is the server's, which waits for ever unless it was set up otherwise.
fn is_no_timeout(value: &str) -> bool {
    let number = value.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == ' ');
    value == "default" || number.parse() == Ok(0.0)
}

/// `TRADITIONAL` stands for a list with the strict modes in it.
fn is_strict_mode(sql_mode: &str) -> bool {
    let mode = sql_mode.to_ascii_lowercase();
    mode.contains("strict_") || mode.contains("traditional")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_timeout_ends_the_wait_for_a_lock_and_a_long_one_does_not() {
        let short = |name: &str, value: &str| {
            let settings = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            Session::new(false).with_settings(&settings).short_lock_timeout().is_some()
        };
        assert!(short("lock_timeout", "2s") && short("lock_timeout", "500 ms") && short("lock_timeout", "3000"));
        assert!(short("lock_wait_timeout", "5"));
        assert!(!short("lock_timeout", "0") && !short("lock_timeout", "5min") && !short("lock_timeout", "default"));
        assert!(!short("lock_wait_timeout", "31536000") && !short("statement_timeout", "2s"));
    }
}
