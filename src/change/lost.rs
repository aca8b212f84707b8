//! What a change takes from a column without saying so.

use std::fmt;

/// Something that a column had, and that a definition of it does not repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostModifier {
    pub column: String,
    pub modifier: Modifier,
    /// What it was: `'new'` of a default, the text of a comment; empty where its name says all.
    pub was: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// It accepted NULL.
    Nullable,
    Default,
    Unsigned,
    Identity,
    OnUpdate,
    Collation,
    Comment,
}

impl fmt::Display for LostModifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let was = &self.was;
        match self.modifier {
            Modifier::Nullable => formatter.write_str("that it accepts NULL"),
            Modifier::Default => write!(formatter, "its default {was}"),
            Modifier::Unsigned => formatter.write_str("that it is unsigned"),
            Modifier::Identity => formatter.write_str("that the database numbers it"),
            Modifier::OnUpdate => formatter.write_str("that it is set to the time of each UPDATE"),
            Modifier::Collation => write!(formatter, "its collation {was}"),
            Modifier::Comment => write!(formatter, "its comment \"{was}\""),
        }
    }
}
