//! One connection: what it may do, what it sees of others, and how it ends.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use phasewise::database::{AddressParts, DatabaseError, DatabaseUrl, Limits, Locked, Session};

use super::{LIMITS, open, prepare};
use crate::Test;
use crate::availability::{Outcome, program};
use crate::client::Database;
use crate::server::{Engine, Servers, is_root};
use crate::sqlite::Sqlite;

pub(super) const TESTS: &[Test] = &[
    ("postgres_answers_within_the_limit", postgres_answers_within_the_limit),
    ("mariadb_answers_within_the_limit", mariadb_answers_within_the_limit),
    ("sqlite_answers_within_the_limit", sqlite_answers_within_the_limit),
    ("a_silent_server_is_given_up", a_silent_server_is_given_up),
    ("postgres_is_only_read", postgres_is_only_read),
    ("mariadb_is_only_read", mariadb_is_only_read),
    ("sqlite_is_only_read", sqlite_is_only_read),
    ("a_lock_of_postgres_is_one_sessions", a_lock_of_postgres_is_one_sessions),
    ("a_lock_of_mariadb_is_one_sessions", a_lock_of_mariadb_is_one_sessions),
    ("a_pool_of_postgres_is_seen", a_pool_of_postgres_is_seen),
    ("postgres_is_reached_by_its_parts", postgres_is_reached_by_its_parts),
    ("mariadb_is_reached_by_its_parts", mariadb_is_reached_by_its_parts),
    ("postgres_tells_what_is_denied", postgres_tells_what_is_denied),
    ("mariadb_tells_what_is_denied", mariadb_tells_what_is_denied),
];

const SHORT: Limits = Limits { connect: Duration::from_secs(5), answer: Duration::from_millis(300) };

/// Every letter in it means something in an address.
const PASSWORD: &str = "p@s:s/w %3For?d#";

#[track_caller]
fn is_given_up(session: &mut Session, slow: &str) {
    let start = Instant::now();
    let error = session.rows(slow).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(2), "the server ends it, which the client would wait longer for");
    assert_eq!(session.value("select 1").unwrap().as_deref(), Some("1"), "the session goes on");
}

fn postgres_answers_within_the_limit(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let url: DatabaseUrl = database.url().parse().unwrap();
    let mut session = url.open(SHORT).unwrap();
    assert!(database.version().starts_with(session.version()));
    is_given_up(&mut session, "select pg_sleep(30)");
    prepare(&database, "create table busy (id int)");
    let mut other = database.session();
    other.execute("begin; lock table busy").unwrap();
    is_given_up(&mut session, "select * from busy");
    other.execute("rollback").unwrap();

    // A backend that is stopped answers nothing at all.
    let backend = session.value("select pg_backend_pid()").unwrap().unwrap();
    let signal = |name: &str| assert!(Command::new("kill").args(["-s", name, &backend]).status().unwrap().success());
    signal("STOP");
    let error = session.rows("select 1").unwrap_err();
    signal("CONT");
    assert!(error.is_timeout(), "{error:?}");
    assert!(session.rows("select 1").unwrap_err().is_lost(), "the answer would be to another question");
    Ok(())
}

fn mariadb_answers_within_the_limit(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let url: DatabaseUrl = database.url().parse().unwrap();
    let mut session = url.open(SHORT).unwrap();
    assert_eq!(session.engine(), phasewise::engine::Engine::Mariadb);
    assert_eq!(session.version(), database.version());
    is_given_up(&mut session, "select sleep(30)");
    prepare(&database, "create table busy (id int)");
    let mut other = database.session();
    other.execute("lock tables busy write").unwrap();
    is_given_up(&mut session, "select * from busy");
    Ok(())
}

fn sqlite_answers_within_the_limit(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let file = sqlite.file("shop.sqlite");
    sqlite.session(&file).execute("create table orders (id int)").unwrap();
    let url: DatabaseUrl = format!("sqlite:{}", file.display()).parse().unwrap();
    let mut session = url.open(SHORT).unwrap();
    assert_eq!(session.version(), sqlite.version());
    is_given_up(&mut session, "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n");
    let mut other = sqlite.session(&file);
    other.execute("begin exclusive").unwrap();
    is_given_up_when_locked(&mut session);
    other.execute("rollback").unwrap();
    assert_eq!(session.rows("select * from orders").unwrap(), Vec::<Vec<Option<String>>>::new());

    let empty = sqlite.file("empty.sqlite");
    std::fs::write(&empty, "").unwrap();
    let mut session = open(&format!("sqlite:{}", empty.display()));
    assert_eq!(session.version(), "");
    assert!(session.rows("select * from migrations").unwrap_err().is_missing_table());
    let gone: DatabaseUrl = "sqlite:/gone.sqlite".parse().unwrap();
    assert!(matches!(gone.open(LIMITS).unwrap_err(), DatabaseError::Unreadable { .. }));
    Ok(())
}

