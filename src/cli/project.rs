//! Opening the project: its migrations, what they run on, and what judges them.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{EngineChoice, TargetArguments};
use super::baseline::Names;
use super::config::Config;
use super::dump;
use super::exit::Failure;
use super::migrations::{self, Migrations};
use super::notes::Notes;
use super::own_rules;
use super::plans;
use super::root::{Root, Sign, within_repository};
use crate::catalog::Catalog;
use crate::effect::Effects;
use crate::emit::{self, Emission, EmitError, Operation, PlanFile};
use crate::engine::{Engine, EngineVersion};
use crate::finding::Date;
use crate::laravel::{Application, Settings};
use crate::lint::{
    Batch, Code, Direction, LaravelProject, Lint, MigrationFile, Outcome, Pattern, Policy, Project, Published, Script,
    SqlMigration, StartingSchema, Stats, Unknown, fits_table,
};
use crate::plan::{self, Packing, Plan, Planned};
use crate::recipe::Recipes;
use crate::rule::Rules;
use crate::source::{ReadError, Tree};
use crate::sql::dump::LogTable;
use crate::sql::layout::{self, EngineEvidence, Layout};
use crate::usage::Schema;
use crate::yaml::YamlError;

/// What an application calls the fact of its engine.
const ENGINE: &str = "engine";

/// A project, and all that it takes to judge its migrations.
#[derive(Debug)]
pub(super) struct Workspace<'t> {
    pub(super) tree: &'t Tree,
    pub(super) target: EngineVersion,
    pub(super) config: Config,
    /// The keys of the migrations that were named; `None` where the project as a whole was.
    pub(super) named: Option<BTreeSet<String>>,
    project: Project<'t>,
    starting_schema: Option<StartingSchema>,
    effects: Effects,
    rules: Rules,
    recipes: Recipes,
    policy: Policy,
}

#[derive(Debug, Error, Diagnostic)]
enum ProjectError {
    #[error("the database that these migrations run on is not known")]
    #[diagnostic(
        code(phasewise::project::no_engine),
        help("say it with `--engine postgresql:16`, or with `engine: postgresql:16` in `phasewise.yaml`")
    )]
    NoEngine,
    #[error("`{source_name}` says that these migrations run on `{name}`, which phasewise does not know")]
    #[diagnostic(
        code(phasewise::project::other_engine),
        help(
            "where that speaks the dialect of a database that phasewise knows, say so, as in `--engine postgresql:16`"
        )
    )]
    UnknownDatabase { name: String, source_name: String },
}

impl<'t> Workspace<'t> {
    /// Opens the project at `root`, whose files `tree` reads.
    pub(super) fn open(root: &Root, tree: &'t Tree, target: &TargetArguments, notes: Notes) -> Result<Self, Failure> {
        let config = Config::load(tree, target.config.as_deref())?;
        let rules = own_rules::rules(tree, &config)?;
        config.check_rules(&rules)?;
        let recipes = own_rules::recipes(tree, &config)?;
        let stats = stats(target, &config, tree)?;
        notes.detail(&format!("project: {}", why_root(root.sign)));
        if let Some(path) = config.path() {
            notes.detail(&format!("configuration: `{path}`"));
        }
        let directories = migrations::directories(root, &config, tree, notes)?;
        let dump = dump::Choice::named(tree, target, &config);
        let found = migrations::find(root, tree, &directories, dump.as_ref(), notes)?;
        let named = migrations::named(root, tree, &directories, &found)?;
        notes.detail(&format!("migrations: {} in {}", found.len(), migrations::listed(&directories)));
        let (choice, source) = match engine_choice(target, &config, found.application()) {
            Some(choice) => choice,
            None => told_engine(root, tree, &found, &directories)?,
        };
        let effects = Effects::builtin(choice.engine)?;
        let (choice, source) = with_stats(choice, source, stats.as_ref())?;
        let dump = dump.or_else(|| dump::Choice::found(tree, &found, choice.engine, notes));
        let project = match found {
            Migrations::Laravel { application, paths } => {
                let settings = settings(&application, &choice, target, &config, notes);
                Project::Laravel(Box::new(LaravelProject { application: *application, settings, migrations: paths }))
            }
            Migrations::Sql(migrations) => Project::Sql { migrations },
        };
        let logs = logs(&project);
        let starting_schema = dump.map(|dump| dump.load(tree, choice.engine, logs, notes)).transpose()?;
        let target = settle(choice, &source, &effects, notes);
        let policy = config.policy(stats.map(|file| file.stats));
        Ok(Self { tree, target, config, named, project, starting_schema, effects, rules, recipes, policy })
    }

    pub(super) fn root(&self) -> &Path {
        self.tree.root()
    }

