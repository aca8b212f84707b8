//! What the MySQL family writes after a column's type, in its order.

use crate::laravel::Value;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, Modifier, attribute, is_generated};
use crate::laravel::blueprint::grammar::types::is_integer;
use crate::laravel::blueprint::majors::{ALL, Majors, PRIMARY_COMMAND_WINS, since, until};

pub(super) const MODIFIERS: &[(Majors, Modifier)] = &[
    (ALL, unsigned),
    (ALL, charset),
    (ALL, collate),
    (ALL, virtual_as),
    (ALL, stored_as),
    (ALL, nullable),
    (until(9), invisible),
    (until(10), srid),
    (ALL, default),
    (since(10), on_update),
    (since(10), invisible),
    (ALL, increment),
    (ALL, comment),
    (ALL, after),
    (ALL, first),
];

fn unsigned(_: &Context, column: &Definition) -> String {
    if column.is_true("unsigned") { " unsigned".to_owned() } else { String::new() }
}

fn charset(_: &Context, column: &Definition) -> String {
    clause(column, "charset", |charset| format!(" character set {charset}"))
}

fn collate(_: &Context, column: &Definition) -> String {
    clause(column, "collation", |collation| format!(" collate '{collation}'"))
}

fn virtual_as(context: &Context, column: &Definition) -> String {
    context.generated(column, "virtualAsJson", "virtualAs", "")
}

fn stored_as(context: &Context, column: &Definition) -> String {
    context.generated(column, "storedAsJson", "storedAs", " stored")
}

fn nullable(_: &Context, column: &Definition) -> String {
    let is_generated = is_generated(column);
    match column.get("nullable") {
        Some(Value::Bool(false)) => " not null",
        _ if is_generated => "",
        _ if column.is_true("nullable") => " null",
        _ => " not null",
    }
    .to_owned()
}

fn invisible(_: &Context, column: &Definition) -> String {
    clause(column, "invisible", |_| " invisible".to_owned())
}

fn srid(_: &Context, column: &Definition) -> String {
    match column.get("srid") {
        Some(Value::Int(srid)) if *srid > 0 => format!(" srid {srid}"),
        _ => String::new(),
    }
}

fn default(context: &Context, column: &Definition) -> String {
    context.default(column).map(|default| format!(" default {default}")).unwrap_or_default()
}

fn on_update(context: &Context, column: &Definition) -> String {
    let expression =
        context.current_on_update(column).or_else(|| column.get("onUpdate").map(|_| column.text("onUpdate")));
    expression.map(|expression| format!(" on update {expression}")).unwrap_or_default()
}

fn increment(context: &Context, column: &Definition) -> String {
    if !column.is_true("autoIncrement") || !is_integer(column) {
        return String::new();
    }
    let is_change_alone =
        PRIMARY_COMMAND_WINS.include(context.settings) && column.is_changed() && !column.is_true("primary");
    if context.has_primary_command() || is_change_alone {
        " auto_increment".to_owned()
    } else {
        " auto_increment primary key".to_owned()
    }
}

fn comment(_: &Context, column: &Definition) -> String {
    clause(column, "comment", |comment| format!(" comment '{}'", with_slashes(comment)))
}

fn after(context: &Context, column: &Definition) -> String {
    clause(column, "after", |_| format!(" after {}", context.quote(&attribute(column, "after"))))
}

fn first(_: &Context, column: &Definition) -> String {
    clause(column, "first", |_| " first".to_owned())
}

/// The clause that an attribute gives, whatever its value, unless it is null.
fn clause(column: &Definition, attribute: &str, write: impl FnOnce(&str) -> String) -> String {
    column.get(attribute).map(|_| write(&column.text(attribute))).unwrap_or_default()
}

/// PHP's `addslashes`.
fn with_slashes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\0' => escaped.push_str("\\0"),
            '\'' | '"' | '\\' => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}
