//! The effects of statements, version by version: `fixtures/effects/rows/<engine>.sql` holds tables and, after `-- rows`, one
//! statement in each paragraph, with what ran before it and what it did on which versions.

use std::fmt::Write;
use std::path::Path;

use phasewise::catalog::Catalog;
use phasewise::effect::{Algorithm, Blocks, CodeUse, Effect, Effects, Lasts, Session, Subject};
use phasewise::engine::{Engine, EngineVersion, Version, VersionRange};

use super::effects::read;

/// The versions that were looked at, and those at which the documentation says that something changes.
const ENGINES: [(Engine, &[&str]); 3] = [
    (Engine::Postgresql, &["10", "11", "12", "13", "14", "15", "16", "17", "18"]),
    (Engine::Mariadb, &["10.5.23", "10.11.19", "11.8.6"]),
    (Engine::Mysql, &["5.7.44", "8.0.11", "8.0.20", "8.0.40", "8.4.0", "9.7.4"]),
];

#[test]
fn each_row_is_what_is_looked_up() {
    let mut wrong = String::new();
    for (engine, versions) in ENGINES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/effects/rows/{engine}.sql"));
        let text = std::fs::read_to_string(path).unwrap();
        let (tables, rows) = text.split_once("-- rows\n").unwrap();
        let mut catalog = Catalog::new(engine);
        for statement in &read(tables, engine) {
            catalog.apply_statement(statement);
        }
        catalog.begin_batch();
        let effects = Effects::builtin(engine).unwrap();
        let mut looked_up = 0;
        for row in rows.trim().split("\n\n") {
            let row = Row::read(row);
            for (ranges, expected) in &row.expected {
                let ranges: Vec<VersionRange> = ranges.split(", ").map(|range| range.parse().unwrap()).collect();
                for version in versions.iter().map(|version| version.parse::<Version>().unwrap()) {
                    if !ranges.iter().any(|range| version.is_in(range).is_yes()) {
                        continue;
                    }
                    looked_up += 1;
                    let told =
                        told(&row, &effects, catalog.clone(), &EngineVersion { engine, version: version.clone() });
                    if told != *expected {
                        let sql = row.sql;
                        let _ = writeln!(wrong, "{engine} {version}: {sql}\n    row:  {expected}\n    told: {told}");
                    }
                }
            }
        }
        assert!(looked_up > row_count(rows), "{engine}: {looked_up} look-ups");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Each row is for one version at least.
fn row_count(rows: &str) -> usize {
    rows.trim().split("\n\n").count()
}

struct Row<'t> {
    first: &'t str,
    sql: &'t str,
    expected: Vec<(&'t str, &'t str)>,
}

impl<'t> Row<'t> {
    fn read(text: &'t str) -> Self {
        let mut row = Self { first: "", sql: "", expected: Vec::new() };
        for line in text.lines() {
            match line.strip_prefix("-- ") {
                Some(said) => match said.split_once(": ").unwrap() {
                    ("first", first) => row.first = first,
                    ("differs" | "partly known", _) => {}
                    expected => row.expected.push(expected),
                },
                None => row.sql = line,
            }
        }
        row
    }
}

/// What all changes of the row's statement come to.
fn told(row: &Row<'_>, effects: &Effects, mut catalog: Catalog, target: &EngineVersion) -> String {
    let mut session = Session::new(false);
    for change in read(row.first, target.engine).iter().flat_map(|statement| &statement.changes) {
        session.follow(&change.what);
        catalog.apply(&change.what);
    }
    // What ran before in no transaction of its own is part of an earlier deploy.
    if !row.first.starts_with("BEGIN") {
        catalog.begin_batch();
    }
    let statements = read(row.sql, target.engine);
    let [statement] = statements.as_slice() else { panic!("`{}` is one statement", row.sql) };
    let mut all: Option<Effect> = None;
    for change in &statement.changes {
        let subject =
            Subject { change, statement, catalog: &catalog, target, session: &session, code: CodeUse::default() };
        let next = effects.of(&subject);
        all = Some(match all {
            Some(all) => together(all, next),
            None => next,
        });
        session.follow(&change.what);
        catalog.apply(&change.what);
    }
    tell(&all.unwrap_or_else(|| panic!("`{}` makes no change", row.sql)))
}

/// A statement does what its heaviest change does.
fn together(all: Effect, next: Effect) -> Effect {
    let weight =
        |effect: &Effect| (effect.refused.is_some(), effect.lasts, effect.blocks, effect.algorithm, effect.lock.len());
    let mut others = all.others.clone();
    others.extend(next.others.iter().filter(|other| !all.others.contains(other)).cloned());
    let heaviest = if weight(&next) > weight(&all) { next } else { all };
    Effect { others, ..heaviest }
}

fn tell(effect: &Effect) -> String {
    if let Some(refused) = &effect.refused {
        return format!("refused {}", refused.split(':').next().unwrap_or_default());
    }
    let lock = if effect.lock.is_empty() { "no lock" } else { &effect.lock };
    let mut told = format!("{lock} blocks {}, {}", blocked(effect.blocks), lasts(effect.lasts));
    if let Some(algorithm) = effect.algorithm {
        let _ = write!(told, ", {}", Algorithm::name(algorithm));
    }
    let is_rebuild = effect.lasts == Lasts::Rebuild;
    for (is_so, word) in [
        (effect.rewrites && !is_rebuild, "rewrites"),
        (is_rebuild && !effect.rewrites, "no rewrite"),
        (!effect.in_transaction, "no transaction"),
    ] {
        if is_so {
            let _ = write!(told, ", {word}");
        }
    }
    for other in &effect.others {
        let _ = write!(told, ", also {}: {} blocks {}", other.table, other.lock, blocked(other.blocks));
    }
    told
}

fn lasts(lasts: Lasts) -> &'static str {
    match lasts {
        Lasts::Moment => "moment",
        Lasts::Scan => "scan",
        Lasts::IndexBuild => "index build",
        Lasts::Rebuild => "rebuild",
    }
}

fn blocked(blocks: Blocks) -> &'static str {
    match (blocks.reads, blocks.writes) {
        (true, _) => "all",
        (false, true) => "writes",
        (false, false) => "nothing",
    }
}
