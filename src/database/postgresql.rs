//! The client of PostgreSQL's servers, and what one says of its tables.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use postgres_client::config::SslMode;
use postgres_client::error::SqlState;
use postgres_client::tls::MakeTlsConnect;
use postgres_client::{Client, Config, Error, NoTls, SimpleQueryMessage, SimpleQueryRow, Socket};
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Server, TlsMode};
use super::{DatabaseError, DatabaseUrl, Limits, Locked, Row, Session, SurveyedTable, tls, version};
use crate::engine::Engine;

/// How much longer than the server the client waits, so that it is the server that says why.
const GRACE: Duration = Duration::from_secs(2);

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
    select nullif(schema.nspname, current_schema())::text, root.relname::text,
        case when bool_and(member.reltuples >= 0 or member.relkind = 'p')
            then sum(case when member.relkind = 'p' then 0 else member.reltuples end)::bigint end,
        sum(pg_total_relation_size(member.oid))::bigint
    from family
        join pg_class root on root.oid = family.root
        join pg_class member on member.oid = family.member
        join pg_namespace schema on schema.oid = root.relnamespace
    group by 1, 2
    order by 1, 2";

/// The sizes of its tables.
pub(super) fn tables(session: &mut Session) -> Result<Vec<SurveyedTable>, DatabaseError> {
    Ok(session.rows(TABLES)?.into_iter().filter_map(SurveyedTable::of_row).collect())
}

/// One connection. Its work is done while somebody waits for an answer.
pub(super) struct Link {
    runtime: Runtime,
    client: Client,
    /// What each transaction is told, for a pooler forgets what sessions are told.
    settings: Vec<String>,
    patience: Duration,
    /// As errors name it.
    server: String,
    version: String,
    /// After an answer that did not come in time, the next one would be to the question before.
    is_out_of_step: bool,
}

impl Link {
    pub(super) fn open(url: &DatabaseUrl, server: &Server, limits: Limits) -> Result<Self, DatabaseError> {
        let mut config: Config = server.url.parse().map_err(|_| DatabaseError::Url)?;
        config.connect_timeout(limits.connect).application_name("phasewise");
        config.keepalives_idle(Duration::from_secs(30));
        let server_name = url.to_string();
        let failed = |reason: String| DatabaseError::Unreachable { server: url.to_string(), reason };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(error.to_string()))?;
        let connecting = connect(config, server)?;
        // A name that is still being looked up is not waited for.
        let client = match runtime.block_on(async { tokio::time::timeout(limits.connect, connecting).await }) {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => {
                runtime.shutdown_background();
                return Err(match told(&error, server_name) {
                    DatabaseError::Lost { server, reason } => DatabaseError::Unreachable { server, reason },
                    other => other,
                });
            }
            Err(_) => {
                runtime.shutdown_background();
                return Err(failed(format!("it does not answer within {:?}", limits.connect)));
            }
        };
        let mut link = Self {
            runtime,
            client,
            settings: settings(limits, &server.search_path),
            patience: limits.answer + GRACE,
            server: server_name,
            version: String::new(),
            is_out_of_step: false,
        };
        // An idle session is ended where the server is set so, from 14 on.
        link.ask_plainly(&format!(
            "set default_transaction_read_only = on; {}
            select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout'",
            link.set("set")
        ))?;
        link.version = version(&link.value("show server_version")?.unwrap_or_default());
        Ok(link)
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// In a transaction of its own, which says itself what the session says too.
    pub(super) fn rows(&mut self, query: &str) -> Result<Vec<Row>, DatabaseError> {
        let begin = format!("begin transaction read only; {}", self.set("set local"));
        let messages = self.bounded(async |client| {
            client.batch_execute(&begin).await?;
            let answer = client.simple_query(query).await;
            let ended = client.batch_execute("rollback").await;
            let answer = answer?;
            ended.map(|()| answer)
        })?;
        Ok(rows(&messages))
    }

    fn set(&self, how: &str) -> String {
        self.settings.iter().map(|setting| format!("{how} {setting};")).collect::<Vec<_>>().join(" ")
    }

    /// Outside of a transaction.
    fn ask_plainly(&mut self, query: &str) -> Result<Vec<Row>, DatabaseError> {
        let messages = self.bounded(async |client| client.simple_query(query).await)?;
        Ok(rows(&messages))
    }

    fn value(&mut self, query: &str) -> Result<Option<String>, DatabaseError> {
        Ok(self.ask_plainly(query)?.into_iter().next().and_then(|row| row.into_iter().next()).flatten())
    }

    pub(super) fn try_lock(&mut self, name: &str) -> Result<Locked, DatabaseError> {
        let key = key(name);
        if self.value(&format!("select pg_try_advisory_lock({key})"))?.as_deref() == Some("t") {
            return Ok(Locked::Yes);
        }
        let held = held(key);
        let by = self.value(&format!(
            "select 'session ' || lock.pid || coalesce(' of ' || activity.usename, '')
                || coalesce(', ' || nullif(activity.application_name, ''), '')
                || coalesce(', since ' || date_trunc('second', activity.backend_start), '')
            from pg_locks lock left join pg_stat_activity activity on activity.pid = lock.pid where {held}"
        ))?;
        Ok(Locked::Held { by })
    }

