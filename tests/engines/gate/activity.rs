//! What others do with the tables just now, and what of it a user may see.

use std::thread;
use std::time::Duration;

use phasewise::database::Session;
use phasewise::gate::activity::Activity;

use super::{open, prepare};
use crate::Test;
use crate::availability::Outcome;
use crate::server::{Engine, Servers};
use crate::sqlite::Sqlite;

pub(super) const TESTS: &[Test] = &[
    ("transactions_of_postgres_are_seen", transactions_of_postgres_are_seen),
    ("transactions_of_mariadb_are_seen", transactions_of_mariadb_are_seen),
    ("transactions_of_sqlite_are_seen", transactions_of_sqlite_are_seen),
];

const SHORT: Duration = Duration::from_millis(1);
const LONG: Duration = Duration::from_hours(1);

/// What is seen, in words: a line each for transactions, waits and changes.
#[track_caller]
fn seen(session: &mut Session, table: &str, older_than: Duration) -> String {
    let activity = Activity::read(session, &[table.to_owned()], older_than).unwrap();
    let blind = |is_blind: bool| if is_blind { " (blind)" } else { "" };
    let (transactions, waits, changes) = (&activity.transactions, &activity.waits, &activity.changes);
    let open: Vec<String> =
        transactions.found.iter().map(|open| open.table.clone().unwrap_or("?".to_owned())).collect();
    let blocked: Vec<String> = waits.found.iter().map(|wait| wait.blocked_by.len().to_string()).collect();
    let changing: Vec<&str> = changes.found.iter().map(|change| change.statement.as_str()).collect();
    format!(
        "open {}{} waits {}{} changes {}{}",
        open.join(","),
        blind(transactions.blind.is_some()),
        blocked.join(","),
        blind(waits.blind.is_some()),
        changing.join(","),
        blind(changes.blind.is_some())
    )
}

/// Asks until it is seen: a statement that was just sent takes a moment to wait.
#[track_caller]
fn sees(session: &mut Session, table: &str, expected: &str) {
    for _ in 0..100 {
        if seen(session, table, SHORT) == expected {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(seen(session, table, SHORT), expected);
}

fn transactions_of_postgres_are_seen(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let (reader, monitor) = (format!("reader_{}", database.name()), format!("monitor_{}", database.name()));
    prepare(
        &database,
        &format!(
            "create table orders (id int) partition by list (id); create table orders_1 partition of orders for values in (1);
            create table \"Other\" (id int);
            create role {reader} login; create role {monitor} login in role pg_read_all_stats"
        ),
    );
    let mut session = open(&database.url());
    assert_eq!(seen(&mut session, "orders", SHORT), "open  waits  changes ");
    // Those that are dropped first end first, which lets the others end.
    let mut changer = database.session();
    let mut holder = database.session();
    holder.execute("begin; select * from orders_1").unwrap();
    sees(&mut session, "orders", "open orders waits  changes ");
    assert_eq!(seen(&mut session, "public.orders", SHORT), "open public.orders waits  changes ");
    assert_eq!(seen(&mut session, "Other", SHORT), "open  waits  changes ", "it has touched another table");
    assert_eq!(seen(&mut session, "gone", SHORT), "open  waits  changes ");
    assert_eq!(seen(&mut session, "orders", LONG), "open  waits  changes ", "it is not that old");

    let as_user = |user: &str| open(&database.url().replace("postgres@", &format!("{user}@")));
    let mut limited = as_user(&reader);
    assert_eq!(seen(&mut limited, "orders", SHORT), "open  (blind) waits  changes  (blind)");
    assert_eq!(seen(&mut limited, "Other", SHORT), "open  waits  changes  (blind)", "locks are seen by everybody");
    assert_eq!(seen(&mut as_user(&monitor), "orders", SHORT), "open orders waits  changes ");
    let blind = Activity::read(&mut limited, &["orders".to_owned()], SHORT).unwrap().transactions.blind.unwrap();
    assert!(blind.reason.contains("of `postgres` has been in its transaction"), "{}", blind.reason);
    assert!(blind.help.contains("GRANT pg_read_all_stats"));

    changer.send("alter table orders add note text");
    let both = "open orders,orders waits 1 changes alter table orders add note text\n;";
    sees(&mut session, "orders", both);
    holder.execute("commit").unwrap();
    changer.answer().unwrap();
    assert_eq!(seen(&mut session, "orders", SHORT), "open  waits  changes ");

    changer.execute("begin; alter table \"Other\" add note text; select 1").unwrap();
    assert!(seen(&mut limited, "gone", SHORT).ends_with("changes <insufficient privilege> (blind)"));
    Ok(())
}

fn transactions_of_mariadb_are_seen(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let (name, user) = (database.name(), format!("app_{}", database.name()));
    prepare(
        &database,
        &format!("create table orders (id int); create user {user}@'%'; grant all on {name}.* to {user}@'%'"),
    );
    let as_user = database.url().replace("root@", &format!("{user}@"));
    let mut limited = open(&as_user);
    assert_eq!(seen(&mut limited, "orders", SHORT), "open  (blind) waits  (blind) changes  (blind)");
    let blind = Activity::read(&mut limited, &["orders".to_owned()], SHORT).unwrap().transactions.blind.unwrap();
    assert!(blind.help.contains("GRANT PROCESS"));

    let mut changer = database.session();
    let mut holder = database.session();
    holder.execute("begin").unwrap();
    holder.execute("select * from orders for update").unwrap();
    // Whole seconds are counted.
    thread::sleep(Duration::from_millis(1100));
    let mut session = open(&database.url());
    let is_open = |session: &mut Session, older_than| {
        let activity = Activity::read(session, &["orders".to_owned()], older_than).unwrap();
        assert!(activity.transactions.blind.is_none());
        activity.transactions.found.iter().any(|open| open.who.as_deref() == Some("root") && open.table.is_none())
    };
    assert!(is_open(&mut session, Duration::from_secs(1)));
    assert!(!is_open(&mut session, LONG));

    changer.send("alter table orders add note text");
    let of_change = |session: &mut Session| {
        let seen = seen(session, "orders", LONG);
        seen.contains("waits 0") && seen.ends_with("changes alter table orders add note text")
    };
    assert!((0..100).any(|_| of_change(&mut session) || {
        thread::sleep(Duration::from_millis(20));
        false
    }));
    holder.execute("commit").unwrap();
    changer.answer().unwrap();
    assert_eq!(seen(&mut session, "orders", LONG), "open  waits  changes ");
    Ok(())
}

fn transactions_of_sqlite_are_seen(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    for mode in ["delete", "wal"] {
        let file = sqlite.file(&format!("{mode}.sqlite"));
        let mut other = sqlite.session(&file);
        other.execute(&format!("pragma journal_mode = {mode}; create table orders (id int)")).unwrap();
        let mut session = open(&format!("sqlite:{}", file.display()));
        let limit = Duration::from_millis(150);
        assert_eq!(seen(&mut session, "orders", limit), "open  waits  changes ", "{mode}");
        other.execute("begin immediate").unwrap();
        assert_eq!(seen(&mut session, "orders", limit), "open ? waits  changes ", "{mode}");
        other.execute("commit").unwrap();
        assert_eq!(seen(&mut session, "orders", limit), "open  waits  changes ", "{mode}");
        other.execute("begin; select * from orders").unwrap();
        let is_in_the_way = if mode == "delete" { "open ? waits  changes " } else { "open  waits  changes " };
        assert_eq!(seen(&mut session, "orders", limit), is_in_the_way, "{mode}");
    }
    Ok(())
}
