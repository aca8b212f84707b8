//! What several documents have in common.

use schemars::JsonSchema;
use serde::Serialize;

use crate::effect::{Effect, OtherTable};
use crate::engine::EngineVersion;
use crate::finding::{Breaks, Query};
use crate::lint::JudgedChange;
use crate::report::words;
use crate::source::{Position, Span, Tree};

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "engine")]
pub(super) struct EngineReport {
    #[schemars(extend("enum" = ["mysql", "mariadb", "postgresql", "sqlite", "sqlserver"]))]
    name: &'static str,
    version: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "place")]
pub(super) struct Place {
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
    /// From 0, in bytes.
    offset: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "change")]
pub(super) struct ChangeReport {
    kind: &'static str,
    table: Option<String>,
    column: Option<String>,
    /// The statement that it is part of.
    sql: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "effect")]
pub(super) struct EffectReport {
    /// In the engine's own words.
    lock: String,
    /// What other sessions cannot do meanwhile.
    blocks: Vec<Blocked>,
    #[schemars(extend("enum" = ["moment", "scan", "index-build", "rebuild"]))]
    lasts: &'static str,
    #[schemars(extend("enum" = ["instant", "nocopy", "inplace", "copy", null]))]
    algorithm: Option<&'static str>,
    /// Whether every row is written anew.
    rewrite: bool,
    /// Whether every row is read.
    scan: bool,
    /// Whether it may run inside a transaction.
    in_transaction: bool,
    /// The engine's error, if it will not do it.
    refused: Option<String>,
    /// What it locks besides the table it names.
    others: Vec<OtherReport>,
    #[schemars(extend("enum" = ["known", "assumed", "unknown"]))]
    certainty: &'static str,
    /// What would decide it, where it is not known.
    hangs_on: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "other-table")]
struct OtherReport {
    table: String,
    lock: String,
    blocks: Vec<Blocked>,
}

/// `read` or `write`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "blocked", extend("enum" = ["read", "write"]))]
struct Blocked(&'static str);

/// Which statements of which release fail or go wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "breaks")]
pub(super) struct BreaksReport {
    old_code: Vec<QueryReport>,
    new_code: Vec<QueryReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "query", extend("enum" = ["select", "insert", "update", "delete"]))]
struct QueryReport(&'static str);

impl EngineReport {
    pub(super) fn new(target: &EngineVersion) -> Self {
        Self { name: target.engine.name(), version: target.version.to_string() }
    }
}

impl Place {
    /// The two ends of a span, and its file's path.
    pub(super) fn of(span: Span, tree: &Tree) -> (String, Self, Self) {
        let file = tree.file(span.file);
        (file.path.clone(), Self::new(file.position(span.start)), Self::new(file.position(span.end)))
    }

    fn new(position: Position) -> Self {
        Self { line: position.line, column: position.column, offset: position.offset }
    }
}

impl ChangeReport {
    pub(super) fn new(judged: &JudgedChange) -> Self {
        let what = &judged.change.what;
        Self {
            kind: what.kind(),
            table: what.table().map(ToString::to_string),
            column: what.column().map(str::to_owned),
            sql: judged.statement.sql.clone(),
        }
    }
}

impl EffectReport {
    pub(super) fn new(effect: &Effect) -> Self {
        Self {
            lock: effect.lock.clone(),
            blocks: words::blocked(effect.blocks).map(Blocked).collect(),
            lasts: words::lasts(effect.lasts),
            algorithm: effect.algorithm.map(words::algorithm),
            rewrite: effect.rewrites,
            scan: effect.scans,
            in_transaction: effect.in_transaction,
            refused: effect.refused.clone(),
            others: effect.others.iter().map(OtherReport::new).collect(),
            certainty: words::certainty(effect.certainty),
            hangs_on: effect.hangs_on.clone(),
        }
    }
}

impl OtherReport {
    fn new(other: &OtherTable) -> Self {
        Self {
            table: other.table.to_string(),
            lock: other.lock.clone(),
            blocks: words::blocked(other.blocks).map(Blocked).collect(),
        }
    }
}

impl BreaksReport {
    pub(super) fn new(breaks: &Breaks) -> Self {
        let names = |queries: &std::collections::BTreeSet<Query>| {
            queries.iter().map(|query| QueryReport(query.name())).collect()
        };
        Self { old_code: names(&breaks.old_code), new_code: names(&breaks.new_code) }
    }
}
