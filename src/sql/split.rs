//! Where one statement ends and the next begins.
//!
//! Takes a text of SQL, gives its pieces: statements and what stands between them. Every byte belongs to one piece, and the
//! time is linear in their length. A text may come in parts: what is not complete at the end of a part is left to the next,
//! with the [`State`] that the splitter then has.

use std::ops::Range;

use super::lexeme::{self, Kind, Lexeme};
use super::modes::Quoting;
use super::routine::Routine;
use crate::engine::Engine;

/// A part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: PieceKind,
    pub range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    /// From the first to the last byte of code (or the marker of a versioned comment). SQL Server: all of a batch.
    Statement,
    Comment,
    Space,
    Delimiter,
    /// A line that the client reads for itself.
    Command,
    /// A command by which the client runs what is not in the text.
    RunningCommand,
    /// The rows after COPY … FROM stdin, with the line that ends them.
    Rows,
}

/// What holds between two pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub quoting: Quoting,
    delimiter: String,
    rows: Rows,
    is_at_line_start: bool,
    /// Whether we are inside of `/*!40101 … */`.
    is_versioned: bool,
}

/// Whether the rows of a COPY come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    AfterDelimiter,
    Now,
}

/// A quote or comment that nothing closes: it and what follows was taken for one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub range: Range<usize>,
    pub what: &'static str,
}

/// A comment, or the marker of a versioned one. Small, since a statement may have millions.
#[derive(Debug)]
struct Aside {
    start: u32,
    end: u32,
    is_comment: bool,
}

impl Aside {
    fn new(range: &Range<usize>, is_comment: bool) -> Self {
        Self { start: range.start as u32, end: range.end as u32, is_comment }
    }

    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Debug)]
pub(super) struct Splitter<'t> {
    text: &'t str,
    /// Whether nothing follows the text.
    is_last: bool,
    at: usize,
    pub state: State,
    /// What is no code in the statement that came last.
    asides: Vec<Aside>,
    /// What nothing closes in the piece that came last.
    pub unclosed: Vec<Unclosed>,
}

impl State {
    pub(super) fn new(quoting: Quoting) -> Self {
        Self { quoting, delimiter: ";".to_owned(), rows: Rows::None, is_at_line_start: true, is_versioned: false }
    }

    pub(super) fn delimiter(&self) -> &str {
        &self.delimiter
    }

    /// Whether the rows of a COPY come next.
    pub(super) fn is_in_rows(&self) -> bool {
        self.rows != Rows::None
    }

    /// Whether what comes next stands inside of `/*!40101 … */`.
    pub(super) fn is_versioned(&self) -> bool {
        self.is_versioned
    }

    /// Whether DELIMITER set one that is no semicolon. The client looks for it everywhere but in quotes and comments.
    fn has_own_delimiter(&self) -> bool {
        !matches!(self.delimiter.as_str(), "" | ";")
    }
}

impl<'t> Splitter<'t> {
    pub(super) fn new(text: &'t str, is_last: bool, state: State) -> Self {
        Self { text, is_last, at: 0, state, asides: Vec::new(), unclosed: Vec::new() }
    }

    /// The comments inside the statement that came last.
    pub(super) fn comments(&self) -> impl Iterator<Item = Range<usize>> {
        self.asides.iter().filter(|aside| aside.is_comment).map(Aside::range)
    }

    /// What is no code in the statement that came last: comments and the markers of versioned ones.
    pub(super) fn blanks(&self) -> impl Iterator<Item = Range<usize>> {
        self.asides.iter().map(Aside::range)
    }

    /// How much of the text the pieces so far make.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next piece; `None` at the end, and where more text is needed to tell.
    pub(super) fn next(&mut self) -> Option<Piece> {
        if self.at >= self.text.len() {
            return None;
        }
        self.asides.clear();
        self.unclosed.clear();
        let (kind, end) = self.piece()?;
        let range = self.at..end;
        self.at = end;
        self.state.is_at_line_start = self.is_at_line_start(end);
        Some(Piece { kind, range })
    }

