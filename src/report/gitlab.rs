//! GitLab's Code Quality report: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::io::{self, Write};

use serde::Serialize;

use super::Places;
use super::fingerprint::Fingerprints;
use crate::finding::{Finding, Severity};
use crate::lint::Outcome;

#[derive(Debug, Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

pub fn write(out: &mut dyn Write, outcome: &Outcome, places: Places) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let open = outcome.findings.iter().filter(|finding| finding.is_open());
    let issues: Vec<Issue> =
        open.map(|finding| Issue::new(finding, fingerprints.of(finding, outcome), places)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

impl<'a> Issue<'a> {
    fn new(finding: &'a Finding, fingerprint: String, places: Places) -> Self {
        let place = places.of(finding.span);
        Self {
            description: &finding.message,
            check_name: &finding.rule,
            fingerprint,
            severity: severity(finding.severity),
            location: Location { path: place.path, lines: Lines { begin: place.start.line, end: place.end.line } },
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note | Severity::Off => "info",
    }
}
