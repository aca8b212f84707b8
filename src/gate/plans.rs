//! The plans that a release brings, and how far each has come in the database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::check::Check;
use super::question::Question;
use crate::emit::{self, NAME, PlanFile, StepFile};
use crate::engine::{EngineVersion, Version};
use crate::finding::Date;
use crate::lint::MigrationFile;
use crate::source::Tree;

/// A plan, and where it stands.
#[derive(Debug, Clone)]
pub struct PlanState {
    pub plan: PlanFile,
    /// Relative to the release.
    pub directory: String,
    /// The deploys with pending migrations, by number.
    pub pending: BTreeSet<usize>,
}

/// A step that is waited for: its deploy's number, and what it is.
pub type Hold<'p> = (usize, &'p StepFile);

impl PlanState {
    /// The deploy that this release would bring: the one whose migrations are pending, or else the last that is in
    /// place.
    pub fn deploy(&self) -> usize {
        self.pending.first().copied().unwrap_or(self.plan.placed)
    }

    /// What has to be so before that deploy.
    pub fn holds(&self) -> impl Iterator<Item = Hold<'_>> {
        let before = self.plan.deploys.iter().take_while(|deploy| deploy.number < self.deploy());
        let steps = before.flat_map(|deploy| deploy.steps.iter().map(|step| (deploy.number, step)));
        steps.filter(|(_, step)| step.hold.is_some())
    }

    /// The number of the oldest deploy whose release can still run once that deploy is done; 0 is any before the plan.
    pub fn rollback_floor(&self) -> usize {
        let deploy = self.plan.deploys.iter().find(|deploy| deploy.number == self.deploy());
        deploy.map_or(0, |deploy| deploy.rollback_floor)
    }

    /// As `orders-reference/constrain`.
    pub fn name_of(&self, deploy: usize) -> String {
        let found = self.plan.deploys.iter().find(|known| known.number == deploy);
        format!("{}/{}", self.plan.id, found.map_or("", |deploy| deploy.name.as_str()))
    }

    /// The tables that the plan is about.
    pub fn tables(&self) -> BTreeSet<&str> {
        self.plan.steps().filter_map(|step| step.table.as_deref()).collect()
    }
}

/// The plans in `directory` of a release, and what is wrong with them. `pending` are the migrations that would run, in
/// that order; `target` is the database as it is, `laravel` the major of the release.
pub fn plans(
    tree: &Tree,
    directory: &str,
    pending: &[MigrationFile],
    (target, laravel): (&EngineVersion, Option<u8>),
    today: Date,
) -> (Vec<PlanState>, Vec<Check>) {
    let (mut states, mut checks) = (Vec::new(), Vec::new());
    for name in tree.directories(directory) {
        let directory = format!("{directory}/{name}");
        if !tree.exists(&format!("{directory}/{NAME}")) {
            continue;
        }
        let plan = match PlanFile::read(tree, &directory) {
            Ok(plan) => plan,
            Err(error) => {
                checks.push(
                    Check::fail(Question::Plans, error.to_string())
                        .about(format!("{directory}/{NAME}"))
                        .with_fix("`phasewise plan --check` shows where it is broken"),
                );
                continue;
            }
        };
        let faults = faults(tree, (&plan, &directory), (target, laravel), today);
        if !faults.is_empty() {
            checks.push(
                Check::fail(Question::Plans, "the plan does not hold any more")
                    .about(plan.id.clone())
                    .with_evidence(faults)
                    .with_fix(format!("`phasewise plan --check {}` in the project, and mend it there", plan.id)),
            );
        }
        if !plan.aborted {
            let pending = pending_deploys(&plan, pending);
            states.push(PlanState { plan, directory, pending });
        }
    }
    checks.extend(shared_migrations(&states));
    if checks.is_empty() {
        checks.push(Check::pass(
            Question::Plans,
            match states.len() {
                0 => "the release brings no plan".to_owned(),
                1 => "1 plan is as it was written".to_owned(),
                count => format!("{count} plans are as they were written"),
            },
        ));
    }
    (states, checks)
}

/// What is not as the plan says, of what is in place.
fn faults(
    tree: &Tree,
    (plan, directory): (&PlanFile, &str),
    (target, laravel): (&EngineVersion, Option<u8>),
    today: Date,
) -> Vec<String> {
    // What waits beside the plan may still ask for a value.
    let mut placed = plan.clone();
    placed.deploys.truncate(plan.placed);
    let mut faults = emit::faults(tree, (&placed, directory), (&plan.engine, laravel), today);
    let (engine, version) = plan.engine.split_once(':').unwrap_or((&plan.engine, ""));
    let is_older = version.parse::<Version>().is_ok_and(|planned| target.version.is_before(&planned));
    if engine != target.engine.name() || is_older {
        faults.push(format!(
            "it was planned for {}, and the database is {}:{}",
            plan.engine, target.engine, target.version
        ));
    }
    faults
}

