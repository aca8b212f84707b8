//! ALTER INDEX: PostgreSQL's settings of an index, and what SQL Server does to one or all of a table's.

use super::cursor::{Cursor, Read};
use super::index::is_online;
use super::reading::Reading;
use crate::change::{
    AlterObject, MaintainTable, Maintenance, Object, ObjectAction, ObjectKind, RenameIndex, SchemaChange, TableName,
    Touches,
};
use crate::engine::Engine;

/// What of SQL Server's leaves every row of every table as it is, and why.
const HARMLESS: &[(&str, &str)] = &[
    ("SET", "it changes how an index is stored from now on, not what it covers"),
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
    let if_exists = cursor.eat("IF EXISTS");
    let object = Object::new(ObjectKind::Index, cursor.table_name()?);
    if cursor.eat("RENAME TO") {
        let to = cursor.name()?;
        reading.push(range, SchemaChange::RenameIndex(RenameIndex { table: None, name: object.name.name, to }));
        return Ok(());
    }
    let table = if cursor.eat("ON") { Some(cursor.table_name()?) } else { None };
    let words = cursor.clone();
    cursor.skip_all();
    if let Some(table) = table.filter(|_| words.engine == Engine::Sqlserver) {
        return of_table(words, table, object.name.name, reading);
    }
    let action = ObjectAction::Other(leading_words(&words));
    reading.push(range, SchemaChange::AlterObject(AlterObject { object, if_exists, action }));
    Ok(())
}

/// The words up to a name, a number or brackets: `SET TABLESPACE`, `ATTACH PARTITION`.
fn leading_words(action: &Cursor<'_>) -> String {
    const KNOWN: &[&str] = &["SET TABLESPACE", "ATTACH PARTITION", "SET STATISTICS", "SET", "RESET"];
    let mut ahead = action.clone();
    if ahead.eat("ALTER") {
        ahead.eat("COLUMN");
        ahead.advance();
    }
    ahead.eat_any(KNOWN).map_or_else(|| ahead.word().unwrap_or_default(), str::to_owned)
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
