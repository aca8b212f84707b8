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

/// The statements of this database that wait for a lock: the connection, and what tells its statement from its next one.
const WAITING_ON_POSTGRES: &str = "select pid, query_start from pg_stat_activity \
     where datname = current_database() and wait_event_type = 'Lock' and state = 'active'";
const WAITING_ON_MARIADB: &str = "select p.id, p.query_id from information_schema.processlist p \
     left join information_schema.innodb_trx t on t.trx_mysql_thread_id = p.id \
     where p.db = database() and (p.state like 'Waiting for%' or t.trx_state = 'LOCK WAIT')";

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
    let query = match session.engine() {
        Engine::Postgres => WAITING_ON_POSTGRES,
        Engine::MariaDb | Engine::MySql => WAITING_ON_MARIADB,
    };
    let (mut since, mut longest) = (BTreeMap::<String, Instant>::new(), Duration::ZERO);
    while !has_ended.load(Ordering::Relaxed) {
        let answer = session.execute(query).expect("the server says who waits");
        let now = Instant::now();
        let is_watched = |line: &&str| {
            let id = line.split('\t').next().unwrap_or_default();
            watched.lock().expect("nobody panics with it").contains(id)
        };
        let waiting: BTreeSet<&str> = answer.lines().filter(is_watched).collect();
        since.retain(|line, _| waiting.contains(line.as_str()));
        for line in waiting {
            let begun = *since.entry(line.to_owned()).or_insert(now);
            longest = longest.max(now - begun);
        }
        thread::sleep(PAUSE);
    }
    longest
}
