//! The places that use a table or a column, for people.

use std::io::{self, Write};

use crate::source::Tree;
use crate::usage::{Answer, Effect, Part, Place, Query, Tier, Verdict, What};

/// A line of code is shown up to so many characters.
const MAX_CODE: usize = 120;

/// How much of a commit's name is shown.
const SHORT: usize = 9;

/// A question with its answer, and the files that it is about.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    pub query: &'a Query,
    pub answer: &'a Answer,
    pub tree: &'a Tree,
    /// Which code was read.
    pub code: ReadCode<'a>,
    /// Whether to show the places that are only possible, and those that do no harm.
    pub is_verbose: bool,
}

/// Code that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadCode<'a> {
    /// The project's files as they lie in its directory.
    Here,
    /// Those of a revision, as it was named, and of its commit.
    Revision { name: &'a str, commit: &'a str },
    /// Another directory, or a file of facts, as it was named.
    Elsewhere(&'a str),
}

impl Used<'_> {
    /// The line of code at a place.
    pub(super) fn code(&self, file: &str, line: u32) -> String {
        let text = self.tree.read(file).ok();
        let line = text.as_ref().and_then(|file| file.text.lines().nth(line as usize - 1)).unwrap_or_default().trim();
        match line.char_indices().nth(MAX_CODE) {
            Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
            None => line.to_owned(),
        }
    }

    fn subject(&self) -> String {
        match &self.query.column {
            Some(column) => format!("{}.{column}", self.query.table),
            None => self.query.table.clone(),
        }
    }
}

pub fn write(out: &mut dyn Write, used: &Used<'_>) -> io::Result<()> {
    writeln!(out, "{}", verdict(used))?;
    match used.code {
        ReadCode::Here => writeln!(out, "in the code as it lies in the project")?,
        ReadCode::Revision { name, commit } if name == commit => writeln!(out, "in the code of `{name}`")?,
        ReadCode::Revision { name, commit } => {
            writeln!(out, "in the code of `{name}`, {}", commit.get(..SHORT).unwrap_or(commit))?;
        }
        ReadCode::Elsewhere(path) => writeln!(out, "in the code of `{path}`")?,
    }
    let shown = |place: &&Place| used.is_verbose || (place.tier < Tier::Possible && place.effect != Effect::Inert);
    for (title, is_running) in [("", true), ("in seeders, factories and tests", false)] {
        let is_in = |place: &&Place| place.part.is_running() == is_running;
        let places: Vec<&Place> = used.answer.places.iter().filter(is_in).filter(shown).collect();
        if !places.is_empty() && !title.is_empty() {
            writeln!(out, "\n{title}")?;
        } else if !places.is_empty() {
            writeln!(out)?;
        }
        for place in places {
            write_place(out, used, place)?;
        }
    }
    if !used.answer.unproved.is_empty() {
        writeln!(out, "\nnot to be told")?;
        for unproved in &used.answer.unproved {
            writeln!(out, "  {}:{}  {}", unproved.file, unproved.line, unproved.reason)?;
        }
    }
    let hidden = used.answer.places.iter().filter(|place| !shown(place)).count();
    if hidden > 0 {
        let noun = if hidden == 1 { "place" } else { "places" };
        writeln!(out, "\n{hidden} more {noun} with the same word, or without harm: shown with -v")?;
    }
    Ok(())
}

fn write_place(out: &mut dyn Write, used: &Used<'_>, place: &Place) -> io::Result<()> {
    let apart = if place.part == Part::Console { " (a command)" } else { "" };
    writeln!(
        out,
        "  {}:{}  {}, {}: {}{apart}",
        place.file,
        place.line,
        effect(place.effect),
        tier(place.tier),
        place.why
    )?;
    writeln!(out, "      {}", used.code(&place.file, place.line))
}

fn verdict(used: &Used<'_>) -> String {
    let (subject, answer) = (used.subject(), used.answer);
    let count = answer.places.iter().filter(|place| place.counts()).count();
    let places = if count == 1 { "1 place".to_owned() } else { format!("{count} places") };
    match (used.query.what, answer.verdict) {
        (What::Gone, Verdict::SqlError) => format!("`{subject}` is used: without it, SQL fails ({places})"),
        (What::Gone, Verdict::Silent) => format!("`{subject}` is read: without it, code goes on with null ({places})"),
        (_, Verdict::SqlError | Verdict::Silent) => format!("rows are inserted without `{subject}` ({places})"),
        (What::Gone, Verdict::None) => format!("`{subject}` is not used"),
        (_, Verdict::None) => format!("no row is inserted without `{subject}`"),
        (_, Verdict::CannotProve) => format!("no use of `{subject}` is known, but not every place can be told"),
    }
}

pub(super) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Certain => "certain",
        Tier::Likely => "likely",
        Tier::LikelyMass => "likely-mass",
        Tier::Possible => "possible",
    }
}

pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::SqlError => "sql-error",
        Effect::Silent => "silent",
        Effect::Inert => "inert",
    }
}
