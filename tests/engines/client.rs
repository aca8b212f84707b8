//! Speaks with a real server through its own command-line client.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::server::Engine;

/// One database on a server.
pub(crate) struct Database {
    engine: Engine,
    port: u16,
    name: String,
    /// The server's own, in which its socket is.
    folder: PathBuf,
}

/// What the client said.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Rows, one a line, fields parted by tabs.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) ok: bool,
}

/// A connection that stays open, with its transaction, its locks and its settings.
pub(crate) struct Session {
    engine: Engine,
    client: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Ends a statement for MariaDB's client, which MySQL's servers take too, which may have semicolons in it.
const MARIADB_DELIMITER: &str = "$phasewise$";
/// Follows the answer to a statement.
const END_OF_ANSWER: &str = "-- phasewise: end of answer";

impl Database {
    pub(crate) fn new(engine: Engine, port: u16, name: &str, folder: &Path) -> Self {
        Self { engine, port, name: name.to_owned(), folder: folder.to_owned() }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The server's socket, as its clients name it: PostgreSQL's by its directory.
    pub(crate) fn socket(&self) -> PathBuf {
        match self.engine {
            Engine::Postgres => self.folder.clone(),
            Engine::MariaDb | Engine::MySql => self.folder.join("socket"),
        }
    }

    /// The server's version: `15.18`, `10.11.19`.
    pub(crate) fn version(&self) -> String {
        let answer = self.run(match self.engine {
            Engine::Postgres => "show server_version",
            Engine::MariaDb | Engine::MySql => "select version()",
        });
        let version = answer.stdout.split(|letter: char| !letter.is_ascii_digit() && letter != '.').next();
        version.unwrap_or_default().to_owned()
    }

    /// As clients take it.
    pub(crate) fn url(&self) -> String {
        let (scheme, user) = match self.engine {
            Engine::Postgres => ("postgresql", "postgres"),
            Engine::MariaDb | Engine::MySql => ("mysql", "root"),
        };
        format!("{scheme}://{user}@127.0.0.1:{}/{}", self.port, self.name)
    }

    /// A table as Percona's tools take it.
    pub(crate) fn tool_address(&self, table: &str) -> String {
        format!("h=127.0.0.1,P={},u=root,D={},t={table}", self.port, self.name)
    }

    /// Runs a script on a connection of its own, up to its first error. PostgreSQL gets it as one message, as a migration
    /// runner sends a file: its statements are one transaction unless it says otherwise.
    pub(crate) fn run(&self, script: &str) -> Answer {
        let mut client = self.client();
        client.args(match self.engine {
            Engine::Postgres => ["-c", script],
            Engine::MariaDb | Engine::MySql => ["-e", script],
        });
        let output = client.output().expect("a server's client comes with it");
        Answer {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            ok: output.status.success(),
        }
    }

    /// Runs a script as the client reads a file: with the commands that are its own.
    pub(crate) fn run_file(&self, script: &[u8]) -> Answer {
        let mut client = self.client();
        if self.engine == Engine::Postgres {
            client.args(["-v", "ON_ERROR_STOP=1", "-f", "-"]);
        }
        let mut child = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.as_mut().expect("a server's client comes with it");
        let mut input = child.stdin.take().expect("it is piped");
        let script = script.to_owned();
        let writer = std::thread::spawn(move || input.write_all(&script));
        let (mut stdout, mut stderr) = (String::new(), String::new());
        std::io::Read::read_to_string(&mut child.stdout.take().expect("it is piped"), &mut stdout).expect("text");
        std::io::Read::read_to_string(&mut child.stderr.take().expect("it is piped"), &mut stderr).expect("text");
        let _ = writer.join();
        Answer { stdout, stderr, ok: child.wait().expect("it was started").success() }
    }

    /// The server's own tool for dumps, and what it is to be told.
    pub(crate) fn dump_command(&self) -> (&'static str, Vec<String>) {
        let port = self.port.to_string();
        let (tool, arguments): (_, &[&str]) = match self.engine {
            Engine::Postgres => ("pg_dump", &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", &self.name]),
            Engine::MariaDb | Engine::MySql => (
                "mariadb-dump",
                &["--no-defaults", "-h", "127.0.0.1", "-P", &port, "-u", "root", "--routines", "--events", &self.name],
            ),
        };
        (tool, arguments.iter().map(|argument| (*argument).to_owned()).collect())
    }

    pub(crate) fn session(&self) -> Session {
        let client = self.client();
        let mut both_streams = Command::new("sh");
        both_streams.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(client.get_program()).args(client.get_args());
        if self.engine != Engine::Postgres {
            both_streams.args(["--force", "--unbuffered", "--delimiter", MARIADB_DELIMITER]);
        }
        let mut client =
            both_streams.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a server's client comes with it");
        let input = client.stdin.take();
        let output = BufReader::new(client.stdout.take().expect("it is piped"));
        Session { engine: self.engine, client, input, output }
    }

    fn client(&self) -> Command {
        let port = self.port.to_string();
        let mut client;
        match self.engine {
            Engine::Postgres => {
                client = Command::new("psql");
                client.args(["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=0", "-v", "VERBOSITY=verbose"]);
                client.args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-d", &self.name]);
            }
            Engine::MariaDb | Engine::MySql => {
                client = Command::new("mariadb");
                client.args(["--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4"]);
                client.args(["-h", "127.0.0.1", "-P", &port, "-u", "root", "-D", &self.name]);
            }
        }
        client
    }
}

impl Session {
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// Sends a statement and waits for its answer: rows, or the server's error.
    pub(crate) fn execute(&mut self, sql: &str) -> Result<String, String> {
        self.send(sql);
        self.answer()
    }

    /// Sends a statement that may wait for a lock; `answer` then waits for it.
    pub(crate) fn send(&mut self, sql: &str) {
        let input = self.input.as_mut().expect("it is open until the session is dropped");
        let sent = match self.engine {
            Engine::Postgres => writeln!(input, "{sql}\n;\n\\echo '{END_OF_ANSWER}'"),
            Engine::MariaDb | Engine::MySql => {
                writeln!(input, "{sql}\n{MARIADB_DELIMITER}\nselect '{END_OF_ANSWER}'{MARIADB_DELIMITER}")
            }
        };
        sent.and_then(|()| input.flush()).expect("the client reads what it is sent");
    }

    /// The answer to the oldest statement sent that was not waited for yet.
    pub(crate) fn answer(&mut self) -> Result<String, String> {
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the client writes text");
            assert!(read > 0, "the client ended:\n{answer}");
            if line.trim_end() == END_OF_ANSWER {
                break;
            }
            answer.push_str(&line);
        }
        if answer.lines().any(|line| line.starts_with("ERROR")) { Err(answer) } else { Ok(answer) }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.client.wait();
    }
}