    pub(super) fn holds_lock(&mut self, name: &str) -> Result<bool, DatabaseError> {
        let held = held(key(name));
        let query = format!("select 1 from pg_locks lock where {held} and lock.pid = pg_backend_pid()");
        Ok(self.value(&query)?.is_some())
    }

    fn bounded<T>(&mut self, ask: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, DatabaseError> {
        if self.is_out_of_step {
            let reason = "it was given up after an answer that did not come in time".to_owned();
            return Err(DatabaseError::Lost { server: self.server.clone(), reason });
        }
        let patience = self.patience;
        let client = &self.client;
        let answer = self.runtime.block_on(async { tokio::time::timeout(patience, ask(client)).await });
        let Ok(answer) = answer else {
            self.is_out_of_step = true;
            let reason = format!("nothing came within {patience:?}");
            return Err(DatabaseError::TimedOut { server: self.server.clone(), reason });
        };
        answer.map_err(|error| told(&error, self.server.clone()))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("server", &self.server).finish_non_exhaustive()
    }
}

/// How long an answer may take, and where names are looked up.
fn settings(limits: Limits, search_path: &[String]) -> Vec<String> {
    let milliseconds = limits.answer.as_millis();
    let mut settings = vec![format!("statement_timeout = {milliseconds}"), format!("lock_timeout = {milliseconds}")];
    if !search_path.is_empty() {
        let schemas: Vec<String> = search_path.iter().map(|schema| Engine::Postgresql.quote(schema)).collect();
        settings.push(format!("search_path = {}", schemas.join(", ")));
    }
    settings
}

/// Connects once it is awaited.
fn connect(
    mut config: Config,
    server: &Server,
) -> Result<impl Future<Output = Result<Client, Error>> + use<>, DatabaseError> {
    config.ssl_mode(match server.tls.mode {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
    });
    let tls = match server.tls.mode {
        TlsMode::Disable => None,
        _ => Some(MakeRustlsConnect::new(tls::configuration(&server.tls)?)),
    };
    Ok(async move {
        match tls {
            None => start(&config, NoTls).await,
            Some(tls) => start(&config, tls).await,
        }
    })
}

async fn start<T>(config: &Config, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn rows(messages: &[SimpleQueryMessage]) -> Vec<Row> {
    let row = |row: &SimpleQueryRow| (0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(values) => Some(row(values)),
        _ => None,
    });
    rows.collect()
}

/// A lock's name as the number that PostgreSQL wants; it tells the locks of databases apart by itself.
fn key(name: &str) -> i64 {
    let digest = Sha256::digest(name.as_bytes());
    digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes))
}

/// What is true of the row of `pg_locks` that says who has the lock (PostgreSQL documentation, "`pg_locks`": the halves of the
/// number, and 1).
fn held(key: i64) -> String {
    let (high, low) = (key.cast_unsigned() >> 32, key.cast_unsigned() & u64::from(u32::MAX));
    format!(
        "lock.locktype = 'advisory' and lock.granted and lock.classid = {high} and lock.objid = {low} and lock.objsubid = 1
        and lock.database = (select oid from pg_database where datname = current_database())"
    )
}

fn told(error: &Error, server: String) -> DatabaseError {
    let Some(answer) = error.as_db_error() else { return told_by_client(error, server) };
    let reason = answer.message().to_owned();
    let code = answer.code();
    match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION | SqlState::INVALID_CATALOG_NAME => {
            DatabaseError::Login { server, reason }
        }
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => DatabaseError::TimedOut { server, reason },
        SqlState::UNDEFINED_TABLE => DatabaseError::MissingTable { server, reason },
        SqlState::READ_ONLY_SQL_TRANSACTION => DatabaseError::Writes { server, reason },
        SqlState::INSUFFICIENT_PRIVILEGE => DatabaseError::Denied { server, reason },
        SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => DatabaseError::Unreachable { server, reason },
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => DatabaseError::Lost { server, reason },
        // "Connection exception".
        _ if code.code().starts_with("08") => DatabaseError::Lost { server, reason },
        _ => DatabaseError::Failed { server, reason },
    }
}

/// The client tells what failed in its own words alone.
fn told_by_client(error: &Error, server: String) -> DatabaseError {
    let reason = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    let words = error.to_string();
    if words.starts_with("error performing TLS handshake") {
        DatabaseError::NotTrusted { server, reason }
    } else if words.starts_with("invalid configuration") || words.starts_with("authentication error") {
        DatabaseError::Login { server, reason }
    } else if words.starts_with("error connecting to server") {
        DatabaseError::Unreachable { server, reason }
    } else {
        DatabaseError::Lost { server, reason }
    }
}
