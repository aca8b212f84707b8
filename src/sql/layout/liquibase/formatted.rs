//! Files of SQL whose comments part them into changesets: `--changeset author:id`, `--rollback …`.
//!
//! The comments are those of `AbstractFormattedChangeLogParser` of Liquibase; between `--` and the word may be space.

use std::ops::Range;

use super::changelog::{Change, Changeset};

/// What a file of SQL says to Liquibase.
#[derive(Debug, Default)]
pub(super) struct Formatted {
    pub changesets: Vec<Changeset>,
    pub properties: Vec<(String, String)>,
}

/// Whether the first line with something on it says so.
pub(super) fn is_formatted(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words = comment(first).map(|words| words.split_whitespace().collect::<String>().to_ascii_lowercase());
    words.is_some_and(|words| words.starts_with("liquibaseformatted"))
}

pub(super) fn read(text: &str) -> Formatted {
    let mut reader = Reader { text, formatted: Formatted::default(), rolls_back: None, ignores: false, start: 0 };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line, at);
        at += line.len();
    }
    reader.keep(text.len());
    reader.formatted
}

struct Reader<'t> {
    text: &'t str,
    formatted: Formatted,
    /// Where the comment `/* liquibase rollback` that is open began.
    rolls_back: Option<usize>,
    /// Whether `--ignoreLines:start` is open.
    ignores: bool,
    /// Where what is sent began, since the last line that Liquibase reads for itself.
    start: usize,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, at: usize) {
        if let Some(start) = self.rolls_back {
            if let Some(end) = line.find("*/") {
                self.rolls_back = None;
                self.roll_back(start..at + end);
                self.start = at + end + 2;
            }
            return;
        }
        let words = line.trim_start().strip_prefix("/*").map(str::trim_start);
        if words.is_some_and(|words| words.to_ascii_lowercase().starts_with("liquibase rollback")) {
            self.keep(at);
            let begins = at + line.to_ascii_lowercase().find("rollback").map_or(line.len(), |at| at + "rollback".len());
            match line.find("*/") {
                Some(end) => self.roll_back(begins..at + end),
                None => self.rolls_back = Some(begins),
            }
            self.start = at + line.len();
            return;
        }
        let Some(words) = comment(line) else { return };
        let (word, rest) = words.split_once(|letter: char| letter.is_whitespace()).unwrap_or((words, ""));
        match word.to_ascii_lowercase().trim_end_matches(':') {
            "changeset" => {
                self.keep(at);
                self.begin(rest, at, at + line.len());
            }
            "rollback" => {
                let from = at + line.len() - line.trim_start().len();
                let from = self.text.get(from..).and_then(|text| text.find(rest)).map_or(from, |found| from + found);
                self.keep(at);
                self.roll_back(from..from + rest.len());
                self.start = at + line.len();
            }
            "preconditions" => self.precondition(rest),
            "property" => self.property(rest),
            word => self.ignored(word, at, at + line.len()),
        }
    }

    /// Adds what was sent up to `end` to the changeset at hand.
    fn keep(&mut self, end: usize) {
        let bytes = self.start..end;
        let is_something = self.text.get(bytes.clone()).is_some_and(|text| !text.trim().is_empty());
        if let Some(last) = self.formatted.changesets.last_mut() {
            last.place.end = end;
            if let Some(Change::Bytes(ranges)) = last.changes.first_mut()
                && is_something
            {
                ranges.push(bytes);
            }
        }
    }

    fn begin(&mut self, rest: &str, at: usize, end: usize) {
        let mut words = words(rest).into_iter();
        let first = words.next().unwrap_or_default();
        let (author, id) = first.split_once(':').unwrap_or((&first, ""));
        // `author: id` has a space.
        let id = if id.is_empty() { words.next().unwrap_or_default() } else { id.to_owned() };
        let mut changeset = Changeset {
            author: author.trim_matches('"').to_owned(),
            id: id.trim_matches('"').to_owned(),
            changes: vec![Change::Bytes(Vec::new())],
            place: at..end,
            ..Changeset::default()
        };
        for attribute in words {
            let Some((name, value)) = attribute.split_once(':') else { continue };
            changeset.attribute(name, value.trim_matches('"'));
        }
        self.formatted.changesets.push(changeset);
        self.start = end;
    }

    fn roll_back(&mut self, bytes: Range<usize>) {
        let Some(last) = self.formatted.changesets.last_mut() else { return };
        let words = self.text.get(bytes.clone()).unwrap_or_default().trim();
        let rollback = last.rollback.get_or_insert_default();
        let lower = words.to_ascii_lowercase();
        if matches!(lower.trim_end_matches(';'), "not required" | "empty" | "") {
            return;
        }
        if lower.starts_with("changesetid:") {
            return rollback.push(Change::Other("rollback changesetId".to_owned()));
        }
        match rollback.last_mut() {
            Some(Change::Bytes(ranges)) => ranges.push(bytes),
            _ => rollback.push(Change::Bytes(vec![bytes])),
        }
    }

    fn precondition(&mut self, rest: &str) {
        let Some(last) = self.formatted.changesets.last_mut() else { return };
        let wanted = words(rest).into_iter().find_map(|word| Some(word.split_once(':')?.1.to_ascii_uppercase()));
        last.precondition(wanted.as_deref().unwrap_or("HALT"));
    }

    fn property(&mut self, rest: &str) {
        let words = words(rest);
        let value = |wanted: &str| {
            let found = words.iter().find_map(|word| word.split_once(':').filter(|(name, _)| *name == wanted));
            found.map(|(_, value)| value.trim_matches('"').to_owned())
        };
        // One that is for some databases or contexts only is not known here.
        if let (Some(name), Some(value), None, None) = (value("name"), value("value"), value("dbms"), value("context"))
        {
            self.formatted.properties.push((name, value));
        }
    }

    fn ignored(&mut self, word: &str, at: usize, end: usize) {
        let Some(which) = word.strip_prefix("ignorelines:") else { return };
        match which {
            "start" if !self.ignores => {
                self.keep(at);
                self.ignores = true;
                self.start = self.text.len();
            }
            "end" if self.ignores => {
                self.ignores = false;
                self.start = end;
            }
            _ => {
                let Ok(count) = which.parse::<usize>() else { return };
                self.keep(at);
                let skipped = self.text.get(end..).unwrap_or_default().split_inclusive('\n').take(count);
                self.start = end + skipped.map(str::len).sum::<usize>();
            }
        }
    }
}

/// What stands behind `--`.
fn comment(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix("--")?.trim_start())
}

/// The words of a line; what stands in double quotes is part of one.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            _ if letter.is_whitespace() && !is_quoted => words.push(String::new()),
            _ => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
