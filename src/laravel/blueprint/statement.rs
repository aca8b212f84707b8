//! A statement under construction, and where its parts come from.

use crate::source::{SourceMap, Span};

/// One statement that Laravel sends, without a semicolon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledStatement {
    pub sql: String,
    pub map: SourceMap,
}

impl CompiledStatement {
    /// A statement that one call asked for.
    pub(super) fn new(sql: impl Into<String>, span: Span) -> Self {
        Self { sql: sql.into(), map: SourceMap::new(span) }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// Adds what another call asked for.
    pub(super) fn push_part(&mut self, text: &str, span: Span) {
        let start = self.sql.len();
        self.sql.push_str(text);
        self.map.add(start..self.sql.len(), span);
    }

    /// Adds such parts with commas between them.
    pub(super) fn push_list(&mut self, parts: impl IntoIterator<Item = (String, Span)>) {
        for (at, (text, span)) in parts.into_iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            self.push_part(&text, span);
        }
    }
}
