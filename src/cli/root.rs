//! Which project a command is about: the one around the paths given, or around the current directory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::config;
use super::migrations::listed;
use crate::source::{ReadError, Tree};
use crate::sql::layout::{self, SIGNS};

/// Where frameworks and runners keep migrations, relative to a project's root.
const MIGRATION_DIRECTORIES: [&str; 11] = [
    "database/migrations",
    "db/migrations",
    "db/migration",
    "db/migrate",
    "migrations",
    "sql/migrations",
    "src/main/resources/db/migration",
    "src/main/resources/db/changelog",
    "db/changelog",
    "prisma/migrations",
    "drizzle",
];

/// The file that shows a Laravel application.
pub(super) const LARAVEL: &str = "artisan";

/// A project's directory, what gave it away, and what of it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    /// Absolute, without symbolic links.
    pub(super) directory: PathBuf,
    pub(super) sign: Sign,
    /// The directory as it was named, for messages.
    pub(super) shown: String,
    /// The files and directories that were named within the project, relative to it; empty where the project itself was.
    pub(super) named: BTreeSet<String>,
}

/// What shows that a directory is a project's root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    File(&'static str),
    Migrations(&'static str),
    /// Nothing does: a directory of files that was named.
    Named,
}

#[derive(Debug, Error, Diagnostic)]
pub(super) enum RootError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Path(#[from] ReadError),
    #[error("there is no project around `{directory}`")]
    #[diagnostic(code(phasewise::project::none))]
    None {
        directory: String,
        #[help]
        help: String,
    },
    #[error("`{directory}` is a bare git repository: none of its files lies there to be read")]
    #[diagnostic(
        code(phasewise::project::bare),
        help("run phasewise in a work tree of it: `git worktree add DIRECTORY REVISION` makes one")
    )]
    Bare { directory: String },
    #[error("`{first}` and `{second}` belong to different projects")]
    #[diagnostic(code(phasewise::project::several), help("run phasewise once for each project"))]
    Several { first: String, second: String },
}

impl RootError {
    /// Nothing shows a project around `directory`; perhaps one lies below it.
    fn none(directory: &Path) -> Self {
        if ["HEAD", "objects", "refs"].iter().all(|name| directory.join(name).exists()) {
            return Self::Bare { directory: directory.display().to_string() };
        }
        let help = match layout::directories_below(&Tree::new(directory), "").as_slice() {
            [] => {
                "name the migrations or the project's directory; a project is told by `artisan`, `phasewise.yaml`, the \
                   settings of a migration runner, or a directory such as `database/migrations`"
                    .to_owned()
            }
            found => format!("name the project's directory, or that of its migrations: {}", listed(found)),
        };
        Self::None { directory: directory.display().to_string(), help }
    }
}

impl Root {
    /// The project around `paths`, or around the current directory where there are none.
    pub(super) fn find(paths: &[PathBuf]) -> Result<Self, RootError> {
        let Some((first, others)) = paths.split_first() else {
            let here = Path::new(".");
            return Self::around(&absolute(here)?, here).ok_or_else(|| RootError::none(here));
        };
        let mut root = Self::of(first)?;
        for path in others {
            let other = Self::of(path)?;
            if other.directory != root.directory {
                let [first, second] = [first, path].map(|path| path.display().to_string());
                return Err(RootError::Several { first, second });
            }
            root.named.extend(other.named);
        }
        // A project that was named whole is wanted whole.
        if paths.iter().any(|path| absolute(path).is_ok_and(|path| path == root.directory)) && root.sign != Sign::Named
        {
            root.named.clear();
        }
        Ok(root)
    }

    /// The project around a path that was named.
    fn of(path: &Path) -> Result<Self, RootError> {
        let target = absolute(path)?;
        let mut root = Self::around(&target, path).unwrap_or_else(|| Self {
            directory: directory_of(&target).to_owned(),
            sign: Sign::Named,
            shown: path.display().to_string(),
            named: BTreeSet::new(),
        });
        if let Some(name) = relative(&target, &root.directory) {
            root.named.insert(name);
        }
        Ok(root)
    }

