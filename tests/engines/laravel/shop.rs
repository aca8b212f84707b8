//! The shop's migrations, written by hand in the ways people write them.

use std::path::Path;

use super::comparison::difference;
use super::process::{Direction, Driver, Laravel};
use crate::availability::Outcome;
use crate::binary;
use crate::server::Servers;

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/shop");
/// How many of the shop's 77 migrations Laravel 8 can run: it has become a Laravel 12.
const RUN_BY_LARAVEL_8: usize = 55;

pub(crate) fn agrees_on_fixture_migrations(_: &Servers) -> Outcome {
    let mut laravel = Laravel::start(Some(Path::new(SHOP)))?;
    for direction in [Direction::Up, Direction::Down] {
        check(&mut laravel, direction);
    }
    Ok(())
}

/// Compares the migrations that Laravel 8 runs, on MySQL, for which they were written.
#[track_caller]
fn check(laravel: &mut Laravel, direction: Direction) {
    let shop = Path::new(SHOP);
    let mut arguments = vec!["--laravel", "8", "--engine", Driver::MySql.engine()];
    if direction == Direction::Down {
        arguments.push("--down");
    }
    let mut compared = 0;
    let mut report = Vec::new();
    for given in binary::sql(shop, &arguments) {
        let file = shop.join("database/migrations").join(format!("{}.php", given.name));
        let sent = laravel.ask(Driver::MySql, &file, direction);
        // Going down, phasewise knows that the tables are there, which Laravel is told they are not.
        let is_comparable = sent.error.is_none() && (direction == Direction::Up || !sent.looked_at_schema);
        if is_comparable {
            compared += 1;
            report.extend(
                difference(&sent, &given).map(|difference| format!("{} {direction:?}:\n{difference}", given.name)),
            );
        }
    }
    assert!(report.is_empty(), "{} migrations differ:\n\n{}", report.len(), report.join("\n"));
    assert!(compared >= RUN_BY_LARAVEL_8, "Laravel runs only {compared}");
}
