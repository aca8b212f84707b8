//! The dump that stands before the first migration: the one that was named, or else the one that the project has.

use std::path::{Path, PathBuf};

use miette::Diagnostic;

use super::arguments::TargetArguments;
use super::config::Config;
use super::exit::Failure;
use super::migrations::{Migrations, listed};
use super::notes::Notes;
use crate::engine::Engine;
use crate::lint::{Batch, MigrationFile, Role, StartingSchema};
use crate::source::Tree;
use crate::sql::dump::LogTable;
use crate::sql::layout::Layout;

/// Where dbmate writes the schema after each migration.
const DBMATE: &str = "db/schema.sql";

/// A dump to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// From the project's root.
    on_disk: PathBuf,
    /// As it was named, for messages.
    path: String,
    role: Role,
    why: &'static str,
}

impl Choice {
    /// The dump that a flag or the configuration names, in this order.
    pub(super) fn named(tree: &Tree, target: &TargetArguments, config: &Config) -> Option<Self> {
        let flag = target.schema.as_ref().map(|path| {
            // A path that was typed is meant from here, not from the project's root.
            let on_disk = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            let path = path.display().to_string();
            Self { on_disk, path, role: Role::Given, why: "`--schema`" }
        });
        let configured = || {
            let path = config.wishes.schema.clone()?;
            let on_disk = tree.root().join(&path);
            Some(Self { on_disk, path, role: Role::Given, why: "the configuration" })
        };
        flag.or_else(configured)
    }

    /// The dump that the project's own runner loads or writes.
    pub(super) fn found(tree: &Tree, migrations: &Migrations, engine: Engine, notes: Notes) -> Option<Self> {
        let choice = |path: String, role, why| Self { on_disk: PathBuf::from(&path), path, role, why };
        match migrations {
            Migrations::Laravel { application, .. } => {
                let Some(path) = application.schema_dump(engine) else {
                    let others = application.schema_dumps();
                    if !others.is_empty() {
                        notes.remark(&format!(
                            "not loaded, because they are of other connections than the one to {}: {} (`--schema` \
                             loads one all the same)",
                            engine.title(),
                            listed(&others)
                        ));
                    }
                    return None;
                };
                Some(choice(path, Role::First, "Laravel loads it before the first migration"))
            }
            Migrations::Sql(migrations) => {
                let is_dbmate = migrations.first().is_some_and(|first| first.layout() == Layout::Dbmate);
                let is_there = is_dbmate && tree.exists(DBMATE);
                is_there.then(|| choice(DBMATE.to_owned(), Role::Last, "dbmate writes it after each migration"))
            }
        }
    }

    /// Whether `path`, from the project's root, is this file.
    pub(super) fn is(&self, tree: &Tree, path: &str) -> bool {
        let on_disk = |path: &Path| std::fs::canonicalize(tree.root().join(path)).ok();
        on_disk(&self.on_disk).is_some_and(|own| on_disk(Path::new(path)) == Some(own))
    }

    /// Reads the dump. One that was named must be readable; one that was found is told about, and then any table may stand.
    pub(super) fn load(
        &self,
        tree: &Tree,
        engine: Engine,
        logs: Vec<LogTable>,
        notes: Notes,
    ) -> Result<StartingSchema, Failure> {
        let loaded = match StartingSchema::load(tree, &self.on_disk, &self.path, self.role, engine, logs) {
            Ok(loaded) => loaded,
            Err(error) if self.role == Role::Given => return Err(error.into()),
            Err(error) => {
                let help = error.help().map_or(String::new(), |help| format!("; {help}"));
                notes.remark(&format!("the schema dump is not read: {error}{help}"));
                return Ok(StartingSchema::unreadable(tree, &self.path, self.role, engine, &error));
            }
        };
        let tables = counted(loaded.tables(), "table");
        notes.detail(&format!("schema: {tables} from `{}` ({})", self.path, self.why));
        if let Some(run) = loaded.run_migrations() {
            notes.detail(&format!("schema: `{}` logs {} as run", self.path, counted(run, "migration")));
        }
        if loaded.tables() == 0 {
            notes.remark(&format!("`{}` makes no table", self.path));
        }
        Ok(loaded)
    }
}

/// Says which of the migrations to judge the dump holds already, and what comes of that.
pub(super) fn remark_on_batch(
    starting_schema: &StartingSchema,
    batch: &Batch,
    migrations: &[MigrationFile],
    notes: Notes,
) {
    let held = starting_schema.holds_already(batch, migrations).count();
    if held == 0 {
        return;
    }
    let (held, path) = (counted(held, "migration"), &starting_schema.path);
    if !starting_schema.suits(batch, migrations) {
        notes.detail(&format!("`{path}` holds {held} of the batch already: the history is replayed instead"));
    } else if matches!(batch, Batch::EachAlone(_)) {
        notes.detail(&format!("not judged, because `{path}` holds what they do: {held}"));
    } else {
        notes.remark(&format!(
            "`{path}` holds {held} of the batch already, and the history before it is not there to be replayed: what \
             these ask of the tables is answered as if they had run"
        ));
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
