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
        if is_below("tests") || is_below("test") || lower.ends_with("test.php") {
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

/// Directories, anywhere in the tree, of others' code, of what is generated, and of texts for people.
const PASSED_OVER: [&str; 12] = [
    "vendor",
    "node_modules",
    "storage",
    "public",
    "bootstrap",
    "lang",
    "migrations",
    "stubs",
    ".git",
    "docs",
    "fixtures",
    "dist",
];

/// Whether the file at `path` (relative to the application, with `/`) is read for its uses.
pub fn is_read(path: &str) -> bool {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    path == "composer.lock" || (path.strip_suffix(".php").is_some() && is_entered(directory))
}

/// Whether files in the directory at `path` are.
pub fn is_entered(path: &str) -> bool {
    !path.split('/').any(|name| PASSED_OVER.iter().any(|passed| name.eq_ignore_ascii_case(passed)))
}
