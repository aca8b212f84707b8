//! A live database, read and never written: what it is, and how large its tables are.
//!
//! The client crates stay behind this wall. A password goes to the server and nowhere else: no error and no debug output
//! has it. Connections are not encrypted; a server that insists on TLS is one that cannot be asked.

mod mysql;
mod postgresql;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use crate::engine::Engine;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a question may take, and how long it may wait for a lock.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

/// Where a database is, and who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    family: Family,
    /// As its client takes it.
    url: String,
    /// Without the user and the password.
    shown: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Postgresql,
    Mysql,
}

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

#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum DatabaseError {
    #[error("the address of the database cannot be read")]
    #[diagnostic(
        code(phasewise::database::url),
        help("write `postgresql://user:password@host:5432/database`, or `mysql://…`, with special letters as `%40`")
    )]
    Url,
    #[error("`{0}` databases cannot be asked; those of PostgreSQL, MySQL and MariaDB can")]
    #[diagnostic(code(phasewise::database::scheme), help("begin the address with `postgresql://` or `mysql://`"))]
    Scheme(String),
    #[error("the address of the database names no database")]
    #[diagnostic(code(phasewise::database::none), help("name it after the host: `mysql://user@host:3306/database`"))]
    NoDatabase,
    #[error("`{server}` cannot be reached: {reason}")]
    #[diagnostic(code(phasewise::database::unreachable), help("check the host and the port, and that the server runs"))]
    Unreachable { server: String, reason: String },
    #[error("`{server}` refuses the login: {reason}")]
    #[diagnostic(code(phasewise::database::login), help("check the user, the password and the database's name"))]
    Login { server: String, reason: String },
    #[error("`{server}` refuses to tell: {reason}")]
    #[diagnostic(
        code(phasewise::database::denied),
        help("the user needs to connect to the database and to read its catalogs; nothing is written")
    )]
    Denied { server: String, reason: String },
}

impl DatabaseUrl {
    /// Asks the database what it is, and how large its tables are.
    pub fn survey(&self) -> Result<Survey, DatabaseError> {
        match self.family {
            Family::Postgresql => postgresql::survey(self),
            Family::Mysql => mysql::survey(self),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(DatabaseError::Url)?;
        let (family, scheme) = match scheme.to_ascii_lowercase().as_str() {
            "postgresql" | "postgres" | "pgsql" => (Family::Postgresql, "postgresql"),
            "mysql" | "mariadb" => (Family::Mysql, "mysql"),
            other => return Err(DatabaseError::Scheme(other.to_owned())),
        };
        let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address);
        let shown = address.split(['?', '#']).next().unwrap_or_default();
        Ok(Self { family, url: format!("{scheme}://{rest}"), shown: shown.to_owned() })
    }
}

/// Without the user and the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({})", self.shown)
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
    fn an_address_is_shown_without_who_asks() {
        let url: DatabaseUrl = "pgsql://app:p%40ss@db.example.org:5432/shop?sslmode=prefer".parse().unwrap();
        assert_eq!(url.to_string(), "db.example.org:5432/shop");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(db.example.org:5432/shop)");
        let odd: DatabaseUrl = "mysql://app:p@ss@h/shop".parse().unwrap();
        assert_eq!(odd.to_string(), "h/shop", "even where the password is not escaped");
        assert_eq!("shop".parse::<DatabaseUrl>(), Err(DatabaseError::Url));
        assert_eq!("oracle://h/shop".parse::<DatabaseUrl>(), Err(DatabaseError::Scheme("oracle".to_owned())));
    }

    #[test]
    fn a_version_is_numbers() {
        assert_eq!(version("10.11.6-MariaDB-0+deb12u1"), "10.11.6");
        assert_eq!(version("15.8 (Debian 15.8-0+deb12u1)"), "15.8");
        assert_eq!(version("17beta1"), "17");
        assert_eq!(version("8.0.35.1"), "8.0.35");
    }
}
