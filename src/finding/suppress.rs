//! `phasewise-ignore rule: reason` in a comment: a person says that what a rule finds here may stand.
//!
//! Takes the comments of a file as its front end read them, gives the findings they suppress, and says which of them
//! are malformed, have expired, or suppress nothing.

use std::ops::Range;

use super::date::Date;
use super::{Finding, Suppression};
use crate::change::Problem;
use crate::source::{Comment, SourceFile, Span};

const MARKER: &str = "phasewise-ignore";

/// What the comments of one file suppress.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suppressions {
    directives: Vec<Directive>,
    /// Comments that were meant to suppress something and do not: malformed, without a reason, or expired.
    pub problems: Vec<Problem>,
}

/// A rule that a comment names and that finds nothing there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedSuppression {
    pub span: Span,
    pub rule: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Directive {
    span: Span,
    rules: Vec<String>,
    reason: String,
    covers: Cover,
}

/// The bytes of a line whose findings a directive is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cover {
    /// It ends a line of code: every finding that touches the line.
    Beside(Range<u32>),
    /// It stands above a line of code: the findings that begin in that line.
    Above(Range<u32>),
}

/// What a comment says after the marker: the rules, and the reason.
type Wording = (Vec<String>, String);

impl Suppressions {
    /// Reads the directives among `comments`, all of which stand in `file`. Without `today` none has expired.
    pub fn read(file: &SourceFile, comments: &[Comment], today: Option<Date>) -> Self {
        let mut suppressions = Self::default();
        for comment in comments {
            for line in comment.text.lines() {
                let Some(directive) = directive_of(line) else { continue };
                match wording(directive, today) {
                    Ok((rules, reason)) => {
                        let covers = cover(file, comment.span, comments);
                        suppressions.directives.push(Directive { span: comment.span, rules, reason, covers });
                    }
                    Err(reason) => suppressions.problems.push(Problem { span: comment.span, reason }),
                }
            }
        }
        suppressions
    }

    /// Marks what it suppresses among `findings`, and tells which rules it names in vain.
    pub fn apply(&self, findings: &mut [Finding]) -> Vec<UnusedSuppression> {
        let mut unused = Vec::new();
        for directive in &self.directives {
            for rule in &directive.rules {
                let mut is_used = false;
                for finding in findings.iter_mut().filter(|finding| directive.is_about(finding, rule)) {
                    is_used = true;
                    finding.suppressed = Some(Suppression { span: directive.span, reason: directive.reason.clone() });
                }
                if !is_used {
                    unused.push(UnusedSuppression { span: directive.span, rule: rule.clone() });
                }
            }
        }
        unused
    }
}

impl Directive {
    fn is_about(&self, finding: &Finding, rule: &str) -> bool {
        finding.rule == rule
            && finding.discharged_by.is_none()
            && finding.span.file == self.span.file
            && match &self.covers {
                Cover::Beside(line) => finding.span.start < line.end && finding.span.end > line.start,
                Cover::Above(line) => line.contains(&finding.span.start),
            }
    }
}

/// What follows the marker, if the line of a comment begins with it.
fn directive_of(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(|letter: char| letter.is_whitespace() || "/*#-!".contains(letter));
    let rest = text.strip_prefix(MARKER)?;
    let is_whole_word = rest.is_empty() || rest.starts_with(|letter: char| letter.is_whitespace() || letter == ':');
    is_whole_word.then(|| rest.trim_end().trim_end_matches("*/").trim())
}

/// Reads `rule[, rule] [until=DAY]: [until=DAY] reason`; the error says what is wrong with it.
fn wording(directive: &str, today: Option<Date>) -> Result<Wording, String> {
    let (head, tail) = directive.split_once(':').unwrap_or((directive, ""));
    let mut until = None;
    let mut rules = Vec::new();
    for word in head.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match word.strip_prefix("until=") {
            Some(day) => until = Some(date(day)?),
            None => rules.push(word.to_owned()),
        }
    }
    let mut words = Vec::new();
    for word in tail.split_whitespace() {
        match word.strip_prefix("until=") {
            Some(day) => until = Some(date(day.trim_end_matches([',', ';', '.', ')']))?),
            None => words.push(word),
        }
    }
    let reason = words.join(" ");
    let named = format!("`{MARKER} {}`", rules.join(", "));
    if rules.is_empty() {
        return Err(format!("`{MARKER}` names no rule: write `{MARKER} rule: reason`"));
    }
    if reason.is_empty() {
        return Err(format!("{named} gives no reason, so it suppresses nothing: write `{MARKER} rule: reason`"));
    }
    match (until, today) {
        (Some(until), Some(today)) if today > until => {
            Err(format!("{named} was good until {until}, so it no longer suppresses anything"))
        }
        _ => Ok((rules, reason.trim_end_matches([',', ';']).to_owned())),
    }
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`until={text}` is not a day: write it as `until=2027-01-31`"))
}

fn cover(file: &SourceFile, comment: Span, comments: &[Comment]) -> Cover {
    let own = line_around(file, comment.start);
    if !file.slice(own.start, comment.start).trim().is_empty() {
        return Cover::Beside(own);
    }
    let length = u32::try_from(file.text.len()).unwrap_or(u32::MAX);
    let mut line = line_around(file, comment.end);
    while line.end < length {
        line = line_around(file, line.end + 1);
        if is_code(file, &line, comments) {
            break;
        }
    }
    Cover::Above(line)
}

