//! What no order of deploys avoids, on real servers: what sessions that stood before a migration meet after it.

use std::sync::Arc;

use libtest_mimic::Trial;

use crate::availability::{Outcome, completion};
use crate::client::Database;
use crate::server::{Engine, Release, Servers};

/// One for each server that they are measured on.
pub(super) fn trials(servers: &Arc<Servers>) -> impl Iterator<Item = Trial> + use<> {
    let servers = Arc::clone(servers);
    Release::all().into_iter().map(move |release| {
        let servers = Arc::clone(&servers);
        Trial::ignorable_test(format!("plans::traps_on_{release}"), move || completion(hold(&servers, &release)))
    })
}

fn hold(servers: &Servers, release: &Release) -> Outcome {
    let database = servers.database_on(release)?;
    let made = database.run_file(b"CREATE TABLE orders (id BIGINT PRIMARY KEY, state VARCHAR(9));\nCREATE TABLE others (id BIGINT PRIMARY KEY);\nINSERT INTO orders VALUES (1, 'new');\nINSERT INTO others VALUES (1);\n");
    assert!(made.ok, "{}", made.stderr);
    match release.engine {
        Engine::Postgres => a_prepared_star_fails_once_a_column_is_there(&database),
        Engine::MariaDb => an_old_snapshot_meets_another_table(&database, false),
        Engine::MySql => an_old_snapshot_meets_another_table(&database, true),
    }
    Ok(())
}

/// PostgreSQL: a statement that the server keeps prepared may not give other columns. One that names its columns may go on.
fn a_prepared_star_fails_once_a_column_is_there(database: &Database) {
    let mut session = database.session();
    for sql in [
        "PREPARE star AS SELECT * FROM orders",
        "PREPARE named AS SELECT id, state FROM orders",
        "EXECUTE star",
        "EXECUTE named",
    ] {
        session.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let added = database.run("ALTER TABLE orders ADD COLUMN code VARCHAR(9)");
    assert!(added.ok, "{}", added.stderr);
    let error = session.execute("EXECUTE star").expect_err("it gives one more column");
    assert!(error.contains("0A000"), "{error}");
    session.execute("EXECUTE named").expect("it gives the same columns");
    session.execute("DEALLOCATE star").expect("it was prepared");
    session.execute("PREPARE star AS SELECT * FROM orders").expect("it is prepared anew");
    session.execute("EXECUTE star").expect("and goes on");
}

/// MySQL: a transaction whose snapshot is older than an ALTER, of whatever kind, may not touch the table (1412). MariaDB's may.
fn an_old_snapshot_meets_another_table(database: &Database, is_refused: bool) {
    let mut session = database.session();
    session.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ").expect("it is the default");
    session.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT").expect("a transaction begins");
    session.execute("SELECT id FROM others").expect("the table stands");
    let added = database.run("ALTER TABLE orders ADD COLUMN code VARCHAR(9), ALGORITHM=INSTANT");
    assert!(added.ok, "{}", added.stderr);
    match session.execute("SELECT id FROM orders") {
        Ok(_) => assert!(!is_refused, "it is read as if nothing had happened"),
        Err(error) => assert!(is_refused && error.contains("1412"), "{error}"),
    }
    session.execute("ROLLBACK").expect("it ends");
    session.execute("SELECT id, code FROM orders").expect("the next transaction finds the table as it is");
}
