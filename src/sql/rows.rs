//! Statements that write rows: which table, which columns, and whether anything bounds how many.

use super::condition::{Condition, read_condition};
use super::cursor::{Cursor, Read};
use super::reading::Reading;
use super::references::{References, read_all, read_references};
use crate::change::{DataKind, DataRows, SchemaChange, TableName, Touches};

/// Reads a statement that writes rows, with the CTEs before it, if one begins here.
pub(super) fn read(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<bool> {
    let before = cursor.clone();
    if cursor.eat("WITH") {
        for mut query in read_ctes(cursor)? {
            read_one(&mut query, reading)?;
        }
    }
    let writes = read_one(cursor, reading)?;
    if !writes {
        *cursor = before;
    }
    Ok(writes)
}

/// The bodies of the CTEs; the cursor goes to the statement that they belong to.
fn read_ctes<'a>(cursor: &mut Cursor<'a>) -> Read<Vec<Cursor<'a>>> {
    cursor.eat("RECURSIVE");
    let mut bodies = Vec::new();
    loop {
        cursor.name()?;
        cursor.skip_parens();
        cursor.expect("AS")?;
        cursor.eat_any(&["NOT MATERIALIZED", "MATERIALIZED"]);
        bodies.push(cursor.parens()?);
        let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES", "TABLE"];
        // SEARCH and CYCLE may stand between, with commas of their own.
        let begins_cte = |cursor: &Cursor<'_>| {
            let mut ahead = cursor.clone();
            ahead.eat_symbol(",") && ahead.name().is_ok() && (ahead.skip_parens() || ahead.is("AS")) && ahead.is("AS")
        };
        cursor.part_until(|cursor| begins_cte(cursor) || cursor.is_any(&verbs) || cursor.is_symbol("("));
        if !cursor.eat_symbol(",") {
            return Ok(bodies);
        }
    }
}

fn read_one(cursor: &mut Cursor<'_>, reading: &mut Reading) -> Read<bool> {
    let range = cursor.range();
    let found = if cursor.eat_any(&["INSERT", "REPLACE"]).is_some() {
        vec![insert(cursor)?]
    } else if cursor.eat("UPDATE") {
        update(cursor)?
    } else if cursor.eat("DELETE") {
        delete(cursor)?
    } else if cursor.eat("MERGE") {
        merge(cursor)?
    } else if cursor.eat("TRUNCATE") {
        truncate(cursor)?
    } else {
        return Ok(false);
    };
    cursor.skip_all();
    if found.is_empty() {
        reading.opaque(range.clone(), "MERGE", Touches::Nothing, "none of its actions writes a row");
    }
    for rows in found {
        reading.push(range.clone(), SchemaChange::DataRows(rows));
    }
    Ok(true)
}

fn rows(table: TableName, kind: DataKind, columns: Vec<String>, condition: Condition) -> DataRows {
    let Condition { has_condition, is_bounded } = condition;
    DataRows { table, kind, columns, has_condition, is_bounded, is_chunked: false }
}

