//! One file's text, and where its lines begin.

use super::span::FileId;

/// A file that was read whole: UTF-8, without a byte order mark.
#[derive(Debug)]
pub struct SourceFile {
    pub id: FileId,
    /// Relative to the root of its tree, with `/`.
    pub path: String,
    pub text: String,
    line_starts: Vec<u32>,
}

/// A place as people count it: lines and columns from 1, columns in characters; `offset` in bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub offset: usize,
}

impl SourceFile {
    pub fn new(id: FileId, path: String, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
            .collect();
        Self { id, path, text, line_starts }
    }

    /// The position of the byte `offset`; past the end of the text, the position of its end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.text.floor_char_boundary(offset as usize);
        let line = self.line_starts.partition_point(|start| *start as usize <= offset).max(1);
        let line_start = self.line_starts.get(line - 1).map_or(0, |start| *start as usize);
        let column = self.text.get(line_start..offset).map_or(0, |before| before.chars().count()) + 1;
        Position { line, column, offset }
    }

    /// The text between two bytes; empty where they are no boundaries of it.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}
