//! The actions of ALTER TABLE that only the MySQL family has.

use super::{Action, partitions};
use crate::change::{
    ChangeTableOptions, DropConstraint, DropDefault, DropPrimaryKey, Maintenance, RedefineColumn, RenameIndex,
    RenameTable, SchemaChange, SetDefault, TableOptions, TableSetting, ValidateConstraint,
};
use crate::sql::column;
use crate::sql::cursor::{Cursor, Read};
use crate::sql::default::classify;
use crate::sql::index;
use crate::sql::options::{Known, read_online, read_option};

/// Actions that their words say wholly, but for names that are not kept.
const SETTINGS: &[(&str, TableSetting)] = &[
    ("ORDER BY", TableSetting::Order),
    ("ENABLE KEYS", TableSetting::EnableKeys),
    ("DISABLE KEYS", TableSetting::DisableKeys),
    ("ADD SYSTEM VERSIONING", TableSetting::AddVersioning),
    ("WITH SYSTEM VERSIONING", TableSetting::AddVersioning),
    ("DROP SYSTEM VERSIONING", TableSetting::DropVersioning),
    ("ADD PERIOD FOR", TableSetting::AddPeriod),
    ("ADD PERIOD IF NOT EXISTS FOR", TableSetting::AddPeriod),
    ("DROP PERIOD FOR", TableSetting::DropPeriod),
    ("DROP PERIOD IF EXISTS FOR", TableSetting::DropPeriod),
    ("DISCARD TABLESPACE", TableSetting::DiscardTablespace),
    ("IMPORT TABLESPACE", TableSetting::ImportTablespace),
];

/// Others that leave columns, keys and rows as they are.
const OTHERS: &[&str] = &["WITH VALIDATION", "WITHOUT VALIDATION", "SECONDARY_LOAD", "SECONDARY_UNLOAD"];

/// Where an action ends: at a comma, or before the partitioning, which may follow without one.
pub(super) fn next_action<'a>(cursor: &mut Cursor<'a>) -> Cursor<'a> {
    if takes_rest(cursor) {
        return cursor.take_part(cursor.tokens().len());
    }
    let start = cursor.tokens().len();
    let action = cursor.part_until(|cursor| {
        let is_first = cursor.tokens().len() == start;
        cursor.is_symbol(",") || !is_first && cursor.is_any(&["PARTITION BY", "REMOVE PARTITIONING"])
    });
    cursor.eat_symbol(",");
    action
}

/// Whether the commas of the action that begins here are its own: it is the last of its statement.
fn takes_rest(cursor: &Cursor<'_>) -> bool {
    cursor.is("ORDER BY") || partitions::takes_rest(cursor)
}

/// Reads the action, if it is one that only the MySQL family has.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    if partitions::read(item, action)? {
        // Read.
    } else if item.eat("FORCE") {
        action.maintain(Maintenance::Rebuild);
    } else if let Some((_, setting)) = SETTINGS.iter().find(|(words, _)| item.eat(words)) {
        item.skip_all();
        action.set(setting.clone());
    } else if let Some(words) = item.eat_any(OTHERS) {
        action.set(TableSetting::Other(words.to_owned()));
    } else if item.eat("MODIFY") {
        item.eat("COLUMN");
        item.eat("IF EXISTS");
        let definition = column::definition(item)?;
        redefine(action, definition.name.clone(), definition);
    } else if item.eat("CHANGE") {
        item.eat("COLUMN");
        item.eat("IF EXISTS");
        let name = item.name()?;
        redefine(action, name, column::definition(item)?);
    } else if item.eat("ALTER") {
        read_alter(item, action)?;
    } else if item.eat("CONVERT TO") {
        read_convert(item, action)?;
    } else {
        return Ok(read_online(item, &mut action.reading.online)?
            || read_drop(item, action)?
            || read_rename(item, action)?
            || read_options(item, action)?);
    }
    Ok(true)
}

fn redefine(action: &mut Action<'_>, column: String, definition: crate::change::Column) {
    let table = action.table.clone();
    action.push(SchemaChange::RedefineColumn(RedefineColumn { table, column, definition }));
}

