//! Flyway: `V1_2__create_users.sql`, `U1_2__…` to undo it, `B3__…` in place of all up to it on a fresh database, and
//! `R__view.sql`, run after the others whenever its text changes. Directories within are searched as well.
//!
//! A file beside a script that is named like it with `.conf` behind may refuse the transaction (Flyway documentation, "Script
//! Configuration"); so may the project as a whole. Callbacks such as `afterMigrate.sql` are no migrations.

use super::directory::{Directory, is_sql};
use super::error::LayoutError;
use super::part::{Part, language};
use super::{Layout, Listing, Migration, jdbc, numbered};
use crate::engine::Engine;

/// A file's name, taken apart.
struct Named<'n> {
    kind: Kind,
    /// Without the zeros at its end, which mean nothing.
    version: Vec<u64>,
    description: &'n str,
    stem: &'n str,
    file: &'n str,
    is_sql: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Baseline,
    Versioned,
    Undo,
    Repeatable,
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let (files, vendors) = files(directory);
    let named: Vec<Named> = files.iter().filter_map(|file| name(file)).collect();
    if !named.iter().any(|named| named.is_sql && named.kind != Kind::Undo) {
        return Ok(None);
    }
    refuse_duplicates(directory, &named)?;
    let settings = jdbc::flyway(directory.tree, &directory.path)?;
    let undo: Vec<&Named> = named.iter().filter(|named| named.kind == Kind::Undo).collect();
    let baseline = named.iter().filter(|named| named.kind == Kind::Baseline).map(|named| &named.version).max();
    let mut run: Vec<&Named> = named.iter().filter(|named| named.kind != Kind::Undo).collect();
    let before = run.len();
    run.retain(|named| match named.kind {
        Kind::Baseline => Some(&named.version) == baseline,
        Kind::Versioned => baseline.is_none_or(|baseline| named.version > *baseline),
        _ => true,
    });
    run.sort_by_key(|named| (named.kind == Kind::Repeatable, &named.version, named.description));
    let migrations = run.iter().map(|named| {
        let path = directory.path_of(named.file);
        if !named.is_sql {
            return Migration::in_code(Layout::Flyway, named.stem, path);
        }
        let undone = undo.iter().find(|undo| named.kind == Kind::Versioned && undo.version == named.version);
        let refuses_transaction = settings.refuses_transaction || script_refuses(directory, named.file);
        let placeholders = Some(&settings.placeholders).filter(|_| !settings.keeps_placeholders);
        let part = |path: &str| Part { placeholders: placeholders.cloned(), ..Part::whole(path) };
        Migration {
            down: undone.map(|undo| vec![part(&directory.path_of(undo.file))]),
            up: vec![part(&path)],
            runs_again: named.kind == Kind::Repeatable,
            refuses_transaction,
            ..Migration::of_file(Layout::Flyway, named.stem, path)
        }
    });
    let mut listing = Listing::new(Layout::Flyway, migrations.collect());
    if let Some(covered) = Some(before - run.len()).filter(|covered| *covered > 0) {
        listing.remarks.push(format!(
            "`{}` has a baseline: what it stands for is not run on a fresh database, and not read here ({covered} of its files)",
            directory.path
        ));
    }
    if !vendors.is_empty() {
        let quoted: Vec<String> = vendors.iter().map(|name| format!("`{name}`")).collect();
        listing.remarks.push(format!(
            "`{}` has directories for several databases, of which none was read: name one of {}",
            directory.path,
            quoted.join(", ")
        ));
    }
    let passed_over = files.iter().filter(|file| is_sql(file) && name(file).is_none());
    directory.pass_over(&mut listing, &passed_over.collect::<Vec<_>>());
    Ok(Some(listing))
}

/// The files of the directory and of those within; without those that are each for another database (Spring's `{vendor}`),
/// of which only one is ever a location of Flyway.
fn files<'d>(directory: &'d Directory<'_>) -> (Vec<String>, Vec<&'d String>) {
    let vendors: Vec<&String> = directory.directories.iter().filter(|name| is_vendor(name)).collect();
    let vendors = if vendors.len() > 1 { vendors } else { Vec::new() };
    let is_kept = |file: &String| !vendors.iter().any(|vendor| file.split('/').next() == Some(vendor.as_str()));
    (directory.files_below().into_iter().filter(is_kept).collect(), vendors)
}

fn is_vendor(name: &str) -> bool {
    let others =
        ["h2", "hsqldb", "oracle", "db2", "derby", "cockroachdb", "yugabytedb", "redshift", "snowflake", "informix"];
    Engine::from_name(name).is_some() || others.contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn is_name(file: &str) -> bool {
    name(file).is_some_and(|named| named.is_sql)
}

fn name(file: &str) -> Option<Named<'_>> {
    let (stem, extension) = file.rsplit('/').next()?.rsplit_once('.')?;
    let is_sql = extension == "sql";
    if !is_sql && !matches!(language(extension), Some("Java" | "Kotlin" | "Groovy")) {
        return None;
    }
    let (version, description) = stem.split_once("__")?;
    let (kind, version) = version.split_at_checked(1)?;
    let kind = match kind {
        "R" if version.is_empty() => {
            return Some(Named { kind: Kind::Repeatable, version: Vec::new(), description, stem, file, is_sql });
        }
        "V" => Kind::Versioned,
        "U" => Kind::Undo,
        "B" => Kind::Baseline,
        _ => return None,
    };
    let parts = version.split(['.', '_']).map(|part| part.parse().ok());
    let mut version = parts.collect::<Option<Vec<u64>>>()?;
    while version.len() > 1 && version.last() == Some(&0) {
        version.pop();
    }
    Some(Named { kind, version, description, stem, file, is_sql })
}

/// Flyway refuses two files of one kind and version.
fn refuse_duplicates(directory: &Directory<'_>, named: &[Named<'_>]) -> Result<(), LayoutError> {
    for (at, second) in named.iter().enumerate().filter(|(_, named)| named.kind != Kind::Repeatable) {
        let is_same = |first: &&Named| first.kind == second.kind && first.version == second.version;
        if let Some(first) = named.iter().take(at).find(is_same) {
            let version: Vec<String> = second.version.iter().map(u64::to_string).collect();
            return Err(numbered::duplicate(directory, Layout::Flyway, version.join("."), first.file, second.file));
        }
    }
    Ok(())
}

fn script_refuses(directory: &Directory<'_>, file: &str) -> bool {
    directory.text(&format!("{file}.conf")).is_some_and(|file| {
        let settings = jdbc::properties(&file.text);
        settings.iter().any(|(name, value)| name == "executeInTransaction" && value.eq_ignore_ascii_case("false"))
    })
}
