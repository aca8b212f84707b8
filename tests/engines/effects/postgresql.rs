//! Measures statements on PostgreSQL: the locks of the backend inside its transaction, what a second connection can read
//! and write meanwhile, the files of tables and indexes, and the rows read and written.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use phasewise::effect::{Blocks, Certainty, Effect, Lasts};

use super::case::{Case, Claim};
use crate::availability::Unavailable;
use crate::client::{Database, Session};
use crate::server::{Release, Servers};

/// From the weakest, as `pg_locks` calls them.
const MODES: [&str; 8] = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];
/// A lock up to this one on a further table keeps nobody waiting, so that no entry needs to tell of it.
const HARMLESS: usize = 1;
/// The error for a statement that may not run in a transaction.
const IN_TRANSACTION: &str = "25001";
const PATIENCE: Duration = Duration::from_mins(1);

const RELATIONS: &str = "select c.oid, c.relname, c.relkind, coalesce(i.indrelid, c.oid), pg_relation_filenode(c.oid), \
     coalesce(s.seq_tup_read, 0) + coalesce(s.idx_tup_fetch, 0), coalesce(s.n_tup_upd, 0), case when c.relkind in ('i', 'I', 'S') then 0 else greatest(c.reltuples, 0)::bigint end \
     from pg_class c left join pg_index i on i.indexrelid = c.oid left join pg_stat_xact_user_tables s on s.relid = c.oid \
     where c.relkind in ('r', 'p', 'm', 'i', 'I', 'v', 'S') and c.oid >= 16384 and c.relname not like 'pg_toast%'";

/// A table or an index, and what was done to it in the transaction.
#[derive(Debug, Clone)]
struct Relation {
    name: String,
    is_index: bool,
    /// A view or a sequence: looked at where a case is about no table, for it locks what goes with a table too.
    is_beside_tables: bool,
    is_sequence: bool,
    /// The table itself, or the one that the index is of.
    table: String,
    file: String,
    rows_read: u64,
    rows_updated: u64,
    /// Of a table: how many rows the statistics tell of, once it was gone through for them.
    rows_counted: u64,
}

/// What the server did.
#[derive(Debug, Default)]
struct Measured {
    /// The strongest lock on each table.
    locks: BTreeMap<String, usize>,
    blocks: BTreeMap<String, Blocks>,
    rewrites: bool,
    builds_index: bool,
    reads: bool,
}

/// Fills the database that transactional cases share.
pub(super) fn prepare(database: &Database, tables: &str) {
    let answer = database.run(tables);
    assert!(answer.ok, "the tables cannot be made: {}", answer.stderr);
}

pub(super) fn differences(
    servers: &Servers,
    release: &Release,
    database: &Database,
    case: &Case,
    claim: &Claim,
) -> Result<Vec<String>, Unavailable> {
    if claim.effect.in_transaction && case.first.is_empty() {
        return Ok(in_transaction(database, claim));
    }
    let copy = servers.copy_of(release, database)?;
    for first in case.first.lines() {
        let answer = copy.run(first);
        assert!(answer.ok, "`{first}`: {}", answer.stderr);
    }
    if claim.effect.in_transaction {
        return Ok(in_transaction(&copy, claim));
    }
    let mut differences = refusal(&mut copy.session(), claim, Some(IN_TRANSACTION));
    if differences.is_empty() {
        differences = compare(&claim.effect, claim.table.as_deref(), &outside_transaction(&copy, claim));
    }
    Ok(differences)
}

fn in_transaction(database: &Database, claim: &Claim) -> Vec<String> {
    let (mut runner, mut observer) = (database.session(), database.session());
    if let Some(refused) = &claim.effect.refused {
        return refusal(&mut runner, claim, refused.split(':').next());
    }
    let Some((last, earlier)) = claim.statements.split_last() else { return Vec::new() };
    let process = ask(&mut runner, "select pg_backend_pid()");
    for statement in std::iter::once("begin").chain(earlier.iter().map(String::as_str)) {
        if let Err(error) = runner.execute(statement) {
            return vec![format!("`{statement}`: {error}")];
        }
    }
    let before = relations(&mut runner);
    if let Err(error) = runner.execute(last) {
        return vec![format!("the server refuses it: {}", error.trim())];
    }
    let after = relations(&mut runner);
    let mut measured = compared(&before, &after);
    let lockable = lockable(claim, &before, &after);
    measured.locks = locks(&mut observer, &process, &lockable);
    measured.blocks = probes(&mut observer, &lockable, measured.locks.keys());
    let rows = rows_of(claim, &before, &after);
    measured.reads = rows >= ROWS || counted(&after) > counted(&before);
    let _ = runner.execute("rollback");
    compare(&claim.effect, claim.table.as_deref(), &measured)
}

/// Every table of the cases has that many rows.
const ROWS: u64 = 300;

