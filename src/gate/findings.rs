//! What the rules find in the pending migrations, as answers: harm in itself, and uses in code that runs.

use super::check::Check;
use super::question::Question;
use crate::finding::{Finding, Severity, Use};
use crate::lint::Outcome;
use crate::source::Tree;

/// How many places are shown of one finding.
const SHOWN: usize = 8;

/// The answers that follow from judging what is pending.
pub fn findings(outcome: &Outcome, tree: &Tree) -> Vec<Check> {
    let open = || outcome.findings.iter().filter(|finding| finding.is_open());
    let errors = || open().filter(|finding| finding.severity == Severity::Error);
    let mut checks: Vec<Check> = errors().map(|finding| harm(finding, tree)).collect();
    for unknown in outcome.unknown.iter().filter(|unknown| !unknown.is_history) {
        let file = tree.file(unknown.span.file);
        let place = format!("{}:{}", file.path, file.position(unknown.span.start).line);
        checks.push(
            Check::unknown(Question::Findings, unknown.reason.clone()).about(place).with_fix(
                "write it so that it can be read without running it, or answer for it: --override G04=REASON",
            ),
        );
    }
    let is_refused = |question: Question| checks.iter().any(|check| check.question == question);
    let told = open()
        .filter(|finding| finding.severity == Severity::Warning)
        .map(|finding| format!("warning[{}] {}: {}", finding.rule, finding.migration, finding.message));
    let mut passed = Vec::new();
    if !is_refused(Question::Findings) {
        let count = outcome.migrations.len();
        let words = if count == 0 { "nothing to judge".to_owned() } else { format!("no error in {}", counted(count)) };
        passed.push(Check::pass(Question::Findings, words).with_evidence(told).with_evidence(settled(outcome)));
    }
    if !is_refused(Question::Uses) {
        passed
            .push(Check::pass(Question::Uses, "no code that runs now uses what goes, or leaves out what is asked for"));
    }
    passed.extend(checks);
    passed
}

fn harm(finding: &Finding, tree: &Tree) -> Check {
    let in_running_code: Vec<&Use> = finding.uses.iter().filter(|one| !one.is_new_code).collect();
    let question = if in_running_code.is_empty() { Question::Findings } else { Question::Uses };
    let file = tree.file(finding.span.file);
    let place = format!("{}:{}", file.path, file.position(finding.span.start).line);
    let shown = in_running_code.iter().take(SHOWN);
    let places = shown.map(|one| format!("{}:{} in {}: {}", one.file, one.line, one.release, one.why));
    let more = in_running_code.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("and {more} places more"));
    let plan =
        finding.recipe.as_ref().map(|_| format!("phasewise plan {} turns it into deploys that can go", file.path));
    let mut check = Check::fail(question, format!("[{}] {}", finding.rule, finding.message))
        .about(finding.migration.clone())
        .with_evidence([format!("at {place}")])
        .with_evidence(places)
        .with_evidence(more)
        .with_fix(finding.help.clone());
    check.fix.extend(plan);
    check
}

/// What was found and does not count, with what settled it.
fn settled(outcome: &Outcome) -> Vec<String> {
    let told = outcome.findings.iter().filter_map(|finding| {
        let (what, why) = match (&finding.discharged_by, &finding.suppressed) {
            (Some(evidence), _) => ("discharged", evidence.words.clone()),
            (None, Some(suppression)) => ("let stand", suppression.reason.clone()),
            (None, None) if finding.is_baselined => ("in the baseline", finding.message.clone()),
            (None, None) => return None,
        };
        Some(format!("{what}: [{}] {}: {why}", finding.rule, finding.migration))
    });
    told.collect()
}

fn counted(count: usize) -> String {
    if count == 1 { "1 migration".to_owned() } else { format!("{count} migrations") }
}
