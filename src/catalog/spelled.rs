//! Definitions that servers spell otherwise than people do: what a dump says of a column is what made it.

use crate::change::{Column, Default, Identity};
use crate::engine::Engine;

/// Puts what the engine makes of a short form in place of its parts.
///
/// PostgreSQL: `pg_dump` writes a serial as an integer that is not null, and its sequence as a default of its own. MariaDB:
/// `json` is `longtext` in `utf8mb4_bin` with a check.
pub(super) fn restore(column: &mut Column, engine: Engine) {
    match engine {
        Engine::Postgresql => restore_serial(column),
        Engine::Mariadb => restore_json(column),
        _ => {}
    }
}

fn restore_serial(column: &mut Column) {
    let serial = match column.column_type.name.as_str() {
        "smallint" => "smallserial",
        "int" => "serial",
        "bigint" => "bigserial",
        _ => return,
    };
    let is_next = matches!(&column.default, Default::Expression(text) if is_next_value(text));
    if is_next && !column.is_nullable {
        column.default = Default::None;
        column.identity = Some(Identity::Serial);
    }
    if column.identity == Some(Identity::Serial) {
        serial.clone_into(&mut column.column_type.name);
    }
}

/// `nextval('public.users_id_seq'::regclass)`
fn is_next_value(expression: &str) -> bool {
    let word = expression.trim_start().strip_prefix("pg_catalog.").unwrap_or(expression.trim_start());
    word.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("nextval("))
}

/// Source: MariaDB documentation, "JSON Data Type".
fn restore_json(column: &mut Column) {
    let is_binary = column.collation.as_deref() == Some("utf8mb4_bin");
    let check = format!("json_valid({})", Engine::Mariadb.quote(&column.name));
    let is_checked = matches!(column.checks.as_slice(), [only] if only.condition.eq_ignore_ascii_case(&check));
    if column.column_type.name == "longtext" && is_binary && is_checked {
        "json".clone_into(&mut column.column_type.name);
        column.charset = None;
        column.collation = None;
        column.checks.clear();
    }
}
