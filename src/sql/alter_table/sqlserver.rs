//! The actions of ALTER TABLE as SQL Server has them, which says a verb once for several columns or constraints.

use super::Action;
use crate::change::{
    AddColumn, ChangePartitions, ChangeType, DropColumn, DropConstraint, DropNotNull, Maintenance, PartitionAction,
    SchemaChange, SetDefault, SetNotNull, TableSetting,
};
use crate::sql::column;
use crate::sql::constraint::table_constraint;
use crate::sql::cursor::{Cursor, Read};
use crate::sql::default::default;

/// Reads the action and gives its verb; `verb` is the one before, for an action that says none.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>, verb: &'static str) -> &'static str {
    let whole = item.clone();
    let checks_nothing = item.eat("WITH NOCHECK");
    item.eat("WITH CHECK");
    let verbs = ["ADD", "DROP CONSTRAINT", "DROP COLUMN", "DROP", "ALTER COLUMN"];
    let verb = item.eat_any(&verbs).unwrap_or(verb);
    let read = match verb {
        "ADD" => read_add(item, action, checks_nothing),
        "DROP COLUMN" | "DROP CONSTRAINT" | "DROP" => read_drop(item, action, verb),
        "ALTER COLUMN" => read_alter(item, action),
        _ => read_setting(item, action),
    };
    action.finish(read, item, &whole);
    verb
}

fn read_setting(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    if item.eat("ENABLE TRIGGER") {
        action.set(TableSetting::EnableTrigger(name_or_all(item)?));
    } else if item.eat("DISABLE TRIGGER") {
        action.set(TableSetting::DisableTrigger(name_or_all(item)?));
    } else if item.eat("NOCHECK CONSTRAINT") {
        action.set(TableSetting::NotEnforced(name_or_all(item)?.unwrap_or_else(|| "ALL".to_owned())));
    } else if item.eat("CHECK CONSTRAINT") {
        // Without WITH CHECK the rows that stand are not looked at.
        item.skip_all();
        action.set(TableSetting::Other("CHECK CONSTRAINT".to_owned()));
    } else if item.eat("REBUILD") {
        item.skip_all();
        action.maintain(Maintenance::Rebuild);
    } else if item.eat("SWITCH") {
        if item.eat("PARTITION") {
            item.advance();
        }
        item.expect("TO")?;
        let to = item.table_name()?;
        item.skip_all();
        let (table, partitions) = (action.table.clone(), Vec::new());
        let what = PartitionAction::Switch { to };
        action.push(SchemaChange::ChangePartitions(ChangePartitions { table, action: what, partitions }));
    } else if let Some(words) = item.eat_any(&["ENABLE CHANGE_TRACKING", "DISABLE CHANGE_TRACKING", "SET"]) {
        item.skip_all();
        action.set(TableSetting::Other(words.to_owned()));
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn name_or_all(item: &mut Cursor<'_>) -> Read<Option<String>> {
    if item.eat("ALL") { Ok(None) } else { item.name().map(Some) }
}

fn read_add(item: &mut Cursor<'_>, action: &mut Action<'_>, checks_nothing: bool) -> Read<bool> {
    if let Some(change) = default_constraint(item, action)? {
        action.push(change);
        return Ok(true);
    }
    match table_constraint(item, action.table)? {
        Some(SchemaChange::AddForeignKey(mut add)) => {
            add.is_not_valid |= checks_nothing;
            action.push(SchemaChange::AddForeignKey(add));
        }
        Some(SchemaChange::AddCheck(mut add)) => {
            add.is_not_valid |= checks_nothing;
            action.push(SchemaChange::AddCheck(add));
        }
        Some(change) => action.push(change),
        None => {
            let column = column::definition(item)?;
            let table = action.table.clone();
            action.push(SchemaChange::AddColumn(AddColumn { table, column, if_not_exists: false }));
        }
    }
    Ok(true)
}

/// `CONSTRAINT name DEFAULT value FOR column`.
fn default_constraint(item: &mut Cursor<'_>, action: &Action<'_>) -> Read<Option<SchemaChange>> {
    let is_default = item.is("DEFAULT") || item.is("CONSTRAINT") && item.is_ahead(2, "DEFAULT");
    if !is_default {
        return Ok(None);
    }
    item.part_until_any(&["DEFAULT"]);
    item.advance();
    let default = default(item)?;
    item.expect("FOR")?;
    let column = item.name()?;
    Ok(Some(SchemaChange::SetDefault(SetDefault { table: action.table.clone(), column, default })))
}

fn read_drop(item: &mut Cursor<'_>, action: &mut Action<'_>, verb: &str) -> Read<bool> {
    let if_exists = item.eat("IF EXISTS");
    let (table, name) = (action.table.clone(), item.name()?);
    if item.eat("WITH") {
        item.skip_parens();
    }
    action.push(if verb == "DROP COLUMN" {
        SchemaChange::DropColumn(DropColumn { table, column: name, if_exists, cascade: false })
    } else {
        SchemaChange::DropConstraint(DropConstraint { table, name, if_exists, cascade: false })
    });
    Ok(true)
}

/// ALTER COLUMN sets type and nullability and keeps the default; a column that is not said to be NOT NULL becomes nullable.
fn read_alter(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let definition = column::definition(item)?;
    let (table, column) = (action.table.clone(), definition.name);
    action.push(SchemaChange::ChangeType(ChangeType {
        table: table.clone(),
        column: column.clone(),
        column_type: definition.column_type,
        collation: definition.collation,
        using: None,
    }));
    action.push(if definition.is_nullable {
        SchemaChange::DropNotNull(DropNotNull { table, column })
    } else {
        SchemaChange::SetNotNull(SetNotNull { table, column })
    });
    if item.eat("WITH") {
        item.skip_parens();
    }
    Ok(true)
}
