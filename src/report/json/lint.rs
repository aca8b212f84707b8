//! The document of `phasewise lint --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use super::parts::{BreaksReport, ChangeReport, EffectReport, EngineReport, Place};
use crate::finding::{Clue, Doubt, Finding, Suppression, Use};
use crate::lint::{Outcome, Unknown};
use crate::report::{Tally, words};
use crate::source::Tree;

/// What `phasewise lint --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "phasewise lint")]
pub(super) struct LintReport {
    version: u8,
    engine: EngineReport,
    /// The major of Laravel, where the project is one.
    laravel: Option<u8>,
    findings: Vec<FindingReport>,
    /// What was not understood, in the batch and in the history that it stands on.
    unknown: Vec<UnknownReport>,
    summary: Summary,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "finding")]
struct FindingReport {
    rule: String,
    #[schemars(extend("enum" = ["note", "warning", "error"]))]
    severity: &'static str,
    #[schemars(extend("enum" = ["possible", "likely", "certain"]))]
    confidence: &'static str,
    /// The migration's name, as its runner logs it.
    migration: String,
    file: String,
    start: Place,
    end: Place,
    /// Null for a finding that is about the migration as a whole.
    change: Option<ChangeReport>,
    effect: Option<EffectReport>,
    breaks: BreaksReport,
    /// What it was decided on, besides the migration.
    evidence: Vec<EvidenceReport>,
    message: String,
    why: String,
    help: String,
    /// What turns the change into safe deploys.
    recipe: Option<String>,
    /// What shows that it cannot do harm here.
    discharged_by: Option<String>,
    /// The comment by which a person said that it may stand.
    suppressed: Option<SuppressionReport>,
    /// Whether it is in the project's baseline, and so does not count.
    baselined: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "evidence")]
struct EvidenceReport {
    /// `usage`: a place in code that uses what is changed, or leaves out what will be asked for. `unproved`: one of which
    /// nobody can tell. `backfill`: rows were given values in the column.
    #[schemars(extend("enum" = ["usage", "unproved", "backfill"]))]
    kind: &'static str,
    /// Whose code: the release that runs now, or the one that comes with the migration; null for what is no code.
    #[schemars(extend("enum" = ["old-code", "new-code", null]))]
    code: Option<&'static str>,
    /// What that release is called.
    release: Option<String>,
    file: String,
    /// From 1.
    line: usize,
    /// Null where it is not proved.
    #[schemars(extend("enum" = ["certain", "likely", null]))]
    tier: Option<&'static str>,
    /// What happens there; null where that is not known.
    #[schemars(extend("enum" = ["sql-error", "silent", null]))]
    effect: Option<&'static str>,
    /// How it is known, or why it is not.
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "suppression")]
struct SuppressionReport {
    reason: String,
    file: String,
    start: Place,
    end: Place,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "unknown")]
struct UnknownReport {
    file: String,
    start: Place,
    end: Place,
    reason: String,
    /// Whether it stands in the history rather than in the batch.
    history: bool,
}

/// Errors and warnings that are suppressed, discharged or baselined are not counted as such.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "summary")]
struct Summary {
    files: usize,
    migrations: usize,
    changes: usize,
    errors: usize,
    warnings: usize,
    suppressed: usize,
    discharged: usize,
    baselined: usize,
    unknown: usize,
}

impl LintReport {
    pub(super) fn new(outcome: &Outcome, tree: &Tree) -> Self {
        let tally = Tally::of(outcome);
        Self {
            version: VERSION,
            engine: EngineReport::new(&outcome.target),
            laravel: outcome.laravel,
            findings: outcome.findings.iter().map(|finding| FindingReport::new(finding, outcome, tree)).collect(),
            unknown: outcome.unknown.iter().map(|unknown| UnknownReport::new(unknown, tree)).collect(),
            summary: Summary {
                files: tally.files,
                migrations: tally.migrations,
                changes: tally.changes,
                errors: tally.errors,
                warnings: tally.warnings,
                suppressed: tally.suppressed,
                discharged: tally.discharged,
                baselined: tally.baselined,
                unknown: tally.unknown,
            },
        }
    }
}

impl FindingReport {
    fn new(finding: &Finding, outcome: &Outcome, tree: &Tree) -> Self {
        let (file, start, end) = Place::of(finding.span, tree);
        let judged = outcome.change_of(finding);
        Self {
            rule: finding.rule.clone(),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            migration: finding.migration.clone(),
            file,
            start,
            end,
            change: judged.map(ChangeReport::new),
            effect: judged.map(|judged| EffectReport::new(&judged.effect)),
            breaks: BreaksReport::new(&finding.breaks),
            evidence: EvidenceReport::all_of(finding, tree),
            message: finding.message.clone(),
            why: finding.why.clone(),
            help: finding.help.clone(),
            recipe: finding.recipe.clone(),
            discharged_by: finding.discharged_by.as_ref().map(|by| words::evidence(by, tree)),
            suppressed: finding.suppressed.as_ref().map(|suppression| SuppressionReport::new(suppression, tree)),
            baselined: finding.is_baselined,
        }
    }
}

impl EvidenceReport {
    fn all_of(finding: &Finding, tree: &Tree) -> Vec<Self> {
        let uses = finding.uses.iter().map(Self::of_use);
        let doubts = finding.doubts.iter().map(Self::of_doubt);
        uses.chain(doubts).chain(finding.clues.iter().map(|clue| Self::of_clue(clue, tree))).collect()
    }

    fn of_use(used: &Use) -> Self {
        Self {
            kind: "usage",
            code: Some(if used.is_new_code { "new-code" } else { "old-code" }),
            release: Some(used.release.clone()),
            file: used.file.clone(),
            line: used.line as usize,
            tier: Some(used.tier),
            effect: Some(used.effect),
            why: used.why.clone(),
        }
    }

    fn of_doubt(doubt: &Doubt) -> Self {
        Self {
            kind: "unproved",
            code: Some("old-code"),
            release: Some(doubt.release.clone()),
            file: doubt.file.clone(),
            line: doubt.line as usize,
            tier: None,
            effect: None,
            why: doubt.reason.clone(),
        }
    }

    fn of_clue(clue: &Clue, tree: &Tree) -> Self {
        let file = tree.file(clue.place.file);
        let line = file.position(clue.place.start).line;
        Self {
            kind: clue.kind.name(),
            code: None,
            release: None,
            file: file.path.clone(),
            line,
            tier: Some("likely"),
            effect: None,
            why: clue.words.clone(),
        }
    }
}

impl SuppressionReport {
    fn new(suppression: &Suppression, tree: &Tree) -> Self {
        let (file, start, end) = Place::of(suppression.span, tree);
        Self { reason: suppression.reason.clone(), file, start, end }
    }
}

impl UnknownReport {
    fn new(unknown: &Unknown, tree: &Tree) -> Self {
        let (file, start, end) = Place::of(unknown.span, tree);
        Self { file, start, end, reason: unknown.reason.clone(), history: unknown.is_history }
    }
}
