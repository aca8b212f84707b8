//! Recipes: how one kind of unsafe change becomes several deploys.
//!
//! A recipe is one YAML file under `rules/recipes/`, or of the user. It is read here into its compiled form, and expanded:
//! a change in its place gives a row of [`Step`]s, each needing the one before it. What they do together with other
//! changes, in which deploy each goes, and whether they lint clean is left to the planner.

mod expand;
mod name;
mod operation;
mod recipe_file;
mod set;
#[cfg(test)]
mod tests;

use crate::change::{Statement, TableName};
use crate::effect::ChangeMatch;
use crate::engine::Engine;
use crate::template::Template;

pub use expand::NoWay;
pub use recipe_file::schema;
pub use set::{OwnRecipe, Recipes};

use name::Name;
use operation::Operation;

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
    backfill: Option<WrittenBackfill>,
    /// What has to be seen before it goes on.
    then: Vec<WrittenHold>,
    /// Rules whose findings about `migrate` are met by what was waited for, and how.
    settles: Vec<(String, Template<Name>)>,
    /// What `migrate` does cannot be taken back.
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
    /// What a release does, in words; and the column that this is about.
    Code {
        words: String,
        column: Option<String>,
    },
    Backfill(Backfill),
    Hold(Hold),
}

/// Rows get a value, a bounded range of keys at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    pub table: TableName,
    pub column: String,
    /// An SQL expression; `None` where only a person can say it.
    pub value: Option<String>,
    /// What is asked then.
    pub question: Option<String>,
    /// The condition of the rows that still lack it.
    pub only_where: String,
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
