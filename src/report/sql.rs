//! The SQL that migrations send, as text that a client can run.

use std::io::{self, Write};

use crate::change::{Change, Problem, SchemaChange, Statement};
use crate::engine::Engine;
use crate::lint::Direction;
use crate::source::Tree;

/// The SQL of one direction of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSql {
    /// The migration's name, as its runner logs it.
    pub migration: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
    pub direction: Direction,
    pub engine: Engine,
    /// In the order in which they are sent; one without SQL is data work in PHP.
    pub statements: Vec<Statement>,
    /// What could not be evaluated.
    pub problems: Vec<Problem>,
}

impl SentSql {
    /// The statements whose SQL is known.
    pub(super) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| !statement.sql.is_empty())
    }

    /// Work on rows that stands in PHP, whose SQL is not known.
    pub(super) fn in_php(&self) -> impl Iterator<Item = &Change> {
        let without_sql = self.statements.iter().filter(|statement| statement.sql.is_empty());
        without_sql.flat_map(|statement| &statement.changes).filter(|change| is_in_php(change))
    }

    /// What is not known: what could not be evaluated, and statements of which not even the kind is known.
    pub(super) fn unknown(&self) -> impl Iterator<Item = Problem> {
        let without_sql = self.statements.iter().filter(|statement| statement.sql.is_empty());
        let opaque = without_sql.flat_map(|statement| &statement.changes).filter_map(|change| match &change.what {
            SchemaChange::Opaque(opaque) => Some(Problem { span: change.span, reason: opaque.reason.clone() }),
            _ => None,
        });
        self.problems.iter().cloned().chain(opaque)
    }
}

pub fn write(out: &mut dyn Write, migrations: &[SentSql], tree: &Tree) -> io::Result<()> {
    for (at, sent) in migrations.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let direction = if sent.direction == Direction::Down { " (down)" } else { "" };
        writeln!(out, "-- migration {}{direction}", sent.migration)?;
        for statement in &sent.statements {
            let is_told = !statement.sql.is_empty() || statement.changes.iter().any(is_in_php);
            if let Some(guard) = statement.guard.as_ref().filter(|_| is_told) {
                writeln!(out, "-- only if {}", one_line(guard))?;
            }
            match statement.sql.as_str() {
                "" => write_in_php(out, statement, tree)?,
                _ => write_statement(out, statement)?,
            }
        }
        for problem in sent.unknown() {
            let place = tree.file(problem.span.file).position(problem.span.start);
            writeln!(out, "-- not understood at line {}: {}", place.line, one_line(&problem.reason))?;
        }
    }
    Ok(())
}

fn write_statement(out: &mut dyn Write, statement: &Statement) -> io::Result<()> {
    if !statement.bindings.is_empty() {
        writeln!(out, "-- with {}", one_line(&statement.bindings.join(", ")))?;
    }
    // A line comment at the end would swallow a semicolon beside it.
    let separator = if statement.sql.lines().last().is_some_and(|line| line.contains("--")) { "\n" } else { "" };
    writeln!(out, "{}{separator};", statement.sql)
}

/// What is opaque is told as not understood.
fn is_in_php(change: &Change) -> bool {
    !matches!(change.what, SchemaChange::Opaque(_))
}

fn write_in_php(out: &mut dyn Write, statement: &Statement, tree: &Tree) -> io::Result<()> {
    for change in statement.changes.iter().filter(|change| is_in_php(change)) {
        let place = tree.file(change.span.file).position(change.span.start);
        writeln!(out, "-- in PHP at line {}: {}", place.line, one_line(&change.what.description()))?;
    }
    Ok(())
}

/// Text that cannot leave the line comment it is put in.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
