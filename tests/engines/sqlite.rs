//! Real SQLite: its own command-line program on a database file. Two of these programs on one file are two connections.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::availability::{Outcome, Unavailable, program};
use crate::binaries::unpacked;
use crate::server::{Servers, asked_for};

/// One release of SQLite.
pub(crate) struct Sqlite {
    program: PathBuf,
    /// Where it was unpacked, and where its databases lie.
    folder: TempDir,
}

/// A connection that stays open.
pub(crate) struct Session {
    client: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

const END_OF_ANSWER: &str = "-- phasewise: end of answer";

/// The installed one, and those that `PHASEWISE_SERVERS` asks for.
pub(crate) fn versions() -> Vec<Option<String>> {
    let more = asked_for().into_iter().filter_map(|name| Some(Some(name.strip_prefix("sqlite:")?.to_owned())));
    std::iter::once(None).chain(more).collect()
}

impl Sqlite {
    /// The installed one, or what `tests/servers sqlite:3.46` fetched.
    pub(crate) fn of(version: Option<&str>) -> Result<Self, Unavailable> {
        let folder = TempDir::new().expect("a temporary folder");
        let program = match version {
            None => program("sqlite3")?,
            Some(version) => unpacked(&format!("sqlite:{version}"), folder.path())?.join("bin/sqlite3"),
        };
        Ok(Self { program, folder })
    }

    pub(crate) fn version(&self) -> String {
        let output = Command::new(&self.program).arg("--version").output().expect("the program was found");
        let text = String::from_utf8_lossy(&output.stdout);
        text.split(' ').next().unwrap_or_default().to_owned()
    }

    /// Where a database of that name lies; none stands there before somebody makes it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn session(&self, file: &Path) -> Session {
        let mut both_streams = Command::new("sh");
        both_streams.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(&self.program).arg("-batch").arg(file);
        let mut client =
            both_streams.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program was found");
        let input = client.stdin.take();
        let output = BufReader::new(client.stdout.take().expect("it is piped"));
        Session { client, input, output }
    }
}

/// What `rows-lost-by-rebuild` says: a row that is written between the copy and the drop is gone, and within a transaction nobody
/// can write it.
pub(crate) fn a_rebuild_loses_rows_outside_of_a_transaction(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let rows_after = |name: &str, begin: &str, end: &str| {
        let file = sqlite.file(name);
        let (mut migration, mut application) = (sqlite.session(&file), sqlite.session(&file));
        let mut migrate = |script: &str| migration.execute(script).expect("the migration goes through");
        migrate("create table orders (id integer primary key, hits integer); insert into orders (hits) values (1)");
        migrate(begin);
        migrate("create table new_orders (id integer primary key, hits integer not null)");
        migrate("insert into new_orders select * from orders");
        let write = application.execute("insert into orders (hits) values (2)");
        migrate("drop table orders; alter table new_orders rename to orders");
        migrate(end);
        (write.is_ok(), migrate("select count(*) from orders").trim().to_owned())
    };
    assert_eq!(
        rows_after("bare.db", "select 1", "select 1"),
        (true, "1".to_owned()),
        "a write that went through is lost"
    );
    assert_eq!(rows_after("whole.db", "begin immediate", "commit"), (false, "1".to_owned()), "the write is refused");
    Ok(())
}

impl Session {
    /// Runs statements and commands of the program, and gives what it prints; or its first error.
    pub(crate) fn execute(&mut self, script: &str) -> Result<String, String> {
        let input = self.input.as_mut().expect("it is open until the session is dropped");
        let sent = writeln!(input, "{script}\n;\n.print {END_OF_ANSWER}");
        sent.and_then(|()| input.flush()).expect("the program reads what it is sent");
        let mut answer = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the program writes text");
            assert!(read > 0, "the program ended:\n{answer}");
            if line.trim_end() == END_OF_ANSWER {
                break;
            }
            answer.push_str(&line);
        }
        if answer.lines().any(|line| line.starts_with("Error") || line.contains(" error near line ")) {
            return Err(answer);
        }
        Ok(answer)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.client.wait();
    }
}
