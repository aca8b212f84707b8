//! T-SQL that drops the defaults of columns. They are constraints whose names the server made up, so it asks the catalog for them:
//!
//! ```sql
//! SELECT @sql += 'ALTER TABLE t DROP CONSTRAINT ' + OBJECT_NAME(default_object_id) + ';' FROM sys.columns
//! WHERE object_id = OBJECT_ID('t') AND name IN ('a', 'b') AND default_object_id <> 0
//! ```

use super::cursor::Cursor;
use super::modes::Quoting;
use super::tokens::tokenize;
use crate::change::{DropDefault, TableName};

/// The defaults that are dropped by the text which the statement appends to a variable; `None` where it appends another. `appended` is
/// what stands behind `+=`.
pub(super) fn dropped(mut appended: Cursor<'_>) -> Option<Vec<DropDefault>> {
    let verb = appended.string().ok()?;
    let table = table_in(verb.strip_suffix("DROP CONSTRAINT ")?.strip_prefix("ALTER TABLE ")?, appended.quoting)?;
    appended.eat_symbol("+");
    let name = appended.eat("OBJECT_NAME").then(|| appended.names_in_parens().ok()).flatten()?;
    appended.eat_symbol("+");
    let ends = appended.string().ok()?.trim() == ";";
    if !is_default(name.first()?) || !ends || !appended.eat("FROM") {
        return None;
    }
    let source = appended.table_name().ok()?;
    if !is_catalog_of_columns(&source) || !appended.eat("WHERE") {
        return None;
    }
    let mut columns = Vec::new();
    let mut is_of_table = false;
    while !appended.is_end() {
        let condition = appended.part_until_any(&["AND"]);
        appended.eat("AND");
        match asked(condition, &table)? {
            Asked::Table => is_of_table = true,
            Asked::Columns(names) => columns = names,
            Asked::HasDefault => {}
        }
    }
    let drop = |column| DropDefault { table: table.clone(), column };
    is_of_table.then(|| columns.into_iter().map(drop).collect())
}

/// What a condition asks of a row of `sys.columns`.
enum Asked {
    Table,
    Columns(Vec<String>),
    HasDefault,
}

fn asked(mut condition: Cursor<'_>, table: &TableName) -> Option<Asked> {
    let column = condition.name().ok()?.to_ascii_lowercase();
    let asked = match column.as_str() {
        "object_id" if condition.eat_symbol("=") && condition.eat("OBJECT_ID") => {
            let quoting = condition.quoting;
            let name = condition.parens().ok()?.string().ok()?;
            (table_in(&name, quoting)? == *table).then_some(Asked::Table)
        }
        "name" if condition.eat("IN") => {
            let mut names = condition.parens().ok()?;
            let names = std::iter::from_fn(|| names.item()).map(|mut name| name.string().ok());
            names.collect::<Option<Vec<String>>>().map(Asked::Columns)
        }
        column if is_default(column) => {
            let is_some = condition.eat_symbol("<>") && condition.number().ok()? == 0;
            is_some.then_some(Asked::HasDefault)
        }
        _ => None,
    };
    asked.filter(|_| condition.is_end())
}

fn is_default(column: &str) -> bool {
    column.eq_ignore_ascii_case("default_object_id")
}

fn is_catalog_of_columns(table: &TableName) -> bool {
    let is_system = table.schema.as_ref().is_some_and(|schema| schema.eq_ignore_ascii_case("sys"));
    is_system && table.name.eq_ignore_ascii_case("columns")
}

/// The table whose name stands in a string.
fn table_in(text: &str, quoting: Quoting) -> Option<TableName> {
    let tokens = tokenize(text, 0..text.len(), quoting);
    let mut name = Cursor::new(text, &tokens.list, quoting);
    name.table_name().ok().filter(|_| name.is_end() && tokens.failure.is_none())
}
