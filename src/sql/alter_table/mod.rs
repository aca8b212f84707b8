//! ALTER TABLE: each of its actions is a change of its own, with its own place in the text.
//!
//! The forms that all engines share are here, those of one engine in a file each.

mod mysql;
mod partitions;
mod postgresql;
mod settings;
mod sqlite;
mod sqlserver;

use std::ops::Range;

use super::column;
use super::constraint::table_constraint;
use super::cursor::{Cursor, Read};
use super::reading::Reading;
use crate::change::{
    AddColumn, ChangeTableSetting, DropColumn, DropConstraint, MaintainTable, Maintenance, RenameColumn, RenameIndex,
    RenameTable, SchemaChange, TableName, TableSetting, Touches,
};
use crate::engine::Engine;

/// Reads ALTER TABLE, behind those words.
pub(super) fn alter(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    cursor.eat("IF EXISTS");
    let is_only = cursor.eat("ONLY");
    let table = if is_only && cursor.is_symbol("(") { cursor.parens()?.table_name()? } else { cursor.table_name()? };
    cursor.eat_symbol("*");
    if cursor.eat("WAIT") {
        cursor.number()?;
    }
    cursor.eat("NOWAIT");
    if cursor.is_end() {
        reading.opaque(cursor.range(), "ALTER TABLE", Touches::Surroundings(table.clone()), "it names no action");
    }
    let mut verb = "";
    while !cursor.is_end() {
        let mut item = match cursor.engine {
            Engine::Mysql | Engine::Mariadb => mysql::next_action(cursor),
            _ => cursor.item().unwrap_or_else(|| cursor.clone()),
        };
        let mut action = Action { table: &table, range: item.range(), reading };
        verb = action.read(&mut item, verb);
    }
    Ok(())
}

/// One action of an ALTER TABLE, and where its changes go.
struct Action<'r> {
    table: &'r TableName,
    range: Range<usize>,
    reading: &'r mut Reading,
}

