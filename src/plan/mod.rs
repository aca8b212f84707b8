//! Plans: the fewest deploys in which a batch can ship while the application keeps serving.
//!
//! Takes a batch as its author wrote it. `intent` cuts it into what can be planned apart, `settle` replaces each unsafe
//! change by a recipe's steps and lints those in turn until nothing is found, `graph` ties the steps of all together and
//! packs them into deploys, and `verify` lints each deploy as it would ship. Files and formats are left to others.

mod copied;
mod graph;
mod intent;
mod places;
mod reads;
mod remade;
mod settle;
mod touch;
mod verify;

use std::fmt;

use crate::catalog::Catalog;
use crate::change::{Statement, TableName};
use crate::engine::EngineVersion;
use crate::lint::{Batch, Lint, MigrationFile, Shipment, Unknown};
use crate::recipe::{Backfill, Hold, Recipes, Settled, Sought};
use crate::source::Span;
use crate::usage::Index;

pub use touch::{Conflict, Touch};

/// What planning a batch gives.
#[derive(Debug)]
pub struct Planned {
    pub target: EngineVersion,
    /// One for each deploy of the batch that would do harm.
    pub plans: Vec<Plan>,
    /// What would do harm and cannot be planned.
    pub unplanned: Vec<Unplanned>,
}

/// Deploys that follow one another, each safe by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The name of the first migration that it is for.
    pub id: String,
    /// What the author wanted, in words.
    pub title: String,
    pub deploys: Vec<Deploy>,
    /// The tables before the first of them.
    pub before: Catalog,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    /// From 1.
    pub number: usize,
    /// What it is there for: `expand`, `backfill`, `constrain`.
    pub name: String,
    /// In the order in which they are taken.
    pub steps: Vec<Step>,
    /// The number of the oldest deploy of this plan whose release can still run once this one is done; 0 is any that ran
    /// before the plan.
    pub rollback_floor: usize,
}

/// Something that is done, or seen to, in a deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Unique in its plan: `orders-reference-code.expand`.
    pub id: String,
    pub slot: Slot,
    pub table: Option<TableName>,
    pub work: Work,
    /// The ids of the steps that come before it, in earlier deploys or in this one.
    pub needs: Vec<String>,
    /// The migration of the author that it comes from.
    pub migration: MigrationFile,
    /// Whether it does what that migration does, word for word.
    pub is_authors: bool,
    /// Findings that it would have by itself, and what was waited for so that it does no harm.
    pub settles: Vec<Settled>,
    pub is_point_of_no_return: bool,
    /// What a tool finds that copies its table; `None` where none does.
    pub copied: Option<CopiedTable>,
    /// Where in the code something has to be done; `None` where the code was not looked through for it.
    pub places: Option<CodePlaces>,
}

/// When in its deploy a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// By the migrations, while the release before still serves.
    Pre,
    /// By the release itself.
    Code,
    /// Once the release is live, and before the next deploy.
    Between,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    Migrate(Migration),
    /// A change that a tool makes on a copy of the table, which then takes its place.
    Copy(Migration),
    /// What a release does, in words; and the column that this is about.
    Code {
        words: String,
        column: Option<String>,
        places: Option<Sought>,
    },
    Backfill(Backfill),
    Hold(Hold),
}

/// Statements that ship as one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub statements: Vec<Statement>,
    /// What its session says before, so that it gives up rather than have everyone queue behind it.
    pub guards: Vec<String>,
    /// Whether it runs in a transaction, where the runner would wrap it in one.
    pub is_in_transaction: bool,
}

/// What the tools that copy a table ask of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopiedTable {
    pub has_foreign_keys: bool,
    pub is_referenced: bool,
    pub has_triggers: bool,
    pub has_primary_key: bool,
}

/// What looking through the code gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlaces {
    pub known: Vec<CodePlace>,
    /// How many places more may be meant.
    pub in_doubt: usize,
    /// What shows them all, as arguments of `phasewise usage`.
    pub shown_by: String,
}

/// A place in the application's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlace {
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// A change that would do harm, and why there is no plan for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplanned {
    /// The rule that found it; empty where it only follows on something else.
    pub rule: String,
    pub migration: String,
    pub span: Span,
    pub reason: String,
    /// The nearest that could be planned.
    pub instead: Option<String>,
}

/// How steps are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// A backfill is a deploy of its own.
    Usual,
    /// A backfill ships with the deploy before it.
    Compact,
}

