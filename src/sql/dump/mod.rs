//! Dumps: what mysqldump, mariadb-dump, `pg_dump` (plain) and `sqlite3 .dump` write, read a piece at a time.
//!
//! Takes the text in pieces, gives each statement as the front end reads it, but for the rows: those are passed over, save
//! those that say which migrations have run. Holds one statement at a time, and no more of it than [`LIMIT`].

mod log;
mod origin;
mod overlong;
mod sqlite;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::log::Rows;
pub use self::log::{Log, LogTable};
use self::origin::Closings;
pub use self::origin::engine_of;
use self::overlong::Overlong;
use super::reader::{Reader, client_run};
use super::split::{PieceKind, Splitter, State as Splitting};
use super::{Script, blank_to};
use crate::change::{Change, OnlineClauses, Opaque, Problem, SchemaChange, Statement, Touches};
use crate::engine::Engine;
use crate::source::{Excerpt, FileId, Piece, SourceMap, Span};

/// A statement that is longer is not read: what it may have done is unknown. Rows may be as long as they like.
pub const LIMIT: usize = 1024 * 1024;

/// How much text is worth splitting.
const WORTH_SPLITTING: usize = 64 * 1024;

/// What is kept of a dump to point at; places beyond are only counted.
const EXCERPT_LIMIT: u32 = 16 * 1024 * 1024;

/// A dump that is being read.
#[derive(Debug)]
pub struct Dump {
    engine: Engine,
    file: FileId,
    /// What was fed and not yet read, and where in the dump it begins.
    buffer: String,
    line: usize,
    byte: usize,
    /// How long the buffer is to be before it is looked at again.
    wanted: usize,
    /// What the statements so far have set, and what holds where the buffer begins.
    reader: Reader,
    splitting: Splitting,
    /// Where the rows say what has run, whose COPY came last.
    copied: Option<Rows>,
    /// Where in the buffer bytes are no UTF-8.
    not_utf8: Vec<usize>,
    state: State,
    log: Log,
    closings: Closings,
    excerpt: Excerpt,
    problems: Vec<Problem>,
    left_out: usize,
}

/// What the buffer begins with.
#[derive(Debug)]
enum State {
    Statement,
    /// The rest of something that is too long to be held.
    Overlong(Overlong),
}

/// What is left of a dump once it is read.
#[derive(Debug)]
pub struct Remains {
    /// Which migrations have run.
    pub log: Log,
    /// What is kept of the text: all that a problem or an unread statement points at.
    pub excerpt: Excerpt,
    pub problems: Vec<Problem>,
}

/// Where statements go as they are read.
pub type Sink<'s> = dyn FnMut(&Statement) + 's;

impl Dump {
    /// A dump for `engine`, whose spans point into `file`; the rows of `logs` say which migrations have run.
    pub fn new(engine: Engine, file: FileId, logs: Vec<LogTable>) -> Self {
        let reader = Reader::new(engine);
        Self {
            engine,
            file,
            buffer: String::new(),
            line: 1,
            byte: 0,
            wanted: WORTH_SPLITTING,
            splitting: Splitting::new(reader.quoting()),
            reader,
            copied: None,
            not_utf8: Vec::new(),
            state: State::Statement,
            log: Log::new(logs),
            closings: Closings::default(),
            excerpt: Excerpt::default(),
            problems: Vec::new(),
            left_out: 0,
        }
    }

    /// Takes the next piece of the text.
    pub fn feed(&mut self, piece: Piece<'_>, sink: &mut Sink<'_>) {
        self.not_utf8.extend(piece.not_utf8.iter().map(|at| self.buffer.len() + at));
        self.buffer.push_str(piece.text);
        self.advance(false, sink);
    }

