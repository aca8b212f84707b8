//! A comment for a pull request.

use std::io::{self, Write};

use super::{Places, Tally, code, prose, words};
use crate::finding::Finding;
use crate::lint::Outcome;
use crate::source::Span;

pub fn write(out: &mut dyn Write, outcome: &Outcome, places: Places) -> io::Result<()> {
    writeln!(out, "### phasewise: {}", Tally::of(outcome).line())?;
    let mut migration = None;
    for finding in outcome.findings.iter().filter(|finding| finding.is_open()) {
        if migration != Some(&finding.migration) {
            migration = Some(&finding.migration);
            writeln!(out, "\n#### `{}`", finding.migration)?;
        }
        write_finding(out, finding, outcome, places)?;
    }
    let unknown: Vec<_> = outcome.unknown.iter().filter(|unknown| !unknown.is_history).collect();
    if !unknown.is_empty() {
        writeln!(out, "\n#### Not understood\n")?;
        unknown.iter().try_for_each(|it| writeln!(out, "- `{}`: {}", place(it.span, places), it.reason))?;
    }
    Ok(())
}

fn write_finding(out: &mut dyn Write, finding: &Finding, outcome: &Outcome, places: Places) -> io::Result<()> {
    let Finding { severity, rule, message, .. } = finding;
    writeln!(out, "\n**{severity}** {message}  ")?;
    writeln!(out, "`{rule}` at `{}`\n", place(finding.span, places))?;
    for text in [&finding.why, &finding.help] {
        prose::paragraphs(text).iter().try_for_each(|paragraph| writeln!(out, "> {paragraph}"))?;
        writeln!(out, ">")?;
    }
    let judged = outcome.change_of(finding);
    if let Some(judged) = judged {
        let engine = words::engine(&outcome.target);
        writeln!(out, "> {engine}: {}", words::effect(&judged.effect))?;
    }
    write_code(out, finding)?;
    let Some(judged) = judged.filter(|judged| !judged.statement.sql.is_empty()) else { return Ok(()) };
    let fence = fence(&judged.statement.sql);
    writeln!(out, "\n<details><summary>SQL</summary>\n\n{fence}sql\n{}\n{fence}\n</details>", judged.statement.sql)
}

/// The places in code, folded away: there may be many.
fn write_code(out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
    let mut is_open = false;
    for line in code::lines(finding, true) {
        if line.starts_with("- ") {
            writeln!(out, "{line}")?;
            continue;
        }
        if is_open {
            writeln!(out, "\n</details>")?;
        }
        is_open = true;
        writeln!(out, "\n<details><summary>{line}</summary>\n")?;
    }
    if is_open { writeln!(out, "\n</details>") } else { Ok(()) }
}

/// A run of backticks that the text cannot end.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn place(span: Span, places: Places) -> String {
    let place = places.of(span);
    format!("{}:{}", place.path, place.start.line)
}
