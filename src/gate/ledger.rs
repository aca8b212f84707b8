//! What happened at this gate: one line of JSON for each event, appended to a file that outlives releases.
//!
//! A line is written in one piece under a lock, and seen to the disk. A line that was torn by a fall is passed over by
//! those who read, and never continued by those who write.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The version of the lines.
pub const VERSION: u32 = 1;

/// The directory below `shared`, and the file in it.
const PLACE: &str = ".phasewise/ledger.jsonl";

/// The ledger of a site.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: PathBuf,
}

/// What is read of it.
#[derive(Debug, Default)]
pub struct Records {
    pub records: Vec<Record>,
    /// Lines that are none, from 1: torn, or of another version.
    pub unread: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// `gate check` decided.
    Check,
    /// `gate exec` opened, and its command is about to run.
    Started,
    /// Its command ended, or it never opened.
    Ended,
    /// A release was seen live.
    Confirmed,
    /// `gate rollback` decided.
    Rollback,
    /// A host said which release it runs.
    Attested,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Record {
    pub schema: u32,
    /// In UTC, as `2026-11-22T23:40:00Z`.
    pub at: String,
    pub event: Event,
    /// Ties the end of a run to its start.
    pub id: String,
    pub tool: String,
    /// The name of the release, and its revision where one is written down.
    pub release: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The name of the release that was live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// Which database, without who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<String>,
    /// The migrations that ran under the gate, with the SHA-256 of their files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ran: BTreeMap<String, String>,
    /// How many deploys of each plan are in place in the release.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plans: BTreeMap<String, usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideRecord>,
    pub actor: String,
    pub host: String,
    /// The process that wrote it, and when that began, in ticks since the machine did.
    pub pid: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideRecord {
    pub code: String,
    pub reason: String,
}

/// The wrapped command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRecord {
    pub program: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When the process began, in ticks since the machine did: it tells it from a later one of the same number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the ledger `{path}` cannot be {what}: {error}")]
#[diagnostic(
    code(phasewise::gate::ledger),
    help("the gate records what it decides; let this user write there, or name another directory with `--audit-dir`")
)]
pub struct LedgerError {
    path: String,
    what: &'static str,
    error: io::Error,
}

impl Ledger {
    /// The ledger below `shared`, the directory of what outlives releases.
    pub fn below(shared: &Path) -> Self {
        Self { path: shared.join(PLACE) }
    }

    /// The ledger in a directory of its own.
    pub fn within(directory: &Path) -> Self {
        Self { path: directory.join("ledger.jsonl") }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a record could be written, without writing one.
    pub fn check_writable(&self) -> Result<(), LedgerError> {
        self.open().map(drop)
    }

    /// Adds a record, and sees it to the disk.
    pub fn append(&self, record: &Record) -> Result<(), LedgerError> {
        let mut line = serde_json::to_vec(record).map_err(|error| self.failed("written", error.into()))?;
        line.push(b'\n');
        let mut file = self.open()?;
        let written = flock(&file, FlockOperation::LockExclusive).map_err(io::Error::from).and_then(|()| {
            if is_torn(&mut file)? {
                line.insert(0, b'\n');
            }
            file.write_all(&line)?;
            file.sync_data()
        });
        written.map_err(|error| self.failed("written", error))
    }

    /// All records, the oldest first. No file is no record.
    pub fn read(&self) -> Result<Records, LedgerError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::default()),
            Err(error) => return Err(self.failed("read", error)),
        };
        let mut read = Records::default();
        for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            match serde_json::from_slice::<Record>(line) {
                Ok(record) if record.schema == VERSION => read.records.push(record),
                _ => read.unread.push(number + 1),
            }
        }
        Ok(read)
    }

    fn open(&self) -> Result<File, LedgerError> {
        let made = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| OpenOptions::new().create(true).append(true).read(true).open(&self.path))
            .map_err(|error| self.failed("opened", error))
    }

    fn failed(&self, what: &'static str, error: io::Error) -> LedgerError {
        LedgerError { path: self.path.display().to_string(), what, error }
    }
}

/// Whether the last line has no end.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

