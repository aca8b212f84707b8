//! Real servers: one PostgreSQL and one MariaDB for all tests, each in a temporary folder on a free port of the loopback.
//!
//! A server starts when the first test asks for it, and `Servers::stop` ends it. Should the tests be killed, the kernel
//! ends it, for `setpriv --pdeathsig` ties it to the thread that waits for it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::thread::{self, JoinHandle};

use tempfile::TempDir;

use crate::availability::{Outcome, Unavailable, program};
use crate::binaries::Binaries;
use crate::client::Database;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    Postgres,
    MariaDb,
    MySql,
}

/// A server's version, as `tests/servers` takes it: `postgresql:12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release {
    pub(crate) engine: Engine,
    /// `None` for the one that is installed.
    pub(crate) version: Option<String>,
}

/// The servers that tests share.
#[derive(Default)]
pub(crate) struct Servers {
    running: Mutex<BTreeMap<Release, Arc<Start>>>,
}

/// Happens when the first test asks for the server.
type Start = OnceLock<Result<Server, Unavailable>>;

/// A server that runs.
pub(crate) struct Server {
    engine: Engine,
    port: u16,
    process: u32,
    waiting: JoinHandle<()>,
    databases: AtomicU32,
    folder: TempDir,
}

/// The user and group that own the servers when root runs the tests: both servers refuse to be root's. Debian's `nobody`.
const NOBODY: u32 = 65534;

impl Servers {
    /// A new, empty database on the installed server of that engine.
    pub(crate) fn database(&self, engine: Engine) -> Result<Database, Unavailable> {
        self.database_on(&Release { engine, version: None })
    }

    /// A new, empty database on the server of that release.
    pub(crate) fn database_on(&self, release: &Release) -> Result<Database, Unavailable> {
        self.on(release, |server| server.database(None))
    }

    /// A new database that is as `original` is, which nobody may be connected to. PostgreSQL alone can do that.
    pub(crate) fn copy_of(&self, release: &Release, original: &Database) -> Result<Database, Unavailable> {
        self.on(release, |server| server.database(Some(original.name())))
    }

    fn on(&self, release: &Release, make: impl FnOnce(&Server) -> Database) -> Result<Database, Unavailable> {
        let server = Arc::clone(self.running.lock().expect("no test panics here").entry(release.clone()).or_default());
        server.get_or_init(|| Server::start(release)).as_ref().map(make).map_err(Clone::clone)
    }

    pub(crate) fn stop(self) {
        for server in self.running.into_inner().expect("no test panics here").into_values() {
            if let Some(Ok(server)) = Arc::into_inner(server).and_then(OnceLock::into_inner) {
                server.stop();
            }
        }
    }
}

impl Server {
    fn start(release: &Release) -> Result<Self, Unavailable> {
        let engine = release.engine;
        let folder = TempDir::new().expect("a temporary folder");
        let port = free_port();
        let binaries = Binaries::of(release, folder.path())?;
        let preparation = engine.preparation(&binaries, folder.path())?;
        let server = engine.command(&binaries, folder.path(), port)?;
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("root may give the folder away");
        }
        run_to_end(preparation);
        let (process, waiting) = start_and_wait(server, engine.readiness());
        Ok(Self { engine, port, process, waiting, databases: AtomicU32::new(0), folder })
    }

    fn database(&self, template: Option<&str>) -> Database {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let existing = match self.engine {
            Engine::Postgres => "postgres",
            Engine::MariaDb | Engine::MySql => "mysql",
        };
        let created = Database::new(self.engine, self.port, existing, self.folder.path()).run(&match template {
            Some(template) => format!("create database {name} template {template}"),
            None => format!("create database {name}"),
        });
        assert!(created.ok, "the server makes no database: {}", created.stderr);
        Database::new(self.engine, self.port, &name, self.folder.path())
    }

    fn stop(self) {
        run_to_end(Command::new("kill").args(["-s", self.engine.stop_signal(), &self.process.to_string()]));
        self.waiting.join().expect("the server's thread ends with it");
        drop(self.folder);
    }
}

