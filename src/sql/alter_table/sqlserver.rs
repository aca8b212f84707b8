//! The actions of ALTER TABLE as SQL Server has them, which says a verb once for several columns or constraints.

use super::Action;
use crate::change::{
    AddColumn, ChangePartitions, ChangeTableSetting, ChangeType, DropColumn, DropConstraint, DropIndex, DropNotNull,
    MaintainTable, Maintenance, PartitionAction, SchemaChange, SetDefault, SetNotNull, TableSetting,
    ValidateConstraint,
};
use crate::sql::column;
use crate::sql::constraint::{begins_without_comma, table_constraint};
use crate::sql::cursor::{Cursor, Read};
use crate::sql::default::default;

/// DROP INDEX and ALTER INDEX are those of tables in memory.
const VERBS: &[&str] = &["ADD", "DROP CONSTRAINT", "DROP COLUMN", "DROP INDEX", "DROP", "ALTER COLUMN", "ALTER INDEX"];

/// Reads the action and gives its verb; `verb` is the one before, for an action that says none.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>, verb: &'static str) -> &'static str {
    let whole = item.clone();
    let checks_nothing = item.eat("WITH NOCHECK");
    let checks_all = item.eat("WITH CHECK");
    let verb = match item.eat_any(VERBS) {
        Some(verb) => verb,
        // `DROP CONSTRAINT a, COLUMN b`; either word may also be a name.
        None if verb.starts_with("DROP") && item.tokens().len() > 1 => {
            match item.eat_any(&["CONSTRAINT", "COLUMN", "INDEX"]) {
                Some("COLUMN") => "DROP COLUMN",
                Some("INDEX") => "DROP INDEX",
                Some(_) => "DROP CONSTRAINT",
                None => verb,
            }
        }
        None => verb,
    };
    let read = match verb {
        "ADD" => read_add(item, action, checks_nothing),
        "DROP COLUMN" | "DROP CONSTRAINT" | "DROP INDEX" | "DROP" => read_drop(item, action, verb),
        "ALTER COLUMN" => read_alter(item, action),
        "ALTER INDEX" => read_alter_index(item, action),
        _ => read_other(item, action, checks_all),
    };
    action.finish(read, item, &whole);
    verb
}