    /// The project around `target`, which was named as `path`.
    fn around(target: &Path, path: &Path) -> Option<Self> {
        let directories: Vec<&Path> = within_repository(directory_of(target)).collect();
        let by_file = directories.iter().find_map(|directory| {
            let mut signs = [LARAVEL].into_iter().chain(config::NAMES);
            signs.find(|name| directory.join(name).is_file()).map(|name| (*directory, Sign::File(name)))
        });
        let by_migrations = || {
            directories.iter().find_map(|directory| {
                if let Some(sign) = SIGNS.into_iter().find(|name| directory.join(name).is_file()) {
                    return Some((*directory, Sign::File(sign)));
                }
                let holds = |place: &&str| {
                    let migrations = directory.join(place);
                    migrations.is_dir() && (target == *directory || target.starts_with(&migrations))
                };
                MIGRATION_DIRECTORIES.into_iter().find(holds).map(|place| (*directory, Sign::Migrations(place)))
            })
        };
        let by_settings = || {
            directories.iter().find_map(|directory| {
                let places = layout::places(&Tree::new(*directory)).ok()?;
                let mut signs = [".env", ".env.example", "package.json"].into_iter();
                let sign = signs.find(|name| places.iter().any(|place| place.source == *name))?;
                Some((*directory, Sign::File(sign)))
            })
        };
        let (directory, sign) = by_file.or_else(by_migrations).or_else(by_settings)?;
        Some(Self { directory: directory.to_owned(), sign, shown: path.display().to_string(), named: BTreeSet::new() })
    }

    /// The directories that hold migrations: those named, those `configured`, or else those that are usual.
    pub(super) fn usual_directories(&self) -> Vec<String> {
        let is_there = |place: &&&str| self.directory.join(place).is_dir();
        MIGRATION_DIRECTORIES.iter().filter(is_there).map(|place| (*place).to_owned()).collect()
    }
}

/// `directory` and those above it, up to the top of its git repository.
pub(super) fn within_repository(directory: &Path) -> impl Iterator<Item = &Path> {
    let mut is_above = false;
    directory.ancestors().take_while(move |ancestor| {
        let is_within = !is_above;
        is_above = is_above || ancestor.join(".git").exists();
        is_within
    })
}

fn absolute(path: &Path) -> Result<PathBuf, ReadError> {
    fs::canonicalize(path).map_err(|error| {
        let path = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::Missing { path },
            _ => ReadError::Unreadable { path, reason: error.to_string() },
        }
    })
}

fn directory_of(path: &Path) -> &Path {
    if path.is_dir() { path } else { path.parent().unwrap_or(path) }
}

/// `path` below `directory`, with `/`; `None` for the directory itself.
fn relative(path: &Path, directory: &Path) -> Option<String> {
    let below = path.strip_prefix(directory).ok()?;
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with empty files at `paths`.
    fn directory(paths: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for path in paths {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        directory
    }

    /// Where the root lies, below the directory, and what was named.
    #[track_caller]
    fn check(files: &[&str], paths: &[&str]) -> String {
        let directory = directory(files);
        let paths: Vec<PathBuf> = paths.iter().map(|path| directory.path().join(path)).collect();
        match Root::find(&paths) {
            Ok(root) => {
                let top = directory.path().canonicalize().unwrap();
                let place = root.directory.strip_prefix(&top).unwrap().display().to_string();
                format!("[{place}] {:?} {}", root.sign, root.named.into_iter().collect::<Vec<_>>().join(" "))
            }
            Err(error) => error.to_string().replace(&directory.path().display().to_string(), ""),
        }
    }

    #[test]
    fn a_project_is_found_around_what_is_named() {
        let laravel = ["app/artisan", "app/database/migrations/1.php", "app/modules/a/database/migrations/2.php"];
        assert_eq!(check(&laravel, &["app"]), r#"[app] File("artisan") "#);
        assert_eq!(check(&laravel, &["app/database/migrations"]), r#"[app] File("artisan") database/migrations"#);
        assert_eq!(
            check(&laravel, &["app/modules/a/database/migrations/2.php"]),
            r#"[app] File("artisan") modules/a/database/migrations/2.php"#
        );
        assert_eq!(check(&["a/migrations/1.sql"], &["a"]), r#"[a] Migrations("migrations") "#);
        assert_eq!(
            check(&["a/migrations/1.sql"], &["a/migrations/1.sql"]),
            r#"[a] Migrations("migrations") migrations/1.sql"#
        );
    }

    #[test]
    fn files_without_a_project_are_one_of_their_own() {
        assert_eq!(check(&["a/1.sql"], &["a/1.sql"]), "[a] Named 1.sql");
        assert_eq!(check(&["a/1.sql"], &["a"]), "[a] Named ");
    }

    #[test]
    fn what_is_missing_or_mixed_is_refused() {
        assert_eq!(check(&[], &["gone"]), "`/gone` does not exist");
        let two = ["a/artisan", "b/artisan"];
        assert_eq!(check(&two, &["a", "b"]), "`/a` and `/b` belong to different projects");
    }
}
