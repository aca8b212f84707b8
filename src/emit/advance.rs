//! The next deploy of a plan: whether it may come, and where its files go.

use super::error::EmitError;
use super::in_flight::{Clash, InFlight};
use super::plan_file::{NAME, PlanFile, Seen, StepFile};
use super::sql_files::AT;
use super::{Operation, ask};
use crate::finding::Date;
use crate::source::Tree;

/// What became of asking for the next deploy.
#[derive(Debug)]
pub enum Advance {
    /// It has to wait.
    Held(Vec<Waiting>),
    Placed {
        plan: Box<PlanFile>,
        operations: Vec<Operation>,
    },
}

/// A hold that is not known to be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub step: String,
    pub deploy: usize,
    /// What has to be seen.
    pub words: String,
    /// What stands against it, where that can be read from files.
    pub evidence: Vec<String>,
    /// Whether a person can say that it was seen.
    pub can_be_seen: bool,
}

/// What the application's code says of something that should not be used any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    None,
    /// Places, as `file:line`.
    Used(Vec<String>),
    /// It cannot be told.
    Unknown(Vec<String>),
}

/// What decides whether the next deploy may come.
pub struct Situation<'a> {
    pub tree: &'a Tree,
    pub directory: &'a str,
    pub today: Date,
    /// The steps whose holds a person has seen to be met.
    pub seen: &'a [String],
    /// Where the code uses a table or a column: `orders`, `orders.fax`.
    pub uses: &'a dyn Fn(&str) -> Use,
    /// The project's plans that are under way.
    pub in_flight: &'a InFlight<'a>,
    /// What orders the migrations that come now; the number counts them.
    pub at: &'a dyn Fn(usize) -> String,
}

/// Puts the files of the next deploy of `plan` where they are run, if all that it waits for is met.
pub fn advance(mut plan: PlanFile, situation: &Situation<'_>) -> Result<Advance, EmitError> {
    if plan.aborted {
        return Err(EmitError::Aborted { id: plan.id });
    }
    if plan.placed >= plan.deploys.len() {
        return Err(EmitError::Finished { id: plan.id });
    }
    if let Some(step) = situation.seen.iter().find(|step| plan.step(step).is_none_or(|step| step.hold.is_none())) {
        let holds = plan.steps().filter(|step| step.hold.is_some()).map(|step| format!("`{}`", step.id));
        let known = holds.collect::<Vec<_>>().join(", ");
        return Err(EmitError::NoStep { id: plan.id, step: step.clone(), known });
    }
    let texts = texts(&plan, situation)?;
    let waiting = waiting(&plan, situation, &texts);
    if !waiting.is_empty() {
        return Ok(Advance::Held(waiting));
    }
    let met: Vec<String> = open_holds(&plan, situation).map(|(_, step)| step.id.clone()).collect();
    let on = situation.today.to_string();
    plan.seen.extend(met.into_iter().map(|step| Seen { step, on: on.clone() }));
    let operations = place(&mut plan, situation, &texts)?;
    Ok(Advance::Placed { plan: Box::new(plan), operations })
}

/// The files of the next deploy as they stand: path, text. None may be missing, or edited but where it asks.
fn texts(plan: &PlanFile, situation: &Situation<'_>) -> Result<Vec<(String, String)>, EmitError> {
    let mut texts = Vec::new();
    let steps = plan.deploys.iter().take(plan.placed + 1).flat_map(|deploy| &deploy.steps);
    for step in steps {
        for file in &step.files {
            let text = situation.tree.read(&file.path)?.text.clone();
            let lock = plan.locks.get(&file.path);
            if lock.is_some_and(|lock| *lock != ask::lock(&text)) && !plan.is_waived(&step.id, situation.today) {
                return Err(EmitError::Edited { path: file.path.clone() });
            }
            texts.push((file.path.clone(), text));
        }
    }
    Ok(texts)
}

/// The holds before the next deploy that were not seen to be met yet, and not waived.
fn open_holds<'a>(plan: &'a PlanFile, situation: &Situation<'_>) -> impl Iterator<Item = (usize, &'a StepFile)> {
    let today = situation.today;
    let steps = plan.placed_deploys().flat_map(|deploy| deploy.steps.iter().map(|step| (deploy.number, step)));
    steps.filter(move |(_, step)| {
        step.hold.is_some() && !plan.seen.iter().any(|seen| seen.step == step.id) && !plan.is_waived(&step.id, today)
    })
}

