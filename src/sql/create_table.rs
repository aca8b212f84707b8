//! CREATE TABLE, in all its forms.

use super::constraint::{self, table_constraint};
use super::cursor::{Cursor, Read};
use super::options::{Known, read_option};
use super::reading::Reading;
use super::{column, index};
use crate::change::{
    ColumnSource, Copied, CreateTable, DropTable, Index, IndexKind, IndexPart, SchemaChange, TableName, Touches,
};
use crate::engine::Engine;

/// Reads CREATE TABLE.
pub(super) fn create(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let range = cursor.range();
    cursor.expect("CREATE")?;
    let replaces = cursor.eat("OR REPLACE");
    let mut is_temporary = false;
    while let Some(word) = cursor.eat_any(&["TEMPORARY", "TEMP", "GLOBAL", "LOCAL", "UNLOGGED", "FOREIGN"]) {
        is_temporary |= word.starts_with("TEMP");
    }
    cursor.expect("TABLE")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let table = cursor.table_name()?;
    let mut create = CreateTable { if_not_exists, is_temporary, ..CreateTable::empty(table.clone()) };
    let mut unread = Vec::new();
    read_body(cursor, &mut create, &mut unread)?;
    read_tail(cursor, &mut create)?;
    if replaces {
        let drop = DropTable { table: table.clone(), if_exists: true, cascade: false };
        reading.push(range.clone(), SchemaChange::DropTable(drop));
    }
    create.is_temporary |= table.name.starts_with('#');
    reading.push(range, SchemaChange::CreateTable(create));
    for (item, reason) in unread {
        reading.opaque(item, "CREATE TABLE", Touches::Table(table.clone()), reason);
    }
    reading.leave_none(cursor, "CREATE TABLE", &Touches::Table(table));
    cursor.skip_all();
    Ok(())
}

/// SQL Server's tables of a graph. Their columns that only a graph has (`$node_id`) are listed by nobody.
const GRAPH: &[&str] = &["AS NODE", "AS EDGE"];

/// A part that was not understood: its bytes, and why.
type UnreadPart = (std::ops::Range<usize>, String);

/// Reads what says which columns there are.
fn read_body(cursor: &mut Cursor<'_>, create: &mut CreateTable, unread: &mut Vec<UnreadPart>) -> Read<()> {
    if cursor.eat("LIKE") {
        create.sources.push(like(cursor, 0)?);
        return Ok(());
    }
    if let Some(word) = cursor.eat_any(&["OF", "PARTITION OF"]) {
        let source = cursor.table_name()?;
        if word == "OF" {
            create.has_more_columns = true;
        } else {
            create.sources.push(ColumnSource::PartitionOf(source));
        }
        // What a typed table or a partition lists adds to columns that come from elsewhere.
        create.has_more_columns |= cursor.skip_parens();
        return Ok(());
    }
    if !cursor.is_symbol("(") || begins_query(cursor) {
        return Ok(());
    }
    let mut inside = cursor.parens()?;
    let mut tail = cursor.clone();
    tail.part_until_any(&["AS", "SELECT"]);
    let takes_columns_from_query = !tail.is_end() && !tail.is_any(GRAPH);
    while let Some(mut item) = inside.item() {
        let range = item.range();
        if takes_columns_from_query && item.tokens().len() == 1 {
            create.has_more_columns = true;
        } else if let Err(error) = read_element(&mut item, create) {
            unread.push((range, error.reason()));
            create.has_more_columns = true;
        } else if !item.is_end() {
            unread.push((item.range(), format!("`{}` was not understood", item.text())));
        }
    }
    Ok(())
}

/// MySQL: CREATE TABLE t (SELECT …).
fn begins_query(cursor: &Cursor<'_>) -> bool {
    cursor.is_symbol_ahead(1, "(")
        || ["SELECT", "WITH", "VALUES", "TABLE"].iter().any(|word| cursor.is_ahead(1, word)) && !cursor.is_ahead(2, "(")
}

fn read_element(item: &mut Cursor<'_>, create: &mut CreateTable) -> Read<()> {
    if item.eat("LIKE") {
        create.sources.push(like(item, create.columns.len())?);
        return Ok(());
    }
    if item.eat("PERIOD FOR") {
        item.name()?;
        item.skip_parens();
        return Ok(());
    }
    if let Some(change) = table_constraint(item, &create.table)? {
        add_constraint(create, change);
    } else {
        let column = column::definition(item)?;
        create.indexes.extend(index_of_column(item, &column.name)?);
        create.columns.push(column);
    }
    while constraint::begins_without_comma(item) {
        if let Some(change) = table_constraint(item, &create.table)? {
            add_constraint(create, change);
        }
    }
    Ok(())
}

/// SQL Server: `a int INDEX i`, an index on the one column that it stands behind.
fn index_of_column(item: &mut Cursor<'_>, column: &str) -> Read<Option<Index>> {
    if item.engine != Engine::Sqlserver || !item.eat("INDEX") {
        return Ok(None);
    }
    let name = Some(item.name()?);
    let is_unique = item.eat("UNIQUE");
    item.eat_any(&["CLUSTERED", "NONCLUSTERED HASH", "NONCLUSTERED", "HASH"]);
    let parts = if item.is_symbol("(") {
        index::parts(&mut item.parens()?)?
    } else {
        vec![IndexPart::Column { name: column.to_owned(), length: None }]
    };
    let options = index::read_options(item)?;
    let (included, condition) = (options.included, options.condition);
    Ok(Some(Index { name, kind: IndexKind::Btree, is_unique, parts, included, condition }))
}

