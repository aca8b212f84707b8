//! The client of the servers of the MySQL family, and what one says of its tables.

use std::fmt;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mysql_client::prelude::Queryable;
use mysql_client::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts, Value};
use sha2::{Digest as _, Sha256};

use super::address::{Server, Tls, TlsMode};
use super::{DatabaseError, DatabaseUrl, Limits, Locked, Row, Session, SurveyedTable, version};
use crate::engine::Engine;

/// How much longer than the server the client waits, so that it is the server that says why.
const GRACE: Duration = Duration::from_secs(2);

/// From 8.0 on MySQL's figures are as old as a day otherwise; MariaDB, and MySQL before, have no such variable, and no need.
const FRESH_FIGURES: &str = "set session information_schema_stats_expiry = 0";

const TABLES: &str = "
    select null, table_name, table_rows, data_length + index_length
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'
    order by table_name";

/// The sizes of its tables.
pub(super) fn tables(session: &mut Session) -> Result<Vec<SurveyedTable>, DatabaseError> {
    Ok(session.rows(TABLES)?.into_iter().filter_map(SurveyedTable::of_row).collect())
}

/// The `sql_mode` in which the server opens connections.
pub(super) fn sql_mode(session: &mut Session) -> Result<String, DatabaseError> {
    Ok(session.value("select @@global.sql_mode")?.unwrap_or_default())
}

/// One connection.
pub(super) struct Link {
    connection: Conn,
    engine: Engine,
    version: String,
    /// As errors name it.
    server: String,
    database: String,
    /// After an answer that did not come in time, the next one would be to the question before.
    is_out_of_step: bool,
}

impl Link {
    pub(super) fn open(url: &DatabaseUrl, server: &Server, limits: Limits) -> Result<Self, DatabaseError> {
        let opts = Opts::from_url(&server.url).map_err(|_| DatabaseError::Url)?;
        let database = opts.get_db_name().unwrap_or_default().to_owned();
        if database.is_empty() {
            return Err(DatabaseError::NoDatabase);
        }
        let opts = OptsBuilder::from_opts(opts)
            .tcp_connect_timeout(Some(limits.connect))
            .tcp_keepalive_time_ms(Some(30_000))
            .read_timeout(Some(limits.answer + GRACE))
            .write_timeout(Some(limits.answer + GRACE))
            .prefer_socket(false);
        let server_name = url.to_string();
        let connection = connect_within(limits.connect, opts, server.tls.clone());
        let connection = connection.map_err(|error| match told(&error, server_name.clone()) {
            DatabaseError::Lost { server, reason } | DatabaseError::TimedOut { server, reason } => {
                DatabaseError::Unreachable { server, reason }
            }
            other => other,
        })?;
        let mut link = Self {
            connection,
            engine: Engine::Mysql,
            version: String::new(),
            server: server_name,
            database,
            is_out_of_step: false,
        };
        link.prepare(limits)?;
        Ok(link)
    }

