//! SQL, per dialect, read into typed changes.
//!
//! Takes a text of SQL and where it came from; gives its statements, each with the changes it makes, and what was not
//! understood. Never fails: what cannot be read becomes an `Opaque` change.

use crate::change::{Problem, Statement};
use crate::engine::Engine;
use crate::source::SourceMap;

/// What a text of SQL says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    /// What the splitter could not make sense of (an unterminated quote). Opaque statements are among `statements`.
    pub problems: Vec<Problem>,
}

/// Reads `text`, whose bytes `map` leads back to their source.
pub fn read(_text: &str, _map: &SourceMap, _engine: Engine) -> Script {
    Script::default()
}
