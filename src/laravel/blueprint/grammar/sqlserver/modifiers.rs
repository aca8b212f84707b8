//! What SQL Server's grammar writes after a column's type, in its order.

use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, Modifier};
use crate::laravel::blueprint::grammar::types::is_integer;
use crate::laravel::blueprint::majors::{ALL, Majors, since, until};

pub(super) const MODIFIERS: &[(Majors, Modifier)] =
    &[(until(9), increment), (ALL, collate), (ALL, nullable), (ALL, default), (ALL, persisted), (since(10), increment)];

fn increment(context: &Context, column: &Definition) -> String {
    let counts = column.is_true("autoIncrement") && is_integer(column) && !column.is_changed();
    match (counts, context.has_primary_command()) {
        (false, _) => "",
        (true, true) => " identity",
        (true, false) => " identity primary key",
    }
    .to_owned()
}

fn collate(_: &Context, column: &Definition) -> String {
    column.get("collation").map(|_| format!(" collate {}", column.text("collation"))).unwrap_or_default()
}

fn nullable(_: &Context, column: &Definition) -> String {
    match column.text("type").as_str() {
        "computed" => "",
        _ if column.is_true("nullable") => " null",
        _ => " not null",
    }
    .to_owned()
}

/// A changed column gets its default by a statement of its own.
fn default(context: &Context, column: &Definition) -> String {
    let default = context.default(column).filter(|_| !column.is_changed());
    default.map(|default| format!(" default {default}")).unwrap_or_default()
}

fn persisted(_: &Context, column: &Definition) -> String {
    match (column.is_changed(), column.is_true("persisted")) {
        (false, false) => "",
        (false, true) => " persisted",
        (true, _) if column.text("type") != "computed" => "",
        (true, true) => " add persisted",
        (true, false) => " drop persisted",
    }
    .to_owned()
}
