//! How long it takes to plan 200 intents on a schema of 1,000 tables, and how that grows with either.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock, writes its input and prints its figures"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use phasewise::effect::Effects;
use phasewise::engine::{Engine, EngineVersion};
use phasewise::lint::{Batch, Lint, Policy, Project, SqlMigration};
use phasewise::plan::{Packing, plan};
use phasewise::recipe::Recipes;
use phasewise::rule::Rules;
use phasewise::source::Tree;
use phasewise::sql::layout;

const RUNS: usize = 3;
const BATCH: &str = "migrations/0002_batch.sql";

fn main() {
    println!("{:<8} {:>8} {:>10} {:>14}", "tables", "intents", "deploys", "time");
    for (tables, intents) in [(1_000, 50), (1_000, 200), (4_000, 200)] {
        let (deploys, time) = (0..RUNS).map(|_| measure(tables, intents)).min_by_key(|(_, time)| *time).unwrap();
        println!("{tables:<8} {intents:>8} {deploys:>10} {:>11.0} ms", time.as_secs_f64() * 1_000.0);
    }
}

/// How many deploys come out, and how long planning took, reading and replaying the history included.
fn measure(tables: usize, intents: usize) -> (usize, Duration) {
    let tree = Tree::new("/nowhere");
    tree.put("migrations/0001_before.sql", history(tables));
    tree.put(BATCH, batch(tables, intents));
    let found = layout::find(&tree, "migrations").unwrap().unwrap().migrations;
    let project = Project::Sql { migrations: found.into_iter().map(SqlMigration::new).collect() };
    let (rules, recipes) = (Rules::builtin().unwrap(), Recipes::builtin().unwrap());
    let effects = Effects::builtin(Engine::Postgresql).unwrap();
    let target = EngineVersion { engine: Engine::Postgresql, version: "17".parse().unwrap() };
    let policy = Policy::default();
    let lint = Lint {
        tree: &tree,
        project: &project,
        starting_schema: None,
        target: &target,
        effects: &effects,
        rules: &rules,
        policy: &policy,
        code: None,
        published: None,
        evidence: None,
        today: None,
    };
    let start = Instant::now();
    let planned = plan(&lint, &recipes, &Batch::Together([BATCH.to_owned()].into()), Packing::Usual);
    let time = start.elapsed();
    assert!(planned.unplanned.is_empty(), "{:?}", planned.unplanned);
    (planned.plans.first().unwrap().deploys.len(), time)
}

fn history(tables: usize) -> String {
    (0..tables).fold(String::new(), |mut text, table| {
        let columns = "id BIGINT PRIMARY KEY, a VARCHAR(20) NOT NULL, b INT, c INT NOT NULL, d TEXT";
        writeln!(text, "CREATE TABLE t{table} ({columns});").unwrap();
        text
    })
}

fn batch(tables: usize, intents: usize) -> String {
    (0..intents).fold(String::new(), |mut text, intent| {
        let table = format!("t{}", intent * tables / intents);
        let change = match intent % 5 {
            0 => format!("ALTER TABLE {table} ADD COLUMN code VARCHAR(20) NOT NULL;"),
            1 => format!("ALTER TABLE {table} RENAME COLUMN a TO aa;"),
            2 => format!("ALTER TABLE {table} DROP COLUMN c;"),
            3 => format!("CREATE INDEX {table}_b ON {table} (b);"),
            _ => format!("ALTER TABLE {table} ALTER COLUMN b SET NOT NULL;"),
        };
        writeln!(text, "{change}").unwrap();
        text
    })
}
