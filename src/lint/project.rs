//! A project's migrations, whichever front end reads them.

use crate::catalog::Catalog;
use crate::change::{Problem, Statement};
use crate::engine::Engine;
use crate::laravel::blueprint::Swallowed;
use crate::laravel::evaluate::evaluate;
use crate::laravel::{Application, Settings};
use crate::php;
use crate::rule::{Remark, RemarkKind};
use crate::source::{Comment, ReadError, SourceMap, Span, Tree};
use crate::sql;
use crate::sql::layout::{self, Layout};

pub use crate::laravel::evaluate::Direction;

/// Where migrations come from, and what reads them.
#[derive(Debug)]
pub enum Project<'t> {
    Laravel(Box<LaravelProject<'t>>),
    Sql { migrations: Vec<SqlMigration> },
}

/// An application, and what its migrations are compiled for.
#[derive(Debug)]
pub struct LaravelProject<'t> {
    pub application: Application<'t>,
    pub settings: Settings,
    /// Paths, in the order in which they run.
    pub migrations: Vec<String>,
}

/// A migration written in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlMigration {
    pub file: MigrationFile,
    /// The file that undoes it, where that is another.
    pub down: Option<String>,
    pub layout: Layout,
}

/// One migration of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// As its runner logs it.
    pub name: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
}

/// What a migration sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
    /// What the front end has to say of what it did understand.
    pub remarks: Vec<Remark>,
    /// Whether the runner wraps it in a transaction.
    pub is_in_transaction: bool,
    /// The `sql_mode` in which the project opens its connections; `None` leaves the server's (MySQL family).
    pub sql_mode: Option<String>,
    pub comments: Vec<Comment>,
}

impl Project<'_> {
    /// The migrations in the order in which they run.
    pub fn migrations(&self) -> Vec<MigrationFile> {
        match self {
            Self::Laravel(laravel) => laravel.migrations.iter().map(|path| MigrationFile::of_laravel(path)).collect(),
            Self::Sql { migrations } => migrations.iter().map(|migration| migration.file.clone()).collect(),
        }
    }

    /// The major of Laravel, where the project is one.
    pub fn laravel_major(&self) -> Option<u8> {
        match self {
            Self::Laravel(laravel) => Some(laravel.settings.major),
            Self::Sql { .. } => None,
        }
    }

    /// What one migration sends in one direction, for the tables as they stand before it.
    pub(super) fn read(
        &self,
        migration: &MigrationFile,
        direction: Direction,
        tree: &Tree,
        catalog: &Catalog,
    ) -> Script {
        match self {
            Self::Laravel(laravel) => laravel.read(&migration.path, direction, tree, catalog),
            Self::Sql { migrations } => migrations
                .iter()
                .find(|known| known.file == *migration)
                .map_or_else(Script::default, |migration| migration.read(direction, tree, catalog.engine())),
        }
    }
}

impl LaravelProject<'_> {
    fn read(&self, path: &str, direction: Direction, tree: &Tree, catalog: &Catalog) -> Script {
        if let Err(error) = tree.read(path) {
            return Script::unreadable(path, &error, tree);
        }
        let Some(file) = self.application.file(path) else { return Script::default() };
        let evaluation = evaluate(&file, direction, &self.application, &self.settings, catalog);
        Script {
            statements: evaluation.statements,
            problems: evaluation.problems,
            remarks: evaluation.swallowed.into_iter().map(ignored).collect(),
            is_in_transaction: evaluation.within_transaction && self.settings.engine.has_transactional_ddl(),
            sql_mode: self.application.sql_mode(self.settings.engine),
            comments: comments(&file),
        }
    }
}

/// The comments of a file, whoever reads them.
pub(super) fn comments(file: &php::File) -> Vec<Comment> {
    file.comments.iter().map(|comment| Comment { span: comment.span, text: comment.text.clone() }).collect()
}

/// What is said of a call that Laravel takes and never reads.
pub(super) fn ignored(call: Swallowed) -> Remark {
    Remark {
        kind: RemarkKind::ModifierIgnored,
        span: call.span,
        reason: format!("Laravel takes `{}()` here and never reads it", call.method),
        what: call.method,
    }
}

impl MigrationFile {
    /// Laravel logs a migration by its file's name, without the extension.
    fn of_laravel(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        Self { name: name.strip_suffix(".php").unwrap_or(name).to_owned(), path: path.to_owned() }
    }
}

impl SqlMigration {
    fn read(&self, direction: Direction, tree: &Tree, engine: Engine) -> Script {
        let path = match (direction, &self.down) {
            (Direction::Down, Some(down)) => down,
            _ => &self.file.path,
        };
        let file = match tree.read(path) {
            Ok(file) => file,
            Err(error) => return Script::unreadable(path, &error, tree),
        };
        let sections = layout::sections(&file.text);
        let part = match (direction, &self.down) {
            (Direction::Up, _) => sections.up,
            (Direction::Down, Some(_)) => 0..file.text.len(),
            (Direction::Down, None) => sections.down.unwrap_or(0..0),
        };
        let text = file.text.get(part.clone()).unwrap_or_default();
        let script = sql::read(text, &SourceMap::verbatim(file.id, part.start as u32, text.len() as u32), engine);
        let is_in_transaction = layout::runs_in_transaction(
            sections.layout.unwrap_or(self.layout),
            engine,
            &script.statements,
            sections.refuses_transaction,
        );
        Script {
            statements: script.statements,
            problems: script.problems,
            remarks: Vec::new(),
            is_in_transaction,
            sql_mode: None,
            comments: script.comments,
        }
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
