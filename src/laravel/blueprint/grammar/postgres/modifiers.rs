//! What PostgreSQL's grammar writes after a column's type, in its order, and what it makes of it for `change()`.

use crate::laravel::Value;
use crate::laravel::blueprint::CompileError;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, Modifier};
use crate::laravel::blueprint::grammar::types::is_integer;
use crate::laravel::blueprint::majors::{ALL, CHANGE_KEEPS_SERIAL, Majors, POSTGRES_SAYS_VIRTUAL, since, until};

pub(super) const MODIFIERS: &[(Majors, Modifier)] = &[
    (ALL, collate),
    (until(9), increment),
    (ALL, nullable),
    (ALL, default),
    (ALL, virtual_as),
    (ALL, stored_as),
    (since(10), generated_as),
    (since(10), increment),
];

/// What `change()` does to the column, each to follow `alter column …`.
pub(super) fn changes(context: &Context, column: &Definition) -> Result<Vec<String>, CompileError> {
    let keeps_serial = column.is_true("autoIncrement")
        && column.get("generatedAs").is_none()
        && CHANGE_KEEPS_SERIAL.include(context.settings);
    let using = if column.is_true("using") { format!(" using {}", column.text("using")) } else { String::new() };
    let mut changes = vec![format!("type {}{}{using}", context.type_of(column)?, collate(context, column))];
    changes.push(if column.is_true("nullable") { "drop not null" } else { "set not null" }.to_owned());
    if !keeps_serial {
        let default = context.default(column);
        changes.push(default.map_or("drop default".to_owned(), |default| format!("set default {default}")));
    }
    for attribute in ["virtualAs", "storedAs"] {
        if column.get(attribute).is_some() {
            return Err(CompileError::Refused {
                message: "This database driver does not support modifying generated columns.".to_owned(),
                span: column.span,
            });
        }
        if column.was_set(attribute) {
            changes.push("drop expression if exists".to_owned());
        }
    }
    if !keeps_serial {
        changes.push("drop identity if exists".to_owned());
    }
    if column.get("generatedAs").is_some() {
        changes.push(format!("add {}", identity(column)));
    }
    Ok(changes)
}

/// ` generated … as identity` with the sequence's options.
pub(super) fn identity(column: &Definition) -> String {
    let kind = if column.is_true("always") { "always" } else { "by default" };
    let options = match column.get("generatedAs") {
        Some(Value::Bool(_)) | None => String::new(),
        Some(_) if !column.is_true("generatedAs") => String::new(),
        Some(_) => format!(" ({})", column.text("generatedAs")),
    };
    format!(" generated {kind} as identity{options}")
}

fn collate(context: &Context, column: &Definition) -> String {
    let collation = column.get("collation").map(|_| context.quote_part(&column.text("collation")));
    collation.map(|collation| format!(" collate {collation}")).unwrap_or_default()
}

fn increment(context: &Context, column: &Definition) -> String {
    let counts = is_integer(column) || column.get("generatedAs").is_some();
    if counts && column.is_true("autoIncrement") && !context.has_primary_command() {
        " primary key".to_owned()
    } else {
        String::new()
    }
}

fn nullable(_: &Context, column: &Definition) -> String {
    if column.is_true("nullable") { " null".to_owned() } else { " not null".to_owned() }
}

fn default(context: &Context, column: &Definition) -> String {
    context.default(column).map(|default| format!(" default {default}")).unwrap_or_default()
}

fn virtual_as(context: &Context, column: &Definition) -> String {
    let ending = if POSTGRES_SAYS_VIRTUAL.include(context.settings) { " virtual" } else { "" };
    generated(column, "virtualAs", ending)
}

fn stored_as(_: &Context, column: &Definition) -> String {
    generated(column, "storedAs", " stored")
}

fn generated(column: &Definition, attribute: &str, ending: &str) -> String {
    let expression = column.get(attribute).map(|_| column.text(attribute));
    expression.map(|expression| format!(" generated always as ({expression}){ending}")).unwrap_or_default()
}

fn generated_as(_: &Context, column: &Definition) -> String {
    column.get("generatedAs").map(|_| identity(column)).unwrap_or_default()
}
