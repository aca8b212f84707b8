//! Prisma: a directory for each migration, in the order of the names, with `migration.sql`; nothing goes back.
//!
//! `migration_lock.toml` beside them names the database. Since 7.4 Prisma cuts a script that builds an index concurrently into
//! its statements (prisma-engines, pull request 5767); before it sent each script whole.

use serde::Deserialize;
use serde_json::Value;

use super::directory::{Directory, ancestors, below, json, toml};
use super::error::LayoutError;
use super::{Layout, Listing, Migration};
use crate::source::Tree;

/// What `migration_lock.toml` says.
#[derive(Deserialize)]
pub(super) struct Lock {
    pub provider: Option<String>,
}

pub(super) const LOCK: &str = "migration_lock.toml";

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let (found, without): (Vec<&String>, Vec<&String>) =
        directory.directories.iter().partition(|inner| directory.has(&below(inner, "migration.sql")));
    let lock = lock(directory.tree, &directory.path)?;
    if found.is_empty() {
        return Ok(None);
    }
    let refuses_transaction = cuts_scripts(directory.tree, &directory.path)?;
    let migrations = found.iter().map(|inner| {
        let path = directory.path_of(&below(inner, "migration.sql"));
        Migration { refuses_transaction, ..Migration::of_file(Layout::Prisma, inner, path) }
    });
    let mut listing = Listing::new(Layout::Prisma, migrations.collect());
    if lock.is_some() && !without.is_empty() {
        let names: Vec<String> = without.iter().map(|name| format!("`{name}`")).collect();
        listing.remarks.push(format!(
            "these directories of `{}` hold no `migration.sql`, for which Prisma refuses to deploy: {}",
            directory.path,
            names.join(", ")
        ));
    }
    directory.pass_over(&mut listing, &directory.files_in(".sql").collect::<Vec<_>>());
    Ok(Some(listing))
}

/// Whether the project depends on a Prisma that does. One whose version is not said is taken not to.
fn cuts_scripts(tree: &Tree, path: &str) -> Result<bool, LayoutError> {
    for place in ancestors(path) {
        let Some(package) = json::<Value>(tree, &below(place, "package.json"))? else { continue };
        let mut tables = ["dependencies", "devDependencies"].into_iter().filter_map(|table| package.get(table));
        let version = tables.find_map(|table| table.get("prisma").or_else(|| table.get("@prisma/client"))?.as_str());
        let Some(version) = version else { continue };
        let numbers = version.trim_start_matches(['^', '~', '>', '=', ' ', 'v']).split('.');
        let mut numbers = numbers.map(|number| number.parse::<u32>().unwrap_or(0));
        return Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (7, 4));
    }
    Ok(false)
}

pub(super) fn lock(tree: &Tree, directory: &str) -> Result<Option<Lock>, LayoutError> {
    toml(tree, &below(directory, LOCK))
}