impl Action<'_> {
    /// Reads the action and all of it; what was not understood becomes opaque. SQL Server's `DROP COLUMN a, b` says its
    /// verb once, so that is handed on from one action to the next.
    fn read(&mut self, item: &mut Cursor<'_>, verb: &'static str) -> &'static str {
        let whole = item.clone();
        let read = match item.engine {
            Engine::Mysql | Engine::Mariadb => mysql::read(item, self),
            Engine::Postgresql => postgresql::read(item, self),
            Engine::Sqlserver => return sqlserver::read(item, self, verb),
            Engine::Sqlite => sqlite::read(item, self),
        };
        let read = read.and_then(|is_read| if is_read { Ok(true) } else { self.read_shared(item) });
        self.finish(read, item, &whole);
        ""
    }

    fn finish(&mut self, read: Read<bool>, item: &Cursor<'_>, whole: &Cursor<'_>) {
        let what = format!("ALTER TABLE {}", leading_words(whole));
        let touches = Touches::Table(self.table.clone());
        match read {
            Ok(true) => self.reading.leave_none(item, &what, &touches),
            Ok(false) => {
                let reason = format!("{} has no such action that is known", item.engine.title());
                self.reading.opaque(self.range.clone(), &what, touches, reason);
            }
            Err(error) => self.reading.opaque(self.range.clone(), &what, touches, error.reason()),
        }
    }

    fn push(&mut self, change: SchemaChange) {
        self.reading.push(self.range.clone(), change);
    }

    fn set(&mut self, setting: TableSetting) {
        self.change_setting(None, setting);
    }

    fn change_setting(&mut self, column: Option<String>, setting: TableSetting) {
        let table = self.table.clone();
        self.push(SchemaChange::ChangeTableSetting(ChangeTableSetting { table, column, setting }));
    }

    /// Every row is written anew, or looked at.
    fn maintain(&mut self, what: Maintenance) {
        let table = Some(self.table.clone());
        self.push(SchemaChange::MaintainTable(MaintainTable { table, index: None, what, is_concurrent: false }));
    }

    fn read_shared(&mut self, item: &mut Cursor<'_>) -> Read<bool> {
        if item.eat("ADD") {
            self.read_add(item)?;
        } else if item.eat("DROP") {
            self.read_drop(item)?;
        } else if item.eat("RENAME") {
            self.read_rename(item)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn read_add(&mut self, item: &mut Cursor<'_>) -> Read<()> {
        if item.eat("COLUMN") {
            return self.read_columns(item);
        }
        match table_constraint(item, self.table)? {
            Some(change) => self.push(change),
            None => self.read_columns(item)?,
        }
        Ok(())
    }

    /// One column, or several in brackets, each with its own place.
    fn read_columns(&mut self, item: &mut Cursor<'_>) -> Read<()> {
        let if_not_exists = item.eat("IF NOT EXISTS");
        if !item.is_symbol("(") {
            return self.read_column(item, if_not_exists);
        }
        let mut inside = item.parens()?;
        let whole = self.range.clone();
        while let Some(mut definition) = inside.item() {
            self.range = definition.range();
            match table_constraint(&mut definition, self.table)? {
                Some(change) => self.push(change),
                None => self.read_column(&mut definition, if_not_exists)?,
            }
            let touches = Touches::Table(self.table.clone());
            self.reading.leave_none(&definition, "ALTER TABLE ADD COLUMN", &touches);
        }
        self.range = whole;
        Ok(())
    }

    fn read_column(&mut self, item: &mut Cursor<'_>, if_not_exists: bool) -> Read<()> {
        let column = column::definition(item)?;
        self.push(SchemaChange::AddColumn(AddColumn { table: self.table.clone(), column, if_not_exists }));
        Ok(())
    }

    fn read_drop(&mut self, item: &mut Cursor<'_>) -> Read<()> {
        let is_constraint = item.eat("CONSTRAINT");
        if !is_constraint {
            item.eat("COLUMN");
        }
        let if_exists = item.eat("IF EXISTS");
        let name = item.name()?;
        let cascade = item.eat("CASCADE");
        item.eat("RESTRICT");
        let table = self.table.clone();
        self.push(if is_constraint {
            SchemaChange::DropConstraint(DropConstraint { table, name, if_exists, cascade })
        } else {
            SchemaChange::DropColumn(DropColumn { table, column: name, if_exists, cascade })
        });
        Ok(())
    }

    fn read_rename(&mut self, item: &mut Cursor<'_>) -> Read<()> {
        let table = self.table.clone();
        if item.eat_any(&["TO", "AS"]).is_some() || item.eat_symbol("=") {
            let mut to = item.table_name()?;
            if item.engine == Engine::Postgresql {
                to.schema.clone_from(&table.schema);
            }
            self.push(SchemaChange::RenameTable(RenameTable { table, to }));
        } else if item.eat("CONSTRAINT") {
            let (name, to) = renamed(item)?;
            self.push(SchemaChange::RenameIndex(RenameIndex { table: Some(table), name, to }));
        } else {
            item.eat("COLUMN");
            item.eat("IF EXISTS");
            let (column, to) = renamed(item)?;
            self.push(SchemaChange::RenameColumn(RenameColumn { table, column, to }));
        }
        Ok(())
    }
}

/// `a TO b`.
fn renamed(item: &mut Cursor<'_>) -> Read<(String, String)> {
    let from = item.name()?;
    item.expect("TO")?;
    Ok((from, item.name()?))
}

/// The words that say what an action is about; a second one only where it cannot be a name.
fn leading_words(item: &Cursor<'_>) -> String {
    let objects =
        ["COLUMN", "CONSTRAINT", "INDEX", "KEY", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "PARTITION", "TRIGGER"];
    let mut ahead = item.clone();
    let first = ahead.word();
    ahead.advance();
    let second = ahead.word().filter(|word| objects.contains(&word.as_str()));
    [first, second].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
