//! What a statement does to the session and its transaction: SET, RESET, BEGIN, COMMIT, ROLLBACK.

use std::ops::Range;

use super::cursor::{Cursor, Read};
use super::reading::Reading;
use crate::change::{SchemaChange, SetVariable, Touches, TransactionStep};
use crate::engine::Engine;

/// Reads a transaction step, if one stands here.
pub(super) fn read_transaction(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let range = cursor.range();
    let begins = ["START TRANSACTION", "BEGIN TRANSACTION", "BEGIN TRAN", "BEGIN WORK", "BEGIN"];
    let step = if cursor.is("BEGIN NOT ATOMIC") {
        return false;
    } else if cursor.eat_any(&begins).is_some() {
        TransactionStep::Begin
    } else if cursor.is_any(&["COMMIT PREPARED", "ROLLBACK PREPARED"]) {
        cursor.skip_all();
        reading.opaque(
            range,
            "COMMIT PREPARED",
            Touches::Anything,
            "it ends a transaction that another session prepared",
        );
        return true;
    } else if cursor.eat_any(&["COMMIT", "END"]).is_some() {
        TransactionStep::Commit
    } else if cursor.eat_any(&["ROLLBACK", "ABORT"]).is_some() {
        cursor.eat_any(&["WORK", "TRANSACTION"]);
        if cursor.eat("TO") {
            cursor.skip_all();
            reading.opaque(range, "ROLLBACK TO", Touches::Anything, "it takes back what was done since a savepoint");
            return true;
        }
        TransactionStep::Rollback
    } else {
        return false;
    };
    // Isolation levels, WORK, names: nothing that changes what the step does.
    cursor.part_until(|cursor| cursor.word().is_none() && !cursor.is_symbol(","));
    reading.push(range, SchemaChange::Transaction(step));
    true
}

/// Reads SET, behind that word.
pub(super) fn set(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    if cursor.is_any(NOT_VARIABLES) {
        let what = format!("SET {}", cursor.word().unwrap_or_default());
        reading.opaque(cursor.range(), &what, Touches::Nothing, "it concerns the session and no table");
        cursor.skip_all();
        return Ok(());
    }
    if cursor.engine == Engine::Postgresql {
        let variable = cursor.take_part(cursor.tokens().len());
        return set_one(variable, reading);
    }
    while let Some(variable) = cursor.item() {
        set_one(variable, reading)?;
    }
    Ok(())
}

/// SET that sets no variable: roles, constraints, isolation.
const NOT_VARIABLES: &[&str] = &[
    "TRANSACTION",
    "SESSION TRANSACTION",
    "GLOBAL TRANSACTION",
    "LOCAL TRANSACTION",
    "SESSION CHARACTERISTICS",
    "CONSTRAINTS",
    "ROLE",
    "DEFAULT ROLE",
    "PASSWORD",
    "SESSION AUTHORIZATION",
    "SESSION ROLE",
    "LOCAL ROLE",
    "LOCAL SESSION AUTHORIZATION",
    "RESOURCE GROUP",
    "IDENTITY_INSERT",
];

fn set_one(mut variable: Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = variable.range();
    let mut scope = variable.eat_any(&["SESSION", "LOCAL", "GLOBAL", "PERSIST_ONLY", "PERSIST"]).unwrap_or_default();
    if let Some(words) = variable.eat_any(&["NAMES", "CHARACTER SET", "CHARSET", "TIME ZONE", "XML OPTION"]) {
        push(reading, range, &words.to_ascii_lowercase().replace(' ', "_"), &variable, scope);
        return Ok(());
    }
    // PostgreSQL's and the standard's other word for a search path of one.
    if variable.engine == Engine::Postgresql && variable.eat("SCHEMA") {
        push(reading, range, "search_path", &variable, scope);
        return Ok(());
    }
    let mut name = String::new();
    while !variable.is_end() && !variable.is_symbol("=") && !variable.is_symbol(":=") && !variable.is("TO") {
        // MySQL's @`a name`.
        name.push_str(if variable.eat_symbol("@") { "@" } else { "" });
        let part = variable.name()?;
        match part.to_ascii_lowercase().trim_start_matches("@@") {
            "session" | "local" if part.starts_with("@@") => {}
            global @ ("global" | "persist" | "persist_only") if part.starts_with("@@") => {
                scope = if global == "global" { "GLOBAL" } else { "PERSIST" };
            }
            part => {
                name.push_str(if name.is_empty() || name == "@" { "" } else { "." });
                name.push_str(part);
            }
        }
        if !variable.eat_symbol(".") && variable.engine == Engine::Sqlserver {
            break;
        }
    }
    if !(variable.eat_symbol("=")
        || variable.eat_symbol(":=")
        || variable.eat("TO")
        || variable.engine == Engine::Sqlserver)
    {
        return Err(variable.unread("="));
    }
    push(reading, range, &name, &variable, scope);
    Ok(())
}

