//! Where a project's migrations lie, and which of them were named.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::config::Config;
use super::dump;
use super::notes::Notes;
use super::root::{LARAVEL, Root, Sign};
use crate::laravel::{Application, PackageMigrations};
use crate::lint::SqlMigration;
use crate::source::Tree;
use crate::sql::layout::{self, LayoutError, Place};

#[derive(Debug, Error, Diagnostic)]
#[error("there are no migrations in `{place}`{}", unread_in(.unread))]
#[diagnostic(code(phasewise::project::empty))]
pub(super) struct NoMigrations {
    place: String,
    /// Files there that are migrations in a language that is not read.
    unread: Vec<String>,
    #[help]
    help: String,
}

impl NoMigrations {
    fn new(place: String, root: &Root, tree: &Tree, directories: &[String]) -> Self {
        let unread = directories.iter().flat_map(|directory| layout::unread(tree, directory)).collect();
        let within = layout::directories_below(tree, root.named.first().map_or("", String::as_str));
        let help = match within.as_slice() {
            [] => "name their directory, or list it under `paths:` in `phasewise.yaml`".to_owned(),
            found => format!("name their directory, or list it under `paths:` in `phasewise.yaml`: {}", listed(found)),
        };
        Self { place, unread, help }
    }
}

fn unread_in(unread: &[String]) -> String {
    match unread {
        [] => String::new(),
        [first] => format!(" that are SQL: `{first}` is not"),
        [first, ..] => format!(" that are SQL: `{first}` is not, and {} more", unread.len() - 1),
    }
}

/// A project's migrations, in the order in which they run.
#[derive(Debug)]
pub(super) enum Migrations<'t> {
    Laravel { application: Box<Application<'t>>, paths: Vec<String> },
    Sql(Vec<SqlMigration>),
}

impl<'t> Migrations<'t> {
    pub(super) fn len(&self) -> usize {
        self.keys().count()
    }

    pub(super) fn application(&self) -> Option<&Application<'t>> {
        match self {
            Self::Laravel { application, .. } => Some(application),
            Self::Sql(_) => None,
        }
    }

    /// The path and the key of each.
    fn keys(&self) -> impl Iterator<Item = (&String, &str)> {
        let (php, sql): (&[String], &[SqlMigration]) = match self {
            Self::Laravel { paths, .. } => (paths, &[]),
            Self::Sql(migrations) => (&[], migrations),
        };
        let sql = sql.iter().map(|migration| (&migration.file.path, migration.file.key()));
        php.iter().map(|path| (path, path.as_str())).chain(sql)
    }
}

/// The migrations in `directories`: Laravel's where there are any, unless files of SQL were named. The dump is none.
pub(super) fn find<'t>(
    root: &Root,
    tree: &'t Tree,
    directories: &[String],
    dump: Option<&dump::Choice>,
    notes: Notes,
) -> Result<Migrations<'t>, LayoutError> {
    let wants_sql = !root.named.is_empty() && root.named.iter().all(|name| name.strip_suffix(".sql").is_some());
    let application = Application::open(tree);
    let paths = application.migrations(directories);
    if paths.is_empty() || wants_sql {
        let mut migrations = in_sql(tree, directories, notes)?;
        migrations.retain(|migration| dump.is_none_or(|dump| !dump.is(tree, &migration.file.path)));
        Ok(Migrations::Sql(migrations))
    } else {
        Ok(Migrations::Laravel { application: Box::new(application), paths })
    }
}

/// The keys of the migrations that were named, or that lie in a directory that was; `None` where the project was.
pub(super) fn named(
    root: &Root,
    tree: &Tree,
    directories: &[String],
    migrations: &Migrations,
) -> Result<Option<BTreeSet<String>>, NoMigrations> {
    if root.named.is_empty() {
        let none = || NoMigrations::new(root.shown.clone(), root, tree, directories);
        return if migrations.len() == 0 { Err(none()) } else { Ok(None) };
    }
    let mut keys = BTreeSet::new();
    for name in &root.named {
        let before = keys.len();
        keys.extend(migrations.keys().filter(|(path, _)| is_below(path, name)).map(|(_, key)| key.to_owned()));
        if keys.len() == before {
            return Err(NoMigrations::new(name.clone(), root, tree, std::slice::from_ref(name)));
        }
    }
    Ok(Some(keys))
}

/// Where the project's migrations lie: what is configured, or else what is usual, and what was named beside that.
pub(super) fn directories(root: &Root, config: &Config, tree: &Tree, notes: Notes) -> Result<Vec<String>, LayoutError> {
    let configured = &config.wishes.paths;
    let mut directories = if configured.is_empty() { usual(root, tree, notes)? } else { configured.clone() };
    for name in &root.named {
        let on_disk = root.directory.join(name);
        let directory =
            if on_disk.is_dir() { name } else { name.rsplit_once('/').map_or("", |(directory, _)| directory) };
        if !directories.iter().any(|known| is_below(known, directory)) {
            directories.push(directory.to_owned());
        }
    }
    if root.sign == Sign::Named && directories.is_empty() {
        directories.push(String::new());
    }
    Ok(directories)
}

/// Where the runner looks by itself: for Laravel, also in the packages that load migrations of their own.
fn usual(root: &Root, tree: &Tree, notes: Notes) -> Result<Vec<String>, LayoutError> {
    let mut directories: Vec<String> = Vec::new();
    for place in layout::places(tree)? {
        let Place { directory, source } = place;
        if !tree.exists(&directory) {
            notes.remark(&format!("`{source}` names the directory `{directory}`, which is not there"));
        } else if !directories.contains(&directory) {
            notes.detail(&format!("{} is named by `{source}`", listed(std::slice::from_ref(&directory))));
            directories.push(directory);
        }
    }
    let is_new = |usual: &String| !directories.iter().any(|known| known == usual);
    let others: Vec<String> = root.usual_directories().into_iter().filter(is_new).collect();
    directories.extend(others);
    if root.sign == Sign::File(LARAVEL) {
        let packages = PackageMigrations::find(tree);
        directories.extend(packages.loaded);
        if !packages.idle.is_empty() {
            notes.remark(&format!(
                "not read, because no service provider loads them: {} (list what runs under `paths:` in `phasewise.yaml`)",
                listed(&packages.idle)
            ));
        }
    }
    Ok(directories)
}

/// The SQL migrations of those directories, each directory in its own layout.
fn in_sql(tree: &Tree, directories: &[String], notes: Notes) -> Result<Vec<SqlMigration>, LayoutError> {
    let mut migrations: Vec<SqlMigration> = Vec::new();
    for directory in directories {
        // What lies within a directory that was read is read, in its layout.
        if migrations.iter().any(|known| is_below(&known.file.path, directory)) {
            continue;
        }
        let Some(listing) = layout::find(tree, directory)? else { continue };
        notes.detail(&format!("layout of {}: {}", listed(std::slice::from_ref(directory)), listing.layout.name()));
        listing.remarks.iter().for_each(|remark| notes.remark(remark));
        migrations.extend(listing.migrations.into_iter().map(SqlMigration::new));
    }
    Ok(migrations)
}

/// Whether `path` is `directory` or lies below it.
fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || directory.is_empty() || rest.starts_with('/'))
}

/// The directories in a line.
pub(super) fn listed(directories: &[String]) -> String {
    let quoted = |directory: &String| if directory.is_empty() { "`.`".to_owned() } else { format!("`{directory}`") };
    directories.iter().map(quoted).collect::<Vec<_>>().join(", ")
}
