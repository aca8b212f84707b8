//! SELECT, which reads; unless it makes a table, or calls a function of which nobody knows what it does.

use std::ops::Range;

use super::create_table::from_query;
use super::cursor::{Cursor, is_word, name_of};
use super::reading::Reading;
use crate::change::{TableName, Touches};
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
    if !read_call(&before_from, query.is_end(), range.clone(), reading) {
        reading.opaque(range, "SELECT", Touches::Nothing, "it reads");
    }
}

/// Reads a query whose rows go to a variable, or nowhere, to its end: only what it calls matters.
pub(super) fn read_discarded(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let items = cursor.part_until_any(&["FROM"]);
    read_call(&items, cursor.is_end(), range, reading);
    cursor.skip_all();
}

/// A query that reads no table is there for what it calls.
fn read_call(items: &Cursor<'_>, is_all: bool, range: Range<usize>, reading: &mut Reading) -> bool {
    let Some(name) = unknown_call(items).filter(|_| is_all) else { return false };
    reading.opaque(range, "SELECT", Touches::Anything, format!("it calls `{name}`, which may do anything"));
    true
}

/// The table of PostgreSQL's and SQL Server's SELECT … INTO; on the MySQL family INTO fills variables and files.
fn made_table(items: &Cursor<'_>) -> Option<TableName> {
    if !matches!(items.engine, Engine::Postgresql | Engine::Sqlserver) {
        return None;
    }
    let mut ahead = items.clone();
    ahead.part_until_any(&["INTO"]);
    ahead.advance()?;
    while ahead.eat_any(&["TEMPORARY", "TEMP", "UNLOGGED", "TABLE"]).is_some() {}
    ahead.table_name().ok()
}

/// Words that stand before brackets and are no functions.
const OPERATORS: &[&str] = &[
    "ALL", "AND", "ANY", "ARRAY", "AS", "BETWEEN", "ELSE", "IN", "LIKE", "NOT", "OR", "SELECT", "THEN", "VALUES",
    "WHEN",
];

/// The name of a function that is called and not known to be harmless.
fn unknown_call(items: &Cursor<'_>) -> Option<String> {
    let mut ahead = items.clone();
    while let Some(token) = ahead.advance() {
        if !ahead.is_symbol("(") || OPERATORS.iter().any(|word| is_word(token, word)) {
            continue;
        }
        let is_harmless = |name: &String| name.starts_with("PG_") || HARMLESS.contains(&name.as_str());
        if let Some(name) = name_of(token, items.engine).filter(|name| !is_harmless(&name.to_ascii_uppercase())) {
            return Some(name);
        }
    }
    None
}
