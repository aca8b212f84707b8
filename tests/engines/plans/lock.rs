//! Looks again and again which connections wait for a lock, and for how long.
//!
//! The server says so itself: how long a statement takes tells more of how busy the machine is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::{Database, Session};
use crate::server::Engine;

const PAUSE: Duration = Duration::from_millis(15);
/// InnoDB tells nothing new of its transactions to those who ask more often than this, all of them together.
const INNODB_PAUSE: Duration = Duration::from_millis(150);

/// The statements of this database that wait for a lock: the connection, and what tells its statement from its next one.
const ON_POSTGRES: &str = "select pid, query_start from pg_stat_activity \
     where datname = current_database() and wait_event_type = 'Lock' and state = 'active'";
const ON_MARIADB: &str = "select id, query_id from information_schema.processlist \
     where db = database() and state like 'Waiting for%'";
const ON_INNODB: &str = "select p.id, p.query_id from information_schema.processlist p \
     join information_schema.innodb_trx t on t.trx_mysql_thread_id = p.id \
     where p.db = database() and t.trx_state = 'LOCK WAIT'";

/// When InnoDB was asked last.
static INNODB_ASKED: Mutex<Option<Instant>> = Mutex::new(None);

pub(super) struct Observer {
    watched: Arc<Mutex<BTreeSet<String>>>,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<Duration>>,
}

/// Asks a connection for what the server calls it.
pub(super) fn own_id(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "select pg_backend_pid()",
        Engine::MariaDb | Engine::MySql => "select connection_id()",
    }
}

impl Observer {
    pub(super) fn new(database: &Database) -> Self {
        let (watched, has_ended) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (session, seen, ends) = (database.session(), Arc::clone(&watched), Arc::clone(&has_ended));
        let thread = thread::spawn(move || observe(session, &seen, &ends));
        Self { watched, has_ended, thread: Some(thread) }
    }

    /// From now on that connection is looked at.
    pub(super) fn watch(&self, id: &str) {
        self.watched.lock().expect("nobody panics with it").insert(id.trim().to_owned());
    }

    /// The longest that a statement waited.
    pub(super) fn end(&mut self) -> Duration {
        self.has_ended.store(true, Ordering::Relaxed);
        self.thread.take().map_or(Duration::ZERO, |thread| thread.join().expect("the observer does not panic"))
    }
}

/// A test that fails leaves nobody behind.
impl Drop for Observer {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Relaxed);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn observe(mut session: Session, watched: &Mutex<BTreeSet<String>>, has_ended: &AtomicBool) -> Duration {
    let (mut tables, mut rows) = (Waits::default(), Waits::default());
    while !has_ended.load(Ordering::Relaxed) {
        match session.engine() {
            Engine::Postgres => tables.look(&mut session, ON_POSTGRES, watched),
            Engine::MariaDb | Engine::MySql => {
                tables.look(&mut session, ON_MARIADB, watched);
                if may_ask_innodb() {
                    rows.look(&mut session, ON_INNODB, watched);
                }
            }
        }
        thread::sleep(PAUSE);
    }
    tables.longest.max(rows.longest)
}

fn may_ask_innodb() -> bool {
    let mut asked = INNODB_ASKED.lock().expect("nobody panics with it");
    let may = asked.is_none_or(|asked| asked.elapsed() >= INNODB_PAUSE);
    if may {
        *asked = Some(Instant::now());
    }
    may
}

/// Since when each statement was seen to wait.
#[derive(Default)]
struct Waits {
    since: BTreeMap<String, Instant>,
    longest: Duration,
}

impl Waits {
    fn look(&mut self, session: &mut Session, query: &str, watched: &Mutex<BTreeSet<String>>) {
        let answer = session.execute(query).expect("the server says who waits");
        let now = Instant::now();
        let is_watched = |line: &&str| {
            let id = line.split('\t').next().unwrap_or_default();
            watched.lock().expect("nobody panics with it").contains(id)
        };
        let waiting: BTreeSet<&str> = answer.lines().filter(is_watched).collect();
        self.since.retain(|line, _| waiting.contains(line.as_str()));
        for line in waiting {
            let begun = *self.since.entry(line.to_owned()).or_insert(now);
            self.longest = self.longest.max(now - begun);
        }
    }
}
