//! What decides the SQL besides the migration: Laravel's major, the connection, and what the application set up.

use crate::answer::Answer;
use crate::engine::{Engine, Version, VersionRange};

/// The Laravel and the connection that a migration is compiled for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// 8 to 13.
    pub major: u8,
    /// Whether doctrine/dbal is installed, which up to Laravel 10 decides how `change()` and `renameColumn()` are sent.
    pub has_doctrine: bool,
    pub engine: Engine,
    /// The server's version, on which a few types hang; `None` is taken for the newest.
    pub version: Option<Version>,
    /// The connection's table prefix.
    pub prefix: String,
    /// Whether index names begin with the prefix too.
    pub prefix_indexes: bool,
    /// The connection's charset and collation, which the MySQL family's `create table` repeats.
    pub charset: Option<String>,
    pub collation: Option<String>,
    /// The connection's storage engine (MySQL family).
    pub storage_engine: Option<String>,
    /// Whether the connection enforces foreign keys (SQLite's `foreign_key_constraints`): Laravel switches that off while it
    /// rebuilds a table.
    pub foreign_key_constraints: bool,
    /// `Schema::defaultStringLength`.
    pub string_length: u32,
    /// `Schema::defaultMorphKeyType`: `int`, `uuid` or `ulid`.
    pub morph_key: String,
    /// `Schema::defaultTimePrecision`; `None` leaves the precision out.
    pub time_precision: Option<u32>,
}

impl Settings {
    /// Whether the server's version is known to lie below that range, as in `8.0.13+`.
    pub(super) fn is_older_than(&self, range: &str) -> bool {
        let range = range.parse::<VersionRange>().ok();
        range.zip(self.version.as_ref()).is_some_and(|(range, version)| version.is_in(&range) == Answer::No)
    }
}
