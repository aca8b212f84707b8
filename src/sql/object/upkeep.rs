//! VACUUM, ANALYZE, REINDEX, OPTIMIZE, REFRESH, LOCK: work on tables that leaves their shape as it is.

use std::ops::Range;

use crate::change::{LockMode, LockTable, MaintainTable, Maintenance, RefreshView, SchemaChange, TableName};
use crate::engine::Engine;
use crate::sql::cursor::{Cursor, Read};
use crate::sql::reading::Reading;

/// Reads the statement, if it is one of these.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<bool> {
    let range = cursor.range();
    if cursor.eat("REFRESH MATERIALIZED VIEW") {
        let is_concurrent = cursor.eat("CONCURRENTLY");
        let view = cursor.table_name()?;
        let empties = cursor.is("WITH NO DATA");
        reading.push(range, SchemaChange::RefreshView(RefreshView { view, is_concurrent, empties }));
    } else if cursor.is("LOCK") && !cursor.is_any(&["LOCK INSTANCE", "LOCK BINLOG"]) {
        cursor.advance();
        lock(cursor, reading)?;
    } else if cursor.eat("REINDEX") {
        reindex(cursor, range, reading);
    } else if let Some(what) = maintenance(cursor) {
        maintain(cursor, what, &range, reading);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// What the words here, up to the tables, ask for.
fn maintenance(cursor: &mut Cursor<'_>) -> Option<Maintenance> {
    if !cursor.engine.is_mysql_family() {
        let what = match cursor.eat_any(&["VACUUM", "ANALYZE", "ANALYSE", "CLUSTER", "REPACK"])? {
            "VACUUM" => Maintenance::Vacuum,
            "CLUSTER" => Maintenance::Cluster,
            "REPACK" => Maintenance::Repack,
            _ => Maintenance::Analyze,
        };
        let is_full = pass_options(cursor).is_full;
        return Some(if is_full && what == Maintenance::Vacuum { Maintenance::VacuumFull } else { what });
    }
    // MariaDB's ANALYZE runs a statement, unless it is told to look at tables.
    let mut ahead = cursor.clone();
    let what = match ahead.eat_any(&["ANALYZE", "OPTIMIZE", "REPAIR", "CHECK"])? {
        "ANALYZE" => Maintenance::Analyze,
        "OPTIMIZE" => Maintenance::Optimize,
        "REPAIR" => Maintenance::Repair,
        _ => Maintenance::Check,
    };
    ahead.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
    ahead.eat_any(&["TABLE", "TABLES"])?;
    *cursor = ahead;
    Some(what)
}

#[derive(Debug, Default)]
struct Options {
    is_full: bool,
    is_concurrent: bool,
}

/// `(FULL, VERBOSE FALSE)`, or the words alone.
fn pass_options(cursor: &mut Cursor<'_>) -> Options {
    let mut options = Options::default();
    let mut inside = cursor.parens().unwrap_or_else(|_| cursor.take_part(0));
    while let Some(mut option) = inside.item() {
        let name = option.word();
        option.advance();
        let is_on = !option.is_any(&["FALSE", "OFF"]) && !option.text().starts_with('0');
        options.is_full |= is_on && name.as_deref() == Some("FULL");
        options.is_concurrent |= is_on && name.as_deref() == Some("CONCURRENTLY");
    }
    while let Some(word) = cursor.eat_any(&["FULL", "FREEZE", "VERBOSE", "ANALYZE", "ANALYSE", "CONCURRENTLY"]) {
        options.is_full |= word == "FULL";
        options.is_concurrent |= word == "CONCURRENTLY";
    }
    options
}

/// Each of the tables, or all of them where none is named.
fn maintain(cursor: &mut Cursor<'_>, what: Maintenance, range: &Range<usize>, reading: &mut Reading) {
    let mut tables = Vec::new();
    let mut index = None;
    while let Some(mut item) = cursor.item() {
        item.eat("ONLY");
        tables.extend(item.table_name());
        if item.engine == Engine::Postgresql && item.eat("USING") {
            item.eat("INDEX");
            index = item.name().ok();
        } else if what == Maintenance::Cluster && item.eat("ON") {
            // The form of old: CLUSTER index ON table.
            index = tables.pop().map(|name| name.name);
            tables.extend(item.table_name());
        }
    }
    // SQLite's VACUUM names a schema or a file, not a table.
    if cursor.engine == Engine::Sqlite && what == Maintenance::Vacuum {
        tables.clear();
    }
    let tables = if tables.is_empty() { vec![None] } else { tables.into_iter().map(Some).collect() };
    for table in tables {
        let maintain = MaintainTable { table, index: index.clone(), what, is_concurrent: false };
        reading.push(range.clone(), SchemaChange::MaintainTable(maintain));
    }
}

/// Behind REINDEX. SQLite's names a table, an index or a collation alike.
fn reindex(cursor: &mut Cursor<'_>, range: Range<usize>, reading: &mut Reading) {
    let mut is_concurrent = pass_options(cursor).is_concurrent;
    let object = cursor.eat_any(&["TABLE", "INDEX", "SCHEMA", "DATABASE", "SYSTEM"]);
    is_concurrent |= cursor.eat("CONCURRENTLY");
    let name = cursor.table_name().ok();
    let (table, index) = match object {
        Some("TABLE") => (name, None),
        Some("INDEX") => (None, name.map(|name| name.name)),
        _ => (None, None),
    };
    let maintain = MaintainTable { table, index, what: Maintenance::Reindex, is_concurrent };
    reading.push(range, SchemaChange::MaintainTable(maintain));
}

/// Behind LOCK: PostgreSQL's tables and their mode, or the MySQL family's tables, each with its own.
fn lock(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    cursor.eat_any(&["TABLES", "TABLE"]);
    let is_mysql = cursor.engine.is_mysql_family();
    let mut list = if is_mysql { cursor.clone() } else { cursor.part_until_any(&["IN", "NOWAIT"]) };
    let mode = if cursor.eat("IN") { mode(cursor)? } else { LockMode::AccessExclusive };
    while let Some(mut item) = list.item() {
        item.eat("ONLY");
        let range = item.range();
        let table: TableName = item.table_name()?;
        let mode = match is_mysql {
            true if names_write(item) => LockMode::Write,
            true => LockMode::Read,
            false => mode,
        };
        reading.push(range, SchemaChange::LockTable(LockTable { table, mode }));
    }
    Ok(())
}

fn names_write(mut item: Cursor<'_>) -> bool {
    item.part_until_any(&["WRITE"]);
    item.is("WRITE")
}

fn mode(cursor: &Cursor<'_>) -> Read<LockMode> {
    const MODES: [LockMode; 8] = [
        LockMode::AccessShare,
        LockMode::RowShare,
        LockMode::RowExclusive,
        LockMode::ShareUpdateExclusive,
        LockMode::ShareRowExclusive,
        LockMode::Share,
        LockMode::Exclusive,
        LockMode::AccessExclusive,
    ];
    MODES.into_iter().find(|mode| cursor.is(mode.words())).ok_or_else(|| cursor.unread("a lock mode"))
}
