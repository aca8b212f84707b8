//! A part of a file that a runner sends: which bytes, for which databases, and where each byte stands.

use std::ops::Range;

use crate::change::{Change, OnlineClauses, Opaque, Problem, SchemaChange, Statement, Touches};
use crate::engine::Engine;
use crate::source::{ReadError, SourceFile, SourceMap, Span, Tree};
use crate::sql::Script;
use crate::sql::reader::{Reader, Stands};

/// What a migration sends from one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Relative to the project's root.
    pub path: String,
    pub(super) content: Content,
    /// The databases that it is for, as Liquibase names them, `!` before those that it is not for; all where empty.
    pub(super) databases: Vec<String>,
    /// What must hold for it to be sent.
    pub(super) condition: Option<String>,
    /// What the runner puts in place of `${name}`; `None` where it puts nothing there.
    pub(super) placeholders: Option<Vec<(String, String)>>,
    /// What is wrong with it as its runner sees it.
    pub(super) complaint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Content {
    #[default]
    Whole,
    /// These bytes, each range a line of its own.
    Bytes(Vec<Range<usize>>),
    /// A text that the file holds in some other notation, from about this byte on.
    Quoted { text: String, from: usize },
    /// Not SQL: this says what it is.
    Unread { what: String, from: usize },
}

impl Part {
    pub(super) fn whole(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    pub(super) fn bytes(path: &str, bytes: Range<usize>) -> Self {
        Self { content: Content::Bytes(vec![bytes]), ..Self::whole(path) }
    }

    pub(super) fn unread(path: &str, what: &str, from: usize) -> Self {
        Self { content: Content::Unread { what: what.to_owned(), from }, ..Self::whole(path) }
    }

    /// A file in a programming language, told by its name.
    pub(super) fn in_code(path: &str) -> Self {
        let extension = path.rsplit('.').next().unwrap_or_default();
        Self::unread(path, language(extension).unwrap_or("no SQL"), 0)
    }

    /// Reads what it sends, in the session of the parts before it.
    pub fn read(&self, tree: &Tree, reader: &mut Reader, stands: Stands<'_>) -> Result<Script, ReadError> {
        let file = tree.read(&self.path)?;
        if !self.is_for(reader.engine()) {
            return Ok(Script::default());
        }
        let mut script = match &self.content {
            Content::Whole => self.read_bytes(&file, std::slice::from_ref(&(0..file.text.len())), reader, stands),
            Content::Bytes(ranges) => self.read_bytes(&file, ranges, reader, stands),
            Content::Quoted { text, from } => {
                let map = aligned(&file, text, *from);
                self.read_text((text, &map), std::slice::from_ref(&(0..text.len())), map.whole, reader, stands)
            }
            Content::Unread { what, from } => {
                Script { statements: vec![unread(&file, what, *from)], ..Script::default() }
            }
        };
        if let Some(condition) = &self.condition {
            let unguarded = script.statements.iter_mut().filter(|statement| statement.guard.is_none());
            unguarded.for_each(|statement| statement.guard = Some(condition.clone()));
        }
        if let Some(complaint) = &self.complaint {
            let at = self.start();
            script.problems.push(Problem { span: line(&file, at), reason: complaint.clone() });
        }
        Ok(script)
    }

    fn start(&self) -> usize {
        match &self.content {
            Content::Whole => 0,
            Content::Bytes(ranges) => ranges.first().map_or(0, |range| range.start),
            Content::Quoted { from, .. } | Content::Unread { from, .. } => *from,
        }
    }

    fn read_bytes(
        &self,
        file: &SourceFile,
        ranges: &[Range<usize>],
        reader: &mut Reader,
        stands: Stands<'_>,
    ) -> Script {
        let map = SourceMap::verbatim(file.id, 0, file.text.len() as u32);
        self.read_text((&file.text, &map), ranges, span(file, self.start()..self.start()), reader, stands)
    }

    /// Reads those ranges of a text whose bytes stand where its map says; `whole` is where they all do.
    fn read_text(
        &self,
        from: (&str, &SourceMap),
        ranges: &[Range<usize>],
        whole: Span,
        reader: &mut Reader,
        stands: Stands<'_>,
    ) -> Script {
        let mut filled = Filled { from, text: String::new(), map: SourceMap::new(whole), problems: Vec::new() };
        for range in ranges {
            if !filled.text.is_empty() {
                filled.text.push('\n');
            }
            match &self.placeholders {
                Some(values) => filled.append(range.clone(), values),
                None => filled.append_verbatim(range.clone()),
            }
        }
        let mut script = reader.read(&filled.text, &filled.map, stands);
        script.problems.extend(filled.problems);
        script
    }

    fn is_for(&self, engine: Engine) -> bool {
        let name = match engine {
            Engine::Mysql => "mysql",
            Engine::Mariadb => "mariadb",
            Engine::Postgresql => "postgresql",
            Engine::Sqlite => "sqlite",
            Engine::Sqlserver => "mssql",
        };
        let excluded = |known: &String| known.strip_prefix('!').is_some_and(|known| known == name);
        let has_included = self.databases.iter().any(|known| !known.starts_with('!'));
        let is_included = self.databases.iter().any(|known| known == name || known == "all");
        !self.databases.iter().any(excluded) && (!has_included || is_included)
    }
}

/// A text with its placeholders filled in.
struct Filled<'a> {
    /// What it is made of, and where that stands.
    from: (&'a str, &'a SourceMap),
    text: String,
    map: SourceMap,
    /// The first place of each placeholder that has no value.
    problems: Vec<Problem>,
}

