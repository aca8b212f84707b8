//! Recipes: how one kind of unsafe change becomes several deploys.
//!
//! A recipe is one YAML file under `rules/recipes/`, or of the user. It is read here into its compiled form, and expanded:
//! a change in its place gives a row of [`Step`]s, each needing the one before it. What they do together with other
//! changes, in which deploy each goes, and whether they lint clean is left to the planner.

mod expand;
mod kept_index;
mod misfit;
mod name;
mod operation;
mod recipe_file;
mod set;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::change::{Statement, TableName};
use crate::effect::ChangeMatch;
use crate::engine::Engine;
use crate::finding::Evidence;
use crate::template::Template;

pub use expand::NoWay;
pub use recipe_file::schema;
pub use set::{OwnRecipe, Recipes};

use name::Name;
use operation::Operation;

/// The names that a recipe's texts can have in braces, and what each stands for.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    Name::ALL.iter().map(|(name, _, words)| (*name, *words))
}

/// One recipe, ready to be expanded.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub id: String,
    /// Where its file lies: below `rules/`, or in the project.
    pub path: String,
    pub is_own: bool,
    pub summary: String,
    pub references: Vec<String>,
    /// The first that fits the change is taken.
    ways: Vec<Way>,
}

/// What a recipe does for some of the changes that it is for.
#[derive(Debug, Clone)]
struct Way {
    /// Empty for all.
    engines: Vec<Engine>,
    replaces: Vec<ChangeMatch>,
    /// What only a person knows: the value that old rows get.
    asks: Option<Template<Name>>,
    answer: Answer,
}

#[derive(Debug, Clone)]
enum Answer {
    Deploys(Vec<Deploy>),
    /// There is no plan: why, and what could be done instead.
    Refusal {
        reason: Template<Name>,
        instead: Option<Template<Name>>,
    },
}

/// What a recipe lists, in the order in which it happens.
#[derive(Debug, Clone)]
struct Deploy {
    name: String,
    /// What the migrations do, before the new release is live.
    migrate: Vec<Operation>,
    /// What the release does from then on, or may rely on.
    release: Option<Template<Name>>,
    /// Where the code has to change for that.
    places: Option<Doing>,
    backfill: Option<WrittenBackfill>,
    /// The rows that the change is about are taken a range at a time.
    is_in_ranges: bool,
    /// A tool makes the change on a copy of the table.
    is_copied: bool,
    /// What has to be seen before it goes on.
    then: Vec<WrittenHold>,
    /// Rules whose findings about `migrate` are met by what was waited for, and how.
    settles: Vec<(String, Template<Name>)>,
    /// What the last of `migrate`, or else the backfill, does cannot be taken back.
    is_point_of_no_return: bool,
}

#[derive(Debug, Clone)]
struct WrittenBackfill {
    column: Template<Name>,
    /// `None` is asked for.
    value: Option<Template<Name>>,
    only_where: Template<Name>,
}

#[derive(Debug, Clone)]
enum WrittenHold {
    Drained,
    Unreferenced(Template<Name>),
    NoRow(Template<Name>),
    Fits,
    Approved(Template<Name>),
}

/// One step of a deploy. It needs the step before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The deploy of the recipe that it is part of: `expand`, `backfill`, `constrain`.
    pub deploy: String,
    pub table: Option<TableName>,
    pub work: Work,
    pub settles: Vec<Settled>,
    pub is_point_of_no_return: bool,
}

/// What is done in a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Statements, in one transaction where there are several and the engine can.
    Migrate(Vec<Statement>),
    /// A change that a tool makes on a copy of the table, which then takes its place.
    Copy(Statement),
    /// What a release does, in words; and the column that this is about.
    Code {
        words: String,
        column: Option<String>,
        places: Option<Sought>,
    },
    Backfill(Backfill),
    Hold(Hold),
}

/// The places of the code that have to change for what a release does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    pub table: String,
    /// Empty for the table as a whole.
    pub columns: Vec<String>,
    pub doing: Doing,
}

/// What code does that it should not do any more, or in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// It reads or writes it.
    Uses,
    Reads,
    Writes,
    /// It inserts rows without it.
    Omits,
    /// It leaves it out, or sets it to NULL.
    WritesNull,
}

/// Rows get a value, a bounded range of keys at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    pub table: TableName,
    /// The column that is filled; `None` where the rows go.
    pub column: Option<String>,
    /// An SQL expression; `None` where only a person can say it, and where the statement is the author's own.
    pub value: Option<String>,
    /// What is asked then.
    pub question: Option<String>,
    /// The condition of the rows that still lack it; `None` where nothing tells them from those that are done.
    pub only_where: Option<String>,
    /// Columns that change by themselves with every UPDATE, and must not here (MySQL family).
    pub keeps: Vec<String>,
    /// One range of it: `?` for the value that is asked for, and for the bounds of the range where it has one key.
    pub sql: String,
    /// The columns by which ranges are told: a key without NULLs. Empty where the table is not known well enough.
    pub key: Vec<String>,
}

/// What has to be seen to be true before the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// No process of an older release can still run.
    Drained,
    /// No code of the release that is live uses it: `orders.fax`, `orders`.
    Unreferenced { what: String },
    /// The query gives no row.
    NoRow { query: String },
    /// A person says so.
    Approved { what: String },
}

/// A finding that a step would have, and why it does no harm there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The rule's id.
    pub rule: String,
    pub words: String,
}

impl Work {
    /// What is sent to the database as it is.
    pub fn statements(&self) -> &[Statement] {
        match self {
            Self::Migrate(statements) => statements,
            Self::Copy(statement) => std::slice::from_ref(statement),
            Self::Code { .. } | Self::Backfill(_) | Self::Hold(_) => &[],
        }
    }
}

impl Settled {
    /// As the lint takes it: by the rule whose findings it answers.
    pub fn evidence(all: &[Self]) -> BTreeMap<String, Evidence> {
        let one = |settled: &Self| (settled.rule.clone(), Evidence { words: settled.words.clone(), place: None });
        all.iter().map(one).collect()
    }
}

impl Hold {
    /// Its name in outputs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::Unreferenced { .. } => "unreferenced",
            Self::NoRow { .. } => "no-row",
            Self::Approved { .. } => "approved",
        }
    }
}
