//! One file's text, and where its lines begin.

use std::ops::Range;

use super::span::FileId;

/// A file that was read whole, or what is kept of a longer one; without a byte order mark.
#[derive(Debug)]
pub struct SourceFile {
    pub id: FileId,
    /// Relative to the root of its tree, with `/`.
    pub path: String,
    pub text: String,
    /// The offset of the first byte that was no UTF-8, and was read as Latin-1.
    pub not_utf8_from: Option<u32>,
    line_starts: Vec<u32>,
    /// How many characters stand before each block of [`BLOCK`] bytes, so that a long line is not gone through again and
    /// again.
    characters: Vec<u32>,
    cuts: Vec<Cut>,
}

const BLOCK: usize = 4096;

/// Parts of a text that is too long to be kept, each with its place in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    lines: usize,
    cuts: Vec<Cut>,
}

/// Where a part of an excerpt begins: in the excerpt, and how many lines and bytes of the whole text it leaves out before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: u32,
    lines: usize,
    bytes: usize,
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
        let blocks = text.as_bytes().chunks(BLOCK).map(characters_in);
        let characters = std::iter::once(0).chain(blocks.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        }));
        let characters = characters.collect();
        Self { id, path, text, not_utf8_from: None, line_starts, characters, cuts: Vec::new() }
    }

    /// The file, some bytes of which were no UTF-8.
    pub(super) fn not_utf8_from(self, not_utf8_from: Option<u32>) -> Self {
        Self { not_utf8_from, ..self }
    }

    pub(super) fn of_excerpt(id: FileId, path: String, excerpt: Excerpt) -> Self {
        Self { cuts: excerpt.cuts, ..Self::new(id, path, excerpt.text) }
    }

    /// The position of the byte `offset`; past the end of the text, the position of its end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.text.floor_char_boundary(offset as usize);
        let line = self.line_starts.partition_point(|start| *start as usize <= offset).max(1);
        let line_start = self.line_starts.get(line - 1).map_or(0, |start| *start as usize);
        let column = self.characters_before(offset) - self.characters_before(line_start) + 1;
        let cut = self.cuts.partition_point(|cut| cut.at as usize <= offset).checked_sub(1);
        let (lines, bytes) = cut.and_then(|at| self.cuts.get(at)).map_or((0, 0), |cut| (cut.lines, cut.bytes));
        Position { line: line + lines, column, offset: offset + bytes }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let within = self.text.as_bytes().get(block * BLOCK..offset).map_or(0, characters_in);
        self.characters.get(block).map_or(0, |before| (before + within) as usize)
    }

    /// The lines that those bytes touch, with the one before and the one after.
    pub fn lines_around(&self, start: u32, end: u32) -> Range<u32> {
        let line_of = |offset: u32| self.line_starts.partition_point(|line| *line <= offset);
        let first = line_of(start).saturating_sub(2);
        let from = self.line_starts.get(first).copied().unwrap_or_default();
        let to = self.line_starts.get(line_of(end) + 1).copied().unwrap_or(self.text.len() as u32);
        from..to
    }

    /// The text between two bytes; empty where they are no boundaries of it.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// How many characters begin in these bytes of UTF-8.
fn characters_in(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| !(0x80..0xc0).contains(*byte)).count() as u32
}

impl Excerpt {
    /// How long it is: where the next part will begin.
    pub fn len(&self) -> u32 {
        self.text.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds `part`, which stands in the whole text at that line, from 1, and that byte.
    pub fn push(&mut self, part: &str, line: usize, byte: usize) {
        let at = self.len();
        let cut = Cut { at, lines: line.saturating_sub(self.lines + 1), bytes: byte.saturating_sub(at as usize) };
        self.cuts.push(cut);
        self.text.push_str(part);
        self.text.push('\n');
        self.lines += part.matches('\n').count() + 1;
    }
}
