//! ALTER INDEX: PostgreSQL's settings of an index, and what SQL Server does to one or all of a table's.

use super::cursor::{Cursor, Read};
use super::index::is_online;
use super::reading::Reading;
use crate::change::{MaintainTable, Maintenance, RenameIndex, SchemaChange, TableName, Touches};
use crate::engine::Engine;

/// What leaves every row of every table as it is, and why.
const HARMLESS: &[(&str, &str)] = &[
    ("SET", "it changes how an index is stored from now on, not what it covers"),
    ("RESET", "it changes how an index is stored from now on, not what it covers"),
    ("ATTACH PARTITION", "an index of a partition becomes part of its parent's"),
    ("ALTER", "it changes what the planner keeps of an expression in an index"),
    ("DEPENDS ON EXTENSION", "it says with which extension an index goes"),
    ("NO DEPENDS ON EXTENSION", "it says with which extension an index goes"),
    ("REORGANIZE", "SQL Server puts the pages of an index in order while others use it"),
    ("PAUSE", "it steers the rebuild of an index that was begun before"),
    ("ABORT", "it steers the rebuild of an index that was begun before"),
];

/// Reads ALTER INDEX, behind those words.
pub(super) fn alter(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = cursor.range();
    if cursor.eat("ALL IN TABLESPACE") {
        cursor.skip_all();
        reading.opaque(range, "ALTER INDEX ALL", Touches::Anything, "it copies every index of a tablespace");
        return Ok(());
    }
    cursor.eat("IF EXISTS");
    let name = cursor.table_name()?;
    if cursor.eat("RENAME TO") {
        let to = cursor.name()?;
        reading.push(range, SchemaChange::RenameIndex(RenameIndex { table: None, name: name.name, to }));
        return Ok(());
    }
    let table = if cursor.eat("ON") { Some(cursor.table_name()?) } else { None };
    let words = cursor.clone();
    cursor.skip_all();
    if let Some(table) = table.filter(|_| words.engine == Engine::Sqlserver) {
        return of_table(words, table, name.name, reading);
    }
    let harmless = HARMLESS.iter().find(|(phrase, _)| words.is(phrase) && !words.is("SET TABLESPACE"));
    if let Some((phrase, reason)) = harmless {
        reading.opaque(range, &format!("ALTER INDEX {phrase}"), Touches::Nothing, *reason);
    } else {
        let what = format!("ALTER INDEX {}", words.word().unwrap_or_default());
        // Indexes and tables share their names: what is locked goes by that of the index.
        reading.opaque(range, &what, Touches::Surroundings(name), "the index is locked, or copied");
    }
    Ok(())
}

/// SQL Server's `ALTER INDEX i ON t …`; ALL stands for each of the table's.
fn of_table(mut words: Cursor<'_>, table: TableName, index: String, reading: &mut Reading) -> Read<()> {
    let range = words.range();
    if words.eat_any(&["REBUILD", "RESUME"]).is_some() {
        words.part_until_any(&["WITH"]);
        let is_concurrent = words.eat("WITH") && words.parens().is_ok_and(is_online);
        let index = Some(index).filter(|index| !index.eq_ignore_ascii_case("ALL"));
        let maintain = MaintainTable { table: Some(table), index, what: Maintenance::Reindex, is_concurrent };
        reading.push(range, SchemaChange::MaintainTable(maintain));
        return Ok(());
    }
    if words.is("DISABLE") {
        let reason = "no query uses the index any more, and the key that it was holds no longer";
        reading.opaque(range, "ALTER INDEX DISABLE", Touches::Table(table), reason);
        return Ok(());
    }
    let Some((phrase, reason)) = HARMLESS.iter().find(|(phrase, _)| words.is(phrase)) else {
        return Err(words.unread("REBUILD, REORGANIZE, DISABLE or SET"));
    };
    reading.opaque(range, &format!("ALTER INDEX {phrase}"), Touches::Nothing, *reason);
    Ok(())
}
