//! The document of `phasewise usage --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use crate::report::usage::{ReadCode, Used, effect, tier};
use crate::usage::{Part, Place, PlaceKind, Unproved, Verdict};

/// Where code uses a table or a column.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "usage")]
pub(super) struct UsageReport {
    version: u8,
    target: TargetReport,
    /// The revision whose code was read, as it was named; null for what lies in a directory.
    #[serde(rename = "ref")]
    reference: Option<String>,
    /// The commit of that revision.
    commit: Option<String>,
    /// The directory, or the file of facts, that `--current` named; null for the project's own.
    current: Option<String>,
    /// What the certain and likely places of running code come to.
    #[schemars(extend("enum" = ["sql-error", "silent", "none", "cannot-prove"]))]
    verdict: &'static str,
    places: Vec<PlaceReport>,
    /// What may use it, and nobody can tell.
    unproved: Vec<UnprovedReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "target")]
struct TargetReport {
    table: String,
    column: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "place")]
struct PlaceReport {
    file: String,
    /// From 1.
    line: u32,
    #[schemars(extend("enum" = ["production", "console", "seeder", "factory", "test"]))]
    part: &'static str,
    kind: &'static str,
    #[schemars(extend("enum" = ["certain", "likely", "likely-mass", "possible"]))]
    tier: &'static str,
    #[schemars(extend("enum" = ["sql-error", "silent", "inert"]))]
    effect: &'static str,
    /// The line of code.
    code: String,
    /// How it is known.
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "unproved")]
struct UnprovedReport {
    file: String,
    /// From 1.
    line: u32,
    reason: String,
}

impl UsageReport {
    pub(super) fn new(used: &Used<'_>) -> Self {
        let target = TargetReport { table: used.query.table.clone(), column: used.query.column.clone() };
        let verdict = match used.answer.verdict {
            Verdict::SqlError => "sql-error",
            Verdict::Silent => "silent",
            Verdict::None => "none",
            Verdict::CannotProve => "cannot-prove",
        };
        let (reference, commit, current) = match used.code {
            ReadCode::Here => (None, None, None),
            ReadCode::Revision { name, commit } => (Some(name.to_owned()), Some(commit.to_owned()), None),
            ReadCode::Elsewhere(path) => (None, None, Some(path.to_owned())),
        };
        Self {
            version: VERSION,
            target,
            reference,
            commit,
            current,
            verdict,
            places: used.answer.places.iter().map(|place| PlaceReport::new(place, used)).collect(),
            unproved: used.answer.unproved.iter().map(UnprovedReport::new).collect(),
        }
    }
}

impl PlaceReport {
    fn new(place: &Place, used: &Used<'_>) -> Self {
        Self {
            file: place.file.clone(),
            line: place.line,
            part: part(place.part),
            kind: kind(place.kind),
            tier: tier(place.tier),
            effect: effect(place.effect),
            code: used.code(&place.file, place.line),
            why: place.why.clone(),
        }
    }
}

impl UnprovedReport {
    fn new(unproved: &Unproved) -> Self {
        Self { file: unproved.file.clone(), line: unproved.line, reason: unproved.reason.clone() }
    }
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Production => "production",
        Part::Console => "console",
        Part::Seeder => "seeder",
        Part::Factory => "factory",
        Part::Test => "test",
    }
}

fn kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Read => "read",
        PlaceKind::Write => "write",
        PlaceKind::Query => "query",
        PlaceKind::Value => "value",
        PlaceKind::Insert => "insert",
        PlaceKind::Relation => "relation",
        PlaceKind::Sql => "sql",
        PlaceKind::Rule => "rule",
        PlaceKind::Metadata => "metadata",
        PlaceKind::Convention => "convention",
        PlaceKind::Template => "template",
        PlaceKind::Model => "model",
        PlaceKind::Hint => "hint",
        PlaceKind::Table => "table",
        PlaceKind::Text => "text",
    }
}
