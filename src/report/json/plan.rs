//! The document of `phasewise plan --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use super::parts::{EngineReport, Place};
use crate::emit;
use crate::engine::Engine;
use crate::plan::{Deploy, Plan, Planned, Step, Unplanned, Work};
use crate::recipe::{Backfill, Hold};
use crate::source::Tree;

/// What `phasewise plan --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "phasewise plan")]
pub(super) struct PlanReport {
    version: u8,
    engine: EngineReport,
    plans: Vec<OnePlan>,
    unplanned: Vec<UnplannedReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "plan")]
struct OnePlan {
    id: String,
    /// What the author wanted.
    title: String,
    deploys: Vec<DeployReport>,
    /// The number of the oldest deploy whose release can still run once all is done; 0 is any that ran before the plan.
    rollback_floor: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "deploy")]
struct DeployReport {
    /// From 1.
    number: usize,
    name: String,
    steps: Vec<StepReport>,
    /// The same, once this deploy is done.
    rollback_floor: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "step")]
struct StepReport {
    /// Unique in its plan.
    id: String,
    /// When it is taken: by the migrations before the release is live, by the release, or after it and before the next.
    #[schemars(extend("enum" = ["pre", "code", "between"]))]
    slot: &'static str,
    /// `code`, `backfill`, `hold`, `online-copy`, or the kind of its change.
    kind: &'static str,
    table: Option<String>,
    /// The author's migration that it comes from.
    migration: String,
    /// Whether it is what that migration says, word for word.
    as_written: bool,
    /// What is sent, one statement each; `?` for a value that is asked for, and for the bounds of a range of keys.
    sql: Vec<String>,
    /// What the session says before, so that it gives up rather than have everyone queue behind it.
    guard: Vec<String>,
    /// What somebody runs to have a tool copy the table: one of these, with `DATABASE` for its name.
    run: Vec<String>,
    in_transaction: Option<bool>,
    /// What the release does, or what is asked.
    words: Option<String>,
    backfill: Option<BackfillReport>,
    needs: Vec<String>,
    hold: Option<HoldReport>,
    /// Findings that it would have by itself, and what was waited for so that it does no harm.
    settles: Vec<SettledReport>,
    point_of_no_return: bool,
    /// Where the code has to change for what the release does.
    places: Vec<CodePlace>,
    /// How many places more may have to; null where the code was not looked through.
    places_in_doubt: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "backfill")]
struct BackfillReport {
    /// The column that is filled; null where rows go.
    column: Option<String>,
    /// An SQL expression; null where it is asked for, or where the statement is the author's own.
    value: Option<String>,
    /// The condition of the rows that still lack it; null where nothing tells them from those that are done.
    #[serde(rename = "where")]
    only_where: Option<String>,
    /// The columns by which ranges are told; empty where they are not known.
    key: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "hold")]
struct HoldReport {
    #[schemars(extend("enum" = ["drained", "unreferenced", "no-row", "approved"]))]
    kind: &'static str,
    /// A query, for `no-row`.
    sql: Option<String>,
    /// How many rows it gives once the hold is met.
    expect: Option<u64>,
    /// What is not used any more, or what is approved.
    what: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "settled")]
struct SettledReport {
    rule: String,
    words: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "code-place")]
struct CodePlace {
    file: String,
    /// From 1.
    line: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "unplanned")]
struct UnplannedReport {
    rule: String,
    migration: String,
    file: String,
    start: Place,
    reason: String,
    /// The nearest that could be planned.
    instead: Option<String>,
}

impl PlanReport {
    pub(super) fn new(planned: &Planned, tree: &Tree) -> Self {
        Self {
            version: VERSION,
            engine: EngineReport::new(&planned.target),
            plans: planned.plans.iter().map(|plan| OnePlan::new(plan, planned.target.engine)).collect(),
            unplanned: planned.unplanned.iter().map(|unplanned| UnplannedReport::new(unplanned, tree)).collect(),
        }
    }
}

