//! What running code does with what a change is about, as far as somebody looked.

use crate::answer::Answer;

/// Of the release that runs now, and of the one that comes with the change. Nobody looked is as not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeUse {
    pub old: ReleaseUse,
    pub new: ReleaseUse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseUse {
    /// It reads the column or the table.
    pub read: Answer,
    pub written: Answer,
    /// It inserts rows without the column, or with NULL in it.
    pub inserted_without: Answer,
}

impl Default for ReleaseUse {
    fn default() -> Self {
        Self { read: Answer::Unknown, written: Answer::Unknown, inserted_without: Answer::Unknown }
    }
}

impl ReleaseUse {
    /// Of two releases, either of which may be the one that runs.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            read: self.read.or(other.read),
            written: self.written.or(other.written),
            inserted_without: self.inserted_without.or(other.inserted_without),
        }
    }
}
