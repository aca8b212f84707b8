//! One statement: told by its leading words, read by the reader for its kind.

use super::cursor::{Cursor, Read};
use super::names::DROP_TEMPORARY;
use super::reading::Reading;
use super::{alter_index, alter_table, batch, block, create_table, dynamic, index, object, rows, select, session};
use crate::change::{DropTable, OnlineClauses, RenameTable, SchemaChange, TableName, Touches};
use crate::engine::Engine;

/// Reads the whole statement. What cannot be read is opaque.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let whole = cursor.clone();
    let what = label(cursor);
    dynamic::forget_assigned(cursor, &mut reading.texts);
    let before = reading.found.len();
    if let Err(error) = read_known(cursor, reading) {
        reading.opaque(whole.range(), &what, Touches::Anything, error.reason());
        cursor.skip_all();
    }
    reading.leave_none(cursor, &what, &Touches::Anything);
    if reading.found.is_empty() && reading.online == OnlineClauses::default() {
        reading.opaque(whole.range(), &what, Touches::Anything, "nothing in it was understood");
    }
    // A statement that makes one change is that change, but for the actions of ALTER TABLE and what stands in a block.
    if let Some([only]) = reading.found.get_mut(before..)
        && !whole.is_any(&["ALTER", "DO"])
    {
        only.range = whole.range();
    }
}

