//! What MySQL and MariaDB show of other sessions, which is little to a user without the privilege PROCESS: no transaction at
//! all, and of the sessions its own.
//!
//! Which tables a transaction has touched stands in `performance_schema.metadata_locks` alone, where it is kept: MySQL 8 does
//! so unless it is told not to, MariaDB only where it is told to.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Activity, Blind, LockWait, OpenTransaction, OtherChange, Seen, changes_schema, literal, seconds};
use crate::database::{DatabaseError, Session};

/// Those of sessions that are in another database are left out: it is that one's tables that they have touched, unless they
/// named others with their database.
const TRANSACTIONS: &str = "
    select item.trx_mysql_thread_id, list.user, timestampdiff(second, item.trx_started, now()),
        coalesce(item.trx_query, list.info)
    from information_schema.innodb_trx item
        left join information_schema.processlist list on list.id = item.trx_mysql_thread_id
    where item.trx_mysql_thread_id not in (0, connection_id()) and coalesce(list.db, database()) = database()
    order by 1";

const SESSIONS: &str = "
    select id, user, info, state like 'Waiting for % lock' from information_schema.processlist
    where id <> connection_id() and db = database() order by id";

const INSTRUMENT: &str = "
    select 1 from performance_schema.setup_instruments
    where name = 'wait/lock/metadata/sql/mdl' and enabled = 'YES'";

/// The tables of this database that a session has locked.
const LOCKS: &str = "
    select thread.processlist_id, lock_of.object_name
    from performance_schema.metadata_locks lock_of
        join performance_schema.threads thread on thread.thread_id = lock_of.owner_thread_id
    where lock_of.object_type = 'TABLE' and lock_of.object_schema = database() and lock_of.lock_status = 'GRANTED'
        and lock_of.object_name in (NAMES)";

pub(super) fn read(session: &mut Session, tables: &[String], older_than: Duration) -> Result<Activity, DatabaseError> {
    let transactions = match session.rows(TRANSACTIONS) {
        Err(error) if error.is_denied() => None,
        rows => Some(rows?),
    };
    let blind = transactions.is_none().then(|| Blind {
        reason: "transactions, and sessions of other users, are not shown without the privilege PROCESS".to_owned(),
        help: "GRANT PROCESS ON *.* TO the user that asks".to_owned(),
    });
    let locks = locks(session, tables)?;
    let mut found = Vec::new();
    for row in transactions.unwrap_or_default() {
        let Ok([Some(session), who, age, statement]) = <[Option<String>; 4]>::try_from(row) else { continue };
        let Some(age) = seconds(age.as_deref()).filter(|age| *age >= older_than) else { continue };
        let table = match &locks {
            Some(locks) => match locks.get(&session) {
                Some(table) => Some(table.clone()),
                None => continue,
            },
            None => None,
        };
        found.push(OpenTransaction { session, who, age, table, statement });
    }
    let (waits, changes) = sessions(session)?;
    Ok(Activity {
        transactions: Seen { found, blind: blind.clone() },
        waits: Seen { found: waits, blind: blind.clone() },
        changes: Seen { found: changes, blind },
    })
}

fn sessions(session: &mut Session) -> Result<(Vec<LockWait>, Vec<OtherChange>), DatabaseError> {
    let (mut waits, mut changes) = (Vec::new(), Vec::new());
    for row in session.rows(SESSIONS)? {
        let Ok([Some(session), who, statement, waits_for_lock]) = <[Option<String>; 4]>::try_from(row) else {
            continue;
        };
        if let Some(statement) = statement.clone().filter(|statement| changes_schema(statement)) {
            changes.push(OtherChange { session: session.clone(), who, statement });
        }
        if waits_for_lock.as_deref() == Some("1") {
            waits.push(LockWait { session, table: None, blocked_by: Vec::new(), statement });
        }
    }
    Ok((waits, changes))
}

/// Which of the tables each session has locked; `None` where that is not kept, or not shown.
fn locks(session: &mut Session, tables: &[String]) -> Result<Option<BTreeMap<String, String>>, DatabaseError> {
    let mut ask = |query: &str| match session.rows(query) {
        Err(error) if error.is_denied() || error.is_missing_table() => Ok(None),
        rows => rows.map(Some),
    };
    if ask(INSTRUMENT)?.is_none_or(|rows| rows.is_empty()) {
        return Ok(None);
    }
    let names: Vec<String> = tables.iter().map(|table| literal(table)).collect();
    if names.is_empty() {
        return Ok(Some(BTreeMap::new()));
    }
    let rows = ask(&LOCKS.replace("NAMES", &names.join(", ")))?;
    let pairs = |rows: Vec<Vec<Option<String>>>| {
        rows.into_iter().filter_map(|row| match <[Option<String>; 2]>::try_from(row) {
            Ok([Some(session), Some(table)]) => Some((session, table)),
            _ => None,
        })
    };
    Ok(rows.map(|rows| pairs(rows).collect()))
}
