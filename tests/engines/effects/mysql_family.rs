//! Measures statements on MariaDB and MySQL: asks the server itself with ALGORITHM= and LOCK=, and looks at the ids of the
//! table and its indexes after the plain statement, for a server may grant an algorithm and do another.

use std::collections::BTreeSet;

use phasewise::effect::{Algorithm, Blocks, Certainty, Effect, Lasts};

use super::case::{Case, Claim};
use crate::availability::Unavailable;
use crate::client::{Database, Session};
use crate::server::{Engine, Release, Servers};

const ALGORITHMS: [Algorithm; 4] = [Algorithm::Instant, Algorithm::Nocopy, Algorithm::Inplace, Algorithm::Copy];
const LOCKS: [&str; 3] = ["NONE", "SHARED", "EXCLUSIVE"];
/// The row that the cases leave alone, of those that each table has.
const ROWS: u32 = 300;
/// What InnoDB has of a table, by ids that change when it is made anew. MySQL calls these tables `innodb_…` alone.
const IDS: &str = "select concat('table ', table_id) from information_schema.innodb_sys_tables where name = concat(database(), '/', '{table}') \
     union select concat('index ', index_id) from information_schema.innodb_sys_indexes join information_schema.innodb_sys_tables t \
     using (table_id) where t.name = concat(database(), '/', '{table}')";

pub(super) fn differences(
    servers: &Servers,
    release: &Release,
    tables: &str,
    case: &Case,
    claim: &Claim,
) -> Result<Vec<String>, Unavailable> {
    if claim.effect.certainty == Certainty::Unknown {
        return Ok(Vec::new());
    }
    let copy = || {
        let database = servers.database_on(release)?;
        for script in [tables, case.first.as_str()] {
            if script.is_empty() {
                continue;
            }
            let answer = database.run(script);
            assert!(answer.ok, "`{script}`: {}", answer.stderr);
        }
        Ok(database)
    };
    let (last, earlier) = claim.statements.split_last().expect("a case has a statement");
    let database = copy()?;
    let mut runner = ready(&database, earlier);
    if let Some(refused) = &claim.effect.refused {
        return Ok(refusal(&mut runner, last, refused));
    }
    if last.get(..11).is_some_and(|start| start.eq_ignore_ascii_case("ALTER TABLE")) {
        let mut differences = plain(&mut runner, last, claim);
        if last.to_ascii_uppercase().contains("ALGORITHM=") {
            return Ok(differences);
        }
        let database = copy()?;
        let mut runner = ready(&database, earlier);
        let leaves = last.to_ascii_lowercase().contains("engine = myisam");
        differences.extend(asked(
            &mut runner,
            last,
            &claim.effect,
            if leaves { &ALGORITHMS[3..] } else { &ALGORITHMS },
        ));
        return Ok(differences);
    }
    let mut observer = database.session();
    Ok(rows_or_table(&mut runner, &mut observer, last, claim))
}

fn ready(database: &Database, earlier: &[String]) -> Session {
    let mut session = database.session();
    for statement in earlier {
        session.execute(statement).unwrap_or_else(|error| panic!("`{statement}`: {error}"));
    }
    session
}

fn refusal(runner: &mut Session, statement: &str, refused: &str) -> Vec<String> {
    let code = refused.split(':').next().unwrap_or_default();
    match runner.execute(statement) {
        Ok(_) => vec![format!("the server does it, and should refuse it: {refused}")],
        Err(error) if error.contains(&format!("ERROR {code} (")) => Vec::new(),
        Err(error) => vec![format!("refused with {}, not {code}", error.trim())],
    }
}

/// Runs the statement as it is: whether the table, or an index of it, is made anew.
fn plain(runner: &mut Session, statement: &str, claim: &Claim) -> Vec<String> {
    let table = claim.table.clone().unwrap_or_default();
    let before = ids(runner, &table);
    if let Err(error) = runner.execute(statement) {
        return vec![format!("the server refuses it: {}", error.trim())];
    }
    let after = ids(runner, &table);
    let is_new = |kind: &str| after.iter().any(|id| id.starts_with(kind) && !before.contains(id));
    // A table of another engine is none of InnoDB's any more.
    let is_rebuilt = is_new("table") || after.is_empty();
    let builds_index = !is_rebuilt && is_new("index");
    let mut differences = Vec::new();
    differ(&mut differences, "rewrite", claim.effect.rewrites, is_rebuilt);
    differ(&mut differences, "index build", claim.effect.lasts == Lasts::IndexBuild, builds_index);
    differences
}

