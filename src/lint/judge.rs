//! One change against the catalog before it: its effect on the engine, and the rules that it matches.

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::effect::{Effect, Effects, Subject};
use crate::finding::{Breaks, Confidence, Finding, Severity};
use crate::rule::{Match, Rule, Rules};

/// What judges changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) effects: &'a Effects,
    pub(super) rules: &'a Rules,
    /// The severities that a project chose, by rule.
    pub(super) severities: &'a BTreeMap<String, Severity>,
}

/// What is known of a change once it is judged.
pub(super) struct Judgement {
    pub(super) effect: Effect,
    pub(super) breaks: Breaks,
    pub(super) findings: Vec<Finding>,
}

/// Where in the batch a change stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) migration: &'a str,
    pub(super) change: usize,
}

impl Judge<'_> {
    pub(super) fn judge(self, subject: &Subject<'_>, place: Place<'_>) -> Judgement {
        let effect = self.effects.of(subject);
        let matches = self.rules.about(subject, &effect, |rule| self.severity(rule) != Severity::Off);
        let mut breaks = Breaks::default();
        matches
            .iter()
            .filter(|found| found.verdict.answer.is_yes())
            .for_each(|found| breaks.extend(&found.rule.breaks));
        let findings = matches.iter().map(|found| self.finding(found, subject, &effect, place)).collect();
        let findings = without_idle_doubts(findings);
        Judgement { effect, breaks, findings }
    }

    fn severity(self, rule: &Rule) -> Severity {
        self.severities.get(&rule.id).copied().unwrap_or(rule.severity)
    }

    /// A finding that hangs on an unknown is a step milder than its rule, because it may not be one at all.
    fn finding(self, found: &Match<'_>, subject: &Subject<'_>, effect: &Effect, place: Place<'_>) -> Finding {
        let rule = found.rule;
        let confidence = confidence(found, subject);
        let severity = self.severity(rule);
        let words = rule.render(subject, effect);
        Finding {
            rule: rule.id.clone(),
            severity: if confidence == Confidence::Possible { severity.milder() } else { severity },
            confidence,
            migration: place.migration.to_owned(),
            span: subject.change.span,
            change: Some(place.change),
            breaks: rule.breaks.clone(),
            message: words.message,
            why: words.why,
            help: words.help,
            recipe: rule.recipe.clone(),
            discharged_by: None,
            suppressed: None,
        }
    }
}

/// Of what only may be, a change has one finding: the gravest, and of equals the first in the order of the rules. A doubt
/// about less than an error is none.
fn without_idle_doubts(findings: Vec<Finding>) -> Vec<Finding> {
    let mut has_doubt = false;
    let mut is_kept = |finding: &Finding| match finding.confidence {
        Confidence::Possible if finding.severity <= Severity::Note => false,
        Confidence::Possible => !std::mem::replace(&mut has_doubt, true),
        Confidence::Likely | Confidence::Certain => true,
    };
    findings.into_iter().filter(|finding| is_kept(finding)).collect()
}

fn confidence(found: &Match<'_>, subject: &Subject<'_>) -> Confidence {
    if found.verdict.answer == Answer::Unknown {
        Confidence::Possible
    } else if subject.statement.guard.is_some() {
        Confidence::Likely
    } else {
        Confidence::Certain
    }
}
