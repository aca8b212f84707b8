//! The actions of ALTER TABLE that SQLite alone writes so: a column becomes or stops being NOT NULL, from 3.53 on.

use super::Action;
use crate::change::{DropNotNull, SchemaChange, SetNotNull};
use crate::sql::cursor::{Cursor, Read};

/// Reads the action, if it is one of these.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    if !item.eat("ALTER") {
        return Ok(false);
    }
    item.eat("COLUMN");
    let (table, column) = (action.table.clone(), item.name()?);
    if item.eat("SET NOT NULL") {
        action.push(SchemaChange::SetNotNull(SetNotNull { table, column }));
    } else if item.eat("DROP NOT NULL") {
        action.push(SchemaChange::DropNotNull(DropNotNull { table, column }));
    } else {
        return Err(item.unread("what becomes of the column"));
    }
    Ok(true)
}