/// Plans `batch`: what ships in one deploy there is one plan.
pub fn plan(lint: &Lint<'_>, recipes: &Recipes, batch: &Batch, packing: Packing) -> Planned {
    let mut planned = Planned { target: lint.target.clone(), plans: Vec::new(), unplanned: Vec::new() };
    for shipment in lint.shipments(batch) {
        plan_shipment(lint, recipes, &shipment, packing, &mut planned);
    }
    planned
}

fn plan_shipment(lint: &Lint<'_>, recipes: &Recipes, shipment: &Shipment, packing: Packing, planned: &mut Planned) {
    // The code was asked what it says to what the author wrote; what comes instead waits for it to change.
    let lint = &Lint { code: None, ..*lint };
    let (chains, mut unplanned) = intent::chains(lint, recipes, shipment);
    if chains.iter().any(|chain| chain.is_expanded) {
        let mut plan = graph::pack(&chains, shipment, packing);
        copied::look(&mut plan);
        unplanned.extend(verify::faults(lint, &plan));
        let statements = shipment.migrations.iter().flat_map(|(_, script)| &script.statements);
        let statements = statements.filter(|statement| !statement.sql.is_empty());
        let sent: Vec<Span> = statements.flat_map(|statement| &statement.changes).map(|change| change.span).collect();
        let unknown = shipment.outcome.unknown.iter();
        let unknown = unknown.filter(|unknown| !unknown.is_history && !sent.contains(&unknown.span));
        unplanned.extend(unknown.map(|unknown| not_understood(&plan, unknown)));
        planned.plans.push(plan);
    }
    planned.unplanned.append(&mut unplanned);
}

/// What a plan leaves out, because nobody can tell what it does.
fn not_understood(plan: &Plan, unknown: &Unknown) -> Unplanned {
    Unplanned {
        rule: String::new(),
        migration: plan.id.clone(),
        span: unknown.span,
        reason: format!("it is not understood, so no deploy has it: {}", unknown.reason),
        instead: Some("put that part in a migration of its own".to_owned()),
    }
}

impl fmt::Display for CodePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

impl Planned {
    /// Looks through the code, which `index` gives once it is wanted, for the places that the releases of each plan change.
    pub fn locate<'i>(&mut self, index: impl Fn(&Catalog) -> Option<&'i Index>) {
        for plan in &mut self.plans {
            let is_sought = |step: &&mut Step| matches!(&step.work, Work::Code { places: Some(_), .. });
            let mut steps = plan.deploys.iter_mut().flat_map(|deploy| &mut deploy.steps).filter(is_sought).peekable();
            let Some(index) = steps.peek().and_then(|_| index(&plan.before)) else { continue };
            for step in steps {
                if let Work::Code { places: Some(sought), .. } = &step.work {
                    step.places = Some(places::of(sought, index));
                }
            }
        }
    }
}

impl Plan {
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.deploys.iter().flat_map(|deploy| &deploy.steps)
    }

    /// The number of the oldest deploy whose release can still run once all is done.
    pub fn rollback_floor(&self) -> usize {
        self.deploys.last().map_or(0, |deploy| deploy.rollback_floor)
    }
}

impl Work {
    /// What is sent to the database.
    pub fn migration(&self) -> Option<&Migration> {
        match self {
            Self::Migrate(migration) | Self::Copy(migration) => Some(migration),
            Self::Code { .. } | Self::Backfill(_) | Self::Hold(_) => None,
        }
    }
}

impl Step {
    /// Its kind in outputs: that of its change, or `code`, `backfill`, `hold`.
    pub fn kind(&self) -> &'static str {
        match &self.work {
            Work::Code { .. } => "code",
            Work::Backfill(_) => "backfill",
            Work::Hold(_) => "hold",
            Work::Migrate(migration) => migration.kind(),
            Work::Copy(_) => "online-copy",
        }
    }
}

impl Migration {
    /// Whether its statements belong together, so that nobody may see some of them done and others not.
    pub fn is_one_transaction(&self) -> bool {
        self.is_in_transaction && self.statements.len() > 1
    }

    /// The kind of the first change that it makes of a table.
    fn kind(&self) -> &'static str {
        let mut changes = self.statements.iter().flat_map(|statement| &statement.changes);
        let first = changes.clone().find(|change| change.what.table().is_some()).or_else(|| changes.next());
        first.map_or("migration", |change| change.what.kind())
    }
}

impl Slot {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pre => "pre",
            Self::Code => "code",
            Self::Between => "between",
        }
    }
}