/// The line that the byte `offset` lies in, without its end.
fn line_around(file: &SourceFile, offset: u32) -> Range<u32> {
    let length = u32::try_from(file.text.len()).unwrap_or(u32::MAX);
    let before = file.slice(0, offset.min(length));
    let after = file.slice(offset.min(length), length);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = before.len() + after.find('\n').unwrap_or(after.len());
    start as u32..end as u32
}

fn is_code(file: &SourceFile, line: &Range<u32>, comments: &[Comment]) -> bool {
    let text = file.slice(line.start, line.end);
    let start = line.start + (text.len() - text.trim_start().len()) as u32;
    let end = start + text.trim().len() as u32;
    start < end && !comments.iter().any(|comment| comment.span.start <= start && end <= comment.span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Tree;

    /// Lints `text` as if the rule `r` found something at each `§…§`, whose line comments begin with `//`; tells what is
    /// suppressed, by its line, and what is wrong with the comments.
    fn check(text: &str) -> String {
        let parts: Vec<&str> = text.split('§').collect();
        let file = Tree::default().put("a.php", parts.concat());
        let mut findings = Vec::new();
        let mut offset = 0;
        for (at, part) in parts.iter().enumerate() {
            let end = offset + part.len() as u32;
            if at % 2 == 1 {
                findings.push(finding(Span::new(file.id, offset, end)));
            }
            offset = end;
        }
        let mut comments = Vec::new();
        for (start, _) in file.text.match_indices("//") {
            let line = line_around(&file, start as u32);
            let span = Span::new(file.id, start as u32, line.end);
            comments.push(Comment { span, text: file.slice(span.start, span.end).to_owned() });
        }
        let today = "2026-11-23".parse().ok();
        let suppressions = Suppressions::read(&file, &comments, today);
        let unused = suppressions.apply(&mut findings);
        let line = |span: Span| file.position(span.start).line;
        let mut said: Vec<String> = findings
            .iter()
            .filter_map(|finding| Some((finding.span, finding.suppressed.as_ref()?)))
            .map(|(span, suppression)| format!("{} suppressed: {}", line(span), suppression.reason))
            .collect();
        said.extend(suppressions.problems.iter().map(|problem| format!("{} {}", line(problem.span), problem.reason)));
        said.extend(unused.iter().map(|unused| format!("{} `{}` unused", line(unused.span), unused.rule)));
        said.join("\n")
    }

    fn finding(span: Span) -> Finding {
        Finding { span, change: Some(0), ..crate::finding::sample() }
    }

    #[test]
    fn a_comment_covers_its_own_line_of_code() {
        assert_eq!(check("§a§; // phasewise-ignore r: seen\n§b§;"), "1 suppressed: seen");
        assert_eq!(check("§a(\n  1)§; // phasewise-ignore r: seen\n§b§;"), "1 suppressed: seen");
    }

    #[test]
    fn a_comment_alone_covers_what_begins_in_the_next_line_of_code() {
        assert_eq!(check("// phasewise-ignore r: seen\n\n// more\n  §a\n  ->b()§;\n§c§;"), "4 suppressed: seen");
        assert_eq!(check("// phasewise-ignore r: seen\na(\n  §1§);"), "1 `r` unused");
        assert_eq!(check("§a§;\n// phasewise-ignore r: seen"), "2 `r` unused");
    }

    #[test]
    fn several_rules_may_share_a_reason_and_one_used_in_vain_is_told() {
        assert_eq!(
            check("// phasewise-ignore r, other: seen: by us\n§a§;"),
            "2 suppressed: seen: by us\n1 `other` unused"
        );
    }

    #[test]
    fn without_a_reason_nothing_is_suppressed() {
        let said =
            "1 `phasewise-ignore r` gives no reason, so it suppresses nothing: write `phasewise-ignore rule: reason`";
        assert_eq!(check("// phasewise-ignore r\n§a§;"), said);
        assert_eq!(check("// phasewise-ignore r:  \n§a§;"), said);
        assert_eq!(
            check("// phasewise-ignore\n§a§;"),
            "1 `phasewise-ignore` names no rule: write `phasewise-ignore rule: reason`"
        );
        assert_eq!(check("// phasewise-ignored r: no directive\n§a§;"), "");
    }

    #[test]
    fn a_directive_may_expire() {
        assert_eq!(check("// phasewise-ignore r until=2026-11-23: seen\n§a§;"), "2 suppressed: seen");
        assert_eq!(check("// phasewise-ignore r: seen, until=2027-01-31.\n§a§;"), "2 suppressed: seen");
        assert_eq!(
            check("// phasewise-ignore r: until=2026-11-22 seen\n§a§;"),
            "1 `phasewise-ignore r` was good until 2026-11-22, so it no longer suppresses anything"
        );
        assert_eq!(
            check("// phasewise-ignore r until=soon: seen\n§a§;"),
            "1 `until=soon` is not a day: write it as `until=2027-01-31`"
        );
    }
}