    /// The keys of the migrations, in the order in which they run.
    pub(super) fn migrations(&self) -> Vec<String> {
        self.project.migrations().iter().map(|migration| migration.key().to_owned()).collect()
    }

    /// The migrations, and whether each runs anew when its text has changed.
    pub(super) fn files(&self) -> Vec<(MigrationFile, bool)> {
        match &self.project {
            Project::Laravel(_) => self.project.migrations().into_iter().map(|file| (file, false)).collect(),
            Project::Sql { migrations } => {
                migrations.iter().map(|migration| (migration.file.clone(), migration.source.runs_again)).collect()
            }
        }
    }

    /// Judges `batch`; an error where none of its migrations can be read.
    pub(super) fn lint(&self, batch: &Batch) -> Result<Outcome, ReadError> {
        self.lint_beside(batch, None, None)
    }

    /// As [`lint`](Self::lint), beside what was published, and with a view to the code around the batch.
    pub(super) fn lint_beside(
        &self,
        batch: &Batch,
        published: Option<&Published>,
        code: Option<&Code<'_>>,
    ) -> Result<Outcome, ReadError> {
        self.check_readable(batch)?;
        Ok(Lint { code, published, ..self.judge() }.run(batch))
    }

    /// The paths of the migrations and of the dump that they stand on.
    pub(super) fn scripts_of_schema(&self) -> BTreeSet<String> {
        let dump = self.starting_schema.iter().map(|dump| dump.path.clone());
        self.project.migrations().into_iter().map(|migration| migration.path).chain(dump).collect()
    }

    pub(super) fn is_laravel(&self) -> bool {
        matches!(self.project, Project::Laravel(_))
    }

