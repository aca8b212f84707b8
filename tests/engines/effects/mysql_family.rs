//! Measures statements on MariaDB and MySQL: asks the server itself with ALGORITHM= and LOCK=, and looks at the ids of the
//! table and its indexes after the plain statement, for a server may grant an algorithm and do another.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use phasewise::effect::{Algorithm, Blocks, Certainty, Lasts};

use super::case::{Case, Claim};
use crate::availability::Unavailable;
use crate::client::{Database, Session};
use crate::server::{Engine, Release, Servers};

const ALGORITHMS: [Algorithm; 4] = [Algorithm::Instant, Algorithm::Nocopy, Algorithm::Inplace, Algorithm::Copy];
const LOCKS: [&str; 3] = ["NONE", "SHARED", "EXCLUSIVE"];
/// The row that the cases leave alone, of those that each table has.
const ROWS: u32 = 300;
/// What InnoDB has of tables, by ids that change when one is made anew. MySQL calls these tables `innodb_…` alone.
const IDS: &str = "select substring_index(substring_index(lower(t.name), '/', -1), '#p#', 1), table_id, index_id \
     from information_schema.innodb_sys_indexes join information_schema.innodb_sys_tables t using (table_id) \
     where t.name like concat(database(), '/%')";

/// A table or a partition, and an index of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ids {
    of: String,
    table: String,
    index: String,
}

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
    let needed = needed(tables, &format!("{}{}", case.first, case.title()));
    let copy = || {
        let database = servers.database_on(release)?;
        for script in [needed.as_str(), case.first.as_str()] {
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
        let grants_any = ["ENGINE = MyISAM", "ORDER BY"].iter().any(|words| last.contains(words));
        let algorithms = if grants_any { &ALGORITHMS[3..] } else { &ALGORITHMS };
        differences.extend(asked(&mut runner, claim, algorithms).unwrap_or_else(|| behind_writer(&database, claim)));
        return Ok(differences);
    }
    if is_upkeep(last) {
        return Ok(behind_writer(&database, claim));
    }
    let mut observer = database.session();
    Ok(rows_or_table(&mut runner, &mut observer, last, claim))
}

/// The statements that make what a case names, and whatever names or is named by that: a database with all tables takes a
/// second to make.
fn needed(tables: &str, case: &str) -> String {
    let statements: Vec<&str> = tables.split(";\n").filter(|statement| !statement.trim().is_empty()).collect();
    let made = |statement: &str| {
        let mut words = words(statement).skip_while(|word| !matches!(*word, "TABLE" | "INTO" | "ON"));
        words.nth(1).map(str::to_owned)
    };
    let mut wanted: BTreeSet<String> = words(case).map(str::to_owned).collect();
    loop {
        let before = wanted.len();
        for statement in statements.iter().filter(|statement| statement.starts_with("CREATE")) {
            let parent = words(statement).skip_while(|word| *word != "REFERENCES").nth(1);
            let own = words(statement).nth(2);
            let names = own.into_iter().chain(parent).map(str::to_owned).chain(made(statement));
            let names: Vec<String> = names.collect();
            if names.iter().any(|name| wanted.contains(name)) {
                wanted.extend(names);
            }
        }
        // MySQL's rows come from a table of numbers.
        let filled = statements.iter().filter(|statement| made(statement).is_some_and(|table| wanted.contains(&table)));
        let from = filled.filter_map(|statement| words(statement).skip_while(|word| *word != "FROM").nth(1));
        let from: Vec<String> = from.map(str::to_owned).collect();
        wanted.extend(from);
        if wanted.len() == before {
            break;
        }
    }
    let is_needed = |statement: &&&str| made(statement).is_some_and(|table| wanted.contains(&table));
    let needed: Vec<&str> = statements.iter().filter(is_needed).copied().collect();
    needed.join(";\n")
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

/// Statements that work on a table and end any transaction. OPTIMIZE looks at the table first, in a way that waits for
/// writers, and lets go of it before it writes it anew.
fn is_upkeep(statement: &str) -> bool {
    ["ANALYZE", "CHECK", "REPAIR"].iter().any(|word| statement.starts_with(word))
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
    let before = ids(runner);
    if let Err(error) = runner.execute(statement) {
        return vec![format!("the server refuses it: {}", error.trim())];
    }
    let after = ids(runner);
    let stood = |table: &str| before.iter().any(|old| old.table == table);
    let own = |ids: &BTreeSet<Ids>| ids.iter().filter(|ids| ids.of == table).cloned().collect::<BTreeSet<_>>();
    let (old, new) = (own(&before), own(&after));
    let is_gone = old.iter().any(|old| !new.iter().any(|new| new.table == old.table));
    // A table of another engine is none of InnoDB's any more; a partition that is new holds no row that stood elsewhere.
    let is_rebuilt = new.is_empty() || is_gone && new.iter().any(|new| !stood(&new.table));
    let is_known = |new: &Ids| before.iter().any(|old| (&old.table, &old.index) == (&new.table, &new.index));
    let builds_index = !is_rebuilt && new.iter().any(|new| stood(&new.table) && !is_known(new));
    let mut differences = Vec::new();
    differ(&mut differences, "rewrite", claim.effect.rewrites, is_rebuilt);
    differ(&mut differences, "index build", claim.effect.lasts == Lasts::IndexBuild, builds_index);
    differences
}

fn ids(runner: &mut Session) -> BTreeSet<Ids> {
    let is_mysql = runner.engine() == Engine::MySql;
    let question = if is_mysql { IDS.replace("innodb_sys_", "innodb_") } else { IDS.to_owned() };
    let answer = runner.execute(&question).expect("InnoDB tells of its tables");
    let row = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let mut next = || parts.next().expect("three columns");
        Ids { of: next(), table: next(), index: next() }
    };
    answer.lines().map(row).collect()
}

