//! Diesel: a directory for each migration, with `up.sql`, mostly `down.sql`, and `metadata.toml` where it asks to be run
//! without a transaction (`diesel_migrations/src/lib.rs`, "Metadata").
//!
//! The part of the name before the first `_` is the version, without its dashes; it orders the migrations
//! (`migrations_internals`: `version_from_string`).

use serde::Deserialize;

use super::directory::{Directory, below, toml};
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration, numbered};

#[derive(Deserialize)]
#[serde(default)]
struct Metadata {
    run_in_transaction: bool,
}

impl Default for Metadata {
    fn default() -> Self {
        Self { run_in_transaction: true }
    }
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let mut found: Vec<(String, &String)> = Vec::new();
    for inner in directory.directories.iter().filter(|inner| directory.has(&below(inner, "up.sql"))) {
        let version = inner.split('_').next().unwrap_or_default().replace('-', "");
        if let Some((_, first)) = found.iter().find(|(known, _)| *known == version) {
            return Err(numbered::duplicate(directory, Layout::Diesel, version, first, inner));
        }
        found.push((version, inner));
    }
    if found.is_empty() {
        return Ok(None);
    }
    found.sort();
    let mut migrations = Vec::new();
    for (_, inner) in &found {
        let file = |name: &str| directory.path_of(&below(inner, name));
        let metadata: Metadata = toml(directory.tree, &file("metadata.toml"))?.unwrap_or_default();
        let down = file("down.sql");
        migrations.push(Migration {
            down: directory.tree.exists(&down).then(|| vec![Part::whole(&down)]),
            refuses_transaction: !metadata.run_in_transaction,
            ..Migration::of_file(Layout::Diesel, inner, file("up.sql"))
        });
    }
    let mut listing = Listing::new(Layout::Diesel, migrations);
    directory.pass_over(&mut listing, &directory.files_in(".sql").collect::<Vec<_>>());
    Ok(Some(listing))
}
