//! SARIF 2.1.0, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::{Places, code, prose, words};
use crate::finding::{Finding, Severity};
use crate::lint::{Outcome, Unknown};
use crate::source::Span;

/// What the paths are relative to: the top of the repository.
const ROOT: &str = "%SRCROOT%";

pub fn write(out: &mut dyn Write, outcome: &Outcome, places: Places) -> io::Result<()> {
    // A rule's first finding describes it; the rest of its page is `phasewise explain`.
    let mut rules: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in &outcome.findings {
        rules.entry(&finding.rule).or_insert(finding);
    }
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = outcome
        .findings
        .iter()
        .map(|finding| {
            let index = rules.keys().position(|rule| *rule == finding.rule);
            result(finding, index, &fingerprints.of(finding, outcome), places)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "phasewise",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|finding| rule(finding)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications":
                    outcome.unknown.iter().map(|unknown| notification(unknown, places)).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(finding: &Finding) -> Value {
    json!({
        "id": finding.rule,
        "shortDescription": { "text": finding.rule.replace('-', " ") },
        "help": { "text": format!("phasewise explain {}", finding.rule) },
        "defaultConfiguration": { "level": level(finding.severity) },
    })
}

fn result(finding: &Finding, rule: Option<usize>, fingerprint: &str, places: Places) -> Value {
    let sections = [&finding.message, &finding.why, &finding.help].map(|text| prose::paragraphs(text).join("\n"));
    let in_source = finding.suppressed.as_ref().map(|by| ("inSource", by.reason.clone()));
    let external = || words::set_aside(finding, places.tree).map(|(_, reason)| ("external", reason));
    let suppression = in_source.or_else(external);
    json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": sections.join("\n\n") },
        "locations": [location(finding.span, places)],
        "relatedLocations": in_code(finding, places),
        "partialFingerprints": { "phasewise/v1": fingerprint },
        "suppressions": suppression
            .map(|(kind, reason)| json!({ "kind": kind, "justification": reason }))
            .into_iter()
            .collect::<Vec<_>>(),
        "properties": { "confidence": finding.confidence.name(), "migration": finding.migration },
    })
}

/// The places in code that the finding rests on, or else those of which nobody can tell.
fn in_code(finding: &Finding, places: Places) -> Vec<Value> {
    let uses = finding.uses.iter().map(|used| (&used.file, used.line, code::told(used)));
    let doubts = finding.doubts.iter().map(|doubt| (&doubt.file, doubt.line, code::doubted(doubt)));
    let doubts = doubts.filter(|_| finding.uses.is_empty());
    let related = uses.chain(doubts).enumerate().map(|(id, (file, line, text))| {
        json!({
            "id": id,
            "message": { "text": text },
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&places.path(file)), "uriBaseId": ROOT },
                "region": { "startLine": line },
            },
        })
    });
    related.collect()
}

fn notification(unknown: &Unknown, places: Places) -> Value {
    json!({
        "level": "note",
        "message": { "text": format!("not understood: {}", unknown.reason) },
        "locations": [location(unknown.span, places)],
    })
}

fn location(span: Span, places: Places) -> Value {
    let place = places.of(span);
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.path), "uriBaseId": ROOT },
        "region": {
            "startLine": place.start.line,
            "startColumn": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
        },
    }})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "none",
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A relative path as a URI: all but unreserved letters and `/` are escaped.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