    fn piece(&mut self) -> Option<(PieceKind, usize)> {
        let rest = self.rest(self.at);
        if self.state.rows == Rows::Now {
            return self.rows(rest);
        }
        if let Some(length) = self.client_command(self.at, true) {
            let line = rest.get(..length).unwrap_or_default();
            self.obey(line);
            let kind = if runs_something(line, self.engine()) { PieceKind::RunningCommand } else { PieceKind::Command };
            return self.if_complete(kind, self.at + length);
        }
        if !self.state.delimiter.is_empty() && rest.starts_with(&self.state.delimiter) {
            if self.state.rows == Rows::AfterDelimiter {
                self.state.rows = Rows::Now;
            }
            return Some((PieceKind::Delimiter, self.at + self.state.delimiter.len()));
        }
        if self.state.is_versioned && rest.starts_with("*/") {
            self.state.is_versioned = false;
            return Some((PieceKind::Comment, self.at + 2));
        }
        let lexeme = lexeme::lexeme(self.text, self.at, self.state.quoting);
        match lexeme.kind {
            Kind::Space => Some((PieceKind::Space, lexeme.end)),
            Kind::Comment => {
                let comment = self.if_complete(PieceKind::Comment, lexeme.end)?;
                self.note_unclosed(self.at, &lexeme);
                Some(comment)
            }
            _ => self.statement(),
        }
    }

    /// A piece that ends with the text may go on in the next part of it.
    fn if_complete(&self, kind: PieceKind, end: usize) -> Option<(PieceKind, usize)> {
        (self.is_last || end < self.text.len()).then_some((kind, end))
    }

    fn engine(&self) -> Engine {
        self.state.quoting.engine
    }

    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    fn note_unclosed(&mut self, at: usize, lexeme: &Lexeme) {
        if let Some(what) = lexeme.unclosed {
            self.unclosed.push(Unclosed { range: at..lexeme.end, what });
        }
    }

    /// The statement that begins here.
    fn statement(&mut self) -> Option<(PieceKind, usize)> {
        let mut scan = Scan::new(self.at, self.engine());
        let was_versioned = self.state.is_versioned;
        while scan.at < self.text.len() && !self.ends_statement(&scan) {
            self.step(&mut scan);
        }
        if !self.is_last && self.may_go_on(&scan) {
            self.state.is_versioned = was_versioned;
            return None;
        }
        self.unclosed.retain(|unclosed| unclosed.range.start < scan.end);
        self.asides.retain(|aside| aside.range().start < scan.end);
        if !scan.has_code {
            return Some((PieceKind::Comment, scan.end));
        }
        if scan.routine.copies_from_input() {
            self.state.rows = Rows::AfterDelimiter;
        }
        Some((PieceKind::Statement, scan.end))
    }

    /// Whether the next part of the text decides where the statement ends: it may make a line no command of the client's.
    fn may_go_on(&self, scan: &Scan) -> bool {
        let command = self.client_command(scan.at, !scan.has_code);
        scan.at + command.unwrap_or_default() >= self.text.len()
    }

    fn ends_statement(&self, scan: &Scan) -> bool {
        let is_in_body = scan.routine.is_open() && !self.state.has_own_delimiter();
        let is_at_delimiter = !self.state.delimiter.is_empty()
            && self.engine() != Engine::Sqlserver
            && !is_in_body
            && self.rest(scan.at).starts_with(&self.state.delimiter);
        is_at_delimiter || self.client_command(scan.at, !scan.has_code).is_some()
    }

    fn step(&mut self, scan: &mut Scan) {
        let rest = self.rest(scan.at);
        if self.state.is_versioned && rest.starts_with("*/") {
            self.state.is_versioned = false;
            self.asides.push(Aside::new(&(scan.at..scan.at + 2), false));
            return scan.take(2);
        }
        let mut lexeme = lexeme::lexeme(self.text, scan.at, self.state.quoting);
        if lexeme.kind == Kind::Word && self.state.has_own_delimiter() {
            let word = rest.get(..lexeme.end - scan.at).unwrap_or_default();
            lexeme.end = word.find(&self.state.delimiter).map_or(lexeme.end, |at| scan.at + at);
        }
        self.note_unclosed(scan.at, &lexeme);
        let range = scan.at..lexeme.end;
        match lexeme.kind {
            Kind::Comment => {
                self.asides.push(Aside::new(&range, true));
                scan.at = lexeme.end;
            }
            Kind::OpensVersioned => {
                self.state.is_versioned = true;
                self.asides.push(Aside::new(&range, false));
                scan.take(range.len());
            }
            Kind::Space => scan.at = lexeme.end,
            kind => {
                scan.has_code = true;
                match kind {
                    Kind::Word => scan.routine.word(rest.get(..range.len()).unwrap_or_default()),
                    Kind::Quoted => scan.routine.other(' '),
                    _ => scan.routine.other(rest.chars().next().unwrap_or(' ')),
                }
                scan.take(range.len());
            }
        }
    }

