//! Measures statements on SQLite: what a second connection can read and write beside a transaction that ran them, and how
//! many pages they read and write.
//!
//! The table and the index of every case are larger than `PAGES`, and the schema is smaller.

use std::fs;
use std::path::{Path, PathBuf};

use phasewise::effect::{Blocks, Effect, Lasts};

use super::case::{Case, Claim};
use crate::sqlite::{Session, Sqlite};

/// In both modes of the journal, every case is claimed and measured.
pub(super) const MODES: [&str; 2] = ["PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"];

const PAGES: u64 = 20;
/// As its makers build it. What is given back is then not written.
const PLAIN: &str = "PRAGMA secure_delete = OFF; PRAGMA synchronous = OFF";
/// So few that the pages that a case writes outgrow it, as those of a large table outgrow the usual one.
const SMALL_CACHE: &str = "PRAGMA cache_size = 10";
const READ: &str = "SELECT n FROM other";
/// Whoever may begin to write may write any table.
const WRITE: &str = "BEGIN IMMEDIATE";
const HELD_READ: &str = "BEGIN; SELECT n FROM other";

/// What SQLite did.
#[derive(Debug)]
struct Measured {
    /// What is kept from other tables of the database.
    blocks: Blocks,
    pages_read: u64,
    pages_written: u64,
    table_pages: u64,
}

/// A database with the tables, which every case gets a copy of.
pub(super) fn prepared(sqlite: &Sqlite, tables: &str) -> PathBuf {
    let file = sqlite.file("tables");
    sqlite.session(&file).execute(&format!("PRAGMA synchronous = OFF; {tables}")).expect("the tables can be made");
    file
}

pub(super) fn differences(sqlite: &Sqlite, tables: &Path, case: &Case, claim: &Claim) -> Vec<String> {
    let (last, earlier) = claim.statements.split_last().expect("a case has a statement");
    let copy = |name: &str| -> (PathBuf, Session) {
        let file = database(sqlite, tables, &case.first, name);
        let mut session = sqlite.session(&file);
        for statement in std::iter::once(PLAIN).chain(earlier.iter().map(String::as_str)) {
            session.execute(statement).unwrap_or_else(|error| panic!("`{statement}`: {error}"));
        }
        (file, session)
    };
    if let Some(refused) = &claim.effect.refused {
        return refusal(&mut copy("refused").1, last, refused);
    }
    let (pages_read, pages_written, table_pages) = match pages(&mut copy("pages").1, last, claim.table.as_deref()) {
        Ok(pages) => pages,
        Err(error) => return vec![format!("SQLite refuses it: {}", error.trim())],
    };
    let (file, mut runner) = copy("blocks");
    let mut observer = sqlite.session(&file);
    let blocks = if claim.effect.in_transaction {
        inside_transaction(&mut runner, &mut observer, last)
    } else {
        if let refused @ [_, ..] = refusal(&mut runner, &format!("BEGIN; {last}"), "within a transaction").as_slice() {
            return refused.to_vec();
        }
        runner.execute("ROLLBACK").expect("a transaction is open");
        outside_transaction(&mut runner, &mut observer, last)
    };
    compare(&claim.effect, &Measured { blocks, pages_read, pages_written, table_pages })
}

/// A copy of the tables, as a file of that name.
fn database(sqlite: &Sqlite, tables: &Path, first: &str, name: &str) -> PathBuf {
    let file = sqlite.file(name);
    for ending in ["-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(sqlite.file(&format!("{name}{ending}")));
    }
    fs::copy(tables, &file).expect("the folder is the test's own");
    if !first.is_empty() {
        sqlite.session(&file).execute(first).unwrap_or_else(|error| panic!("`{first}`: {error}"));
    }
    file
}

