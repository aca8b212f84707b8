//! Places as formats want them that are read next to a repository rather than within the project.

use crate::source::{Position, Span, Tree};

/// A project's files, and where the project lies in its repository.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    pub tree: &'a Tree,
    /// What stands before the project's paths: nothing, or a path that ends in `/`.
    pub prefix: &'a str,
}

/// A span as its file's path in the repository, and its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) start: Position,
    pub(super) end: Position,
}

impl Places<'_> {
    pub(super) fn of(self, span: Span) -> Place {
        let file = self.tree.file(span.file);
        Place { path: self.path(&file.path), start: file.position(span.start), end: file.position(span.end) }
    }

    pub(super) fn path(self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}
