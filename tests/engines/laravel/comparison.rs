//! Where phasewise and real Laravel differ on one migration.

use std::fmt::Write;

use serde_json::Value;

use super::process::{Sent, SentStatement};
use crate::binary::{Migration, Statement};

/// Laravel 8 writes quotes in defaults, enum members and some names as they are. The SQL is broken, and phasewise may say so.
const UNESCAPED: [&str; 2] = ["it's", "quo\"ted"];

/// How the statements of Laravel's query builder begin. phasewise knows what they do, not always their SQL.
const QUERIES: [&str; 5] = ["select ", "insert into ", "update ", "delete from ", "truncate "];

/// What phasewise says of a call that Laravel ignores: a remark, which changes no SQL.
const REMARK: &str = "never reads it";

/// What differs, for people, or `None` where both agree.
///
/// Where Laravel throws, phasewise must report something that it could not follow, after the statements that Laravel
/// had sent by then.
pub(super) fn difference(sent: &Sent, given: &Migration) -> Option<String> {
    let is_followed = given.unknown.iter().all(|unknown| unknown.reason.ends_with(REMARK));
    let rest = after(&given.statements, &sent.statements);
    let agrees = match sent.error {
        None => {
            let is_broken =
                sent.statements.iter().any(|statement| UNESCAPED.iter().any(|raw| statement.sql.contains(raw)));
            let is_decided = given.statements.iter().all(|statement| statement.guard.is_none());
            rest.is_some_and(<[_]>::is_empty) && is_decided && (is_broken || is_followed)
        }
        Some(_) => rest.is_some() && !is_followed,
    };
    (!agrees).then(|| describe(sent, given))
}

/// What follows in `given` after all that was sent; `None` where something that was sent is not there.
fn after<'a>(mut given: &'a [Statement], sent: &[SentStatement]) -> Option<&'a [Statement]> {
    for sent in sent {
        let taken = matching(given, sent);
        if taken == 0 && !is_query(&sent.sql) {
            return None;
        }
        given = &given[taken..];
    }
    Some(given)
}

/// How many of the first statements given are the one sent: more than one where a script was sent as one.
fn matching(given: &[Statement], sent: &SentStatement) -> usize {
    match given.first() {
        Some(first) if first.sql == without_end(&sent.sql) && first.bindings == literals(&sent.bindings) => 1,
        Some(_) if sent.bindings.is_empty() => {
            let script = text(&sent.sql);
            let mut read = String::new();
            let is_all = |statement: &Statement| {
                read.push_str(&text(&statement.sql));
                read == script
            };
            given.iter().position(is_all).filter(|last| *last > 0).map_or(0, |last| last + 1)
        }
        _ => 0,
    }
}

fn without_end(sql: &str) -> &str {
    sql.trim().trim_end_matches(';')
}

/// The text between semicolons and spaces.
fn text(sql: &str) -> String {
    sql.split(|letter: char| letter == ';' || letter.is_whitespace()).collect()
}

fn is_query(sql: &str) -> bool {
    QUERIES.iter().any(|query| sql.starts_with(query))
}

/// Bindings as SQL literals.
fn literals(bindings: &[Value]) -> Vec<String> {
    let literal = |binding: &Value| match binding {
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Null => "NULL".to_owned(),
        other => other.to_string(),
    };
    bindings.iter().map(literal).collect()
}

fn describe(sent: &Sent, given: &Migration) -> String {
    let mut text = "Laravel sends:\n".to_owned();
    for statement in &sent.statements {
        describe_statement(&mut text, &statement.sql, &literals(&statement.bindings), None);
    }
    if let Some(error) = &sent.error {
        let _ = writeln!(text, "    and throws {error}");
    }
    text.push_str("phasewise gives:\n");
    for Statement { sql, bindings, guard } in &given.statements {
        describe_statement(&mut text, sql, bindings, guard.as_deref());
    }
    for unknown in &given.unknown {
        let _ = writeln!(text, "    unknown, line {}: {}", unknown.line, unknown.reason);
    }
    text
}

fn describe_statement(text: &mut String, sql: &str, bindings: &[String], guard: Option<&str>) {
    let _ = write!(text, "    {sql}");
    if !bindings.is_empty() {
        let _ = write!(text, "  with {}", bindings.join(", "));
    }
    if let Some(guard) = guard {
        let _ = write!(text, "  if {guard}");
    }
    text.push('\n');
}