    /// Tells the server the limits, and that nothing is to be written.
    fn prepare(&mut self, limits: Limits) -> Result<(), DatabaseError> {
        let said = self.value("select version()")?.unwrap_or_default();
        self.version = version(&said);
        if said.contains("MariaDB") {
            self.engine = Engine::Mariadb;
        }
        let seconds = limits.answer.as_secs().max(1);
        self.run("set session transaction read only")?;
        // Locks of the session are kept for as long as it waits for something else.
        self.run(&format!("set session lock_wait_timeout = {seconds}, session wait_timeout = 604800"))?;
        if self.engine == Engine::Mariadb {
            self.run(&format!("set session max_statement_time = {}", limits.answer.as_secs_f64()))
        } else {
            // Neither is known to every version; the limit on the client holds everywhere.
            let _ =
                self.connection.query_drop(format!("set session max_execution_time = {}", limits.answer.as_millis()));
            let _ = self.connection.query_drop(FRESH_FIGURES);
            Ok(())
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn rows(&mut self, query: &str) -> Result<Vec<Row>, DatabaseError> {
        self.bounded(|connection| {
            let rows: Vec<mysql_client::Row> = connection.query(query)?;
            Ok(rows
                .into_iter()
                .map(|row| row.unwrap_raw().into_iter().map(|value| value.and_then(text)).collect())
                .collect())
        })
    }

    fn run(&mut self, statement: &str) -> Result<(), DatabaseError> {
        self.bounded(|connection| connection.query_drop(statement))
    }

    fn value(&mut self, query: &str) -> Result<Option<String>, DatabaseError> {
        Ok(self.rows(query)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    pub(super) fn try_lock(&mut self, name: &str) -> Result<Locked, DatabaseError> {
        let key = self.key(name);
        if self.value(&format!("select get_lock('{key}', 0)"))?.as_deref() == Some("1") {
            return Ok(Locked::Yes);
        }
        let Some(holder) = self.value(&format!("select is_used_lock('{key}')"))? else {
            return Ok(Locked::Held { by: None });
        };
        // Sessions of other users are seen only with the privilege PROCESS.
        let shown = self.value(&format!(
            "select concat(' of ', user, ' from ', host) from information_schema.processlist where id = {holder}"
        ))?;
        Ok(Locked::Held { by: Some(format!("session {holder}{}", shown.unwrap_or_default())) })
    }

    pub(super) fn holds_lock(&mut self, name: &str) -> Result<bool, DatabaseError> {
        let query = format!("select is_used_lock('{}') = connection_id()", self.key(name));
        Ok(self.value(&query)?.as_deref() == Some("1"))
    }

    /// A lock's name as the server takes it, which keeps one list for all its databases and takes no more than 64 letters
    /// (MySQL 8.0 reference manual, "Locking Functions").
    fn key(&self, name: &str) -> String {
        let digest = Sha256::digest(format!("{}\0{name}", self.database).as_bytes());
        let number = digest.first_chunk::<16>().map_or(0, |bytes| u128::from_be_bytes(*bytes));
        format!("phasewise.{number:032x}")
    }

    fn bounded<T>(&mut self, ask: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, DatabaseError> {
        if self.is_out_of_step {
            let reason = "it was given up after an answer that did not come in time".to_owned();
            return Err(DatabaseError::Lost { server: self.server.clone(), reason });
        }
        ask(&mut self.connection).map_err(|error| {
            self.is_out_of_step = is_timeout(&error);
            told(&error, self.server.clone())
        })
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("server", &self.server).finish_non_exhaustive()
    }
}

/// A server that takes the connection and then says nothing is left to a thread that gives up later.
fn connect_within(limit: Duration, opts: OptsBuilder, tls: Tls) -> Result<Conn, Error> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(connect(opts, &tls));
    });
    let silent =
        || Error::IoError(io::Error::new(io::ErrorKind::TimedOut, format!("it does not answer within {limit:?}")));
    receiver.recv_timeout(limit).unwrap_or_else(|_| Err(silent()))
}

fn connect(opts: OptsBuilder, tls: &Tls) -> Result<Conn, Error> {
    if tls.mode == TlsMode::Disable {
        return Conn::new(opts);
    }
    let asked = SslOpts::default()
        .with_root_cert_path(tls.roots.clone())
        .with_danger_accept_invalid_certs(tls.mode < TlsMode::VerifyCa)
        .with_danger_skip_domain_validation(tls.mode < TlsMode::VerifyFull);
    match Conn::new(opts.clone().ssl_opts(asked)) {
        Err(Error::DriverError(DriverError::TlsNotSupported)) if tls.mode == TlsMode::Prefer => Conn::new(opts),
        connected => connected,
    }
}

/// Answers to plain questions come as text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}

fn is_timeout(error: &Error) -> bool {
    matches!(error, Error::IoError(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

fn told(error: &Error, server: String) -> DatabaseError {
    match error {
        Error::MySqlError(answer) => told_by_server(answer.code, answer.message.clone(), server),
        Error::TlsError(reason) => DatabaseError::NotTrusted { server, reason: reason.to_string() },
        Error::DriverError(DriverError::TlsNotSupported) => {
            DatabaseError::NotTrusted { server, reason: "the server does not speak it".to_owned() }
        }
        Error::DriverError(DriverError::ConnectTimeout | DriverError::CouldNotConnect(_)) => {
            DatabaseError::Unreachable { server, reason: error.to_string() }
        }
        _ if is_timeout(error) => DatabaseError::TimedOut { server, reason: error.to_string() },
        other => DatabaseError::Lost { server, reason: other.to_string() },
    }
}

/// By the number of the error (MySQL 8.0 error message reference; MariaDB's own begin at 1900).
fn told_by_server(code: u16, reason: String, server: String) -> DatabaseError {
    match code {
        // Access denied for the user, to the database; no such database; a plugin that the client lacks or may not use.
        1045 | 1044 | 1049 | 1698 => DatabaseError::Login { server, reason },
        // For a command, a column, a routine, a table's column; a privilege such as PROCESS is needed.
        1142 | 1143 | 1370 | 1227 => DatabaseError::Denied { server, reason },
        1146 => DatabaseError::MissingTable { server, reason },
        // A lock was waited for too long; `max_execution_time`; `max_statement_time`.
        1205 | 3024 | 1969 => DatabaseError::TimedOut { server, reason },
        // In a transaction that only reads; in one of a server that does.
        1792 | 1290 | 1836 => DatabaseError::Writes { server, reason },
        1040 | 1129 | 1130 | 1203 => DatabaseError::Unreachable { server, reason },
        // Shutdown; the session was killed, in MariaDB and in MySQL.
        1053 | 1927 | 1317 | 3169 | 4031 => DatabaseError::Lost { server, reason },
        _ => DatabaseError::Failed { server, reason },
    }
}
