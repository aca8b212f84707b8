//! The gate on real sites: releases on disk, processes, a database, and the real Migrator behind it.
//!
//! Each scenario says how the gate has to end: its exit code, and the last line on stderr, with which those have to do who
//! flatten exit codes.

mod app;
mod around;
mod asked;
mod killed;
mod planned;
mod site;

use std::sync::Arc;

use libtest_mimic::Trial;

use self::site::{Ended, Site};
use crate::availability::{Outcome, completion, program};
use crate::server::{Engine, Servers};

/// A situation, and how the gate has to end in it.
struct Scenario {
    name: &'static str,
    /// Only there; both where it is `None`.
    engine: Option<Engine>,
    run: fn(&mut Site) -> Ended,
    code: i32,
    /// The last line, behind `phasewise: `; a `*` stands for anything.
    last: &'static str,
}

pub(super) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let all = asked::SCENARIOS.iter().chain(planned::SCENARIOS).chain(around::SCENARIOS);
    let scenarios: Vec<Trial> = all.flat_map(|scenario| on_each_engine(servers, scenario)).collect();
    scenarios.into_iter().chain(killed::trials(servers)).collect()
}

fn on_each_engine(servers: &Arc<Servers>, scenario: &'static Scenario) -> Vec<Trial> {
    let engines = [Engine::MariaDb, Engine::Postgres].into_iter();
    let wanted = engines.filter(|engine| scenario.engine.is_none_or(|only| only == *engine));
    let trial = |engine: Engine| {
        let servers = Arc::clone(servers);
        let name = format!("gate::scenarios::{}::{}", engine.as_phasewise(), scenario.name.replace(' ', "_"));
        Trial::ignorable_test(name, move || completion(holds(&servers, engine, scenario)))
    };
    wanted.map(trial).collect()
}

fn holds(servers: &Servers, engine: Engine, scenario: &Scenario) -> Outcome {
    program("php")?;
    let mut site = Site::new(servers.database(engine)?);
    let ended = (scenario.run)(&mut site);
    let expected = format!("phasewise: {}", scenario.last);
    assert!(fits(&expected, &ended.last), "expected {expected}\n     got {}\n\n{}", ended.last, ended.stderr);
    assert_eq!(ended.code, scenario.code, "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    Ok(())
}

/// Whether a text is as the pattern says, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        let found =
            if is_last { rest.strip_suffix(part).map(|_| "") } else { rest.split_once(part).map(|(_, after)| after) };
        match found {
            Some(after) => rest = after,
            None => return false,
        }
    }
    !parts.is_empty() || rest.is_empty()
}
