//! Opening the project: its migrations, what they run on, and what judges them.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{EngineChoice, ScopeArguments, TargetArguments};
use super::config::Config;
use super::exit::Failure;
use super::notes::Notes;
use super::root::{Root, Sign};
use crate::effect::Effects;
use crate::engine::{Engine, EngineVersion};
use crate::finding::Date;
use crate::lint::{Batch, Direction, Lint, MigrationFile, Outcome, Project, Script, SqlMigration};
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
    #[error("there are no migrations in `{place}`")]
    #[diagnostic(
        code(phasewise::project::empty),
        help("name their directory, or list it under `paths:` in `phasewise.yaml`")
    )]
    Empty { place: String },
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
        let directories = directories(&root, &config);
        let project = Project::Sql { migrations: sql_migrations(&tree, &directories) };
        notes.detail(&format!("project: {}", why_root(root.sign)));
        notes.detail(&format!("migrations: {} in {}", project.migrations().len(), listed(&directories)));
        if let Some(path) = config.path() {
            notes.detail(&format!("configuration: `{path}`"));
        }
        let named = named(&root, &project.migrations())?;
        let (choice, source) = engine_choice(target, &config).ok_or(ProjectError::NoEngine)?;
        let effects = Effects::builtin(choice.engine)?;
        let target = settle(choice, source, &effects, notes)?;
        Ok(Self { tree, target, config, named, project, effects, rules })
    }
}

impl Workspace {
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

/// The migrations that were named, or that lie in a directory that was.
fn named(root: &Root, migrations: &[MigrationFile]) -> Result<Option<BTreeSet<String>>, ProjectError> {
    if root.named.is_empty() {
        return if migrations.is_empty() { Err(ProjectError::Empty { place: root.shown.clone() }) } else { Ok(None) };
    }
    let mut paths = BTreeSet::new();
    for name in &root.named {
        let before = paths.len();
        paths.extend(migrations.iter().map(|migration| migration.path.clone()).filter(|path| is_below(path, name)));
        if paths.len() == before {
            return Err(ProjectError::Empty { place: name.clone() });
        }
    }
    Ok(Some(paths))
}

/// Where the project's migrations lie: what is configured, or else what is usual, and what was named beside that.
fn directories(root: &Root, config: &Config) -> Vec<String> {
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

/// The SQL files of those directories, in the order of their names; `1_a.down.sql` undoes `1_a.up.sql` or `1_a.sql`.
fn sql_migrations(tree: &Tree, directories: &[String]) -> Vec<SqlMigration> {
    let mut migrations = Vec::new();
    for directory in directories {
        let path = |name: &str| if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") };
        for file in tree.list(directory) {
            let Some(name) = file.strip_suffix(".sql").filter(|name| name.strip_suffix(".down").is_none()) else {
                continue;
            };
            let name = name.strip_suffix(".up").unwrap_or(name);
            let down = Some(path(&format!("{name}.down.sql"))).filter(|down| tree.exists(down));
            let migration = MigrationFile { name: name.to_owned(), path: path(&file) };
            migrations.push(SqlMigration { file: migration, down });
        }
    }
    migrations.sort_by(|left, right| left.file.name.cmp(&right.file.name));
    migrations
}

/// Whether `path` is `directory` or lies below it.
fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || directory.is_empty() || rest.starts_with('/'))
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

fn listed(directories: &[String]) -> String {
    let quoted = |directory: &String| if directory.is_empty() { "`.`".to_owned() } else { format!("`{directory}`") };
    directories.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

fn why_root(sign: Sign) -> String {
    match sign {
        Sign::File(name) => format!("told by `{name}`"),
        Sign::Migrations(directory) => format!("told by `{directory}`"),
        Sign::Named => "files that were named".to_owned(),
    }
}