/// The most rows read of a table that the case is about.
fn rows_of(claim: &Claim, before: &Relations, after: &Relations) -> u64 {
    let is_about = |name: &str| {
        let others = claim.effect.others.iter().map(|other| other.table.name.as_str());
        claim.table.iter().map(String::as_str).chain(others).any(|table| table == name)
    };
    let read = |(oid, new): (&String, &Relation)| {
        let old = before.get(oid);
        (claim.table.is_none() || is_about(&new.name) || old.is_some_and(|old| is_about(&old.name)))
            .then(|| new.rows_read.saturating_sub(old.map_or(0, |old| old.rows_read)))
    };
    after.iter().filter_map(read).max().unwrap_or(0)
}

/// That the server refuses it, and with that error.
fn refusal(runner: &mut Session, claim: &Claim, code: Option<&str>) -> Vec<String> {
    // What is refused for being in a transaction is tried in one, and what may not be in one is tried without.
    let is_concurrent = claim.statements.iter().any(|statement| statement.contains(" CONCURRENTLY "));
    if !is_concurrent || code == Some(IN_TRANSACTION) {
        let _ = runner.execute("begin");
    }
    let outcome = claim.statements.iter().try_for_each(|statement| runner.execute(statement).map(drop));
    let _ = runner.execute("rollback");
    match (outcome, code) {
        (Ok(()), _) => vec![format!("the server does it, and should refuse it: {code:?}")],
        (Err(error), Some(code)) if error.contains(&format!("ERROR:  {code}:")) => Vec::new(),
        (Err(error), _) => vec![format!("refused with {}, not {code:?}", error.trim())],
    }
}

/// A third session holds a lock on the table that the statement's first lock has to wait for, and so shows it.
fn outside_transaction(database: &Database, claim: &Claim) -> Measured {
    let (mut runner, mut observer, mut holder) = (database.session(), database.session(), database.session());
    let process = ask(&mut runner, "select pg_backend_pid()");
    let before = relations(&mut observer);
    let (last, _) = claim.statements.split_last().expect("a case has a statement");
    let Some(table) = &claim.table else {
        runner.execute(last).unwrap_or_else(|error| panic!("`{last}`: {error}"));
        return compared(&before, &relations(&mut observer));
    };
    for statement in ["begin", &format!("lock table {table} in share update exclusive mode")] {
        holder.execute(statement).expect("nobody else locks it");
    }
    runner.send(last);
    let deadline = Instant::now() + PATIENCE;
    let waits = format!("select count(*) from pg_locks where pid = {process} and not granted");
    while ask(&mut observer, &waits) == "0" {
        assert!(Instant::now() < deadline, "`{last}` waits for no lock");
        thread::sleep(Duration::from_millis(5));
    }
    let lockable = lockable(claim, &before, &before);
    let locks = locks(&mut observer, &process, &lockable);
    let blocks = probes(&mut observer, &lockable, locks.keys());
    holder.execute("commit").expect("it can always end");
    runner.answer().unwrap_or_else(|error| panic!("`{last}`: {error}"));
    let after = relations(&mut observer);
    let mut measured = compared(&before, &after);
    measured.reads = measured.builds_index || counted(&after) > counted(&before);
    Measured { locks, blocks, ..measured }
}

type Relations = BTreeMap<String, Relation>;

fn relations(session: &mut Session) -> Relations {
    let answer = ask(session, RELATIONS);
    let mut relations: Relations = BTreeMap::new();
    let rows: Vec<Vec<&str>> = answer.lines().map(|line| line.split('\t').collect()).collect();
    let names: BTreeMap<&str, &str> = rows.iter().map(|row| (row[0], row[1])).collect();
    for row in &rows {
        let number = |at: usize| row[at].parse().expect("a count");
        relations.insert(
            row[0].to_owned(),
            Relation {
                name: row[1].to_owned(),
                is_index: matches!(row[2], "i" | "I"),
                is_beside_tables: matches!(row[2], "v" | "S"),
                is_sequence: row[2] == "S",
                table: names.get(row[3]).copied().unwrap_or_default().to_owned(),
                file: row[4].to_owned(),
                rows_read: number(5),
                rows_updated: number(6),
                rows_counted: number(7),
            },
        );
    }
    relations
}

/// Rows counted in tables that stand longer than the transaction.
fn counted(relations: &Relations) -> u64 {
    relations.values().map(|relation| relation.rows_counted).sum()
}

fn compared(before: &Relations, after: &Relations) -> Measured {
    let files: Vec<&str> = before.values().map(|relation| relation.file.as_str()).collect();
    let is_rewritten = |(oid, new): (&String, &Relation)| {
        let old = before.get(oid);
        old.is_some_and(|old| old.file != new.file || new.rows_updated >= old.rows_updated + ROWS)
    };
    // The index of a new table was not built from rows.
    let is_of_old_table = |new: &Relation| before.values().any(|old| old.name == new.table);
    Measured {
        rewrites: after.iter().filter(|(_, new)| !new.is_index && !new.is_beside_tables).any(is_rewritten),
        builds_index: after
            .values()
            .any(|new| new.is_index && is_of_old_table(new) && !files.contains(&new.file.as_str())),
        ..Measured::default()
    }
}

