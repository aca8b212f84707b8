//! The tables that a statement reads or writes, and the aliases that it gives them.

use super::cursor::{Cursor, Read};
use crate::change::TableName;

/// Tables in the order in which they are named, each with its alias.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct References(Vec<(TableName, Option<String>)>);

/// Reads `a, b AS x JOIN c y ON …`. Subqueries in brackets are passed over.
pub(super) fn read_references(cursor: &mut Cursor<'_>) -> Read<References> {
    let mut found = Vec::new();
    loop {
        cursor.eat_any(&["ONLY", "LATERAL"]);
        if cursor.skip_parens() {
            cursor.eat("AS");
            let _ = cursor.name();
        } else {
            let table = cursor.table_name()?;
            read_all(cursor);
            cursor.eat("AS");
            let joins = [
                "JOIN",
                "INNER",
                "LEFT",
                "RIGHT",
                "FULL",
                "CROSS",
                "NATURAL",
                "STRAIGHT_JOIN",
                "ON",
                "FOR",
                "USING",
                "WITH",
                "SET",
            ];
            let alias = if cursor.is_any(&joins) { None } else { cursor.name().ok() };
            found.push((table, alias));
        }
        cursor.part_until(|cursor| cursor.is_symbol(",") || cursor.is_any(&["JOIN", "STRAIGHT_JOIN"]));
        if cursor.advance().is_none() {
            return Ok(References(found));
        }
    }
}

/// MySQL's `DELETE t.* FROM t`.
pub(super) fn read_all(cursor: &mut Cursor<'_>) {
    if cursor.eat_symbol(".") {
        cursor.eat_symbol("*");
    }
}

impl References {
    pub(super) fn add_joined(&mut self, joined: Self) {
        self.0.extend(joined.0);
    }

    /// The table that goes by that name or alias; without one, the first.
    pub(super) fn resolve(&self, qualifier: Option<&str>) -> TableName {
        let first = || self.0.first().map_or_else(|| TableName::new(""), |(table, _)| table.clone());
        match qualifier {
            Some(qualifier) => self.resolve_table(TableName::new(qualifier)),
            // SQL Server's `UPDATE u SET … FROM users u` names the alias first.
            None => self.resolve_table(first()),
        }
    }

    /// The table of which that is an alias, or the name itself.
    pub(super) fn resolve_table(&self, name: TableName) -> TableName {
        let has_alias =
            |(_, alias): &&(TableName, Option<String>)| name.schema.is_none() && alias.as_deref() == Some(&name.name);
        match self.0.iter().find(has_alias).or_else(|| self.0.iter().find(|(table, _)| table.name == name.name)) {
            Some((table, _)) => table.clone(),
            None => name,
        }
    }
}
