//! SQL, per dialect, read into typed changes.
//!
//! Takes a text of SQL and where it came from; gives its statements, each with the changes it makes, and what was not
//! understood. Never fails: what cannot be read becomes an `Opaque` change.
//!
//! `lexeme`, `routine` and `split` find the statements; `tokens` and `cursor` are what the readers read from; `statement`
//! chooses the reader. Only `tokens` and `condition` know sqlparser's tree and parser.

mod alter_table;
mod block;
mod column;
mod condition;
mod constraint;
mod create_table;
mod cursor;
mod default;
pub mod dump;
mod index;
pub mod layout;
mod lexeme;
mod object;
mod options;
mod reading;
mod references;
mod routine;
mod rows;
mod select;
mod session;
mod split;
mod statement;
mod tokens;
mod types;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::change::{Change, OnlineClauses, Opaque, Problem, SchemaChange, Statement, Touches};
use crate::engine::Engine;
use crate::source::{Comment, SourceMap, Span};
use cursor::Cursor;
use reading::Reading;

/// What a text of SQL says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// What the splitter could not make sense of (an unterminated quote). Opaque statements are among `statements`.
    pub problems: Vec<Problem>,
    pub comments: Vec<Comment>,
}

/// Reads `text`, whose bytes `map` leads back to their source.
pub fn read(text: &str, map: &SourceMap, engine: Engine) -> Script {
    let split = split::split(text, engine);
    let problems = split.unclosed.into_iter().map(|unclosed| Problem {
        span: map.span(unclosed.range),
        reason: format!("nothing closes this {}", unclosed.what),
    });
    let problems = problems.collect();
    let comment = |range: Range<usize>| Comment {
        span: map.span(range.clone()),
        text: text.get(range).unwrap_or_default().to_owned(),
    };
    let comments = split.comments.into_iter().map(comment).collect();
    let read_one = |range| {
        let sql = text.get(Range::clone(&range)).unwrap_or_default().trim();
        read_statement(&split.code, range, map, engine, sql)
    };
    let runs = split.client_runs.into_iter().map(|range| {
        let sql = text.get(range.clone()).unwrap_or_default().trim();
        client_run(sql, map.span(range))
    });
    let runs: Vec<Statement> = runs.collect();
    let mut statements: Vec<Statement> = split.statements.into_iter().map(read_one).chain(runs).collect();
    statements.sort_by_key(|statement| statement.span.start);
    Script { statements, problems, comments }
}

/// What psql runs on its own: a file, a shell command, the rows of a query.
fn client_run(sql: &str, span: Span) -> Statement {
    let what = sql.split_whitespace().next().unwrap_or_default();
    let reason = format!("`{what}` of psql runs what is not read here");
    let opaque = Opaque { what: what.to_owned(), touches: Touches::Anything, reason };
    Statement {
        sql: String::new(),
        bindings: Vec::new(),
        span,
        changes: vec![Change { what: SchemaChange::Opaque(opaque), span }],
        guard: None,
        online: OnlineClauses::default(),
    }
}

fn read_statement(code: &str, range: Range<usize>, map: &SourceMap, engine: Engine, sql: &str) -> Statement {
    let tokens = tokens::tokenize(code, range.clone(), engine);
    let mut cursor = Cursor::new(code, &tokens.list, engine);
    let mut reading = Reading::default();
    match tokens.failure {
        Some(failure) => {
            let word = cursor.word().unwrap_or_else(|| "?".to_owned());
            reading.opaque(range.clone(), &word, Touches::Anything, failure);
        }
        None => statement::read(&mut cursor, &mut reading),
    }
    let changes = reading.found.into_iter();
    let changes = changes.map(|found| Change { what: found.what, span: map.span(found.range) });
    Statement {
        sql: sql.to_owned(),
        bindings: Vec::new(),
        span: map.span(range),
        changes: changes.collect(),
        guard: reading.guard,
        online: reading.online,
    }
}