/// The lightest of the `algorithms` that the server grants, and the lightest lock with it. To leave InnoDB, or
/// to put rows into an order, it grants any and copies the rows all the same. `None` where the statement takes no such clauses.
fn asked(runner: &mut Session, claim: &Claim, algorithms: &[Algorithm]) -> Option<Vec<String>> {
    let (statement, claimed) = (claim.statements.last()?, &claim.effect);
    let mut takes_clauses = false;
    for algorithm in algorithms {
        // MySQL takes no LOCK= beside INSTANT, which never needs one.
        let is_bare = *algorithm == Algorithm::Instant && runner.engine() == Engine::MySql;
        for lock in LOCKS {
            let lock_clause = if is_bare { String::new() } else { format!(", LOCK={lock}") };
            let clauses = format!("ALGORITHM={}{lock_clause}", algorithm.name());
            let table = statement.split_whitespace().nth(2)?;
            let before_actions = statement.find(table)? + table.len();
            let (start, actions) = statement.split_at(before_actions);
            let asked = if takes_rest(actions) {
                format!("{start} {clauses}, {actions}")
            } else {
                format!("{statement}, {clauses}")
            };
            match runner.execute(&asked) {
                Ok(_) => {
                    let mut differences = Vec::new();
                    differ(
                        &mut differences,
                        "algorithm",
                        claimed.algorithm.map(Algorithm::name),
                        Some(algorithm.name()),
                    );
                    differ(&mut differences, "lock", claimed.lock.as_str(), lock);
                    differ(&mut differences, "blocks", claimed.blocks, blocks_of(lock));
                    return Some(differences);
                }
                Err(error) => takes_clauses |= !error.contains("ERROR 1064 ("),
            }
        }
    }
    takes_clauses.then(|| vec!["the server grants no algorithm with any lock".to_owned()])
}

/// Whether the actions are such that nothing can follow them.
fn takes_rest(actions: &str) -> bool {
    let actions = actions.to_ascii_uppercase();
    actions.contains("PARTITION") || actions.contains("ORDER BY")
}

fn blocks_of(lock: &str) -> Blocks {
    Blocks { reads: lock == "EXCLUSIVE", writes: !matches!(lock, "NONE" | "") }
}

/// What the statement does while another session has written a row and not committed: if it waits for that, who else waits
/// tells the lock that it is waiting for. The strongest that it takes is seen, however short it holds it.
fn behind_writer(database: &Database, claim: &Claim) -> Vec<String> {
    let (mut runner, mut holder, mut observer) = (database.session(), database.session(), database.session());
    let table = claim.table.clone().unwrap_or_default();
    let (last, earlier) = claim.statements.split_last().expect("a case has a statement");
    for statement in earlier {
        runner.execute(statement).unwrap_or_else(|error| panic!("`{statement}`: {error}"));
    }
    for held in ["begin".to_owned(), format!("update `{table}` set id = id where id = {ROWS}")] {
        holder.execute(&held).expect("nobody locks it");
    }
    let process = runner.execute("select connection_id()").expect("every session has one").trim().to_owned();
    let (number, _) = activity(&mut observer, &process);
    runner.send(last);
    let waits = is_waiting(&mut observer, &process, &number);
    observer.execute("set innodb_lock_wait_timeout = 0, lock_wait_timeout = 0").expect("a setting");
    let mut is_blocked = |sql: String| observer.execute(&sql).is_err_and(|error| error.contains("Lock wait timeout"));
    let reads = waits && is_blocked(format!("select 1 from `{table}` limit 1"));
    let writes = waits && is_blocked(format!("update `{table}` set id = id where id = {}", ROWS - 2));
    holder.execute("commit").expect("it can always end");
    let mut differences = Vec::new();
    if let Err(error) = runner.answer() {
        differences.push(format!("the server refuses it: {}", error.trim()));
    }
    let measured = match (reads, writes) {
        (true, _) => "EXCLUSIVE",
        (false, true) => "SHARED",
        (false, false) => "NONE",
    };
    differ(&mut differences, "lock behind a writer", claim.effect.lock.as_str(), measured);
    differ(&mut differences, "blocks", claim.effect.blocks, blocks_of(measured));
    differences
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

/// How the server numbers the last statement of a session, and what it does with it.
fn activity(observer: &mut Session, process: &str) -> (String, String) {
    let query = match observer.engine() {
        Engine::MySql => {
            "select event_id, processlist_command, processlist_state from performance_schema.threads \
             join performance_schema.events_statements_current using (thread_id) where processlist_id ="
        }
        Engine::MariaDb | Engine::Postgres => {
            "select query_id, command, state from information_schema.processlist where id ="
        }
    };
    let answer = observer.execute(&format!("{query} {process}")).expect("the server lists its sessions");
    let (number, state) = answer.split_once('\t').expect("three columns");
    (number.to_owned(), state.to_owned())
}

/// Whether the session comes to wait for a lock before it ends the statement after the one of that number.
fn is_waiting(observer: &mut Session, process: &str, number: &str) -> bool {
    loop {
        let (now, state) = activity(observer, process);
        if state.contains("Waiting for") {
            return true;
        }
        if now != number && state.starts_with("Sleep") {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn differ<T: PartialEq + std::fmt::Debug + Copy>(differences: &mut Vec<String>, what: &str, claimed: T, measured: T) {
    if claimed != measured {
        differences.push(format!("{what}: claimed {claimed:?}, measured {measured:?}"));
    }
}
