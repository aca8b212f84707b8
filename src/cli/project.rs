//! Opening the project: its migrations, what they run on, and what judges them.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{EngineChoice, ScopeArguments, TargetArguments};
use super::config::Config;
use super::exit::Failure;
use super::migrations;
use super::notes::Notes;
use super::root::{Root, Sign};
use crate::effect::Effects;
use crate::engine::{Engine, EngineVersion};
use crate::finding::Date;
use crate::lint::{Batch, Direction, Lint, MigrationFile, Outcome, Project, Script};
use crate::rule::Rules;
use crate::source::{ReadError, Tree};

/// A project, and all that it takes to judge its migrations.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) tree: Tree,
    pub(super) target: EngineVersion,
    pub(super) config: Config,
    /// The migrations that were named; `None` where the project as a whole was.
    pub(super) named: Option<BTreeSet<String>>,
    project: Project,
    effects: Effects,
    rules: Rules,
}

#[derive(Debug, Error, Diagnostic)]
enum ProjectError {
    #[error("the database that these migrations run on is not known")]
    #[diagnostic(
        code(phasewise::project::no_engine),
        help("say it with `--engine postgresql:16`, or with `engine: postgresql:16` in `phasewise.yaml`")
    )]
    NoEngine,
    #[error("the version of {} that these migrations run on is not known", .0.title())]
    #[diagnostic(code(phasewise::project::no_version), help("say it as in `--engine postgresql:16`"))]
    NoVersion(Engine),
}

impl Workspace {
    pub(super) fn open(scope: &ScopeArguments, target: &TargetArguments, notes: Notes) -> Result<Self, Failure> {
        let root = Root::find(&scope.paths)?;
        let tree = Tree::new(&root.directory);
        let config = Config::load(&tree, target.config.as_deref())?;
        let rules = Rules::builtin()?;
        config.check_rules(&rules)?;
        let directories = migrations::directories(&root, &config);
        let project = Project::Sql { migrations: migrations::in_sql(&tree, &directories) };
        notes.detail(&format!("project: {}", why_root(root.sign)));
        notes.detail(&format!("migrations: {} in {}", project.migrations().len(), migrations::listed(&directories)));
        if let Some(path) = config.path() {
            notes.detail(&format!("configuration: `{path}`"));
        }
        let named = migrations::named(&root, &project.migrations())?;
        let (choice, source) = engine_choice(target, &config).ok_or(ProjectError::NoEngine)?;
        let effects = Effects::builtin(choice.engine)?;
        let target = settle(choice, source, &effects, notes)?;
        Ok(Self { tree, target, config, named, project, effects, rules })
    }

    pub(super) fn root(&self) -> &Path {
        self.tree.root()
    }

    /// The paths of the migrations, in the order in which they run.
    pub(super) fn migrations(&self) -> Vec<String> {
        self.project.migrations().into_iter().map(|migration| migration.path).collect()
    }

    /// Judges `batch`; an error where none of its migrations can be read.
    pub(super) fn lint(&self, batch: &Batch) -> Result<Outcome, ReadError> {
        self.check_readable(batch)?;
        Ok(self.judge().run(batch))
    }

    /// What the migrations of `batch` send; an error where none of them can be read.
    pub(super) fn scripts(
        &self,
        batch: &Batch,
        direction: Direction,
    ) -> Result<Vec<(MigrationFile, Script)>, ReadError> {
        self.check_readable(batch)?;
        Ok(self.judge().scripts(batch, direction))
    }

    fn judge(&self) -> Lint<'_> {
        Lint {
            tree: &self.tree,
            project: &self.project,
            target: &self.target,
            effects: &self.effects,
            rules: &self.rules,
            severities: &self.config.severities,
            today: Some(Date::of(SystemTime::now())),
        }
    }

    /// One file that cannot be read is told as not understood; when none can, nothing is left to judge.
    fn check_readable(&self, batch: &Batch) -> Result<(), ReadError> {
        let mut first = None;
        for migration in self.project.migrations().iter().filter(|migration| batch.holds(migration)) {
            match self.tree.read(&migration.path) {
                Ok(_) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        first.map_or(Ok(()), Err)
    }
}

fn engine_choice(target: &TargetArguments, config: &Config) -> Option<(EngineChoice, &'static str)> {
    let flag = target.engine.clone().map(|choice| (choice, "`--engine`"));
    flag.or_else(|| config.wishes.engine.clone().map(|choice| (choice, "the configuration")))
}

/// The engine and version to judge for; what had to be assumed is said.
fn settle(choice: EngineChoice, source: &str, effects: &Effects, notes: Notes) -> Result<EngineVersion, ProjectError> {
    let engine = choice.engine;
    if let Some(version) = choice.version {
        notes.detail(&format!("engine: {} {version} (from {source})", engine.title()));
        return Ok(EngineVersion { engine, version });
    }
    let version = effects.assumed_version().cloned().ok_or(ProjectError::NoVersion(engine))?;
    notes.detail(&format!("engine: {} (from {source})", engine.title()));
    notes.remark(&format!(
        "{} {version} is assumed, the oldest that phasewise knows: say yours, as in `--engine {engine}:{version}`",
        engine.title()
    ));
    Ok(EngineVersion { engine, version })
}

fn why_root(sign: Sign) -> String {
    match sign {
        Sign::File(name) => format!("told by `{name}`"),
        Sign::Migrations(directory) => format!("told by `{directory}`"),
        Sign::Named => "files that were named".to_owned(),
    }
}
