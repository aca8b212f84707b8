//! Sequences: the column that owns one, and where it goes on.

use super::names;
use crate::change::{Definition, ObjectAction, Sequence, TableName};
use crate::sql::cursor::{Cursor, Read};

/// Reads on behind the sequence's name.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Definition {
    cursor.part_until_any(&["OWNED BY"]);
    let owner = if cursor.eat("OWNED BY") { owner(cursor).ok().flatten() } else { None };
    Definition::Sequence(Sequence { owner })
}

/// `table.column` or `schema.table.column`; `None` for NONE.
fn owner(cursor: &mut Cursor<'_>) -> Read<Option<(TableName, String)>> {
    if cursor.eat("NONE") {
        return Ok(None);
    }
    let mut parts = vec![cursor.name()?];
    while cursor.eat_symbol(".") {
        parts.push(cursor.name()?);
    }
    let column = parts.pop().unwrap_or_default();
    let name = parts.pop().ok_or_else(|| cursor.unread("the column of a table"))?;
    Ok(Some((TableName { schema: parts.pop(), name }, column)))
}

/// What ALTER SEQUENCE says, behind the name.
pub(super) fn actions(cursor: &mut Cursor<'_>) -> Vec<ObjectAction> {
    let words = names::words(cursor);
    let mut actions = Vec::new();
    while !cursor.is_end() {
        if cursor.eat("RESTART") {
            cursor.eat("WITH");
            cursor.eat_symbol("=");
            let mut ahead = cursor.clone();
            let is_negative = ahead.eat_symbol("-");
            let at =
                ahead.number().ok().map(|number| if is_negative { format!("-{number}") } else { number.to_string() });
            actions.push(ObjectAction::Restart { at });
        } else if cursor.eat("OWNED BY") {
            match owner(cursor) {
                Ok(owner) => actions.push(ObjectAction::SetSequenceOwner(owner)),
                Err(_) => actions.push(ObjectAction::Other("OWNED BY".to_owned())),
            }
        } else {
            cursor.advance();
        }
    }
    if actions.is_empty() {
        actions.push(ObjectAction::Other(words));
    }
    actions
}
