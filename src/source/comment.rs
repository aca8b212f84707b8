//! A comment, in whichever language.

use super::span::Span;

/// A comment of a file, as its front end read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub span: Span,
    /// With its delimiters or without.
    pub text: String,
}
