//! What became of a step: a text, what it sends, and what takes it back.

use crate::plan::{Step, Work};

/// A migration as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) text: String,
    /// What its runner sends, guards included.
    pub(super) sql: Vec<String>,
    pub(super) rollback: Rollback,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rollback {
    Sql(Vec<String>),
    /// Nothing takes it back, and why.
    None(String),
}

/// Whether a tool makes the change, where the table has rows.
pub(super) fn is_copied(step: &Step) -> bool {
    matches!(step.work, Work::Copy(_))
}

/// What a tool did only a tool takes back.
pub(super) fn copied_back(sql: &[String]) -> Rollback {
    Rollback::None(format!("only a tool that copies the table online can take it back, by {}", sql.join("; ")))
}

/// The text with comments above those lines, which count from 1 and are in order; indented as the line is.
pub(super) fn with_comments(text: &str, comments: &[(usize, String)], mark: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
        for (_, comment) in comments.iter().filter(|(line, _)| *line == at + 1) {
            out.extend([indent.as_str(), mark, " ", comment, "\n"]);
        }
        out += line;
        out.push('\n');
    }
    out
}
