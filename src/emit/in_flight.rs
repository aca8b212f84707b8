//! Several plans of one project at once: which of their steps cannot stand beside one another, which wait for which, and in
//! which releases they come.

use super::plan_file::{PlanFile, SlotName, StepFile};
use crate::catalog::Catalog;
use crate::change::{ObjectKind, SchemaChange, Statement, TableName};
use crate::plan::{Conflict, Touch};
use crate::source::{SourceMap, Span, Tree};
use crate::sql;

/// Plans that are under way, those that have come further first.
#[derive(Debug)]
pub struct InFlight<'a> {
    plans: Vec<&'a PlanFile>,
    steps: Vec<Open<'a>>,
    /// The first has to be done before the second.
    waits: Vec<(usize, usize)>,
    pub clashes: Vec<Clash>,
}

/// Two steps of two plans that cannot both be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Plan and step, the one that has come further first.
    pub first: (String, String),
    pub second: (String, String),
    pub reason: String,
}

/// A deploy of one of the plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub plan: String,
    pub number: usize,
    pub name: String,
}

/// A step that is not done yet.
#[derive(Debug)]
struct Open<'a> {
    /// Its plan's place among the plans.
    plan: usize,
    deploy: usize,
    step: &'a StepFile,
    touch: Touch,
    fills: Option<TableName>,
    copies: Option<TableName>,
    /// The table whose writes it copies by a trigger, or stops to.
    bridges: Option<TableName>,
    ends_bridge: Option<TableName>,
}

impl<'a> InFlight<'a> {
    /// Those of `plans` that are not through, for the tables as they stand.
    pub fn of(plans: impl IntoIterator<Item = &'a PlanFile>, tree: &Tree, catalog: &Catalog) -> Self {
        let is_open = |plan: &&PlanFile| !plan.aborted && !open_steps(plan).is_empty();
        let mut plans: Vec<&PlanFile> = plans.into_iter().filter(is_open).collect();
        plans.sort_by(|left, right| right.placed.cmp(&left.placed).then_with(|| left.id.cmp(&right.id)));
        let mut steps = Vec::new();
        for (at, plan) in plans.iter().enumerate() {
            steps.extend(
                open_steps(plan).into_iter().map(|(deploy, step)| Open::new((at, deploy), step, tree, catalog)),
            );
        }
        let mut all = Self { plans, steps, waits: Vec::new(), clashes: Vec::new() };
        all.tie();
        all
    }

    fn tie(&mut self) {
        for (at, first) in self.steps.iter().enumerate() {
            for (other, second) in self.steps.iter().enumerate().filter(|(_, second)| second.plan > first.plan) {
                if let Some(conflict) = first.touch.conflict(&second.touch) {
                    self.clashes.push(self.clash(first, second, &conflict));
                } else if first.comes_before(second) {
                    // What is in place already does not wait for what is not.
                    let is_late = self.is_in_place(second) && !self.is_in_place(first);
                    self.waits.push(if is_late { (other, at) } else { (at, other) });
                }
            }
        }
        let same = |left: &Clash, right: &Clash| left.first.0 == right.first.0 && left.second.0 == right.second.0;
        self.clashes.dedup_by(|right, left| same(left, right) && left.reason == right.reason);
    }

    fn clash(&self, first: &Open<'_>, second: &Open<'_>, conflict: &Conflict) -> Clash {
        let named = |open: &Open<'_>| (self.id(open).to_owned(), open.step.id.clone());
        let reason = match conflict {
            Conflict::Made(thing) => format!("both make {thing}, or say what it is"),
            Conflict::Gone(thing) => {
                format!("{thing} goes, or gets another name, in one of them, and the other needs it")
            }
        };
        Clash { first: named(first), second: named(second), reason }
    }

    fn id(&self, open: &Open<'_>) -> &str {
        self.plans.get(open.plan).map_or("", |plan| &plan.id)
    }

    fn is_in_place(&self, open: &Open<'_>) -> bool {
        self.plans.get(open.plan).is_some_and(|plan| open.deploy <= plan.placed)
    }

