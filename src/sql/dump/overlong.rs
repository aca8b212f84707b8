//! What is too long to be held: passed over to its end, with as little of it in hand as tells where that is.

use std::ops::Range;

use super::log::Rows;
use super::{Dump, LIMIT, Sink, State, WORTH_SPLITTING, writes_rows};
use crate::sql::lexeme::{Closing, Kind, lexeme};
use crate::sql::routine::Routine;
use crate::sql::split::Split;

/// Something overlong whose end was not found yet.
#[derive(Debug)]
pub(super) struct Overlong {
    /// The quote or comment that we are in.
    closing: Option<Closing>,
    /// What the statement's words so far say; `None` for a comment that stands by itself.
    routine: Option<Routine>,
    delimiter: String,
}

impl Dump {
    /// The buffer is full, and what begins in it does not end: `statement`, rows of COPY from `copies` on, or a comment.
    pub(super) fn begin_overlong(
        &mut self,
        text: String,
        split: &Split,
        copies: Option<usize>,
        statement: Option<Range<usize>>,
        sink: &mut Sink<'_>,
    ) -> bool {
        self.delimiter.clone_from(&split.last_delimiter);
        self.wanted = WORTH_SPLITTING;
        if let Some(rows) = copies {
            let copy = split.statements.last().cloned().unwrap_or_default();
            let log = self.log.copy(&split.code, copy, self.engine);
            let line_end = text.get(rows..).and_then(|rest| rest.find('\n')).map_or(0, |at| at + 1);
            self.keep_from(text, rows + line_end);
            self.state = State::Rows(log);
            return true;
        }
        let Some(range) = statement else {
            return self.pass_comment(text, split);
        };
        let code = split.code.get(range.clone()).unwrap_or_default().trim_start();
        if !writes_rows(code) {
            let reason = format!("the statement that begins here is longer than {LIMIT} bytes, and is not read");
            self.point(&text, range.clone(), reason.clone());
            sink(&self.opaque(&reason));
        } else if self.log.is_wanted(&split.code, range.clone(), self.engine) {
            self.point(&text, range.clone(), "the rows that begin here are too many to be read as a log".to_owned());
        }
        self.keep_from(text, range.start);
        let routine = Some(Routine::new(self.engine));
        self.state = State::Overlong(Overlong { closing: None, routine, delimiter: self.delimiter.clone() });
        true
    }

    /// A comment of one line, or a command of the client, is shortened to one that begins here.
    fn pass_comment(&mut self, text: String, split: &Split) -> bool {
        let comment =
            split.unclosed.iter().find(|unclosed| unclosed.what == "comment").map(|unclosed| unclosed.range.start);
        if let Some(start) = comment {
            self.keep_from(text, start);
            let delimiter = self.delimiter.clone();
            self.state = State::Overlong(Overlong { closing: None, routine: None, delimiter });
            return true;
        }
        let length = text.len();
        self.keep_from(text, length);
        "-- ".clone_into(&mut self.buffer);
        self.byte = self.byte.saturating_sub(self.buffer.len());
        false
    }

    /// Passes over what the buffer holds of it; true where its end was found.
    pub(super) fn pass_overlong(&mut self, mut overlong: Overlong, is_last: bool) -> bool {
        let text = std::mem::take(&mut self.buffer);
        let (at, has_ended) = overlong.pass(&text, self.engine, is_last);
        self.keep_from(text, at);
        if !has_ended {
            self.state = State::Overlong(overlong);
        }
        has_ended
    }

    /// Passes over the rows of COPY up to the line `\.`; true where it was found.
    pub(super) fn pass_rows(&mut self, rows: Option<Rows>, is_last: bool) -> bool {
        let text = std::mem::take(&mut self.buffer);
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            // A row that is longer than the buffer may be loses its beginning, which no line `\.` can be.
            if !line.ends_with('\n') && !is_last && line.len() < LIMIT {
                break;
            }
            at += line.len();
            if line.trim_end() == "\\." {
                self.keep_from(text, at);
                return true;
            }
            if let Some(rows) = &rows {
                self.log.row(rows, line.trim_end_matches(['\r', '\n']));
            }
        }
        self.keep_from(text, at);
        self.state = State::Rows(rows);
        false
    }
}

impl Overlong {
    /// How many bytes of `text` can be forgotten, and whether the end of the overlong thing is behind them.
    fn pass(&mut self, text: &str, engine: crate::engine::Engine, is_last: bool) -> (usize, bool) {
        let mut at = 0;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            if let Some(closing) = &mut self.closing {
                match closing.pass(rest) {
                    Ok(length) => at += length,
                    Err(length) => return (at + length, false),
                }
                self.closing = None;
                if self.routine.is_none() {
                    return (at, true);
                }
                continue;
            }
            let is_in_body = self.delimiter == ";" && self.routine.as_ref().is_some_and(Routine::is_open);
            if rest.is_empty() {
                return (at, false);
            }
            if rest.starts_with(&self.delimiter) && !is_in_body {
                return (at + self.delimiter.len(), true);
            }
            let lexeme = lexeme(text, at, engine);
            if lexeme.unclosed.is_some() {
                let (closing, opening) = Closing::of(rest, engine);
                self.closing = Some(closing);
                at += opening;
            } else if lexeme.end == text.len() && !is_last && rest.len() < WORTH_SPLITTING {
                return (at, false);
            } else {
                self.hear(lexeme.kind, text.get(at..lexeme.end).unwrap_or_default());
                at = lexeme.end;
            }
        }
    }

    fn hear(&mut self, kind: Kind, text: &str) {
        let Some(routine) = &mut self.routine else { return };
        match kind {
            Kind::Word => routine.word(text),
            Kind::Quoted => routine.other(' '),
            Kind::Symbol => routine.other(text.chars().next().unwrap_or(' ')),
            Kind::Space | Kind::Comment | Kind::OpensVersioned => {}
        }
    }
}
