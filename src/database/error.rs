//! Why a database does not tell what it was asked.

use miette::Diagnostic;
use thiserror::Error;

/// No message has a password in it. Servers are named by their address without who asks.
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
    #[error("`{server}` did not answer in time: {reason}")]
    #[diagnostic(
        code(phasewise::database::timed_out),
        help("see what it is busy with, or what holds the lock that is waited for, and ask again")
    )]
    TimedOut { server: String, reason: String },
    #[error("the connection to `{server}` is lost: {reason}")]
    #[diagnostic(
        code(phasewise::database::lost),
        help("see whether the server was restarted, or somebody ended the session, and ask again")
    )]
    Lost { server: String, reason: String },
    #[error("`{server}` lacks a table: {reason}")]
    #[diagnostic(
        code(phasewise::database::missing_table),
        help("check that this is the database that is meant, and the schema that it looks in")
    )]
    MissingTable { server: String, reason: String },
    #[error("what `{server}` was asked would write, and it is only read here: {reason}")]
    #[diagnostic(code(phasewise::database::writes), help("ask with `SELECT` alone"))]
    Writes { server: String, reason: String },
    #[error("`{server}` cannot answer: {reason}")]
    #[diagnostic(code(phasewise::database::failed), help("check the question against the tables as they are there"))]
    Failed { server: String, reason: String },
}

impl DatabaseError {
    /// Whether a table that was asked for does not exist.
    pub fn is_missing_table(&self) -> bool {
        matches!(self, Self::MissingTable { .. })
    }

    /// Whether the user lacks the right to what was asked for.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied { .. })
    }

    /// Whether there was no answer within the limit.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// Whether the session ended, and its locks with it.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}
