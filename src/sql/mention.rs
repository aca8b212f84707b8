//! The names that a text of SQL has in it, for those who look for a table or a column rather than for changes.

use super::cursor::Cursor;
use super::modes::Quoting;
use super::tokens::{TokenKind, tokenize};
use crate::engine::Engine;

/// The tables that SQL names as such, with their aliases, and every other name, with what qualifies it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    pub tables: Vec<(String, Option<String>)>,
    pub names: Vec<(Option<String>, String)>,
}

impl Mentions {
    /// The table that goes by that name or alias.
    pub fn table(&self, name: &str) -> Option<&str> {
        let found =
            self.tables.iter().find(|(table, alias)| alias.as_deref().unwrap_or(table) == name || table == name);
        found.map(|(table, _)| table.as_str())
    }
}

/// Reads the names in `text`, a statement or a part of one, as some engine would: which one does not matter to names.
pub fn mentions(text: &str) -> Mentions {
    let engine = if text.contains('`') { Engine::Mysql } else { Engine::Postgresql };
    let quoting = Quoting::of(engine);
    let tokens = tokenize(text, 0..text.len(), quoting).list;
    let mut cursor = Cursor::new(text, &tokens, quoting);
    let mut found = Mentions::default();
    while !cursor.is_end() {
        if cursor.eat_any(&["FROM", "JOIN", "INTO", "UPDATE", "TABLE"]).is_some() {
            tables(&mut cursor, &mut found);
        } else if cursor.peek().is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedWord)) {
            name(&mut cursor, &mut found);
        } else {
            cursor.advance();
        }
    }
    found
}

/// `users u, posts AS p`
fn tables(cursor: &mut Cursor<'_>, found: &mut Mentions) {
    loop {
        cursor.eat_any(&["ONLY", "LATERAL", "IF NOT EXISTS", "IF EXISTS", "IGNORE"]);
        let Ok(table) = cursor.table_name() else { return };
        let words =
            ["SET", "WHERE", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "FULL", "NATURAL", "ON", "USING", "ORDER"];
        let more =
            ["GROUP", "LIMIT", "HAVING", "UNION", "VALUES", "SELECT", "FOR", "RETURNING", "DEFAULT", "USE", "FORCE"];
        let has_as = cursor.eat("AS");
        let alias = if !has_as && (cursor.is_any(&words) || cursor.is_any(&more)) { None } else { cursor.name().ok() };
        found.tables.push((table.name, alias));
        if !cursor.eat_symbol(",") {
            return;
        }
    }
}

/// `u.name`, `name`; with a schema before, the last two count.
fn name(cursor: &mut Cursor<'_>, found: &mut Mentions) {
    let mut qualifier = None;
    while let Ok(name) = cursor.name() {
        if cursor.eat_symbol(".") {
            qualifier = Some(name);
            continue;
        }
        found.names.push((qualifier, name));
        return;
    }
    cursor.advance();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, tables: &str, names: &str) {
        let found = mentions(text);
        let shown: Vec<String> =
            found.tables.iter().map(|(table, alias)| format!("{table} {}", alias.as_deref().unwrap_or("-"))).collect();
        assert_eq!(shown.join(", "), tables);
        let shown: Vec<String> =
            found.names.iter().map(|(of, name)| format!("{}.{name}", of.as_deref().unwrap_or("-"))).collect();
        assert_eq!(shown.join(", "), names);
    }

    #[test]
    fn names_are_found_where_they_stand_and_not_in_strings() {
        check(
            "select u.name, count(*) from users u join posts as p on p.user_id = u.id where u.note = 'from x'",
            "users u, posts p",
            "-.select, u.name, -.count, -.on, p.user_id, u.id, -.where, u.note",
        );
        check("update `users` set `email` = ?", "users -", "-.set, -.email");
        check("lower(email) = ?", "", "-.lower, -.email");
        check("from", "", "");
    }
}
