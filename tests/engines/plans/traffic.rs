//! Releases of an application that go on sending their statements, each from a connection of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::case::{ROWS, Release};
use super::lock::{self, Observer};
use crate::client::{Database, Session};

/// Between two statements of one connection.
const PAUSE: Duration = Duration::from_millis(4);
/// The same while something begins that may be in their way, so that no moment of it goes unseen, and how long that lasts.
const SHORT_PAUSE: Duration = Duration::from_micros(200);
const BEGINNING: Duration = Duration::from_millis(400);
/// No connection goes on for longer than this, should its test never end it.
const MOST: u64 = 40_000;
/// Spreads `{id}` over the rows.
const STRIDE: u64 = 7919;

/// What became of the statements that were sent.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) sent: u64,
    pub(super) failed: u64,
    /// The longest that one of them waited for a lock.
    pub(super) waited: Duration,
    /// The longest that one of them took, on a machine that may be busy, and which.
    pub(super) took: Duration,
    pub(super) slowest: String,
    /// How often each kind of failure came, and the first of it.
    pub(super) failures: BTreeMap<String, (u64, String)>,
}

/// What all releases that run send.
pub(super) struct Traffic<'a> {
    database: &'a Database,
    connections: Vec<Connection>,
    numbers: Arc<AtomicU64>,
    pace: Arc<Pace>,
    observer: Observer,
    total: Tally,
}

/// When connections hurry.
struct Pace {
    origin: Instant,
    /// Milliseconds after the origin.
    hurries_until: AtomicU64,
}

struct Connection {
    release: usize,
    has_ended: Arc<AtomicBool>,
    thread: JoinHandle<Tally>,
}

/// What one connection sends.
struct Errand {
    release: usize,
    sql: String,
    /// Rows are a failure.
    finds_nothing: bool,
}

impl<'a> Traffic<'a> {
    pub(super) fn new(database: &'a Database) -> Self {
        let numbers = Arc::new(AtomicU64::new(1_000_000));
        let pace = Arc::new(Pace { origin: Instant::now(), hurries_until: AtomicU64::new(0) });
        let (observer, total) = (Observer::new(database), Tally::default());
        Self { database, connections: Vec::new(), numbers, pace, observer, total }
    }

    /// From now on this release runs too.
    pub(super) fn start(&mut self, release: &Release) {
        let does = release.does.iter().map(|sql| (sql, false));
        let all = does.chain(release.never.iter().map(|sql| (sql, true)));
        let errands = all.map(|(sql, finds_nothing)| {
            let errand = Errand { release: release.from, sql: sql.clone(), finds_nothing };
            let mut session = self.database.session();
            session.send(lock::own_id(self.database.engine()));
            (errand, session)
        });
        for (errand, mut session) in errands.collect::<Vec<_>>() {
            self.observer.watch(&session.answer().expect("a connection has an id"));
            let (numbers, pace) = (Arc::clone(&self.numbers), Arc::clone(&self.pace));
            let has_ended = Arc::new(AtomicBool::new(false));
            let ends = Arc::clone(&has_ended);
            let thread = thread::spawn(move || errand.run(session, &numbers, &pace, &ends));
            self.connections.push(Connection { release: release.from, has_ended, thread });
        }
    }

    /// Does something that may be in the way of all that runs.
    pub(super) fn beside<T>(&self, act: impl FnOnce() -> T) -> T {
        let end = self.pace.origin.elapsed() + BEGINNING;
        self.pace.hurries_until.store(end.as_millis() as u64, Ordering::Relaxed);
        act()
    }

    /// No process of a release before this one runs any more.
    pub(super) fn stop_before(&mut self, release: usize) {
        let (going, staying) = self.connections.drain(..).partition(|connection| connection.release < release);
        self.connections = staying;
        let going: Vec<Connection> = going;
        for connection in &going {
            connection.has_ended.store(true, Ordering::Relaxed);
        }
        for connection in going {
            self.total.add(connection.thread.join().expect("a connection does not panic"));
        }
    }

    /// Stops all, and tells what became of them.
    pub(super) fn end(mut self) -> Tally {
        self.stop_before(usize::MAX);
        self.total.waited = self.observer.end();
        std::mem::take(&mut self.total)
    }

    /// Whether each statement of a release would still do, were it to come back; what it changes is taken back.
    pub(super) fn try_out(&self, release: &Release) -> Vec<String> {
        let mut session = self.database.session();
        let mut failures = Vec::new();
        for sql in &release.does {
            let sql = filled(sql, self.numbers.fetch_add(1, Ordering::Relaxed));
            session.execute("begin").expect("a transaction begins");
            if let Err(error) = session.execute(&sql) {
                failures.push(format!("`{sql}`: {}", error.trim()));
            }
            session.execute("rollback").expect("a transaction ends");
        }
        failures
    }
}

/// A test that fails leaves nobody behind.
impl Drop for Traffic<'_> {
    fn drop(&mut self) {
        self.connections.iter().for_each(|connection| connection.has_ended.store(true, Ordering::Relaxed));
        self.connections.drain(..).for_each(|connection| drop(connection.thread.join()));
    }
}

impl Errand {
    fn run(&self, mut session: Session, numbers: &AtomicU64, pace: &Pace, has_ended: &AtomicBool) -> Tally {
        let mut tally = Tally::default();
        while !has_ended.load(Ordering::Relaxed) && tally.sent < MOST {
            let sql = filled(&self.sql, numbers.fetch_add(1, Ordering::Relaxed));
            let begun = Instant::now();
            let answer = session.execute(&sql);
            let took = begun.elapsed();
            tally.sent += 1;
            if took > tally.took {
                (tally.took, tally.slowest) = (took, format!("release {}: {sql}", self.release));
            }
            match answer {
                Err(error) => tally.fail(&code(&error), &format!("release {}: {sql}: {}", self.release, error.trim())),
                Ok(rows) if self.finds_nothing && !rows.trim().is_empty() => {
                    tally.fail("finds rows", &format!("release {}: {sql}: {}", self.release, rows.trim()));
                }
                Ok(_) => {}
            }
            thread::sleep(pace.pause());
        }
        tally
    }
}

impl Pace {
    fn pause(&self) -> Duration {
        let hurries = self.origin.elapsed().as_millis() < u128::from(self.hurries_until.load(Ordering::Relaxed));
        if hurries { SHORT_PAUSE } else { PAUSE }
    }
}

impl Tally {
    fn fail(&mut self, kind: &str, what: &str) {
        self.failed += 1;
        self.failures.entry(kind.to_owned()).or_insert_with(|| (0, what.to_owned())).0 += 1;
    }

    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.failed += other.failed;
        if other.took > self.took {
            (self.took, self.slowest) = (other.took, other.slowest);
        }
        for (kind, (times, first)) in other.failures {
            self.failures.entry(kind).or_insert((0, first)).0 += times;
        }
    }
}

fn filled(sql: &str, number: u64) -> String {
    let id = 1 + number.wrapping_mul(STRIDE) % ROWS;
    sql.replace("{n}", &number.to_string()).replace("{id}", &id.to_string())
}

/// The server's code of an error: `ERROR:  23502: …`, `ERROR 1364 (HY000) …`.
fn code(error: &str) -> String {
    let line = error.lines().find(|line| line.starts_with("ERROR")).unwrap_or_default();
    let words = line.trim_start_matches("ERROR").trim_start_matches(':').split_whitespace();
    words.map(|word| word.trim_end_matches(':')).next().unwrap_or("?").to_owned()
}