impl Filled<'_> {
    fn append_verbatim(&mut self, range: Range<usize>) {
        let (text, map) = self.from;
        self.map.append_part(self.text.len(), map, range.clone());
        self.text.push_str(text.get(range).unwrap_or_default());
    }

    /// Adds the bytes `range`. A placeholder without a value stands for a name like its own, so that what is
    /// around it can be read.
    fn append(&mut self, range: Range<usize>, values: &[(String, String)]) {
        let (text, map) = self.from;
        let mut at = range.start;
        while let Some(found) = text.get(at..range.end).and_then(|rest| rest.find("${")).map(|before| at + before) {
            let Some(name) = text.get(found + 2..range.end).and_then(placeholder) else {
                self.append_verbatim(at..found + 2);
                at = found + 2;
                continue;
            };
            self.append_verbatim(at..found);
            at = found + 2 + name.len() + 1;
            let place = map.span(found..at);
            let value = values.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let value = value.unwrap_or_else(|| self.stand_in(name, place));
            self.map.add(self.text.len()..self.text.len() + value.len(), place);
            self.text.push_str(&value);
        }
        self.append_verbatim(at..range.end);
    }

    fn stand_in(&mut self, name: &str, span: Span) -> String {
        let value: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
        let reason = format!("`${{{name}}}` has no value that is known here, so it is read as `{value}`");
        if !self.problems.iter().any(|problem| problem.reason == reason) {
            self.problems.push(Problem { span, reason });
        }
        value
    }
}

/// The name that `rest` begins with, up to the bracket that closes it.
fn placeholder(rest: &str) -> Option<&str> {
    let length = rest.find(|letter: char| !letter.is_alphanumeric() && !"_.:-".contains(letter))?;
    let is_whole = length > 0 && rest.get(length..)?.starts_with('}');
    rest.get(..length).filter(|_| is_whole)
}

/// A statement in whose place stands what cannot be read.
fn unread(file: &SourceFile, what: &str, from: usize) -> Statement {
    let span = line(file, from);
    let reason = format!("{what} is not read here, so what it changes is not known");
    let opaque = Opaque { what: what.to_owned(), touches: Touches::Anything, reason };
    Statement {
        sql: String::new(),
        bindings: Vec::new(),
        span,
        changes: vec![Change { what: SchemaChange::Opaque(opaque), span }],
        guard: None,
        online: OnlineClauses::default(),
        lost: Vec::new(),
    }
}

/// Where each line of `text` stands in a file that holds it indented, escaped or folded.
fn aligned(file: &SourceFile, text: &str, from: usize) -> SourceMap {
    let mut map = SourceMap::new(line(file, from));
    let (mut at, mut start) = (from, 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if !words.is_empty()
            && let Some(found) = file.text.get(at..).and_then(|rest| rest.find(words))
        {
            let begins = start + line.find(words).unwrap_or(0);
            map.add_verbatim(begins..begins + words.len(), span(file, at + found..at + found + words.len()));
            at += found + words.len();
        }
        start += line.len();
    }
    map
}

fn span(file: &SourceFile, range: Range<usize>) -> Span {
    Span::new(file.id, range.start as u32, range.end as u32)
}

/// The line that the byte `at` stands in.
fn line(file: &SourceFile, at: usize) -> Span {
    let length = file.text.get(at..).map_or(0, |rest| rest.find(['\r', '\n']).unwrap_or(rest.len()));
    span(file, at..at + length)
}

/// What a file that ends so is written in, where runners take such files for migrations.
pub(super) fn language(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "go" => "Go",
        "js" | "cjs" | "mjs" => "JavaScript",
        "ts" | "cts" | "mts" => "TypeScript",
        "py" => "Python",
        "rb" => "Ruby",
        "rs" => "Rust",
        "java" => "Java",
        "kt" => "Kotlin",
        "groovy" => "Groovy",
        "php" => "PHP",
        _ => return None,
    })
}