fn read_alter(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<()> {
    if item.eat_any(&["INDEX", "KEY"]).is_some() {
        item.name()?;
        let setting = match item.eat_any(&["VISIBLE", "NOT IGNORED", "INVISIBLE", "IGNORED"]) {
            Some("VISIBLE" | "NOT IGNORED") => TableSetting::Visible,
            Some(_) => TableSetting::Invisible,
            None => return Err(item.unread("VISIBLE or INVISIBLE")),
        };
        action.set(setting);
    } else if item.eat_any(&["CHECK", "CONSTRAINT"]).is_some() {
        let (table, name) = (action.table.clone(), item.name()?);
        if item.eat("ENFORCED") {
            action.push(SchemaChange::ValidateConstraint(ValidateConstraint { table, name }));
        } else {
            item.expect("NOT ENFORCED")?;
            action.set(TableSetting::NotEnforced(name));
        }
    } else {
        item.eat("COLUMN");
        item.eat("IF EXISTS");
        let (table, column) = (action.table.clone(), item.name()?);
        if item.eat("SET DEFAULT") {
            let default = classify(item);
            item.skip_all();
            action.push(SchemaChange::SetDefault(SetDefault { table, column, default }));
        } else if item.eat("DROP DEFAULT") {
            action.push(SchemaChange::DropDefault(DropDefault { table, column }));
        } else if item.eat("SET VISIBLE") {
            action.change_setting(Some(column), TableSetting::Visible);
        } else if item.eat("SET INVISIBLE") {
            action.change_setting(Some(column), TableSetting::Invisible);
        } else {
            return Err(item.unread("SET DEFAULT or DROP DEFAULT"));
        }
    }
    Ok(())
}

fn read_convert(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<()> {
    let mut options = TableOptions::default();
    if item.is_any(&["CHARACTER SET DEFAULT", "CHARSET DEFAULT"]) {
        item.part_until_any(&["COLLATE"]);
    }
    while !item.is_end() {
        if matches!(read_option(item, &mut options)?, Known::No) {
            return Err(item.unread("a character set"));
        }
    }
    let table = action.table.clone();
    action.push(SchemaChange::ChangeTableOptions(ChangeTableOptions { table, options, converts_columns: true }));
    Ok(())
}

fn read_drop(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let table = action.table.clone();
    let change = if item.eat_any(&["DROP PRIMARY KEY", "DROP CONSTRAINT PRIMARY KEY"]).is_some() {
        SchemaChange::DropPrimaryKey(DropPrimaryKey { table })
    } else if item.eat_any(&["DROP INDEX", "DROP KEY"]).is_some() {
        let if_exists = item.eat("IF EXISTS");
        index::dropped(Some(table), item.name()?, false, if_exists)
    } else if item.eat_any(&["DROP FOREIGN KEY", "DROP CHECK"]).is_some() {
        let if_exists = item.eat("IF EXISTS");
        SchemaChange::DropConstraint(DropConstraint { table, name: item.name()?, if_exists, cascade: false })
    } else {
        return Ok(false);
    };
    action.push(change);
    Ok(true)
}

/// `RENAME INDEX a TO b`, and `RENAME t`, which names a table without TO.
fn read_rename(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let table = action.table.clone();
    if item.eat_any(&["RENAME INDEX", "RENAME KEY"]).is_some() {
        item.eat("IF EXISTS");
        let (name, to) = super::renamed(item)?;
        action.push(SchemaChange::RenameIndex(RenameIndex { table: Some(table), name, to }));
        return Ok(true);
    }
    if !item.is("RENAME") || item.is_any(&["RENAME TO", "RENAME AS", "RENAME COLUMN"]) {
        return Ok(false);
    }
    item.advance();
    item.eat_symbol("=");
    let to = item.table_name()?;
    action.push(SchemaChange::RenameTable(RenameTable { table, to }));
    Ok(true)
}

/// Options may stand one after another without commas.
fn read_options(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let mut options = TableOptions::default();
    let mut is_option = false;
    loop {
        match read_option(item, &mut options)? {
            Known::Kept => {}
            Known::Unkept(name) => action.set(match name {
                "AUTO_INCREMENT" => TableSetting::Counter,
                "TABLESPACE" => TableSetting::Tablespace,
                name => TableSetting::Other(name.to_owned()),
            }),
            Known::No => break,
        }
        is_option = true;
    }
    if options != TableOptions::default() {
        let table = action.table.clone();
        action.push(SchemaChange::ChangeTableOptions(ChangeTableOptions { table, options, converts_columns: false }));
    }
    Ok(is_option)
}
