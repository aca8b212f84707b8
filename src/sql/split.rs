//! Where one statement ends and the next begins.
//!
//! Takes a text of SQL, gives the range of each statement and the text with everything blanked that is no code: comments,
//! the markers of versioned comments, delimiters, commands for the client, COPY data. Offsets hold in both texts, and the
//! time is linear in their length.

use std::ops::Range;

use super::lexeme::{self, Kind, Lexeme};
use super::routine::Routine;
use crate::engine::Engine;

/// A text cut into statements.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The text with spaces in place of what is no code; as long as the text, byte for byte.
    pub code: String,
    /// In order, without overlap, from the first to the last byte of code (or the marker of a versioned comment).
    pub statements: Vec<Range<usize>>,
    pub comments: Vec<Range<usize>>,
    /// Commands for the client by which it runs what is not in the text.
    pub client_runs: Vec<Range<usize>>,
    pub unclosed: Vec<Unclosed>,
    /// The byte up to which nothing is open that more text could change: neither statement, quote, comment nor COPY data.
    pub settled: usize,
    /// What ends a statement there, and what does at the end of the text.
    pub delimiter: String,
    pub last_delimiter: String,
}

/// A quote or comment that nothing closes: it and what follows was taken for one statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub range: Range<usize>,
    pub what: &'static str,
}

pub(super) fn split(text: &str, engine: Engine) -> Split {
    split_part(text, engine, ";")
}

/// Splits a text in whose first byte a statement ends with `delimiter`.
pub(super) fn split_part(text: &str, engine: Engine, delimiter: &str) -> Split {
    let mut splitter = Splitter {
        text,
        engine,
        at: 0,
        delimiter,
        statement: None,
        routine: Routine::new(engine),
        is_versioned: false,
        split: Split {
            code: String::with_capacity(text.len()),
            statements: Vec::new(),
            comments: Vec::new(),
            client_runs: Vec::new(),
            unclosed: Vec::new(),
            settled: 0,
            delimiter: delimiter.to_owned(),
            last_delimiter: String::new(),
        },
    };
    let mut settled_delimiter = delimiter;
    while splitter.at < text.len() {
        splitter.step();
        // Whatever ends where the text does may go on in the text that follows.
        if splitter.at < text.len() && splitter.statement.is_none() && !splitter.is_versioned {
            splitter.split.settled = splitter.at;
            settled_delimiter = splitter.delimiter;
        }
    }
    splitter.end_statement();
    settled_delimiter.clone_into(&mut splitter.split.delimiter);
    splitter.delimiter.clone_into(&mut splitter.split.last_delimiter);
    splitter.split
}

struct Splitter<'a> {
    text: &'a str,
    engine: Engine,
    at: usize,
    delimiter: &'a str,
    statement: Option<Open>,
    routine: Routine,
    /// Whether we are inside of `/*!40101 … */`.
    is_versioned: bool,
    split: Split,
}

/// The statement that has begun and not yet ended.
struct Open {
    range: Range<usize>,
    has_code: bool,
}

impl<'a> Splitter<'a> {
    fn step(&mut self) {
        let rest = self.rest();
        if let Some(length) = self.client_command() {
            if runs_something(rest.get(..length).unwrap_or_default(), self.engine) {
                self.split.client_runs.push(self.at..self.at + length);
            }
            self.blank(length);
        } else if !self.delimiter.is_empty() && rest.starts_with(self.delimiter) && !self.is_in_body() {
            self.end_at_delimiter();
        } else if self.is_versioned && rest.starts_with("*/") {
            self.is_versioned = false;
            self.grow(2, false);
            self.blank(2);
        } else {
            let mut lexeme = lexeme::lexeme(self.text, self.at, self.engine);
            if lexeme.kind == Kind::Word && self.has_own_delimiter() {
                let word = rest.get(..lexeme.end - self.at).unwrap_or_default();
                lexeme.end = word.find(self.delimiter).map_or(lexeme.end, |at| self.at + at);
            }
            self.take(lexeme);
        }
    }

    /// Whether DELIMITER set one that is no semicolon. The client looks for it everywhere but in quotes and comments.
    fn has_own_delimiter(&self) -> bool {
        !matches!(self.delimiter, "" | ";")
    }

    fn is_in_body(&self) -> bool {
        self.routine.is_open() && !self.has_own_delimiter()
    }

