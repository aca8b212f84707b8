//! The cases under `fixtures/plans/<engine>`: a table with rows, a change that would do harm, and the statements that the
//! releases of an application go on sending while it comes.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::server::Engine;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/plans");

/// How many rows `rows` puts into the table.
pub(super) const ROWS: u64 = 20_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Case {
    /// Its file's name, without `.yaml`.
    #[serde(skip)]
    pub(super) name: String,
    #[serde(skip, default = "no_engine")]
    pub(super) engine: Engine,
    /// The recipe that a finding about the change calls for.
    pub(super) recipe: String,
    /// What is shown, in a few words.
    pub(super) shows: String,
    /// More of the project's `phasewise.yaml`.
    #[serde(default)]
    pub(super) config: String,
    /// Makes the tables that stand.
    pub(super) before: String,
    /// Fills them.
    pub(super) rows: String,
    /// What the author wrote.
    pub(super) change: String,
    /// What old rows get, where the plan asks for it.
    pub(super) answer: Option<String>,
    /// What somebody does about the rows that a hold finds.
    pub(super) mends: Option<String>,
    /// The plan cannot be written into files, and why: its steps are then taken as it tells them.
    pub(super) by_hand: Option<String>,
    /// A transaction of somebody else that is open whenever a migration begins.
    pub(super) meanwhile: Option<Meanwhile>,
    pub(super) releases: Vec<Release>,
    /// Queries that give no row once all is done.
    #[serde(default)]
    pub(super) wanted: Vec<String>,
    /// How the author's way goes wrong.
    pub(super) at_once: Vec<Harm>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Meanwhile {
    pub(super) does: String,
    pub(super) seconds: u64,
}

/// What a release of the application does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Release {
    /// The deploy that brings it; 0 is what ran before.
    pub(super) from: usize,
    /// Statements that it goes on sending: `{n}` is another number each time, `{id}` the key of one of the first rows.
    pub(super) does: Vec<String>,
    /// Queries that it goes on sending, and whose rows it could not take.
    #[serde(default)]
    pub(super) never: Vec<String>,
}

/// How a change does harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Harm {
    /// Statements of the application fail, or read what they cannot take.
    Fails,
    /// Statements of the application wait for a lock for longer than they may.
    Waits,
    /// A statement of the application takes far longer than before. Looked at only where it is expected: what else
    /// runs on the machine makes statements slow too.
    Slow,
    /// The server refuses the migration.
    Refused,
    /// In the end the rows are not as they should be.
    Wrong,
}

impl Harm {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Fails => "statements fail",
            Self::Waits => "statements wait",
            Self::Slow => "statements are slow",
            Self::Refused => "the server refuses it",
            Self::Wrong => "rows are wrong",
        }
    }
}

impl Case {
    /// The cases of an engine, by name.
    pub(super) fn all(engine: Engine) -> Vec<Self> {
        let folder = Path::new(CASES).join(engine.as_phasewise().name());
        let entries = std::fs::read_dir(&folder).expect("every engine with plans has cases");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
        paths.sort();
        paths.iter().map(|path| Self::read(engine, path)).collect()
    }

    fn read(engine: Engine, path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a fixture is text");
        let case: Self = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        assert_eq!(case.releases.first().map(|release| release.from), Some(0), "{name}: what runs before is missing");
        Self { name, engine, ..case }
    }

    /// The release that ran before, and the last.
    pub(super) fn ends(&self) -> (&Release, &Release) {
        (self.releases.first().expect("it was looked at"), self.releases.last().expect("it was looked at"))
    }
}

fn no_engine() -> Engine {
    Engine::Postgres
}