impl Engine {
    /// What fills the folder with the server's own tables.
    fn preparation(self, binaries: &Binaries, folder: &Path) -> Result<Command, Unavailable> {
        let data = folder.join("data");
        Ok(match self {
            Self::MySql => {
                // Its root may come from `localhost` alone, which an address is not.
                let users = folder.join("users.sql");
                let of_address =
                    "create user root@'127.0.0.1'; grant all on *.* to root@'127.0.0.1' with grant option;";
                std::fs::write(&users, of_address).expect("the folder is the test's own");
                let mut command = by_no_root(&binaries.program("mysqld")?)?;
                command.args(["--no-defaults", "--initialize-insecure"]).arg(format!("--datadir={}", data.display()));
                command.arg(format!("--init-file={}", users.display()));
                command
            }
            Self::Postgres => {
                let mut command = by_no_root(&binaries.program("initdb")?)?;
                command.args(["-A", "trust", "-N", "-E", "UTF8", "--locale=C", "-U", "postgres", "-D"]);
                command.arg(data);
                command
            }
            Self::MariaDb => {
                let mut command = by_no_root(&binaries.program("mariadb-install-db")?)?;
                command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
                command.arg(format!("--datadir={}", data.display()));
                command
            }
        })
    }

    /// The server itself: in the foreground, careless of power cuts.
    fn command(self, binaries: &Binaries, folder: &Path, port: u16) -> Result<Command, Unavailable> {
        let data = folder.join("data");
        Ok(match self {
            Self::Postgres => {
                let mut command = by_no_root(&binaries.program("postgres")?)?;
                command.arg("-D").arg(data);
                let careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB"];
                for setting in careless.into_iter().chain(["autovacuum=off"]) {
                    command.args(["-c", setting]);
                }
                command.args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}"), "-k"]).arg(folder);
                command
            }
            Self::MariaDb | Self::MySql => {
                let program = if self == Self::MySql { "mysqld" } else { "mariadbd" };
                let mut command = by_no_root(&binaries.program(program)?)?;
                command.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
                // Servers that share a folder for temporary tables may take one another's away.
                command.arg(format!("--tmpdir={}", folder.display()));
                command.arg(format!("--socket={}", folder.join("socket").display())).arg(format!("--port={port}"));
                command.args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin"]);
                command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"]);
                command.arg("--innodb-buffer-pool-size=32M");
                if self == Self::MySql {
                    command
                        .args(["--mysqlx=OFF", "--secure-file-priv=NULL"])
                        .arg(format!("--pid-file={}", folder.join("process").display()));
                }
                command
            }
        })
    }

    /// What the server writes on standard error once it takes connections.
    fn readiness(self) -> &'static str {
        match self {
            Self::Postgres => "ready to accept connections",
            Self::MariaDb | Self::MySql => "ready for connections",
        }
    }

    /// Ends the server at once but in order: PostgreSQL's SIGTERM would wait for the sessions that are left.
    fn stop_signal(self) -> &'static str {
        match self {
            Self::Postgres => "INT",
            Self::MariaDb | Self::MySql => "TERM",
        }
    }
}

/// Runs a program as another user where root asks, and lets the kernel end it when the thread that started it ends.
fn by_no_root(program_path: &Path) -> Result<Command, Unavailable> {
    let mut command = Command::new(program("setpriv")?);
    if is_root() {
        command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}")]).arg("--clear-groups");
    }
    command.args(["--pdeathsig", "KILL"]).arg(program_path).current_dir("/").stdin(Stdio::null());
    Ok(command)
}

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the loopback");
    listener.local_addr().expect("a bound listener has an address").port()
}

