//! What part of an application a file belongs to, by its path.

/// Who runs the code of a file, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Serves requests and jobs.
    Production,
    /// A command that somebody or the scheduler runs.
    Console,
    Seeder,
    Factory,
    Test,
}

impl Part {
    pub fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let is_below =
            |directory: &str| lower.starts_with(&format!("{directory}/")) || lower.contains(&format!("/{directory}/"));
        let stem = lower.rsplit_once('.').map_or(lower.as_str(), |(stem, _)| stem);
        let is_named_test = ["_test", ".test", ".spec", "_spec"].iter().any(|end| stem.ends_with(end));
        if is_below("tests") || is_below("test") || lower.ends_with("test.php") || is_named_test {
            Self::Test
        } else if is_below("factories") || lower.ends_with("factory.php") && is_below("database") {
            Self::Factory
        } else if is_below("seeders") || is_below("seeds") || is_below("seeder") {
            Self::Seeder
        } else if is_below("console") || is_below("commands") {
            Self::Console
        } else {
            Self::Production
        }
    }

    /// Whether what is used here says anything about what running code needs.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Production | Self::Console)
    }
}

/// Directories, anywhere in the tree, of others' code and of what is no code that runs on the schema.
const PASSED_OVER: [&str; 5] = ["node_modules", "migrations", "stubs", ".git", ".venv"];

/// Directories of the project itself, of others' code, of what is generated, and of texts for people. One of that name
/// further below may hold the application's own.
const PASSED_OVER_AT_ROOT: [&str; 13] = [
    "vendor",
    "storage",
    "public",
    "bootstrap",
    "lang",
    "resources/lang",
    "docs",
    "fixtures",
    "dist",
    "build",
    "target",
    "third_party",
    "venv",
];

/// Languages in whose strings SQL is looked for.
const LANGUAGES: [&str; 24] = [
    "c", "cc", "clj", "cpp", "cs", "dart", "erl", "ex", "exs", "fs", "go", "groovy", "h", "java", "js", "jsx", "kt",
    "mjs", "php", "py", "rb", "rs", "ts", "tsx",
];

/// What of a project is read for its uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// PHP and Blade: the code of a Laravel application.
    Laravel,
    /// SQL, in files of its own and in the strings of any language.
    Sql,
}

impl Reading {
    /// Whether the file at `path` (relative to the project, with `/`) is read.
    pub fn reads(self, path: &str) -> bool {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let extension = extension(path);
        let is_read = match self {
            Self::Laravel => extension == "php" || path == "composer.lock",
            Self::Sql => extension == "sql" || LANGUAGES.contains(&extension),
        };
        is_read && is_entered(directory)
    }
}

/// What stands behind the last dot of a path.
pub(super) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether files in the directory at `path` are read.
pub fn is_entered(path: &str) -> bool {
    let is_passed = |name: &str| PASSED_OVER.iter().any(|passed| name.eq_ignore_ascii_case(passed));
    let is_below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !path.split('/').any(is_passed) && !PASSED_OVER_AT_ROOT.iter().any(|root| is_below(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_the_application_is_read_and_that_of_others_is_not() {
        let is_read = |path: &str| Reading::Laravel.reads(path);
        for path in ["app/Http/Controllers/Public/Home.php", "resources/views/vendor/mail.blade.php", "app/Docs/A.php"]
        {
            assert!(is_read(path), "{path}");
        }
        for path in ["vendor/a/B.php", "Modules/Blog/Database/Migrations/1.php", "public/index.php", "app/a.js"] {
            assert!(!is_read(path), "{path}");
        }
        assert!(Reading::Sql.reads("internal/db/orders.sql") && Reading::Sql.reads("cmd/main.go"));
        assert!(!Reading::Sql.reads("db/migrations/1.sql") && !Reading::Sql.reads("target/debug/build.rs"));
        assert_eq!(Part::of("internal/orders_test.go"), Part::Test);
    }
}