fn insert(cursor: &mut Cursor<'_>) -> Read<DataRows> {
    while cursor.eat_any(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"]).is_some() {}
    if cursor.eat("OR") {
        cursor.advance();
    }
    if cursor.eat("TOP") {
        cursor.skip_parens();
    }
    cursor.eat("INTO");
    let table = cursor.table_name()?;
    if cursor.eat("PARTITION") {
        cursor.skip_parens();
    }
    if cursor.eat("AS") {
        cursor.name()?;
    }
    let is_query = ["SELECT", "WITH"].iter().any(|word| cursor.is_ahead(1, word));
    let mut columns = Vec::new();
    if cursor.is_symbol("(") && !is_query {
        columns = cursor.names_in_parens()?;
    }
    cursor.part_until_any(&["VALUES", "VALUE", "SELECT", "SET", "DEFAULT VALUES", "TABLE", "EXEC", "EXECUTE", "WITH"]);
    if cursor.eat("SET") {
        columns = assigned(cursor.part_until_any(&["ON DUPLICATE", "RETURNING", "AS"]));
    } else if cursor.is("WITH") {
        cursor.advance();
        read_ctes(cursor)?;
    }
    let condition =
        if cursor.is("SELECT") || cursor.is_symbol("(") || is_query { query(cursor) } else { listed(cursor) };
    Ok(rows(table, DataKind::Insert, columns, condition))
}

/// Rows that the statement lists, or that a table or procedure gives.
fn listed(cursor: &Cursor<'_>) -> Condition {
    let is_bounded = !cursor.is_any(&["TABLE", "EXEC", "EXECUTE"]);
    Condition { has_condition: Some(false), is_bounded: Some(is_bounded) }
}

/// The rows of a query: bounded by what bounds it, or because it reads no table.
fn query(cursor: &mut Cursor<'_>) -> Condition {
    let mut query = cursor.part_until_any(&["ON CONFLICT", "ON DUPLICATE", "RETURNING"]);
    if let Ok(inside) = query.clone().parens() {
        query = inside;
    }
    let mut ahead = query.clone();
    ahead.part_until_any(&["FROM"]);
    if ahead.is_end() {
        return Condition { has_condition: Some(false), is_bounded: Some(true) };
    }
    // What an aggregate or a second SELECT makes of the rows is not followed.
    if query.part_until_any(&["UNION", "EXCEPT", "INTERSECT"]).is_end() || !query.is_end() {
        return Condition { has_condition: None, is_bounded: None };
    }
    read_condition(&mut ahead)
}

fn update(cursor: &mut Cursor<'_>) -> Read<Vec<DataRows>> {
    while cursor.eat_any(&["LOW_PRIORITY", "IGNORE", "ONLY"]).is_some() {}
    if cursor.eat("OR") {
        cursor.advance();
    }
    let has_top = cursor.eat("TOP") && cursor.skip_parens();
    let mut references = read_references(&mut cursor.part_until_any(&["SET"]))?;
    cursor.expect("SET")?;
    let ends = ["FROM", "WHERE", "ORDER BY", "LIMIT", "RETURNING", "OUTPUT", "OPTION"];
    let assignments = cursor.part_until_any(&ends);
    if cursor.eat("FROM") {
        let from = cursor.part_until_any(&["WHERE", "ORDER BY", "LIMIT", "RETURNING", "OPTION"]);
        references.add_joined(read_references(&mut from.clone())?);
    }
    let mut condition = read_condition(cursor);
    if has_top {
        condition = Condition::limited();
    }
    let mut by_table: Vec<(TableName, Vec<String>)> = Vec::new();
    for (qualifier, column) in assignments_of(assignments) {
        let table = references.resolve(qualifier.as_deref());
        match by_table.iter_mut().find(|(name, _)| *name == table) {
            Some((_, columns)) => columns.push(column),
            None => by_table.push((table, vec![column])),
        }
    }
    if by_table.is_empty() {
        by_table.push((references.resolve(None), Vec::new()));
    }
    Ok(by_table.into_iter().map(|(table, columns)| rows(table, DataKind::Update, columns, condition)).collect())
}

fn delete(cursor: &mut Cursor<'_>) -> Read<Vec<DataRows>> {
    while cursor.eat_any(&["LOW_PRIORITY", "QUICK", "IGNORE"]).is_some() {}
    let has_top = cursor.eat("TOP") && cursor.skip_parens();
    let mut targets = Vec::new();
    let is_target_first = !cursor.is("FROM");
    cursor.eat("FROM");
    let ends = ["FROM", "USING", "WHERE", "ORDER BY", "LIMIT", "RETURNING", "OUTPUT"];
    let mut list = cursor.part_until_any(&ends);
    let mut references = read_references(&mut list.clone())?;
    while let Some(mut item) = list.item() {
        item.eat("ONLY");
        targets.push(item.table_name()?);
        read_all(&mut item);
    }
    let joins = ["WHERE", "ORDER BY", "LIMIT", "RETURNING", "OUTPUT"];
    if cursor.eat_any(&["FROM", "USING"]).is_some() {
        let joined = read_references(&mut cursor.part_until_any(&joins))?;
        // Only where more tables are read can a target be an alias of one of them.
        references = if is_target_first || targets.len() > 1 { joined } else { references.joined_with(joined) };
    }
    let condition = if has_top { Condition::limited() } else { read_condition(cursor) };
    let resolved = targets.into_iter().map(|target| references.resolve_table(target));
    Ok(resolved.map(|table| rows(table, DataKind::Delete, Vec::new(), condition)).collect())
}

/// What MERGE may do to its target; the rows of its source that match are not counted.
fn merge(cursor: &mut Cursor<'_>) -> Read<Vec<DataRows>> {
    cursor.eat("INTO");
    cursor.eat("ONLY");
    let table = cursor.table_name()?;
    let condition = Condition { has_condition: Some(true), is_bounded: Some(false) };
    let mut found = Vec::new();
    while !cursor.is_end() {
        cursor.part_until_any(&["THEN INSERT", "THEN UPDATE SET", "THEN DELETE"]);
        let Some(action) = cursor.eat_any(&["THEN INSERT", "THEN UPDATE SET", "THEN DELETE"]) else { break };
        let (kind, columns) = match action {
            "THEN INSERT" if cursor.is_symbol("(") => (DataKind::Insert, cursor.names_in_parens()?),
            "THEN INSERT" => (DataKind::Insert, Vec::new()),
            "THEN DELETE" => (DataKind::Delete, Vec::new()),
            _ => (DataKind::Update, assigned(cursor.part_until_any(&["WHEN", "RETURNING", "OUTPUT"]))),
        };
        found.push(rows(table.clone(), kind, columns, condition));
    }
    Ok(found)
}

fn truncate(cursor: &mut Cursor<'_>) -> Read<Vec<DataRows>> {
    cursor.eat("TABLE");
    let mut found = Vec::new();
    let mut list = cursor.part_until_any(&["RESTART", "CONTINUE", "CASCADE", "RESTRICT", "WAIT", "NOWAIT", "WITH"]);
    while let Some(mut item) = list.item() {
        item.eat("ONLY");
        let condition = Condition { has_condition: Some(false), is_bounded: Some(false) };
        found.push(rows(item.table_name()?, DataKind::Truncate, Vec::new(), condition));
    }
    if found.is_empty() { Err(cursor.unread("a table")) } else { Ok(found) }
}

fn assigned(assignments: Cursor<'_>) -> Vec<String> {
    assignments_of(assignments).into_iter().map(|(_, column)| column).collect()
}

/// The columns that `a = 1, t.b = 2, (c, d) = (3, 4)` sets, with what qualifies them.
fn assignments_of(mut assignments: Cursor<'_>) -> Vec<(Option<String>, String)> {
    let mut columns = Vec::new();
    while let Some(mut item) = assignments.item() {
        if item.is_symbol("(") {
            columns.extend(item.names_in_parens().unwrap_or_default().into_iter().map(|name| (None, name)));
        } else if let Ok(name) = item.table_name() {
            columns.push((name.schema, name.name));
        }
    }
    columns
}

impl References {
    fn joined_with(mut self, joined: Self) -> Self {
        self.add_joined(joined);
        self
    }
}
