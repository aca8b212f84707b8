//! golang-migrate: `000001_create_users.up.sql` and `000001_create_users.down.sql`.
//!
//! The number is all that orders them, and two files of the same number and direction are refused (`source/parse.go` and
//! `source/migration.go` of golang-migrate).

use super::directory::Directory;
use super::error::LayoutError;
use super::{Layout, Listing, numbered};

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    if !directory.files.iter().any(|name| is_name(name)) {
        return Ok(None);
    }
    numbered::list(directory, Layout::GolangMigrate, is_name)
}

pub(super) fn is_name(name: &str) -> bool {
    let stem = name.strip_suffix(".up.sql").or_else(|| name.strip_suffix(".down.sql"));
    stem.is_some_and(|stem| numbered::version(stem).is_some())
}
