//! What PostgreSQL's `pg_locks`, which everybody sees whole, and `pg_stat_activity` say.
//!
//! Of the sessions of other roles only members of `pg_read_all_stats` see when their transactions began and what they run
//! (PostgreSQL documentation, "Predefined Roles").

use std::time::Duration;

use super::{Activity, Blind, LockWait, OpenTransaction, OtherChange, Seen, changes_schema, literal, seconds};
use crate::database::{DatabaseError, Row, Session};
use crate::engine::Engine;

/// The tables with their partitions and inheritors, which a change of them locks as well.
const TARGETS: &str = "
    with recursive target (oid, name) as (
        select to_regclass(asked.quoted)::oid, asked.name from (values NAMES) asked (quoted, name)
        where to_regclass(asked.quoted) is not null
        union
        select inherits.inhrelid, target.name from target join pg_inherits inherits on inherits.inhparent = target.oid
    )";

/// A worker of autovacuum, which has no user, makes way. What is hidden has no beginning.
const HOLDERS: &str = "
    select distinct target.name, coalesce(lock.pid::text, 'prepared transaction ' || prepared.gid),
        coalesce(activity.usename, prepared.owner)::text,
        extract(epoch from clock_timestamp() - coalesce(activity.xact_start, prepared.prepared))::text, activity.query
    from pg_locks lock
        join target on target.oid = lock.relation
        left join pg_stat_activity activity on activity.pid = lock.pid
        left join pg_prepared_xacts prepared on lock.pid is null
            and lock.virtualtransaction = '-1/' || prepared.transaction::text
    where lock.locktype = 'relation' and lock.granted and lock.pid is distinct from pg_backend_pid()
        and lock.database = (select oid from pg_database where datname = current_database())
        and (lock.pid is null or activity.usename is not null)
    order by 1, 2";

const WAITS: &str = "
    select distinct target.name, lock.pid, array_to_string(pg_blocking_pids(lock.pid), ','), activity.query
    from pg_locks lock
        join target on target.oid = lock.relation
        left join pg_stat_activity activity on activity.pid = lock.pid
    where not lock.granted and lock.database = (select oid from pg_database where datname = current_database())
    order by 1, 2";

/// Who runs something that is seen, or holds a lock on a table that only changes of it take.
const OTHERS: &str = "
    select activity.pid, activity.usename, activity.query, activity.state = 'active', bool_or(class.oid is not null)
    from pg_stat_activity activity
        left join pg_locks lock on lock.pid = activity.pid and lock.locktype = 'relation' and lock.granted
            and lock.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
            and lock.database = activity.datid
        left join pg_class class on class.oid = lock.relation and class.relkind in ('r', 'p', 'm')
            and class.oid >= 16384
    where activity.datname = current_database() and activity.pid <> pg_backend_pid() and activity.usename is not null
    group by 1, 2, 3, 4
    order by 1";

pub(super) fn read(session: &mut Session, tables: &[String], older_than: Duration) -> Result<Activity, DatabaseError> {
    let mut activity =
        Activity { transactions: Seen::all(Vec::new()), waits: Seen::all(Vec::new()), changes: others(session)? };
    if tables.is_empty() {
        return Ok(activity);
    }
    let quoted = |table: &String| {
        let parts: Vec<String> = table.split('.').map(|part| Engine::Postgresql.quote(part)).collect();
        format!("({}, {})", literal(&parts.join(".")), literal(table))
    };
    let names: Vec<String> = tables.iter().map(quoted).collect();
    let targets = TARGETS.replace("NAMES", &names.join(", "));
    activity.transactions = transactions(session.rows(&format!("{targets}{HOLDERS}"))?, older_than);
    let waits = session.rows(&format!("{targets}{WAITS}"))?;
    activity.waits.found = waits.into_iter().filter_map(wait).collect();
    Ok(activity)
}

fn transactions(rows: Vec<Row>, older_than: Duration) -> Seen<OpenTransaction> {
    let mut seen = Seen::all(Vec::new());
    let mut hidden = Vec::new();
    for row in rows {
        let Ok([table, Some(session), who, age, statement]) = <[Option<String>; 5]>::try_from(row) else { continue };
        match seconds(age.as_deref()) {
            Some(age) if age < older_than => {}
            Some(age) => seen.found.push(OpenTransaction { session, who, age, table, statement }),
            None => hidden.push(format!("session {session} of `{}`", who.unwrap_or_default())),
        }
    }
    hidden.sort();
    hidden.dedup();
    if !hidden.is_empty() {
        seen.blind = Some(blind(format!("it is not shown how long {} has been in its transaction", hidden.join(", "))));
    }
    seen
}

fn wait(row: Row) -> Option<LockWait> {
    let [table, session, blockers, statement] = <[Option<String>; 4]>::try_from(row).ok()?;
    let blockers = blockers.unwrap_or_default();
    let blocked_by = blockers.split(',').filter(|pid| !pid.is_empty()).map(str::to_owned).collect();
    Some(LockWait { session: session?, table, blocked_by, statement })
}

fn others(session: &mut Session) -> Result<Seen<OtherChange>, DatabaseError> {
    let mut seen = Seen::all(Vec::new());
    let mut hidden = 0;
    for row in session.rows(OTHERS)? {
        let Ok([Some(session), who, statement, active, locks]) = <[Option<String>; 5]>::try_from(row) else { continue };
        // What is hidden has no state.
        hidden += usize::from(active.is_none());
        let statement = statement.unwrap_or_default();
        let is_active = active.as_deref() == Some("t");
        if locks.as_deref() == Some("t") || is_active && changes_schema(&statement) {
            seen.found.push(OtherChange { session, who, statement });
        }
    }
    if hidden > 0 {
        seen.blind = Some(blind(format!("what {hidden} sessions of other roles run is not shown")));
    }
    Ok(seen)
}

fn blind(reason: String) -> Blind {
    Blind { reason, help: "GRANT pg_read_all_stats TO the user that asks".to_owned() }
}
