//! JUnit's XML: each migration is a suite, each finding a case that failed; a migration without one is a case that passed.

use std::io::{self, Write};

use super::{Places, code, prose, words};
use crate::finding::{Finding, Severity};
use crate::lint::{MigrationRead, Outcome};

pub fn write(out: &mut dyn Write, outcome: &Outcome, places: Places) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let suites: Vec<(&MigrationRead, Vec<&Finding>)> = outcome
        .migrations
        .iter()
        .map(|migration| {
            (migration, outcome.findings.iter().filter(|finding| finding.migration == migration.name).collect())
        })
        .collect();
    let tests: usize = suites.iter().map(|(_, findings)| findings.len().max(1)).sum();
    let failures = outcome.findings.iter().filter(|finding| fails(finding)).count();
    writeln!(out, r#"<testsuites name="phasewise" tests="{tests}" failures="{failures}">"#)?;
    for (migration, findings) in &suites {
        write_suite(out, migration, findings, places)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(
    out: &mut dyn Write,
    migration: &MigrationRead,
    findings: &[&Finding],
    places: Places,
) -> io::Result<()> {
    let name = escaped(&migration.name);
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let tests = findings.len().max(1);
    writeln!(out, r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}">"#)?;
    if findings.is_empty() {
        let file = escaped(&places.path(&migration.path));
        writeln!(out, r#"    <testcase name="lint" classname="{name}" file="{file}"/>"#)?;
    }
    findings.iter().try_for_each(|finding| write_case(out, &name, finding, places))?;
    writeln!(out, "  </testsuite>")
}

fn write_case(out: &mut dyn Write, suite: &str, finding: &Finding, places: Places) -> io::Result<()> {
    let place = places.of(finding.span);
    let (rule, path, line) = (escaped(&finding.rule), escaped(&place.path), place.start.line);
    write!(out, r#"    <testcase name="{rule}" classname="{suite}" file="{path}" line="{line}">"#)?;
    let message = escaped(&finding.message);
    let sections = [&finding.why, &finding.help].map(|text| prose::paragraphs(text).join("\n"));
    let sections = sections.into_iter().chain([code::lines(finding, true).join("\n")]);
    let sections: Vec<String> = sections.filter(|section| !section.is_empty()).collect();
    let text = escaped(&sections.join("\n\n"));
    match words::set_aside(finding, places.tree) {
        Some((_, reason)) => write!(out, r#"<skipped message="{}"/>"#, escaped(&reason))?,
        None if fails(finding) => {
            write!(
                out,
                "<failure type=\"{}\" message=\"{message}\">{path}:{line}\n\n{text}</failure>",
                finding.severity
            )?;
        }
        None => write!(out, "<system-out>{message}\n\n{text}</system-out>")?,
    }
    writeln!(out, "</testcase>")
}

/// A note is good to know, and no failure.
fn fails(finding: &Finding) -> bool {
    finding.is_open() && finding.severity >= Severity::Warning
}

/// Escapes for text and attributes; what XML 1.0 cannot hold becomes U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\n' | '\t' => letter.to_string(),
            _ if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => '\u{fffd}'.to_string(),
            _ => letter.to_string(),
        })
        .collect()
}