/// Actions about neither columns nor new constraints.
fn read_other(item: &mut Cursor<'_>, action: &mut Action<'_>, checks_all: bool) -> Read<bool> {
    let table = action.table.clone();
    if item.eat("SWITCH") {
        item.part_until_any(&["TO"]);
        item.expect("TO")?;
        let change = PartitionAction::Switch { to: item.table_name()? };
        item.skip_all();
        action.push(SchemaChange::ChangePartitions(ChangePartitions { table, action: change, partitions: Vec::new() }));
    } else if item.eat("REBUILD") {
        item.skip_all();
        let table = Some(table);
        let (index, what, is_concurrent) = (None, Maintenance::Rebuild, false);
        action.push(SchemaChange::MaintainTable(MaintainTable { table, index, what, is_concurrent }));
    } else if let Some(verb) = item.eat_any(&["CHECK CONSTRAINT", "NOCHECK CONSTRAINT"]) {
        let name = item.name()?;
        action.push(match verb {
            "CHECK CONSTRAINT" if checks_all => SchemaChange::ValidateConstraint(ValidateConstraint { table, name }),
            // New rows are checked again; those that stand are not.
            "CHECK CONSTRAINT" => set(action, TableSetting::Other("CHECK CONSTRAINT".to_owned())),
            _ => set(action, TableSetting::NotEnforced(name)),
        });
    } else if let Some(setting) = read_setting(item) {
        action.push(set(action, setting));
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn set(action: &Action<'_>, setting: TableSetting) -> SchemaChange {
    SchemaChange::ChangeTableSetting(ChangeTableSetting { table: action.table.clone(), column: None, setting })
}

fn read_setting(item: &mut Cursor<'_>) -> Option<TableSetting> {
    let words = ["ENABLE TRIGGER", "DISABLE TRIGGER", "ENABLE CHANGE_TRACKING", "DISABLE CHANGE_TRACKING", "SET"];
    let words = item.eat_any(&words)?;
    let setting = match words {
        "ENABLE TRIGGER" => TableSetting::EnableTrigger(trigger(item)),
        "DISABLE TRIGGER" => TableSetting::DisableTrigger(trigger(item)),
        "SET" => return options(&mut item.parens().ok()?),
        words => TableSetting::Other(words.to_owned()),
    };
    item.skip_all();
    Some(setting)
}

fn trigger(item: &mut Cursor<'_>) -> Option<String> {
    if item.is("ALL") { None } else { item.name().ok() }
}

/// What stands in the brackets of SET.
fn options(inside: &mut Cursor<'_>) -> Option<TableSetting> {
    if inside.eat("SYSTEM_VERSIONING") {
        inside.eat_symbol("=");
        return Some(if inside.eat("OFF") { TableSetting::DropVersioning } else { TableSetting::AddVersioning });
    }
    let mut names = Vec::new();
    while let Some(mut option) = inside.item() {
        names.push(option.name().ok()?.to_ascii_lowercase());
    }
    Some(TableSetting::Parameters(names))
}

fn read_add(item: &mut Cursor<'_>, action: &mut Action<'_>, checks_nothing: bool) -> Read<bool> {
    if item.eat("PERIOD FOR SYSTEM_TIME") {
        item.skip_parens();
        action.push(set(action, TableSetting::AddPeriod));
        return Ok(true);
    }
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
            while begins_without_comma(item) {
                table_constraint(item, action.table)?.into_iter().for_each(|change| action.push(change));
            }
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
    item.eat("WITH VALUES");
    Ok(Some(SchemaChange::SetDefault(SetDefault { table: action.table.clone(), column, default })))
}

fn read_drop(item: &mut Cursor<'_>, action: &mut Action<'_>, verb: &str) -> Read<bool> {
    if item.eat("PERIOD FOR SYSTEM_TIME") {
        action.push(set(action, TableSetting::DropPeriod));
        return Ok(true);
    }
    let if_exists = item.eat("IF EXISTS");
    let (table, name) = (action.table.clone(), item.name()?);
    if item.eat("WITH") {
        item.skip_parens();
    }
    action.push(match verb {
        "DROP COLUMN" => SchemaChange::DropColumn(DropColumn { table, column: name, if_exists, cascade: false }),
        "DROP INDEX" => {
            SchemaChange::DropIndex(DropIndex { table: Some(table), name, is_concurrent: false, if_exists })
        }
        _ => SchemaChange::DropConstraint(DropConstraint { table, name, if_exists, cascade: false }),
    });
    Ok(true)
}

/// `ALTER INDEX i REBUILD WITH (BUCKET_COUNT = 64)`.
fn read_alter_index(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let (table, index) = (Some(action.table.clone()), Some(item.name()?));
    item.expect("REBUILD")?;
    item.skip_all();
    let what = Maintenance::Reindex;
    action.push(SchemaChange::MaintainTable(MaintainTable { table, index, what, is_concurrent: false }));
    Ok(true)
}

/// ALTER COLUMN sets type and nullability and keeps the default; a column that is not said to be NOT NULL becomes nullable.
fn read_alter(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    if item.is_ahead(1, "ADD") || item.is_ahead(1, "DROP") {
        return read_attribute(item, action);
    }
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

/// ALTER COLUMN … ADD or DROP of an attribute.
fn read_attribute(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let column = Some(item.name()?);
    let verb = item.word().unwrap_or_default();
    item.advance();
    let attributes = ["ROWGUIDCOL", "PERSISTED", "NOT FOR REPLICATION", "SPARSE", "HIDDEN", "MASKED"];
    let attribute = item.eat_any(&attributes).ok_or_else(|| item.unread("an attribute of the column"))?;
    if attribute == "MASKED" && item.eat("WITH") {
        item.skip_parens();
    }
    let (table, setting) = (action.table.clone(), TableSetting::Other(format!("{verb} {attribute}")));
    action.push(SchemaChange::ChangeTableSetting(ChangeTableSetting { table, column, setting }));
    if item.eat("WITH") {
        item.skip_parens();
    }
    Ok(true)
}
