//! PostgreSQL's DO blocks: the static statements in them are read as if they stood outside.
//!
//! Control words are passed over; the condition of an IF becomes the statement's guard. SQL that the block builds for
//! itself is opaque.

use std::ops::Range;

use super::cursor::Cursor;
use super::modes::Quoting;
use super::reading::Reading;
use super::split::{PieceKind, Splitter, State};
use super::text::evaluate;
use super::tokens::tokenize;
use super::{blanked, dynamic, rows, select, statement};
use crate::change::{SchemaChange, Touches};

/// Reads DO and its block.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let before = reading.found.len();
    match body(cursor) {
        Some((code, body)) => read_body(code, body, cursor.quoting, reading),
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
            body = Some(token.range().start + quote..token.range().end.checked_sub(quote)?);
        }
    }
    body.map(|body| (cursor.code(), body))
}

fn read_body(code: &str, body: Range<usize>, quoting: Quoting, reading: &mut Reading) {
    let text = code.get(body.clone()).unwrap_or_default();
    let mut splitter = Splitter::new(text, true, State::new(quoting));
    let mut is_declaring = false;
    let mut open = Vec::new();
    while let Some(piece) = splitter.next() {
        if piece.kind != PieceKind::Statement {
            continue;
        }
        // Blanked from the block's beginning on, so that places hold.
        let from = piece.range.start;
        let blanks = splitter.blanks().map(|blank| blank.start - from..blank.end - from);
        let part = blanked(text.get(piece.range).unwrap_or_default(), blanks);
        let tokens = tokenize(&part, 0..part.len(), quoting);
        let mut cursor = Cursor::new(&part, &tokens.list, quoting);
        is_declaring = (is_declaring || cursor.is("DECLARE")) && !cursor.is("BEGIN");
        if is_declaring {
            continue;
        }
        let before = reading.found.len();
        match tokens.failure {
            Some(failure) => reading.opaque(0..part.len(), "DO", Touches::Anything, failure),
            None => read_part(&mut cursor, &mut open, reading),
        }
        for found in reading.found.get_mut(before..).unwrap_or_default() {
            let start = body.start + from;
            found.range = found.range.start + start..found.range.end + start;
        }
    }
}

/// Words that begin what changes no table.
const CONTROL: &[&str] =
    &["END", "NULL", "RAISE", "RETURN", "EXIT", "CONTINUE", "GET", "OPEN", "FETCH", "CLOSE", "ASSERT", "MOVE"];

/// What is open around a part of the block, each with the condition under which what stands in it runs.
type Open = Option<String>;

/// Reads one part of the block, up to its semicolon: control words, then a statement.
fn read_part(cursor: &mut Cursor<'_>, open: &mut Vec<Open>, reading: &mut Reading) {
    pass_control(cursor, open, reading);
    if cursor.is("END") {
        open.pop();
    }
    if cursor.is_end() || cursor.is_any(CONTROL) || is_assignment(cursor.clone()) {
        return;
    }
    let range = cursor.range();
    let before = reading.found.len();
    if cursor.eat("EXECUTE") {
        let text = cursor.part_until_any(&["INTO", "USING"]);
        let texts = evaluate(text, &reading.texts);
        dynamic::run(&texts, range, cursor.quoting, reading);
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
    let changes = reading.found.iter().skip(before).any(|found| !is_idle(&found.what));
    if changes && reading.guard.is_none() {
        reading.guard = open.iter().flatten().next_back().cloned();
    }
}

fn is_idle(change: &SchemaChange) -> bool {
    matches!(change, SchemaChange::Opaque(opaque) if opaque.touches == Touches::Nothing)
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
    if header.eat("EXECUTE") {
        let text = header.part_until_any(&["USING", "LOOP"]);
        let texts = evaluate(text, &reading.texts);
        dynamic::run(&texts, range, header.quoting, reading);
    } else if header.is_any(&["INSERT", "UPDATE", "DELETE", "MERGE", "WITH"])
        && let Err(error) = rows::read(header, reading)
    {
        reading.opaque(range, "FOR", Touches::Anything, error.reason());
    }
}

/// Passes over the words that steer the block, and keeps what they open.
fn pass_control(cursor: &mut Cursor<'_>, open: &mut Vec<Open>, reading: &mut Reading) {
    loop {
        if cursor.eat_symbol("<<") {
            cursor.advance();
            cursor.eat_symbol(">>");
        } else if cursor.eat_any(&["BEGIN", "LOOP"]).is_some() {
            open.push(None);
        } else if cursor.eat("EXCEPTION") {
            // Its WHENs say when what stands behind them runs.
        } else if cursor.eat("ELSE") {
            replace(open, |before| before.map(|tested| format!("NOT ({tested})")));
        } else if cursor.eat("IF") {
            open.push(Some(tested(cursor)));
        } else if cursor.eat("CASE") {
            // What is tested before the first WHEN is no condition by itself.
            cursor.part_until_any(&["WHEN", "THEN"]);
            open.push(None);
        } else if cursor.eat_any(&["ELSIF", "ELSEIF", "WHEN"]).is_some() {
            let tested = tested(cursor);
            replace(open, |_| Some(tested));
        } else if let Some(word) = cursor.eat_any(&["FOR", "FOREACH", "WHILE"]) {
            let mut header = cursor.part_until_any(&["LOOP"]);
            let rounds = format!("{word} {}", header.text());
            read_looped(&mut header, reading);
            cursor.eat("LOOP");
            open.push(Some(rounds));
        } else {
            return;
        }
    }
}

fn tested(cursor: &mut Cursor<'_>) -> String {
    let tested = cursor.part_until_any(&["THEN"]).text();
    cursor.eat("THEN");
    tested
}

/// What stands in the innermost construct runs under another condition from here on.
fn replace(open: &mut Vec<Open>, with: impl FnOnce(Open) -> Open) {
    let before = open.pop().flatten();
    open.push(with(before));
}
