//! ALTER of an object: each of its actions is a change of its own.

use std::ops::Range;

use super::{create, names, routine, sequence, trigger, type_, view};
use crate::change::{AlterObject, Definition, Object, ObjectAction, ObjectKind, RenameTable, SchemaChange, TableName};
use crate::engine::Engine;
use crate::sql::cursor::Cursor;
use crate::sql::reading::Reading;

/// Reads on behind the kind.
pub(super) fn read(cursor: &mut Cursor<'_>, kind: ObjectKind, range: Range<usize>, reading: &mut Reading) {
    if kind == ObjectKind::Schema
        && let Some(moved) = transfer(&mut cursor.clone())
    {
        reading.push(range, SchemaChange::RenameTable(moved));
        cursor.skip_all();
        return;
    }
    let if_exists = cursor.eat("IF EXISTS");
    let mut object = match kind {
        ObjectKind::System | ObjectKind::Instance => Object::new(kind, crate::change::TableName::new(String::new())),
        // Brackets behind the name of a view hold its columns, behind that of a routine its arguments.
        ObjectKind::View | ObjectKind::MaterializedView => Object::new(kind, names::name(cursor)),
        ObjectKind::Trigger if !is_postgresql(cursor) => Object::new(kind, names::name(cursor)),
        _ => names::object(cursor, kind),
    };
    for action in actions(cursor, &mut object) {
        let object = object.clone();
        reading.push(range.clone(), SchemaChange::AlterObject(AlterObject { object, if_exists, action }));
    }
    cursor.skip_all();
}

/// SQL Server's `ALTER SCHEMA billing TRANSFER OBJECT::dbo.invoices`, behind the kind.
fn transfer(cursor: &mut Cursor<'_>) -> Option<RenameTable> {
    let schema = cursor.name().ok()?;
    if !cursor.eat("TRANSFER") || cursor.is_any(&["TYPE", "XML SCHEMA COLLECTION"]) {
        return None;
    }
    if cursor.eat("OBJECT") {
        cursor.part_until(|cursor| !cursor.is_symbol(":") && !cursor.is_symbol("::"));
    }
    let table = cursor.table_name().ok()?;
    let to = TableName { schema: Some(schema), name: table.name.clone() };
    Some(RenameTable { table, to })
}

fn is_postgresql(cursor: &Cursor<'_>) -> bool {
    cursor.engine == Engine::Postgresql
}

fn actions(cursor: &mut Cursor<'_>, object: &mut Object) -> Vec<ObjectAction> {
    if let Some(action) = common(&mut cursor.clone(), object.kind) {
        return vec![action];
    }
    match object.kind {
        ObjectKind::Type => type_::type_actions(cursor),
        ObjectKind::Domain => vec![type_::domain_action(cursor)],
        ObjectKind::Sequence => sequence::actions(cursor),
        kind => {
            let words = names::words(cursor);
            vec![own(cursor, kind, object).unwrap_or(ObjectAction::Other(words))]
        }
    }
}

/// What any object may be told.
fn common(action: &mut Cursor<'_>, kind: ObjectKind) -> Option<ObjectAction> {
    if action.eat("RENAME TO") {
        return Some(ObjectAction::Rename { to: names::name(action).name });
    }
    if action.eat("SET SCHEMA") {
        return Some(ObjectAction::SetSchema { schema: action.name().ok()? });
    }
    if action.eat("OWNER TO") {
        return Some(ObjectAction::SetOwner);
    }
    if kind.is_view() && action.eat("RENAME") {
        action.eat("COLUMN");
        let name = action.name().ok()?;
        action.expect("TO").ok()?;
        return Some(ObjectAction::RenameColumn { name, to: action.name().ok()? });
    }
    None
}

/// What only this kind may be told.
fn own(cursor: &mut Cursor<'_>, kind: ObjectKind, object: &mut Object) -> Option<ObjectAction> {
    match kind {
        ObjectKind::View => match view::definition(cursor) {
            Definition::Unsaid => None,
            definition => Some(ObjectAction::Redefine(definition)),
        },
        ObjectKind::Trigger if !is_postgresql(cursor) => {
            Some(ObjectAction::Redefine(trigger::definition(cursor, &mut object.table)))
        }
        ObjectKind::Function | ObjectKind::Procedure if cursor.engine == Engine::Sqlserver => {
            Some(ObjectAction::Redefine(routine::definition(cursor)))
        }
        ObjectKind::Event | ObjectKind::EventTrigger => {
            let mut rest = cursor.clone();
            rest.part_until_any(&["ENABLE", "DISABLE"]);
            let switch = rest.eat_any(&["ENABLE", "DISABLE"])?;
            Some(if switch == "ENABLE" { ObjectAction::Enable } else { ObjectAction::Disable })
        }
        ObjectKind::Publication => {
            let verb = cursor.eat_any(&["ADD", "DROP", "SET"])?;
            if cursor.is_symbol("(") {
                return Some(ObjectAction::Other(verb.to_owned()));
            }
            let (tables, _) = create::tables(cursor);
            Some(match verb {
                "ADD" => ObjectAction::AddTables(tables),
                "DROP" => ObjectAction::DropTables(tables),
                _ => ObjectAction::SetTables(tables),
            })
        }
        ObjectKind::System | ObjectKind::Database | ObjectKind::Role => {
            let mut rest = cursor.clone();
            if rest.eat("IN DATABASE") {
                rest.advance();
            }
            rest.eat_any(&["SET", "RESET"])?;
            Some(ObjectAction::SetVariable { name: rest.table_name().ok()?.name.to_ascii_lowercase() })
        }
        _ => None,
    }
}
