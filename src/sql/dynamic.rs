//! SQL in strings: PREPARE and EXECUTE, EXEC('…'), `sp_executesql`.
//!
//! A text that is known is read as SQL in its place. Of one that is known in part the table may still be told. Anything else
//! is said not to be known by those who run it.

use std::ops::Range;

use super::cursor::{Cursor, Read};
use super::modes::Quoting;
use super::reading::{Found, Reading};
use super::split::{PieceKind, Splitter, State};
use super::text::{HOLE, Text, Texts, evaluate};
use super::tokens::{Token, tokenize};
use super::{batch, default_constraint, statement};
use crate::change::{DropDefault, Opaque, SchemaChange, TableName, Touches};
use crate::engine::Engine;

/// What SQL is called that is put together and run, and of which a part is not known.
pub const BUILT: &str = "EXECUTE";

/// How deep texts in texts are read.
const MAX_DEPTH: usize = 6;

/// Reads MySQL's `PREPARE name FROM text` and PostgreSQL's `PREPARE name AS statement`; false for others.
pub(super) fn prepare(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let range = cursor.range();
    let mut ahead = cursor.clone();
    let Some(name) = Some(ahead.eat("PREPARE")).filter(|is_it| *is_it).and_then(|_| ahead.name().ok()) else {
        return false;
    };
    ahead.skip_parens();
    let texts = if ahead.eat("FROM") {
        evaluate(ahead.clone(), &reading.texts)
    } else if ahead.eat("AS") {
        vec![Text { place: Some(ahead.range().start), ..Text::known(ahead.text()) }]
    } else {
        return false;
    };
    reading.texts.prepared.insert(name.to_ascii_lowercase(), texts);
    reading.opaque(range, "PREPARE", Touches::Nothing, "it runs nothing yet");
    cursor.skip_all();
    true
}

/// Reads EXECUTE and EXEC of a text, if that is what stands here.
pub(super) fn execute(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let range = cursor.range();
    let mut ahead = cursor.clone();
    let is_sqlserver = cursor.engine == Engine::Sqlserver;
    let has_verb = ahead.eat_any(&["EXECUTE IMMEDIATE", "EXECUTE", "EXEC"]);
    let texts = match has_verb {
        Some("EXECUTE IMMEDIATE") => evaluate(ahead.part_until_any(&["USING"]), &reading.texts),
        Some(_) if is_sqlserver && ahead.is_symbol("(") => match ahead.parens() {
            Ok(inside) if drop_defaults(&inside, &range, reading) => {
                cursor.skip_all();
                return true;
            }
            Ok(inside) => evaluate(inside, &reading.texts),
            Err(_) => return false,
        },
        _ if is_sqlserver => match procedure_text(&mut ahead) {
            Ok(Some(text)) => evaluate(text, &reading.texts),
            _ => return false,
        },
        Some(_) => {
            let prepared = ahead.name().ok().and_then(|name| reading.texts.prepared.get(&name.to_ascii_lowercase()));
            match prepared {
                Some(texts) => texts.clone(),
                None => return false,
            }
        }
        None => return false,
    };
    run(&texts, range, cursor.quoting, reading);
    cursor.skip_all();
    true
}

/// Runs a variable that keeps nothing but the drops of defaults, if that is what the expression is.
fn drop_defaults(expression: &Cursor<'_>, range: &Range<usize>, reading: &mut Reading) -> bool {
    let variable = expression.word().filter(|_| expression.tokens().len() == 1);
    let Some(defaults) = variable.and_then(|variable| reading.texts.dropped_defaults(&variable)) else { return false };
    let found = |drop: &DropDefault| Found { what: SchemaChange::DropDefault(drop.clone()), range: range.clone() };
    reading.found.extend(defaults.iter().map(found).collect::<Vec<_>>());
    true
}

/// The first argument of `sp_executesql`.
fn procedure_text<'a>(ahead: &mut Cursor<'a>) -> Read<Option<Cursor<'a>>> {
    if ahead.word().is_some_and(|word| word.starts_with('@')) {
        ahead.advance();
        ahead.eat_symbol("=");
    }
    if !ahead.table_name()?.name.eq_ignore_ascii_case("sp_executesql") {
        return Ok(None);
    }
    let mut text = ahead.part_until(|cursor| cursor.is_symbol(","));
    if text.is_symbol_ahead(1, "=") {
        text.take_part(2);
    }
    Ok(Some(text))
}

/// Reads the texts as what is run at `range`.
pub(super) fn run(texts: &[Text], range: Range<usize>, quoting: Quoting, reading: &mut Reading) {
    let before = reading.found.len();
    for text in texts {
        let mut inner =
            Reading { texts: std::mem::take(&mut reading.texts), depth: reading.depth + 1, ..Reading::default() };
        if inner.depth > MAX_DEPTH {
            inner.opaque(0..0, "EXECUTE", Touches::Anything, "SQL in SQL is not read that deep");
        } else {
            read_text(&text.sql, quoting, &mut inner);
        }
        reading.texts = inner.texts;
        let place = |found: &Range<usize>| match text.place {
            Some(start) => found.start + start..found.end + start,
            None => range.clone(),
        };
        let found: Vec<Found> =
            inner.found.into_iter().map(|found| Found { range: place(&found.range), what: found.what }).collect();
        let found = if text.has_holes { without_holes(&found, &range) } else { found };
        let does_something = found.iter().any(|found| !is_idle(&found.what));
        if does_something && reading.guard.is_none() {
            reading.guard = text.guard.clone().or(inner.guard);
        }
        reading.found.extend(found.into_iter().filter(|found| !is_idle(&found.what)));
    }
    if reading.found.len() == before {
        reading.opaque(range, BUILT, Touches::Nothing, "no statement in it changes a table");
    }
}

