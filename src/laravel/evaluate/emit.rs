//! How a statement leaves the interpreter: read, guarded, and replayed into the tables as they stand.

use std::rc::Rc;

use super::interpreter::{GuardKind, Interpreter};
use super::operators;
use super::term::{HOLE, Term};
use crate::catalog::Catalog;
use crate::change::{Change, DataRows, OnlineClauses, SchemaChange, Statement, TableName, Touches, TransactionStep};
use crate::php;
use crate::source::{SourceMap, Span};
use crate::sql;

impl Interpreter<'_> {
    /// Sends SQL whose text is known.
    pub fn send_sql(&mut self, text: &str, map: &SourceMap, bindings: &[String]) {
        let catalog = &self.state.catalog;
        let script = self.state.session.read(text, map, &|table| catalog.has_table(table).is_yes());
        self.output.problems.extend(script.problems);
        for mut statement in script.statements {
            statement.bindings = bindings.to_vec();
            self.send(statement);
        }
    }

    /// Sends what `DB::statement` and its kin were given.
    pub fn send_term(&mut self, term: Option<&Term>, bindings: &[String], span: Span) {
        match term {
            Some(Term::Text(text) | Term::Raw(text)) => {
                let text: Rc<php::Text> = Rc::clone(text);
                self.send_sql(&text.value, &text.map, bindings);
            }
            Some(term) => {
                self.note_built_sql(term, span);
                self.send_shape(term, span);
            }
            None => {}
        }
    }

    /// Whether what `DB::select` and its kin were given does more than read, as far as its text tells.
    pub fn may_write(&self, query: &Term, span: Span) -> bool {
        let shape = operators::shape_of(query);
        if shape.trim() == HOLE {
            return false;
        }
        let script = sql::read(&shape, &SourceMap::new(span), self.settings.engine);
        script.statements.iter().flat_map(|statement| &statement.changes).any(|change| !change.what.is_beside_tables())
    }

    /// SQL with parts that are not known: what it does to which table can often be told all the same.
    fn send_shape(&mut self, term: &Term, span: Span) {
        let shape = operators::shape_of(term);
        let catalog = &self.state.catalog;
        let is_known = |table: &TableName| catalog.has_table(table).is_yes();
        let script = self.state.session.clone().read(&shape, &SourceMap::new(span), &is_known);
        let changes: Vec<&Change> = script.statements.iter().flat_map(|statement| &statement.changes).collect();
        let is_harmless = !changes.is_empty() && changes.iter().all(|change| change.what.is_beside_tables());
        let tables: Option<Vec<&TableName>> = changes.iter().map(|change| known_table(&change.what)).collect();
        let is_data =
            !changes.is_empty() && changes.iter().all(|change| matches!(change.what, SchemaChange::DataRows(_)));
        let reason = format!("a part of the SQL is not known: {}", term.why_unknown());
        let what = leading_words(&shape);
        match tables.as_deref() {
            _ if is_harmless => self.opaque(&what, Touches::Nothing, &reason, span),
            Some([_, ..]) if is_data => {
                for mut statement in script.statements {
                    // The text is not what is sent, so it is not shown.
                    statement.sql = String::new();
                    self.send(statement);
                }
            }
            Some([first, rest @ ..]) if rest.iter().all(|table| table == first) => {
                self.opaque(&what, Touches::Table((*first).clone()), &reason, span);
            }
            _ => self.opaque(&what, Touches::Anything, &reason, span),
        }
    }

    pub fn send(&mut self, mut statement: Statement) {
        let is_data = !statement.changes.is_empty()
            && statement.changes.iter().all(|change| matches!(change.what, SchemaChange::DataRows(_)));
        let is_chunked = self.guards.iter().any(|guard| guard.kind == GuardKind::Rows { is_chunked: true });
        if is_chunked {
            for change in &mut statement.changes {
                if let SchemaChange::DataRows(rows) = &mut change.what {
                    rows.is_chunked = true;
                }
            }
        }
        let outer = if is_data { self.condition_text() } else { self.guard_text() };
        statement.guard = match (outer, statement.guard.take()) {
            (Some(outer), Some(inner)) if outer != inner => Some(format!("{outer} && {inner}")),
            (outer, inner) => outer.or(inner),
        };
        self.watch_pages(&statement);
        replay(&mut self.state.catalog, &statement);
        self.output.statements.push(statement);
    }

    /// Rows are written, by the query builder or a model.
    pub fn send_rows(&mut self, rows: DataRows, span: Span) {
        self.send_unwritten(SchemaChange::DataRows(rows), span);
    }

    /// Sends what has no SQL that could be shown.
    fn send_unwritten(&mut self, what: SchemaChange, span: Span) {
        self.send(Statement {
            sql: String::new(),
            bindings: Vec::new(),
            span,
            changes: vec![Change { what, span }],
            guard: None,
            online: OnlineClauses::default(),
            lost: Vec::new(),
        });
    }

    /// A transaction begins, unless there is one: then Laravel sets a savepoint. The driver sends it, so there is no SQL to show.
    pub fn begin_transaction(&mut self, span: Span) {
        self.open_transactions += 1;
        if self.open_transactions == 1 {
            self.send_transaction(TransactionStep::Begin, span);
        }
    }

    pub fn end_transaction(&mut self, step: TransactionStep, span: Span) {
        if self.open_transactions == 1 {
            self.send_transaction(step, span);
        }
        self.open_transactions = self.open_transactions.saturating_sub(1);
    }

    fn send_transaction(&mut self, step: TransactionStep, span: Span) {
        if self.is_in_runners_transaction || !self.settings.engine.keeps_ddl_in_transactions() {
            return;
        }
        self.send_unwritten(SchemaChange::Transaction(step), span);
    }

    /// The undecided conditions under which the code at work runs, as one text.
    pub fn guard_text(&self) -> Option<String> {
        join(self.guards.iter().map(|guard| &guard.text))
    }

    /// As `guard_text`, without loops over rows.
    fn condition_text(&self) -> Option<String> {
        join(self.guards.iter().filter(|guard| guard.kind == GuardKind::Condition).map(|guard| &guard.text))
    }

    /// The name that a table goes by in the database.
    pub fn table_name(&self, name: &str) -> TableName {
        let name = name.split(" as ").next().unwrap_or(name).trim();
        match name.split_once('.') {
            Some((schema, name)) => {
                TableName { schema: Some(schema.to_owned()), name: format!("{}{name}", self.settings.prefix) }
            }
            None => TableName::new(format!("{}{name}", self.settings.prefix)),
        }
    }
}