impl OnePlan {
    fn new(plan: &Plan, engine: Engine) -> Self {
        Self {
            id: plan.id.clone(),
            title: plan.title.clone(),
            deploys: plan.deploys.iter().map(|deploy| DeployReport::new(deploy, engine)).collect(),
            rollback_floor: plan.rollback_floor(),
        }
    }
}

impl DeployReport {
    fn new(deploy: &Deploy, engine: Engine) -> Self {
        Self {
            number: deploy.number,
            name: deploy.name.clone(),
            steps: deploy.steps.iter().map(|step| StepReport::new(step, engine)).collect(),
            rollback_floor: deploy.rollback_floor,
        }
    }
}

impl StepReport {
    fn new(step: &Step, engine: Engine) -> Self {
        let migration = step.work.migration();
        let settled = step.settles.iter();
        Self {
            id: step.id.clone(),
            slot: step.slot.name(),
            kind: step.kind(),
            table: step.table.as_ref().map(ToString::to_string),
            migration: step.migration.name.clone(),
            as_written: step.is_authors,
            sql: sql(&step.work),
            guard: migration.map(|migration| migration.guards.clone()).unwrap_or_default(),
            run: emit::commands(step, engine).0.into_iter().map(|command| command.command).collect(),
            in_transaction: migration.map(|migration| migration.is_in_transaction),
            words: words(&step.work),
            backfill: match &step.work {
                Work::Backfill(backfill) => Some(BackfillReport::new(backfill)),
                _ => None,
            },
            needs: step.needs.clone(),
            hold: match &step.work {
                Work::Hold(hold) => Some(HoldReport::new(hold)),
                _ => None,
            },
            settles: settled
                .map(|settled| SettledReport { rule: settled.rule.clone(), words: settled.words.clone() })
                .collect(),
            point_of_no_return: step.is_point_of_no_return,
            places: step.places.iter().flat_map(|places| &places.known).map(CodePlace::new).collect(),
            places_in_doubt: step.places.as_ref().map(|places| places.in_doubt),
        }
    }
}

fn sql(work: &Work) -> Vec<String> {
    match work {
        Work::Migrate(migration) | Work::Copy(migration) => {
            migration.statements.iter().map(|statement| statement.sql.clone()).collect()
        }
        Work::Backfill(backfill) => vec![backfill.sql.clone()],
        Work::Code { .. } | Work::Hold(_) => Vec::new(),
    }
}

fn words(work: &Work) -> Option<String> {
    match work {
        Work::Code { words, .. } => Some(words.clone()),
        Work::Backfill(backfill) => backfill.question.clone(),
        Work::Migrate(_) | Work::Copy(_) | Work::Hold(_) => None,
    }
}

impl CodePlace {
    fn new(place: &crate::plan::CodePlace) -> Self {
        Self { file: place.file.clone(), line: place.line }
    }
}

impl BackfillReport {
    fn new(backfill: &Backfill) -> Self {
        Self {
            column: backfill.column.clone(),
            value: backfill.value.clone(),
            only_where: backfill.only_where.clone(),
            key: backfill.key.clone(),
        }
    }
}

impl HoldReport {
    fn new(hold: &Hold) -> Self {
        let (sql, expect, what) = match hold {
            Hold::Drained => (None, None, None),
            Hold::NoRow { query } => (Some(query.clone()), Some(0), None),
            Hold::Unreferenced { what } | Hold::Approved { what } => (None, None, Some(what.clone())),
        };
        Self { kind: hold.kind(), sql, expect, what }
    }
}

impl UnplannedReport {
    fn new(unplanned: &Unplanned, tree: &Tree) -> Self {
        let (file, start, _) = Place::of(unplanned.span, tree);
        Self {
            rule: unplanned.rule.clone(),
            migration: unplanned.migration.clone(),
            file,
            start,
            reason: unplanned.reason.clone(),
            instead: unplanned.instead.clone(),
        }
    }
}