fn read_text(sql: &str, quoting: Quoting, reading: &mut Reading) {
    let mut splitter = Splitter::new(sql, true, State::new(quoting));
    while let Some(piece) = splitter.next() {
        if piece.kind != PieceKind::Statement {
            continue;
        }
        let code = super::blanked(sql, splitter.blanks());
        let tokens = tokenize(&code, piece.range.clone(), quoting);
        if let Some(failure) = tokens.failure {
            reading.opaque(piece.range, "?", Touches::Anything, failure);
            continue;
        }
        read_tokens(&code, &tokens.list, quoting, reading);
    }
}

fn read_tokens(code: &str, tokens: &[Token], quoting: Quoting, reading: &mut Reading) {
    let mut cursor = Cursor::new(code, tokens, quoting);
    if quoting.engine != Engine::Sqlserver {
        return statement::read(&mut cursor, reading);
    }
    for mut part in batch::parts(cursor) {
        let before = reading.found.len();
        statement::read(&mut part.cursor, reading);
        if reading.guard.is_none() && reading.found.iter().skip(before).any(|found| !is_idle(&found.what)) {
            reading.guard = part.guard;
        }
    }
}

/// What is left of changes in whose text something is not known: the tables that they are about.
fn without_holes(found: &[Found], range: &Range<usize>) -> Vec<Found> {
    let known = |found: &Found| found.what.table().filter(|table| is_known(table)).cloned();
    let is_all_known = found.iter().all(|found| is_idle(&found.what) || known(found).is_some());
    let opaque = |touches| {
        let reason = "a part of the SQL that it runs is not known".to_owned();
        let opaque = Opaque { what: BUILT.to_owned(), touches, reason };
        Found { what: SchemaChange::Opaque(opaque), range: range.clone() }
    };
    if !is_all_known || found.is_empty() {
        return vec![opaque(Touches::Anything)];
    }
    let mut tables: Vec<TableName> = found.iter().filter_map(known).collect();
    tables.dedup();
    tables.into_iter().map(|table| opaque(Touches::Table(table))).collect()
}

fn is_known(table: &TableName) -> bool {
    !table.name.contains(HOLE) && !table.schema.as_ref().is_some_and(|schema| schema.contains(HOLE))
}

fn is_idle(change: &SchemaChange) -> bool {
    matches!(change, SchemaChange::Opaque(opaque) if opaque.touches == Touches::Nothing)
}

/// Takes note of the texts that T-SQL's `DECLARE @a … = …, @b …`, `SET @a = …` and `SELECT @a = …` give to variables; false
/// where the statement does something else.
pub(super) fn assign(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let range = cursor.range();
    let mut ahead = cursor.clone();
    let Some(verb) = ahead.eat_any(&["DECLARE", "SET", "SELECT"]) else { return false };
    if !ahead.word().is_some_and(|word| word.starts_with('@') && !word.starts_with("@@")) {
        return false;
    }
    if let Some((name, defaults)) = defaults_dropped(ahead.clone(), reading) {
        reading.texts.drop_defaults(&name, defaults);
        cursor.skip_all();
        reading.assigns = true;
        reading.opaque(range, verb, Touches::Nothing, "it gives values to variables");
        return true;
    }
    let mut items = ahead.part_until_any(&["FROM"]);
    let is_sure = !ahead.is("FROM") && reading.guard.is_none();
    while let Some(mut item) = items.item() {
        let Some(name) = item.word().filter(|word| word.starts_with('@')) else { continue };
        item.advance();
        item.part_until(|cursor| ["=", "+=", "+"].iter().any(|symbol| cursor.is_symbol(symbol)));
        let is_added = item.eat_symbol("+=") || item.eat_symbol("+") && item.eat_symbol("=");
        if is_added {
            reading.texts.append(&name, &item);
        } else if item.eat_symbol("=") && is_sure {
            reading.texts.keep(&name, &item);
        } else if verb == "DECLARE" {
            reading.texts.forget(&name);
        } else {
            reading.texts.may_be(&name, &item);
        }
        if !is_sure {
            reading.texts.doubt(&name);
        }
    }
    cursor.skip_all();
    reading.assigns = true;
    reading.opaque(range, verb, Touches::Nothing, "it gives values to variables");
    true
}

/// The variable that held nothing, and the defaults that are dropped by what the statement appends to it.
fn defaults_dropped(mut ahead: Cursor<'_>, reading: &Reading) -> Option<(String, Vec<DropDefault>)> {
    let name = ahead.word()?;
    ahead.advance();
    let is_added = ahead.eat_symbol("+=") || ahead.eat_symbol("+") && ahead.eat_symbol("=");
    let is_all = is_added && reading.guard.is_none() && reading.texts.is_empty(&name);
    default_constraint::dropped(ahead).filter(|_| is_all).map(|defaults| (name, defaults))
}

/// Forgets the variables that another statement of T-SQL, or a query of MySQL, may give values to.
pub(super) fn forget_assigned(cursor: &Cursor<'_>, texts: &mut Texts) {
    let is_fetch = cursor.is("FETCH");
    let mut ahead = cursor.clone();
    while let Some(token) = ahead.advance() {
        let name = Some(cursor.text_of(token)).filter(|word| word.starts_with('@'));
        let is_assigned = is_fetch
            || ahead.is_any(&["OUTPUT", "OUT"])
            || ahead.is_symbol(":=")
            || ahead.is_symbol("=") && cursor.is_any(&["UPDATE", "WITH"]);
        if let Some(name) = name.filter(|_| is_assigned) {
            texts.forget(name);
        }
    }
}
