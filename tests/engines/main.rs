//! Compares phasewise with the real thing: PostgreSQL, MariaDB, and Laravel on PHP.
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
mod binary;
mod catalog;
mod client;
mod dumps;
mod fixtures;
mod laravel;
mod schema;
mod server;
mod stats;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use crate::availability::{Outcome, completion};
use crate::server::Servers;

type Test = (&'static str, fn(&Servers) -> Outcome);

const TESTS: [Test; 12] = [
    ("server::postgres_holds_a_lock_across_sessions", server::postgres_holds_a_lock_across_sessions),
    ("server::mariadb_holds_a_lock_across_sessions", server::mariadb_holds_a_lock_across_sessions),
    ("laravel::agrees_on_random_blueprints", laravel::random::agrees_on_random_blueprints),
    ("laravel::agrees_on_fixture_migrations", laravel::shop::agrees_on_fixture_migrations),
    ("stats::postgres_tells_sizes", stats::postgres_tells_sizes),
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
    let trials = TESTS.map(|(name, test)| {
        let servers = Arc::clone(&servers);
        Trial::ignorable_test(name, move || completion(test(&servers)))
    });
    let trials = Vec::from(trials).into_iter().chain(catalog::trials(&servers)).collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    if let Ok(servers) = Arc::try_unwrap(servers) {
        servers.stop();
    }
    conclusion.exit_code()
}
