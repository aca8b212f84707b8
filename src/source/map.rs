//! From the bytes of generated text (SQL) back to what asked for them (PHP, or the SQL file itself).

use std::ops::Range;

use super::span::{FileId, Span};

/// Maps byte ranges of one text to spans of files.
///
/// A map is a list of pieces in the order of the text. A verbatim piece stands byte for byte in the file, so that a
/// place within it can be pointed at exactly; any other piece as a whole comes from its span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceMap {
    /// What asked for the text as a whole; the answer for bytes that no piece covers.
    pub whole: Span,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: Range<u32>,
    span: Span,
    is_verbatim: bool,
}

impl SourceMap {
    /// A text about which no more is known than what asked for it.
    pub fn new(whole: Span) -> Self {
        Self { whole, pieces: Vec::new() }
    }

    /// The text is the file's bytes from `start` on.
    pub fn verbatim(file: FileId, start: u32, length: u32) -> Self {
        let whole = Span::new(file, start, start + length);
        Self { whole, pieces: vec![Piece { text: 0..length, span: whole, is_verbatim: true }] }
    }

    /// The bytes `text` were asked for by `span`. Pieces are added in the order of the text and do not overlap.
    pub fn add(&mut self, text: Range<usize>, span: Span) {
        self.pieces.push(Piece { text: text.start as u32..text.end as u32, span, is_verbatim: false });
    }

    /// The bytes `text` are those of `span`.
    pub fn add_verbatim(&mut self, text: Range<usize>, span: Span) {
        self.pieces.push(Piece { text: text.start as u32..text.end as u32, span, is_verbatim: true });
    }

    /// Takes over the pieces of `other`, whose text begins at the byte `at` of this one.
    pub fn append(&mut self, at: usize, other: &Self) {
        let at = at as u32;
        self.pieces.extend(
            other
                .pieces
                .iter()
                .map(|piece| Piece { text: piece.text.start + at..piece.text.end + at, ..piece.clone() }),
        );
    }

    /// Takes over what `other` says of the bytes `part` of its text, which begin at the byte `at` of this one.
    pub fn append_part(&mut self, at: usize, other: &Self, part: Range<usize>) {
        let (start, end) = (part.start as u32, part.end as u32);
        let first = other.pieces.partition_point(|piece| piece.text.end <= start);
        let touched = other.pieces.get(first..).unwrap_or_default().iter().take_while(|piece| piece.text.start < end);
        self.pieces.extend(touched.map(|piece| Piece {
            text: piece.text.start.max(start) - start + at as u32..piece.text.end.min(end) - start + at as u32,
            span: piece.span_of(start, end),
            is_verbatim: piece.is_verbatim,
        }));
    }

    /// What asked for the bytes `text`: the union of the pieces it touches, in the file of the first of them.
    pub fn span(&self, text: Range<usize>) -> Span {
        let (start, end) = (text.start as u32, text.end as u32);
        let first = self.pieces.partition_point(|piece| piece.text.end <= start);
        self.pieces
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|piece| piece.text.start < end.max(start + 1))
            .map(|piece| piece.span_of(start, end))
            .reduce(Span::to)
            .unwrap_or(self.whole)
    }
}

impl Piece {
    fn span_of(&self, start: u32, end: u32) -> Span {
        if !self.is_verbatim {
            return self.span;
        }
        let from = self.span.start + (start.max(self.text.start) - self.text.start);
        let to = self.span.start + (end.min(self.text.end).max(self.text.start) - self.text.start);
        Span::new(self.span.file, from.min(self.span.end), to.min(self.span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: u32, end: u32) -> Span {
        Span::new(FileId(0), start, end)
    }

    #[test]
    fn a_verbatim_text_maps_byte_for_byte() {
        let map = SourceMap::verbatim(FileId(0), 100, 50);
        assert_eq!(map.span(5..9), span(105, 109));
    }

    #[test]
    fn a_generated_text_maps_to_what_asked_for_each_part() {
        let mut map = SourceMap::new(span(0, 90));
        map.add(10..20, span(30, 40));
        map.add(22..30, span(50, 60));
        assert_eq!(map.span(12..14), span(30, 40), "inside one piece");
        assert_eq!(map.span(12..25), span(30, 60), "over two pieces");
        assert_eq!(map.span(0..5), span(0, 90), "before every piece");
    }

    #[test]
    fn an_appended_map_is_moved() {
        let mut map = SourceMap::new(span(0, 90));
        map.append(4, &SourceMap::verbatim(FileId(0), 60, 10));
        assert_eq!(map.span(6..8), span(62, 64));
    }

    #[test]
    fn a_part_of_a_map_is_cut_out_of_it() {
        let mut whole = SourceMap::new(span(0, 90));
        whole.add_verbatim(0..10, span(20, 30));
        whole.add(10..20, span(40, 42));
        let mut map = SourceMap::new(span(0, 90));
        map.append_part(100, &whole, 6..12);
        assert_eq!(map.span(100..102), span(26, 28));
        assert_eq!(map.span(104..106), span(40, 42));
        assert_eq!(map.span(106..107), span(0, 90), "behind the part");
    }
}
