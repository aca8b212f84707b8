//! What is too long to be held: passed over to its end, with as little of it in hand as tells where that is.

use super::{Dump, LIMIT, Sink, State, WORTH_SPLITTING, writes_rows};
use crate::sql::lexeme::{Closing, Kind, lexeme};
use crate::sql::modes::Quoting;
use crate::sql::routine::Routine;

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
    /// The buffer is full, and what begins in it does not end: a statement, a row of COPY, or a comment.
    pub(super) fn begin_overlong(&mut self, text: String, sink: &mut Sink<'_>) -> bool {
        let (length, quoting) = (text.len(), self.reader.quoting());
        self.wanted = WORTH_SPLITTING;
        if self.splitting.is_in_rows() {
            // Such a row loses its beginning, which no line `\.` can be.
            self.keep_from(text, length);
            return false;
        }
        let first = lexeme(&text, 0, quoting);
        if first.kind == Kind::Comment && first.unclosed.is_none() || text.starts_with('\\') {
            return self.shorten_line(text);
        }
        let routine = (first.kind != Kind::Comment).then(|| Routine::new(self.engine));
        if routine.is_some() {
            self.tell_overlong(&text, sink);
        }
        self.keep_from(text, 0);
        let delimiter = self.splitting.delimiter().to_owned();
        self.state = State::Overlong(Overlong { closing: None, routine, delimiter });
        true
    }

    fn tell_overlong(&mut self, text: &str, sink: &mut Sink<'_>) {
        if !writes_rows(text) {
            let reason = format!("the statement that begins here is longer than {LIMIT} bytes, and is not read");
            self.point(text, 0..text.len(), reason.clone());
            sink(&self.opaque(&reason));
        } else if self.log.is_wanted(text, 0..text.len(), self.reader.quoting()) {
            let reason = "the rows that begin here are too many to be read as a log".to_owned();
            self.point(text, 0..text.len(), reason);
        }
    }

    /// A comment of one line, or a command of the client, becomes one that begins here.
    fn shorten_line(&mut self, text: String) -> bool {
        let length = text.len();
        self.keep_from(text, length);
        "-- ".clone_into(&mut self.buffer);
        self.byte = self.byte.saturating_sub(self.buffer.len());
        false
    }

    /// Passes over what the buffer holds of it; true where its end was found.
    pub(super) fn pass_overlong(&mut self, mut overlong: Overlong, is_last: bool) -> bool {
        let text = std::mem::take(&mut self.buffer);
        let (at, has_ended) = overlong.pass(&text, self.reader.quoting(), is_last);
        self.keep_from(text, at);
        if !has_ended {
            self.state = State::Overlong(overlong);
        }
        has_ended
    }
}

impl Overlong {
    /// How many bytes of `text` can be forgotten, and whether the end of the overlong thing is behind them.
    fn pass(&mut self, text: &str, quoting: Quoting, is_last: bool) -> (usize, bool) {
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
            let lexeme = lexeme(text, at, quoting);
            if lexeme.unclosed.is_some() {
                let (closing, opening) = Closing::of(rest, quoting);
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
