//! What a server of the MySQL family says of itself.

use mysql_client::prelude::Queryable;
use mysql_client::{Conn, DriverError, Error, Opts, OptsBuilder, SslOpts};

use super::address::{Server, Tls, TlsMode};
use super::{ANSWER_TIMEOUT, CONNECT_TIMEOUT, DatabaseError, DatabaseUrl, Survey, SurveyedTable, version};
use crate::engine::Engine;

/// `ER_ACCESS_DENIED_ERROR`, `ER_DBACCESS_DENIED_ERROR`, `ER_BAD_DB_ERROR`.
const LOGIN: [u16; 3] = [1045, 1044, 1049];

const TABLES: &str = "
    select table_name, table_rows, data_length + index_length
    from information_schema.tables
    where table_schema = database() and table_type = 'BASE TABLE'
    order by table_name";

type Row = (String, Option<u64>, Option<u64>);

pub(super) fn survey(url: &DatabaseUrl, server: &Server) -> Result<Survey, DatabaseError> {
    let opts = Opts::from_url(&server.url).map_err(|_| DatabaseError::Url)?;
    if opts.get_db_name().is_none_or(str::is_empty) {
        return Err(DatabaseError::NoDatabase);
    }
    let opts = OptsBuilder::from_opts(opts)
        .tcp_connect_timeout(Some(CONNECT_TIMEOUT))
        .read_timeout(Some(ANSWER_TIMEOUT))
        .prefer_socket(false);
    let failed = |error: Error| told(&error, url);
    let mut connection = connect(opts, &server.tls).map_err(failed)?;
    ask(&mut connection).map_err(failed)
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

fn ask(connection: &mut Conn) -> Result<Survey, Error> {
    let (server, sql_mode): (String, String) =
        connection.query_first("select version(), @@global.sql_mode")?.unwrap_or_default();
    let engine = if server.contains("MariaDB") { Engine::Mariadb } else { Engine::Mysql };
    if engine == Engine::Mysql {
        // From 8.0 on the figures are as old as a day otherwise; before, there is no such variable, and no need.
        let _ = connection.query_drop("set session information_schema_stats_expiry = 0");
    }
    connection.query_drop("start transaction read only")?;
    let rows: Vec<Row> = connection.query(TABLES)?;
    connection.query_drop("rollback")?;
    let table = |(name, rows, bytes): Row| SurveyedTable { schema: None, name, rows, bytes };
    let mut tables: Vec<SurveyedTable> = rows.into_iter().map(table).collect();
    tables.sort();
    Ok(Survey { engine, version: version(&server), sql_mode: Some(sql_mode), tables })
}

fn told(error: &Error, url: &DatabaseUrl) -> DatabaseError {
    let server = url.to_string();
    match error {
        Error::MySqlError(answer) if LOGIN.contains(&answer.code) => {
            DatabaseError::Login { server, reason: answer.message.clone() }
        }
        Error::MySqlError(answer) => DatabaseError::Denied { server, reason: answer.message.clone() },
        Error::TlsError(reason) => DatabaseError::NotTrusted { server, reason: reason.to_string() },
        Error::DriverError(DriverError::TlsNotSupported) => {
            DatabaseError::NotTrusted { server, reason: "the server does not speak it".to_owned() }
        }
        other => DatabaseError::Unreachable { server, reason: other.to_string() },
    }
}