    /// The application whose migrations these are, where it is one of Laravel.
    pub(super) fn application(&self) -> Option<&Application<'t>> {
        match &self.project {
            Project::Laravel(laravel) => Some(&laravel.application),
            Project::Sql { .. } => None,
        }
    }

    /// The runner of migrations of SQL.
    pub(super) fn layout(&self) -> Option<Layout> {
        match &self.project {
            Project::Laravel(_) => None,
            Project::Sql { migrations } => migrations.first().map(SqlMigration::layout),
        }
    }

    pub(super) fn laravel_major(&self) -> Option<u8> {
        self.project.laravel_major()
    }

    /// Takes the database's own word for how large its tables are, in the place of an older one. What the project says of a
    /// table goes before both.
    pub(super) fn know_sizes(&mut self, stats: Stats) {
        self.policy.sizes.stats = Some(stats);
    }

    /// The deploys in which `batch` can ship; an error where none of its migrations can be read.
    pub(super) fn plan(&self, batch: &Batch, packing: Packing, code: Option<&Code<'_>>) -> Result<Planned, ReadError> {
        self.check_readable(batch)?;
        let mut planned = plan::plan(&Lint { code, ..self.judge() }, &self.recipes, batch, packing);
        if let Some(code) = code {
            planned.locate(|before| code.at_hand(&Schema::of(before)));
        }
        Ok(planned)
    }

    /// The files of a plan.
    pub(super) fn emit(&self, plan: &Plan) -> Result<Emission, EmitError> {
        emit::emit(&self.judge(), plan, &self.plans())
    }

    /// What takes back what is in place of the plan in `directory`.
    pub(super) fn abort(&self, plan: PlanFile, directory: &str) -> Result<(PlanFile, Vec<Operation>), EmitError> {
        let at = |count: usize| plans::at(self, count);
        emit::abort(plan, (self.tree, directory), (&self.project, self.target.engine), &at)
    }

    /// What is not as the plan in `directory` says.
    pub(super) fn faults(&self, plan: &PlanFile, directory: &str) -> Vec<String> {
        let engine = emit::engine(&self.judge());
        let today = Date::of(SystemTime::now());
        emit::faults(self.tree, (plan, directory), (&engine, self.project.laravel_major()), today)
    }

    /// The directory of plans: what is configured, or beside the migrations.
    pub(super) fn plans(&self) -> String {
        if let Some(plans) = &self.config.wishes.plans {
            return plans.trim_end_matches('/').to_owned();
        }
        let directory = match &self.project {
            Project::Laravel(_) => return "database/plans".to_owned(),
            Project::Sql { migrations } => migrations.first().map_or("", emit::directory),
        };
        match directory.rsplit_once('/') {
            Some((above, _)) => format!("{above}/plans"),
            None => "plans".to_owned(),
        }
    }

    /// The highest number of the migrations, and how many digits it has.
    pub(super) fn last_number(&self) -> Option<(u64, usize)> {
        match &self.project {
            Project::Laravel(_) => None,
            Project::Sql { migrations } => emit::last_number(migrations),
        }
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

    /// The key of the migration that goes by that name, or of the last that lies at that path.
    pub(super) fn migration(&self, wanted: &str) -> Option<String> {
        let migrations = self.project.migrations();
        let mut found = migrations.iter().filter(|migration| migration.name == wanted || migration.path == wanted);
        found.next_back().map(|found| found.key().to_owned())
    }

    /// The tables after the migration at `last`, or after all of them, and what was not understood on the way.
    pub(super) fn schema(&self, last: Option<&str>) -> (Catalog, Vec<Unknown>) {
        self.judge().schema(last)
    }

    /// Asks something of the names of the migrations that were judged, and of all.
    pub(super) fn with_names<T>(&self, outcome: &Outcome, ask: impl FnOnce(&Names<'_>, &Names<'_>) -> T) -> T {
        let all = self.project.migrations();
        let known = all.iter().map(|migration| migration.name.as_str()).collect();
        ask(&outcome.migrations.iter().map(|migration| migration.name.as_str()).collect(), &known)
    }

    /// What the configuration says of tables and files that there are not.
    pub(super) fn idle_settings(&self, outcome: &Outcome) -> Vec<String> {
        let changed = outcome.changes.iter().filter_map(|judged| judged.change.what.table());
        let tables: BTreeSet<_> = outcome.catalog.tables().map(|table| &table.name).chain(changed).collect();
        let paths = self.migrations();
        let is_idle_table = |pattern: &Pattern| !tables.iter().any(|table| fits_table(pattern, table));
        let is_idle_file = |pattern: &Pattern| !paths.iter().any(|path| pattern.fits(path));
        let of_tables = self.policy.tables.iter().filter(|(pattern, _)| is_idle_table(pattern));
        let of_files = self.policy.files.iter().filter(|(pattern, _)| is_idle_file(pattern));
        let tables = of_tables.map(|(pattern, _)| format!("`tables: {pattern}` fits no table of the migrations"));
        tables.chain(of_files.map(|(pattern, _)| format!("`files: {pattern}` fits no migration"))).collect()
    }

    /// Says what a dump means for the migrations of `batch`.
    pub(super) fn remark_on_dump(&self, batch: &Batch, notes: Notes) {
        if let Some(starting_schema) = &self.starting_schema {
            dump::remark_on_batch(starting_schema, batch, &self.project.migrations(), notes);
        }
    }

    fn judge(&self) -> Lint<'_> {
        Lint {
            tree: self.tree,
            project: &self.project,
            starting_schema: self.starting_schema.as_ref(),
            target: &self.target,
            effects: &self.effects,
            rules: &self.rules,
            policy: &self.policy,
            code: None,
            today: Some(Date::of(SystemTime::now())),
            published: None,
            evidence: None,
        }
    }

    /// Whether every migration of `batch` can be read.
    pub(super) fn is_readable(&self, batch: &Batch) -> bool {
        let migrations = self.project.migrations();
        migrations
            .iter()
            .filter(|migration| batch.holds(migration))
            .all(|migration| self.tree.read(&migration.path).is_ok())
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

/// Stats, and the file that holds them.
struct StatsFile {
    stats: Stats,
    path: String,
    text: String,
}

/// The stats that a flag or the configuration names, in this order.
fn stats(target: &TargetArguments, config: &Config, tree: &Tree) -> Result<Option<StatsFile>, Failure> {
    let (file, path) = match (&target.stats, &config.wishes.stats) {
        // A path that was typed is meant from here, not from the project's root.
        (Some(path), _) => (Tree::new("").read(&path.to_string_lossy())?, path.display().to_string()),
        (None, Some(path)) if !tree.exists(path) => {
            return Err(config.missing("stats", path, "`phasewise stats --output` writes it").into());
        }
        (None, Some(path)) => (tree.read(path)?, path.clone()),
        (None, None) => return Ok(None),
    };
    Ok(Some(StatsFile { stats: Stats::read(&path, &file.text)?, path, text: file.text.clone() }))
}

/// The engine with the version of the stats, where no other was said.
fn with_stats(
    choice: EngineChoice,
    source: String,
    file: Option<&StatsFile>,
) -> Result<(EngineChoice, String), YamlError> {
    let Some(StatsFile { stats, path, text }) = file else { return Ok((choice, source)) };
    if stats.engine != choice.engine {
        let (taken, judged) = (stats.engine.title(), choice.engine.title());
        let message = format!("these stats are of {taken}, and the migrations are judged for {judged}");
        let help = format!(
            "take stats of the database that the migrations run on, with `phasewise stats`; or judge them for {taken}, with `--engine {}`",
            stats.engine.name()
        );
        return Err(YamlError::at(path, text, &["engine"], message, Some(help)));
    }
    Ok(match choice.version {
        Some(_) => (choice, source),
        None => (EngineChoice { version: Some(stats.version.clone()), ..choice }, format!("{source} and the stats")),
    })
}

/// What a flag, the configuration or the application says, in this order, and which of them it was.
fn engine_choice(
    target: &TargetArguments,
    config: &Config,
    laravel: Option<&Application>,
) -> Option<(EngineChoice, String)> {
    let flag = target.engine.clone().map(|choice| (choice, "`--engine`".to_owned()));
    let configured = || config.wishes.engine.clone().map(|choice| (choice, "the configuration".to_owned()));
    let detected = || {
        let fact = laravel?.facts().into_iter().find(|fact| fact.name == ENGINE)?;
        let engine = Engine::from_name(&fact.value)?;
        Some((EngineChoice { engine, version: None }, format!("`{}`", fact.source)))
    };
    flag.or_else(configured).or_else(detected)
}

/// The tables in which the project's runner logs migrations.
fn logs(project: &Project) -> Vec<LogTable> {
    match project {
        Project::Laravel(laravel) => {
            vec![LogTable::new(laravel.application.migration_table(&laravel.settings.prefix), "migration")]
        }
        Project::Sql { .. } => LogTable::of_runners(),
    }
}

/// What the files around migrations of SQL say that they run on, those above the project in its repository last.
fn told_engine(
    root: &Root,
    tree: &Tree,
    found: &Migrations,
    directories: &[String],
) -> Result<(EngineChoice, String), Failure> {
    let Migrations::Sql(migrations) = found else { return Err(ProjectError::NoEngine.into()) };
    // A migration may lie deeper than the directory that was searched for it.
    let within =
        migrations.iter().map(|migration| migration.file.path.rsplit_once('/').map_or("", |(directory, _)| directory));
    let directories: Vec<String> =
        directories.iter().map(String::as_str).chain(within.take(1)).map(str::to_owned).collect();
    let mut evidence = layout::engine(tree, &directories)?;
    for above in within_repository(&root.directory).skip(1) {
        if evidence.is_some() {
            break;
        }
        evidence = layout::engine(&Tree::new(above), &[String::new()])?
            .map(|found| EngineEvidence { source: format!("{} above the project", found.source), ..found });
    }
    let evidence = evidence.ok_or(ProjectError::NoEngine)?;
    let engine = evidence
        .engine
        .ok_or(ProjectError::UnknownDatabase { name: evidence.name, source_name: evidence.source.clone() })?;
    Ok((EngineChoice { engine, version: None }, format!("`{}`", evidence.source)))
}

/// What the migrations are compiled for: what the application says, unless a flag or the configuration says otherwise.
fn settings(
    application: &Application,
    choice: &EngineChoice,
    target: &TargetArguments,
    config: &Config,
    notes: Notes,
) -> Settings {
    let mut settings = application.settings(choice.engine);
    settings.version.clone_from(&choice.version);
    for fact in application.facts().iter().filter(|fact| fact.name != ENGINE) {
        notes.detail(&format!("{}: {} (from `{}`)", fact.name, fact.value, fact.source));
    }
    if let Some(major) = target.laravel.or(config.wishes.laravel) {
        let source = if target.laravel.is_some() { "`--laravel`" } else { "the configuration" };
        notes.detail(&format!("laravel: {major} (from {source})"));
        settings.major = major;
    }
    if let Some(has_doctrine) = target.doctrine.then_some(true).or(config.wishes.doctrine) {
        let source = if target.doctrine { "`--doctrine`" } else { "the configuration" };
        notes.detail(&format!("doctrine/dbal: {has_doctrine} (from {source})"));
        settings.has_doctrine = has_doctrine;
    }
    settings
}

/// The engine and version to judge for; what had to be assumed, and what is not known of the engine, is said.
fn settle(choice: EngineChoice, source: &str, effects: &Effects, notes: Notes) -> EngineVersion {
    let engine = choice.engine;
    let title = engine.title();
    let chosen = choice.version.as_ref().map_or(String::new(), |version| format!(" {version}"));
    notes.detail(&format!("engine: {title}{chosen} (from {source})"));
    let version = choice.version.unwrap_or_else(|| {
        let assumed = effects.assumed_version();
        let elsewhere = if engine.is_embedded() {
            "; if production runs on another database, name that, as in `--engine mysql:8.4`"
        } else {
            ""
        };
        notes.remark(&format!(
            "{title} {assumed} is assumed: say your version as in `--engine {engine}:{assumed}`, or in \
             `phasewise.yaml`{elsewhere}"
        ));
        assumed.clone()
    });
    EngineVersion { engine, version }
}

fn why_root(sign: Sign) -> String {
    match sign {
        Sign::File(name) => format!("told by `{name}`"),
        Sign::Migrations(directory) => format!("told by `{directory}`"),
        Sign::Named => "files that were named".to_owned(),
    }
}