    /// What the next deploy of a plan has to wait for: its step, and the step of another plan.
    pub fn waits_of<'s>(
        &'s self,
        plan: &'s PlanFile,
    ) -> impl Iterator<Item = (&'s StepFile, &'s str, &'s StepFile)> + 's {
        let both =
            self.waits.iter().filter_map(|(first, second)| Some((self.steps.get(*first)?, self.steps.get(*second)?)));
        let is_next =
            move |(_, second): &(&Open<'_>, &Open<'_>)| self.id(second) == plan.id && second.deploy == plan.placed + 1;
        both.filter(is_next).map(|(first, second)| (second.step, self.id(first), first.step))
    }

    /// The deploys that come together, release by release; the first are in place. Fewer than two plans come alone.
    pub fn releases(&self) -> Vec<Vec<Part>> {
        if self.plans.len() < 2 {
            return Vec::new();
        }
        let mut places: Vec<Vec<usize>> = self
            .plans
            .iter()
            .map(|plan| (1..=plan.deploys.len()).map(|number| number.saturating_sub(plan.placed)).collect())
            .collect();
        let rounds: usize = places.iter().map(Vec::len).sum();
        for _ in 0..rounds {
            for (first, second) in &self.waits {
                let (Some(first), Some(second)) = (self.steps.get(*first), self.steps.get(*second)) else { continue };
                let after = place(&places, first) + usize::from(first.step.slot == SlotName::Between);
                push_back(&mut places, second, after);
            }
        }
        let mut releases: Vec<Vec<Part>> = Vec::new();
        for (plan, places) in self.plans.iter().zip(&places) {
            for (deploy, place) in plan.deploys.iter().zip(places).filter(|(deploy, _)| deploy.number >= plan.placed) {
                releases.resize_with(releases.len().max(place + 1), Vec::new);
                let part = Part { plan: plan.id.clone(), number: deploy.number, name: deploy.name.clone() };
                releases.get_mut(*place).into_iter().for_each(|release| release.push(part.clone()));
            }
        }
        releases
    }
}

fn place(places: &[Vec<usize>], open: &Open<'_>) -> usize {
    places.get(open.plan).and_then(|of_plan| of_plan.get(open.deploy - 1)).copied().unwrap_or(0)
}

/// Lets a deploy come no earlier than that, and those after it one after the other.
fn push_back(places: &mut [Vec<usize>], open: &Open<'_>, least: usize) {
    let Some(of_plan) = places.get_mut(open.plan) else { return };
    let mut least = least;
    for place in of_plan.iter_mut().skip(open.deploy - 1) {
        *place = (*place).max(least);
        least = *place + 1;
    }
}

/// The steps that are still to come, or go on until a hold after them is seen.
fn open_steps(plan: &PlanFile) -> Vec<(usize, &StepFile)> {
    let mut open = Vec::new();
    for deploy in plan.deploys.iter().skip(plan.placed.saturating_sub(1)) {
        let is_in_place = deploy.number <= plan.placed;
        let unseen = |step: &&StepFile| step.hold.is_some() && !plan.seen.iter().any(|seen| seen.step == step.id);
        let goes_on = deploy.steps.iter().any(|step| unseen(&step));
        let steps = deploy.steps.iter().filter(|step| !is_in_place || goes_on && step.slot == SlotName::Between);
        open.extend(steps.map(|step| (deploy.number, step)));
    }
    open
}

impl<'a> Open<'a> {
    fn new((plan, deploy): (usize, usize), step: &'a StepFile, tree: &Tree, catalog: &Catalog) -> Self {
        let table = step.table.as_deref().map(|table| match table.split_once('.') {
            Some((schema, name)) => TableName { schema: Some(schema.to_owned()), ..TableName::new(name) },
            None => TableName::new(table),
        });
        let statements = read(&step.sql, tree, catalog);
        let touch = match (&step.backfill, &table) {
            (Some(backfill), Some(table)) => Touch::of_fill(table, &backfill.column),
            (Some(_), None) => Touch::default(),
            (None, _) => Touch::of_statements(&statements, catalog),
        };
        let trigger = |is_made: bool| statements.iter().find_map(|statement| trigger(statement, is_made, catalog));
        let (bridges, ends_bridge) = (trigger(true), trigger(false));
        let fills = table.clone().filter(|_| step.backfill.is_some());
        let copies = table.filter(|_| step.kind == "online-copy");
        Self { plan, deploy, step, touch, fills, copies, bridges, ends_bridge }
    }

    /// Whether this step of a plan that has come further is done before the other.
    fn comes_before(&self, other: &Self) -> bool {
        let is_same = |left: &Option<TableName>, right: &Option<TableName>| left.is_some() && left == right;
        self.touch.meets(&other.touch)
            || is_same(&self.fills, &other.fills)
            // No tool copies a table with triggers.
            || is_same(&self.copies, &other.copies)
            || is_same(&self.copies, &other.bridges)
            || is_same(&self.ends_bridge, &other.copies)
    }
}

fn read(sql: &[String], tree: &Tree, catalog: &Catalog) -> Vec<Statement> {
    let map = SourceMap::new(Span::new(tree.put("a plan", String::new()).id, 0, 0));
    sql.iter().flat_map(|text| sql::read(text, &map, catalog.engine()).statements).collect()
}

/// The table of a trigger that the statement makes, or drops.
fn trigger(statement: &Statement, is_made: bool, catalog: &Catalog) -> Option<TableName> {
    statement.changes.iter().find_map(|change| match &change.what {
        SchemaChange::CreateObject(create) if is_made && create.object.kind == ObjectKind::Trigger => {
            create.object.table.clone()
        }
        SchemaChange::DropObject(drop) if !is_made && drop.object.kind == ObjectKind::Trigger => {
            let known = || catalog.object(&drop.object).and_then(|known| known.object.table.clone());
            drop.object.table.clone().or_else(known)
        }
        _ => None,
    })
}
