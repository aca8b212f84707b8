//! Statements that are none of the schema's business, and those that nobody knows.

use crate::change::Touches;
use crate::sql::cursor::Cursor;
use crate::sql::reading::{Reading, in_one_line};

/// What changes no table, by its leading words. The longer of two that begin alike comes first.
const HARMLESS: &[&str] = &[
    "RENAME USER",
    "SECURITY LABEL",
    "LOCK INSTANCE",
    "LOCK BINLOG",
    "UNLOCK TABLES",
    "UNLOCK TABLE",
    "UNLOCK INSTANCE",
    "UNLOCK BINLOG",
    "CHECKSUM TABLE",
    "TABLE",
    "UPDATE STATISTICS",
    "SHOW",
    "DESCRIBE",
    "DESC",
    "EXPLAIN",
    "VALUES",
    "PRINT",
    "DECLARE",
    "FETCH",
    "MOVE",
    "OPEN",
    "CLOSE",
    "SAVEPOINT",
    "RELEASE",
    "PREPARE TRANSACTION",
    "PREPARE",
    "DEALLOCATE",
    "DROP PREPARE",
    "USE",
    "FLUSH",
    "KILL",
    "LISTEN",
    "UNLISTEN",
    "NOTIFY",
    "CHECKPOINT",
    "DISCARD",
    "LOAD INDEX",
    "INSTALL",
    "UNINSTALL",
    "PURGE",
    "CHANGE MASTER",
    "CHANGE REPLICATION",
    "START",
    "STOP",
];

/// Reads the statement as an opaque one.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let whole = cursor.clone();
    match cursor.eat_any(HARMLESS) {
        Some("EXPLAIN") if executes(cursor) => {
            reading.opaque(range, "EXPLAIN ANALYZE", Touches::Anything, "it may reach any table");
        }
        Some(words) => {
            reading.opaque(range, words, Touches::Nothing, "it leaves columns, keys and rows of tables as they are");
        }
        None => {
            let word = whole.word().unwrap_or_else(|| "?".to_owned());
            let start = in_one_line(&whole.text(), 40);
            let reason = format!("no statement that is known begins with `{start}`");
            reading.opaque(range, &word, Touches::Anything, reason);
        }
    }
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