fn ids(runner: &mut Session, table: &str) -> BTreeSet<String> {
    let mut question = IDS.replace("{table}", table);
    if runner.engine() == Engine::MySql {
        question = question.replace("innodb_sys_", "innodb_");
    }
    let answer = runner.execute(&question).expect("InnoDB tells of its tables");
    answer.lines().map(str::to_owned).collect()
}

/// The lightest of the `algorithms` that the server grants, and the lightest lock with it. To leave InnoDB it grants any
/// and copies the rows all the same.
fn asked(runner: &mut Session, statement: &str, claimed: &Effect, algorithms: &[Algorithm]) -> Vec<String> {
    for algorithm in algorithms {
        // MySQL takes no LOCK= beside INSTANT, which never needs one.
        let is_bare = *algorithm == Algorithm::Instant && runner.engine() == Engine::MySql;
        for lock in LOCKS {
            let clause = if is_bare { String::new() } else { format!(", LOCK={lock}") };
            let asked = format!("{statement}, ALGORITHM={}{clause}", algorithm.name());
            if runner.execute(&asked).is_ok() {
                let mut differences = Vec::new();
                differ(&mut differences, "algorithm", claimed.algorithm.map(Algorithm::name), Some(algorithm.name()));
                differ(&mut differences, "lock", claimed.lock.as_str(), lock);
                let blocks = Blocks { reads: lock == "EXCLUSIVE", writes: lock != "NONE" };
                differ(&mut differences, "blocks", claimed.blocks, blocks);
                return differences;
            }
        }
    }
    vec!["the server grants no algorithm with any lock".to_owned()]
}

/// What takes no LOCK=: rows that are changed in a transaction, or a table that comes, goes or is emptied.
fn rows_or_table(runner: &mut Session, observer: &mut Session, statement: &str, claim: &Claim) -> Vec<String> {
    let table = claim.table.clone().unwrap_or_default();
    let mut differences = Vec::new();
    let needs_all = claim.effect.lock == "EXCLUSIVE";
    if needs_all {
        // A reader that has not ended its transaction keeps it waiting.
        for held in ["begin".to_owned(), format!("select 1 from `{table}` limit 1")] {
            observer.execute(&held).expect("nobody locks it");
        }
        runner.execute("set lock_wait_timeout = 0").expect("a setting");
        let waits = runner.execute(statement).is_err_and(|error| error.contains("Lock wait timeout"));
        differ(&mut differences, "waits for readers", true, waits);
        observer.execute("commit").expect("it can always end");
        runner.execute("set lock_wait_timeout = 60").expect("a setting");
    } else {
        runner.execute("begin").expect("nothing is open");
    }
    if let Err(error) = runner.execute(statement) {
        differences.push(format!("the server refuses it: {}", error.trim()));
    } else if !needs_all && !table.is_empty() {
        observer.execute("set innodb_lock_wait_timeout = 0, lock_wait_timeout = 0").expect("a setting");
        let mut waits = |sql: String| observer.execute(&sql).is_err_and(|error| error.contains("Lock wait timeout"));
        let reads = waits(format!("select 1 from `{table}` limit 1"));
        let writes = waits(format!("update `{table}` set id = id where id = {ROWS}"));
        differ(&mut differences, "blocks", claim.effect.blocks, Blocks { reads, writes });
    }
    let _ = runner.execute("rollback");
    differences
}

fn differ<T: PartialEq + std::fmt::Debug + Copy>(differences: &mut Vec<String>, what: &str, claimed: T, measured: T) {
    if claimed != measured {
        differences.push(format!("{what}: claimed {claimed:?}, measured {measured:?}"));
    }
}
