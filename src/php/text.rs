//! String literals: their value, and where each byte of it stands in the file.
//!
//! The parser decodes escapes but does not say where the parts of a literal stand, so the raw text is read once more
//! here. Where that disagrees with the parser's value, the value stands and is mapped as a whole.

use crate::source::{SourceFile, SourceMap, Span};

/// The text of a string literal, or of one literal part of an interpolated string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub value: String,
    /// From bytes of `value` to the file. Stretches without escapes are verbatim.
    pub map: SourceMap,
}

/// What a literal's raw text is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Single,
    Double,
    Heredoc { indent: usize },
    Nowdoc { indent: usize },
}

impl Text {
    /// A text of which no more is known than the place of the whole.
    pub fn new(value: String, span: Span) -> Self {
        Self { value, map: SourceMap::new(span) }
    }

    /// The text that the bytes `raw` of `file` stand for, if that is `value`. `whole` is the literal around it.
    pub(super) fn read(file: &SourceFile, raw: Span, quoting: Quoting, whole: Span, value: String) -> Self {
        let mut reader = Reader::new(raw, file.slice(raw.start, raw.end), whole);
        reader.read(quoting);
        match reader.finish() {
            Some(text) if text.value == value => text,
            _ => Self::new(value, whole),
        }
    }
}

struct Reader<'a> {
    raw: &'a str,
    place: Span,
    at: usize,
    /// Where the verbatim stretch that is being read began.
    run: usize,
    value: Vec<u8>,
    map: SourceMap,
}

impl<'a> Reader<'a> {
    fn new(place: Span, raw: &'a str, whole: Span) -> Self {
        Self { raw, place, at: 0, run: 0, value: Vec::new(), map: SourceMap::new(whole) }
    }

    fn read(&mut self, quoting: Quoting) {
        let (indent, has_escapes) = match quoting {
            Quoting::Single | Quoting::Double => (0, true),
            Quoting::Heredoc { indent } => (indent, true),
            Quoting::Nowdoc { indent } => (indent, false),
        };
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\\' if has_escapes => self.escape(quoting),
                b'\n' if indent > 0 => {
                    self.at += 1;
                    self.skip_indent(indent);
                }
                _ => self.at += 1,
            }
        }
    }

    /// Leaves out the indentation that the closing label of a heredoc sets.
    fn skip_indent(&mut self, indent: usize) {
        let spaces = self.rest().bytes().take(indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.replace(spaces, &[]);
    }

    fn escape(&mut self, quoting: Quoting) {
        if quoting == Quoting::Single {
            match self.byte(1) {
                Some(quoted @ (b'\\' | b'\'')) => self.replace(2, &[quoted]),
                _ => self.at += 1,
            }
            return;
        }
        match self.byte(1) {
            Some(b'n') => self.replace(2, b"\n"),
            Some(b't') => self.replace(2, b"\t"),
            Some(b'r') => self.replace(2, b"\r"),
            Some(b'v') => self.replace(2, b"\x0b"),
            Some(b'e') => self.replace(2, b"\x1b"),
            Some(b'f') => self.replace(2, b"\x0c"),
            Some(quoted @ (b'\\' | b'$')) => self.replace(2, &[quoted]),
            Some(b'"') if quoting == Quoting::Double => self.replace(2, b"\""),
            Some(b'0'..=b'7') => self.number(1, 3, 8),
            Some(b'x') => self.number(2, 2, 16),
            Some(b'u') => self.code_point(),
            _ => self.at += 1,
        }
    }

    /// `\101` and `\x41`: a byte.
    fn number(&mut self, from: usize, most: usize, radix: u32) {
        let digits: String =
            self.rest().chars().skip(from).take(most).take_while(|digit| digit.is_digit(radix)).collect();
        match u32::from_str_radix(&digits, radix) {
            Ok(number) => self.replace(from + digits.len(), &[(number & 0xff) as u8]),
            Err(_) => self.at += 1,
        }
    }

    /// `\u{1F600}`
    fn code_point(&mut self) {
        let digits = self.rest().strip_prefix("\\u{").and_then(|rest| rest.split_once('}')).map(|(digits, _)| digits);
        let character = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
        match (digits.map(str::len), character) {
            (Some(length), Some(character)) => {
                self.replace("\\u{}".len() + length, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => self.at += 1,
        }
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.raw.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    /// The next `length` bytes stand for `bytes`.
    fn replace(&mut self, length: usize, bytes: &[u8]) {
        self.end_run();
        if !bytes.is_empty() {
            let text = self.value.len()..self.value.len() + bytes.len();
            self.map.add(text, self.span(self.at, self.at + length));
            self.value.extend_from_slice(bytes);
        }
        self.at += length;
        self.run = self.at;
    }

    fn end_run(&mut self) {
        let verbatim = self.raw.as_bytes().get(self.run..self.at).unwrap_or_default();
        if !verbatim.is_empty() {
            let text = self.value.len()..self.value.len() + verbatim.len();
            self.map.add_verbatim(text, self.span(self.run, self.at));
            self.value.extend_from_slice(verbatim);
        }
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.place.file, self.place.start + from as u32, self.place.start + to as u32)
    }

    fn finish(mut self) -> Option<Text> {
        self.end_run();
        Some(Text { value: String::from_utf8(self.value).ok()?, map: self.map })
    }
}
