//! The replayed catalog against the server's own, for each statement whose effects are written down.
//!
//! `fixtures/effects/rows/<engine>.sql` holds tables and, after `-- rows`, a statement in each paragraph, with what runs
//! before it. Each statement that one of the servers' versions knows runs on those tables anew.

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::Trial;
use phasewise::catalog::Catalog;
use phasewise::engine::{Version, VersionRange};

use super::{compare, engine_of, prepared, script};
use crate::availability::{Outcome, completion};
use crate::client::{Database, Session};
use crate::server::{Engine, Release, Servers};

const ROWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/effects/rows");

/// The releases on which they run; `None` is the one that is installed.
const RELEASES: [(Engine, Option<&str>); 3] =
    [(Engine::Postgres, None), (Engine::Postgres, Some("17")), (Engine::MariaDb, None)];

pub(super) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let trial = |(engine, version): (Engine, Option<&str>)| {
        let servers = Arc::clone(servers);
        let release = Release { engine, version: version.map(str::to_owned) };
        let name = format!("catalog::{}::rows{}", engine_of(engine).name(), version.unwrap_or_default());
        Trial::ignorable_test(name, move || completion(follows_the_server(&servers, &release)))
    };
    RELEASES.into_iter().map(trial).collect()
}

fn follows_the_server(servers: &Servers, release: &Release) -> Outcome {
    let file = Path::new(ROWS).join(engine_of(release.engine).name()).with_extension("sql");
    let text = std::fs::read_to_string(file).expect("a fixture is text");
    let (tables, rows) = text.split_once("-- rows\n").expect("tables come before the rows");
    let database = servers.database_on(release)?;
    let version: Version = database.version().parse().expect("a server tells its version");
    let mut differences = Vec::new();
    let rows: Vec<Row> = rows.trim().split("\n\n").map(Row::read).collect();
    let known: Vec<&Row> = rows.iter().filter(|row| row.is_of(&version)).collect();
    assert!(2 * known.len() > rows.len(), "{version:?} knows {} of {} statements", known.len(), rows.len());
    for row in known {
        let mut replay = Replay::new(&database, release.engine);
        replay.run(tables).expect("the server takes the tables");
        let answer = replay.run(row.first).and_then(|()| replay.run(row.sql));
        let refused = answer.err().filter(|_| !row.may_be_refused(&version)).map(|error| format!("refused: {error}"));
        let found = refused.into_iter().chain(replay.differences(&row.partly_known));
        differences.extend(found.map(|difference| format!("{}\n    {difference}", row.sql)));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

#[derive(Default)]
struct Row<'t> {
    first: &'t str,
    sql: &'t str,
    versions: Vec<VersionRange>,
    /// Where it is refused if there are rows: the tables are empty here, so the server may take it all the same.
    refusing: Vec<VersionRange>,
    /// The entries say otherwise, and the server refuses it.
    is_refused_all_the_same: bool,
    partly_known: Vec<String>,
}

impl<'t> Row<'t> {
    fn read(paragraph: &'t str) -> Self {
        let mut row = Self::default();
        for line in paragraph.lines() {
            match line.strip_prefix("-- ").and_then(|comment| comment.split_once(": ")) {
                None => row.sql = line,
                Some(("first", first)) => row.first = first,
                Some(("partly known", table)) => row.partly_known.push(table.to_owned()),
                Some(("differs", said)) => row.is_refused_all_the_same |= said.starts_with("refused"),
                Some((ranges, seen)) => {
                    let ranges = ranges.split(", ").map(|range| range.parse().expect("a range of versions"));
                    let ranges: Vec<VersionRange> = ranges.collect();
                    row.refusing.extend(ranges.iter().filter(|_| seen.starts_with("refused")).cloned());
                    row.versions.extend(ranges);
                }
            }
        }
        row
    }

    fn is_of(&self, version: &Version) -> bool {
        self.versions.iter().any(|range| version.is_in(range).is_yes())
    }

    fn may_be_refused(&self, version: &Version) -> bool {
        self.is_refused_all_the_same || self.refusing.iter().any(|range| version.is_in(range).is_yes())
    }
}

/// A database, and the catalog that the statements which it took amount to.
struct Replay {
    engine: Engine,
    session: Session,
    catalog: Catalog,
}

impl Replay {
    /// Begins with nothing in the database.
    fn new(database: &Database, engine: Engine) -> Self {
        let mut session = database.session();
        let name = database.name();
        let emptied = match engine {
            Engine::Postgres => {
                vec!["drop schema if exists public, archive cascade".to_owned(), "create schema public".to_owned()]
            }
            Engine::MariaDb | Engine::MySql => {
                vec![format!("drop database {name}"), format!("create database {name}"), format!("use {name}")]
            }
        };
        for statement in emptied {
            session.execute(&statement).expect("the database is the test's own");
        }
        drop(session);
        Self { engine, session: prepared(database, engine), catalog: Catalog::new(engine_of(engine)) }
    }

    /// Up to the first statement that the server refuses.
    fn run(&mut self, sql: &str) -> Result<(), String> {
        for statement in &script(sql, self.engine).statements {
            self.session.execute(&statement.sql)?;
            self.catalog.apply_statement(statement);
        }
        Ok(())
    }

    fn differences(&mut self, partly_known: &[String]) -> Vec<String> {
        compare(&mut self.session, self.engine, &self.catalog, partly_known)
    }
}
