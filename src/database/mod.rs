//! A live database, read and never written: what it is, and how large its tables are.
//!
//! The client crates stay behind this wall. A password goes to the server and nowhere else: no error and no debug output
//! has it. Connections are encrypted as `sslmode` asks, and where nothing is asked, wherever the server can.

mod address;
mod error;
mod mysql;
mod postgresql;
mod session;
mod sqlite;
mod tls;

use std::time::Duration;

pub use self::address::{AddressParts, DatabaseUrl};
pub use self::error::DatabaseError;
pub use self::session::{Limits, Locked, Row, Session};
use crate::engine::Engine;

/// How long a survey may take to connect and for each of its questions.
const SURVEY_LIMITS: Limits = Limits { connect: Duration::from_secs(10), answer: Duration::from_mins(1) };

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    pub engine: Engine,
    /// Numbers and dots.
    pub version: String,
    /// In which it opens connections (MySQL family).
    pub sql_mode: Option<String>,
    /// Sorted by schema and name.
    pub tables: Vec<SurveyedTable>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyedTable {
    /// Where it is not the one that names without a schema mean.
    pub schema: Option<String>,
    pub name: String,
    /// An estimate; `None` where the server has none.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}

impl DatabaseUrl {
    /// Asks the database what it is, and how large its tables are.
    pub fn survey(&self) -> Result<Survey, DatabaseError> {
        self.survey_within(SURVEY_LIMITS)
    }

    /// The same, with no more patience than that.
    pub fn survey_within(&self, limits: Limits) -> Result<Survey, DatabaseError> {
        let mut session = self.open(limits)?;
        let (tables, sql_mode) = match session.engine() {
            Engine::Mysql | Engine::Mariadb => (mysql::tables(&mut session)?, Some(mysql::sql_mode(&mut session)?)),
            Engine::Sqlite => (sqlite::tables(&mut session)?, None),
            _ => (postgresql::tables(&mut session)?, None),
        };
        let mut survey = Survey { engine: session.engine(), version: session.version().to_owned(), sql_mode, tables };
        survey.tables.sort();
        Ok(survey)
    }
}

impl SurveyedTable {
    /// Of a row of schema, name, rows and bytes.
    fn of_row(row: Row) -> Option<Self> {
        let [schema, name, rows, bytes] = <[Option<String>; 4]>::try_from(row).ok()?;
        let number = |text: Option<String>| text?.parse().ok();
        Some(Self { schema, name: name?, rows: number(rows), bytes: number(bytes) })
    }
}

/// The numbers that a server's version begins with: `10.11.6` of `10.11.6-MariaDB-0+deb12u1`.
fn version(text: &str) -> String {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let numbers = text.get(..end).unwrap_or_default().trim_matches('.');
    numbers.split('.').take(3).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_numbers() {
        assert_eq!(version("10.11.6-MariaDB-0+deb12u1"), "10.11.6");
        assert_eq!(version("15.8 (Debian 15.8-0+deb12u1)"), "15.8");
        assert_eq!(version("17beta1"), "17");
        assert_eq!(version("8.0.35.1"), "8.0.35");
    }
}
