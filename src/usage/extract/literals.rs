//! SQL in files of its own, and in the strings of a language that is not read otherwise.
//!
//! A cheap scan: it knows how strings are quoted, not what a comment is. A string counts if it begins like SQL, so that an
//! apostrophe in a comment opens none.

use crate::usage::facts::{FileFacts, Use, UseKind};
use crate::usage::part::extension;

/// Words that SQL, or a part of it, begins with.
const BEGINNINGS: [&str; 15] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "REPLACE", "TRUNCATE", "FROM", "WHERE", "JOIN", "LEFT",
    "INNER", "COPY", "LOCK",
];

/// A longer text is not one statement of an application.
const MAX_BYTES: usize = 64 * 1024;

/// Longer ones first, so that they are not taken for several.
const QUOTES: [&str; 5] = ["\"\"\"", "'''", "\"", "'", "`"];

/// What the file at `path`, which is no PHP, says.
pub(super) fn facts(path: &str, text: &str) -> FileFacts {
    let mut scan = Scan { text, line: 1, counted_to: 0, facts: FileFacts::default() };
    match extension(path) {
        // What makes tables is a dump or a migration: no code that runs on them.
        "sql" if text.to_ascii_uppercase().contains("CREATE TABLE") => {}
        "sql" => scan.statements(),
        _ => scan.strings(),
    }
    scan.facts
}

struct Scan<'a> {
    text: &'a str,
    /// The line at the byte `counted_to`.
    line: u32,
    counted_to: usize,
    facts: FileFacts,
}

impl<'a> Scan<'a> {
    /// Each part between semicolons that queries or writes rows. One that stands in a string cuts a statement in two, which hides no name.
    fn statements(&mut self) {
        let mut at = 0;
        for part in self.text.split_inclusive(';') {
            let begins = at + (part.len() - part.trim_start().len());
            if begins_like_sql(part) && !is_data(part) {
                self.sql(begins, part.trim());
            }
            at += part.len();
        }
    }

    fn strings(&mut self) {
        let mut at = 0;
        while let Some(found) = self.rest(at).find(['"', '\'', '`', '<']) {
            let begins = at + found;
            at = match self.string(begins) {
                Some((content, end)) => {
                    self.sql(content, self.text.get(content..end).unwrap_or_default());
                    end + 1
                }
                None => begins + 1,
            };
        }
    }

    /// Where the content of a string of SQL that opens at `at` begins and ends.
    fn string(&self, at: usize) -> Option<(usize, usize)> {
        let rest = self.rest(at);
        if let Some(heredoc) = rest.strip_prefix("<<") {
            return heredoc_after(at + 2, heredoc);
        }
        let quote = QUOTES.iter().find(|quote| rest.starts_with(**quote))?;
        let quote = &self.closing(at, quote);
        let begins = at + quote.trim_end_matches('#').len();
        let content = self.rest(begins);
        if !begins_like_sql(content) {
            return None;
        }
        let end = end_of(content.get(..content.floor_char_boundary(MAX_BYTES))?, quote)?;
        Some((begins, begins + end))
    }

    /// What ends a string that opens at `at`: Rust's `r#"` wants `"#`.
    fn closing(&self, at: usize, quote: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let hashes = before.len() - before.trim_end_matches('#').len();
        let is_raw = before.trim_end_matches('#').ends_with('r');
        format!("{quote}{}", "#".repeat(if is_raw { hashes } else { 0 }))
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    fn sql(&mut self, begins: usize, sql: &str) {
        let first = begins + (sql.len() - sql.trim_start().len());
        let between = self.text.get(self.counted_to..first).unwrap_or_default();
        self.line += between.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.counted_to = first.max(self.counted_to);
        let kind = UseKind::Sql { on: None, text: sql.trim().to_owned() };
        self.facts.uses.push(Use { line: self.line, class: None, method: None, kind });
    }
}

/// Where the content of `<<~SQL` or `<<<'SQL'` begins and ends, whose first word stands at `at`: it goes to the line that
/// says the same word.
fn heredoc_after(at: usize, after: &str) -> Option<(usize, usize)> {
    let (head, body) = after.split_once('\n')?;
    let word = head.trim_start_matches(['<', '~', '-', ' ', '\'', '"']);
    let word: &str = word.split(|next: char| !next.is_ascii_alphanumeric() && next != '_').next()?;
    if word.is_empty() || !begins_like_sql(body) {
        return None;
    }
    let begins = at + head.len() + 1;
    let mut end = 0;
    for line in body.split_inclusive('\n') {
        if line.trim_start().strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)) {
            return Some((begins, begins + end));
        }
        end += line.len();
    }
    None
}

