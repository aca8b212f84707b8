//! SELECT, which reads; unless it makes a table, or calls a function of which nobody knows what it does.

use std::ops::Range;

use super::create_table::from_query;
use super::cursor::Cursor;
use super::reading::Reading;
use super::session;
use crate::change::{TableName, Touches};
use crate::engine::Engine;

/// What the names of whole families of functions begin with that write no table.
const HARMLESS_FAMILIES: &[&str] =
    &["PG_", "JSON", "REGEXP_", "STRING_", "ARRAY_", "TO_", "DATE", "TIME", "CURRENT_", "HAS_", "INET", "ST_", "MAKE_"];

/// Other functions that write no table, and words of queries that look like functions.
const HARMLESS: &[&str] = &[
    "ABS",
    "ACOS",
    "ADDDATE",
    "ADDTIME",
    "AGE",
    "ANY_VALUE",
    "ARRAY_AGG",
    "ASCII",
    "ASIN",
    "ATAN",
    "AVG",
    "BENCHMARK",
    "BIN",
    "BIN_TO_UUID",
    "BIT_AND",
    "BIT_COUNT",
    "BIT_LENGTH",
    "BIT_OR",
    "BIT_XOR",
    "BOOL_AND",
    "BOOL_OR",
    "BTRIM",
    "CARDINALITY",
    "CAST",
    "CBRT",
    "CEIL",
    "CEILING",
    "CHANGES",
    "CHAR",
    "CHARACTER_LENGTH",
    "CHARINDEX",
    "CHARSET",
    "CHAR_LENGTH",
    "CHR",
    "CLOCK_TIMESTAMP",
    "COALESCE",
    "COERCIBILITY",
    "COLLATION",
    "COL_DESCRIPTION",
    "CONCAT",
    "CONCAT_WS",
    "CONNECTION_ID",
    "CONV",
    "CONVERT",
    "CORR",
    "COS",
    "COUNT",
    "CRC32",
    "CUME_DIST",
    "CURDATE",
    "CURRENT_DATABASE",
    "CURRENT_SCHEMA",
    "CURRENT_SETTING",
    "CURRVAL",
    "CURTIME",
    "DATABASE",
    "DATALENGTH",
    "DATE",
    "DAY",
    "DAYNAME",
    "DAYOFMONTH",
    "DAYOFWEEK",
    "DAYOFYEAR",
    "DB_NAME",
    "DEFAULT",
    "DEGREES",
    "DENSE_RANK",
    "DISTINCT",
    "DIV",
    "ELT",
    "EVERY",
    "EXISTS",
    "EXP",
    "EXPORT_SET",
    "EXTRACT",
    "FIELD",
    "FILTER",
    "FIND_IN_SET",
    "FIRST_VALUE",
    "FLOOR",
    "FORMAT",
    "FORMAT_TYPE",
    "FOUND_ROWS",
    "FROM_DAYS",
    "FROM_UNIXTIME",
    "GENERATE_SERIES",
    "GENERATE_SUBSCRIPTS",
    "GEN_RANDOM_UUID",
    "GETDATE",
    "GET_BIT",
    "GET_BYTE",
    "GET_FORMAT",
    "GET_LOCK",
    "GLOB",
    "GREATEST",
    "GROUPING",
    "GROUP_CONCAT",
    "HEX",
    "HOUR",
    "HSTORE",
    "IDENT_CURRENT",
    "IF",
    "IFF",
    "IFNULL",
    "IIF",
    "INITCAP",
    "INSERT",
    "INSTR",
    "INTERVAL",
    "ISNULL",
    "IS_UUID",
    "JSONB_BUILD_OBJECT",
    "JSON_OBJECT",
    "LAG",
    "LASTVAL",
    "LAST_DAY",
    "LAST_INSERT_ID",
    "LAST_VALUE",
    "LATERAL",
    "LCASE",
    "LEAD",
    "LEAST",
    "LEFT",
    "LEN",
    "LENGTH",
    "LIKELY",
    "LN",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "LOCATE",
    "LOG",
    "LOG10",
    "LOG2",
    "LOWER",
    "LPAD",
    "LTRIM",
    "MAX",
    "MD5",
    "MICROSECOND",
    "MID",
    "MIN",
    "MINUTE",
    "MOD",
    "MODE",
    "MONTH",
    "MONTHNAME",
    "NAME_CONST",
    "NEWID",
    "NEXTVAL",
    "NOW",
    "NTH_VALUE",
    "NTILE",
    "NULLIF",
    "NULLS",
    "NUMNODE",
    "NUM_NONNULLS",
    "NUM_NULLS",
    "OBJECT_ID",
    "OBJ_DESCRIPTION",
    "OCT",
    "OCTET_LENGTH",
    "ON",
    "ORD",
    "OVER",
    "OVERLAY",
    "PARTITION",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
    "PERCENT_RANK",
    "PI",
    "POSITION",
    "POW",
    "POWER",
    "PRINTF",
    "QUARTER",
    "QUOTE",
    "QUOTE_IDENT",
    "QUOTE_LITERAL",
    "QUOTE_NULLABLE",
    "RADIANS",
    "RAND",
    "RANDOM",
    "RANK",
    "RELEASE_LOCK",
    "REPEAT",
    "REPLACE",
    "REVERSE",
    "RIGHT",
    "ROUND",
    "ROW",
    "ROW_COUNT",
    "ROW_NUMBER",
    "ROW_TO_JSON",
    "RPAD",
    "RTRIM",
    "SCHEMA",
    "SCHEMA_NAME",
    "SCOPE_IDENTITY",
    "SECOND",
    "SEC_TO_TIME",
    "SESSION_USER",
    "SETVAL",
    "SET_CONFIG",
    "SHA",
    "SHA1",
    "SHA2",
    "SHA256",
    "SIGN",
    "SIN",
    "SLEEP",
    "SOUNDEX",
    "SPACE",
    "SPLIT_PART",
    "SQRT",
    "STARTS_WITH",
    "STDDEV",
    "STRCMP",
    "STRING_AGG",
    "STRPOS",
    "STR_TO_DATE",
    "STUFF",
    "SUBDATE",
    "SUBSTR",
    "SUBSTRING",
    "SUBSTRING_INDEX",
    "SUBTIME",
    "SUM",
    "SUSER_NAME",
    "SYSDATE",
    "SYSTEM_USER",
    "TABLE_NAME",
    "TAN",
    "TIMEDIFF",
    "TOTAL",
    "TO_CHAR",
    "TO_DAYS",
    "TO_REGCLASS",
    "TRANSLATE",
    "TRIM",
    "TRUNC",
    "TRUNCATE",
    "TRY_CAST",
    "TRY_CONVERT",
    "TXID_CURRENT",
    "TYPEOF",
    "UCASE",
    "UNHEX",
    "UNIX_TIMESTAMP",
    "UNLIKELY",
    "UNNEST",
    "UPPER",
    "USER",
    "USING",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
    "UUID",
    "UUID_GENERATE_V4",
    "UUID_TO_BIN",
    "VARIANCE",
    "VAR_POP",
    "VERSION",
    "WEEK",
    "WEEKDAY",
    "WEEKOFYEAR",
    "WIDTH_BUCKET",
    "WITHIN",
    "XMLAGG",
    "YEAR",
    "YEARWEEK",
];

