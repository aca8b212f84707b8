//! A project's migrations, whichever front end reads them.

use crate::change::{Problem, Statement};
use crate::engine::Engine;
use crate::source::{Comment, ReadError, SourceMap, Span, Tree};
use crate::sql;

/// Where migrations come from, and what reads them.
#[derive(Debug)]
pub enum Project {
    Sql { migrations: Vec<SqlMigration> },
}

/// A migration written in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlMigration {
    pub file: MigrationFile,
    /// The file that undoes it.
    pub down: Option<String>,
}

/// One migration of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// As its runner logs it.
    pub name: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
}

/// Which way a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// What a migration sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
    /// Whether the runner wraps it in a transaction.
    pub is_in_transaction: bool,
    pub comments: Vec<Comment>,
}

impl Project {
    /// The migrations in the order in which they run.
    pub fn migrations(&self) -> Vec<MigrationFile> {
        match self {
            Self::Sql { migrations } => migrations.iter().map(|migration| migration.file.clone()).collect(),
        }
    }

    /// The major of Laravel, where the project is one.
    pub fn laravel_major(&self) -> Option<u8> {
        match self {
            Self::Sql { .. } => None,
        }
    }

    /// What one migration sends in one direction.
    pub(super) fn read(&self, migration: &MigrationFile, direction: Direction, tree: &Tree, engine: Engine) -> Script {
        match self {
            Self::Sql { migrations } => {
                let found = migrations.iter().find(|known| known.file == *migration);
                let path = match direction {
                    Direction::Up => Some(migration.path.as_str()),
                    Direction::Down => found.and_then(|migration| migration.down.as_deref()),
                };
                path.map_or_else(Script::default, |path| read_sql(path, tree, engine))
            }
        }
    }
}

fn read_sql(path: &str, tree: &Tree, engine: Engine) -> Script {
    match tree.read(path) {
        Ok(file) => {
            let map = SourceMap::verbatim(file.id, 0, file.text.len() as u32);
            let script = sql::read(&file.text, &map, engine);
            Script { statements: script.statements, problems: script.problems, ..Script::default() }
        }
        Err(error) => Script::unreadable(path, &error, tree),
    }
}

impl Script {
    /// A migration whose file could not be read.
    fn unreadable(path: &str, error: &ReadError, tree: &Tree) -> Self {
        let file = tree.put(path, String::new());
        let problem = Problem { span: Span::new(file.id, 0, 0), reason: error.to_string() };
        Self { problems: vec![problem], ..Self::default() }
    }
}
