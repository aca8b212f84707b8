//! A statement as it is sent, with the changes it makes.

use super::kind::SchemaChange;
use super::lost::LostModifier;
use crate::source::Span;

/// One statement that a migration sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Without a trailing semicolon; `?` for its bindings. Empty for data work in PHP whose SQL is not known.
    pub sql: String,
    /// The values for its `?`, as SQL literals.
    pub bindings: Vec<String>,
    /// What asked for it.
    pub span: Span,
    pub changes: Vec<Change>,
    /// The condition in the PHP under which it is sent, where that could not be decided; or that of an IF in a DO block.
    pub guard: Option<String>,
    pub online: OnlineClauses,
    /// What its changes take from columns without saying so.
    pub lost: Vec<LostModifier>,
}

/// A change, and the part of the source that asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub what: SchemaChange,
    pub span: Span,
}

/// MySQL's ALGORITHM= and LOCK= of a statement, lower-case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnlineClauses {
    pub algorithm: Option<String>,
    pub lock: Option<String>,
}

/// Something that was not understood, or that would fail, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub span: Span,
    pub reason: String,
}