/// Reads a query to its end.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let mut query = cursor.clone();
    cursor.skip_all();
    if session::set_config(&query, reading) {
        return;
    }
    keep_variable(query.clone(), reading);
    pass_named_queries(&mut query);
    let before_from = query.part_until_any(&["FROM"]);
    if let Some(table) = made_table(&before_from) {
        return reading.push(range, from_query(table));
    }
    if !read_call(&before_from, range.clone(), reading) && !read_call(&called_for_rows(query), range.clone(), reading) {
        reading.opaque(range, "SELECT", Touches::Nothing, "it reads");
    }
}

/// Reads a query whose rows go to a variable, or nowhere, to its end: only what it calls matters.
pub(super) fn read_discarded(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let items = cursor.part_until_any(&["FROM"]);
    read_call(&items, range.clone(), reading);
    read_call(&called_for_rows(cursor.clone()), range, reading);
    cursor.skip_all();
}

/// The MySQL family's `SELECT … INTO @a`.
fn keep_variable(mut query: Cursor<'_>, reading: &mut Reading) {
    if !query.engine.is_mysql_family() || !query.eat("SELECT") {
        return;
    }
    let value = query.part_until_any(&["INTO", "FROM"]);
    let reads_rows = query.is("FROM");
    query.part_until_any(&["INTO"]);
    query.eat("INTO");
    if let Some(name) = query.word().filter(|word| word.starts_with('@')) {
        if reads_rows || query.is_symbol_ahead(1, ",") {
            while let Some(name) = query.word().filter(|word| word.starts_with('@')) {
                reading.texts.forget(&name);
                query.advance();
                query.eat_symbol(",");
            }
        } else {
            reading.texts.keep(&name, &value);
        }
    }
}

/// `WITH a (id) AS MATERIALIZED (…), b AS (…)`; those that write were read as writes.
fn pass_named_queries(query: &mut Cursor<'_>) {
    if !query.eat("WITH") {
        return;
    }
    query.eat("RECURSIVE");
    loop {
        query.part_until_any(&["AS"]);
        query.eat("AS");
        query.eat_any(&["MATERIALIZED", "NOT MATERIALIZED"]);
        if !query.skip_parens() || !query.eat_symbol(",") {
            return;
        }
    }
}

/// What stands behind FROM where that is a function alone: `SELECT * FROM wipe()`.
fn called_for_rows(mut query: Cursor<'_>) -> Cursor<'_> {
    query.eat("FROM");
    let mut ahead = query.clone();
    let is_call = ahead.table_name().is_ok() && ahead.is_symbol("(");
    let length = if is_call { query.tokens().len() - ahead.tokens().len() + 1 } else { 0 };
    query.take_part(length)
}

/// A migration has no use for the rows of a query: a query of its own is there for what it calls.
fn read_call(items: &Cursor<'_>, range: Range<usize>, reading: &mut Reading) -> bool {
    let Some(name) = unknown_call(items) else { return false };
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
        if !ahead.is_symbol("(") || OPERATORS.iter().any(|word| items.is_word(token, word)) {
            continue;
        }
        let is_harmless = |name: &String| {
            HARMLESS_FAMILIES.iter().any(|family| name.starts_with(family)) || HARMLESS.contains(&name.as_str())
        };
        if let Some(name) = items.name_of(token).filter(|name| !is_harmless(&name.to_ascii_uppercase())) {
            return Some(name);
        }
    }
    None
}