#[track_caller]
fn run_to_end(mut command: impl std::borrow::BorrowMut<Command>) {
    let output = command.borrow_mut().output().expect("the program was found");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Starts the server on a thread that stays until it ends; gives its process once it says that it is ready.
#[track_caller]
fn start_and_wait(mut command: Command, readiness: &'static str) -> (u32, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel();
    let waiting = thread::spawn(move || {
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program was found");
        let mut log = String::new();
        for line in BufReader::new(server.stderr.take().expect("it is piped")).lines().map_while(Result::ok) {
            if line.contains(readiness) {
                let _ = sender.send(Ok(server.id()));
            }
            log.push_str(&line);
            log.push('\n');
        }
        let _ = server.wait();
        let _ = sender.send(Err(log));
    });
    match receiver.recv().expect("the thread sends something before it ends") {
        Ok(process) => (process, waiting),
        Err(log) => panic!("the server does not start:\n{log}"),
    }
}

pub(crate) fn postgres_holds_a_lock_across_sessions(servers: &Servers) -> Outcome {
    check_lock(&servers.database(Engine::Postgres)?, "set lock_timeout = '50ms'", "lock timeout");
    Ok(())
}

pub(crate) fn mariadb_holds_a_lock_across_sessions(servers: &Servers) -> Outcome {
    check_lock(&servers.database(Engine::MariaDb)?, "set innodb_lock_wait_timeout = 0", "Lock wait timeout");
    Ok(())
}

/// A row that one session updates in its transaction makes the other give up, until the first one commits.
#[track_caller]
fn check_lock(database: &Database, impatience: &str, complaint: &str) {
    let created = database.run("create table seats (id int primary key, taken int); insert into seats values (1, 0)");
    assert!(created.ok, "{}", created.stderr);
    let mut first = database.session();
    let mut second = database.session();
    let update = "update seats set taken = taken + 1 where id = 1";
    for statement in ["begin", update] {
        assert_eq!(first.execute(statement), Ok(String::new()));
    }
    assert_eq!(second.execute(impatience), Ok(String::new()));
    let refused = second.execute(update).expect_err("the row is locked");
    assert!(refused.contains(complaint), "{refused}");
    assert_eq!(first.execute("commit"), Ok(String::new()));
    assert_eq!(second.execute(update), Ok(String::new()));
    assert_eq!(database.run("select id, taken from seats").stdout, "1\t2\n");
}

impl Engine {
    pub(crate) fn as_phasewise(self) -> phasewise::engine::Engine {
        match self {
            Self::Postgres => phasewise::engine::Engine::Postgresql,
            Self::MariaDb => phasewise::engine::Engine::Mariadb,
            Self::MySql => phasewise::engine::Engine::Mysql,
        }
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let version = self.version.as_deref().unwrap_or("installed");
        write!(formatter, "{}:{version}", self.engine.as_phasewise())
    }
}

/// What `PHASEWISE_SERVERS` names: `postgresql:10,postgresql:18,sqlite:3.53`.
pub(crate) fn asked_for() -> Vec<String> {
    let names = std::env::var("PHASEWISE_SERVERS").unwrap_or_default();
    names.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl Release {
    /// Those that every run needs, and those that `PHASEWISE_SERVERS` names: `postgresql:10,postgresql:18`.
    pub(crate) fn all() -> Vec<Self> {
        let more = asked_for().into_iter().filter(|name| !name.starts_with("sqlite:"));
        let mut releases: Vec<Self> = ["postgresql:installed", "postgresql:12", "postgresql:17", "mariadb:installed"]
            .into_iter()
            .map(str::to_owned)
            .chain(more)
            .map(|name| Self::read(&name))
            .collect();
        releases.sort();
        releases.dedup();
        releases
    }

    fn read(name: &str) -> Self {
        let (engine, version) = name.split_once(':').unwrap_or_else(|| panic!("`{name}` is not `engine:version`"));
        let engine = match engine {
            "postgresql" => Engine::Postgres,
            "mariadb" => Engine::MariaDb,
            "mysql" => Engine::MySql,
            other => panic!("no test starts a server of `{other}`"),
        };
        Self { engine, version: (version != "installed").then(|| version.to_owned()) }
    }
}
