//! CREATE of an object: what it is, as far as schemas and rules need it.

use std::ops::Range;

use super::names::{self, Modifiers};
use super::{routine, sequence, trigger, type_, view};
use crate::change::{
    CreateObject, Definition, Object, ObjectKind, Policy, Publication, SchemaChange, TableName, Touches,
};
use crate::sql::cursor::Cursor;
use crate::sql::reading::Reading;

/// Reads on behind the kind.
pub(super) fn read(
    cursor: &mut Cursor<'_>,
    kind: ObjectKind,
    modifiers: &Modifiers,
    range: Range<usize>,
    reading: &mut Reading,
) {
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let mut object = Object::new(kind, names::name(cursor));
    if kind == ObjectKind::Schema {
        elements(cursor, reading);
    }
    let definition = definition(cursor, &mut object);
    let create = CreateObject {
        object,
        definition,
        replaces: modifiers.replaces,
        if_not_exists,
        is_temporary: modifiers.is_temporary,
    };
    reading.push(range, SchemaChange::CreateObject(create));
    cursor.skip_all();
}

/// CREATE SCHEMA may make tables along.
fn elements(cursor: &Cursor<'_>, reading: &mut Reading) {
    let mut rest = cursor.clone();
    rest.part_until_any(&["CREATE"]);
    if !rest.is_end() {
        reading.opaque(rest.range(), "CREATE SCHEMA", Touches::Anything, "what it makes in the schema is not read");
    }
}

fn definition(cursor: &mut Cursor<'_>, object: &mut Object) -> Definition {
    match object.kind {
        ObjectKind::View | ObjectKind::MaterializedView => view::definition(cursor),
        ObjectKind::Trigger => trigger::definition(cursor, &mut object.table),
        ObjectKind::Rule => {
            trigger::rule_table(cursor, &mut object.table);
            Definition::Unsaid
        }
        ObjectKind::Function | ObjectKind::Procedure => routine::definition(cursor),
        ObjectKind::Type => type_::definition(cursor),
        ObjectKind::Domain => type_::domain(cursor),
        ObjectKind::Sequence => sequence::definition(cursor),
        ObjectKind::Policy => policy(cursor, &mut object.table),
        ObjectKind::Publication => publication(cursor),
        _ => Definition::Unsaid,
    }
}

fn policy(cursor: &mut Cursor<'_>, table: &mut Option<TableName>) -> Definition {
    if cursor.eat("ON") {
        *table = names::table(cursor);
    }
    Definition::Policy(Policy { is_restrictive: cursor.is("AS RESTRICTIVE") })
}

fn publication(cursor: &mut Cursor<'_>) -> Definition {
    let is_all = cursor.is_any(&["FOR ALL TABLES", "FOR ALL"]);
    let mut list = cursor.part_until_any(&["WITH"]);
    list.eat("FOR");
    let (tables, is_open) = tables(&mut list);
    Definition::Publication(Publication { tables, is_open: is_all || is_open })
}

/// `TABLE a, b (id) WHERE (…), TABLES IN SCHEMA s`: the tables, and whether there are more.
pub(super) fn tables(list: &mut Cursor<'_>) -> (Vec<TableName>, bool) {
    let mut tables = Vec::new();
    let mut is_open = false;
    while let Some(mut item) = list.item() {
        if item.is_any(&["TABLES IN SCHEMA", "ALL TABLES", "ALL SEQUENCES"]) {
            is_open = true;
            continue;
        }
        item.eat("TABLE");
        item.eat("ONLY");
        tables.extend(item.table_name());
    }
    (tables, is_open)
}
