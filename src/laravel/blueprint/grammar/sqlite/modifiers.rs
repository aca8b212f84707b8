//! What SQLite's grammar writes after a column's type, in its order.

use crate::laravel::Value;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, Modifier, is_generated};
use crate::laravel::blueprint::grammar::types::is_integer;
use crate::laravel::blueprint::majors::{ALL, Majors, since, until};

pub(super) const MODIFIERS: &[(Majors, Modifier)] = &[
    (until(9), virtual_as),
    (until(9), stored_as),
    (since(10), increment),
    (ALL, nullable),
    (ALL, default),
    (until(9), increment),
    (since(11), collate),
    (since(10), virtual_as),
    (since(10), stored_as),
];

fn increment(_: &Context, column: &Definition) -> String {
    let counts = column.is_true("autoIncrement") && is_integer(column);
    if counts { " primary key autoincrement".to_owned() } else { String::new() }
}

fn nullable(_: &Context, column: &Definition) -> String {
    let is_required = match column.get("nullable") {
        Some(Value::Bool(false)) => true,
        _ => !is_generated(column) && !column.is_true("nullable"),
    };
    if is_required { " not null".to_owned() } else { String::new() }
}

fn default(context: &Context, column: &Definition) -> String {
    let takes_none = ["virtualAs", "virtualAsJson", "storedAs"].iter().any(|attribute| column.get(attribute).is_some());
    let default = context.default(column).filter(|_| !takes_none);
    default.map(|default| format!(" default {default}")).unwrap_or_default()
}

fn collate(_: &Context, column: &Definition) -> String {
    column.get("collation").map(|_| format!(" collate '{}'", column.text("collation"))).unwrap_or_default()
}

fn virtual_as(context: &Context, column: &Definition) -> String {
    context.generated(column, "virtualAsJson", "virtualAs", "")
}

fn stored_as(context: &Context, column: &Definition) -> String {
    context.generated(column, "storedAsJson", "storedAs", " stored")
}
