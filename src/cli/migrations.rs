//! Where a project's migrations lie, and which of them were named.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::config::Config;
use super::dump;
use super::notes::Notes;
use super::root::{LARAVEL, Root, Sign};
use crate::laravel::{Application, PackageMigrations};
use crate::lint::{MigrationFile, SqlMigration};
use crate::source::Tree;
use crate::sql::layout;

#[derive(Debug, Error, Diagnostic)]
#[error("there are no migrations in `{place}`")]
#[diagnostic(
    code(phasewise::project::empty),
    help("name their directory, or list it under `paths:` in `phasewise.yaml`")
)]
pub(super) struct NoMigrations {
    place: String,
}

/// A project's migrations, in the order in which they run.
#[derive(Debug)]
pub(super) enum Migrations<'t> {
    Laravel { application: Box<Application<'t>>, paths: Vec<String> },
    Sql(Vec<SqlMigration>),
}

impl<'t> Migrations<'t> {
    pub(super) fn len(&self) -> usize {
        self.paths().count()
    }

    pub(super) fn application(&self) -> Option<&Application<'t>> {
        match self {
            Self::Laravel { application, .. } => Some(application),
            Self::Sql(_) => None,
        }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        let (php, sql): (&[String], &[SqlMigration]) = match self {
            Self::Laravel { paths, .. } => (paths, &[]),
            Self::Sql(migrations) => (&[], migrations),
        };
        php.iter().chain(sql.iter().map(|migration| &migration.file.path))
    }
}

/// The migrations in `directories`: Laravel's where there are any, unless files of SQL were named. The dump is none.
pub(super) fn find<'t>(
    root: &Root,
    tree: &'t Tree,
    directories: &[String],
    dump: Option<&dump::Choice>,
    notes: Notes,
) -> Migrations<'t> {
    let wants_sql = !root.named.is_empty() && root.named.iter().all(|name| name.strip_suffix(".sql").is_some());
    let application = Application::open(tree);
    let paths = application.migrations(directories);
    if paths.is_empty() || wants_sql {
        let mut migrations = in_sql(tree, directories, notes);
        migrations.retain(|migration| dump.is_none_or(|dump| !dump.is(tree, &migration.file.path)));
        Migrations::Sql(migrations)
    } else {
        Migrations::Laravel { application: Box::new(application), paths }
    }
}

/// The migrations that were named, or that lie in a directory that was; `None` where the project as a whole was.
pub(super) fn named(root: &Root, migrations: &Migrations) -> Result<Option<BTreeSet<String>>, NoMigrations> {
    if root.named.is_empty() {
        return if migrations.len() == 0 { Err(NoMigrations { place: root.shown.clone() }) } else { Ok(None) };
    }
    let mut paths = BTreeSet::new();
    for name in &root.named {
        let before = paths.len();
        paths.extend(migrations.paths().filter(|path| is_below(path, name)).cloned());
        if paths.len() == before {
            return Err(NoMigrations { place: name.clone() });
        }
    }
    Ok(Some(paths))
}

/// Where the project's migrations lie: what is configured, or else what is usual, and what was named beside that.
pub(super) fn directories(root: &Root, config: &Config, tree: &Tree, notes: Notes) -> Vec<String> {
    let configured = &config.wishes.paths;
    let mut directories = if configured.is_empty() { usual(root, tree, notes) } else { configured.clone() };
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
    directories
}

/// Where the runner looks by itself: for Laravel, also in the packages that load migrations of their own.
fn usual(root: &Root, tree: &Tree, notes: Notes) -> Vec<String> {
    let mut directories = root.usual_directories();
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
    directories
}

/// The SQL migrations of those directories, each directory in its own layout.
fn in_sql(tree: &Tree, directories: &[String], notes: Notes) -> Vec<SqlMigration> {
    let mut migrations = Vec::new();
    for directory in directories {
        let Some(listing) = layout::recognise(&names(tree, directory)) else { continue };
        notes.detail(&format!("layout of `{directory}`: {}", listing.layout.name()));
        if !listing.left_out.is_empty() {
            let names = listing.left_out.join(", ");
            notes.remark(&format!("`{directory}` holds files that {} passes over: {names}", listing.layout.name()));
        }
        migrations.extend(listing.migrations.into_iter().map(|files| SqlMigration {
            file: MigrationFile { name: files.name, path: below(directory, &files.up) },
            down: files.down.map(|down| below(directory, &down)),
            layout: listing.layout,
        }));
    }
    migrations
}

/// The files of a directory, and `name/up.sql` and `name/down.sql` of the directories in it.
fn names(tree: &Tree, directory: &str) -> Vec<String> {
    let mut names = tree.list(directory);
    for inner in tree.directories(directory) {
        let files = ["up.sql", "down.sql"].map(|file| format!("{inner}/{file}"));
        names.extend(files.into_iter().filter(|file| tree.exists(&below(directory, file))));
    }
    names
}

fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
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
