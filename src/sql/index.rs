//! CREATE INDEX, DROP INDEX, and the parts of an index wherever it is defined.

use super::cursor::{Cursor, Read};
use super::options::read_online;
use super::reading::Reading;
use crate::change::{
    AddIndex, DropIndex, DropPrimaryKey, Index, IndexKind, IndexPart, OnlineClauses, SchemaChange, TableName, Touches,
};
use crate::engine::Engine;

/// Reads CREATE INDEX.
pub(super) fn create(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let start = cursor.clone();
    cursor.expect("CREATE")?;
    let replaces = cursor.eat("OR REPLACE");
    cursor.eat_any(&["ONLINE", "OFFLINE"]);
    let is_unique = cursor.eat("UNIQUE");
    cursor.eat_any(&["CLUSTERED", "NONCLUSTERED", "PRIMARY"]);
    let mut kind = match cursor.eat_any(&["FULLTEXT", "SPATIAL", "VECTOR", "COLUMNSTORE", "XML"]) {
        Some("FULLTEXT") => Some(IndexKind::Fulltext),
        Some("SPATIAL") => Some(IndexKind::Spatial),
        Some("VECTOR") => Some(IndexKind::Vector),
        Some(other) => Some(IndexKind::Other(other.to_ascii_lowercase())),
        None => None,
    };
    cursor.expect("INDEX")?;
    let is_concurrent = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { None } else { Some(cursor.table_name()?.name) };
    kind = read_using(cursor)?.or(kind);
    cursor.expect("ON")?;
    cursor.eat("ONLY");
    let table = cursor.table_name()?;
    kind = read_using(cursor)?.or(kind);
    let parts = parts_of(cursor, kind.as_ref().unwrap_or(&IndexKind::Btree))?;
    if cursor.engine == Engine::Sqlserver {
        skip_kind_options(cursor)?;
    }
    let options = read_options(cursor)?;
    let kind = options.kind.or(kind).unwrap_or_default();
    let is_concurrent = is_concurrent || options.is_online;
    reading.online = options.online;
    if let (true, Some(name)) = (replaces, name.clone()) {
        let drop = DropIndex { table: Some(table.clone()), name, is_concurrent: false, if_exists: true };
        reading.push(start.range(), SchemaChange::DropIndex(drop));
    }
    let index = Index { name, kind, is_unique, parts, included: options.included, condition: options.condition };
    let add = AddIndex { table, index, is_constraint: false, using_index: None, is_concurrent, if_not_exists };
    reading.push(start.range(), SchemaChange::AddIndex(add));
    Ok(())
}

/// Reads USING and the kind of index, where it stands.
pub(super) fn read_using(cursor: &mut Cursor<'_>) -> Read<Option<IndexKind>> {
    if !cursor.eat("USING") {
        return Ok(None);
    }
    let kind = cursor.name()?.to_ascii_lowercase();
    Ok(Some(if kind == "btree" { IndexKind::Btree } else { IndexKind::Other(kind) }))
}

/// Reads the parts of an index, inside of its brackets.
pub(super) fn parts(inside: &mut Cursor<'_>) -> Read<Vec<IndexPart>> {
    let mut parts = Vec::new();
    while let Some(item) = inside.item() {
        parts.push(part(item)?);
    }
    Ok(parts)
}

/// The brackets with the parts of an index. SQL Server's columnstore index of all columns has none, nor needs a full-text
/// index any, whose columns come later.
pub(super) fn parts_of(cursor: &mut Cursor<'_>, kind: &IndexKind) -> Read<Vec<IndexPart>> {
    let may_lack_them = match kind {
        IndexKind::Other(kind) => kind == "columnstore",
        IndexKind::Fulltext => cursor.is("KEY INDEX"),
        _ => false,
    };
    if may_lack_them && !cursor.is_symbol("(") { Ok(Vec::new()) } else { parts(&mut cursor.parens()?) }
}

/// What SQL Server says of full-text, XML and spatial indexes alone: how they are kept and filled.
fn skip_kind_options(cursor: &mut Cursor<'_>) -> Read<()> {
    if cursor.eat("KEY INDEX") {
        cursor.name()?;
        cursor.skip_all();
    } else if cursor.eat("USING XML INDEX") {
        cursor.name()?;
        cursor.expect("FOR")?;
        cursor.advance();
    } else if cursor.eat("USING") {
        cursor.advance();
    } else if cursor.eat("ORDER") {
        cursor.skip_parens();
    }
    Ok(())
}

fn part(mut item: Cursor<'_>) -> Read<IndexPart> {
    let mut ahead = item.clone();
    if let Ok(name) = ahead.name() {
        let length = prefix_length(&mut ahead);
        if is_rest_of_part(&mut ahead) {
            return Ok(IndexPart::Column { name, length });
        }
    }
    if item.is_end() {
        return Err(item.unread("a column"));
    }
    let order = ["ASC", "DESC", "NULLS FIRST", "NULLS LAST", "WITH", "COLLATE"];
    let mut expression = if item.engine == Engine::Postgresql { call(&mut item) } else { item.part_until_any(&order) };
    let whole = expression.clone();
    match expression.parens() {
        Ok(inside) if expression.is_end() => Ok(IndexPart::Expression(inside.text())),
        _ => Ok(IndexPart::Expression(whole.text())),
    }
}

/// PostgreSQL's expression in brackets, or call; an operator class may follow.
fn call<'a>(item: &mut Cursor<'a>) -> Cursor<'a> {
    let mut is_done = false;
    item.part_until(|cursor| std::mem::replace(&mut is_done, cursor.is_symbol("(")))
}

