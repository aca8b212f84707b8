//! Table constraints and the index definitions that stand among them, in CREATE TABLE and behind ADD.

use super::cursor::{Cursor, Read};
use super::index;
use crate::change::{
    AddCheck, AddForeignKey, AddIndex, AddPrimaryKey, ForeignKey, Index, IndexKind, ReferentialAction, SchemaChange,
    SetNotNull, TableName,
};
use crate::engine::Engine;

/// Reads a constraint or index of `table`, as the change that would add it; `None` where none begins.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>, table: &TableName) -> Read<Option<SchemaChange>> {
    let has_keyword = cursor.eat("CONSTRAINT");
    if has_keyword {
        cursor.eat("IF NOT EXISTS");
    }
    let name = if has_keyword && !begins_constraint(cursor) { Some(cursor.name()?) } else { None };
    let change = if cursor.eat("PRIMARY KEY") {
        primary_key(cursor, table, name)?
    } else if cursor.eat("FOREIGN KEY") {
        foreign_key(cursor, table, name)?
    } else if cursor.eat("CHECK") {
        cursor.eat("NOT FOR REPLICATION");
        let condition = cursor.parens()?.text();
        let is_not_valid = read_suffix(cursor).is_some_and(|suffix| suffix.is_not_valid);
        SchemaChange::AddCheck(AddCheck { table: table.clone(), name, condition, is_not_valid })
    } else if cursor.is("EXCLUDE") && begins_constraint(cursor) {
        cursor.advance();
        exclusion(cursor, table, name)?
    } else if cursor.engine == Engine::Sqlserver && cursor.is("CONNECTION") && cursor.is_symbol_ahead(1, "(") {
        connection(cursor, table, name)?
    } else if cursor.engine == Engine::Postgresql && cursor.eat("NOT NULL") {
        not_null(cursor, table, name)?
    } else if begins_index(cursor) {
        SchemaChange::AddIndex(index_definition(cursor, table, name, has_keyword)?)
    } else if has_keyword {
        return Err(cursor.unread("a constraint"));
    } else {
        return Ok(None);
    };
    Ok(Some(change))
}

/// SQL Server: `CONNECTION (a TO b, c TO b) ON DELETE CASCADE`, which edges between nodes there may be.
fn connection(cursor: &mut Cursor<'_>, table: &TableName, name: Option<String>) -> Read<SchemaChange> {
    let start = cursor.clone();
    cursor.advance();
    cursor.parens()?;
    let condition = cursor.text_since(&start);
    if cursor.eat("ON DELETE") {
        referential_action(cursor)?;
    }
    Ok(SchemaChange::AddCheck(AddCheck { table: table.clone(), name, condition, is_not_valid: false }))
}

fn begins_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE USING", "NOT NULL"])
        || cursor.is("EXCLUDE") && cursor.is_symbol_ahead(1, "(")
}

/// Whether a constraint of the table stands behind a column without the comma that other engines ask for.
pub(super) fn begins_without_comma(cursor: &Cursor<'_>) -> bool {
    if !matches!(cursor.engine, Engine::Sqlite | Engine::Sqlserver) {
        return false;
    }
    let mut ahead = cursor.clone();
    if ahead.eat("CONSTRAINT") && ahead.name().is_err() {
        return false;
    }
    if ahead.eat_any(&["PRIMARY KEY", "UNIQUE"]).is_some() {
        ahead.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
        return ahead.is_symbol("(");
    }
    ahead.eat("FOREIGN KEY") && !ahead.is("REFERENCES")
}

/// KEY and INDEX are reserved on the MySQL family only; elsewhere they may be the names of columns.
fn begins_index(cursor: &Cursor<'_>) -> bool {
    match cursor.engine {
        Engine::Mysql | Engine::Mariadb => {
            cursor.is_any(&["UNIQUE", "INDEX", "KEY", "FULLTEXT", "SPATIAL", "VECTOR INDEX", "VECTOR KEY"])
        }
        Engine::Sqlserver => cursor.is_any(&["UNIQUE", "INDEX"]),
        Engine::Postgresql | Engine::Sqlite => cursor.is("UNIQUE"),
    }
}

