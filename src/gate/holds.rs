//! What a plan waits for before a deploy, held against what is there: the ledger, the live rows, the processes, the code.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::check::Check;
use super::ledger::Records;
use super::moment;
use super::plans::{Hold, PlanState, placed_in};
use super::processes::{FpmProcess, Processes};
use super::question::Question;
use crate::answer::Answer;
use crate::emit::{HoldFile, Use};
use crate::finding::Date;

/// What is asked of the world outside of files.
pub trait World {
    /// What a query gives that should give no row.
    fn no_row(&self, query: &str) -> Sample;
    /// Where the code that runs or can come back uses a table or a column.
    fn uses(&self, what: &str, counts: &dyn Fn(&Path) -> bool) -> Use;
    /// Waits between two samples.
    fn pause(&self);
}

/// What a query that should give no row gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sample {
    None,
    /// How many, where that could be counted.
    Rows(Option<u64>),
    /// Why it is not known.
    Unknown(String),
}

/// What holds are judged by.
pub struct Circumstances<'a> {
    pub records: &'a Records,
    pub processes: &'a Processes,
    pub current: Option<&'a PathBuf>,
    /// When `current` began to lead where it does.
    pub swapped: Option<SystemTime>,
    /// Other hosts that run the application, and must say which release they run.
    pub hosts: &'a [String],
    /// The pools of PHP-FPM that serve the application; without them its workers are told apart by nothing.
    pub pools: Option<&'a [String]>,
    /// How long a deploy must have been live before the next.
    pub soak: Duration,
    pub today: Date,
    pub now: SystemTime,
    pub world: &'a dyn World,
}

/// Whether all is so that the plan waits for before its deploy.
pub fn holds(state: &PlanState, around: &Circumstances<'_>) -> Vec<Check> {
    let deploy = state.deploy();
    let is_live = state.pending.is_empty() && around.records.confirmation(&state.plan.id, deploy).is_some();
    if is_live {
        let words = format!("deploy {deploy} is live already");
        return vec![Check::pass(Question::Confirmed, words).about(state.plan.id.clone())];
    }
    let mut asked: Vec<Asked> = Vec::new();
    if deploy > 1 {
        asked.push(confirmed(state, deploy - 1, around).into());
    }
    asked.extend(state.holds().map(|hold| one(state, hold, around)));
    look_again(&mut asked, around.world);
    asked.into_iter().map(|asked| asked.check).collect()
}

/// An answer, and the query that it rests on with what that gave.
struct Asked {
    check: Check,
    sampled: Option<(String, Sample)>,
}

impl From<Check> for Asked {
    fn from(check: Check) -> Self {
        Self { check, sampled: None }
    }
}

/// Whether the deploy before was seen live, and for long enough.
fn confirmed(state: &PlanState, deploy: usize, around: &Circumstances<'_>) -> Check {
    let question = Question::Confirmed;
    let about = state.name_of(deploy);
    let Some(record) = around.records.confirmation(&state.plan.id, deploy) else {
        return Check::fail(question, "nobody saw its release live")
            .about(about)
            .with_fix("on the live release: phasewise gate confirm --release RELEASE --current LINK");
    };
    let seen = format!("release {} was seen live on {} at {}", record.release, record.host, record.at);
    let Some(since) = moment::read(&record.at).and_then(|at| around.now.duration_since(at).ok()) else {
        return Check::unknown(question, format!("the time of the confirmation is none: {}", record.at)).about(about);
    };
    if since < around.soak {
        let left = around.soak.saturating_sub(since);
        return Check::fail(
            question,
            format!(
                "it has been live for {}, and {} are asked for",
                moment::spelled(since),
                moment::spelled(around.soak)
            ),
        )
        .about(about)
        .with_evidence([seen])
        .with_fix(format!("wait for {}", moment::spelled(left)));
    }
    Check::pass(question, seen).about(about)
}

