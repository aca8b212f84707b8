//! PostgreSQL's DO blocks: the static statements in them are read as if they stood outside.
//!
//! Control words are passed over; the condition of an IF becomes the statement's guard. SQL that the block builds for
//! itself is opaque.

use std::ops::Range;

use super::cursor::Cursor;
use super::reading::Reading;
use super::split::split;
use super::tokens::tokenize;
use super::{rows, select, statement};
use crate::change::Touches;
use crate::engine::Engine;

/// Reads DO and its block.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let before = reading.found.len();
    match body(cursor) {
        Some((code, body)) => read_body(code, body, reading),
        None => reading.opaque(range.clone(), "DO", Touches::Anything, "its block is not PL/pgSQL that can be read"),
    }
    if reading.found.len() == before {
        reading.opaque(range, "DO", Touches::Nothing, "no statement in its block changes a table");
    }
    cursor.skip_all();
}

/// The whole text, and the bytes of the block in it; `None` for other languages and for quotes that hide the places.
fn body<'a>(cursor: &Cursor<'a>) -> Option<(&'a str, Range<usize>)> {
    let mut parts = cursor.clone();
    parts.eat("DO");
    let mut body = None;
    while !parts.is_end() {
        if parts.eat("LANGUAGE") {
            let language = parts.name_or_string().ok()?;
            if !language.eq_ignore_ascii_case("plpgsql") {
                return None;
            }
        } else {
            let token = parts.advance()?;
            let text = cursor.text_of(token);
            let quote = if text.starts_with('\'') { 1 } else { text.strip_prefix('$')?.find('$')? + 2 };
            if quote == 1 && text.contains("''") {
                return None;
            }
            body = Some(token.range.start + quote..token.range.end.checked_sub(quote)?);
        }
    }
    body.map(|body| (cursor.code(), body))
}

fn read_body(code: &str, body: Range<usize>, reading: &mut Reading) {
    let split = split(code.get(body.clone()).unwrap_or_default(), Engine::Postgresql);
    let mut is_declaring = false;
    for part in split.statements {
        let tokens = tokenize(&split.code, part, Engine::Postgresql);
        let mut cursor = Cursor::new(&split.code, &tokens.list, Engine::Postgresql);
        is_declaring = (is_declaring || cursor.is("DECLARE")) && !cursor.is("BEGIN");
        if is_declaring {
            continue;
        }
        let before = reading.found.len();
        read_part(&mut cursor, reading);
        for found in reading.found.get_mut(before..).unwrap_or_default() {
            found.range = found.range.start + body.start..found.range.end + body.start;
        }
    }
}

/// Words that begin what changes no table.
const CONTROL: &[&str] =
    &["END", "NULL", "RAISE", "RETURN", "EXIT", "CONTINUE", "GET", "OPEN", "FETCH", "CLOSE", "ASSERT", "MOVE"];

/// Reads one part of the block, up to its semicolon: control words, then a statement.
fn read_part(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let condition = pass_control(cursor, reading);
    if cursor.is_end() || cursor.is_any(CONTROL) || is_assignment(cursor.clone()) {
        return;
    }
    let range = cursor.range();
    let before = reading.found.len();
    if cursor.is("EXECUTE") {
        reading.opaque(range, "EXECUTE", Touches::Anything, "it runs SQL that the block builds");
    } else if cursor.eat("PERFORM") || cursor.is("SELECT") {
        select::read_discarded(cursor, reading);
    } else if cursor.is("WITH") {
        if let Err(error) = rows::read(cursor, reading) {
            reading.opaque(range, "WITH", Touches::Anything, error.reason());
        }
    } else if cursor.is("DO") {
        reading.opaque(range, "DO", Touches::Anything, "blocks in blocks are not read");
    } else {
        statement::read(cursor, reading);
    }
    if reading.found.len() > before && reading.guard.is_none() {
        reading.guard = condition;
    }
}

/// `a := 1`, `a.b = 1`, `a[1] := 1`.
fn is_assignment(mut cursor: Cursor<'_>) -> bool {
    let has_target = cursor.table_name().is_ok();
    while cursor.eat_symbol("[") {
        cursor.part_until(|cursor| cursor.is_symbol("]"));
        cursor.advance();
    }
    has_target && (cursor.is_symbol(":=") || cursor.is_symbol("="))
}

/// `FOR row IN …`: the rows of a query, of a statement that returns those it changes, or of SQL that is built.
fn read_looped(header: &mut Cursor<'_>, reading: &mut Reading) {
    header.part_until_any(&["IN", "SLICE"]);
    if !header.eat("IN") {
        return;
    }
    let range = header.range();
    if header.is("EXECUTE") {
        reading.opaque(range, "EXECUTE", Touches::Anything, "it runs SQL that the block builds");
    } else if header.is_any(&["INSERT", "UPDATE", "DELETE", "MERGE", "WITH"])
        && let Err(error) = rows::read(header, reading)
    {
        reading.opaque(range, "FOR", Touches::Anything, error.reason());
    }
}

/// Passes over the words that steer the block; gives the last condition among them.
fn pass_control(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Option<String> {
    let mut condition = None;
    loop {
        if cursor.eat_any(&["BEGIN", "ELSE", "LOOP", "EXCEPTION"]).is_some() {
            continue;
        }
        if cursor.eat_symbol("<<") {
            cursor.advance();
            cursor.eat_symbol(">>");
        } else if let Some(word) = cursor.eat_any(&["IF", "ELSIF", "ELSEIF", "WHEN", "CASE"]) {
            let tested = cursor.part_until_any(&["THEN"]);
            if word != "CASE" {
                condition = Some(tested.text());
            }
            cursor.eat("THEN");
        } else if cursor.eat_any(&["FOR", "FOREACH", "WHILE"]).is_some() {
            read_looped(&mut cursor.part_until_any(&["LOOP"]), reading);
        } else {
            return condition;
        }
    }
}
