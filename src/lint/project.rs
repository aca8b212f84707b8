//! A project's migrations, whichever front end reads them.

use super::remarks;
use crate::catalog::Catalog;
use crate::change::{Change, OnlineClauses, Opaque, Problem, SchemaChange, Statement, Touches};
use crate::engine::Engine;
use crate::laravel::evaluate::evaluate;
use crate::laravel::{Application, Settings};
use crate::php;
use crate::rule::Remark;
use crate::source::{Comment, ReadError, SourceFile, SourceMap, Span, Tree};
use crate::sql;
use crate::sql::layout::{self, Layout, Part};

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
    /// What its runner would send, and how.
    pub source: layout::Migration,
}

/// One migration of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// As its runner logs it.
    pub name: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// Whether other migrations stand in the same file.
    pub shares_file: bool,
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
    /// That is what the nearest Laravel would send whose SQL is known, and another one is installed.
    pub is_approximate: bool,
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

    /// Whether the runner of a migration knows a way back from it.
    pub(super) fn has_way_back(&self, migration: &MigrationFile) -> bool {
        match self {
            Self::Laravel(_) => true,
            Self::Sql { migrations } => {
                migrations.iter().any(|known| known.file == *migration && known.layout().has_way_back())
            }
        }
    }

    /// What undoes a migration, for the tables as they stand after it; `None` where nothing does.
    pub(super) fn read_way_back(&self, migration: &MigrationFile, tree: &Tree, catalog: &Catalog) -> Option<Script> {
        match self {
            Self::Laravel(laravel) => Some(laravel.read(&migration.path, Direction::Down, tree, catalog)),
            Self::Sql { migrations } => {
                let known = migrations.iter().find(|known| known.file == *migration)?;
                known.source.down.as_ref()?;
                Some(known.read(Direction::Down, tree, catalog))
            }
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
                .map_or_else(Script::default, |migration| migration.read(direction, tree, catalog)),
        }
    }
}

impl LaravelProject<'_> {
    pub(super) fn read(&self, path: &str, direction: Direction, tree: &Tree, catalog: &Catalog) -> Script {
        if let Err(error) = tree.read(path) {
            return Script::unreadable(path, &error, tree);
        }
        let Some(file) = self.application.file(path) else { return Script::default() };
        let evaluation = evaluate(&file, direction, &self.application, &self.settings, catalog);
        let remarks = remarks::of_evaluation(&evaluation);
        let not_utf8 = tree.read(path).ok().and_then(|source| not_utf8(&source));
        Script {
            statements: evaluation.statements,
            problems: evaluation.problems.into_iter().chain(not_utf8).collect(),
            remarks,
            is_in_transaction: evaluation.within_transaction && self.settings.engine.has_transactional_ddl(),
            sql_mode: self.application.sql_mode(self.settings.engine),
            is_approximate: !self.application.is_major_known(),
            comments: comments(&file),
        }
    }
}

/// The comments of a file, whoever reads them.
pub(super) fn comments(file: &php::File) -> Vec<Comment> {
    file.comments.iter().map(|comment| Comment { span: comment.span, text: comment.text.clone() }).collect()
}

impl MigrationFile {
    /// Laravel logs a migration by its file's name, without the extension.
    fn of_laravel(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let name = name.strip_suffix(".php").unwrap_or(name).to_owned();
        Self { name, path: path.to_owned(), shares_file: false }
    }

    /// What tells it from every other: its path, or its name where it shares that.
    pub fn key(&self) -> &str {
        if self.shares_file { &self.name } else { &self.path }
    }
}

impl SqlMigration {
    pub fn new(source: layout::Migration) -> Self {
        let (name, path) = (source.name.clone(), source.path.clone());
        Self { file: MigrationFile { name, path, shares_file: source.shares_file }, source }
    }

    pub fn layout(&self) -> Layout {
        self.source.layout
    }

    fn read(&self, direction: Direction, tree: &Tree, catalog: &Catalog) -> Script {
        let engine = catalog.engine();
        let parts = match (direction, &self.source.down) {
            (Direction::Up, _) => self.source.up.as_slice(),
            (Direction::Down, Some(down)) => down,
            (Direction::Down, None) => return Script::without_way_back(&self.file.path, tree),
        };
        let mut script = Script::default();
        let mut reader = sql::Reader::new(engine);
        for part in parts {
            script.append(part, tree, &mut reader, catalog);
        }
        script.is_in_transaction = layout::runs_in_transaction(
            self.source.layout,
            engine,
            &script.statements,
            self.source.refuses_transaction,
        );
        script
    }
}

/// Where the file is no UTF-8, so that what is read may not be what its author wrote.
fn not_utf8(file: &SourceFile) -> Option<Problem> {
    let start = file.not_utf8_from?;
    let reason = "from here on this is not UTF-8, and is read as Latin-1".to_owned();
    Some(Problem { span: Span::new(file.id, start, start), reason })
}

impl Script {
    fn append(&mut self, part: &Part, tree: &Tree, reader: &mut sql::Reader, catalog: &Catalog) {
        match part.read(tree, reader, &|table| catalog.has_table(table).is_yes()) {
            Ok(read) => {
                self.statements.extend(read.statements);
                self.problems.extend(read.problems);
                self.problems.extend(tree.read(&part.path).ok().and_then(|file| not_utf8(&file)));
                self.comments.extend(read.comments);
            }
            Err(error) => self.statements.extend(Self::unreadable(&part.path, &error, tree).statements),
        }
    }

    /// What a text of SQL says, whatever its runner takes of it.
    pub(super) fn of_sql(text: &str, tree: &Tree, engine: Engine) -> Self {
        let file = tree.put("published.sql", text.to_owned());
        let script = sql::read(&file.text, &SourceMap::verbatim(file.id, 0, file.text.len() as u32), engine);
        Self { statements: script.statements, problems: script.problems, comments: script.comments, ..Self::default() }
    }

    /// A migration that nothing undoes.
    fn without_way_back(path: &str, tree: &Tree) -> Self {
        let Ok(file) = tree.read(path) else { return Self::default() };
        let reason = "nothing here undoes this migration".to_owned();
        Self { problems: vec![Problem { span: Span::new(file.id, 0, 0), reason }], ..Self::default() }
    }

    /// A migration whose file could not be read: it may do anything.
    fn unreadable(path: &str, error: &ReadError, tree: &Tree) -> Self {
        let file = tree.put(path, String::new());
        let span = Span::new(file.id, 0, 0);
        let opaque = Opaque { what: "file".to_owned(), touches: Touches::Anything, reason: error.to_string() };
        let unread = Statement {
            sql: String::new(),
            bindings: Vec::new(),
            span,
            changes: vec![Change { what: SchemaChange::Opaque(opaque), span }],
            guard: None,
            online: OnlineClauses::default(),
            lost: Vec::new(),
        };
        Self { statements: vec![unread], ..Self::default() }
    }
}