#[track_caller]
fn is_given_up_when_locked(session: &mut Session) {
    let error = session.rows("select * from orders").unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

/// The kernel takes the connection, and nobody speaks.
#[expect(clippy::unnecessary_wraps, reason = "a test of the list, which lacks nothing")]
fn a_silent_server_is_given_up(_: &Servers) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits { connect: Duration::from_millis(300), answer: Duration::from_millis(300) };
    for scheme in ["postgresql", "mysql"] {
        let url: DatabaseUrl = format!("{scheme}://app:hush@{address}/shop").parse().unwrap();
        let start = Instant::now();
        let error = url.open(limits).unwrap_err();
        assert!(matches!(error, DatabaseError::Unreachable { .. }), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(2), "{scheme}");
    }
    Ok(())
}

#[track_caller]
fn is_refused(session: &mut Session, statement: &str) {
    let answer = session.rows(statement);
    assert!(matches!(answer, Err(DatabaseError::Writes { .. })), "{statement}: {answer:?}");
}

/// What is no question is not even sent.
const STATEMENTS: [&str; 6] = [
    "insert into orders values (1)",
    "create table made (id int)",
    "select 1; create table made (id int)",
    "/* select */ drop table orders",
    "commit; create table made (id int)",
    "set session characteristics as transaction read write",
];

fn postgres_is_only_read(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    prepare(&database, "create table orders (id int); create sequence numbers");
    let mut session = open(&database.url());
    for statement in STATEMENTS {
        is_refused(&mut session, statement);
    }
    is_refused(&mut session, "with new as (insert into orders values (1) returning id) select * from new");
    is_refused(&mut session, "select nextval('numbers')");
    is_refused(&mut session, "explain analyze insert into orders values (1)");
    assert_eq!(session.value("-- how many\n(select count(*) from orders);").unwrap().as_deref(), Some("0"));
    assert_eq!(
        session.rows("select 1, null, 'a b', true, 1.50::numeric").unwrap(),
        [[Some("1"), None, Some("a b"), Some("t"), Some("1.50")].map(|value| value.map(str::to_owned)).to_vec()]
    );
    Ok(())
}

fn mariadb_is_only_read(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    prepare(&database, "create table orders (id int)");
    let mut writer = database.session();
    writer.execute("create function writes() returns int begin insert into orders values (1); return 1; end").unwrap();
    let mut session = open(&database.url());
    for statement in STATEMENTS {
        is_refused(&mut session, statement);
    }
    is_refused(&mut session, "select writes()");
    assert_eq!(session.value("select count(*) from orders").unwrap().as_deref(), Some("0"));
    assert_eq!(
        session.rows("select 1, null, 'ä b', true").unwrap(),
        [[Some("1"), None, Some("ä b"), Some("1")].map(|value| value.map(str::to_owned)).to_vec()]
    );
    Ok(())
}

fn sqlite_is_only_read(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let file = sqlite.file("shop.sqlite");
    sqlite.session(&file).execute("pragma journal_mode = wal; create table orders (id int)").unwrap();
    let before = std::fs::read(&file).unwrap();
    let mut session = open(&format!("sqlite:{}", file.display()));
    for statement in STATEMENTS {
        is_refused(&mut session, statement);
    }
    is_refused(&mut session, "with n (i) as (values (1)) insert into orders select i from n");
    is_refused(&mut session, "pragma user_version = 7");
    assert!(session.rows("select * from made").unwrap_err().is_missing_table());
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(session.try_lock("gate").unwrap(), Locked::Unsupported);
    assert!(!session.is_pooled().unwrap());
    Ok(())
}