fn one(state: &PlanState, (deploy, step): Hold<'_>, around: &Circumstances<'_>) -> Asked {
    let about = format!("{}/{}", state.plan.id, step.id);
    let Some(hold) = &step.hold else {
        return Check::pass(Question::Holds, "nothing is waited for").about(about).into();
    };
    let question = if hold.kind == "drained" { Question::Workers } else { Question::Holds };
    if state.plan.is_waived(&step.id, around.today) {
        let waiver = state.plan.waivers.iter().rfind(|waiver| waiver.step == step.id);
        let words = waiver.map_or(String::new(), |it| format!("waived by {} until {}: {}", it.by, it.until, it.reason));
        return Check::pass(question, words).about(about).into();
    }
    if let ("no-row", Some(query)) = (hold.kind.as_str(), &hold.sql) {
        let sample = around.world.no_row(query);
        return Asked { check: no_row(query, &sample).about(about), sampled: Some((query.clone(), sample)) };
    }
    let check = match hold.kind.as_str() {
        "drained" => drained(state, deploy, around),
        "unreferenced" => unreferenced(state, hold, around),
        "approved" => approved(state, &step.id, hold),
        other => Check::unknown(question, format!("`{other}` is nothing that this phasewise can look for"))
            .with_fix("use the phasewise that wrote the plan"),
    };
    check.about(about).into()
}

/// A zero that was seen while an older release may still write is void: it is looked at once more, after a while.
fn look_again(asked: &mut [Asked], world: &dyn World) {
    let of_workers = |asked: &&Asked| asked.check.question == Question::Workers;
    let are_gone = asked.iter().any(|asked| of_workers(&asked))
        && asked.iter().filter(of_workers).all(|asked| asked.check.answer == Answer::Yes);
    let is_unsure = |asked: &&mut Asked| match &asked.sampled {
        Some((_, Sample::None)) => !are_gone,
        Some((_, Sample::Rows(_))) => true,
        _ => false,
    };
    let mut unsure: Vec<&mut Asked> = asked.iter_mut().filter(is_unsure).collect();
    if unsure.is_empty() {
        return;
    }
    world.pause();
    for Asked { check, sampled } in &mut unsure {
        let Some((query, before)) = sampled else { continue };
        let about = check.about.take().unwrap_or_default();
        *check = compared(query, before, &world.no_row(query)).about(about);
    }
}

/// What two samples say together.
fn compared(query: &str, before: &Sample, now: &Sample) -> Check {
    let grew = |words: String| {
        no_row(query, now).reworded(words).with_fix(
            "a process of an older release still writes: end it (`php artisan queue:restart`), and run the backfill again",
        )
    };
    match (before, now) {
        (Sample::None, Sample::Rows(_)) => grew("rows appeared between two looks".to_owned()),
        (Sample::Rows(Some(before)), Sample::Rows(Some(now))) if now > before => {
            grew(format!("{now} rows remain, and grow: {before} a moment ago"))
        }
        (Sample::Rows(Some(before)), Sample::Rows(Some(after))) if after < before => {
            no_row(query, now).reworded(format!("{after} rows remain, {} fewer than a moment ago", before - after))
        }
        _ => no_row(query, now),
    }
}

fn no_row(query: &str, sample: &Sample) -> Check {
    let check = match sample {
        Sample::None => Check::pass(Question::Holds, "no row is left"),
        Sample::Rows(count) => {
            let words = match count {
                Some(1) => "1 row remains".to_owned(),
                Some(count) => format!("{count} rows remain"),
                None => "rows remain".to_owned(),
            };
            Check::fail(Question::Holds, words).with_fix("run the backfill of the plan until its count is 0")
        }
        Sample::Unknown(reason) => {
            Check::unknown(Question::Holds, reason.clone()).with_fix("give the query more time with `--timeout`")
        }
    };
    check.with_evidence([format!("query: {query}")])
}

fn unreferenced(state: &PlanState, hold: &HoldFile, around: &Circumstances<'_>) -> Check {
    let Some(what) = &hold.what else { return Check::unknown(Question::Holds, "the plan does not say what of") };
    let floor = state.rollback_floor();
    let counts = |release: &Path| {
        around.current.is_some_and(|current| current == release)
            || placed_in(release, &state.directory).unwrap_or(0) >= floor.max(1)
    };
    let fix = format!("take the last uses of `{what}` out of the code and ship that first");
    match around.world.uses(what, &counts) {
        Use::None => Check::pass(Question::Holds, format!("no code that runs or can come back uses `{what}`")),
        Use::Used(places) => {
            Check::fail(Question::Uses, format!("`{what}` is still used")).with_evidence(places).with_fix(fix)
        }
        Use::Unknown(places) => {
            let is_seen = |step: &str| state.plan.seen.iter().any(|seen| seen.step == step);
            let step = state.holds().find(|(_, step)| step.hold.as_ref() == Some(hold));
            if let Some((_, step)) = step.filter(|(_, step)| is_seen(&step.id)) {
                let seen = state.plan.seen.iter().rfind(|seen| seen.step == step.id);
                let on = seen.map_or("", |seen| seen.on.as_str());
                return Check::pass(Question::Holds, format!("a person saw on {on} that `{what}` is not used"))
                    .with_evidence(places);
            }
            Check::unknown(Question::Holds, format!("whether `{what}` is used cannot be proved"))
                .with_evidence(places)
                .with_fix("look at these places, and say in the project that it was seen: phasewise advance --seen")
        }
    }
}

