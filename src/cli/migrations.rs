//! Where a project's migrations lie, and which of them were named.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::config::Config;
use super::root::{Root, Sign};
use crate::laravel::Application;
use crate::lint::{MigrationFile, SqlMigration};
use crate::source::Tree;

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

    fn paths(&self) -> impl Iterator<Item = &String> {
        let (php, sql): (&[String], &[SqlMigration]) = match self {
            Self::Laravel { paths, .. } => (paths, &[]),
            Self::Sql(migrations) => (&[], migrations),
        };
        php.iter().chain(sql.iter().map(|migration| &migration.file.path))
    }
}

/// The migrations in `directories`: Laravel's where there are any, unless files of SQL were named.
pub(super) fn find<'t>(root: &Root, tree: &'t Tree, directories: &[String]) -> Migrations<'t> {
    let wants_sql = !root.named.is_empty() && root.named.iter().all(|name| name.strip_suffix(".sql").is_some());
    let paths = in_php(tree, directories);
    if paths.is_empty() || wants_sql {
        Migrations::Sql(in_sql(tree, directories))
    } else {
        Migrations::Laravel { application: Box::new(Application::open(tree)), paths }
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
pub(super) fn directories(root: &Root, config: &Config) -> Vec<String> {
    let configured = &config.wishes.paths;
    let mut directories = if configured.is_empty() { root.usual_directories() } else { configured.clone() };
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

/// The PHP files of those directories, in the order of their names, whichever directory they are in.
fn in_php(tree: &Tree, directories: &[String]) -> Vec<String> {
    let mut paths: Vec<(String, String)> = Vec::new();
    for directory in directories {
        let files = tree.list(directory).into_iter().filter(|name| name.strip_suffix(".php").is_some());
        paths.extend(files.map(|name| (name.clone(), below(directory, &name))));
    }
    paths.sort();
    paths.into_iter().map(|(_, path)| path).collect()
}

/// The SQL files of those directories, in the order of their names; `1_a.down.sql` undoes `1_a.up.sql` or `1_a.sql`.
fn in_sql(tree: &Tree, directories: &[String]) -> Vec<SqlMigration> {
    let mut migrations = Vec::new();
    for directory in directories {
        for file in tree.list(directory) {
            let Some(name) = file.strip_suffix(".sql").filter(|name| name.strip_suffix(".down").is_none()) else {
                continue;
            };
            let name = name.strip_suffix(".up").unwrap_or(name);
            let down = Some(below(directory, &format!("{name}.down.sql"))).filter(|down| tree.exists(down));
            let migration = MigrationFile { name: name.to_owned(), path: below(directory, &file) };
            migrations.push(SqlMigration { file: migration, down });
        }
    }
    migrations.sort_by_cached_key(|migration| (number(&migration.file.name), migration.file.name.clone()));
    migrations
}

/// The number that a name begins with, after Flyway's `V` if it has one: `10_b` runs after `9_a`.
fn number(name: &str) -> Option<u64> {
    let name = name.strip_prefix('V').unwrap_or(name);
    let end = name.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(name.len());
    name.get(..end)?.parse().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_run_in_the_order_of_their_numbers() {
        let tree = Tree::default();
        for name in ["10_c.up.sql", "10_c.down.sql", "9_b.sql", "V2__a.sql", "notes.md"] {
            tree.put(&format!("migrations/{name}"), String::new());
        }
        let migrations = in_sql(&tree, &["migrations".to_owned()]);
        let names: Vec<_> = migrations.iter().map(|migration| migration.file.name.as_str()).collect();
        assert_eq!(names, ["V2__a", "9_b", "10_c"]);
        assert_eq!(migrations.last().unwrap().down.as_deref(), Some("migrations/10_c.down.sql"));
    }
}