/// Two sessions, and what ends the first one from outside.
#[track_caller]
fn check_locks(database: &Database, own: &str, kill: impl Fn(&str) -> String) {
    let mut first = open(&database.url());
    let mut second = open(&database.url());
    assert!(!first.holds_lock("gate").unwrap());
    assert_eq!(first.try_lock("gate").unwrap(), Locked::Yes);
    assert!(first.holds_lock("gate").unwrap());
    let holder = first.value(own).unwrap().unwrap();
    let Locked::Held { by: Some(by) } = second.try_lock("gate").unwrap() else { panic!("another session has it") };
    assert!(by.contains(&format!("session {holder} of ")), "{by}");
    assert!(!second.holds_lock("gate").unwrap());
    assert_eq!(second.try_lock("another").unwrap(), Locked::Yes, "another lock is free");
    assert!(!first.is_pooled().unwrap());

    prepare(database, &kill(&holder));
    let lost = first.holds_lock("gate").unwrap_err();
    assert!(lost.is_lost(), "{lost:?}");
    let mut is_free = || second.try_lock("gate").unwrap() == Locked::Yes;
    assert!(
        (0..100).any(|_| is_free() || {
            thread::sleep(Duration::from_millis(20));
            false
        }),
        "a session that ended holds nothing"
    );
    drop(second);
    let mut third = open(&database.url());
    assert_eq!(third.try_lock("gate").unwrap(), Locked::Yes, "nor does one that was closed");
}

fn a_lock_of_postgres_is_one_sessions(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    check_locks(&database, "select pg_backend_pid()", |holder| format!("select pg_terminate_backend({holder})"));
    Ok(())
}

fn a_lock_of_mariadb_is_one_sessions(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let elsewhere = servers.database(Engine::MariaDb)?;
    check_locks(&database, "select connection_id()", |holder| format!("kill {holder}"));
    let (mut here, mut there) = (open(&database.url()), open(&elsewhere.url()));
    assert_eq!(here.try_lock("gate").unwrap(), Locked::Yes);
    assert_eq!(there.try_lock("gate").unwrap(), Locked::Yes, "another database's lock is another one");
    Ok(())
}

/// A `PgBouncer` in front of the server.
struct Pool {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Pool {
    fn start(program: &Path, database: &Database, mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = folder.path().join("pool.ini");
        let text = format!(
            "[databases]\n{name} = host=127.0.0.1 port={to} dbname={name} user=postgres\n[pgbouncer]\n\
            listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = {mode}\nunix_socket_dir =\n\
            ignore_startup_parameters = extra_float_digits\n",
            name = database.name(),
            to = database.port(),
        );
        std::fs::write(&settings, text).unwrap();
        let mut command = Command::new(program);
        command.arg("-q").arg(&settings).stderr(Stdio::null());
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(65534), Some(65534)).unwrap();
            command.args(["-u", "nobody"]);
        }
        let process = command.spawn().expect("the program was found");
        let pool = Self { process, folder, port };
        let url = pool.url(database);
        let is_up = || url.parse::<DatabaseUrl>().unwrap().open(LIMITS).is_ok();
        assert!(
            (0..100).any(|_| is_up() || {
                thread::sleep(Duration::from_millis(50));
                false
            }),
            "the pool does not start"
        );
        pool
    }

    fn url(&self, database: &Database) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{}", self.port, database.name())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = self.folder.path();
    }
}

fn a_pool_of_postgres_is_seen(servers: &Servers) -> Outcome {
    let program = program("pgbouncer")?;
    let database = servers.database(Engine::Postgres)?;
    prepare(&database, "create table orders (id int)");
    let by_transaction = Pool::start(&program, &database, "transaction");
    let mut session = open(&by_transaction.url(&database));
    assert!(session.is_pooled().unwrap());
    is_refused(&mut session, "with new as (insert into orders values (1) returning id) select * from new");
    let by_session = Pool::start(&program, &database, "session");
    assert!(!open(&by_session.url(&database)).is_pooled().unwrap(), "a session keeps its connection");
    Ok(())
}

fn parts(database: &Database, engine: phasewise::engine::Engine) -> AddressParts {
    AddressParts {
        engine,
        host: Some("127.0.0.1".to_owned()),
        port: Some(database.port()),
        socket: None,
        database: database.name().to_owned(),
        user: None,
        password: Some(PASSWORD.to_owned()),
        tls: None,
        roots: None,
        search_path: Vec::new(),
    }
}

