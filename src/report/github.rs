//! GitHub's workflow commands: each finding as an annotation in the pull request.

use std::io::{self, Write};

use super::{Places, prose};
use crate::finding::{Finding, Severity};
use crate::lint::Outcome;
use crate::source::Span;

/// The title of what is no finding.
const UNKNOWN: &str = "not-understood";

pub fn write(out: &mut dyn Write, outcome: &Outcome, places: Places) -> io::Result<()> {
    for finding in outcome.findings.iter().filter(|finding| finding.is_open()) {
        let place = properties(finding.span, &finding.rule, places);
        writeln!(out, "::{} {place}::{}", command(finding.severity), message(&text(finding)))?;
    }
    for unknown in outcome.unknown.iter().filter(|unknown| !unknown.is_history) {
        let place = properties(unknown.span, UNKNOWN, places);
        writeln!(out, "::notice {place}::{}", message(&unknown.reason))?;
    }
    Ok(())
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Off => "notice",
    }
}

fn text(finding: &Finding) -> String {
    let sections = [&finding.message, &finding.why, &finding.help].map(|text| prose::paragraphs(text).join("\n"));
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn properties(span: Span, title: &str, places: Places) -> String {
    let place = places.of(span);
    format!(
        "file={},line={},col={},endLine={},endColumn={},title={}",
        property(&place.path),
        place.start.line,
        place.start.column,
        place.end.line,
        place.end.column,
        property(title)
    )
}

/// Escapes as the runner unescapes: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
