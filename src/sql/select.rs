//! SELECT, which reads; unless it makes a table, or calls a function of which nobody knows what it does.

use super::create_table::from_query;
use super::cursor::{Cursor, is_word};
use super::reading::Reading;
use crate::change::Touches;
use crate::engine::Engine;

/// Functions that write no table, beside those whose name begins with `pg_`: what migrations and dumps call without FROM.
const HARMLESS: &[&str] = &[
    "ABS",
    "ARRAY_AGG",
    "CAST",
    "CEIL",
    "COALESCE",
    "CONCAT",
    "CONVERT",
    "COUNT",
    "CURRVAL",
    "CURRENT_DATABASE",
    "CURRENT_SCHEMA",
    "CURRENT_SETTING",
    "DATABASE",
    "DATE",
    "EXISTS",
    "EXTRACT",
    "FLOOR",
    "FORMAT",
    "GET_LOCK",
    "GREATEST",
    "IF",
    "IFNULL",
    "ISNULL",
    "JSON_OBJECT",
    "JSONB_BUILD_OBJECT",
    "LAST_INSERT_ID",
    "LASTVAL",
    "LEAST",
    "LENGTH",
    "LOWER",
    "MAX",
    "MD5",
    "MIN",
    "NEXTVAL",
    "NOW",
    "NULLIF",
    "QUOTE_IDENT",
    "RAND",
    "RANDOM",
    "RELEASE_LOCK",
    "REPLACE",
    "ROUND",
    "SCHEMA",
    "SETVAL",
    "SET_CONFIG",
    "SLEEP",
    "STRING_AGG",
    "SUBSTRING",
    "SUM",
    "TO_CHAR",
    "TO_REGCLASS",
    "UPPER",
    "USER",
    "UUID",
    "VERSION",
];

/// Reads a query to its end.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let mut query = cursor.clone();
    cursor.skip_all();
    let before_from = query.part_until_any(&["FROM"]);
    if let Some(table) = made_table(&before_from) {
        return reading.push(range, from_query(table));
    }
    if query.is_end()
        && let Some(name) = unknown_call(&before_from)
    {
        let reason = format!("it calls `{name}`, which may do anything");
        return reading.opaque(range, "SELECT", Touches::Anything, reason);
    }
    reading.opaque(range, "SELECT", Touches::Nothing, "it reads");
}

/// The table of PostgreSQL's and SQL Server's SELECT … INTO; on the MySQL family INTO fills variables and files.
fn made_table(items: &Cursor<'_>) -> Option<crate::change::TableName> {
    if !matches!(items.engine, Engine::Postgresql | Engine::Sqlserver) {
        return None;
    }
    let mut ahead = items.clone();
    ahead.part_until_any(&["INTO"]);
    ahead.advance()?;
    while ahead.eat_any(&["TEMPORARY", "TEMP", "UNLOGGED", "TABLE"]).is_some() {}
    ahead.table_name().ok()
}

/// The name of a function that is called and not known to be harmless.
fn unknown_call(items: &Cursor<'_>) -> Option<String> {
    let mut ahead = items.clone();
    while let Some(token) = ahead.advance() {
        let is_call = ahead.is_symbol("(")
            && ![
                "IN", "AND", "OR", "NOT", "SELECT", "AS", "ARRAY", "ANY", "ALL", "VALUES", "THEN", "WHEN", "ELSE",
                "BETWEEN", "LIKE",
            ]
            .iter()
            .any(|word| is_word(token, word));
        if let Some(name) = super::cursor::name_of(token, items.engine).filter(|_| is_call) {
            let upper = name.to_ascii_uppercase();
            if !upper.starts_with("PG_") && !HARMLESS.contains(&upper.as_str()) {
                return Some(name);
            }
        }
    }
    None
}
