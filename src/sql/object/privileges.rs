//! GRANT, REVOKE and their kin: who may do what.

use super::names;
use crate::change::{ChangePrivileges, PrivilegeAction, SchemaChange, Target};
use crate::sql::cursor::Cursor;
use crate::sql::reading::Reading;

/// Reads the statement, if it is one of these: a change for each thing that the rights are on.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> bool {
    const WORDS: [(&str, PrivilegeAction); 6] = [
        ("GRANT", PrivilegeAction::Grant),
        ("REVOKE", PrivilegeAction::Revoke),
        ("DENY", PrivilegeAction::Revoke),
        ("REASSIGN OWNED", PrivilegeAction::Reassign),
        ("DROP OWNED", PrivilegeAction::DropOwned),
        ("ALTER DEFAULT PRIVILEGES", PrivilegeAction::Default),
    ];
    let range = cursor.range();
    let Some((_, action)) = WORDS.into_iter().find(|(words, _)| cursor.eat(words)) else { return false };
    let is_on = matches!(action, PrivilegeAction::Grant | PrivilegeAction::Revoke);
    let targets = if is_on { targets(cursor) } else { Vec::new() };
    let targets = if targets.is_empty() { vec![None] } else { targets.into_iter().map(Some).collect() };
    for on in targets {
        reading.push(range.clone(), SchemaChange::ChangePrivileges(ChangePrivileges { action, on }));
    }
    true
}

/// What stands behind ON; none where the right is the membership in a role.
fn targets(cursor: &mut Cursor<'_>) -> Vec<Target> {
    cursor.part_until_any(&["ON", "TO", "FROM"]);
    if !cursor.eat("ON") {
        return Vec::new();
    }
    let mut list = cursor.part_until_any(&["TO", "FROM"]);
    // SQL Server: `OBJECT::dbo.orders`, `SCHEMA::reports`.
    let words = list.text();
    if list.eat("OBJECT") {
        while list.eat_symbol(":") || list.eat_symbol("::") {}
    }
    let is_table = list.eat_any(&["TABLE", "TABLES"]).is_some();
    let kind = if is_table { None } else { names::kind_here(&mut list) };
    if !is_table && list.is("ALL") || list.is_any(&["FOREIGN SERVER", "PARAMETER"]) {
        return vec![Target::Other(words)];
    }
    let mut targets = Vec::new();
    while let Some(mut item) = list.item() {
        targets.push(match kind {
            Some(_) if item.is_symbol(":") || item.is_symbol("::") => Target::Other(words.clone()),
            Some(kind) => Target::Object(names::object(&mut item, kind)),
            None => match item.table_name() {
                Ok(table) if item.is_end() || item.is_symbol("(") => Target::Table(table),
                // The MySQL family's `shop.*` and `*.*`.
                _ => Target::Other(words.clone()),
            },
        });
    }
    targets
}