/// MySQL's `name(10)`; on other engines that would be a call.
fn prefix_length(cursor: &mut Cursor<'_>) -> Option<u64> {
    if !cursor.engine.is_mysql_family() {
        return None;
    }
    let mut ahead = cursor.clone();
    let mut inside = ahead.parens().ok()?;
    let length = inside.number().ok().filter(|_| inside.is_end())?;
    *cursor = ahead;
    Some(length)
}

/// Whether what follows the name leaves it a plain column: a collation, an operator class, an order.
fn is_rest_of_part(rest: &mut Cursor<'_>) -> bool {
    let order = ["ASC", "DESC", "NULLS FIRST", "NULLS LAST", "WITH", "WITHOUT OVERLAPS"];
    if rest.eat("COLLATE") && rest.table_name().is_err() {
        return false;
    }
    if rest.engine == Engine::Postgresql && !rest.is_end() && !rest.is_any(&order) {
        if rest.table_name().is_err() {
            return false;
        }
        rest.skip_parens();
    }
    while rest.eat_any(&order).is_some() {}
    if rest.engine == Engine::Sqlserver {
        // Of the columns of a full-text index.
        while rest.eat_any(&["TYPE COLUMN", "LANGUAGE"]).is_some() {
            rest.advance();
        }
        rest.eat("STATISTICAL_SEMANTICS");
    }
    rest.is_end() || rest.engine == Engine::Postgresql && rest.text().starts_with(['=', '&', '<', '>'])
}

/// What may follow the parts of an index.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub kind: Option<IndexKind>,
    pub included: Vec<String>,
    pub condition: Option<String>,
    pub is_online: bool,
    pub online: OnlineClauses,
}

pub(super) fn read_options(cursor: &mut Cursor<'_>) -> Read<Options> {
    let mut options = Options::default();
    loop {
        if cursor.is("USING INDEX") {
            return Ok(options);
        }
        if let Some(kind) = read_using(cursor)? {
            options.kind = Some(kind);
        } else if cursor.eat("INCLUDE") {
            options.included = cursor.names_in_parens()?;
        } else if cursor.eat("WHERE") {
            options.condition = Some(cursor.part_until(ends_condition).text());
        } else if cursor.eat("WITH PARSER") {
            cursor.name()?;
        } else if cursor.is("WITH") {
            cursor.advance();
            if cursor.engine == Engine::Sqlserver && cursor.is_symbol_ahead(1, "=") {
                // Its older form of one option without brackets.
                cursor.take_part(3);
                continue;
            }
            options.is_online |= is_online(cursor.parens()?);
        } else if read_online(cursor, &mut options.online)? {
            // Read.
        } else if cursor.engine == Engine::Sqlserver && cursor.eat_any(&["ON", "FILESTREAM_ON"]).is_some() {
            // A filegroup, or a partition scheme and its column.
            cursor.advance();
            cursor.skip_parens();
        } else if cursor.eat_any(VALUE_OPTIONS).is_some() {
            cursor.eat_symbol("=");
            cursor.advance();
        } else if cursor.engine == Engine::Mariadb && cursor.is_symbol_ahead(1, "=") {
            // An option that a storage engine defines.
            cursor.take_part(3);
        } else if cursor.eat_any(FLAG_OPTIONS).is_none() {
            return Ok(options);
        }
    }
}

const VALUE_OPTIONS: &[&str] = &[
    "COMMENT",
    "KEY_BLOCK_SIZE",
    "TABLESPACE",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "CLUSTERING",
    "DISTANCE",
    "M",
    "WAIT",
];

/// Where the condition of a partial index ends.
fn ends_condition(cursor: &Cursor<'_>) -> bool {
    cursor.is("WITH") || cursor.engine == Engine::Sqlserver && cursor.is_any(&["ON", "FILESTREAM_ON"])
}

const FLAG_OPTIONS: &[&str] =
    &["VISIBLE", "INVISIBLE", "IGNORED", "NOT IGNORED", "NULLS NOT DISTINCT", "NULLS DISTINCT", "NOWAIT"];

/// SQL Server's WITH (ONLINE = ON).
pub(super) fn is_online(mut options: Cursor<'_>) -> bool {
    std::iter::from_fn(|| options.item())
        .any(|mut option| option.eat("ONLINE") && option.eat_symbol("=") && option.eat("ON"))
}

/// Reads DROP INDEX, behind those words.
pub(super) fn drop(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
    let is_concurrent = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS");
    while let Some(mut item) = cursor.item() {
        let range = item.range();
        let mut name = item.table_name()?;
        let mut table = if item.eat("ON") { Some(item.table_name()?) } else { None };
        let options = read_options(&mut item)?;
        reading.online = options.online;
        if cursor.engine == Engine::Sqlserver && table.is_none() {
            // The old form: DROP INDEX table.index.
            table = name.schema.take().map(TableName::new);
        }
        item.eat_any(&["CASCADE", "RESTRICT"]);
        reading.push(range, dropped(table, name.name, is_concurrent, if_exists));
        reading.leave_none(&item, "DROP INDEX", &Touches::Anything);
    }
    Ok(())
}

/// The MySQL family calls the index of a primary key `PRIMARY`, and drops the key by that name.
pub(super) fn dropped(table: Option<TableName>, name: String, is_concurrent: bool, if_exists: bool) -> SchemaChange {
    match table {
        Some(table) if name.eq_ignore_ascii_case("PRIMARY") => SchemaChange::DropPrimaryKey(DropPrimaryKey { table }),
        table => SchemaChange::DropIndex(DropIndex { table, name, is_concurrent, if_exists }),
    }
}