/// Whether a statement of a file brings rows of its own, as a dump does, rather than those that an application hands it.
fn is_data(statement: &str) -> bool {
    let upper = statement.to_ascii_uppercase();
    let is_insert = ["INSERT ", "REPLACE ", "COPY "].iter().any(|word| upper.contains(word));
    let has_parameter = ["$", "?", " :", "(:", ",:", " @", "(@", ",@", "{"].iter().any(|sign| statement.contains(sign));
    is_insert && !has_parameter && !upper.contains("SELECT")
}

pub(super) fn begins_like_sql(text: &str) -> bool {
    let mut text = text.trim_start();
    while let Some(comment) = text.strip_prefix("--") {
        text = comment.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    let text = text.trim_start_matches(['(', ' ', '\\', 'n']);
    let word: &str = text.split(|next: char| !next.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_whole = text.get(word.len()..).is_some_and(|rest| rest.starts_with([' ', '\n', '\t', '\r', '\\']));
    is_whole && BEGINNINGS.iter().any(|beginning| word.eq_ignore_ascii_case(beginning))
}

/// Where the first such quote stands that no backslash escapes.
fn end_of(text: &str, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, next) in text.char_indices() {
        if !is_escaped && text.get(at..).is_some_and(|rest| rest.starts_with(quote)) {
            return Some(at);
        }
        is_escaped = next == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, text: &str) -> String {
        let shown = |used: &Use| match &used.kind {
            UseKind::Sql { text, .. } => {
                format!("{}: {}", used.line, text.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            other => format!("{other:?}"),
        };
        facts(path, text).uses.iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn sql_is_found_in_the_strings_of_any_language() {
        let go = "// don't select\nrows := db.Query(`\n  SELECT fax\n  FROM customers`)\nlog(\"selected\")\n";
        assert_eq!(check("a.go", go), "3: SELECT fax FROM customers");
        let python =
            "q = \"\"\"\n-- name: one\nUPDATE customers SET fax = %s\"\"\"\nx = 'insert into a values (\\'x\\')'";
        assert_eq!(
            check("a.py", python),
            "2: -- name: one UPDATE customers SET fax = %s\n4: insert into a values (\\'x\\')"
        );
        let ruby = "db.exec(<<~SQL, 1)\n  DELETE FROM customers\n  WHERE fax = 1\nSQL\nputs \"Selection\"\n";
        assert_eq!(check("a.rb", ruby), "2: DELETE FROM customers WHERE fax = 1");
        let rust = "sqlx::query!(r#\"select \"fax\" from customers\"#); let c = 'a';";
        assert_eq!(check("a.rs", rust), "1: select \"fax\" from customers");
    }

    #[test]
    fn a_file_of_sql_is_read_by_its_statements() {
        let sql =
            "-- name: GetOrder :one\nSELECT 1;\n\nUPDATE orders SET fax = 1;\nINSERT INTO orders VALUES (1, 'a');\n";
        assert_eq!(check("a.sql", sql), "1: -- name: GetOrder :one SELECT 1;\n4: UPDATE orders SET fax = 1;");
    }
}
