//! What became of a step: a text, what it sends, and what takes it back.

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
