//! A finding as miette draws it: its rule, its message, and the source with a label.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::finding::{Confidence, Finding, Severity};
use crate::source::{Position, SourceFile};

/// A longer span is drawn by its first line.
const MAX_LINES: usize = 4;

/// Of a longer line, only what is about the span is drawn; in bytes.
const MAX_LINE: usize = 400;
/// How much of such a line is drawn before the span.
const LEAD: usize = 100;
const CUT: &str = "…";

#[derive(Debug)]
pub(super) struct Snippet<'a> {
    finding: &'a Finding,
    label: LabeledSpan,
    source: Window,
}

impl<'a> Snippet<'a> {
    pub(super) fn new(finding: &'a Finding, label: Option<String>, file: &SourceFile) -> Self {
        let (start, mut end) = (finding.span.start, finding.span.end);
        let text = file.slice(start, end);
        if text.lines().count() > MAX_LINES {
            end = start + text.lines().next().map_or(0, |line| line.trim_end().len()) as u32;
        }
        let source = Window::around(file, start, end);
        let label = LabeledSpan::new(label, source.offset(start), source.offset(end) - source.offset(start));
        Self { finding, label, source }
    }
}

impl fmt::Display for Snippet<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.finding.message)
    }
}

impl std::error::Error for Snippet<'_> {}

impl Diagnostic for Snippet<'_> {
    /// `error[rule]`, and how sure it is where it is not certain.
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let Finding { severity, rule, confidence, .. } = self.finding;
        Some(match confidence {
            Confidence::Certain => Box::new(format!("{severity}[{rule}]")),
            Confidence::Likely | Confidence::Possible => Box::new(format!("{severity}[{rule}] {confidence}")),
        })
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note | Severity::Off => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

/// The lines that a span touches, with the one before and the one after: miette would look for them from the beginning of
/// the text, for each finding anew.
#[derive(Debug)]
struct Window {
    path: String,
    text: String,
    /// What the text is made of: where each part stands in the file, and from where on in the text.
    parts: Vec<(Range<usize>, usize)>,
    /// Of the first line.
    line: usize,
    /// Of the span.
    place: Position,
}

impl Window {
    fn around(file: &SourceFile, start: u32, end: u32) -> Self {
        let lines = file.lines_around(start, end);
        let (path, place) = (file.path.clone(), file.position(start));
        let line = file.position(lines.start).line;
        let mut window = Self { path, text: String::new(), parts: Vec::new(), line, place };
        let mut at = lines.start as usize;
        for line in file.slice(lines.start, lines.end).split_inclusive('\n') {
            window.push(file, at..at + line.len(), start as usize);
            at += line.len();
        }
        window
    }

    /// Adds a line of the file, or what of it is about the byte `start`.
    fn push(&mut self, file: &SourceFile, line: Range<usize>, start: usize) {
        let mut shown = line.clone();
        if line.len() > MAX_LINE {
            let from = if line.contains(&start) { start.saturating_sub(LEAD).max(line.start) } else { line.start };
            let from = file.text.floor_char_boundary(from);
            shown = from..file.text.floor_char_boundary(line.end.min(from + MAX_LINE));
        }
        self.text.push_str(if shown.start > line.start { CUT } else { "" });
        self.parts.push((shown.clone(), self.text.len()));
        self.text.push_str(file.slice(shown.start as u32, shown.end as u32));
        self.text.push_str(if shown.end < line.end { "…\n" } else { "" });
    }

    /// Where that byte of the file stands here; of one that is not drawn, where what is drawn before it ends.
    fn offset(&self, byte: u32) -> usize {
        let byte = byte as usize;
        let part = self.parts.iter().rfind(|(shown, _)| shown.start <= byte).or_else(|| self.parts.first());
        part.map_or(0, |(shown, at)| at + byte.clamp(shown.start, shown.end) - shown.start)
    }
}

impl SourceCode for Window {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let found = self.text.read_span(span, lines_before, lines_after)?;
        // Without lines around it, the place of the span itself is asked for.
        let (line, column) = match lines_before {
            0 => (self.place.line - 1, self.place.column - 1),
            _ => (self.line - 1 + found.line(), 0),
        };
        let (path, span, count) = (self.path.clone(), *found.span(), found.line_count());
        Ok(Box::new(MietteSpanContents::new_named(path, found.data(), span, line, column, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Tree;

    /// What is drawn of the part of `text` between the two `§`, in quotes where the label stands.
    fn check(text: &str) -> String {
        let start = text.find('§').unwrap();
        let end = text.rfind('§').unwrap() - '§'.len_utf8();
        let file = Tree::default().put("a.sql", text.replace('§', ""));
        let window = Window::around(&file, start as u32, end as u32);
        let (from, to) = (window.offset(start as u32), window.offset(end as u32));
        let text = format!("{}«{}»{}", &window.text[..from], &window.text[from..to], &window.text[to..]);
        format!("{}:{} from {}\n{text}", window.place.line, window.place.column, window.line)
    }

    #[test]
    fn a_line_before_and_a_line_after_are_drawn() {
        assert_eq!(check("one\ntwo\nthree\n ü§four§\nfive\nsix\n"), "4:3 from 3\nthree\n ü«four»\nfive\n");
        assert_eq!(check("§one\ntwo§"), "1:1 from 1\n«one\ntwo»");
    }

    #[test]
    fn of_a_long_line_the_part_about_the_span_is_drawn() {
        let long = "ü".repeat(1000);
        let text = check(&format!("{long}\n{long}§here§{long}\n{long}\n"));
        let lead = "ü".repeat(LEAD / 2);
        assert!(text.starts_with(&format!("2:1001 from 1\n{}…\n…{lead}«here»ü", "ü".repeat(MAX_LINE / 2))), "{text}");
        assert!(text.len() < 4 * MAX_LINE, "{}", text.len());
    }
}
