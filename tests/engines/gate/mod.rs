//! What the gate sees of real databases.

mod activity;
mod live;
mod logs;
mod scenarios;
mod schema;

use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use phasewise::database::{DatabaseUrl, Limits, Session};

use crate::Test;
use crate::availability::completion;
use crate::client::Database;
use crate::server::Servers;

pub(crate) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let tests = live::TESTS.iter().chain(logs::TESTS).chain(schema::TESTS).chain(activity::TESTS);
    let trial = |(name, test): &Test| {
        let (servers, test) = (Arc::clone(servers), *test);
        Trial::ignorable_test(format!("gate::{name}"), move || completion(test(&servers)))
    };
    tests.map(trial).chain(scenarios::trials(servers)).collect()
}

const LIMITS: Limits = Limits { connect: Duration::from_secs(5), answer: Duration::from_secs(20) };

#[track_caller]
fn open(url: &str) -> Session {
    let url: DatabaseUrl = url.parse().unwrap();
    url.open(LIMITS).unwrap()
}

#[track_caller]
fn prepare(database: &Database, script: &str) {
    let answer = database.run(script);
    assert!(answer.ok, "{}", answer.stderr);
}
