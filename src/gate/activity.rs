//! What other sessions do with the tables just now: transactions that stay open, locks that are waited for, and changes of
//! the schema that somebody else makes.
//!
//! Takes a session and the tables that are to change. What the user may not see is told beside what is seen, with the right
//! that it takes: nothing found is no answer where one is blind.

mod mysql;
mod postgresql;
mod sqlite;

use std::time::Duration;

use crate::database::{DatabaseError, Session};
use crate::engine::Engine;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Older than the limit.
    pub transactions: Seen<OpenTransaction>,
    pub waits: Seen<LockWait>,
    /// Statements of others that change a schema.
    pub changes: Seen<OtherChange>,
}

/// What is seen, and what more there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen<T> {
    pub found: Vec<T>,
    pub blind: Option<Blind>,
}

/// Why there may be more than is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    pub reason: String,
    /// What lets this user see it.
    pub help: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTransaction {
    /// The server's number for the session; SQLite's process.
    pub session: String,
    /// The user, as the server names it.
    pub who: Option<String>,
    /// At least.
    pub age: Duration,
    /// `None` where it is not told which tables it has touched.
    pub table: Option<String>,
    /// What it runs, or ran last.
    pub statement: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    pub session: String,
    pub table: Option<String>,
    /// The sessions that it waits for, where that is told.
    pub blocked_by: Vec<String>,
    pub statement: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherChange {
    pub session: String,
    pub who: Option<String>,
    pub statement: String,
}

impl Activity {
    /// Looks at the tables of those names, as `LiveSchema::table` takes them; those that do not exist are used by nobody.
    pub fn read(session: &mut Session, tables: &[String], older_than: Duration) -> Result<Self, DatabaseError> {
        match session.engine() {
            Engine::Mysql | Engine::Mariadb => mysql::read(session, tables, older_than),
            Engine::Sqlite => sqlite::read(session, older_than),
            _ => postgresql::read(session, tables, older_than),
        }
    }
}

impl<T> Seen<T> {
    fn all(found: Vec<T>) -> Self {
        Self { found, blind: None }
    }
}

/// The words that statements begin with which change a schema.
const CHANGING: [&str; 6] = ["alter", "create", "drop", "rename", "truncate", "reindex"];

fn changes_schema(statement: &str) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default();
    CHANGING.iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// A text as SQL writes it.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whole seconds and parts of them, as servers count them.
fn seconds(text: Option<&str>) -> Option<Duration> {
    Duration::try_from_secs_f64(text?.parse().ok()?).ok()
}
