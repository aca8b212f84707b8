//! What may show that a finding of a rule cannot do harm, by the names that rules give it.

use schemars::JsonSchema;
use serde::Deserialize;

/// Evidence that the history or the project can give. That a table is small, or empty, counts for every rule that asks for an
/// effect which lasts as long as the table is large, and needs no mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// A CHECK that was validated says that the column has no NULL.
    ValidatedCheck,
    /// A unique key stands, or stood when the batch began, that refuses all that the new one would.
    StandingKey,
    /// Waiting for the lock ends soon: a short `lock_timeout` (PostgreSQL) or `lock_wait_timeout` (MySQL family) is set.
    LockTimeout,
    /// The code that runs now does not use the table or the column: nothing in it does, and nothing is in doubt.
    NoUse,
    /// The code that runs now inserts no row without the column, and nothing is in doubt.
    NoInsertWithout,
}

impl Proof {
    /// Whether it is the code that gives it.
    pub fn is_of_code(self) -> bool {
        matches!(self, Self::NoUse | Self::NoInsertWithout)
    }
}