    /// Reads what is left, now that nothing follows.
    pub fn finish(mut self, sink: &mut Sink<'_>) -> Remains {
        self.advance(true, sink);
        if matches!(self.state, State::Overlong(_)) || self.splitting.is_in_rows() {
            self.tell("", "the dump ends in the midst of the rows that begin before");
        }
        if self.closings.are_missing() {
            self.tell(
                "",
                "the dump ends here without the line by which its tool closes it: what is missing is not known",
            );
            sink(&self.opaque("the dump is not complete"));
        }
        if self.left_out > 0 {
            let reason = format!("{} more places of the dump were not understood", self.left_out);
            let end = self.excerpt.len();
            self.problems.push(Problem { span: Span::new(self.file, end, end), reason });
        }
        Remains { log: self.log, excerpt: self.excerpt, problems: self.problems }
    }

    /// How many bytes of text it holds.
    pub fn held(&self) -> usize {
        self.buffer.capacity()
    }

    fn advance(&mut self, is_last: bool, sink: &mut Sink<'_>) {
        while match std::mem::replace(&mut self.state, State::Statement) {
            State::Statement => self.read_statements(is_last, sink),
            State::Overlong(overlong) => self.pass_overlong(overlong, is_last),
        } {}
    }

    /// Reads the statements that are whole; true where something else than a statement follows.
    fn read_statements(&mut self, is_last: bool, sink: &mut Sink<'_>) -> bool {
        if self.buffer.is_empty() || !is_last && self.buffer.len() < self.wanted {
            return false;
        }
        let text = std::mem::take(&mut self.buffer);
        let mut code = String::with_capacity(text.len());
        let mut splitter = Splitter::new(&text, is_last, self.splitting.clone());
        while let Some(piece) = splitter.next() {
            for comment in splitter.comments() {
                self.closings.comment(text.get(comment).unwrap_or_default());
            }
            for unclosed in splitter.unclosed.iter().filter(|unclosed| unclosed.what != "COPY data") {
                self.point(&text, unclosed.range.clone(), format!("nothing closes this {}", unclosed.what));
            }
            match piece.kind {
                PieceKind::Statement => {
                    blank_to(&mut code, piece.range.start);
                    for blank in splitter.blanks() {
                        code.push_str(text.get(code.len()..blank.start).unwrap_or_default());
                        blank_to(&mut code, blank.end);
                    }
                    code.push_str(text.get(code.len()..piece.range.end).unwrap_or_default());
                    self.read_one(&text, &code, piece.range, sink);
                    splitter.state.quoting = self.reader.quoting();
                }
                PieceKind::RunningCommand => {
                    let run =
                        |_: &mut Reader, sql: &str, map: &SourceMap, range| vec![client_run(sql, map.span(range))];
                    self.emit(&text, piece.range, run, sink);
                }
                PieceKind::Comment => self.closings.comment(text.get(piece.range).unwrap_or_default()),
                PieceKind::Rows => self.read_rows(text.get(piece.range).unwrap_or_default()),
                PieceKind::Space | PieceKind::Delimiter | PieceKind::Command => {}
            }
        }
        let settled = splitter.at();
        self.splitting = splitter.state.clone();
        if !is_last && settled == 0 && text.len() >= LIMIT {
            return self.begin_overlong(text, sink);
        }
        self.keep_from(text, settled);
        self.wanted = (2 * self.buffer.len()).clamp(WORTH_SPLITTING, LIMIT);
        false
    }

    fn read_one(&mut self, text: &str, code: &str, range: Range<usize>, sink: &mut Sink<'_>) {
        let quoting = self.reader.quoting();
        let head = code.get(range.clone()).unwrap_or_default().trim_start();
        if let Some(table) = sqlite::virtual_table(code, range.clone(), quoting) {
            let opaque =
                |_: &mut Reader, _: &str, map: &SourceMap, range| vec![unread(sqlite::opaque(table), map.span(range))];
            self.emit(text, range, opaque, sink);
            return;
        }
        if writes_rows(head) {
            self.log.insert(code, range, quoting);
            return;
        }
        self.copied = self.log.copy(code, range.clone(), quoting);
        if self.copied.is_some() {
            return;
        }
        let read = |reader: &mut Reader, _: &str, map: &SourceMap, range| {
            let mut script = Script::default();
            reader.read_sent(code, text, map, range, &mut script);
            script.statements
        };
        self.emit(text, range, read, sink);
    }