/// That SQLite refuses it, and with that message; `…` stands for names.
fn refusal(runner: &mut Session, statement: &str, refused: &str) -> Vec<String> {
    match runner.execute(statement) {
        Ok(_) => vec![format!("SQLite does it, and should refuse it: {refused}")],
        Err(error) => {
            let mut rest = error.as_str();
            let parts = refused.split('…').map(str::trim);
            let is_it = parts.into_iter().all(|part| {
                let found = rest.split_once(part).map(|(_, after)| after);
                rest = found.unwrap_or_default();
                found.is_some()
            });
            if is_it { Vec::new() } else { vec![format!("refused with {}, not {refused}", error.trim())] }
        }
    }
}

/// How many pages are read and written, by the program's own count, and how many the table has: the largest, where none is
/// named.
fn pages(runner: &mut Session, statement: &str, table: Option<&str>) -> Result<(u64, u64, u64), String> {
    let named = table.map_or_else(String::new, |table| format!("WHERE name = '{table}'"));
    let count = format!("SELECT max(n) FROM (SELECT count(*) AS n FROM dbstat {named} GROUP BY name)");
    let count = runner.execute(&count)?;
    // What the cache holds of before would not be read again, and would be counted.
    runner.execute("PRAGMA shrink_memory;\n.stats on\nSELECT 1;")?;
    let told = runner.execute(&format!("{statement};\n.stats off"))?;
    let sum = |what: &str| -> u64 {
        let lines = told.lines().filter_map(|line| line.strip_prefix(what));
        lines.map(|number| number.trim().parse::<u64>().expect("a count")).sum()
    };
    Ok((sum("Page cache misses:"), sum("Page cache writes:"), count.trim().parse().unwrap_or(0)))
}

fn inside_transaction(runner: &mut Session, observer: &mut Session, statement: &str) -> Blocks {
    for statement in [SMALL_CACHE, "BEGIN", statement] {
        runner.execute(statement).unwrap_or_else(|error| panic!("`{statement}`: {error}"));
    }
    let blocks = Blocks { reads: is_locked(observer, READ), writes: is_locked(observer, WRITE) };
    let _ = observer.execute("ROLLBACK");
    runner.execute("ROLLBACK").expect("it can always end");
    blocks
}

/// What the statement waits for cannot go on beside it.
fn outside_transaction(runner: &mut Session, observer: &mut Session, statement: &str) -> Blocks {
    let mut is_in_the_way = |held: &str| {
        observer.execute(held).expect("nobody locks it");
        let is_in_the_way = is_locked(runner, statement);
        observer.execute("ROLLBACK").expect("it can always end");
        is_in_the_way
    };
    Blocks { reads: is_in_the_way(HELD_READ), writes: is_in_the_way(WRITE) }
}

fn is_locked(session: &mut Session, statement: &str) -> bool {
    session.execute(statement).is_err_and(|error| error.contains("database is locked"))
}

fn compare(claimed: &Effect, measured: &Measured) -> Vec<String> {
    let mut differences = Vec::new();
    let mut tell = |what: &str, claimed: String, measured: String| {
        if claimed != measured {
            differences.push(format!("{what}: claimed {claimed}, measured {measured}"));
        }
    };
    let Measured { blocks, pages_read, pages_written, table_pages } = *measured;
    let lock = match blocks {
        Blocks { reads: true, .. } => "EXCLUSIVE",
        Blocks { writes: true, .. } => "RESERVED",
        _ => "",
    };
    tell("lock", claimed.lock.clone(), lock.to_owned());
    tell("blocks", format!("{:?}", claimed.blocks), format!("{blocks:?}"));
    tell("whole database", claimed.is_database_wide.to_string(), (!blocks.none()).to_string());
    tell("pages read", claimed.scans.to_string(), (pages_read >= PAGES).to_string());
    // An index is far smaller than its table; a table may lose some of its pages.
    let rewrites = pages_written >= PAGES && pages_written * 10 >= table_pages * 8;
    let builds_index = pages_written >= PAGES && !rewrites;
    tell("rewrite", claimed.rewrites.to_string(), rewrites.to_string());
    tell("index build", (claimed.lasts == Lasts::IndexBuild).to_string(), builds_index.to_string());
    differences
}
