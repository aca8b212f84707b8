//! What each engine does for each change: `fixtures/effects/<engine>.sql` holds tables and, after `-- changes`, one case
//! in each paragraph. The snapshots were compared with what was measured on the servers.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use phasewise::catalog::Catalog;
use phasewise::change::{SchemaChange, Statement};
use phasewise::effect::{Blocks, Certainty, CodeUse, Effect, Effects, Session, Subject};
use phasewise::engine::{Engine, EngineVersion};
use phasewise::source::{SourceMap, Tree};

const ENGINES: [(Engine, &str); 5] = [
    (Engine::Mysql, "8.4"),
    (Engine::Mariadb, "10.11"),
    (Engine::Postgresql, "17"),
    (Engine::Sqlite, "3.46"),
    (Engine::Sqlserver, "2022"),
];

/// An entry on which an effect may hang, but which none is known to fall under: the catalog does not tell a column's own
/// constraint from one of its table.
const NEVER_SURE: [&str; 1] = ["a FOREIGN KEY or a CHECK of the table names the column, and is not that column's own"];

/// A change of a case, and its effect.
struct Judged {
    sql: String,
    version: String,
    change: SchemaChange,
    effect: Effect,
}

#[test]
fn each_change_has_the_effect_that_was_measured() {
    for (engine, version) in ENGINES {
        let mut told = String::new();
        let mut last = String::new();
        for judged in judged(engine, version) {
            let head = format!("{} | {}", judged.version, judged.sql);
            if head != last {
                let _ = writeln!(told, "{head}");
            }
            last = head;
            let _ = writeln!(told, "    {}", tell(&judged.effect));
        }
        insta::assert_snapshot!(format!("effects_{engine}"), told);
    }
}

/// An entry that no case meets may be one that none can: earlier ones take all that it would match.
#[test]
fn every_entry_is_the_effect_of_some_case() {
    let mut idle = Vec::new();
    for (engine, version) in ENGINES {
        let judged = judged(engine, version);
        let possible = judged.iter().flat_map(|judged| judged.effect.possible().map(|effect| effect.says.clone()));
        let met: BTreeSet<String> = possible.chain(super::variants::met(engine)).collect();
        let effects = Effects::builtin(engine).unwrap();
        let says = effects.entries().iter().map(phasewise::effect::Entry::says);
        let unmet = says.filter(|says| !met.contains(*says) && !NEVER_SURE.contains(says));
        idle.extend(unmet.map(|says| format!("{engine}: {says}")));
    }
    assert!(idle.is_empty(), "no case meets these entries:\n{}", idle.join("\n"));
}

#[test]
fn every_kind_of_change_is_met_on_each_engine() {
    for (engine, version) in ENGINES {
        let effects = Effects::builtin(engine).unwrap();
        let kinds: BTreeSet<_> = effects.entries().iter().flat_map(|entry| entry.kinds().flatten()).collect();
        for judged in judged(engine, version) {
            assert!(!judged.effect.source.is_empty(), "{engine}: nothing is said of `{}`", judged.sql);
            assert!(kinds.contains(judged.change.kind()), "{engine}: no entry is about `{}`", judged.change.kind());
        }
        assert_eq!(kinds.len(), 40, "{engine}: entries are about {kinds:?}");
    }
}

fn judged(engine: Engine, version: &str) -> Vec<Judged> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/effects");
    let text = std::fs::read_to_string(root.join(format!("{engine}.sql"))).unwrap();
    let (tables, cases) = text.split_once("-- changes").unwrap();
    let mut catalog = Catalog::new(engine);
    for statement in read(tables, engine) {
        statement.changes.iter().for_each(|change| catalog.apply(&change.what));
    }
    catalog.begin_batch();
    let effects = Effects::builtin(engine).unwrap();
    let cases = cases.trim().split("\n\n").map(|case| Case::read(case, engine, version));
    cases.flat_map(|case| judge(&case, &effects, catalog.clone())).collect()
}

/// One case: `-- version: 8.0` judges it on that version, `-- as: mysql` reads it as another engine would.
struct Case {
    sql: String,
    target: EngineVersion,
    dialect: Engine,
}

impl Case {
    fn read(text: &str, engine: Engine, version: &str) -> Self {
        let mut case = Self {
            sql: String::new(),
            target: EngineVersion { engine, version: version.parse().unwrap() },
            dialect: engine,
        };
        for line in text.lines() {
            if let Some(version) = line.strip_prefix("-- version: ") {
                case.target.version = version.parse().unwrap();
            } else if let Some(dialect) = line.strip_prefix("-- as: ") {
                case.dialect = Engine::from_name(dialect).unwrap();
            } else {
                case.sql.push_str(line);
            }
        }
        case
    }
}

/// Runs the statements of a case one after another; tells of the last.
fn judge(case: &Case, effects: &Effects, mut catalog: Catalog) -> Vec<Judged> {
    let Case { sql, target, dialect } = case;
    let mut session = Session::new(false);
    let statements = read(sql, *dialect);
    let last = statements.len() - 1;
    let mut found = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        for change in &statement.changes {
            let subject =
                Subject { change, statement, catalog: &catalog, target, session: &session, code: CodeUse::default() };
            if at == last {
                let version = target.version.to_string();
                let effect = effects.of(&subject);
                found.push(Judged { sql: sql.clone(), version, change: change.what.clone(), effect });
            }
            session.follow(&change.what);
            catalog.apply(&change.what);
        }
    }
    assert!(!found.is_empty(), "`{sql}` makes no change");
    found
}

pub(crate) fn read(sql: &str, engine: Engine) -> Vec<Statement> {
    let tree = Tree::new(".");
    let file = tree.put("case.sql", sql.to_owned());
    let map = SourceMap::verbatim(file.id, 0, sql.len().try_into().unwrap());
    phasewise::sql::read(sql, &map, engine).statements
}

pub(crate) fn tell(effect: &Effect) -> String {
    let mut told = format!("{} {}", effect.lock, blocked(effect.blocks));
    if effect.is_database_wide {
        told.push_str(" of the database");
    }
    let _ = write!(told, ", {:?}", effect.lasts);
    if let Some(algorithm) = effect.algorithm {
        let _ = write!(told, ", {}", algorithm.name());
    }
    for (is_so, word) in
        [(effect.rewrites, "rewrites"), (effect.scans, "scans"), (!effect.in_transaction, "no transaction")]
    {
        if is_so {
            let _ = write!(told, ", {word}");
        }
    }
    for other in &effect.others {
        let _ = write!(told, ", also {}: {} {}", other.table, other.lock, blocked(other.blocks));
    }
    if let Some(refused) = &effect.refused {
        let _ = write!(told, ", refused: {refused}");
    }
    if effect.certainty != Certainty::Known {
        let _ = write!(told, ", {:?}: {}", effect.certainty, effect.hangs_on.join("; "));
    }
    told
}

fn blocked(blocks: Blocks) -> &'static str {
    match (blocks.reads, blocks.writes) {
        (true, _) => "blocks all",
        (false, true) => "blocks writes",
        (false, false) => "blocks nothing",
    }
}