    fn take(&mut self, lexeme: Lexeme) {
        let length = lexeme.end - self.at;
        if let Some(what) = lexeme.unclosed {
            self.split.unclosed.push(Unclosed { range: self.at..lexeme.end, what });
        }
        match lexeme.kind {
            Kind::Comment => {
                self.split.comments.push(self.at..lexeme.end);
                return self.blank(length);
            }
            Kind::OpensVersioned => {
                self.is_versioned = true;
                self.grow(length, false);
                return self.blank(length);
            }
            Kind::Space => {}
            Kind::Word => self.routine.word(self.rest().get(..length).unwrap_or_default()),
            Kind::Quoted => self.routine.other(' '),
            Kind::Symbol => self.routine.other(self.rest().chars().next().unwrap_or(' ')),
        }
        if lexeme.kind != Kind::Space {
            self.grow(length, true);
        }
        self.split.code.push_str(self.text.get(self.at..lexeme.end).unwrap_or_default());
        self.at = lexeme.end;
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next `length` bytes belong to the statement.
    fn grow(&mut self, length: usize, is_code: bool) {
        let end = self.at + length;
        let open = self.statement.get_or_insert(Open { range: self.at..end, has_code: false });
        open.range.end = end;
        open.has_code |= is_code;
    }

    fn blank(&mut self, length: usize) {
        self.split.code.extend(std::iter::repeat_n(' ', length));
        self.at += length;
    }

    fn end_statement(&mut self) {
        if let Some(open) = self.statement.take().filter(|open| open.has_code) {
            self.split.statements.push(open.range);
        }
        self.routine = Routine::new(self.engine);
    }

    fn end_at_delimiter(&mut self) {
        let copies_from_input = self.routine.copies_from_input();
        self.end_statement();
        self.blank(self.delimiter.len());
        if copies_from_input {
            self.skip_copy_data();
        }
    }

    /// The rows after `COPY … FROM stdin;`, from the next line to the line `\.`.
    fn skip_copy_data(&mut self) {
        let rest = self.rest();
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            length += line.len();
            if line.trim_end() == "\\." {
                return self.blank(length);
            }
        }
        self.split.unclosed.push(Unclosed { range: self.at..self.text.len(), what: "COPY data" });
        self.blank(rest.len());
    }

    /// The length of a line that the client reads for itself and does not send.
    fn client_command(&mut self) -> Option<usize> {
        let is_between_statements = self.statement.as_ref().is_none_or(|open| !open.has_code);
        let line = self.rest();
        match self.engine {
            Engine::Mysql | Engine::Mariadb if is_between_statements => {
                let word = line.get(..9).filter(|word| word.eq_ignore_ascii_case("delimiter"))?;
                let length = lexeme::line(line);
                let delimiter = line.get(word.len()..length)?;
                if !delimiter.starts_with([' ', '\t']) {
                    return None;
                }
                self.delimiter = delimiter.split_whitespace().next().unwrap_or(";");
                Some(length)
            }
            Engine::Postgresql if line.starts_with('\\') && (is_between_statements || sends_statement(line)) => {
                self.end_statement();
                Some(lexeme::line(line))
            }
            Engine::Sqlserver if self.is_at_line_start() => {
                let line = line.get(..lexeme::line(line))?;
                let mut words = line.split_whitespace();
                let is_go = words.next().is_some_and(|word| word.eq_ignore_ascii_case("go"))
                    && words.all(|count| count.bytes().all(|byte| byte.is_ascii_digit()));
                is_go.then(|| {
                    self.end_statement();
                    line.len()
                })
            }
            _ => None,
        }
    }

    fn is_at_line_start(&self) -> bool {
        self.text.get(..self.at).is_some_and(|before| before.is_empty() || before.ends_with('\n'))
    }
}

/// The commands of psql that send the statement before them.
fn sends_statement(line: &str) -> bool {
    ["\\g", "\\gx", "\\gset", "\\gexec", "\\gdesc", "\\crosstabview", "\\watch"].contains(&first_word(line))
}

/// Whether a command of the client runs SQL, or writes rows, that no statement of the text shows.
fn runs_something(line: &str, engine: Engine) -> bool {
    let runs = ["\\i", "\\ir", "\\include", "\\include_relative", "\\gexec", "\\copy", "\\!"];
    engine == Engine::Postgresql && runs.contains(&first_word(line))
}

fn first_word(line: &str) -> &str {
    line.split_whitespace().next().unwrap_or_default()
}
