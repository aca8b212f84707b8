//! Strings: those that look like a name, rules of validation, fields of forms.

use super::Extractor;
use super::literals::begins_like_sql;
use super::methods::QUIET_CLASSES;
use crate::php::Expr;
use crate::usage::facts::{Node, NodeId, TextRole, UseKind};

/// No identifier of a database is longer.
const MAX_NAME: usize = 128;

impl Extractor<'_> {
    /// A string that stands somewhere.
    pub(super) fn string(&mut self, text: &str, line: u32, role: TextRole) {
        if text.contains("unique:") || text.contains("exists:") {
            self.rules(text, line);
        }
        if self.is_config && self.keys.last().is_some_and(|key| key == "table") && is_name(text) {
            self.emit(line, UseKind::Table { name: text.to_owned() });
        }
        if is_name(text) {
            let (text, handed) = (text.to_owned(), self.handed_to.clone());
            let role = if handed.as_ref().is_some_and(|handed| handed.is_quiet) { TextRole::Quiet } else { role };
            let (of, on) = handed.map(|handed| (handed.method, handed.on)).unzip();
            self.emit(line, UseKind::Text { text, role, of, on });
        }
    }

    /// SQL that is put together here and sent from elsewhere: `$sql = 'select …'`.
    pub(super) fn sql_in(&mut self, expr: &Expr) {
        let Some(text) = Self::sql_text(expr).filter(|text| begins_like_sql(text) && is_statement(text)) else {
            return;
        };
        self.emit(self.line(expr.span), UseKind::Sql { on: None, text });
    }

    /// `required|unique:users,email,1,id,team_id,2`, `exists:App\User`
    fn rules(&mut self, text: &str, line: u32) {
        for rule in text.split('|') {
            let Some(rest) = rule.strip_prefix("unique:").or_else(|| rule.strip_prefix("exists:")) else { continue };
            let mut parts = rest.split(',').map(str::trim);
            let Some(table) = parts.next().filter(|table| !table.is_empty()) else { continue };
            let table = table.rsplit('.').next().unwrap_or(table).to_owned();
            let column = parts.next().filter(|column| !column.is_empty() && *column != "NULL").map(str::to_owned);
            let column = column.or_else(|| Some(field_name(self.keys.last()?)));
            self.emit(line, UseKind::Rule { table: table.clone(), column });
            // Behind the row to pass over and its key come further columns, each with its value.
            let passed = if rule.starts_with("unique:") { 2 } else { 0 };
            let further = parts.skip(passed).step_by(2);
            let key = rest.split(',').nth(3).map(str::trim).filter(|_| rule.starts_with("unique:"));
            for column in key.into_iter().chain(further).filter(|column| is_name(column)) {
                self.emit(line, UseKind::Rule { table: table.clone(), column: Some(column.to_owned()) });
            }
        }
    }

    /// The field whose rules are being read.
    pub(super) fn field(&self) -> Option<String> {
        self.keys.last().map(|key| field_name(key))
    }

    /// The names of the fields of a form in a template's text.
    pub(super) fn fields_of(&mut self, html: &str) {
        for (at, _) in html.match_indices(" name=\"").chain(html.match_indices("wire:model")) {
            let rest = html.get(at..).unwrap_or_default();
            let Some(value) = rest.split_once('"').and_then(|(_, rest)| rest.split_once('"')) else { continue };
            let name = value.0.rsplit(['[', '.']).next().unwrap_or_default().trim_end_matches(']');
            if is_name(name) {
                let line = self.line_at(0) + html.get(..at).map_or(0, |before| before.matches('\n').count() as u32);
                self.emit(line, UseKind::Text { text: name.to_owned(), role: TextRole::Field, of: None, on: None });
            }
        }
    }

    /// Whether strings handed to that are names of something else.
    pub(super) fn is_quiet_class(&self, on: NodeId) -> bool {
        match self.node_of(on) {
            Node::Class(name) => {
                let short = name.rsplit('\\').next().unwrap_or(name);
                QUIET_CLASSES.contains(&short)
            }
            Node::Variable(name) | Node::Parameter(_, _, name) => {
                matches!(name.as_str(), "request" | "session" | "config" | "input" | "errors")
            }
            Node::Function(name) => {
                matches!(name.as_str(), "request" | "session" | "config" | "route" | "response" | "cache")
            }
            Node::Named(inner, name) => name == "request" || self.is_quiet_class(*inner),
            Node::Typed(name) | Node::Injected(name) => name.ends_with("Request"),
            Node::Call(inner, _) => self.is_quiet_class(*inner),
            _ => false,
        }
    }
}

/// Whether a text that begins like SQL goes on like it: `Select a customer` does not.
fn is_statement(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let has = |word: &str| upper.split_whitespace().any(|other| other == word);
    match upper.split_whitespace().next().unwrap_or_default().trim_start_matches('(') {
        "SELECT" | "DELETE" | "COPY" | "WITH" => has("FROM"),
        "UPDATE" => has("SET"),
        "INSERT" | "REPLACE" | "MERGE" => has("INTO"),
        "TRUNCATE" => true,
        _ => false,
    }
}

/// Whether a string could name a column or a table: `name`, `users.name`.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_NAME
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        && !text.ends_with('.')
}

/// The column behind a field: `items.*.name` gives `name`.
fn field_name(key: &str) -> String {
    key.rsplit('.').find(|part| *part != "*").unwrap_or(key).to_owned()
}

/// `users as u`, with or without a schema: the table, and the name it goes by.
pub(super) fn table_and_alias(text: &str) -> (String, Option<String>) {
    let mut words = text.split_whitespace();
    let table = words.next().unwrap_or_default();
    let table = table.rsplit('.').next().unwrap_or(table).trim_matches(['`', '"']).to_owned();
    let alias = words.rfind(|word| !word.eq_ignore_ascii_case("as")).map(str::to_owned);
    (table, alias)
}

/// A column as queries name it: the table it is said to be of, and its name.
pub(super) fn column_of(text: &str) -> Option<(Option<&str>, &str)> {
    let text = text.trim();
    let text = text.split_once(" as ").or_else(|| text.split_once(" AS ")).map_or(text, |(column, _)| column.trim());
    // A path into a column of JSON.
    let text = text.split_once("->").map_or(text, |(column, _)| column);
    // An order that is said with it.
    let text = text.strip_suffix(" desc").or_else(|| text.strip_suffix(" asc")).unwrap_or(text);
    let text = text.strip_prefix('-').unwrap_or(text);
    if !is_name(text) && !text.ends_with(".*") {
        return None;
    }
    match text.rsplit_once('.') {
        Some((table, column)) => Some((Some(table.rsplit('.').next().unwrap_or(table)), column)),
        None => Some((None, text)),
    }
}
