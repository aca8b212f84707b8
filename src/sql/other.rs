//! Statements outside of the typed vocabulary: what they are called, and what they may touch.
//!
//! They become `Opaque`, never nothing. A statement that is not in the tables below may have done anything.

use super::cursor::Cursor;
use super::reading::Reading;
use crate::change::{DataKind, DataRows, SchemaChange, Touches};

/// Where a statement names what it may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// It leaves every table alone.
    Nothing,
    /// It leaves every table alone, unless it says CASCADE.
    NothingUnlessCascade,
    /// It concerns the table after ON, or after TO in a rule, and leaves it as it is; no table where none is named.
    On,
    /// It concerns the tables that follow, and leaves them as they are.
    Tables,
    Anything,
}

/// The kinds of objects that CREATE, ALTER and DROP may be about, besides tables and indexes. The longer of two that begin
/// alike comes first. The scopes are those of CREATE, ALTER and DROP.
const OBJECTS: &[(&str, [Scope; 3])] = &[
    ("EVENT TRIGGER", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("TRIGGER", [Scope::On, Scope::On, Scope::On]),
    ("POLICY", [Scope::On, Scope::On, Scope::On]),
    ("RULE", [Scope::On, Scope::On, Scope::On]),
    ("MATERIALIZED VIEW", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("VIEW", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("FUNCTION", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("PROCEDURE", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("PROC", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("ROUTINE", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("AGGREGATE", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("EVENT", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SEQUENCE", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("TYPE", [Scope::Nothing, Scope::Anything, Scope::NothingUnlessCascade]),
    ("DOMAIN", [Scope::Nothing, Scope::Anything, Scope::NothingUnlessCascade]),
    ("EXTENSION", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("SCHEMA", [Scope::Nothing, Scope::Anything, Scope::Anything]),
    ("DATABASE", [Scope::Nothing, Scope::Nothing, Scope::Anything]),
    ("COLLATION", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("OPERATOR", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("CAST", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("LANGUAGE", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("FOREIGN DATA WRAPPER", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("USER MAPPING", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SERVER", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("STATISTICS", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("TEXT SEARCH", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("ACCESS METHOD", [Scope::Nothing, Scope::Nothing, Scope::NothingUnlessCascade]),
    ("CONVERSION", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("TRANSFORM", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("PUBLICATION", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SUBSCRIPTION", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("ROLE", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("GROUP", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("USER", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("LOGIN", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("TABLESPACE", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("DEFAULT PRIVILEGES", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SYSTEM", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("LARGE OBJECT", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("RESOURCE GROUP", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SPATIAL REFERENCE SYSTEM", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("INSTANCE", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("PROPERTY GRAPH", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
    ("SYNONYM", [Scope::Nothing, Scope::Nothing, Scope::Nothing]),
];

/// Other statements by their leading words. The longer of two that begin alike comes first.
const STATEMENTS: &[(&str, Scope)] = &[
    ("GRANT", Scope::Nothing),
    ("REVOKE", Scope::Nothing),
    ("REASSIGN OWNED", Scope::Nothing),
    ("RENAME USER", Scope::Nothing),
    ("COMMENT ON", Scope::Nothing),
    ("SECURITY LABEL", Scope::Nothing),
    ("LOCK TABLES", Scope::Tables),
    ("LOCK TABLE", Scope::Tables),
    ("UNLOCK TABLES", Scope::Nothing),
    ("UNLOCK TABLE", Scope::Nothing),
    ("LOCK", Scope::Tables),
    ("VACUUM FULL", Scope::Tables),
    ("VACUUM", Scope::Tables),
    ("CLUSTER", Scope::Tables),
    ("REINDEX TABLE CONCURRENTLY", Scope::Tables),
    ("REINDEX TABLE", Scope::Tables),
    ("REINDEX INDEX CONCURRENTLY", Scope::Nothing),
    ("REINDEX", Scope::Anything),
    ("REFRESH MATERIALIZED VIEW CONCURRENTLY", Scope::Nothing),
    ("REFRESH MATERIALIZED VIEW", Scope::Nothing),
    ("ANALYZE TABLE", Scope::Tables),
    ("ANALYZE", Scope::Tables),
    ("OPTIMIZE TABLE", Scope::Tables),
    ("OPTIMIZE", Scope::Tables),
    ("REPAIR TABLE", Scope::Tables),
    ("CHECK TABLE", Scope::Tables),
    ("CHECKSUM TABLE", Scope::Nothing),
    ("REPACK", Scope::Tables),
    ("TABLE", Scope::Nothing),
    ("UPDATE STATISTICS", Scope::Nothing),
    ("ENABLE TRIGGER", Scope::On),
    ("DISABLE TRIGGER", Scope::On),
    ("SHOW", Scope::Nothing),
    ("DESCRIBE", Scope::Nothing),
    ("DESC", Scope::Nothing),
    ("EXPLAIN ANALYZE", Scope::Anything),
    ("EXPLAIN", Scope::Nothing),
    ("VALUES", Scope::Nothing),
    ("PRINT", Scope::Nothing),
    ("DECLARE", Scope::Nothing),
    ("FETCH", Scope::Nothing),
    ("MOVE", Scope::Nothing),
    ("OPEN", Scope::Nothing),
    ("CLOSE", Scope::Nothing),
    ("SAVEPOINT", Scope::Nothing),
    ("RELEASE", Scope::Nothing),
    ("PREPARE TRANSACTION", Scope::Nothing),
    ("PREPARE", Scope::Nothing),
    ("DEALLOCATE", Scope::Nothing),
    ("DROP PREPARE", Scope::Nothing),
    ("USE", Scope::Nothing),
    ("FLUSH", Scope::Nothing),
    ("KILL", Scope::Nothing),
    ("LISTEN", Scope::Nothing),
    ("UNLISTEN", Scope::Nothing),
    ("NOTIFY", Scope::Nothing),
    ("CHECKPOINT", Scope::Nothing),
    ("DISCARD", Scope::Nothing),
    ("LOAD INDEX", Scope::Nothing),
    ("INSTALL", Scope::Nothing),
    ("UNINSTALL", Scope::Nothing),
    ("PURGE", Scope::Nothing),
    ("CHANGE MASTER", Scope::Nothing),
    ("CHANGE REPLICATION", Scope::Nothing),
    ("START", Scope::Nothing),
    ("STOP", Scope::Nothing),
];

/// Reads the statement as an opaque one, or as several where it names several tables.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let whole = cursor.clone();
    let range = cursor.range();
    if load(cursor, reading).is_some() {
        return;
    }
    if let Some((what, scope)) = object(cursor).or_else(|| statement(cursor)) {
        match touched(scope, cursor) {
            touched if touched.is_empty() => reading.opaque(range, &what, Touches::Nothing, KNOWN),
            touched => touched.into_iter().for_each(|touches| {
                let reason = if touches == Touches::Anything { "it may reach any table" } else { KNOWN };
                reading.opaque(range.clone(), &what, touches, reason);
            }),
        }
    } else {
        let word = whole.word().unwrap_or_else(|| "?".to_owned());
        let start: String = whole.text().chars().take(40).collect();
        reading.opaque(range, &word, Touches::Anything, format!("no statement that is known begins with `{start}`"));
    }
    cursor.skip_all();
}

const KNOWN: &str = "it leaves columns, keys and rows of tables as they are";

/// CREATE, ALTER or DROP of something that is neither table nor index.
fn object(cursor: &mut Cursor<'_>) -> Option<(String, Scope)> {
    let verb = ["CREATE", "ALTER", "DROP"].into_iter().position(|verb| cursor.is(verb))?;
    let mut ahead = cursor.clone();
    let word = ahead.advance().map(|token| ahead.text_of(token).to_ascii_uppercase())?;
    // OR REPLACE, DEFINER = …, TEMPORARY and the like stand before the object; nothing in brackets does.
    for _ in 0..16 {
        if let Some((object, scopes)) = OBJECTS.iter().find(|(object, _)| ahead.is(object)) {
            ahead.eat(object);
            let scope = scopes.get(verb).copied().unwrap_or(Scope::Anything);
            let (what, scope) = with_action(&ahead, format!("{word} {object}"), scope);
            *cursor = ahead;
            return Some((what, scope));
        }
        if ahead.is_symbol("(") || ahead.is("AS") || ahead.advance().is_none() {
            break;
        }
    }
    None
}

/// ALTER TYPE does very different things, which its name alone does not tell.
fn with_action(object: &Cursor<'_>, what: String, scope: Scope) -> (String, Scope) {
    let mut ahead = object.clone();
    let _ = ahead.table_name();
    if ["ALTER SCHEMA", "ALTER DOMAIN"].contains(&what.as_str()) && ahead.eat("OWNER TO") {
        return (format!("{what} OWNER TO"), Scope::Nothing);
    }
    if what != "ALTER TYPE" {
        return (what, scope);
    }
    let actions = [
        "SET SCHEMA",
        "SET",
        "ADD VALUE",
        "RENAME VALUE",
        "ADD ATTRIBUTE",
        "DROP ATTRIBUTE",
        "ALTER ATTRIBUTE",
        "RENAME TO",
        "OWNER TO",
    ];
    match ahead.eat_any(&actions) {
        Some(action @ ("ADD VALUE" | "RENAME VALUE" | "OWNER TO" | "SET")) => {
            (format!("{what} {action}"), Scope::Nothing)
        }
        Some(action) => (format!("{what} {action}"), scope),
        None => (what, scope),
    }
}

fn statement(cursor: &mut Cursor<'_>) -> Option<(String, Scope)> {
    let (words, scope) = STATEMENTS.iter().find(|(words, _)| cursor.eat(words))?;
    let mut what = (*words).to_owned();
    if what == "OPTIMIZE" {
        "OPTIMIZE TABLE".clone_into(&mut what);
    }
    if what == "EXPLAIN" && executes(cursor) {
        return Some(("EXPLAIN ANALYZE".to_owned(), Scope::Anything));
    }
    if what == "VACUUM"
        && let Ok(mut options) = cursor.parens()
        && std::iter::from_fn(|| options.item()).any(|option| option.is("FULL"))
    {
        what.push_str(" FULL");
    }
    Some((what, *scope))
}

/// Whether EXPLAIN runs what it explains: `EXPLAIN (ANALYZE, BUFFERS) DELETE …`, `EXPLAIN VERBOSE ANALYZE`.
fn executes(explain: &Cursor<'_>) -> bool {
    let mut ahead = explain.clone();
    if let Ok(mut options) = ahead.parens() {
        return std::iter::from_fn(|| options.item()).any(|mut option| {
            option.eat("ANALYZE") && !option.is_any(&["FALSE", "OFF"]) && !option.text().starts_with('0')
        });
    }
    ahead.eat("VERBOSE");
    ahead.is("ANALYZE")
}

fn touched(scope: Scope, cursor: &mut Cursor<'_>) -> Vec<Touches> {
    match scope {
        Scope::Nothing => Vec::new(),
        Scope::NothingUnlessCascade => {
            cursor.part_until_any(&["CASCADE"]);
            if cursor.is_end() { Vec::new() } else { vec![Touches::Anything] }
        }
        Scope::Anything => vec![Touches::Anything],
        Scope::On => {
            cursor.part_until_any(&["ON"]);
            // `CREATE RULE … AS ON INSERT TO t`
            if cursor.is_any(&["ON SELECT", "ON INSERT", "ON UPDATE", "ON DELETE"]) {
                cursor.part_until_any(&["TO"]);
            }
            cursor.advance();
            cursor.table_name().map(Touches::Surroundings).into_iter().collect()
        }
        Scope::Tables => {
            let modifiers = ["VERBOSE", "FREEZE", "ANALYZE", "ONLY", "NO_WRITE_TO_BINLOG", "LOCAL", "TABLE"];
            while cursor.eat_any(&modifiers).is_some() {}
            cursor.skip_parens();
            let mut tables = Vec::new();
            while let Some(mut item) = cursor.item() {
                item.eat("ONLY");
                tables.extend(item.table_name().map(Touches::Surroundings));
            }
            tables
        }
    }
}

/// LOAD DATA and COPY … FROM write the rows of a file.
fn load(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Option<()> {
    let range = cursor.range();
    let mut ahead = cursor.clone();
    let table = if ahead.eat_any(&["LOAD DATA", "LOAD XML"]).is_some() {
        ahead.part_until_any(&["INTO TABLE"]);
        ahead.eat("INTO TABLE");
        ahead.table_name().ok()?
    } else if ahead.eat("COPY") {
        let Ok(table) = ahead.table_name() else {
            let writes = ahead.parens().is_ok_and(|query| !query.is_any(&["SELECT", "TABLE", "VALUES"]));
            let (touches, reason) = if writes {
                (Touches::Anything, "it runs a query that is not read here")
            } else {
                (Touches::Nothing, "it reads the rows of a query")
            };
            reading.opaque(range, "COPY", touches, reason);
            cursor.skip_all();
            return Some(());
        };
        ahead.skip_parens();
        if ahead.eat("TO") {
            reading.opaque(range, "COPY", Touches::Nothing, "it reads the rows of a table");
            cursor.skip_all();
            return Some(());
        }
        table
    } else {
        return None;
    };
    let rows = DataRows {
        table,
        kind: DataKind::Insert,
        columns: Vec::new(),
        has_condition: Some(false),
        is_bounded: None,
        is_chunked: false,
    };
    reading.push(range, SchemaChange::DataRows(rows));
    cursor.skip_all();
    Some(())
}