fn join<'t>(texts: impl Iterator<Item = &'t Rc<str>>) -> Option<String> {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !distinct.contains(&&**text) {
            distinct.push(text);
        }
    }
    match distinct.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        several => Some(several.iter().map(|text| in_brackets(text)).collect::<Vec<_>>().join(" && ")),
    }
}

/// A part of a conjunction: only what binds less tightly needs brackets.
fn in_brackets(text: &str) -> String {
    let needs_them = [" || ", " ? ", " and ", " or "].iter().any(|operator| text.contains(operator));
    if needs_them && !text.starts_with('(') { format!("({text})") } else { text.to_owned() }
}

fn replay(catalog: &mut Catalog, statement: &Statement) {
    for change in &statement.changes {
        catalog.apply(&change.what);
    }
}

/// What a statement begins with, up to its first hole: `ALTER TABLE`.
fn leading_words(shape: &str) -> String {
    let words = shape.split_whitespace().take(2).take_while(|word| word.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let words = words.collect::<Vec<_>>().join(" ").to_uppercase();
    if words.is_empty() { "SQL".to_owned() } else { words }
}

/// The one table that a change is about, unless its name has a hole.
fn known_table(change: &SchemaChange) -> Option<&TableName> {
    change.table().filter(|table| !table.name.contains(HOLE))
}
