//! What a lint says of a migration itself, about no change: a comment that suppresses nothing, a call that Laravel ignores.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::source::Span;

/// Something worth a word that no change shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    pub span: Span,
    /// The words it is about: `notNull()`.
    pub what: String,
    /// A sentence without its full stop.
    pub reason: String,
}

/// As rules ask for it: `match: { remark: modifier-ignored }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// A comment was meant to suppress a finding and does not: nothing is found there, it has expired, it gives no reason.
    SuppressionUnused,
    /// Laravel takes a call in a migration and never reads it.
    ModifierIgnored,
    /// Rows are read page by page, and what is done to them takes them out of what the pages count.
    RowsSkipped,
    /// A model of the application does the work of the migration.
    ModelUsed,
    /// SQL is put together from values that the migration does not hold itself.
    SqlFromValues,
    /// Something could not be read or followed.
    NotUnderstood,
    /// A migration that the branch has, from which releases are cut, sends something else now.
    PublishedEdited,
    /// A new migration sorts before one that the branch has.
    PublishedLater,
    /// Nothing undoes the migration.
    WayBackMissing,
    /// What undoes the migration takes away what stood before it.
    WayBackDestroys,
}