    /// The rows after `COPY … FROM stdin;`, from the next line to the line `\.`; those of them that are there.
    fn rows(&mut self, rest: &str) -> Option<(PieceKind, usize)> {
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            if !line.ends_with('\n') && !self.is_last {
                break;
            }
            length += line.len();
            if line.trim_end() == "\\." {
                self.state.rows = Rows::None;
                return Some((PieceKind::Rows, self.at + length));
            }
        }
        if self.is_last {
            self.unclosed.push(Unclosed { range: self.at..self.text.len(), what: "COPY data" });
        }
        (length > 0).then_some((PieceKind::Rows, self.at + length))
    }

    /// The length of a line at `at` that the client reads for itself and does not send.
    fn client_command(&self, at: usize, is_between_statements: bool) -> Option<usize> {
        let rest = self.rest(at);
        match self.engine() {
            Engine::Mysql | Engine::Mariadb if is_between_statements => {
                rest.get(..9).filter(|word| word.eq_ignore_ascii_case("delimiter"))?;
                let is_it = rest.as_bytes().get(9).is_some_and(|byte| b" \t".contains(byte));
                is_it.then(|| lexeme::line(rest))
            }
            Engine::Postgresql if rest.starts_with('\\') && (is_between_statements || sends_statement(rest)) => {
                Some(lexeme::line(rest))
            }
            Engine::Sqlserver if self.is_at_line_start(at) => {
                let line = rest.get(..lexeme::line(rest))?;
                let mut words = line.split_whitespace();
                let is_go = words.next().is_some_and(|word| word.eq_ignore_ascii_case("go"))
                    && words.take_while(|word| !word.starts_with("--")).all(|count| count.parse::<u32>().is_ok());
                is_go.then_some(line.len())
            }
            _ => None,
        }
    }

    /// What MySQL's client does on DELIMITER.
    fn obey(&mut self, line: &str) {
        if self.engine().is_mysql_family() {
            line.split_whitespace().nth(1).unwrap_or(";").clone_into(&mut self.state.delimiter);
        }
    }

    fn is_at_line_start(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
        before.ends_with('\n') || before.is_empty() && self.state.is_at_line_start
    }
}

/// A statement as far as it has been gone through.
#[derive(Debug)]
struct Scan {
    at: usize,
    /// Behind the last byte that belongs to it.
    end: usize,
    has_code: bool,
    routine: Routine,
}

impl Scan {
    fn new(at: usize, engine: Engine) -> Self {
        Self { at, end: at, has_code: false, routine: Routine::new(engine) }
    }

    /// The next `length` bytes belong to the statement.
    fn take(&mut self, length: usize) {
        self.at += length;
        self.end = self.at;
    }
}

/// The commands of psql that send the statement before them.
fn sends_statement(rest: &str) -> bool {
    ["\\g", "\\gx", "\\gset", "\\gexec", "\\gdesc", "\\crosstabview", "\\watch"].contains(&first_word(rest))
}

/// Whether a command of the client runs SQL, or writes rows, that no statement of the text shows.
fn runs_something(line: &str, engine: Engine) -> bool {
    let runs = ["\\i", "\\ir", "\\include", "\\include_relative", "\\gexec", "\\copy", "\\!"];
    engine == Engine::Postgresql && runs.contains(&first_word(line))
}

/// The first word, as far as any command is long.
fn first_word(rest: &str) -> &str {
    let start = rest.get(..rest.floor_char_boundary(32)).unwrap_or_default();
    start.split_whitespace().next().unwrap_or_default()
}
