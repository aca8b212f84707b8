//! sqlx: `<version>_name.sql`, or `.up.sql` and `.down.sql` where migrations can be reverted.
//!
//! Told from golang-migrate and plain files by the package around them. A file that begins with `-- no-transaction` is run
//! without one (`sqlx-core/src/migrate/source.rs`).

use super::directory::{Directory, ancestors, below};
use super::error::LayoutError;
use super::{Layout, Listing, cargo, numbered};

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let is_migration =
        |name: &str| numbered::direction(name).is_some_and(|(stem, _)| numbered::version(stem).is_some());
    if !directory.files.iter().any(|name| is_migration(name)) || !is_of_sqlx(directory)? {
        return Ok(None);
    }
    let Some(mut listing) = numbered::list(directory, Layout::Sqlx, is_migration)? else { return Ok(None) };
    for migration in &mut listing.migrations {
        let file = directory.tree.read(&migration.path);
        migration.refuses_transaction = file.is_ok_and(|file| file.text.starts_with("-- no-transaction"));
    }
    Ok(Some(listing))
}

/// Whether a package around the directory depends on sqlx, or keeps its prepared queries.
fn is_of_sqlx(directory: &Directory<'_>) -> Result<bool, LayoutError> {
    let mut around = ancestors(&directory.path);
    let has_queries = around.any(|place| {
        directory.tree.exists(&below(place, ".sqlx")) || directory.tree.exists(&below(place, "sqlx-data.json"))
    });
    Ok(has_queries || cargo::dependency(directory.tree, &directory.path, "sqlx")?.is_some())
}
