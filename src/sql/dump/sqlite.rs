//! What only dumps of SQLite hold: its own tables, and virtual tables, which `.dump` writes as rows of the schema's table.

use std::ops::Range;

use crate::change::{Opaque, SchemaChange, Statement, TableName, Touches};
use crate::engine::Engine;
use crate::sql::cursor::Cursor;
use crate::sql::modes::Quoting;
use crate::sql::tokens::tokenize;

/// Whether the statement makes a table that SQLite makes by itself (`sqlite_sequence`).
pub(super) fn is_own(statement: &Statement, engine: Engine) -> bool {
    let is_own = |name: &TableName| engine == Engine::Sqlite && name.name.starts_with("sqlite_");
    statement
        .changes
        .iter()
        .any(|change| matches!(&change.what, SchemaChange::CreateTable(create) if is_own(&create.table)))
}

/// The virtual table that `INSERT INTO sqlite_schema … VALUES('table','docs',…)` makes.
pub(super) fn virtual_table(code: &str, range: Range<usize>, quoting: Quoting) -> Option<TableName> {
    let is_schema = |text: &str| ["sqlite_schema", "sqlite_master"].iter().any(|name| text.contains(name));
    let head = code.get(range.clone())?.get(..40)?;
    if quoting.engine != Engine::Sqlite || !is_schema(head) {
        return None;
    }
    let tokens = tokenize(code, range, quoting);
    let mut cursor = Cursor::new(code, &tokens.list, quoting);
    cursor.part_until_any(&["VALUES"]);
    cursor.eat("VALUES");
    let mut values = cursor.parens().ok()?;
    let name = std::iter::from_fn(|| values.item()).nth(1)?.string().ok()?;
    Some(TableName::new(name))
}

pub(super) fn opaque(table: TableName) -> Opaque {
    Opaque {
        what: "CREATE VIRTUAL TABLE".to_owned(),
        touches: Touches::Table(table),
        reason: "the columns of a virtual table are its module's".to_owned(),
    }
}
