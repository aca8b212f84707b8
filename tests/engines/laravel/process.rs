//! One PHP process that answers what real Laravel sends, a JSON line for each migration.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::availability::{self, Unavailable};

/// Real Laravel, ready to be asked.
pub(crate) struct Laravel {
    php: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// What Laravel sends for one migration in one direction.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sent {
    pub(crate) statements: Vec<SentStatement>,
    /// The exception that ended it, after the statements given.
    pub(crate) error: Option<String>,
    /// Whether the migration asked what is in the database. It was told: nothing.
    pub(crate) looked_at_schema: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct SentStatement {
    pub(crate) sql: String,
    pub(crate) bindings: Vec<Value>,
}

/// What Laravel calls the connection's driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Driver {
    MySql,
    Pgsql,
    Sqlite,
    Sqlsrv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

impl Driver {
    pub(crate) const ALL: [Self; 4] = [Self::MySql, Self::Pgsql, Self::Sqlite, Self::Sqlsrv];

    fn name(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::Pgsql => "pgsql",
            Self::Sqlite => "sqlite",
            Self::Sqlsrv => "sqlsrv",
        }
    }

    /// The engine as phasewise is told it.
    pub(crate) fn engine(self) -> &'static str {
        match self {
            Self::MySql => "mysql:8.0",
            Self::Pgsql => "postgresql:15",
            Self::Sqlite => "sqlite:3.40",
            Self::Sqlsrv => "sqlserver:2022",
        }
    }
}

impl Direction {
    fn method(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl Laravel {
    /// Starts PHP. The classes and the configuration of `application` are there for its migrations.
    pub(crate) fn start(application: Option<&Path>) -> Result<Self, Unavailable> {
        let php = availability::laravel()?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engines/laravel/serve.php");
        let mut php = Command::new(php)
            .arg(script)
            .args(application)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("PHP was found");
        let input = php.stdin.take();
        let mut output = BufReader::new(php.stdout.take().expect("it is piped"));
        let mut greeting = String::new();
        output.read_line(&mut greeting).expect("PHP writes text");
        assert_eq!(greeting.trim_end(), r#"{"laravel":"8"}"#, "PHP does not get as far as Laravel");
        Ok(Self { php, input, output })
    }

    /// What the migration in that file sends.
    #[track_caller]
    pub(crate) fn ask(&mut self, driver: Driver, file: &Path, direction: Direction) -> Sent {
        let question = json!({"id": 0, "engine": driver.name(), "path": file, "direction": direction.method()});
        let input = self.input.as_mut().expect("it is open until Laravel is dropped");
        writeln!(input, "{question}").expect("PHP reads its input");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("PHP writes text");
        serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("PHP has no answer to {}: {error}\n{answer}", file.display()))
    }
}

impl Drop for Laravel {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.php.wait();
    }
}
