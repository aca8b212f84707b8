//! The document of `phasewise sql --format json`: a list, one entry per migration.

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, Problem, Statement};
use crate::lint::Direction;
use crate::report::sql::SentSql;
use crate::source::Tree;

/// The SQL that a migration sends.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "migration")]
pub(super) struct SqlReport {
    /// The migration's name, as its runner logs it.
    migration: String,
    file: String,
    #[schemars(extend("enum" = ["up", "down"]))]
    direction: &'static str,
    #[schemars(extend("enum" = ["mysql", "mariadb", "postgresql", "sqlite", "sqlserver"]))]
    engine: &'static str,
    statements: Vec<StatementReport>,
    /// Work on rows that stands in PHP, whose SQL is not known.
    in_php: Vec<InPhpLine>,
    unknown: Vec<UnknownLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "statement")]
struct StatementReport {
    /// Byte for byte as it is sent, `?` for its bindings, without a trailing semicolon.
    sql: String,
    /// The values for its `?`, as SQL literals.
    bindings: Vec<String>,
    /// The line that asks for it, from 1.
    line: usize,
    /// The condition in the PHP under which it is sent, where that could not be decided.
    guard: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "in-php")]
struct InPhpLine {
    /// From 1.
    line: usize,
    /// The change in words.
    change: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "unknown")]
struct UnknownLine {
    /// From 1.
    line: usize,
    reason: String,
}

impl SqlReport {
    pub(super) fn new(sent: &SentSql, tree: &Tree) -> Self {
        Self {
            migration: sent.migration.clone(),
            file: sent.path.clone(),
            direction: direction(sent.direction),
            engine: sent.engine.name(),
            statements: sent.statements().map(|statement| StatementReport::new(statement, tree)).collect(),
            in_php: sent.in_php().map(|change| InPhpLine::new(change, tree)).collect(),
            unknown: sent.unknown().map(|problem| UnknownLine::new(&problem, tree)).collect(),
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
    }
}

impl StatementReport {
    fn new(statement: &Statement, tree: &Tree) -> Self {
        Self {
            sql: statement.sql.clone(),
            bindings: statement.bindings.clone(),
            line: tree.file(statement.span.file).position(statement.span.start).line,
            guard: statement.guard.clone(),
        }
    }
}

impl InPhpLine {
    fn new(change: &Change, tree: &Tree) -> Self {
        let line = tree.file(change.span.file).position(change.span.start).line;
        Self { line, change: change.what.description() }
    }
}

impl UnknownLine {
    fn new(problem: &Problem, tree: &Tree) -> Self {
        let line = tree.file(problem.span.file).position(problem.span.start).line;
        Self { line, reason: problem.reason.clone() }
    }
}