/// The first two words of a statement, upper-case.
fn label(cursor: &Cursor<'_>) -> String {
    let mut ahead = cursor.clone();
    let first = ahead.word();
    ahead.advance();
    let verbs_with_object = ["CREATE", "ALTER", "DROP", "RENAME"];
    let second = ahead.word().filter(|_| first.as_deref().is_some_and(|first| verbs_with_object.contains(&first)));
    [first, second].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn read_known(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let is_mysql = cursor.engine.is_mysql_family();
    let is_update = !cursor.is("UPDATE STATISTICS");
    if cursor.is_any(&["CREATE", "ALTER", "DROP", "RENAME"]) {
        if !read_definition(cursor, reading)? {
            object::read(cursor, reading)?;
        }
    } else if session::read_transaction(cursor, reading)
        || is_update && rows::read(cursor, reading)?
        || cursor.engine == Engine::Sqlserver && dynamic::assign(cursor, reading)
        || dynamic::execute(cursor, reading)
        || dynamic::prepare(cursor, reading)
    {
        // Read.
    } else if cursor.is("SET STATEMENT") {
        set_for_statement(cursor, reading)?;
    } else if cursor.eat("SET") {
        session::set(cursor, reading)?;
    } else if cursor.is("RESET") && cursor.engine == Engine::Postgresql {
        cursor.advance();
        session::reset(cursor, reading)?;
    } else if cursor.engine == Engine::Sqlserver && batch::steers(cursor) {
        let word = cursor.word().unwrap_or_default();
        reading.opaque(cursor.range(), &word, Touches::Nothing, "it steers the batch");
        cursor.skip_all();
    } else if cursor.is("USE") {
        session::enter(cursor, reading)?;
    } else if cursor.eat("PRAGMA") {
        session::pragma(cursor, reading)?;
    } else if cursor.is("DO") && cursor.engine == Engine::Postgresql {
        block::read(cursor, reading);
    } else if cursor.is_any(&["SELECT", "WITH"]) || cursor.is_symbol("(") || is_mysql && cursor.is("DO") {
        select::read(cursor, reading);
    } else if cursor.is_any(&["EXECUTE", "CALL", "EXEC", "SP_RENAME", "DO", "BEGIN NOT ATOMIC", "IF", "WHILE"]) {
        run_unknown(cursor, reading);
    } else {
        object::read(cursor, reading)?;
    }
    Ok(())
}

/// Code that is not read: prepared statements, procedures, blocks.
fn run_unknown(cursor: &mut Cursor<'_>, reading: &mut Reading) {
    let range = cursor.range();
    let word = cursor.word().unwrap_or_default();
    if let Some(rename) = renamed_by_procedure(cursor) {
        reading.push(range, rename);
    } else {
        reading.opaque(range, &word, Touches::Anything, "it runs code that is not read here");
    }
    cursor.skip_all();
}

/// Tables, indexes and what is theirs; false where the statement is about something else.
fn read_definition(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<bool> {
    let range = cursor.range();
    if begins_create(cursor, "TABLE") {
        create_table::create(cursor, reading)?;
    } else if begins_create(cursor, "INDEX") {
        index::create(cursor, reading)?;
    } else if cursor.eat("CREATE VIRTUAL TABLE") {
        let if_not_exists = cursor.eat("IF NOT EXISTS");
        let table = cursor.table_name()?;
        cursor.skip_all();
        reading.push(range, create_table::virtual_table(table, if_not_exists));
    } else if cursor.is("ALTER TABLE ALL IN TABLESPACE") {
        cursor.skip_all();
        reading.opaque(range, "ALTER TABLE ALL IN TABLESPACE", Touches::Anything, "it may reach any table");
    } else if cursor
        .eat_any(&["ALTER TABLE", "ALTER ONLINE TABLE", "ALTER IGNORE TABLE", "ALTER FOREIGN TABLE"])
        .is_some()
    {
        alter_table::alter(cursor, reading)?;
    } else if cursor.eat("ALTER INDEX") {
        alter_index::alter(cursor, reading)?;
    } else if cursor.eat("DROP INDEX") {
        index::drop(cursor, reading)?;
    } else if cursor.is_any(&["DROP TEMPORARY TABLE", "DROP TEMPORARY TABLES"]) {
        drop_temporary(cursor, reading)?;
    } else if cursor.eat_any(&["DROP TABLE", "DROP TABLES", "DROP FOREIGN TABLE"]).is_some() {
        drop_tables(cursor, reading)?;
    } else if cursor.eat_any(&["RENAME TABLE", "RENAME TABLES"]).is_some() {
        rename_tables(cursor, reading)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Whether CREATE, with the words that may stand before the object, is about `object`.
fn begins_create(cursor: &Cursor<'_>, object: &str) -> bool {
    const MODIFIERS: &[&str] = &[
        "OR",
        "REPLACE",
        "TEMPORARY",
        "TEMP",
        "GLOBAL",
        "LOCAL",
        "UNLOGGED",
        "FOREIGN",
        "UNIQUE",
        "FULLTEXT",
        "SPATIAL",
        "VECTOR",
        "PRIMARY",
        "XML",
        "CLUSTERED",
        "NONCLUSTERED",
        "COLUMNSTORE",
        "ONLINE",
        "OFFLINE",
    ];
    let mut ahead = cursor.clone();
    if !ahead.eat("CREATE") {
        return false;
    }
    while ahead.eat_any(MODIFIERS).is_some() {}
    ahead.is(object)
}

fn drop_temporary(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    cursor.eat_any(&["DROP TEMPORARY TABLES", "DROP TEMPORARY TABLE"]);
    cursor.eat("IF EXISTS");
    while let Some(mut item) = cursor.item() {
        let range = item.range();
        let table = item.table_name()?;
        reading.opaque(range, DROP_TEMPORARY, Touches::Surroundings(table), "only this session has the table");
    }
    Ok(())
}

fn drop_tables(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let if_exists = cursor.eat("IF EXISTS");
    let mut list = cursor.part_until_any(&["CASCADE", "RESTRICT", "WAIT", "NOWAIT", "PURGE"]);
    let cascade = cursor.is("CASCADE");
    cursor.skip_all();
    if list.is_end() {
        return Err(list.unread("a table"));
    }
    while let Some(mut item) = list.item() {
        let range = item.range();
        let table = item.table_name()?;
        reading.push(range, SchemaChange::DropTable(DropTable { table, if_exists, cascade }));
        reading.leave_none(&item, "DROP TABLE", &Touches::Anything);
    }
    Ok(())
}

fn rename_tables(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    cursor.eat("IF EXISTS");
    while let Some(mut item) = cursor.item() {
        let range = item.range();
        let table = item.table_name()?;
        if item.eat("WAIT") {
            item.number()?;
        }
        item.eat("NOWAIT");
        item.expect("TO")?;
        let to = item.table_name()?;
        reading.push(range, SchemaChange::RenameTable(RenameTable { table, to }));
        reading.leave_none(&item, "RENAME TABLE", &Touches::Anything);
    }
    Ok(())
}

/// MariaDB: SET STATEMENT variable = value, … FOR statement.
fn set_for_statement(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    cursor.eat("SET STATEMENT");
    session::set(&mut cursor.part_until_any(&["FOR"]), reading)?;
    cursor.expect("FOR")?;
    if cursor.is("SET STATEMENT") {
        return Err(cursor.unread("a statement"));
    }
    read_known(cursor, reading)
}

/// SQL Server renames tables and columns by a procedure: `sp_rename N'old', N'new'`.
fn renamed_by_procedure(cursor: &Cursor<'_>) -> Option<SchemaChange> {
    let mut ahead = cursor.clone();
    ahead.eat_any(&["EXEC", "EXECUTE"]);
    if !ahead.table_name().is_ok_and(|name| name.name.eq_ignore_ascii_case("sp_rename")) {
        return None;
    }
    let from = ahead.string().ok()?;
    ahead.eat_symbol(",");
    let to = ahead.string().ok()?;
    let kind = if ahead.eat_symbol(",") { ahead.string().ok()? } else { "OBJECT".to_owned() };
    let parts: Vec<String> = from
        .split('.')
        .map(|part| part.trim_matches(['[', ']', '"']).to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    renamed_object(&parts, to, &kind.to_ascii_uppercase())
}

fn renamed_object(parts: &[String], to: String, kind: &str) -> Option<SchemaChange> {
    let named = |parts: &[String]| match parts {
        [.., schema, name] => Some(TableName { schema: Some(schema.clone()), name: name.clone() }),
        [name] => Some(TableName::new(name.clone())),
        [] => None,
    };
    match (kind, parts) {
        ("OBJECT", parts) => {
            let table = named(parts)?;
            let to = TableName { schema: table.schema.clone(), name: to };
            Some(SchemaChange::RenameTable(RenameTable { table, to }))
        }
        ("COLUMN", [table @ .., column]) => {
            let (table, column) = (named(table)?, column.clone());
            Some(SchemaChange::RenameColumn(crate::change::RenameColumn { table, column, to }))
        }
        ("INDEX", [table @ .., name]) => {
            let (table, name) = (named(table), name.clone());
            Some(SchemaChange::RenameIndex(crate::change::RenameIndex { table, name, to }))
        }
        _ => None,
    }
}
