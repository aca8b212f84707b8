//! What a change does on an engine and version: what it locks, whom that keeps waiting, and for how long.
//!
//! Takes a change in its place ([`Subject`]), gives its [`Effect`], looked up in `rules/engines/<engine>.yaml`. The facts
//! that those files ask about are computed here, and so are the typed matchers, which rule files share. Whether an
//! effect does harm is left to the rules.

mod code;
mod engine_file;
mod entry;
mod expression;
mod fact;
mod lookup;
mod matcher;
mod named;
mod online;
mod redefinition;
mod session;
mod stored;
mod subject;
mod trail;
mod types;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::change::TableName;

pub use code::{CodeUse, ReleaseUse};
pub use entry::Entry;
pub use fact::{Fact, Verdict};
pub use lookup::Effects;
pub use matcher::{ByKind, ChangeMatch, Kind, proving_check, standing_key};
pub use named::{long_name, missing, taken};
pub use session::Session;
pub use subject::Subject;
pub use trail::Trail;
pub use types::{TypeRelation, TypeStep};

/// A change's effect on the engine at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// In the engine's words: `ACCESS EXCLUSIVE`, `SHARE ROW EXCLUSIVE`, … (PostgreSQL), `NONE`, `SHARED`, `EXCLUSIVE` (MySQL
    /// family, as the LOCK= that it needs).
    pub lock: String,
    /// What other sessions cannot do meanwhile.
    pub blocks: Blocks,
    /// Whether it keeps them from all tables of the database, rather than from the one that is changed.
    pub is_database_wide: bool,
    pub lasts: Lasts,
    pub algorithm: Option<Algorithm>,
    /// Whether every row is written anew.
    pub rewrites: bool,
    /// Whether every row is read.
    pub scans: bool,
    /// Whether it may run inside a transaction.
    pub in_transaction: bool,
    /// The engine's error, if it will not do it.
    pub refused: Option<String>,
    /// What it locks besides the table it names.
    pub others: Vec<OtherTable>,
    pub certainty: Certainty,
    /// What would decide it, where it is not known.
    pub hangs_on: Vec<String>,
    /// One sentence for people: what the engine does.
    pub says: String,
    /// Where that is written, or was measured.
    pub source: String,
    /// What else it may be, where something that decides is not known; none of these is worse.
    pub alternatives: Vec<Effect>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Blocks {
    pub reads: bool,
    pub writes: bool,
}

/// How long a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lasts {
    #[default]
    Moment,
    /// While all rows are read.
    Scan,
    IndexBuild,
    /// While all rows are written.
    Rebuild,
}

/// How the MySQL family does it, from the lightest to the heaviest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    Instant,
    Nocopy,
    Inplace,
    Copy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherTable {
    pub table: TableName,
    pub lock: String,
    pub blocks: Blocks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// No entry says what the engine does.
    Unknown,
    /// Something that decides is not known: the worst that may be.
    Assumed,
    Known,
}

impl Effect {
    /// What may be: itself, and its alternatives.
    pub fn possible(&self) -> impl Iterator<Item = &Effect> {
        std::iter::once(self).chain(&self.alternatives)
    }

    /// Whether the engine would do it, but not as ALGORITHM= or LOCK= ask.
    pub fn is_refused_by_clause(&self) -> bool {
        self.refused.as_ref().is_some_and(|error| online::ERRORS.iter().any(|code| error.starts_with(code)))
    }

    /// Orders effects by what they do to those who wait.
    fn weight(&self) -> impl Ord + use<> {
        let waits = self.blocks.reads || self.blocks.writes;
        let waited = if waits { self.lasts } else { Lasts::Moment };
        (self.refused.is_none(), waited, self.blocks, self.lasts, self.algorithm, self.others.len())
    }

    /// Whether both do the same to everyone.
    fn is_alike(&self, other: &Self) -> bool {
        (&self.lock, self.blocks, self.lasts, self.algorithm, self.rewrites, self.scans)
            == (&other.lock, other.blocks, other.lasts, other.algorithm, other.rewrites, other.scans)
            && (self.is_database_wide, self.in_transaction, &self.refused, &self.others)
                == (other.is_database_wide, other.in_transaction, &other.refused, &other.others)
    }
}

impl Blocks {
    pub fn none(self) -> bool {
        !self.reads && !self.writes
    }
}

impl Algorithm {
    /// As ALGORITHM= takes it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Nocopy => "nocopy",
            Self::Inplace => "inplace",
            Self::Copy => "copy",
        }
    }
}
