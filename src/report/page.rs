//! A rule's page, from its file and nothing else; and the list of all rules.

use std::io::{self, Write};

use miette::GraphicalTheme;

use super::prose;
use super::text::Look;
use crate::finding::{Breaks, Query};
use crate::rule::{Example, Rule};

const INDENT: usize = 2;

pub fn write(out: &mut dyn Write, rule: &Rule, look: Look) -> io::Result<()> {
    let page = Page { look, theme: look.theme() };
    let wording = rule.wording();
    writeln!(out, "{} ({}, {})", page.theme.styles.link.style(&rule.id), rule.severity, rule.family)?;
    page.write_section(out, None, &rule.summary)?;
    page.write_section(out, Some("says"), &wording.message)?;
    page.write_section(out, Some("why"), &wording.why)?;
    page.write_section(out, Some("help"), &wording.help)?;
    page.write_section(out, Some("breaks"), &breaks(&rule.breaks))?;
    let way_out = match (&rule.recipe, &rule.no_recipe) {
        (Some(recipe), _) => format!("{recipe} (the name of the way; phasewise does not write its deploys yet)"),
        (None, Some(reason)) => format!("none: {reason}"),
        (None, None) => String::new(),
    };
    page.write_section(out, Some("recipe"), &way_out)?;
    page.write_examples(out, "bad", &rule.examples.bad)?;
    page.write_examples(out, "good", &rule.examples.good)?;
    let references: Vec<String> = rule.references.iter().map(|reference| format!("- {reference}")).collect();
    page.write_section(out, Some("references"), &references.join("\n"))
}

/// Every rule with its severity and summary, one line each.
pub fn write_list<'a>(out: &mut dyn Write, rules: impl Iterator<Item = &'a Rule> + Clone) -> io::Result<()> {
    let width = rules.clone().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut family = None;
    for rule in rules {
        if family != Some(&rule.family) {
            if family.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", rule.family)?;
            family = Some(&rule.family);
        }
        writeln!(out, "  {:width$}  {:7}  {}", rule.id, rule.severity.name(), rule.summary)?;
    }
    Ok(())
}

struct Page {
    look: Look,
    theme: GraphicalTheme,
}

impl Page {
    /// A title, and the text below it; nothing where there is no text.
    fn write_section(&self, out: &mut dyn Write, title: Option<&str>, text: &str) -> io::Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        if let Some(title) = title {
            writeln!(out, "{}", self.theme.styles.help.style(title))?;
        }
        writeln!(out, "{:INDENT$}{}", "", prose::wrap(text, INDENT, self.look.width))
    }

    fn write_examples(&self, out: &mut dyn Write, title: &str, examples: &[Example]) -> io::Result<()> {
        for (at, example) in examples.iter().enumerate() {
            writeln!(out)?;
            if at == 0 {
                writeln!(out, "{}", self.theme.styles.help.style(title))?;
            }
            let place = if example.in_use.is_empty() {
                String::new()
            } else {
                format!(" (in use: {})", example.in_use.join(", "))
            };
            writeln!(out, "  {}{place}", example.name)?;
            if let Some(before) = &example.before {
                writeln!(out, "    before:")?;
                write_code(out, before)?;
                writeln!(out, "    now:")?;
            }
            write_code(out, &example.code)?;
        }
        Ok(())
    }
}

fn write_code(out: &mut dyn Write, code: &str) -> io::Result<()> {
    code.trim_end().lines().try_for_each(|line| writeln!(out, "{}", format!("      {line}").trim_end()))
}

fn breaks(breaks: &Breaks) -> String {
    let side = |name: &str, queries: &std::collections::BTreeSet<Query>| {
        let names: Vec<&str> = queries.iter().map(|query| query.name()).collect();
        (!names.is_empty()).then(|| format!("{} of the {name} code", names.join(", ")))
    };
    [side("old", &breaks.old_code), side("new", &breaks.new_code)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
