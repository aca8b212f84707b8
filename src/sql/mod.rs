//! SQL, per dialect, read into typed changes.
//!
//! Takes a text of SQL and where it came from; gives its statements, each with the changes it makes, and what was not
//! understood. Never fails: what cannot be read becomes an `Opaque` change.
//!
//! `lexeme`, `routine` and `split` find the statements, `reader` goes through them and keeps what a session has set; `tokens`
//! and `cursor` are what the readers read from; `statement` chooses the reader. Only `tokens` and `condition` know sqlparser's tree and parser.

mod alter_index;
mod alter_table;
mod batch;
mod block;
mod column;
mod condition;
mod constraint;
mod copy;
mod create_table;
mod cursor;
mod default;
mod default_constraint;
pub mod dump;
mod dynamic;
mod index;
pub mod layout;
mod lexeme;
mod mention;
mod modes;
mod named;
mod names;
mod object;
mod options;
mod ranged;
mod reader;
mod reading;
mod references;
mod routine;
mod rows;
mod select;
mod session;
mod split;
mod statement;
mod text;
mod tokens;
mod types;
mod unicode;
pub mod write;

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::change::{Problem, Statement};
use crate::engine::Engine;
use crate::source::{Comment, SourceMap};

use modes::Quoting;
use split::{PieceKind, Splitter, State};

pub use copy::{Copy, copied};
pub use dynamic::BUILT;
pub use mention::{Mentions, mentions};
pub use ranged::ranged;
pub use reader::Reader;

/// What a text of SQL says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// What the splitter could not make sense of (an unterminated quote). Opaque statements are among `statements`.
    pub problems: Vec<Problem>,
    pub comments: Vec<Comment>,
}

/// Reads `text`, whose bytes `map` leads back to their source, as a session of its own.
pub fn read(text: &str, map: &SourceMap, engine: Engine) -> Script {
    Reader::new(engine).read(text, map, &|_| false)
}

/// Where the statements of `text` stand, as the engine reads them before anything is set.
pub fn statements(text: &str, engine: Engine) -> Vec<Range<usize>> {
    let mut splitter = Splitter::new(text, true, State::new(Quoting::of(engine)));
    let pieces = std::iter::from_fn(|| splitter.next());
    pieces.filter(|piece| piece.kind == PieceKind::Statement).map(|piece| piece.range).collect()
}

/// `text` with spaces in place of what is no code; as long as the text, byte for byte.
fn blanked(text: &str, blanks: impl Iterator<Item = Range<usize>>) -> String {
    let mut code = String::with_capacity(text.len());
    for blank in blanks {
        code.push_str(text.get(code.len()..blank.start).unwrap_or_default());
        code.extend(std::iter::repeat_n(' ', blank.len()));
    }
    code.push_str(text.get(code.len()..).unwrap_or_default());
    code
}

/// Blanks `code` up to `end`.
fn blank_to(code: &mut String, end: usize) {
    code.extend(std::iter::repeat_n(' ', end.saturating_sub(code.len())));
}
