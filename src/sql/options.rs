//! Options of the MySQL family: those of tables, as CREATE TABLE and ALTER TABLE write them, and how to run a change.

use super::cursor::{Cursor, Read};
use crate::change::{OnlineClauses, TableOptions};
use crate::engine::Engine;

/// What an option turned out to be.
pub(super) enum Known {
    /// It is now in the options.
    Kept,
    /// It is an option that [`TableOptions`] does not keep: its name.
    Unkept(&'static str),
    /// No option begins here.
    No,
}

/// Reads ALGORITHM= or LOCK=, if one of them stands here.
pub(super) fn read_online(cursor: &mut Cursor<'_>, online: &mut OnlineClauses) -> Read<bool> {
    let clause = if cursor.eat("ALGORITHM") {
        &mut online.algorithm
    } else if cursor.eat("LOCK") {
        &mut online.lock
    } else {
        return Ok(false);
    };
    cursor.eat_symbol("=");
    *clause = Some(cursor.name()?.to_ascii_lowercase());
    Ok(true)
}

/// Options that concern how a table is kept, and neither its columns nor their values.
const UNKEPT: &[&str] = &[
    "AUTO_INCREMENT",
    "AUTOEXTEND_SIZE",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "COMPRESSION",
    "CONNECTION",
    "DATA DIRECTORY",
    "DELAY_KEY_WRITE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "ENGINE_ATTRIBUTE",
    "IETF_QUOTES",
    "INDEX DIRECTORY",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PASSWORD",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SEQUENCE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLESPACE",
    "TRANSACTIONAL",
    "UNION",
];

/// Reads one option, if one begins here.
pub(super) fn read_option(cursor: &mut Cursor<'_>, options: &mut TableOptions) -> Read<Known> {
    let start = cursor.clone();
    let has_default = cursor.eat("DEFAULT");
    if cursor.eat_any(&["CHARACTER SET", "CHAR SET", "CHARSET"]).is_some() {
        cursor.eat_symbol("=");
        options.charset = Some(cursor.name_or_string()?.to_ascii_lowercase());
    } else if cursor.eat("COLLATE") {
        cursor.eat_symbol("=");
        options.collation = Some(cursor.name_or_string()?.to_ascii_lowercase());
    } else if has_default {
        *cursor = start;
        return Ok(Known::No);
    } else if cursor.eat_any(&["ENGINE", "TYPE"]).is_some() {
        cursor.eat_symbol("=");
        options.engine = Some(cursor.name_or_string()?.to_ascii_lowercase());
    } else if cursor.eat("ROW_FORMAT") {
        cursor.eat_symbol("=");
        options.row_format = Some(cursor.name_or_string()?.to_ascii_lowercase());
    } else if cursor.eat("COMMENT") {
        cursor.eat_symbol("=");
        options.comment = Some(cursor.string()?);
    } else if let Some(name) = UNKEPT.iter().copied().find(|name| cursor.eat(name)) {
        cursor.eat_symbol("=");
        if !cursor.skip_parens() {
            cursor.advance();
        }
        return Ok(Known::Unkept(name));
    } else if cursor.engine == Engine::Mariadb
        && cursor.is_symbol_ahead(1, "=")
        && !cursor.is_any(&["ALGORITHM", "LOCK"])
    {
        // An option that a storage engine defines.
        cursor.take_part(3);
        return Ok(Known::Unkept("OPTION"));
    } else {
        return Ok(Known::No);
    }
    Ok(Known::Kept)
}