/// Reads the table behind LIKE, and what is taken from it. The MySQL family takes all.
fn like(cursor: &mut Cursor<'_>, at: usize) -> Read<ColumnSource> {
    let table = cursor.table_name()?;
    let mut copied = if cursor.engine.is_mysql_family() { Copied::ALL.to_vec() } else { Vec::new() };
    while let Some(verb) = cursor.eat_any(&["INCLUDING", "EXCLUDING"]) {
        let known: &[Copied] = match cursor.advance().map(|word| cursor.text_of(word).to_ascii_uppercase()).as_deref() {
            Some("ALL") => &Copied::ALL,
            Some("DEFAULTS") => &[Copied::Defaults],
            Some("IDENTITY") => &[Copied::Identity],
            Some("GENERATED") => &[Copied::Generated],
            Some("CONSTRAINTS") => &[Copied::Constraints],
            Some("INDEXES") => &[Copied::Indexes],
            // COMMENTS, STATISTICS and the like are not kept.
            _ => &[],
        };
        copied.retain(|own| !known.contains(own));
        if verb == "INCLUDING" {
            copied.extend(known);
        }
    }
    Ok(ColumnSource::Like { table, at, copied })
}

fn add_constraint(create: &mut CreateTable, change: SchemaChange) {
    match change {
        SchemaChange::AddPrimaryKey(key) => {
            create.primary_key = key.columns;
            create.primary_key_name = key.name;
        }
        SchemaChange::AddIndex(add) => create.indexes.push(add.index),
        SchemaChange::AddForeignKey(add) => create.foreign_keys.push(add.foreign_key),
        SchemaChange::AddCheck(check) => create.checks.push(check),
        SchemaChange::SetNotNull(set) => {
            if let Some(column) = create.columns.iter_mut().find(|column| column.name == set.column) {
                column.is_nullable = false;
            }
        }
        // `table_constraint` makes no other change.
        _ => {}
    }
}

/// Reads the options, partitions and query behind the columns.
fn read_tail(cursor: &mut Cursor<'_>, create: &mut CreateTable) -> Read<()> {
    while !cursor.is_end() {
        cursor.eat_symbol(",");
        create.is_partitioned |= cursor.is("PARTITION BY");
        if cursor.engine == Engine::Sqlserver && cursor.eat_any(GRAPH).is_some() {
            // Read.
        } else if begins_query_of_tail(cursor) {
            create.has_more_columns = true;
            cursor.skip_all();
        } else if cursor.is("PARTITION BY") && cursor.engine.is_mysql_family() {
            // Partitions are the last of a MySQL statement, but for a query.
            cursor.part_until_any(&["AS", "SELECT"]);
        } else if cursor.eat("INHERITS") {
            let mut parents = cursor.parens()?;
            while let Some(mut parent) = parents.item() {
                create.sources.push(ColumnSource::Inherits(parent.table_name()?));
            }
        } else if !eat_clause(cursor) && matches!(read_option(cursor, &mut create.options)?, Known::No) {
            break;
        }
    }
    Ok(())
}

fn begins_query_of_tail(cursor: &Cursor<'_>) -> bool {
    // The MySQL family takes a query without AS, and its WITH has no options in brackets.
    let begins_cte = cursor.engine.is_mysql_family() && cursor.is("WITH") && !cursor.is("WITH SYSTEM VERSIONING");
    cursor.is_any(&["AS", "SELECT", "IGNORE", "REPLACE", "WITH RECURSIVE", "VALUES"])
        || cursor.is_symbol("(")
        || begins_cte
}

/// Clauses that concern neither columns nor keys.
fn eat_clause(cursor: &mut Cursor<'_>) -> bool {
    let flags = [
        "WITHOUT OIDS",
        "WITH OIDS",
        "WITHOUT ROWID",
        "STRICT",
        "WITH SYSTEM VERSIONING",
        "WITH NO DATA",
        "WITH DATA",
        "ON COMMIT PRESERVE ROWS",
        "ON COMMIT DELETE ROWS",
        "ON COMMIT DROP",
        "START TRANSACTION",
    ];
    if cursor.eat_any(&flags).is_some() {
        return true;
    }
    if cursor.eat_any(&["WITH", "OPTIONS"]).is_some() {
        return cursor.skip_parens();
    }
    if let Some(clause) = cursor.eat_any(&[
        "PARTITION BY",
        "FOR VALUES",
        "DEFAULT",
        "USING",
        "TABLESPACE",
        "SERVER",
        "ON",
        "TEXTIMAGE_ON",
        "FILESTREAM_ON",
    ]) {
        match clause {
            "FOR VALUES" | "PARTITION BY" => {
                cursor.part_until_any(&["PARTITION BY", "USING", "TABLESPACE", "SERVER"]);
            }
            "DEFAULT" if cursor.is_any(&["CHARSET", "CHARACTER", "CHAR", "COLLATE"]) => return true,
            "DEFAULT" => {}
            _ => {
                cursor.eat_symbol("=");
                cursor.advance();
                cursor.skip_parens();
            }
        }
        return true;
    }
    false
}

/// What a statement makes of whose columns nothing can be known: SELECT … INTO.
pub(super) fn from_query(table: TableName) -> SchemaChange {
    SchemaChange::CreateTable(CreateTable { has_more_columns: true, ..CreateTable::empty(table) })
}

/// A virtual table of SQLite: its module says what its columns are.
pub(super) fn virtual_table(table: TableName, if_not_exists: bool) -> SchemaChange {
    SchemaChange::CreateTable(CreateTable { has_more_columns: true, if_not_exists, ..CreateTable::empty(table) })
}
