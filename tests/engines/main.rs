//! Compares phasewise with the real thing: PostgreSQL, MariaDB, SQLite, and Laravel on PHP.
//!
//! A test that lacks what it needs on this machine says so and is ignored, which Rust's own harness cannot do at run time.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may fail, reads fixtures and runs servers"
)]

mod availability;
mod binaries;
mod binary;
mod catalog;
mod client;
mod dumps;
mod effects;
mod fixtures;
mod gate;
mod laravel;
mod plans;
mod schema;
mod server;
mod sqlite;
mod stats;
mod wiring;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::availability::{Outcome, completion};
use crate::server::{Release, Servers};

type Test = (&'static str, fn(&Servers) -> Outcome);

const TESTS: [Test; 16] = [
    ("server::postgres_holds_a_lock_across_sessions", server::postgres_holds_a_lock_across_sessions),
    ("server::mariadb_holds_a_lock_across_sessions", server::mariadb_holds_a_lock_across_sessions),
    ("laravel::agrees_on_random_blueprints", laravel::random::agrees_on_random_blueprints),
    ("laravel::agrees_on_fixture_migrations", laravel::shop::agrees_on_fixture_migrations),
    ("effects::every_claim_has_a_case", effects::every_claim_has_a_case),
    ("sqlite::a_rebuild_loses_rows_outside_of_a_transaction", sqlite::a_rebuild_loses_rows_outside_of_a_transaction),
    ("stats::postgres_tells_sizes", stats::postgres_tells_sizes),
    ("stats::postgres_is_asked_over_tls", stats::postgres_is_asked_over_tls),
    ("stats::a_file_of_sqlite_tells_sizes", stats::a_file_of_sqlite_tells_sizes),
    ("stats::mariadb_tells_sizes", stats::mariadb_tells_sizes),
    ("fixtures::shop_runs_on_mariadb", fixtures::shop_runs_on_mariadb),
    ("fixtures::ledger_runs_on_postgres", fixtures::ledger_runs_on_postgres),
    ("dumps::the_shop_loads_from_mariadb_dump", dumps::the_shop_loads_from_mariadb_dump),
    ("dumps::the_ledger_loads_from_pg_dump", dumps::the_ledger_loads_from_pg_dump),
    ("dumps::the_forms_of_mariadb_load_from_mariadb_dump", dumps::the_forms_of_mariadb_load_from_mariadb_dump),
    ("dumps::the_forms_of_postgresql_load_from_pg_dump", dumps::the_forms_of_postgresql_load_from_pg_dump),
];

fn main() -> ExitCode {
    let servers = Arc::new(Servers::default());
    let mut trials = Vec::new();
    for (name, test) in TESTS {
        let servers = Arc::clone(&servers);
        trials.push(Trial::ignorable_test(name, move || completion(test(&servers))));
    }
    for release in Release::all() {
        let servers = Arc::clone(&servers);
        let name = format!("effects::claims_hold_on_{release}");
        trials.push(Trial::ignorable_test(name, move || completion(effects::claims_hold(&servers, &release))));
    }
    for version in sqlite::versions() {
        let name = format!("effects::claims_hold_on_sqlite:{}", version.as_deref().unwrap_or("installed"));
        let run = move || completion(effects::claims_hold_on_sqlite(version.as_deref()));
        trials.push(Trial::ignorable_test(name, run));
    }
    trials.extend(catalog::trials(&servers));
    trials.extend(plans::trials(&servers));
    trials.extend(wiring::trials());
    trials.extend(gate::trials(&servers));
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    if let Ok(servers) = Arc::try_unwrap(servers) {
        servers.stop();
    }
    conclusion.exit_code()
}
