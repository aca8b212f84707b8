//! What a rule found: how bad, how sure, where, what, why, and what to do.
//!
//! A finding is what a person reads; it knows nothing of rule files, engines or output formats. Suppression comments
//! and baselines are read here too.

mod baseline;
mod breaks;
mod date;
mod suppress;

use std::fmt;

use crate::source::Span;

pub use baseline::{BASELINE_VERSION, Baseline, BaselineKey};
pub use breaks::{Breaks, Query};
pub use date::{Date, NotADate};
pub use suppress::{Suppressions, UnusedSuppression};

/// A rule matched a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    pub severity: Severity,
    pub confidence: Confidence,
    /// The migration's name, as its runner logs it.
    pub migration: String,
    /// The part of the source that asked for the change.
    pub span: Span,
    /// Which change it is about: its place in the lint's list of changes; `None` where it is about none.
    pub change: Option<usize>,
    pub breaks: Breaks,
    pub message: String,
    pub why: String,
    pub help: String,
    /// The recipe that turns the change into safe deploys.
    pub recipe: Option<String>,
    /// The object it is about, by its names: `orders.fax`; empty where it is about none.
    pub object: String,
    /// The places in running code that it rests on, the worst first.
    pub uses: Vec<Use>,
    /// The places in the code that runs now of which nobody can tell whether they need what is changed.
    pub doubts: Vec<Doubt>,
    /// What a person who reviews it should look at. It settles nothing by itself.
    pub clues: Vec<Clue>,
    /// What shows that it cannot do harm here.
    pub discharged_by: Option<Evidence>,
    pub suppressed: Option<Suppression>,
    /// It was there when the project's baseline was written.
    pub is_baselined: bool,
}

/// What shows that a finding cannot do harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// In words, without a full stop.
    pub words: String,
    /// Where that can be read.
    pub place: Option<Span>,
}

/// A place in code that uses what is changed, or leaves out what will be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The release whose code it is, as people are told of it.
    pub release: String,
    /// Whether that code comes with the change, rather than running now.
    pub is_new_code: bool,
    /// Relative to the project's root, with `/`.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// How sure it is: `certain`, `likely`.
    pub tier: &'static str,
    /// What happens there: `sql-error`, `silent`.
    pub effect: &'static str,
    /// How it is known, without a full stop.
    pub why: String,
}

/// A place in code of which nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub release: String,
    pub file: String,
    /// From 1.
    pub line: u32,
    pub reason: String,
}

/// Something that bears on a finding and proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue {
    pub kind: ClueKind,
    /// In words, without a full stop.
    pub words: String,
    pub place: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClueKind {
    /// Rows were given values in the column that is changed.
    Backfill,
}

impl ClueKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Backfill => "backfill",
        }
    }
}

/// How much is at stake; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rule is off.
    Off,
    /// Good to know.
    Note,
    /// Depends on size or load.
    Warning,
    /// An outage or lost data is likely on a table in use.
    Error,
}

/// How sure a finding is; later is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It hangs on something that is not known: the table's shape, the engine's version.
    Possible,
    /// It happens if a condition holds that only the database can answer.
    Likely,
    Certain,
}

/// A person said that this finding may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub span: Span,
    pub reason: String,
}

impl Finding {
    /// Whether it counts: neither discharged nor suppressed, nor known since the baseline.
    pub fn is_open(&self) -> bool {
        self.discharged_by.is_none() && self.suppressed.is_none() && !self.is_baselined
    }
}

impl Severity {
    /// The next lower severity; a note stays a note.
    #[must_use]
    pub fn milder(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
            Self::Off => Self::Off,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Confidence {
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A finding for tests to change.
#[cfg(test)]
fn sample() -> Finding {
    let file = crate::source::Tree::default().put("a.php", String::new());
    Finding {
        rule: "r".to_owned(),
        severity: Severity::Error,
        confidence: Confidence::Certain,
        migration: String::new(),
        span: Span::new(file.id, 0, 0),
        change: None,
        breaks: Breaks::default(),
        message: String::new(),
        why: String::new(),
        help: String::new(),
        recipe: None,
        object: String::new(),
        uses: Vec::new(),
        doubts: Vec::new(),
        clues: Vec::new(),
        discharged_by: None,
        suppressed: None,
        is_baselined: false,
    }
}
