//! One change against the catalog before it: its effect on the engine, and the rules that it matches.

use std::collections::BTreeMap;

use super::code::{Asked, Code};
use super::discharge::{clues, discharge};
use super::object::object;
use super::policy::Policy;
use super::sizes::Stake;
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::TableName;
use crate::effect::{Effect, Effects, Subject};
use crate::engine::EngineVersion;
use crate::finding::{Breaks, Confidence, Evidence, Finding, Severity};
use crate::rule::{Match, Remark, Rule, Rules};

/// What judges changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) effects: &'a Effects,
    pub(super) rules: &'a Rules,
    pub(super) policy: &'a Policy,
    /// The code around the batch, where it is known.
    pub(super) code: Option<&'a Code<'a>>,
    /// What was seen to beforehand, by the rules whose findings it answers.
    pub(super) evidence: Option<&'a BTreeMap<String, Evidence>>,
}

/// What is known of a change once it is judged.
pub(super) struct Judgement {
    pub(super) effect: Effect,
    pub(super) breaks: Breaks,
    pub(super) findings: Vec<Finding>,
    /// The table, if its size would have decided and is not known.
    pub(super) unsized_table: Option<TableName>,
}

/// Where in the batch a change stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) migration: &'a str,
    /// The migration's file.
    pub(super) path: &'a str,
    pub(super) change: usize,
}

impl Judge<'_> {
    /// Judges a change; `end` are the tables as the batch leaves them.
    pub(super) fn judge<'e>(
        self,
        subject: &Subject<'_>,
        place: Place<'_>,
        end: impl FnOnce() -> &'e Catalog,
    ) -> Judgement {
        let effect = self.effects.of(subject);
        let severity = |rule: &Rule| self.policy.severity(rule, subject.table_name(), place.path);
        let is_on = |rule: &Rule| severity(rule) != Severity::Off;
        // The code is asked only where something is found without it, for asking is dear.
        let may_matter = |_: &&Code<'_>| {
            let found = self.rules.about(subject, &effect, is_on, |_| false);
            found.iter().any(|found| found.rule.is_about_code())
        };
        let asked = self.code.filter(may_matter).and_then(|code| code.ask(subject, end));
        let code = asked.as_ref().map(Asked::facts).unwrap_or_default();
        let subject = &Subject { code, ..*subject };
        let evidence = |rule: &Rule| {
            let of_code = || asked.as_ref().and_then(|asked| asked.evidence(rule));
            discharge(rule, subject, &self.policy.sizes).or_else(of_code)
        };
        let matches = self.rules.about(subject, &effect, is_on, |rule| evidence(rule).is_some());
        let mut breaks = Breaks::default();
        matches
            .iter()
            .filter(|found| found.verdict.answer.is_yes())
            .for_each(|found| breaks.extend(&found.rule.breaks));
        let of_code = |rule: &Rule| asked.as_ref().filter(|_| rule.is_about_code());
        let findings = matches.iter().map(|found| Finding {
            uses: of_code(found.rule).map(Asked::uses).unwrap_or_default(),
            doubts: of_code(found.rule).map(Asked::doubts).unwrap_or_default(),
            discharged_by: evidence(found.rule).or_else(|| self.evidence?.get(&found.rule.id).cloned()),
            ..finding(found, severity(found.rule), subject, &effect, place)
        });
        let findings = without_idle_doubts(findings.collect());
        let unsized_table = self.unsized_table(&findings, subject);
        Judgement { effect, breaks, findings, unsized_table }
    }

    /// The table, if its size would discharge a finding and is not known.
    fn unsized_table(self, findings: &[Finding], subject: &Subject<'_>) -> Option<TableName> {
        let is_bound = |finding: &Finding| self.rules.get(&finding.rule).is_some_and(Rule::is_bound_to_size);
        let would_decide = findings.iter().any(|finding| finding.is_open() && is_bound(finding));
        let table = subject.table_name().filter(|_| would_decide)?;
        (self.policy.sizes.stake(table) == Stake::Unknown).then(|| table.clone())
    }

    /// What the rules make of a remark.
    pub(super) fn remark(self, remark: &Remark, target: &EngineVersion, place: Place<'_>) -> Vec<Finding> {
        let rules = self.rules.about_remark(remark).map(|rule| (rule, self.policy.severity(rule, None, place.path)));
        let finding = |(rule, severity): (&Rule, Severity)| {
            let words = rule.render_remark(remark, target);
            Finding {
                rule: rule.id.clone(),
                severity,
                confidence: Confidence::Certain,
                migration: place.migration.to_owned(),
                span: remark.span,
                change: None,
                breaks: rule.breaks.clone(),
                message: words.message,
                why: words.why,
                help: words.help,
                recipe: rule.recipe.clone(),
                object: remark.what.clone(),
                uses: Vec::new(),
                doubts: Vec::new(),
                clues: Vec::new(),
                discharged_by: None,
                suppressed: None,
                is_baselined: false,
            }
        };
        rules.filter(|(_, severity)| *severity != Severity::Off).map(finding).collect()
    }
}

/// A finding that hangs on an unknown is a step milder than its rule, because it may not be one at all.
pub(super) fn finding(
    found: &Match<'_>,
    severity: Severity,
    subject: &Subject<'_>,
    effect: &Effect,
    place: Place<'_>,
) -> Finding {
    let rule = found.rule;
    let confidence = confidence(found, subject);
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
        object: object(subject),
        uses: Vec::new(),
        doubts: Vec::new(),
        clues: clues(rule, subject),
        discharged_by: None,
        suppressed: None,
        is_baselined: false,
    }
}

/// Of what only may be, a change has one finding: the gravest, and of equals the first in the order of the rules. A doubt
/// about less than an error is none. What is discharged takes nobody's place.
fn without_idle_doubts(findings: Vec<Finding>) -> Vec<Finding> {
    let mut has_doubt = false;
    let mut is_kept = |finding: &Finding| match finding.confidence {
        Confidence::Possible if finding.severity <= Severity::Note => false,
        Confidence::Possible if !finding.is_open() => true,
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
