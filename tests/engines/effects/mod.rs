//! What `rules/engines/*.yaml` says of an engine, seen on that engine.
//!
//! `fixtures/engines/<engine>.sql` has at least one case for every entry. A case's last statement is looked up as the
//! library looks it up, runs on the server, and what the server did is compared with the entry.

mod case;
mod mysql_family;
mod postgresql;
mod sqlite;

use std::collections::BTreeSet;

use phasewise::effect::Certainty;
use phasewise::engine::{Engine, Version, VersionRange};

use self::case::{Case, Claim, Suite};
use crate::availability::{Outcome, Unavailable};
use crate::server::{Release, Servers};
use crate::sqlite::Sqlite;

/// The versions on which cases are looked up. Every run needs servers of some of them; `PHASEWISE_SERVERS` asks for others,
/// such as `postgresql:10,postgresql:18`, which `tests/servers` fetches.
const POSTGRESQL: [&str; 9] = ["10", "11", "12", "13", "14", "15", "16", "17", "18"];
const MARIADB: [&str; 3] = ["10.5.23", "10.11", "11.8.6"];
const MYSQL: [&str; 1] = ["9.7.4"];
const SQLITE: [&str; 4] = ["3.34.1", "3.40.1", "3.46.1", "3.53.4"];

/// Begins `verified` of an entry that no server of ours can show.
const NOT_CHECKABLE: &str = "not: ";

/// Every entry has a case that falls under it on some version, or says why no server can show it.
#[expect(clippy::unnecessary_wraps, reason = "tests that lack nothing have the type of those that may")]
pub(crate) fn every_claim_has_a_case(_: &Servers) -> Outcome {
    let mut without = Vec::new();
    let engines = [
        (Engine::Postgresql, &POSTGRESQL[..]),
        (Engine::Mariadb, &MARIADB[..]),
        (Engine::Mysql, &MYSQL[..]),
        (Engine::Sqlite, &SQLITE[..]),
    ];
    for (engine, versions) in engines {
        let suite = Suite::of(engine);
        let met = versions.iter().flat_map(|version| entries_met(&suite, version)).collect::<BTreeSet<_>>();
        let entries = suite.effects.entries();
        let mut not_checkable = 0;
        for (place, entry) in entries.iter().enumerate() {
            if entry.verified().is_some_and(|verified| verified.starts_with(NOT_CHECKABLE)) {
                not_checkable += 1;
            } else if !met.contains(&place) {
                without.push(format!(
                    "{engine}: entry {place}, {:?}: {}",
                    entry.kinds().collect::<Vec<_>>(),
                    entry.says()
                ));
            }
        }
        eprintln!(
            "{engine}: {} entries, {} with cases, {not_checkable} that no server can show",
            entries.len(),
            met.len()
        );
    }
    assert!(without.is_empty(), "no case falls under these entries:\n{}", without.join("\n"));
    Ok(())
}

fn entries_met(suite: &Suite, version: &str) -> Vec<usize> {
    let modes: &[&str] = if suite.engine == Engine::Sqlite { &sqlite::MODES } else { &[""] };
    let cases = modes.iter().flat_map(|mode| suite.cases.iter().map(|case| case.after(mode)));
    let claims = cases.map(|case| {
        let claim = suite.claim(&case, version, is_in_transaction(suite.engine));
        (case, claim)
    });
    let claims = claims.filter_map(|(case, claim)| {
        claim.unwrap_or_else(|error| panic!("{} {version}: `{}`: {error}", suite.engine, case.title()))
    });
    claims.flat_map(|claim| claim.entries).collect()
}

/// Runs every case that is for the release's version, and tells all that is not as claimed.
pub(crate) fn claims_hold(servers: &Servers, release: &Release) -> Outcome {
    let database = servers.database_on(release)?;
    let suite = Suite::of(release.engine.as_phasewise());
    let version = database.version();
    if suite.engine == Engine::Postgresql {
        postgresql::prepare(&database, &suite.tables);
    }
    let mut tally = Tally::new(&suite, &version);
    for case in &suite.cases {
        tally.add(case, |claim| match suite.engine {
            Engine::Postgresql => postgresql::differences(servers, release, &database, case, claim),
            _ => mysql_family::differences(servers, release, &suite.tables, case, claim),
        })?;
    }
    tally.conclude();
    Ok(())
}

/// Runs every case on SQLite, with and without a write-ahead log.
pub(crate) fn claims_hold_on_sqlite(version: Option<&str>) -> Outcome {
    let sqlite = Sqlite::of(version)?;
    let suite = Suite::of(Engine::Sqlite);
    let version = sqlite.version();
    let tables = sqlite::prepared(&sqlite, &suite.tables);
    let mut tally = Tally::new(&suite, &version);
    for mode in sqlite::MODES {
        for case in suite.cases.iter().map(|case| case.after(mode)) {
            tally.add(&case, |claim| Ok(sqlite::differences(&sqlite, &tables, &case, claim)))?;
        }
    }
    tally.conclude();
    Ok(())
}

/// What was measured of a suite on one version.
struct Tally<'a> {
    suite: &'a Suite,
    version: &'a str,
    wrong: Vec<String>,
    /// The entries, by their place in the file.
    measured: BTreeSet<usize>,
    cases: usize,
}

impl<'a> Tally<'a> {
    fn new(suite: &'a Suite, version: &'a str) -> Self {
        Self { suite, version, wrong: Vec::new(), measured: BTreeSet::new(), cases: 0 }
    }

    fn add(
        &mut self,
        case: &Case,
        measure: impl FnOnce(&Claim) -> Result<Vec<String>, Unavailable>,
    ) -> Result<(), Unavailable> {
        let claim = match self.suite.claim(case, self.version, is_in_transaction(self.suite.engine)) {
            Ok(None) => return Ok(()),
            Ok(Some(claim)) => claim,
            Err(error) => {
                self.wrong.push(format!("`{}`: {error}", case.title()));
                return Ok(());
            }
        };
        self.cases += 1;
        let is_known = claim.effect.certainty != Certainty::Unknown;
        let mut differences = if is_known { measure(&claim)? } else { Vec::new() };
        for place in &claim.entries {
            self.measured.insert(*place);
            let verified = self.suite.effects.entries()[*place].verified();
            if is_known && !names(verified, self.version) {
                differences.push(format!("`verified` is {verified:?}, but it was measured on {}", self.version));
            }
        }
        if !differences.is_empty() {
            let differences = differences.join("\n    ");
            self.wrong.push(format!("`{}` ({})\n    {differences}", case.title(), claim.effect.says));
        }
        Ok(())
    }

    #[track_caller]
    fn conclude(self) {
        let Self { suite, version, wrong, measured, cases } = self;
        eprintln!("{} {version}: {cases} cases, {} entries measured", suite.engine, measured.len());
        assert!(wrong.is_empty(), "{} {version}: {} cases differ:\n{}", suite.engine, wrong.len(), wrong.join("\n"));
    }
}

/// PostgreSQL's statements run in a transaction unless the engine refuses that.
fn is_in_transaction(engine: Engine) -> bool {
    engine == Engine::Postgresql
}

/// Whether `verified` names the version: `10-18` or `10.5, 10.11`.
fn names(verified: Option<&str>, version: &str) -> bool {
    let version: Version = version.parse().expect("a server has a version");
    let ranges = verified.unwrap_or_default().split(", ").filter_map(|range| range.parse::<VersionRange>().ok());
    ranges.into_iter().any(|range| version.is_in(&range).is_yes())
}