/// What is looked at for locks: views and sequences only where they stood before and the case is about no table.
fn lockable(claim: &Claim, before: &Relations, after: &Relations) -> Relations {
    let is_looked_at = |(oid, relation): &(&String, &Relation)| {
        !relation.is_beside_tables || claim.table.is_none() && before.contains_key(*oid)
    };
    let all = after.iter().chain(before).filter(is_looked_at);
    all.map(|(oid, relation)| (oid.clone(), relation.clone())).collect()
}

/// The strongest lock that the process holds or waits for, on each table.
fn locks(observer: &mut Session, process: &str, lockable: &Relations) -> BTreeMap<String, usize> {
    let query = format!("select relation, mode from pg_locks where pid = {process} and locktype = 'relation'");
    let mut locks = BTreeMap::new();
    let mut on_indexes = BTreeMap::new();
    for line in ask(observer, &query).lines() {
        let (oid, mode) = line.split_once('\t').expect("two columns");
        let Some(relation) = lockable.get(oid) else { continue };
        let mode = MODES.iter().position(|known| *known == mode).expect("a mode of table locks");
        let kind = if relation.is_index { &mut on_indexes } else { &mut locks };
        let strongest = kind.entry(relation.table.clone()).or_insert(mode);
        *strongest = mode.max(*strongest);
    }
    // What locks an index alone, as its renaming does, keeps those waiting who would use it.
    for (table, mode) in on_indexes {
        locks.entry(table).or_insert(mode);
    }
    locks
}

/// What the observer can read and write now; a row that the cases leave alone.
fn probes<'a>(
    observer: &mut Session,
    lockable: &Relations,
    tables: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, Blocks> {
    observer.execute("set lock_timeout = '50ms'").expect("a setting");
    let mut waits = |sql: String| match observer.execute(&sql) {
        Ok(_) => false,
        Err(error) => error.contains("55P03"),
    };
    tables
        .map(|table| {
            let is_sequence = lockable.values().any(|relation| relation.name == *table && relation.is_sequence);
            let reads = waits(format!("select 1 from {table} limit 1"));
            let writes = waits(if is_sequence {
                format!("select nextval('{table}')")
            } else {
                format!("update {table} set id = id where id = {ROWS}")
            });
            (table.clone(), Blocks { reads, writes })
        })
        .collect()
}

fn compare(claimed: &Effect, table: Option<&str>, measured: &Measured) -> Vec<String> {
    let mut differences = Vec::new();
    if claimed.certainty == Certainty::Unknown {
        return differences;
    }
    let strongest = || measured.locks.iter().max_by_key(|(_, mode)| **mode).map(|(name, _)| name.as_str());
    let table = table.or_else(strongest).unwrap_or_default();
    let mut tell = |what: &str, claimed: String, measured: String| {
        if claimed != measured {
            differences.push(format!("{what}: claimed {claimed}, measured {measured}"));
        }
    };
    tell("lock", claimed.lock.clone(), lock_name(measured.locks.get(table)));
    tell("blocks", format!("{:?}", claimed.blocks), format!("{:?}", blocks_of(measured, table)));
    tell("rewrite", claimed.rewrites.to_string(), measured.rewrites.to_string());
    if !measured.rewrites {
        tell("index build", (claimed.lasts == Lasts::IndexBuild).to_string(), measured.builds_index.to_string());
        tell("scan", claimed.scans.to_string(), measured.reads.to_string());
    }
    for (other, mode) in measured.locks.iter().filter(|(name, _)| *name != table) {
        let said = claimed.others.iter().find(|said| said.table.name == *other);
        let lock = said.map_or_else(|| "no lock".to_owned(), |said| said.lock.clone());
        if said.is_some() || *mode > HARMLESS {
            tell(&format!("lock on {other}"), lock, lock_name(Some(mode)));
            let blocks = said.map(|said| said.blocks).unwrap_or_default();
            tell(&format!("blocks on {other}"), format!("{blocks:?}"), format!("{:?}", blocks_of(measured, other)));
        }
    }
    for said in claimed.others.iter().filter(|said| !measured.locks.contains_key(&said.table.name)) {
        tell(&format!("lock on {}", said.table.name), said.lock.clone(), "none".to_owned());
    }
    differences
}

fn blocks_of(measured: &Measured, table: &str) -> Blocks {
    measured.blocks.get(table).copied().unwrap_or_default()
}

/// As SQL calls the mode: `ACCESS EXCLUSIVE`.
fn lock_name(mode: Option<&usize>) -> String {
    let Some(mode) = mode else { return String::new() };
    let mut name = String::new();
    for letter in MODES[*mode].trim_end_matches("Lock").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push(' ');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[track_caller]
fn ask(session: &mut Session, sql: &str) -> String {
    session.execute(sql).unwrap_or_else(|error| panic!("`{sql}`: {error}")).trim_end().to_owned()
}
