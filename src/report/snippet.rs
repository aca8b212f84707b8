//! A finding as miette draws it: its rule, its message, and the source with a label.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use crate::finding::{Confidence, Finding, Severity};
use crate::source::SourceFile;

/// A longer span is drawn by its first line.
const MAX_LINES: usize = 4;

#[derive(Debug)]
pub(super) struct Snippet<'a> {
    finding: &'a Finding,
    label: LabeledSpan,
    source: Arc<NamedSource<String>>,
}

impl<'a> Snippet<'a> {
    pub(super) fn new(
        finding: &'a Finding,
        label: Option<String>,
        source: Arc<NamedSource<String>>,
        file: &SourceFile,
    ) -> Self {
        let (start, mut end) = (finding.span.start, finding.span.end);
        let text = file.slice(start, end);
        if text.lines().count() > MAX_LINES {
            end = start + text.lines().next().map_or(0, |line| line.trim_end().len()) as u32;
        }
        let label = LabeledSpan::new(label, start as usize, (end - start) as usize);
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
