//! Whether older code can run on the schema as it is now: what ran since it was live, as it bears on that code.

use super::check::Check;
use super::plans::PlanState;
use super::question::Question;
use crate::emit::DeployFile;
use crate::finding::{Finding, Severity, Use};
use crate::lint::{MigrationFile, Outcome};

/// How many places are shown of one finding.
const SHOWN: usize = 6;

/// What the migrations that ran since do to the older code. `outcome` judges them as one batch beside that code. That a
/// person let a finding stand, or a plan did, was said of the code that ran then, not of this.
pub fn findings(outcome: &Outcome) -> Vec<Check> {
    let question = Question::Uses;
    let mut checks = Vec::new();
    let counts = |finding: &&Finding| finding.discharged_by.is_none() && !finding.breaks.old_code.is_empty();
    for finding in outcome.findings.iter().filter(counts) {
        let uses: Vec<&Use> = finding.uses.iter().filter(|one| !one.is_new_code).collect();
        let places = uses.iter().take(SHOWN).map(|one| format!("{}:{}: {}", one.file, one.line, one.why));
        let words = format!("[{}] {}", finding.rule, finding.message);
        let check = match (uses.is_empty(), finding.severity) {
            (false, Severity::Error | Severity::Warning) => Check::fail(question, words).with_evidence(places),
            (true, Severity::Error) => {
                let doubts = finding.doubts.iter().take(SHOWN);
                Check::unknown(question, format!("{words}; whether that code needs it cannot be proved"))
                    .with_evidence(doubts.map(|doubt| format!("{}:{}: {}", doubt.file, doubt.line, doubt.reason)))
            }
            _ => continue,
        };
        checks.push(
            check
                .about(finding.migration.clone())
                .with_fix("go forward instead: ship the fix as a new release of the live code"),
        );
    }
    if checks.is_empty() {
        let words = match outcome.migrations.len() {
            0 => "no migration ran since".to_owned(),
            1 => "the migration that ran since leaves that code what it uses".to_owned(),
            count => format!("the {count} migrations that ran since leave that code what it uses"),
        };
        checks.push(Check::pass(question, words));
    }
    checks
}

/// Whether a plan still lets the release come back in which `placed` of its deploys are in place. `ran` says whether the
/// migration at a path ran.
pub fn floor(state: &PlanState, placed: usize, ran: impl Fn(&str) -> bool) -> Check {
    let question = Question::Phase;
    let is_done = |deploy: &&DeployFile| {
        let mut files = deploy.steps.iter().flat_map(|step| &step.files).map(|file| file.path.as_str());
        files.any(&ran)
    };
    let done = state.plan.placed_deploys().filter(is_done).last();
    let floor = done.map_or(0, |deploy| deploy.rollback_floor);
    let about = state.plan.id.clone();
    if placed >= floor {
        return Check::pass(
            question,
            format!("deploy {placed} of the plan is at or above its rollback floor, {floor}"),
        )
        .about(about);
    }
    let name = done.map_or(String::new(), |deploy| deploy.name.clone());
    Check::fail(
        question,
        format!(
            "below the rollback floor: `{name}` ran, and only releases from deploy {floor} of the plan on live with it"
        ),
    )
    .about(about)
    .with_evidence([format!("in that release deploy {placed} of the plan is in place")])
    .with_fix(format!("take a release in which at least deploy {floor} is in place, or go forward"))
}

/// The migrations that ran and are not in the older release.
pub fn ahead<'m>(
    ran: impl IntoIterator<Item = &'m MigrationFile>,
    is_in_older: impl Fn(&MigrationFile) -> bool,
) -> Vec<MigrationFile> {
    ran.into_iter().filter(|file| !is_in_older(file)).cloned().collect()
}
