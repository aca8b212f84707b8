//! One connection to a live database, on which questions are asked and nothing is written.

use std::time::Duration;

use super::address::Place;
use super::{DatabaseError, DatabaseUrl, mysql, postgresql, sqlite};
use crate::engine::Engine;
use crate::sql;

/// What a question begins with.
const QUESTIONS: [&str; 8] = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "PRAGMA"];

/// How long connecting may take, and an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// To each question, with the locks that it waits for.
    pub answer: Duration,
}

/// A row's values as text; `None` is NULL.
pub type Row = Vec<Option<String>>;

/// What came of asking for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// This session has it until it ends.
    Yes,
    /// Another session has it: which, where that may be seen.
    Held { by: Option<String> },
    /// The engine knows no locks of a session's own (SQLite).
    Unsupported,
}

/// One connection. The server refuses whatever would write; SQLite's file is opened for reading.
#[derive(Debug)]
pub struct Session {
    client: Client,
    /// For a second connection.
    url: DatabaseUrl,
    limits: Limits,
}

#[derive(Debug)]
enum Client {
    Postgresql(postgresql::Link),
    Mysql(mysql::Link),
    Sqlite(sqlite::Link),
}

impl DatabaseUrl {
    /// Connects.
    pub fn open(&self, limits: Limits) -> Result<Session, DatabaseError> {
        let client = match &self.place {
            Place::Postgresql(server) => Client::Postgresql(postgresql::Link::open(self, server, limits)?),
            Place::Mysql(server) => Client::Mysql(mysql::Link::open(self, server, limits)?),
            Place::Sqlite(path) => Client::Sqlite(sqlite::Link::open(path, limits)?),
        };
        Ok(Session { client, url: self.clone(), limits })
    }
}

impl Session {
    pub fn engine(&self) -> Engine {
        match &self.client {
            Client::Postgresql(_) => Engine::Postgresql,
            Client::Mysql(link) => link.engine(),
            Client::Sqlite(_) => Engine::Sqlite,
        }
    }

    /// Numbers and dots. Of the SQLite that wrote the file last; empty where nothing was written to it yet.
    pub fn version(&self) -> &str {
        match &self.client {
            Client::Postgresql(link) => link.version(),
            Client::Mysql(link) => link.version(),
            Client::Sqlite(link) => link.version(),
        }
    }

    /// Where the database is, without who asks.
    pub fn place(&self) -> String {
        self.url.to_string()
    }

    /// Asks one question, in a transaction of its own that only reads. Bounded by the limit on the server as well as here.
    pub fn rows(&mut self, query: &str) -> Result<Vec<Row>, DatabaseError> {
        self.refuse_other_than_a_question(query)?;
        match &mut self.client {
            Client::Postgresql(link) => link.rows(query),
            Client::Mysql(link) => link.rows(query),
            Client::Sqlite(link) => link.rows(query),
        }
    }

    /// The server refuses what writes; a statement before it might say that it may.
    fn refuse_other_than_a_question(&self, query: &str) -> Result<(), DatabaseError> {
        let statements = sql::statements(query, self.engine());
        let begins = |range: &std::ops::Range<usize>| {
            let text = query.get(range.clone()).unwrap_or_default().trim_start_matches('(').trim_start();
            QUESTIONS.iter().any(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
        };
        let reason = match statements.as_slice() {
            [only] if begins(only) => return Ok(()),
            [_] => format!("a question begins with one of {}", QUESTIONS.join(", ")),
            several => format!("it is {} statements in place of one question", several.len()),
        };
        Err(DatabaseError::Writes { server: self.place(), reason })
    }

    /// The first value of the first row.
    pub fn value(&mut self, query: &str) -> Result<Option<String>, DatabaseError> {
        Ok(self.rows(query)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    /// Takes the lock of that name in this database, which the session then holds until it ends; does not wait for it.
    pub fn try_lock(&mut self, name: &str) -> Result<Locked, DatabaseError> {
        match &mut self.client {
            Client::Postgresql(link) => link.try_lock(name),
            Client::Mysql(link) => link.try_lock(name),
            Client::Sqlite(_) => Ok(Locked::Unsupported),
        }
    }

    /// Whether this session holds the lock. Asked now and then, it also keeps the connection alive.
    pub fn holds_lock(&mut self, name: &str) -> Result<bool, DatabaseError> {
        match &mut self.client {
            Client::Postgresql(link) => link.holds_lock(name),
            Client::Mysql(link) => link.holds_lock(name),
            Client::Sqlite(_) => Ok(false),
        }
    }

    /// Whether something between here and the server hands its connections from one client to the next, so that a lock of
    /// this session is none: two clients that are connected at once are then seen to have the same connection, or one
    /// client to have two.
    pub fn is_pooled(&mut self) -> Result<bool, DatabaseError> {
        /// More than one, for other clients may come between.
        const ROUNDS: usize = 3;
        let query = match self.engine() {
            Engine::Mysql | Engine::Mariadb => "select connection_id()",
            Engine::Sqlite => return Ok(false),
            _ => "select pg_backend_pid()",
        };
        let mut other = self.url.open(self.limits)?;
        let first = self.value(query)?;
        for _ in 0..ROUNDS {
            if other.value(query)? == first || self.value(query)? != first {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