/// Reads USE.
pub(super) fn enter(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = cursor.range();
    cursor.eat("USE");
    reading.entered = Some(cursor.name()?);
    reading.opaque(range, "USE", Touches::Nothing, "it says which database names are of");
    Ok(())
}

/// Reads PostgreSQL's `SELECT set_config('name', 'value', is_local)`, if that is the query.
pub(super) fn set_config(query: &Cursor<'_>, reading: &mut Reading) -> bool {
    let mut call = query.clone();
    let range = call.range();
    call.eat("SELECT");
    let is_it = call.table_name().is_ok_and(|name| name.name == "set_config");
    let Some(mut arguments) = call.parens().ok().filter(|_| is_it && query.engine == Engine::Postgresql) else {
        return false;
    };
    let (name, value) = (arguments.item(), arguments.item());
    let string = |argument: Option<Cursor<'_>>| argument.and_then(|mut argument| argument.string().ok());
    let (Some(name), Some(value)) = (string(name), string(value)) else { return false };
    let is_local = arguments.is("TRUE");
    let name = name.to_ascii_lowercase();
    reading.push(range, SchemaChange::SetVariable(SetVariable { name, value, is_local }));
    true
}

/// Only what holds for this session is a variable of it; what is set for the server is said to be something else.
fn push(reading: &mut Reading, range: Range<usize>, name: &str, value: &Cursor<'_>, scope: &str) {
    if matches!(scope, "GLOBAL" | "PERSIST" | "PERSIST_ONLY") {
        let reason = format!("it sets `{name}` for the server and not for this session");
        return reading.opaque(range, &format!("SET {scope}"), Touches::Nothing, reason);
    }
    if name.starts_with('@') {
        reading.texts.keep(name, value);
    }
    let mut single = value.clone();
    let value = single.string().ok().filter(|_| single.is_end()).unwrap_or_else(|| value.text());
    let is_local = scope == "LOCAL" && value_is_transactional(single.engine);
    reading.push(range, SchemaChange::SetVariable(SetVariable { name: name.to_owned(), value, is_local }));
}

/// MySQL's LOCAL is another word for SESSION.
fn value_is_transactional(engine: Engine) -> bool {
    engine == Engine::Postgresql
}

/// Reads RESET, behind that word.
pub(super) fn reset(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = cursor.range();
    let mut name = cursor.name()?;
    while cursor.eat_symbol(".") {
        name = format!("{name}.{}", cursor.name()?);
    }
    cursor.skip_all();
    let name = name.to_ascii_lowercase();
    reading.push(range, SchemaChange::SetVariable(SetVariable { name, value: "DEFAULT".to_owned(), is_local: false }));
    Ok(())
}

/// Reads SQLite's PRAGMA, behind that word.
pub(super) fn pragma(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = cursor.range();
    let name = cursor.table_name()?.name.to_ascii_lowercase();
    if cursor.eat_symbol("=") {
        push(reading, range, &name, cursor, "");
    } else {
        reading.opaque(range, "PRAGMA", Touches::Nothing, "it asks, and sets nothing");
    }
    cursor.skip_all();
    Ok(())
}
