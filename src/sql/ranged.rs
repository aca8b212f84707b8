//! UPDATE and DELETE of all rows, cut down to a range of them.

use super::cursor::Cursor;
use super::modes::Quoting;
use super::tokens::{TokenKind, tokenize};
use crate::engine::Engine;

/// What makes rows of the statement more than those of one table under one condition.
const MORE: &[&str] = &["JOIN", "LIMIT", "ORDER BY", "RETURNING", "USING", "WITH", "SELECT", "OUTPUT", "TOP", "IGNORE"];

/// The UPDATE or DELETE `sql`, for those of its rows that `range` picks as well; `bindings` stand in for its `?`. `None`
/// where it does more than change rows of one table under one condition.
pub fn ranged(sql: &str, bindings: &[String], range: &str, engine: Engine) -> Option<String> {
    let quoting = Quoting::of(engine);
    let tokens = tokenize(sql, 0..sql.len(), quoting);
    let mut cursor = Cursor::new(sql, &tokens.list, quoting);
    let is_update = cursor.is("UPDATE");
    if tokens.failure.is_some() || !(is_update || cursor.is("DELETE FROM")) {
        return None;
    }
    let mut text = String::new();
    let mut bindings = bindings.iter();
    let (mut condition, mut depth) = (None, 0_usize);
    while let Some(token) = cursor.peek() {
        if cursor.is_symbol(";") {
            break;
        }
        // What stands in a subquery picks no rows of the table itself.
        match token.kind {
            TokenKind::Opening => depth += 1,
            TokenKind::Closing => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (cursor.is_any(MORE) || is_update && cursor.is("FROM")) {
            return None;
        }
        if depth == 0 && cursor.is("WHERE") && condition.is_none() {
            condition = Some(text.len());
            cursor.advance();
            continue;
        }
        let start = cursor.range().start;
        match token.kind {
            TokenKind::Placeholder => text.push_str(bindings.next()?),
            _ => text.push_str(cursor.text_of(token)),
        }
        cursor.advance();
        let end = start + cursor.text_of(token).len();
        if cursor.range().start > end {
            text.push(' ');
        }
    }
    Some(match condition {
        Some(at) => {
            let (head, condition) = (text.get(..at)?, text.get(at..)?);
            format!("{} where ({}) and {range}", head.trim_end(), condition.trim())
        }
        None => format!("{} where {range}", text.trim_end()),
    })
}
