//! Which queries of which release fail or go wrong once a change is made.

use std::collections::BTreeSet;

/// A kind of query that an application sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Query {
    Select,
    Insert,
    Update,
    Delete,
}

/// What breaks in the code that runs now (N-1) and in the code about to run (N).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Breaks {
    pub old_code: BTreeSet<Query>,
    pub new_code: BTreeSet<Query>,
}

impl Breaks {
    /// Takes over all that `other` says.
    pub fn extend(&mut self, other: &Self) {
        self.old_code.extend(&other.old_code);
        self.new_code.extend(&other.new_code);
    }
}

impl Query {
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}
