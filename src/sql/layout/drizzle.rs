//! Drizzle: `0000_name.sql` in the order of `meta/_journal.json`, which also names the database; since its version 1 a
//! directory for each migration, with `migration.sql` and `snapshot.json`. Nothing goes back.
//!
//! `--> statement-breakpoint` ends what is sent at once (`drizzle-orm/src/migrator.ts`); on MySQL it is no comment.

use serde::Deserialize;

use super::directory::{Directory, below, json};
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration, atlas};
use crate::source::Tree;

const BREAKPOINT: &str = "--> statement-breakpoint";

pub(super) const JOURNAL: &str = "meta/_journal.json";

#[derive(Deserialize)]
pub(super) struct Journal {
    pub dialect: Option<String>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    tag: String,
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    if let Some(journal) = journal(directory.tree, &directory.path)? {
        return in_journal(directory, &journal).map(Some);
    }
    let has = |inner: &String, name: &str| directory.has(&below(inner, name));
    let found = directory.directories.iter().filter(|inner| has(inner, "migration.sql") && has(inner, "snapshot.json"));
    let migrations = found.map(|inner| migration(directory, inner, &below(inner, "migration.sql")));
    Ok(Some(Listing::new(Layout::Drizzle, migrations.collect())))
}

pub(super) fn journal(tree: &Tree, directory: &str) -> Result<Option<Journal>, LayoutError> {
    json(tree, &below(directory, JOURNAL))
}

fn in_journal(directory: &Directory<'_>, journal: &Journal) -> Result<Listing, LayoutError> {
    let mut migrations = Vec::new();
    for Entry { tag } in &journal.entries {
        let name = format!("{tag}.sql");
        if !directory.has(&name) {
            return Err(LayoutError::missing(&*directory.tree.read(&directory.path_of(JOURNAL))?, tag));
        }
        migrations.push(migration(directory, tag, &name));
    }
    let mut listing = Listing::new(Layout::Drizzle, migrations);
    let is_listed = |name: &&String| journal.entries.iter().any(|entry| name.strip_suffix(".sql") == Some(&entry.tag));
    let passed_over: Vec<&String> = directory.files_in(".sql").filter(|name| !is_listed(name)).collect();
    directory.pass_over(&mut listing, &passed_over);
    Ok(listing)
}

fn migration(directory: &Directory<'_>, name: &str, file: &str) -> Migration {
    let path = directory.path_of(file);
    let mut migration = Migration::of_file(Layout::Drizzle, name, path.clone());
    if let Some(file) = directory.text(file) {
        migration.up = atlas::pieces(&file.text, BREAKPOINT).map(|bytes| Part::bytes(&path, bytes)).collect();
    }
    migration
}
