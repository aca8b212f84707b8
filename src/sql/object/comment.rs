//! COMMENT ON.

use super::names;
use crate::change::{Comment, SchemaChange, TableName, Target};
use crate::sql::cursor::{Cursor, Read};
use crate::sql::reading::Reading;

/// Reads the statement, if it is one.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    let range = cursor.range();
    if !cursor.eat("COMMENT ON") {
        return false;
    }
    let mut named = cursor.part_until_any(&["IS"]);
    let words = named.text();
    let on = target(&mut named).unwrap_or(Target::Other(words));
    cursor.eat("IS");
    let text = cursor.string().ok();
    reading.push(range, SchemaChange::Comment(Comment { on, text }));
    true
}

fn target(named: &mut Cursor<'_>) -> Read<Target> {
    if named.eat_any(&["TABLE", "FOREIGN TABLE"]).is_some() {
        return Ok(Target::Table(named.table_name()?));
    }
    if named.eat("COLUMN") {
        let mut parts = vec![named.name()?];
        while named.eat_symbol(".") {
            parts.push(named.name()?);
        }
        let column = parts.pop().unwrap_or_default();
        let name = parts.pop().ok_or_else(|| named.unread("the column of a table"))?;
        return Ok(Target::Column { table: TableName { schema: parts.pop(), name }, column });
    }
    let kind = names::kind_here(named).ok_or_else(|| named.unread("what the comment is on"))?;
    Ok(Target::Object(names::object(named, kind)))
}
