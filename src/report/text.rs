//! Findings for people: each with the source it is about, why it matters, what the engine does, and the way out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use textwrap::{WordSeparator, WordSplitter};

use super::snippet::Snippet;
use super::{Tally, code, prose, words};
use crate::finding::{Finding, Severity};
use crate::lint::Outcome;
use crate::source::{Span, Tree};

/// How much of a statement is shown unless all is asked for, in characters.
const SHORT_SQL: usize = 240;

/// The width of the labels below a finding, without the colon.
const LABEL: usize = 9;

/// How a terminal, or a file, wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub is_coloured: bool,
    pub is_unicode: bool,
    /// Columns of text.
    pub width: usize,
    /// Whether to show notes, what was suppressed, discharged or baselined, the unknowns of the history, and statements at full length.
    pub is_verbose: bool,
}

pub fn write(out: &mut dyn Write, outcome: &Outcome, tree: &Tree, look: Look) -> io::Result<()> {
    let page = Page { outcome, tree, look, theme: look.theme() };
    let mut migration = None;
    for finding in outcome.findings.iter().filter(|finding| look.is_verbose || is_shown(finding)) {
        if migration != Some(&finding.migration) {
            migration = Some(&finding.migration);
            writeln!(out, "{}\n", page.theme.styles.link.style(&finding.migration))?;
        }
        page.write_finding(out, finding)?;
    }
    page.write_notes(out)?;
    page.write_unknowns(out)?;
    writeln!(out, "{}", Tally::of(outcome).line())
}

/// Whether a finding is told in full without being asked for: it counts, and it is more than good to know.
fn is_shown(finding: &Finding) -> bool {
    finding.is_open() && finding.severity > Severity::Note
}

impl Look {
    pub fn theme(self) -> GraphicalTheme {
        GraphicalTheme {
            characters: if self.is_unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
            styles: if self.is_coloured { ThemeStyles::ansi() } else { ThemeStyles::none() },
        }
    }
}

struct Page<'a> {
    outcome: &'a Outcome,
    tree: &'a Tree,
    look: Look,
    theme: GraphicalTheme,
}

impl Page<'_> {
    fn write_finding(&self, out: &mut dyn Write, finding: &Finding) -> io::Result<()> {
        let judged = self.outcome.change_of(finding);
        let label = judged.map(|judged| judged.change.what.description());
        let snippet = Snippet::new(finding, label, &self.tree.file(finding.span.file));
        let mut head = String::new();
        GraphicalReportHandler::new_themed(self.theme.clone())
            .with_width(self.look.width)
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation)
            .render_report(&mut head, &snippet)
            .map_err(io::Error::other)?;
        out.write_all(head.as_bytes())?;
        for (name, text) in self.notes(finding) {
            let label = self.theme.styles.help.style(format!("{name:>LABEL$}:"));
            writeln!(out, "{label} {}", prose::wrap(&text, LABEL + 2, self.look.width))?;
        }
        writeln!(out)
    }

    /// What stands below the source, in order.
    fn notes(&self, finding: &Finding) -> Vec<(&'static str, String)> {
        let mut notes = vec![("why", finding.why.clone())];
        if let Some(judged) = self.outcome.change_of(finding) {
            let engine = words::engine(&self.outcome.target);
            notes.push(("engine", format!("{engine}: {}", words::effect_beside(&judged.effect, &finding.why))));
            if self.is_generated(finding.span) {
                notes.push(("sql", self.shortened(&judged.statement.sql)));
            }
        }
        notes.push(("code", code::lines(finding, self.look.is_verbose).join("\n")));
        notes.extend(finding.clues.iter().map(|clue| ("look at", words::clue(clue, self.tree))));
        notes.push(("help", finding.help.clone()));
        notes.extend(words::set_aside(finding, self.tree));
        notes.push(("more", format!("phasewise explain {}", finding.rule)));
        notes.retain(|(_, text)| !text.trim().is_empty());
        notes
    }

    /// Whether the SQL is not what stands in the file.
    fn is_generated(&self, span: Span) -> bool {
        !self.tree.file(span.file).path.to_ascii_lowercase().ends_with(".sql")
    }

    fn shortened(&self, sql: &str) -> String {
        match sql.char_indices().nth(SHORT_SQL) {
            Some((end, _)) if !self.look.is_verbose => format!("{} ...", sql.get(..end).unwrap_or(sql)),
            _ => sql.to_owned(),
        }
    }

    /// What is only good to know, as a line for each rule.
    fn write_notes(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.look.is_verbose {
            return Ok(());
        }
        let mut notes: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in self.outcome.findings.iter().filter(|finding| finding.is_open() && !is_shown(finding)) {
            *notes.entry(&finding.rule).or_default() += 1;
        }
        if notes.is_empty() {
            return Ok(());
        }
        let rules: Vec<String> = notes.iter().map(|(rule, count)| format!("{rule} x{count}")).collect();
        writeln!(out, "good to know (listed with -v): {}\n", rules.join(", "))
    }

    fn write_unknowns(&self, out: &mut dyn Write) -> io::Result<()> {
        let unknowns = |is_history: bool| {
            let those = self.outcome.unknown.iter().filter(move |unknown| unknown.is_history == is_history);
            those.map(|unknown| (unknown.span, &unknown.reason))
        };
        if unknowns(false).count() > 0 {
            writeln!(out, "not understood:")?;
            self.write_each(out, unknowns(false))?;
        }
        let history = unknowns(true).count();
        if history > 0 && self.look.is_verbose {
            writeln!(out, "not understood in the migrations before:")?;
            self.write_each(out, unknowns(true))?;
        } else if history > 0 {
            writeln!(out, "not understood in the migrations before: {history} (listed with -v)")?;
        }
        if !self.outcome.unknown.is_empty() {
            writeln!(out)?;
        }
        Ok(())
    }

    fn write_each<'b>(
        &self,
        out: &mut dyn Write,
        mut problems: impl Iterator<Item = (Span, &'b String)>,
    ) -> io::Result<()> {
        problems.try_for_each(|(span, reason)| writeln!(out, "  {} {reason}", words::place(span, self.tree)))
    }
}