fn primary_key(cursor: &mut Cursor<'_>, table: &TableName, name: Option<String>) -> Read<SchemaChange> {
    cursor.eat_any(&["CLUSTERED", "NONCLUSTERED HASH", "NONCLUSTERED"]);
    if cursor.eat("USING INDEX") {
        let using_index = Some(cursor.name()?);
        read_suffix(cursor);
        return Ok(SchemaChange::AddPrimaryKey(AddPrimaryKey {
            table: table.clone(),
            name,
            columns: Vec::new(),
            using_index,
        }));
    }
    index::read_using(cursor)?;
    // MySQL reads a name here and forgets it.
    if !cursor.is_symbol("(") {
        cursor.eat("IF NOT EXISTS");
        if !cursor.is_symbol("(") {
            cursor.name()?;
        }
    }
    index::read_using(cursor)?;
    let columns = cursor.names_in_parens()?;
    index::read_options(cursor)?;
    read_suffix(cursor);
    Ok(SchemaChange::AddPrimaryKey(AddPrimaryKey { table: table.clone(), name, columns, using_index: None }))
}

fn foreign_key(cursor: &mut Cursor<'_>, table: &TableName, name: Option<String>) -> Read<SchemaChange> {
    cursor.eat("IF NOT EXISTS");
    let index_name = if cursor.is_symbol("(") { None } else { Some(cursor.name()?) };
    let columns = cursor.names_in_parens()?;
    let foreign_key = ForeignKey { columns, ..foreign_key_target(cursor, name.or(index_name))? };
    let is_not_valid = read_suffix(cursor).is_some_and(|suffix| suffix.is_not_valid);
    Ok(SchemaChange::AddForeignKey(AddForeignKey { table: table.clone(), foreign_key, is_not_valid }))
}

/// Reads REFERENCES and what follows of a foreign key, whose own columns are left empty.
pub(super) fn foreign_key_target(cursor: &mut Cursor<'_>, name: Option<String>) -> Read<ForeignKey> {
    cursor.expect("REFERENCES")?;
    let to_table = cursor.table_name()?;
    let to_columns = if cursor.is_symbol("(") { cursor.names_in_parens()? } else { Vec::new() };
    let mut key = ForeignKey { name, columns: Vec::new(), to_table, to_columns, on_delete: None, on_update: None };
    loop {
        if cursor.eat("MATCH") {
            cursor.name()?;
        } else if cursor.eat("ON DELETE") {
            key.on_delete = Some(referential_action(cursor)?);
        } else if cursor.eat("ON UPDATE") {
            key.on_update = Some(referential_action(cursor)?);
        } else {
            return Ok(key);
        }
    }
}

fn referential_action(cursor: &mut Cursor<'_>) -> Read<ReferentialAction> {
    let actions = [
        ("NO ACTION", ReferentialAction::NoAction),
        ("RESTRICT", ReferentialAction::Restrict),
        ("CASCADE", ReferentialAction::Cascade),
        ("SET NULL", ReferentialAction::SetNull),
        ("SET DEFAULT", ReferentialAction::SetDefault),
    ];
    let action = actions.into_iter().find(|(words, _)| cursor.eat(words)).map(|(_, action)| action);
    // PostgreSQL: SET NULL (some of the columns).
    cursor.skip_parens();
    action.ok_or_else(|| cursor.unread("a referential action"))
}

/// PostgreSQL 18: a NOT NULL constraint that is not valid yet refuses new NULLs as a check would.
fn not_null(cursor: &mut Cursor<'_>, table: &TableName, name: Option<String>) -> Read<SchemaChange> {
    let table = table.clone();
    let start = cursor.clone();
    let column = cursor.name()?;
    let condition = format!("{} IS NOT NULL", cursor.text_since(&start));
    match read_suffix(cursor) {
        Some(Suffix { is_not_valid: true }) => {
            Ok(SchemaChange::AddCheck(AddCheck { table, name, condition, is_not_valid: true }))
        }
        _ => Ok(SchemaChange::SetNotNull(SetNotNull { table, column })),
    }
}

/// EXCLUDE: a constraint on an index that is not unique.
fn exclusion(cursor: &mut Cursor<'_>, table: &TableName, name: Option<String>) -> Read<SchemaChange> {
    let kind = index::read_using(cursor)?.unwrap_or_default();
    let parts = index::parts(&mut cursor.parens()?)?;
    let options = index::read_options(cursor)?;
    read_suffix(cursor);
    let index = Index { name, kind, is_unique: false, parts, included: options.included, condition: options.condition };
    Ok(SchemaChange::AddIndex(AddIndex {
        table: table.clone(),
        index,
        is_constraint: true,
        using_index: None,
        is_concurrent: false,
        if_not_exists: false,
    }))
}

