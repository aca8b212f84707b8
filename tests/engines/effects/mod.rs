//! What `rules/engines/*.yaml` says of an engine, seen on that engine.
//!
//! `fixtures/engines/<engine>.sql` has at least one case for every entry. A case's last statement is looked up as the
//! library looks it up, runs on the server, and what the server did is compared with the entry.

mod case;
mod mysql_family;
mod postgresql;

use std::collections::BTreeSet;

use phasewise::effect::Certainty;
use phasewise::engine::{Engine, Version, VersionRange};

use self::case::Suite;
use crate::availability::Outcome;
use crate::server::{Release, Servers};

/// The versions on which cases are looked up. Every run needs servers of some of them; `PHASEWISE_SERVERS` asks for others,
/// such as `postgresql:10,postgresql:18`, which `tests/servers` fetches.
const POSTGRESQL: [&str; 9] = ["10", "11", "12", "13", "14", "15", "16", "17", "18"];
const MARIADB: [&str; 3] = ["10.5.23", "10.11", "11.8.6"];

/// Begins `verified` of an entry that no server of ours can show.
const NOT_CHECKABLE: &str = "not: ";

/// Every entry has a case that falls under it on some version, or says why no server can show it.
#[expect(clippy::unnecessary_wraps, reason = "tests that lack nothing have the type of those that may")]
pub(crate) fn every_claim_has_a_case(_: &Servers) -> Outcome {
    let mut without = Vec::new();
    for (engine, versions) in [(Engine::Postgresql, &POSTGRESQL[..]), (Engine::Mariadb, &MARIADB[..])] {
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
    let claims = suite.cases.iter().map(|case| (case, suite.claim(case, version, is_in_transaction(suite.engine))));
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
    let mut wrong = Vec::new();
    let mut measured = BTreeSet::new();
    let mut cases = 0;
    for case in &suite.cases {
        let claim = match suite.claim(case, &version, is_in_transaction(suite.engine)) {
            Ok(None) => continue,
            Ok(Some(claim)) => claim,
            Err(error) => {
                wrong.push(format!("`{}`: {error}", case.title()));
                continue;
            }
        };
        cases += 1;
        let mut differences = match suite.engine {
            Engine::Postgresql => postgresql::differences(servers, release, &database, case, &claim),
            _ => mysql_family::differences(servers, release, &suite.tables, case, &claim),
        }?;
        for place in &claim.entries {
            measured.insert(*place);
            let verified = suite.effects.entries()[*place].verified();
            let is_known = claim.effect.certainty != Certainty::Unknown;
            if is_known && !names(verified, &version) {
                differences.push(format!("`verified` is {verified:?}, but it was measured on {version}"));
            }
        }
        if !differences.is_empty() {
            wrong.push(format!("`{}` ({})\n    {}", case.title(), claim.effect.says, differences.join("\n    ")));
        }
    }
    eprintln!("{} {version}: {cases} cases, {} entries measured", suite.engine, measured.len());
    assert!(wrong.is_empty(), "{} {version}: {} cases differ:\n{}", suite.engine, wrong.len(), wrong.join("\n"));
    Ok(())
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
