//! What has been read of a statement so far.

use std::ops::Range;

use super::cursor::Cursor;
use super::text::Texts;
use crate::change::{OnlineClauses, Opaque, SchemaChange, Touches};

/// The changes of one statement, in the order in which it makes them.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub found: Vec<Found>,
    pub online: OnlineClauses,
    /// The condition of the first IF, in a block of code, that a change hangs on.
    pub guard: Option<String>,
    /// The texts that the session keeps for being run as SQL.
    pub texts: Texts,
    /// Whether the statement gives values to variables, and does nothing else.
    pub assigns: bool,
    /// How many texts stand around the one that is read.
    pub depth: usize,
    /// The database that USE goes to.
    pub entered: Option<String>,
}

/// The first `most` characters of a text, as a message can hold them.
pub(super) fn in_one_line(text: &str, most: usize) -> String {
    let words = text.split_whitespace().flat_map(|word| [" ", word]).skip(1);
    words.flat_map(str::chars).take(most).collect()
}

/// A change, and the bytes that ask for it.
#[derive(Debug)]
pub(super) struct Found {
    pub what: SchemaChange,
    pub range: Range<usize>,
}

impl Reading {
    pub(super) fn push(&mut self, range: Range<usize>, what: SchemaChange) {
        self.found.push(Found { what, range });
    }

    pub(super) fn opaque(&mut self, range: Range<usize>, what: &str, touches: Touches, reason: impl Into<String>) {
        let opaque = Opaque { what: what.to_owned(), touches, reason: reason.into() };
        self.push(range, SchemaChange::Opaque(opaque));
    }

    /// What `cursor` leaves unread was not understood: that is said, and never dropped.
    pub(super) fn leave_none(&mut self, cursor: &Cursor<'_>, what: &str, touches: &Touches) {
        if !cursor.is_end() {
            let rest = in_one_line(&cursor.text(), 60);
            self.opaque(cursor.range(), what, touches.clone(), format!("`{rest}` was not understood"));
        }
    }
}
