//! The rows of a runner's table, and which of them count.

use std::collections::HashMap;

use super::{Kind, Runner, flyway_version};
use crate::database::{DatabaseError, Row, Session};
use crate::engine::Engine;

/// What a runner's table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    pub runner: Runner,
    /// Whether the table exists: it is made by the first run.
    pub is_there: bool,
    /// In the order in which they ran, as far as the table tells it.
    pub entries: Vec<Entry>,
    /// Up to which version Flyway takes everything for done before it came.
    pub(super) baseline: Option<String>,
}

/// What it says of one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As the table names it.
    pub name: String,
    pub(super) key: String,
    /// The run that it was part of (Laravel).
    pub batch: Option<i64>,
    pub state: State,
    pub checksum: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Done,
    /// The runner says that it failed.
    Failed,
    /// It was begun, and nothing says that it ended.
    Dirty,
}

impl Log {
    /// Reads the runner's table. One that does not exist is an empty log; one that may not be read is an error.
    pub fn read(session: &mut Session, runner: &Runner) -> Result<Self, DatabaseError> {
        let mut log = Self { runner: runner.clone(), is_there: true, entries: Vec::new(), baseline: None };
        let rows = match session.rows(&runner.query(session.engine())) {
            Err(error) if error.is_missing_table() => return Ok(Self { is_there: false, ..log }),
            rows => rows?,
        };
        match runner.kind {
            Kind::Flyway => log.read_flyway(rows),
            Kind::Goose => log.read_goose(rows),
            _ => log.entries = rows.into_iter().filter_map(|row| runner.kind.entry(row)).collect(),
        }
        Ok(log)
    }

    /// Rows of a version, a description, a type, a checksum and whether it succeeded.
    ///
    /// A baseline stands for all before it; a version that was undone (`UNDO_SQL`), or that `repair` marked as deleted, may
    /// run again; of several rows the last counts (Flyway documentation, "Schema History Table").
    fn read_flyway(&mut self, rows: Vec<Row>) {
        for row in rows {
            let Some([version, description, kind, checksum, success]) = fields(row) else { continue };
            let version = version.map(|version| flyway_version(&version));
            let kind = kind.unwrap_or_default();
            let description = description.unwrap_or_default();
            let key = version.clone().unwrap_or_else(|| description.clone());
            if kind == "SCHEMA" {
                continue;
            }
            if kind.contains("BASELINE") && version.is_some() {
                self.baseline = version;
                continue;
            }
            self.entries.retain(|entry| entry.key != key);
            if kind.starts_with("UNDO") || kind == "DELETE" {
                continue;
            }
            let name = match version {
                Some(version) => format!("{version} {description}"),
                None => description,
            };
            let state = if is_true(success.as_deref()) { State::Done } else { State::Failed };
            self.entries.push(Entry { name, key, batch: None, state, checksum });
        }
    }

    /// Rows of a version and whether it is applied, of which goose adds one each time it goes up or back.
    fn read_goose(&mut self, rows: Vec<Row>) {
        let mut applied: HashMap<String, bool> = HashMap::new();
        let mut order: Vec<String> = Vec::new();
        for row in rows {
            let Some([Some(version), is_applied]) = fields(row) else { continue };
            order.retain(|known| *known != version);
            order.push(version.clone());
            applied.insert(version, is_true(is_applied.as_deref()));
        }
        // The row of version 0 is that which goose makes with the table.
        let stand = order.into_iter().filter(|version| version != "0" && applied.get(version) == Some(&true));
        self.entries = stand.map(|version| Entry::done(version.clone(), version)).collect();
    }
}

impl Runner {
    /// Asks for what its rows say, in the order in which they came.
    fn query(&self, engine: Engine) -> String {
        let table: Vec<String> = self.table.split('.').map(|part| engine.quote(part)).collect();
        let table = table.join(".");
        let hexadecimal = match engine {
            Engine::Postgresql => "encode(checksum, 'hex')",
            _ => "lower(hex(checksum))",
        };
        match self.kind {
            Kind::Laravel => format!("select migration, batch from {table} order by batch, migration"),
            Kind::Flyway => {
                format!("select version, description, type, checksum, success from {table} order by installed_rank")
            }
            Kind::GolangMigrate => format!("select version, dirty from {table}"),
            Kind::Dbmate | Kind::Diesel => format!("select version from {table} order by version"),
            Kind::Goose => format!("select version_id, is_applied from {table} order by id"),
            Kind::Sqlx => format!("select version, success, {hexadecimal} from {table} order by version"),
            Kind::Refinery => format!("select version, name, checksum from {table} order by version"),
            Kind::Prisma => format!(
                "select migration_name, checksum, finished_at, rolled_back_at from {table} order by started_at, migration_name"
            ),
            Kind::Liquibase => format!("select filename, id, author, exectype from {table} order by orderexecuted"),
        }
    }
}

impl Kind {
    /// What a row says; `None` where it says that nothing ran.
    fn entry(self, row: Row) -> Option<Entry> {
        Some(match self {
            Self::Laravel => {
                let [name, batch] = fields(row)?;
                let name = name?;
                Entry { batch: batch.and_then(|batch| batch.parse().ok()), ..Entry::done(name.clone(), name) }
            }
            Self::GolangMigrate => {
                let [version, dirty] = fields(row)?;
                // It writes -1 where everything was undone (`database/driver.go`, `NilVersion`).
                let version = version.filter(|version| version != "-1")?;
                let state = if is_true(dirty.as_deref()) { State::Dirty } else { State::Done };
                Entry { state, ..Entry::done(version.clone(), version) }
            }
            Self::Dbmate | Self::Diesel => {
                let [version] = fields(row)?;
                let version = version?;
                Entry::done(version.clone(), version)
            }
            Self::Sqlx => {
                let [version, success, checksum] = fields(row)?;
                let state = if is_true(success.as_deref()) { State::Done } else { State::Dirty };
                let version = version?;
                Entry { state, checksum, ..Entry::done(version.clone(), version) }
            }
            Self::Refinery => {
                let [version, name, checksum] = fields(row)?;
                let version = version?;
                Entry { checksum, ..Entry::done(format!("{version} {}", name.unwrap_or_default()), version) }
            }
            Self::Prisma => {
                let [name, checksum, finished, rolled_back] = fields(row)?;
                // `migrate resolve --rolled-back` lets it run again.
                if rolled_back.is_some() {
                    return None;
                }
                let state = if finished.is_some() { State::Done } else { State::Failed };
                let name = name?;
                Entry { state, checksum, ..Entry::done(name.clone(), name) }
            }
            Self::Liquibase => {
                let [file, id, author, outcome] = fields(row)?;
                let state = if outcome.as_deref() == Some("FAILED") { State::Failed } else { State::Done };
                let name = format!("{}::{}::{}", file?, id?, author?);
                Entry { state, ..Entry::done(name.clone(), name) }
            }
            Self::Flyway | Self::Goose => return None,
        })
    }
}

impl Entry {
    fn done(name: String, key: String) -> Self {
        Self { name, key, batch: None, state: State::Done, checksum: None }
    }
}

fn fields<const N: usize>(row: Row) -> Option<[Option<String>; N]> {
    row.try_into().ok()
}

/// As the engines print what is true.
fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("t" | "true" | "1"))
}
