//! `INSERT INTO a (x, y) SELECT p, q FROM b`: which column of one table goes into which of another. So does SQLite's
//! `CREATE TEMPORARY TABLE a AS SELECT p, q FROM b`.

use super::cursor::Cursor;
use super::modes::Quoting;
use super::tokens::tokenize;
use crate::change::TableName;
use crate::engine::Engine;

/// All rows of a table, copied into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    pub from: TableName,
    pub to: TableName,
    /// The columns that are filled, each with the one whose value it gets, unless that is computed. `None` where both
    /// tables give theirs in their own order.
    pub columns: Option<Vec<(String, Option<String>)>>,
}

/// What the statement copies, if it copies every row of one table and does nothing else.
pub fn copied(sql: &str, engine: Engine) -> Option<Copy> {
    let quoting = Quoting::of(engine);
    let tokens = tokenize(sql, 0..sql.len(), quoting);
    let mut cursor = Cursor::new(sql, &tokens.list, quoting);
    let is_made = cursor.eat_any(&["CREATE TEMPORARY TABLE", "CREATE TEMP TABLE"]).is_some();
    if !is_made {
        cursor.eat("INSERT INTO").then_some(())?;
    }
    let to = cursor.table_name().ok()?;
    if is_made {
        cursor.eat("AS").then_some(())?;
    }
    let filled = if cursor.is_symbol("(") { Some(cursor.names_in_parens().ok()?) } else { None };
    cursor.eat("SELECT").then_some(())?;
    let mut items = cursor.part_until_any(&["FROM"]);
    cursor.eat("FROM").then_some(())?;
    let from = cursor.table_name().ok()?;
    cursor.eat_symbol(";");
    if !cursor.is_end() || tokens.failure.is_some() {
        return None;
    }
    if items.text() == "*" {
        return filled.is_none().then_some(Copy { from, to, columns: None });
    }
    let sources: Vec<Option<String>> = std::iter::from_fn(|| items.item()).map(source).collect();
    let filled = if is_made { sources.iter().cloned().collect() } else { filled };
    // Without a list of its own the table is filled in its own order, which the statement does not tell.
    let filled = filled?;
    (filled.len() == sources.len()).then(|| Copy { from, to, columns: Some(filled.into_iter().zip(sources).collect()) })
}

/// The column that an item of the list is, if it is no more than that.
fn source(mut item: Cursor<'_>) -> Option<String> {
    let name = item.table_name().ok()?.name;
    item.is_end().then_some(name)
}
