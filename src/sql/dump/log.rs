//! Which migrations have run, as the rows of a runner's own table say.

use std::ops::Range;

use crate::change::{SchemaChange, Statement};
use crate::sql::cursor::{Cursor, Read};
use crate::sql::modes::Quoting;
use crate::sql::tokens::tokenize;

/// How much of a statement of rows tells which table it is about.
const HEAD: usize = 512;

/// A table in which a runner logs migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTable {
    pub table: String,
    /// The column that names the migration.
    pub column: String,
}

/// What the rows of such tables say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    tables: Vec<LogTable>,
    /// The columns of those tables, as the dump makes them.
    columns: Vec<(String, Vec<String>)>,
    entries: Vec<String>,
    latest: Option<u64>,
}

/// Where rows say what has run: whose they are, and in which of their values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    at: usize,
    /// golang-migrate keeps one row: the latest migration of all that have run.
    is_latest: bool,
}

impl LogTable {
    pub fn new(table: impl Into<String>, column: impl Into<String>) -> Self {
        Self { table: table.into(), column: column.into() }
    }

    /// Those of the runners of SQL whose rows say which migrations have run.
    pub fn of_runners() -> Vec<Self> {
        // dbmate, golang-migrate, Rails; sqlx; Diesel; goose; Flyway.
        [
            ("schema_migrations", "version"),
            ("_sqlx_migrations", "version"),
            ("__diesel_schema_migrations", "version"),
            ("goose_db_version", "version_id"),
            ("flyway_schema_history", "script"),
        ]
        .map(|(table, column)| Self::new(table, column))
        .to_vec()
    }
}

impl Log {
    pub(super) fn new(tables: Vec<LogTable>) -> Self {
        Self { tables, columns: Vec::new(), entries: Vec::new(), latest: None }
    }

    /// What has run, as it is logged.
    pub fn entries(&self) -> &[String] {
        &self.entries
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.latest.is_none()
    }

    /// Whether the migration of that name has run: logged by its name, by its file, or by the number it begins with.
    pub fn holds(&self, name: &str) -> bool {
        let version = version(name);
        let is_it = |entry: &String| {
            let entry = entry.strip_suffix(".sql").unwrap_or(entry);
            entry == name || version.as_ref().is_some_and(|version| entry == version)
        };
        let is_before = |latest: u64| {
            version.as_ref().and_then(|digits| digits.parse::<u64>().ok()).is_some_and(|own| own <= latest)
        };
        self.entries.iter().any(is_it) || self.latest.is_some_and(is_before)
    }

    /// Remembers the columns of a table that logs migrations.
    pub(super) fn learn(&mut self, statement: &Statement) {
        for change in &statement.changes {
            if let SchemaChange::CreateTable(create) = &change.what
                && self.tables.iter().any(|log| log.table == create.table.name)
            {
                let columns = create.columns.iter().map(|column| column.name.clone()).collect();
                self.columns.push((create.table.name.clone(), columns));
            }
        }
    }

    /// Whether the statement at `range` writes rows that say what has run.
    pub(super) fn is_wanted(&self, code: &str, range: Range<usize>, quoting: Quoting) -> bool {
        let end = code.floor_char_boundary(range.end.min(range.start + HEAD));
        let head = tokenize(code, range.start..end, quoting);
        let mut cursor = Cursor::new(code, &head.list, quoting);
        eat_verb(&mut cursor);
        cursor.table_name().is_ok_and(|name| self.tables.iter().any(|log| log.table == name.name))
    }

    /// Reads INSERT, if it is about one of the tables.
    pub(super) fn insert(&mut self, code: &str, range: Range<usize>, quoting: Quoting) {
        if self.is_wanted(code, range.clone(), quoting) {
            let tokens = tokenize(code, range, quoting);
            let mut cursor = Cursor::new(code, &tokens.list, quoting);
            eat_verb(&mut cursor);
            // What cannot be read leaves the migration to be replayed, which its own guards or the catalog then answer.
            let _ = self.read_insert(&mut cursor);
        }
    }

    fn read_insert(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let Some(rows) = self.read_head(cursor)? else { return Ok(()) };
        cursor.part_until_any(&["VALUES", "VALUE"]);
        cursor.eat_any(&["VALUES", "VALUE"]);
        while cursor.is_symbol("(") {
            let mut values = cursor.parens()?;
            cursor.eat_symbol(",");
            let value = std::iter::from_fn(|| values.item()).nth(rows.at);
            if let Some(mut value) = value {
                let text = value.string().unwrap_or_else(|_| value.text());
                self.enter(rows, text);
            }
        }
        Ok(())
    }

    /// Reads the table and its columns: where its rows say what has run.
    fn read_head(&self, cursor: &mut Cursor<'_>) -> Read<Option<Rows>> {
        let name = cursor.table_name()?.name;
        let Some(log) = self.tables.iter().find(|log| log.table == name) else { return Ok(None) };
        let columns = if cursor.is_symbol("(") { cursor.names_in_parens()? } else { Vec::new() };
        let known = self.columns.iter().rev().find(|(table, _)| *table == name).map(|(_, columns)| columns);
        let columns = if columns.is_empty() { known.unwrap_or(&columns) } else { &columns };
        let at = columns.iter().position(|column| *column == log.column);
        Ok(at.map(|at| Rows { at, is_latest: columns.iter().any(|column| column == "dirty") }))
    }

    /// Reads `COPY table (…) FROM stdin`, if it is about one of the tables.
    pub(super) fn copy(&self, code: &str, range: Range<usize>, quoting: Quoting) -> Option<Rows> {
        let is_copy = code.get(range.clone())?.trim_start().get(..4)?.eq_ignore_ascii_case("copy");
        let tokens = is_copy.then(|| tokenize(code, range, quoting))?;
        let mut cursor = Cursor::new(code, &tokens.list, quoting);
        cursor.eat("COPY");
        self.read_head(&mut cursor).ok()?
    }

    /// Reads a row of COPY's data: values between tabs, with backslashes before what is special.
    pub(super) fn row(&mut self, rows: &Rows, line: &str) {
        if let Some(value) = line.split('\t').nth(rows.at) {
            self.enter(*rows, value.to_owned());
        }
    }

    fn enter(&mut self, rows: Rows, entry: String) {
        match entry.parse() {
            Ok(number) if rows.is_latest => self.latest = self.latest.max(Some(number)),
            _ => self.entries.push(entry),
        }
    }
}

fn eat_verb(cursor: &mut Cursor<'_>) {
    cursor.eat_any(&["INSERT", "REPLACE"]);
    while cursor
        .eat_any(&["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "OR", "REPLACE", "ROLLBACK", "ABORT", "FAIL"])
        .is_some()
    {}
    cursor.eat("INTO");
}

/// The number that a migration's name begins with, as runners log it: Diesel leaves out the dashes of its dates.
fn version(name: &str) -> Option<String> {
    let name = name.strip_prefix('V').unwrap_or(name);
    let digits: String = name
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '-')
        .filter(|letter| *letter != '-')
        .collect();
    (!digits.is_empty()).then_some(digits)
}
