//! What the gate decided, for people and for programs.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::Answer;
use crate::gate::check::Check;
use crate::gate::decision::{Decision, GateExit};

/// The version of the JSON.
const VERSION: u32 = 1;

/// A decision, and all that it rests on.
#[derive(Debug)]
pub struct Decided<'a> {
    pub decision: &'a Decision,
    pub checks: &'a [Check],
    /// In UTC, as `2026-11-22T23:40:00Z`.
    pub at: &'a str,
    /// Names of releases.
    pub release: &'a str,
    pub revision: Option<&'a str>,
    pub current: Option<&'a str>,
    pub database: Option<DatabaseShown>,
    pub pending: &'a [String],
    /// What became of the wrapped command: its exit code where it had one, and words.
    pub command: Option<(Option<i32>, &'a str)>,
    /// What the lines below the decision say: what is half applied, what was marked.
    pub after: &'a [String],
    /// Which record in the ledger tells of it.
    pub record: Option<&'a str>,
}

/// The database that was asked, without who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "database")]
pub struct DatabaseShown {
    pub address: String,
    pub engine: String,
    pub version: String,
    pub reachable: bool,
}

/// What `phasewise gate --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "phasewise gate")]
pub(super) struct GateReport<'a> {
    schema: u32,
    tool: &'static str,
    at: &'a str,
    /// `go`, or `refuse`; `failed` and `unexpected` of a command that ran.
    decision: &'static str,
    exit: u8,
    /// Why, in a word: `hold-not-met`.
    obstacle: Option<&'a str>,
    reason: &'a str,
    release: &'a str,
    revision: Option<&'a str>,
    current: Option<&'a str>,
    database: Option<&'a DatabaseShown>,
    pending: &'a [String],
    checks: Vec<CheckReport<'a>>,
    overrides: Vec<OverrideReport<'a>>,
    /// What the wrapped command ended with.
    command_exit: Option<i32>,
    after: &'a [String],
    ledger_id: Option<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "check")]
pub(super) struct CheckReport<'a> {
    /// `G01` to `G12`.
    id: &'static str,
    /// `pass`, `fail` or `unknown`.
    result: &'static str,
    /// Whether it is told only.
    warning: bool,
    about: Option<&'a str>,
    detail: &'a str,
    evidence: &'a [String],
    fix: &'a [String],
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "override")]
pub(super) struct OverrideReport<'a> {
    id: &'static str,
    about: Option<&'a str>,
    reason: &'a str,
}

pub fn write_json(out: &mut dyn Write, decided: &Decided<'_>) -> io::Result<()> {
    let checks = decided.checks.iter().map(|one| CheckReport {
        id: one.question.code(),
        result: result(one),
        warning: one.is_warning,
        about: one.about.as_deref(),
        detail: &one.words,
        evidence: &one.evidence,
        fix: &one.fix,
    });
    let overrides = decided.checks.iter().filter_map(|one| {
        let reason = one.overridden.as_deref()?;
        Some(OverrideReport { id: one.question.code(), about: one.about.as_deref(), reason })
    });
    let report = GateReport {
        schema: VERSION,
        tool: concat!("phasewise ", env!("CARGO_PKG_VERSION")),
        at: decided.at,
        decision: match decided.decision.exit {
            GateExit::Go => "go",
            GateExit::CommandFailed => "failed",
            GateExit::Unexpected => "unexpected",
            _ => "refuse",
        },
        exit: decided.decision.exit.code(),
        obstacle: decided.decision.obstacle,
        reason: &decided.decision.words,
        release: decided.release,
        revision: decided.revision,
        current: decided.current,
        database: decided.database.as_ref(),
        pending: decided.pending,
        checks: checks.collect(),
        overrides: overrides.collect(),
        command_exit: decided.command.and_then(|(code, _)| code),
        after: decided.after,
        ledger_id: decided.record,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// For people: each answer with what shows it, the way out below those that refuse.
pub fn write_human(out: &mut dyn Write, decided: &Decided<'_>, is_verbose: bool) -> io::Result<()> {
    let live = decided.current.map_or("nothing is live yet".to_owned(), |current| format!("live: {current}"));
    writeln!(out, "gate: release {}; {live}", decided.release)?;
    if let Some(database) = &decided.database {
        writeln!(out, "      {} {} at {}", database.engine, database.version, database.address)?;
    }
    for check in decided.checks {
        write_check(out, check, is_verbose)?;
    }
    if let Some((_, words)) = decided.command {
        writeln!(out, "\ncommand: {words}")?;
    }
    decided.after.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

pub fn write_check(out: &mut dyn Write, check: &Check, is_verbose: bool) -> io::Result<()> {
    let mark = match (check.answer, check.overridden.is_some(), check.is_warning) {
        (Answer::Yes, ..) => "ok  ",
        (_, true, _) => "over",
        (_, _, true) => "warn",
        (Answer::No, ..) => "NO  ",
        (Answer::Unknown, ..) => "??  ",
    };
    let about = check.about.as_ref().map_or(String::new(), |about| format!("{about}: "));
    writeln!(out, "  {mark} {} {about}{}", check.question, check.words)?;
    if let Some(reason) = &check.overridden {
        writeln!(out, "           let through: {reason}")?;
    }
    let is_told = check.answer != Answer::Yes || is_verbose || check.evidence.len() <= FEW;
    for line in check.evidence.iter().filter(|_| is_told) {
        writeln!(out, "           {line}")?;
    }
    if !is_told {
        writeln!(out, "           {} lines of evidence: -v shows them", check.evidence.len())?;
    }
    for fix in check.fix.iter().filter(|_| check.answer != Answer::Yes) {
        writeln!(out, "           > {}", fix.replace('\n', "\n             "))?;
    }
    Ok(())
}

/// So many lines of evidence for what is well are shown without being asked for.
const FEW: usize = 5;

fn result(check: &Check) -> &'static str {
    match check.answer {
        Answer::Yes => "pass",
        Answer::No => "fail",
        Answer::Unknown => "unknown",
    }
}
