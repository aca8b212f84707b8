//! What a PostgreSQL server says of itself.

use std::error::Error as _;

use postgres_client::config::SslMode;
use postgres_client::error::SqlState;
use postgres_client::{Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Server, TlsMode};
use super::{ANSWER_TIMEOUT, CONNECT_TIMEOUT, DatabaseError, DatabaseUrl, Survey, SurveyedTable, tls, version};
use crate::engine::Engine;

/// A table with its partitions and its inheritors, for what is done to it is done to them. An estimate that is below zero
/// says that nobody counted yet.
const TABLES: &str = "
    with recursive family (root, member) as (
        select class.oid, class.oid
        from pg_class class join pg_namespace schema on schema.oid = class.relnamespace
        where class.relkind in ('r', 'p') and class.relpersistence <> 't'
            and schema.nspname not in ('pg_catalog', 'information_schema') and schema.nspname not like 'pg\\_toast%'
        union
        select family.root, inherits.inhrelid
        from family join pg_inherits inherits on inherits.inhparent = family.member
    )
    select schema.nspname::text, root.relname::text, coalesce(schema.nspname = current_schema(), false),
        case when bool_and(member.reltuples >= 0 or member.relkind = 'p')
            then sum(case when member.relkind = 'p' then 0 else member.reltuples end)::bigint end,
        sum(pg_total_relation_size(member.oid))::bigint
    from family
        join pg_class root on root.oid = family.root
        join pg_class member on member.oid = family.member
        join pg_namespace schema on schema.oid = root.relnamespace
    group by 1, 2, 3
    order by 1, 2";

pub(super) fn survey(url: &DatabaseUrl, server: &Server) -> Result<Survey, DatabaseError> {
    let mut config: Config = server.url.parse().map_err(|_| DatabaseError::Url)?;
    config.connect_timeout(CONNECT_TIMEOUT).application_name("phasewise");
    let failed = |error: Error| told(&error, url);
    let mode = match server.tls.mode {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
    };
    config.ssl_mode(mode);
    let connected = match mode {
        SslMode::Disable => config.connect(NoTls),
        _ => config.connect(MakeRustlsConnect::new(tls::configuration(&server.tls)?)),
    };
    let mut client = connected.map_err(failed)?;
    ask(&mut client).map_err(failed)
}

fn ask(client: &mut Client) -> Result<Survey, Error> {
    let timeout = ANSWER_TIMEOUT.as_millis();
    client.batch_execute(&format!("set statement_timeout = {timeout}; set lock_timeout = {timeout}"))?;
    let mut transaction = client.build_transaction().read_only(true).start()?;
    let server: String = transaction.query_one("show server_version", &[])?.try_get(0)?;
    let mut tables = Vec::new();
    for row in transaction.query(TABLES, &[])? {
        let is_usual: bool = row.try_get(2)?;
        let schema: String = row.try_get(0)?;
        let (rows, bytes): (Option<i64>, Option<i64>) = (row.try_get(3)?, row.try_get(4)?);
        tables.push(SurveyedTable {
            schema: (!is_usual).then_some(schema),
            name: row.try_get(1)?,
            rows: rows.and_then(|rows| rows.try_into().ok()),
            bytes: bytes.and_then(|bytes| bytes.try_into().ok()),
        });
    }
    tables.sort();
    Ok(Survey { engine: Engine::Postgresql, version: version(&server), sql_mode: None, tables })
}

fn told(error: &Error, url: &DatabaseUrl) -> DatabaseError {
    let server = url.to_string();
    let Some(answer) = error.as_db_error() else {
        let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        // The client tells what failed in its own words alone.
        let is_of_tls = error.to_string().starts_with("error performing TLS handshake");
        return if is_of_tls {
            DatabaseError::NotTrusted { server, reason }
        } else {
            DatabaseError::Unreachable { server, reason }
        };
    };
    let reason = answer.message().to_owned();
    let login =
        [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION, SqlState::INVALID_CATALOG_NAME];
    if login.contains(answer.code()) {
        DatabaseError::Login { server, reason }
    } else {
        DatabaseError::Denied { server, reason }
    }
}