fn pending_deploys(plan: &PlanFile, pending: &[MigrationFile]) -> BTreeSet<usize> {
    let is_pending = |step: &StepFile| step.files.iter().any(|file| pending.iter().any(|one| one.path == file.path));
    let placed = plan.placed_deploys().filter(|deploy| deploy.steps.iter().any(is_pending));
    placed.map(|deploy| deploy.number).collect()
}

fn shared_migrations(states: &[PlanState]) -> Vec<Check> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for state in states {
        for file in state.plan.placed_deploys().flat_map(|deploy| &deploy.steps).flat_map(|step| &step.files) {
            owners.entry(&file.path).or_default().push(&state.plan.id);
        }
    }
    let shared = owners.into_iter().filter(|(_, plans)| plans.iter().collect::<BTreeSet<_>>().len() > 1);
    shared
        .map(|(path, plans)| {
            Check::fail(Question::Plans, format!("it belongs to several plans: {}", plans.join(", "))).about(path)
        })
        .collect()
}

/// Whether the pending migrations are of one deploy of each plan, and come in its order. `tree` reads them.
pub fn phase(states: &[PlanState], pending: &[MigrationFile], tree: &Tree) -> Vec<Check> {
    let mut checks = Vec::new();
    for state in states {
        checks.extend(by_hand(state, pending, tree));
        if let [first, .., last] = state.pending.iter().collect::<Vec<_>>().as_slice() {
            let files = pending.iter().filter(|one| owner(state, one).is_some());
            checks.push(
                Check::fail(
                    Question::Phase,
                    format!("the pending migrations span deploys {first} to {last}, and would run in one go"),
                )
                .about(state.plan.id.clone())
                .with_evidence(
                    files.map(|one| {
                        format!("deploy {}: {}", owner(state, one).map_or(0, |(deploy, _)| deploy), one.name)
                    }),
                )
                .with_fix(format!(
                    "first ship the release in which only deploy {first} of the plan is in place, and wait for what it \
                     waits for"
                )),
            );
        }
        let order: Vec<_> = pending.iter().filter_map(|one| Some((owner(state, one)?, one))).collect();
        for pair in order.windows(2) {
            if let [(before, first), (after, second)] = pair
                && before > after
            {
                checks.push(
                    Check::fail(
                        Question::Phase,
                        format!("`{}` would run before `{}`, which the plan has first", first.name, second.name),
                    )
                    .about(state.plan.id.clone())
                    .with_fix("rename the migrations so that they sort as the plan has them, and plan anew"),
                );
            }
        }
    }
    if checks.is_empty() {
        let deploys: Vec<String> = states
            .iter()
            .filter(|state| !state.pending.is_empty())
            .map(|state| format!("deploy {} of {}", state.deploy(), state.plan.id))
            .collect();
        checks.push(Check::pass(
            Question::Phase,
            if deploys.is_empty() { "no pending migration is of a plan".to_owned() } else { deploys.join(", ") },
        ));
    }
    checks
}

/// The migrations that are of a later deploy, though nobody advanced the plan to it: what it waits for was not looked at, and
/// the plan answers for it only then.
fn by_hand<'a>(state: &'a PlanState, pending: &'a [MigrationFile], tree: &'a Tree) -> impl Iterator<Item = Check> + 'a {
    let later = state.plan.deploys.iter().skip(state.plan.placed);
    let locks: BTreeMap<&str, usize> = later
        .flat_map(|deploy| deploy.steps.iter().flat_map(|step| &step.files).map(move |file| (file, deploy.number)))
        .filter_map(|(file, deploy)| Some((state.plan.locks.get(&file.path)?.as_str(), deploy)))
        .collect();
    pending.iter().filter_map(move |migration| {
        let text = tree.read(&migration.path).ok().filter(|_| !locks.is_empty())?;
        let deploy = locks.get(emit::lock(&text.text).as_str())?;
        Some(
            Check::fail(
                Question::Phase,
                format!("`{}` is of deploy {deploy}, which nobody advanced the plan to", migration.name),
            )
            .about(state.plan.id.clone())
            .with_fix(format!("put it in place with `phasewise advance {}`, in the project", state.plan.id)),
        )
    })
}

/// The deploy and the step that a migration is of: the number, and the place among all steps.
fn owner(state: &PlanState, migration: &MigrationFile) -> Option<(usize, usize)> {
    let steps = state.plan.deploys.iter().flat_map(|deploy| deploy.steps.iter().map(move |step| (deploy.number, step)));
    steps.enumerate().find_map(|(at, (number, step))| {
        step.files.iter().any(|file| file.path == migration.path).then_some((number, at))
    })
}

/// How many deploys of a plan are in place in a release; `None` where the release does not have it.
pub fn placed_in(release: &Path, directory: &str) -> Option<usize> {
    let tree = Tree::new(release);
    tree.exists(&format!("{directory}/{NAME}")).then(|| PlanFile::read(&tree, directory).map_or(0, |plan| plan.placed))
}
