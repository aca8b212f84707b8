//! Triggers and rules: when they run, for which table, and whether they do.

use super::names;
use crate::change::{
    AlterObject, Definition, Object, ObjectAction, ObjectKind, SchemaChange, TableName, Trigger, TriggerEvent,
    TriggerTiming,
};
use crate::engine::Engine;
use crate::sql::cursor::{Cursor, Read};
use crate::sql::reading::Reading;

/// Reads on behind the trigger's name; `Unsaid` for SQL Server's triggers that no write runs.
pub(super) fn definition(cursor: &mut Cursor<'_>, table: &mut Option<TableName>) -> Definition {
    if cursor.engine == Engine::Sqlserver && cursor.eat("ON") {
        *table = names::table(cursor);
        cursor.part_until_any(&["FOR", "AFTER", "INSTEAD OF"]);
    }
    let timing = match cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF", "FOR"]) {
        Some("BEFORE") => TriggerTiming::Before,
        Some("INSTEAD OF") => TriggerTiming::InsteadOf,
        Some(_) => TriggerTiming::After,
        // SQLite lets the timing out.
        None => TriggerTiming::Before,
    };
    let mut trigger = Trigger { timing, events: Vec::new(), columns: Vec::new(), function: None };
    events(cursor, &mut trigger);
    if table.is_none() {
        cursor.part_until_any(&["ON"]);
        if cursor.eat("ON") {
            *table = names::table(cursor);
        }
    }
    if cursor.engine == Engine::Postgresql {
        cursor.part_until_any(&["EXECUTE FUNCTION", "EXECUTE PROCEDURE"]);
        cursor.take_part(2);
        trigger.function = cursor.table_name().ok();
    }
    if trigger.events.is_empty() { Definition::Unsaid } else { Definition::Trigger(trigger) }
}

/// `INSERT OR UPDATE OF a, b`, and SQL Server's `INSERT, UPDATE`.
fn events(cursor: &mut Cursor<'_>, trigger: &mut Trigger) {
    while let Some(event) = cursor.eat_any(&["INSERT", "UPDATE", "DELETE", "TRUNCATE"]) {
        trigger.events.push(match event {
            "INSERT" => TriggerEvent::Insert,
            "UPDATE" => TriggerEvent::Update,
            "DELETE" => TriggerEvent::Delete,
            _ => TriggerEvent::Truncate,
        });
        if event == "UPDATE" && cursor.eat("OF") {
            let mut columns = cursor.part_until_any(&["ON", "OR"]);
            while let Some(mut column) = columns.item() {
                trigger.columns.extend(column.name());
            }
        }
        cursor.eat("OR");
        cursor.eat_symbol(",");
    }
}

/// `CREATE RULE name AS ON INSERT TO table`.
pub(super) fn rule_table(cursor: &mut Cursor<'_>, table: &mut Option<TableName>) {
    cursor.part_until_any(&["TO"]);
    if cursor.eat("TO") {
        *table = names::table(cursor);
    }
}

/// SQL Server: `DISABLE TRIGGER a, b ON table`.
pub(super) fn switch(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<bool> {
    let range = cursor.range();
    let Some(words) = cursor.eat_any(&["ENABLE TRIGGER", "DISABLE TRIGGER"]) else { return Ok(false) };
    let mut list = cursor.part_until_any(&["ON"]);
    let table = if cursor.eat("ON") { names::table(cursor) } else { None };
    while let Some(mut item) = list.item() {
        let object = Object { table: table.clone(), ..Object::new(ObjectKind::Trigger, item.table_name()?) };
        let action = if words == "ENABLE TRIGGER" { ObjectAction::Enable } else { ObjectAction::Disable };
        let alter = AlterObject { object, if_exists: false, action };
        reading.push(range.clone(), SchemaChange::AlterObject(alter));
    }
    Ok(true)
}