fn index_definition(
    cursor: &mut Cursor<'_>,
    table: &TableName,
    constraint_name: Option<String>,
    has_keyword: bool,
) -> Read<AddIndex> {
    let mut is_unique = cursor.eat("UNIQUE");
    let kind = match cursor.eat_any(&["FULLTEXT", "SPATIAL", "VECTOR"]) {
        Some("FULLTEXT") => IndexKind::Fulltext,
        Some("SPATIAL") => IndexKind::Spatial,
        Some(_) => IndexKind::Vector,
        None => IndexKind::Btree,
    };
    cursor.eat_any(&["INDEX", "KEY"]);
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    cursor.eat_any(&["NULLS NOT DISTINCT", "NULLS DISTINCT", "CLUSTERED", "NONCLUSTERED HASH", "NONCLUSTERED"]);
    let is_constraint = is_unique && (has_keyword || !cursor.engine.is_mysql_family());
    let mut index =
        Index { name: constraint_name, kind, is_unique, parts: Vec::new(), included: Vec::new(), condition: None };
    let mut using_index = None;
    if cursor.eat("USING INDEX") && !cursor.is("TABLESPACE") {
        using_index = Some(cursor.name()?);
    } else {
        if !cursor.is_symbol("(") && !cursor.is_any(&["USING", "CLUSTERED", "NONCLUSTERED"]) {
            let name = cursor.name()?;
            index.name.get_or_insert(name);
        }
        // SQL Server says what kind of index it is behind its name.
        is_unique |= cursor.engine == Engine::Sqlserver && cursor.eat("UNIQUE");
        index.is_unique = is_unique;
        cursor.eat_any(&["CLUSTERED", "NONCLUSTERED"]);
        if let Some(kind) = index::read_using(cursor)? {
            index.kind = kind;
        } else if let Some(kind) = cursor.eat_any(&["COLUMNSTORE", "HASH"]) {
            index.kind = IndexKind::Other(kind.to_ascii_lowercase());
        }
        index.parts = index::parts_of(cursor, &index.kind)?;
        let options = index::read_options(cursor)?;
        index.included = options.included;
        index.condition = options.condition;
        index.kind = options.kind.unwrap_or(index.kind);
    }
    read_suffix(cursor);
    let table = table.clone();
    Ok(AddIndex { table, index, is_constraint, using_index, is_concurrent: false, if_not_exists })
}

/// What may follow any constraint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suffix {
    /// NOT VALID or NOT ENFORCED: the rows that stand are not checked.
    pub is_not_valid: bool,
}

/// Reads what may follow any constraint; `None` where nothing of the kind stands.
pub(super) fn read_suffix(cursor: &mut Cursor<'_>) -> Option<Suffix> {
    let mut suffix = None;
    loop {
        let read = suffix.unwrap_or(Suffix { is_not_valid: false });
        if cursor.eat_any(&["NOT VALID", "NOT ENFORCED"]).is_some() {
            suffix = Some(Suffix { is_not_valid: true });
        } else if cursor.eat_any(PLAIN_SUFFIXES).is_some() {
            suffix = Some(read);
        } else if cursor.eat_any(&["USING INDEX TABLESPACE", "ON CONFLICT"]).is_some() {
            cursor.advance();
            suffix = Some(read);
        } else if cursor.eat_any(&["INCLUDE", "WITH"]).is_some() {
            cursor.skip_parens();
            suffix = Some(read);
        } else {
            return suffix;
        }
    }
}

const PLAIN_SUFFIXES: &[&str] = &[
    "NOT DEFERRABLE",
    "DEFERRABLE",
    "INITIALLY DEFERRED",
    "INITIALLY IMMEDIATE",
    "NO INHERIT",
    "ENFORCED",
    "NULLS NOT DISTINCT",
    "NULLS DISTINCT",
    "NOT FOR REPLICATION",
    "CLUSTERED",
    "NONCLUSTERED HASH",
    "NONCLUSTERED",
];
