//! What stands before the first migration: the tables of a dump, and which migrations it says have run.

use std::collections::BTreeSet;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::outcome::Unknown;
use super::project::MigrationFile;
use super::run::Batch;
use crate::catalog::Catalog;
use crate::change::Problem;
use crate::engine::Engine;
use crate::source::{FileId, ReadError, Span, TextStream, Tree};
use crate::sql::dump::{self, Dump, Log, LogTable};

/// A dump that was read.
#[derive(Debug)]
pub struct StartingSchema {
    /// As people are told of it.
    pub path: String,
    pub role: Role,
    catalog: Catalog,
    log: Log,
    unknown: Vec<Unknown>,
}

/// What the dump is to the migrations beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The runner loads it before the first migration (Laravel).
    First,
    /// The runner writes it after the last migration, and loads it only on request (dbmate).
    Last,
    /// Somebody says that the database stands like this.
    Given,
}

#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum StartingSchemaError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] ReadError),
    #[error("`{path}` is a dump of {}, and the migrations run on {}", found.title(), wanted.title())]
    #[diagnostic(
        code(phasewise::schema::other_engine),
        help("dump the schema of the database that the migrations run on, or name that database with `--engine`")
    )]
    OtherEngine { path: String, found: Engine, wanted: Engine },
}

impl StartingSchema {
    /// Reads the dump at `on_disk`, from the tree's root, which messages call `path`.
    pub fn load(
        tree: &Tree,
        on_disk: &Path,
        path: &str,
        role: Role,
        engine: Engine,
        logs: Vec<LogTable>,
    ) -> Result<Self, StartingSchemaError> {
        let (file, mut stream) = tree.stream(on_disk, path)?;
        let mut catalog = Catalog::new(engine);
        let read = read(&mut stream, file, path, engine, logs, &mut catalog)?;
        tree.keep(file, read.excerpt);
        let unknown =
            read.problems.into_iter().map(|Problem { span, reason }| Unknown { span, reason, is_history: true });
        Ok(Self { path: path.to_owned(), role, catalog, log: read.log, unknown: unknown.collect() })
    }

    /// A dump that is there and cannot be read: any table may stand.
    pub fn unreadable(tree: &Tree, path: &str, role: Role, engine: Engine, error: &StartingSchemaError) -> Self {
        let mut catalog = Catalog::new(engine);
        catalog.forget_absences();
        let file = tree.put(path, String::new());
        let unknown = Unknown { span: Span::new(file.id, 0, 0), reason: error.to_string(), is_history: true };
        Self { path: path.to_owned(), role, catalog, log: Log::default(), unknown: vec![unknown] }
    }

    pub fn tables(&self) -> usize {
        self.catalog.tables().count()
    }

    /// How many migrations the dump says have run; `None` where it says nothing of them.
    pub fn run_migrations(&self) -> Option<usize> {
        (!self.log.is_empty()).then(|| self.log.entries().len())
    }

    /// Whether the dump says that the migration has run.
    pub fn has_run(&self, migration: &MigrationFile) -> bool {
        let file = migration.path.rsplit('/').next().unwrap_or(&migration.path);
        self.log.holds(&migration.name) || self.log.holds(file)
    }

    /// Whether `batch` is to be judged on top of the dump.
    ///
    /// A dump that holds a migration of the batch was written after it, and would answer for what that migration is about
    /// to do. Where every migration that it holds is there, replaying those says all that the dump does.
    pub fn suits(&self, batch: &Batch, migrations: &[MigrationFile]) -> bool {
        let holds_batch = match (batch, self.role) {
            (Batch::EachAlone(_), Role::First | Role::Given) => false,
            (Batch::EachAlone(_), Role::Last) => true,
            (Batch::Together(_), _) => self.holds_already(batch, migrations).next().is_some(),
        };
        !(holds_batch && self.is_replayable(migrations))
    }

    /// The migrations of the batch that the dump says have run.
    pub fn holds_already<'m>(
        &'m self,
        batch: &'m Batch,
        migrations: &'m [MigrationFile],
    ) -> impl Iterator<Item = &'m MigrationFile> {
        migrations.iter().filter(|migration| batch.holds(migration) && self.has_run(migration))
    }

    /// Whether each migration that has run is still there.
    pub(super) fn is_replayable(&self, migrations: &[MigrationFile]) -> bool {
        let there = migrations.iter().filter(|migration| self.has_run(migration));
        let names: BTreeSet<&str> = there.map(|migration| migration.name.as_str()).collect();
        !self.log.is_empty() && names.len() >= self.log.entries().len()
    }

    /// Whether the migration is in the dump already, and so is not run on top of it.
    pub(super) fn makes_idle(&self, migration: &MigrationFile, batch: &Batch) -> bool {
        let is_judged = batch.holds(migration);
        let is_together = matches!(batch, Batch::Together(_));
        let stands_for_history = self.role == Role::Given && self.log.is_empty();
        !(is_judged && is_together) && self.has_run(migration) || !is_judged && stands_for_history
    }

    pub fn catalog(&self) -> Catalog {
        self.catalog.clone()
    }

    pub fn unknown(&self) -> &[Unknown] {
        &self.unknown
    }
}

fn read(
    stream: &mut TextStream,
    file: FileId,
    path: &str,
    engine: Engine,
    logs: Vec<LogTable>,
    catalog: &mut Catalog,
) -> Result<dump::Remains, StartingSchemaError> {
    let mut dump = Dump::new(engine, file, logs);
    let mut is_first = true;
    while let Some(piece) = stream.next_piece()? {
        let found = if std::mem::take(&mut is_first) { dump::engine_of(piece.text) } else { None };
        if let Some(found) = found.filter(|found| !is_alike(*found, engine)) {
            return Err(StartingSchemaError::OtherEngine { path: path.to_owned(), found, wanted: engine });
        }
        dump.feed(piece, &mut |statement| catalog.apply_statement(statement));
    }
    Ok(dump.finish(&mut |statement| catalog.apply_statement(statement)))
}

fn is_alike(left: Engine, right: Engine) -> bool {
    left == right || left.is_mysql_family() && right.is_mysql_family()
}