fn waiting(plan: &PlanFile, situation: &Situation<'_>, texts: &[(String, String)]) -> Vec<Waiting> {
    let mut waiting = Vec::new();
    for (path, _) in texts.iter().filter(|(_, text)| ask::is_unanswered(text)) {
        let asked = |step: &&StepFile| step.files.iter().any(|file| file.path == *path);
        let Some(step) = plan.steps().find(asked) else { continue };
        waiting.push(Waiting {
            step: step.id.clone(),
            deploy: plan.placed + 1,
            words: step.words.clone().unwrap_or_default(),
            evidence: vec![format!("`{path}` asks for it, and nobody has answered there")],
            can_be_seen: false,
        });
    }
    waiting.extend(of_others(plan, situation));
    for (deploy, step) in open_holds(plan, situation) {
        let Some(hold) = &step.hold else { continue };
        let is_seen = situation.seen.contains(&step.id);
        let found = match (hold.kind.as_str(), &hold.what) {
            ("unreferenced", Some(what)) => (situation.uses)(what),
            _ => Use::Unknown(Vec::new()),
        };
        let (evidence, can_be_seen) = match found {
            Use::None => continue,
            Use::Used(places) => (places, false),
            Use::Unknown(_) if is_seen => continue,
            Use::Unknown(places) => (places, true),
        };
        waiting.push(Waiting { step: step.id.clone(), deploy, words: hold.words(), evidence, can_be_seen });
    }
    waiting
}

/// What other plans do first, and what cannot be beside them.
fn of_others(plan: &PlanFile, situation: &Situation<'_>) -> Vec<Waiting> {
    let deploy = plan.placed + 1;
    let waits = situation.in_flight.waits_of(plan).map(|(step, other, first)| Waiting {
        step: step.id.clone(),
        deploy,
        words: format!("until step `{}` of the plan `{other}` is done", first.id),
        evidence: Vec::new(),
        can_be_seen: false,
    });
    let own = |clash: &&Clash| [&clash.first, &clash.second].iter().any(|(id, _)| *id == plan.id);
    let clashes = situation.in_flight.clashes.iter().filter(own).map(|clash| {
        let is_first = clash.first.0 == plan.id;
        let (own, (other, step)) = if is_first { (&clash.first, &clash.second) } else { (&clash.second, &clash.first) };
        Waiting {
            step: own.1.clone(),
            deploy,
            words: format!("for step `{step}` of the plan `{other}`, beside which it cannot be: {}", clash.reason),
            evidence: vec![format!("bring `{other}` to its end, or give it up with `phasewise plan --abort {other}`")],
            can_be_seen: false,
        }
    });
    waits.chain(clashes).filter(|waiting| !plan.is_waived(&waiting.step, situation.today)).collect()
}

fn place(
    plan: &mut PlanFile,
    situation: &Situation<'_>,
    texts: &[(String, String)],
) -> Result<Vec<Operation>, EmitError> {
    let mut operations = Vec::new();
    let mut count = 0;
    let next = plan.placed;
    let mut last: Vec<String> = plan.steps().flat_map(|step| &step.files).map(|file| file.path.clone()).collect();
    for step in plan.deploys.get_mut(next).into_iter().flat_map(|deploy| &mut deploy.steps) {
        let mut at: Option<String> = None;
        for file in &mut step.files {
            let Some(goes_to) = file.goes_to.take() else { continue };
            let at = match &at {
                Some(at) => at.clone(),
                None => at.insert(free(&goes_to, situation, &last, &mut count)).clone(),
            };
            let path = goes_to.replace(AT, &at);
            if situation.tree.exists(&path) {
                return Err(EmitError::Taken { path });
            }
            last.push(path.clone());
            let text = texts.iter().find(|(known, _)| *known == file.path).map(|(_, text)| text.clone());
            operations.push(Operation::Write { path: path.clone(), text: text.unwrap_or_default() });
            operations.push(Operation::Remove { path: file.path.clone() });
            if let Some(lock) = plan.locks.remove(&file.path) {
                plan.locks.insert(path.clone(), lock);
            }
            file.path = path;
        }
    }
    plan.placed += 1;
    operations.push(Operation::Write { path: format!("{}/{NAME}", situation.directory), text: plan.text()? });
    // What comes is written before what goes.
    operations.sort_by_key(|operation| matches!(operation, Operation::Remove { .. }));
    Ok(operations)
}

/// What orders a migration after all that the plan has in place there, at a name that is free.
fn free(goes_to: &str, situation: &Situation<'_>, last: &[String], count: &mut usize) -> String {
    const TRIES: usize = 1000;
    let directory = goes_to.split(AT).next().unwrap_or_default();
    loop {
        let at = (situation.at)(*count);
        *count += 1;
        let path = goes_to.replace(AT, &at);
        let is_after = last.iter().filter(|other| other.starts_with(directory)).all(|other| *other < path);
        if !goes_to.contains(AT) || *count > TRIES || is_after && !situation.tree.exists(&path) {
            return at;
        }
    }
}