    /// Takes what rows of COPY say of what has run.
    fn read_rows(&mut self, text: &str) {
        if let Some(rows) = &self.copied {
            let lines = text.lines().map(|line| line.trim_end_matches('\r'));
            lines.take_while(|line| line.trim_end() != "\\.").for_each(|line| self.log.row(rows, line));
        }
    }

    /// Hands on what `read` makes of a statement, and keeps its text where something of it was not understood.
    fn emit(
        &mut self,
        text: &str,
        range: Range<usize>,
        read: impl FnOnce(&mut Reader, &str, &SourceMap, Range<usize>) -> Vec<Statement>,
        sink: &mut Sink<'_>,
    ) {
        let sql = text.get(range.clone()).unwrap_or_default();
        let begin = self.excerpt.len();
        let span = Span::new(self.file, begin, begin + sql.len() as u32);
        let mut map = SourceMap::new(span);
        map.add_verbatim(range.clone(), span);
        let statements = read(&mut self.reader, sql.trim(), &map, range.clone());
        let changes = statements.iter().flat_map(|statement| &statement.changes);
        let reasons = changes.filter_map(|change| Some((change.span, change.what.reach()?.1)));
        let problems: Vec<Problem> =
            reasons.map(|(span, reason)| Problem { span, reason: reason.to_owned() }).collect();
        if !problems.is_empty() {
            self.problems.extend(problems);
            self.keep(text, range.clone());
        }
        if self.not_utf8.iter().any(|at| range.contains(at)) {
            self.point(text, range, "this is not UTF-8, and is read as Latin-1".to_owned());
        }
        for statement in &statements {
            self.log.learn(statement);
            if !sqlite::is_own(statement, self.engine) {
                sink(statement);
            }
        }
    }

    /// Tells a problem of a part of the text, and keeps that part.
    fn point(&mut self, text: &str, range: Range<usize>, reason: String) {
        let begin = self.excerpt.len();
        let sql = text.get(range.clone()).unwrap_or_default();
        let line = sql.lines().next().unwrap_or_default();
        self.problems.push(Problem { span: Span::new(self.file, begin, begin + line.len() as u32), reason });
        self.keep(text, range.start..range.start + line.len());
    }

    fn keep(&mut self, text: &str, range: Range<usize>) {
        if self.excerpt.len() > EXCERPT_LIMIT {
            self.problems.pop();
            self.left_out += 1;
            return;
        }
        let before = text.get(..range.start).unwrap_or_default();
        let line = self.line + before.matches('\n').count();
        self.excerpt.push(text.get(range.clone()).unwrap_or_default(), line, self.byte + range.start);
    }

    /// Tells a problem at the beginning of what is not read yet.
    fn tell(&mut self, text: &str, reason: &str) {
        self.point(text, 0..text.len(), reason.to_owned());
    }

    /// A statement that stands for what was not read.
    fn opaque(&self, reason: &str) -> Statement {
        let begin = self.excerpt.len().saturating_sub(1);
        let span = Span::new(self.file, begin, begin);
        unread(Opaque { what: "dump".to_owned(), touches: Touches::Anything, reason: reason.to_owned() }, span)
    }

    /// What begins at `from` is all that is left to be read.
    fn keep_from(&mut self, mut text: String, from: usize) {
        let gone = text.get(..from).unwrap_or_default();
        self.line += gone.bytes().filter(|byte| *byte == b'\n').count();
        self.byte += from;
        self.not_utf8.retain(|at| *at >= from);
        self.not_utf8.iter_mut().for_each(|at| *at -= from);
        text.drain(..from.min(text.len()));
        self.buffer = text;
    }
}

fn unread(opaque: Opaque, span: Span) -> Statement {
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

/// Whether a statement is one of rows, which change no table's shape.
fn writes_rows(code: &str) -> bool {
    let word = code.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    ["INSERT", "REPLACE"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
}