/// The right password logs in, by address and by socket; a wrong one is not told.
#[track_caller]
fn check_parts(database: &Database, parts: &AddressParts) {
    let reached = |parts: AddressParts| DatabaseUrl::from_parts(parts).unwrap().open(LIMITS);
    assert!(reached(parts.clone()).is_ok(), "{:?}", reached(parts.clone()));
    let socket = Some(database.socket().display().to_string());
    let by_socket = reached(AddressParts { socket, ..parts.clone() });
    assert_eq!(by_socket.unwrap().value("select 1").unwrap().as_deref(), Some("1"));
    for password in ["wrong@hush:/ %41", ""] {
        let parts = AddressParts { password: Some(password.to_owned()), ..parts.clone() };
        let error = reached(parts).unwrap_err();
        assert!(matches!(error, DatabaseError::Login { .. }), "{error:?}");
        assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
    }
    assert!(reached(AddressParts { password: None, ..parts.clone() }).is_err());
    for parts in [
        AddressParts { port: Some(1), ..parts.clone() },
        AddressParts { database: "gone".to_owned(), ..parts.clone() },
        AddressParts { user: Some("ghost".to_owned()), ..parts.clone() },
        AddressParts { tls: Some("verify-full".to_owned()), ..parts.clone() },
        AddressParts { socket: Some("/gone".to_owned()), ..parts.clone() },
    ] {
        let shown = format!("{parts:?} {:?} {:?}", DatabaseUrl::from_parts(parts.clone()), reached(parts.clone()));
        assert!(!shown.contains("p@s") && !shown.contains("p%40s"), "{shown}");
    }
}

fn postgres_is_reached_by_its_parts(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let user = format!("user_{}", database.name());
    prepare(&database, &format!("create role {user} login password '{PASSWORD}'"));
    // Whoever else asks is trusted.
    let rules = database.run("show hba_file").stdout.trim().to_owned();
    let others = std::fs::read_to_string(&rules).unwrap();
    let own = format!("host all {user},ghost 127.0.0.1/32 scram-sha-256\nlocal all {user},ghost scram-sha-256\n");
    std::fs::write(&rules, own + &others).unwrap();
    prepare(&database, "select pg_reload_conf()");
    thread::sleep(Duration::from_millis(300));
    check_parts(
        &database,
        &AddressParts { user: Some(user), ..parts(&database, phasewise::engine::Engine::Postgresql) },
    );
    std::fs::write(&rules, others).unwrap();
    Ok(())
}

fn mariadb_is_reached_by_its_parts(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let (name, user) = (database.name(), format!("user_{}", database.name()));
    prepare(
        &database,
        &format!("create user {user}@'%' identified by '{PASSWORD}'; grant all on {name}.* to {user}@'%'"),
    );
    check_parts(&database, &AddressParts { user: Some(user), ..parts(&database, phasewise::engine::Engine::Mariadb) });
    Ok(())
}

fn postgres_tells_what_is_denied(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let user = format!("reader_{}", database.name());
    prepare(&database, &format!("create table orders (id int); create role {user} login"));
    let mut session = open(&database.url().replace("postgres@", &format!("{user}@")));
    check_denied(&mut session);
    let error = session.rows("select * from gone").unwrap_err();
    assert!(error.is_missing_table(), "{error:?}");
    Ok(())
}

fn mariadb_tells_what_is_denied(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let (name, user) = (database.name(), format!("reader_{}", database.name()));
    prepare(
        &database,
        &format!(
            "create table orders (id int);
            create user {user}@'%'; grant insert on {name}.* to {user}@'%'"
        ),
    );
    let mut session = open(&database.url().replace("root@", &format!("{user}@")));
    check_denied(&mut session);
    let gone = "select * from gone";
    assert!(session.rows(gone).unwrap_err().is_denied(), "who may not read it is not told whether it exists");
    assert!(open(&database.url()).rows(gone).unwrap_err().is_missing_table());
    assert!(session.rows("select * from information_schema.innodb_trx").unwrap_err().is_denied());
    Ok(())
}

#[track_caller]
fn check_denied(session: &mut Session) {
    let error = session.rows("select * from orders").unwrap_err();
    assert!(error.is_denied(), "{error:?}");
    let error = session.rows("select from from").unwrap_err();
    assert!(matches!(error, DatabaseError::Failed { .. }), "{error:?}");
}