impl Records {
    /// The last digest under which each migration ran.
    pub fn digests(&self) -> BTreeMap<&str, &str> {
        let ran = self.records.iter().flat_map(|record| &record.ran);
        ran.map(|(name, digest)| (name.as_str(), digest.as_str())).collect()
    }

    /// The runs that began and never ended: they were killed, or go on.
    pub fn open_runs(&self) -> impl Iterator<Item = &Record> {
        let is_over = |id: &str| self.records.iter().any(|other| other.event == Event::Ended && other.id == id);
        // Each start is written twice, before and after the command has a number; the later one says more.
        let is_last = |at: usize, id: &str| {
            !self.records.iter().skip(at + 1).any(|other| other.event == Event::Started && other.id == id)
        };
        let started = self.records.iter().enumerate().filter(|(_, record)| record.event == Event::Started);
        started.filter(move |(at, record)| !is_over(&record.id) && is_last(*at, &record.id)).map(|(_, record)| record)
    }

    /// The last time that a release was seen live in which at least so many deploys of the plan are in place.
    pub fn confirmation(&self, plan: &str, deploy: usize) -> Option<&Record> {
        let is_it = |record: &&Record| {
            record.event == Event::Confirmed && record.plans.get(plan).is_some_and(|placed| *placed >= deploy)
        };
        // The first since it went that far without going back counts: the time since then is what was lived with it.
        let mut first = None;
        for record in self.records.iter().filter(|record| record.event == Event::Confirmed) {
            if is_it(&record) {
                first = first.or(Some(record));
            } else {
                first = None;
            }
        }
        first
    }

    /// What other hosts said last of the release that they run.
    pub fn attestations(&self) -> BTreeMap<&str, &Record> {
        let attested = self.records.iter().filter(|record| record.event == Event::Attested);
        attested.map(|record| (record.host.as_str(), record)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(event: Event, id: &str) -> Record {
        Record {
            schema: VERSION,
            at: "2026-11-22T23:40:00Z".to_owned(),
            event,
            id: id.to_owned(),
            tool: "phasewise".to_owned(),
            release: "2".to_owned(),
            revision: None,
            current: None,
            database: None,
            exit: None,
            reason: None,
            pending: Vec::new(),
            ran: BTreeMap::new(),
            plans: BTreeMap::new(),
            overrides: Vec::new(),
            actor: "ci".to_owned(),
            host: "web1".to_owned(),
            pid: 1,
            command: None,
        }
    }

    #[test]
    fn a_torn_line_is_passed_over_and_not_continued() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::below(directory.path());
        assert!(ledger.read().unwrap().records.is_empty());
        ledger.append(&record(Event::Check, "1")).unwrap();
        let mut file = OpenOptions::new().append(true).open(ledger.path()).unwrap();
        file.write_all(br#"{"schema":1,"at":"20"#).unwrap();
        ledger.append(&record(Event::Check, "2")).unwrap();
        let read = ledger.read().unwrap();
        assert_eq!(read.records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(read.unread, [2]);
    }

    #[test]
    fn a_run_is_open_until_it_ends() {
        let records = vec![record(Event::Started, "a"), record(Event::Started, "b"), record(Event::Ended, "a")];
        let records = Records { records, unread: Vec::new() };
        assert_eq!(records.open_runs().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn what_was_rolled_back_is_not_confirmed_any_more() {
        let confirmed = |placed: usize, at: &str| Record {
            plans: BTreeMap::from([("orders".to_owned(), placed)]),
            at: at.to_owned(),
            ..record(Event::Confirmed, at)
        };
        let all = vec![confirmed(2, "1"), confirmed(1, "2"), confirmed(2, "3"), confirmed(2, "4")];
        let records = Records { records: all, unread: Vec::new() };
        assert_eq!(records.confirmation("orders", 2).map(|record| record.at.as_str()), Some("3"));
        assert_eq!(records.confirmation("orders", 1).map(|record| record.at.as_str()), Some("1"));
        assert_eq!(records.confirmation("orders", 3), None);
        assert_eq!(records.confirmation("invoices", 1), None);
    }
}