fn approved(state: &PlanState, step: &str, hold: &HoldFile) -> Check {
    match state.plan.seen.iter().rfind(|seen| seen.step == step) {
        Some(seen) => Check::pass(Question::Holds, format!("approved on {}", seen.on)),
        None => Check::fail(Question::Holds, format!("nobody approved: {}", hold.what.as_deref().unwrap_or_default()))
            .with_fix(format!("phasewise advance {} --seen {step}, in the project", state.plan.id)),
    }
}

/// Whether every process runs a release in which that deploy of the plan is in place.
fn drained(state: &PlanState, deploy: usize, around: &Circumstances<'_>) -> Check {
    let question = Question::Workers;
    let is_old = |release: &Path| placed_in(release, &state.directory).unwrap_or(0) < deploy;
    let mut old: Vec<String> = around
        .processes
        .of_releases
        .iter()
        .filter(|process| process.is_gone || is_old(&process.release))
        .map(|process| {
            let gone = if process.is_gone { ", which is gone" } else { "" };
            format!(
                "process {} of release {}{gone}: {}",
                process.pid,
                super::releases::name(&process.release),
                process.command
            )
        })
        .collect();
    if around.current.is_some_and(|current| is_old(current)) {
        old.push("`current` leads to a release in which that deploy is not in place".to_owned());
    }
    let (old_fpm, unsure_fpm) = fpm(around);
    old.extend(old_fpm);
    let attested = around.records.attestations();
    let mut silent = Vec::new();
    for host in around.hosts {
        match attested.get(host.as_str()) {
            None => silent.push(format!("{host} has not said which release it runs")),
            Some(record) if record.plans.get(&state.plan.id).is_none_or(|placed| *placed < deploy) => {
                old.push(format!("{host} said at {} that it runs release {}", record.at, record.release));
            }
            Some(_) => {}
        }
    }
    if !old.is_empty() {
        return Check::fail(question, format!("{} of an older release", counted(old.len())))
            .with_evidence(old)
            .with_fix("php artisan queue:restart (or `php artisan reload`), and `systemctl reload` of PHP-FPM; then try again");
    }
    let mut unknown: Vec<String> = around.processes.blind.iter().cloned().collect();
    unknown.extend(
        around
            .processes
            .hidden
            .iter()
            .map(|(pid, command)| format!("process {pid} may not be looked at by this user: {command}")),
    );
    unknown.extend(silent);
    if !unknown.is_empty() {
        return Check::unknown(question, "not every process can be seen").with_evidence(unknown).with_fix(
            "run the gate as the user of the workers; on other hosts run `phasewise gate attest --host HOST --release REVISION`",
        );
    }
    let seen = around.processes.of_releases.len();
    Check::pass(question, format!("{} of this site on this host, none of an older release", counted(seen)))
        .with_evidence(unsure_fpm)
}

/// PHP-FPM's workers that began before the swap: those of the site's pools, and those of which it is not known.
fn fpm(around: &Circumstances<'_>) -> (Vec<String>, Vec<String>) {
    let (mut old, mut unsure) = (Vec::new(), Vec::new());
    let began_before = |process: &&FpmProcess| match (process.began, around.swapped) {
        (Some(began), Some(swapped)) => began < swapped,
        _ => false,
    };
    for process in around.processes.fpm.iter().filter(began_before) {
        let pool = process.command.rsplit(' ').next().unwrap_or_default();
        match around.pools {
            Some(pools) if pools.iter().any(|known| known == pool) => {
                old.push(format!("process {} began before the swap: {}", process.pid, process.command));
            }
            Some(_) => {}
            None => unsure.push(format!(
                "process {} began before the swap, and may be of another site: {} (name the site's pools under `gate:` in `phasewise.yaml`)",
                process.pid, process.command
            )),
        }
    }
    (old, unsure)
}

fn counted(count: usize) -> String {
    if count == 1 { "1 process".to_owned() } else { format!("{count} processes") }
}
