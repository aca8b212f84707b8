//! The query of a view, and the names of what it reads.

use std::collections::BTreeSet;

use crate::change::{Definition, TableName, ViewQuery};
use crate::sql::cursor::Cursor;

/// What may stand behind the query.
const ENDS: &[&str] =
    &["WITH CHECK OPTION", "WITH CASCADED CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH DATA", "WITH NO DATA"];

/// The words behind which no table is named before the next FROM or JOIN.
const ENDS_OF_FROM: &[&str] = &[
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "MINUS",
    "WINDOW",
    "FETCH",
    "OFFSET",
    "SELECT",
    "ON",
    "SET",
    "FOR",
];

/// Reads on behind the view's name: its columns and options, and AS.
pub(super) fn definition(cursor: &mut Cursor<'_>) -> Definition {
    cursor.part_until_any(&["AS"]);
    if !cursor.eat("AS") {
        return Definition::Unsaid;
    }
    Definition::View(query(&cursor.part_until_any(ENDS)))
}

fn query(cursor: &Cursor<'_>) -> ViewQuery {
    let mut walk = Walk::default();
    let mut ahead = cursor.clone();
    while !ahead.is_end() {
        walk.step(&mut ahead);
    }
    let is_partial = walk.is_partial || !walk.open.is_empty() || cursor.is_end();
    ViewQuery { text: cursor.text(), reads: walk.reads.into_iter().collect(), is_partial }
}

/// What the query said so far. Brackets are kept on a list, so that their depth costs no stack.
#[derive(Debug, Default)]
struct Walk {
    reads: BTreeSet<TableName>,
    is_partial: bool,
    open: Vec<Bracket>,
    /// Queries that WITH names, from the end of each on, or from its beginning with RECURSIVE.
    named: BTreeSet<String>,
    is_recursive: bool,
    place: Place,
    /// A name before AS, or before the brackets before it.
    last_name: Option<String>,
    follows_distinct: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// A table is named next.
    expects_table: bool,
    /// In the list behind FROM, where a comma leads to another table.
    is_in_from: bool,
    /// In the brackets of a function, where FROM is a word like others: `EXTRACT(YEAR FROM placed_at)`.
    is_in_call: bool,
}

#[derive(Debug)]
struct Bracket {
    outside: Place,
    /// The name that stood before it.
    before: Option<String>,
    /// The query that it is.
    names: Option<String>,
}

impl Walk {
    fn step(&mut self, ahead: &mut Cursor<'_>) {
        if ahead.is_symbol("(") {
            ahead.advance();
            self.open_bracket(ahead, None);
        } else if ahead.is_symbol(")") {
            ahead.advance();
            self.close_bracket();
        } else if ahead.is_symbol(",") {
            ahead.advance();
            self.place.expects_table = self.place.is_in_from;
            self.last_name = None;
        } else if self.place.expects_table {
            self.table(ahead);
        } else {
            self.word(ahead);
        }
    }

    fn word(&mut self, ahead: &mut Cursor<'_>) {
        let follows_distinct = std::mem::take(&mut self.follows_distinct);
        let mut behind_as = ahead.clone();
        if behind_as.eat("AS") {
            behind_as.eat_any(&["MATERIALIZED", "NOT MATERIALIZED"]);
            if behind_as.is_symbol("(") {
                behind_as.advance();
                *ahead = behind_as;
                let names = self.last_name.take();
                return self.open_bracket(ahead, names);
            }
        }
        if ahead.is_any(&["FROM", "JOIN", "STRAIGHT_JOIN", "APPLY", "TABLE"]) {
            let is_from = ahead.is("FROM");
            if !(is_from && (follows_distinct || self.place.is_in_call)) {
                self.place.expects_table = true;
                self.place.is_in_from = true;
            }
        } else if ahead.is_any(ENDS_OF_FROM) {
            self.place.is_in_from = false;
        } else if ahead.is("RECURSIVE") {
            self.is_recursive = true;
        }
        self.follows_distinct = ahead.is("DISTINCT");
        self.last_name = ahead.peek().and_then(|token| ahead.name_of(token));
        ahead.advance();
    }

    /// A table, a view, a function or a query that WITH names.
    fn table(&mut self, ahead: &mut Cursor<'_>) {
        if ahead.eat_any(&["LATERAL", "ONLY", "ROWS FROM"]).is_some() {
            return;
        }
        self.place.expects_table = false;
        let Ok(name) = ahead.table_name() else {
            self.is_partial = true;
            ahead.advance();
            return;
        };
        let is_call = ahead.is_symbol("(");
        let is_named = name.schema.is_none() && self.named.contains(&name.name);
        self.last_name = Some(name.name.clone());
        if !is_call && !is_named {
            self.reads.insert(name);
        }
    }

    fn open_bracket(&mut self, inside: &Cursor<'_>, names: Option<String>) {
        let is_query = inside.is_any(&["SELECT", "WITH", "VALUES", "TABLE"]);
        let is_query = is_query || inside.is_symbol("(");
        let is_join = self.place.expects_table && !is_query;
        if let Some(name) = names.clone().filter(|_| self.is_recursive) {
            self.named.insert(name);
        }
        let before = self.last_name.take();
        self.open.push(Bracket { outside: self.place, before, names });
        // A bracket in a bracket may hold either a join or a query.
        let expects_table = self.place.expects_table && !inside.is_any(&["SELECT", "WITH", "VALUES", "TABLE"]);
        self.place = Place { expects_table, is_in_from: is_join, is_in_call: !is_query && !is_join };
    }

    fn close_bracket(&mut self) {
        let Some(bracket) = self.open.pop() else {
            self.is_partial = true;
            return;
        };
        self.named.extend(bracket.names);
        self.place = Place { expects_table: false, ..bracket.outside };
        self.last_name = bracket.before;
    }
}
