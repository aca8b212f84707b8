//! A live database, read and never written: what it is, and how large its tables are.
//!
//! The client crates stay behind this wall. A password goes to the server and nowhere else: no error and no debug output
//! has it. Connections are encrypted as `sslmode` asks, and where nothing is asked, wherever the server can.

mod address;
mod mysql;
mod postgresql;
mod sqlite;
mod tls;

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

pub use self::address::DatabaseUrl;
use self::address::Place;
use crate::engine::Engine;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a question may take, and how long it may wait for a lock.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

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
    #[error("`{0}` databases cannot be asked; those of PostgreSQL, MySQL, MariaDB and SQLite can")]
    #[diagnostic(
        code(phasewise::database::scheme),
        help("begin the address with `postgresql://`, `mysql://` or `sqlite:`")
    )]
    Scheme(String),
    #[error("the address of the database names no database")]
    #[diagnostic(code(phasewise::database::none), help("name it after the host: `mysql://user@host:3306/database`"))]
    NoDatabase,
    #[error("the address of the database names no file")]
    #[diagnostic(
        code(phasewise::database::no_file),
        help("name it behind the colon: `sqlite:database/database.sqlite`")
    )]
    NoFile,
    #[error("the address says `sslmode={0}`, which is none")]
    #[diagnostic(
        code(phasewise::database::tls_mode),
        help(
            "say `disable`, `prefer`, `require`, `verify-ca` or `verify-full`, with `sslrootcert=FILE` for a CA of your own"
        )
    )]
    TlsMode(String),
    #[error("the address says `{0}`, and phasewise does not prove who it is by a certificate")]
    #[diagnostic(
        code(phasewise::database::own_certificate),
        help("let a user with a password and read-only rights ask, or write the file of stats on the server")
    )]
    OwnCertificate(String),
    #[error("no certificates to trust are in `{path}`: {reason}")]
    #[diagnostic(
        code(phasewise::database::roots),
        help("`sslrootcert` names a file in PEM form with the certificate of the CA that signed the server's")
    )]
    Roots { path: String, reason: String },
    #[error("TLS cannot be set up: {0}")]
    #[diagnostic(code(phasewise::database::tls))]
    Tls(String),
    #[error("`{server}` is not reached over TLS as the address asks: {reason}")]
    #[diagnostic(
        code(phasewise::database::not_trusted),
        help(
            "`sslrootcert=FILE` names a CA of your own, `sslmode=verify-ca` does not ask whether the certificate is made out to this host, `sslmode=require` not whom it is from"
        )
    )]
    NotTrusted { server: String, reason: String },
    #[error("`{server}` cannot be reached: {reason}")]
    #[diagnostic(code(phasewise::database::unreachable), help("check the host and the port, and that the server runs"))]
    Unreachable { server: String, reason: String },
    #[error("`{file}` cannot be read: {reason}")]
    #[diagnostic(
        code(phasewise::database::unreadable),
        help("name the file of a database, as in `sqlite:database/database.sqlite`")
    )]
    Unreadable { file: String, reason: String },
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
        match &self.place {
            Place::Postgresql(server) => postgresql::survey(self, server),
            Place::Mysql(server) => mysql::survey(self, server),
            Place::Sqlite(path) => sqlite::survey(path),
        }
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
