//! A plan as files: what `plan --write` puts where.

use std::collections::BTreeMap;

use super::command;
use super::copy_tool::commands;
use super::error::EmitError;
use super::fill::Fill;
use super::laravel::Author;
use super::names;
use super::plan_file::{
    BackfillFile, DeployFile, HoldFile, Intent, IntentFile, NAME, PlanFile, RollbackFile, SettledFile, SlotName,
    StepFile, StepPath, VERSION,
};
use super::sql_files::{self, AT, Example};
use super::written::Rollback;
use super::{Operation, ask, script};
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement};
use crate::lint::{Batch, Direction, Lint, MigrationFile, Project, SqlMigration};
use crate::plan::{Deploy, Migration, Plan, Slot, Step, Work};
use crate::recipe::{Backfill, Hold};
use crate::source::{Span, Tree};
use crate::sql::layout::Layout;

const COMMANDS: &str = "app/Console/Commands";

/// A plan's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emission {
    pub plan: PlanFile,
    /// The directory of the plan.
    pub directory: String,
    /// Paths and texts, without the plan file.
    pub files: BTreeMap<String, String>,
    /// The author's files, in whose place those of the first deploy come.
    pub replaced: Vec<String>,
}

/// A file of a step: where it goes, with [`AT`], and its text.
struct Draft {
    goes_to: Option<String>,
    /// Its name beside the plan.
    name: String,
    text: String,
}

struct Emitter<'a> {
    lint: &'a Lint<'a>,
    plan: &'a Plan,
    directory: String,
    numbers: Numbers,
    files: BTreeMap<String, String>,
}

/// The numbers that the migrations of the first deploy get (SQL).
#[derive(Default)]
struct Numbers {
    next: u64,
}

/// The files of `plan`, which lies in its own directory below `plans`.
pub fn emit(lint: &Lint<'_>, plan: &Plan, plans: &str) -> Result<Emission, EmitError> {
    let directory = format!("{plans}/{}", plan.id.replace(['/', '\\'], "_"));
    let mut emitter = Emitter { lint, plan, directory, numbers: Numbers::default(), files: BTreeMap::new() };
    emitter.check_understood()?;
    let mut catalog = plan.before.clone();
    let mut deploys = Vec::new();
    for deploy in &plan.deploys {
        deploys.push(emitter.deploy(deploy, &mut catalog)?);
    }
    let intents = emitter.intents()?;
    let replaced = intents.iter().flat_map(|intent| &intent.files).map(|file| file.path.clone()).collect();
    let locks = emitter.files.iter().map(|(path, text)| (path.clone(), ask::lock(text))).collect();
    let file = PlanFile {
        version: VERSION,
        id: plan.id.clone(),
        title: plan.title.clone(),
        engine: engine(lint),
        laravel: lint.project.laravel_major(),
        placed: 1,
        aborted: false,
        intents,
        deploys,
        locks,
        seen: Vec::new(),
        waivers: Vec::new(),
    };
    Ok(Emission { plan: file, directory: emitter.directory, files: emitter.files, replaced })
}

/// As in `--engine`.
pub fn engine(lint: &Lint<'_>) -> String {
    format!("{}:{}", lint.target.engine, lint.target.version)
}

impl Emitter<'_> {
    fn deploy(&mut self, deploy: &Deploy, catalog: &mut Catalog) -> Result<DeployFile, EmitError> {
        catalog.begin_batch();
        let mut steps = Vec::new();
        for step in &deploy.steps {
            let mut file = plain(step);
            match &step.work {
                Work::Migrate(migration) => {
                    self.migration(deploy, (step, migration), catalog, &mut file)?;
                    migration.statements.iter().for_each(|statement| catalog.apply_statement(statement));
                }
                Work::Copy(migration) => {
                    self.migration(deploy, (step, migration), catalog, &mut file)?;
                    migration.statements.iter().for_each(|statement| catalog.apply_statement(statement));
                    let (commands, _) = commands(step, self.lint.target.engine);
                    file.run = commands.into_iter().map(|command| command.command).collect();
                    let what = step.table.as_ref().map(ToString::to_string);
                    file.hold = Some(HoldFile { kind: "copied".to_owned(), sql: None, what });
                }
                Work::Backfill(backfill) => self.backfill(deploy, step, backfill, &mut file)?,
                Work::Hold(Hold::Drained) => catalog.begin_batch(),
                Work::Code { .. } | Work::Hold(_) => {}
            }
            steps.push(file);
        }
        let (number, name, rollback_floor) = (deploy.number, deploy.name.clone(), deploy.rollback_floor);
        Ok(DeployFile { number, name, rollback_floor, steps })
    }

    fn migration(
        &mut self,
        deploy: &Deploy,
        (step, migration): (&Step, &Migration),
        catalog: &Catalog,
        file: &mut StepFile,
    ) -> Result<(), EmitError> {
        let statements = migration.statements.iter().map(|statement| statement.sql.clone());
        if deploy.number == 1 && self.is_kept(&step.migration) {
            file.sql = statements.collect();
            file.files = vec![StepPath { path: step.migration.path.clone(), goes_to: None }];
            return self.pass(step);
        }
        let name = names::stem(deploy, step);
        let words = self.words(deploy, step);
        let drafts = match self.lint.project {
            Project::Laravel(laravel) => {
                let author = Author { lint: self.lint, project: laravel };
                let written = author.write(step, migration, catalog, &words)?;
                file.sql = written.sql;
                file.rollback = Some(rollback(written.rollback));
                let directory = step.migration.path.rsplit_once('/').map_or("", |(directory, _)| directory);
                let goes_to = Some(format!("{directory}/{AT}_{name}.php"));
                vec![Draft { goes_to, name: format!("{name}.php"), text: written.text }]
            }
            Project::Sql { migrations } => {
                let source = migrations.iter().find(|known| known.file == step.migration);
                let source = source.ok_or_else(|| EmitError::step(&step.id, "its migration is gone", "plan anew"))?;
                let written = example(source).write(self.lint, (step, migration), catalog, (&name, &words))?;
                file.sql = written.sql;
                file.rollback = Some(rollback(written.rollback));
                written.files.into_iter().map(draft).collect()
            }
        };
        let at = if deploy.number == 1 { self.first(step)? } else { String::new() };
        self.put(deploy, drafts, &at, file);
        Ok(())
    }

    fn backfill(
        &mut self,
        deploy: &Deploy,
        step: &Step,
        backfill: &Backfill,
        file: &mut StepFile,
    ) -> Result<(), EmitError> {
        if backfill.key.is_empty() {
            let reason = format!("the key of `{}` is not known, by which its rows could be taken", backfill.table);
            return Err(EmitError::step(
                &step.id,
                reason,
                "give the tables that stand with `--schema`, a dump of them",
            ));
        }
        let filler = Fill::of(step, backfill)?;
        let words = self.words(deploy, step);
        let engine = self.lint.target.engine;
        let (draft, run) = match self.lint.project {
            Project::Laravel(laravel) => {
                let name = format!("{}.php", command::class(&filler));
                let text = command::text(&filler, &words, &laravel.settings.prefix, engine);
                let run = format!("php artisan {}", command::signature(&filler));
                (Draft { goes_to: Some(format!("{COMMANDS}/{name}")), name, text }, run)
            }
            Project::Sql { .. } => {
                let name = format!("{}.sql", step.id.replace(['.', '-'], "_"));
                let text = script::text(&step.id, &filler, &words, engine)?;
                let path = format!("{}/deploy-{}/{name}", self.directory, deploy.number);
                (Draft { goes_to: None, name, text }, script::run(&path, engine))
            }
        };
        file.sql = vec![backfill.sql.clone()];
        file.backfill = Some(BackfillFile {
            column: filler.column.to_owned(),
            value: backfill.value.clone(),
            only_where: filler.only_where.to_owned(),
            key: backfill.key.clone(),
            run,
        });
        self.put(deploy, vec![draft], "", file);
        Ok(())
    }

    /// Those of the first deploy stand where they are run, the others beside the plan.
    fn put(&mut self, deploy: &Deploy, drafts: Vec<Draft>, at: &str, file: &mut StepFile) {
        for draft in drafts {
            let beside = format!("{}/deploy-{}/{}", self.directory, deploy.number, draft.name);
            let (path, goes_to) = match draft.goes_to {
                Some(place) if deploy.number == 1 => (place.replace(AT, at), None),
                goes_to => (beside, goes_to),
            };
            self.files.insert(path.clone(), draft.text);
            file.files.push(StepPath { path, goes_to });
        }
    }

    /// What orders a migration of the first deploy: the author's time, or the next number from the author's on.
    fn first(&mut self, step: &Step) -> Result<String, EmitError> {
        let Project::Sql { migrations } = self.lint.project else {
            return Ok(names::apart(&step.migration.name).0.to_owned());
        };
        let own = number_of(migrations, &step.migration);
        let Some((number, width)) = own else {
            return Ok(names::apart(&step.migration.name).0.to_owned());
        };
        let number = number.max(self.numbers.next);
        self.numbers.next = number + 1;
        let is_others = |other: &&SqlMigration| {
            number_of(migrations, &other.file).is_some_and(|(taken, _)| taken == number)
                && !self.plan.steps().any(|step| step.migration == other.file && !self.is_kept(&other.file))
        };
        match migrations.iter().find(is_others) {
            None => Ok(format!("{number:0width$}")),
            Some(other) => Err(EmitError::Number {
                number: format!("{number:0width$}"),
                path: other.file.path.clone(),
                first: names::apart(&step.migration.name).0.to_owned(),
            }),
        }
    }

    /// A migration that is kept stands after those before it.
    fn pass(&mut self, step: &Step) -> Result<(), EmitError> {
        let Project::Sql { migrations } = self.lint.project else { return Ok(()) };
        let Some((number, width)) = number_of(migrations, &step.migration) else { return Ok(()) };
        if number < self.numbers.next {
            let first = format!("{number:0width$}");
            return Err(EmitError::Number { number: first.clone(), path: step.migration.path.clone(), first });
        }
        self.numbers.next = number + 1;
        Ok(())
    }

    /// Whether an author's migration ships as it is, in the first deploy.
    fn is_kept(&self, migration: &MigrationFile) -> bool {
        let mut own = self.plan.steps().filter(|step| step.migration == *migration);
        let first = self.plan.deploys.first();
        match (own.next(), own.next()) {
            (Some(only), None) => {
                only.is_authors
                    && matches!(only.work, Work::Migrate(_))
                    && first.is_some_and(|deploy| deploy.steps.iter().any(|step| step.id == only.id))
            }
            _ => false,
        }
    }

    /// What is not understood of a migration is in none of the steps, and would be lost with it.
    fn check_understood(&self) -> Result<(), EmitError> {
        let replaced = self.plan.steps().map(|step| &step.migration).filter(|migration| !self.is_kept(migration));
        let batch = Batch::Together(replaced.map(|migration| migration.key().to_owned()).collect());
        for (file, script) in self.lint.scripts(&batch, Direction::Up) {
            let problem = script.problems.first().map(|problem| (problem.span, problem.reason.clone()));
            let lost = || script.statements.iter().find_map(|statement| self.loss(statement));
            if let Some((span, reason)) = problem.or_else(lost) {
                let line = self.lint.tree.file(span.file).position(span.start).line;
                return Err(EmitError::NotUnderstood { path: file.path.clone(), line, reason });
            }
        }
        for step in self.plan.steps().filter(|step| !self.is_kept(&step.migration)) {
            let Some(migration) = step.work.migration() else { continue };
            if let Some(guard) = migration.statements.iter().find_map(|statement| statement.guard.as_ref()) {
                let reason = format!("whether it is sent hangs on `{guard}`");
                return Err(EmitError::step(
                    &step.id,
                    reason,
                    "put it in a migration of its own, without the condition",
                ));
            }
        }
        Ok(())
    }

    /// Where a statement stands that no recipe can stand for, and that is no step of the plan either.
    fn loss(&self, statement: &Statement) -> Option<(Span, String)> {
        let reason = statement.changes.iter().find_map(|change| match &change.what {
            SchemaChange::Opaque(opaque) => Some(opaque.reason.clone()),
            SchemaChange::DataRows(_) => Some(change.what.description()),
            _ => None,
        })?;
        let is_it = |migration: &Migration| migration.statements.iter().any(|other| other.span == statement.span);
        let is_step = self.plan.steps().any(|step| step.work.migration().is_some_and(is_it));
        (!is_step).then_some((statement.span, reason))
    }

    /// The author's migrations that something comes in place of, word for word.
    fn intents(&self) -> Result<Vec<Intent>, EmitError> {
        let mut intents: Vec<Intent> = Vec::new();
        for step in self.plan.steps() {
            let name = &step.migration.name;
            if self.is_kept(&step.migration) || intents.iter().any(|intent| intent.migration == *name) {
                continue;
            }
            let mut files = Vec::new();
            for path in self.paths(&step.migration) {
                let text = self.lint.tree.read(&path)?.text.clone();
                files.push(IntentFile { path, text });
            }
            intents.push(Intent { migration: name.clone(), files });
        }
        Ok(intents)
    }

    fn paths(&self, migration: &MigrationFile) -> Vec<String> {
        let mut paths = vec![migration.path.clone()];
        if let Project::Sql { migrations } = self.lint.project
            && let Some(source) = migrations.iter().find(|known| known.file == *migration)
        {
            let parts = source.source.up.iter().chain(source.source.down.iter().flatten());
            paths.extend(parts.map(|part| part.path.clone()));
        }
        paths.sort();
        paths.dedup();
        paths.retain(|path| self.lint.tree.exists(path));
        paths
    }

    fn words(&self, deploy: &Deploy, step: &Step) -> String {
        let (number, name, count, id) = (deploy.number, &deploy.name, self.plan.deploys.len(), &step.id);
        format!("Deploy {number} of {count} ({name}), step `{id}` of {}/{NAME}.", self.directory)
    }
}

fn number_of(migrations: &[SqlMigration], file: &MigrationFile) -> Option<(u64, usize)> {
    let migration = migrations.iter().find(|known| known.file == *file)?;
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let name = if migration.layout() == Layout::Diesel { file.path.rsplit('/').nth(1)? } else { name };
    sql_files::number(migration.layout(), name)
}

/// The highest number among the migrations, and how many digits it is written with; `None` where they have none.
pub fn last_number(migrations: &[SqlMigration]) -> Option<(u64, usize)> {
    migrations.iter().filter_map(|migration| number_of(migrations, &migration.file)).max()
}

/// The directory of migrations that this one lies in.
pub fn directory(migration: &SqlMigration) -> &str {
    example(migration).directory
}

/// The author's migration as an example of the layout.
pub(super) fn example(migration: &SqlMigration) -> Example<'_> {
    let path = migration.file.path.as_str();
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    let directory = match migration.layout() {
        Layout::Diesel => directory.rsplit_once('/').map_or("", |(above, _)| above),
        _ => directory,
    };
    Example { layout: migration.layout(), directory, file, has_down: migration.source.down.is_some() }
}

/// Beside the plan the file has no number yet.
fn draft((goes_to, text): (String, String)) -> Draft {
    let name = goes_to.rsplit('/').next().unwrap_or_default();
    let name = match goes_to.rsplit('/').nth(1).filter(|directory| directory.contains(AT)) {
        Some(directory) => format!("{}/{name}", bare(directory)),
        None => bare(name),
    };
    Draft { name, text, goes_to: Some(goes_to) }
}

fn bare(name: &str) -> String {
    let (_, rest) = name.split_once(AT).unwrap_or(("", name));
    rest.trim_start_matches('_').to_owned()
}

/// What a step is, without its files.
fn plain(step: &Step) -> StepFile {
    let settled = step.settles.iter();
    StepFile {
        id: step.id.clone(),
        slot: match step.slot {
            Slot::Pre => SlotName::Pre,
            Slot::Code => SlotName::Code,
            Slot::Between => SlotName::Between,
        },
        kind: step.kind().to_owned(),
        table: step.table.as_ref().map(ToString::to_string),
        migration: step.migration.name.clone(),
        files: Vec::new(),
        needs: step.needs.clone(),
        words: match &step.work {
            Work::Code { words, .. } => Some(words.trim_end().to_owned()),
            Work::Backfill(backfill) => backfill.question.clone(),
            Work::Migrate(_) | Work::Copy(_) | Work::Hold(_) => None,
        },
        sql: Vec::new(),
        run: Vec::new(),
        backfill: None,
        hold: match &step.work {
            Work::Hold(hold) => Some(hold_file(hold)),
            _ => None,
        },
        rollback: None,
        point_of_no_return: step.is_point_of_no_return,
        settles: settled
            .map(|settled| SettledFile { rule: settled.rule.clone(), words: settled.words.clone() })
            .collect(),
        places: step.places.iter().flat_map(|places| &places.known).map(ToString::to_string).collect(),
    }
}

fn hold_file(hold: &Hold) -> HoldFile {
    let (sql, what) = match hold {
        Hold::Drained => (None, None),
        Hold::NoRow { query } => (Some(query.clone()), None),
        Hold::Unreferenced { what } | Hold::Approved { what } => (None, Some(what.clone())),
    };
    HoldFile { kind: hold.kind().to_owned(), sql, what }
}

fn rollback(rollback: Rollback) -> RollbackFile {
    match rollback {
        Rollback::Sql(sql) => RollbackFile::Sql(sql),
        Rollback::None(reason) => RollbackFile::None(reason),
    }
}

impl Emission {
    /// What is written and removed so that these files stand; an error where a person's work would be lost. Files that
    /// stand already are left alone, and so is what a person filled in.
    /// Plans that become part of this one give their files away.
    pub fn operations(
        mut self,
        tree: &Tree,
        merged: &[&PlanFile],
        is_forced: bool,
    ) -> Result<Vec<Operation>, EmitError> {
        let path = format!("{}/{NAME}", self.directory);
        let old = if tree.exists(&path) { Some(PlanFile::read(tree, &self.directory)?) } else { None };
        let mut operations = Vec::new();
        if let Some(old) = &old {
            if old.placed > 1 || old.aborted {
                return Err(EmitError::UnderWay { id: old.id.clone() });
            }
            let kept = |step: &String| self.plan.step(step).is_some();
            let waivers = old.waivers.iter().filter(|waiver| kept(&waiver.step)).cloned().collect();
            let seen = old.seen.iter().filter(|seen| kept(&seen.step)).cloned().collect();
            (self.plan.waivers, self.plan.seen) = (waivers, seen);
            // Another migration may have joined it; and the code changes, and with it the lines.
            let has_grown = old.intents.len() < self.plan.intents.len();
            let has_grown = has_grown && old.intents.iter().all(|intent| self.plan.intents.contains(intent));
            if !has_grown && old.without_places() != self.plan.without_places() && !is_forced {
                return Err(EmitError::Edited { path });
            }
            let gone = old.locks.keys().filter(|path| !self.files.contains_key(*path) && tree.exists(path));
            operations.extend(gone.map(|path| Operation::Remove { path: path.clone() }));
        }
        for (path, text) in std::mem::take(&mut self.files) {
            let mut known = old.iter().chain(merged.iter().copied());
            let lock = known.find_map(|plan| plan.locks.get(&path)).cloned();
            operations.extend(one(tree, lock.as_deref(), path, text, is_forced)?);
        }
        let text = self.plan.text()?;
        if !tree.exists(&path) || tree.read(&path)?.text != text {
            operations.push(Operation::Write { path, text });
        }
        let replaced = self.replaced.into_iter().filter(|path| tree.exists(path));
        let is_written = |path: &String| operations.iter().any(|operation| operation.path() == path);
        let replaced: Vec<String> = replaced.filter(|path| !is_written(path)).collect();
        operations.extend(replaced.into_iter().map(|path| Operation::Remove { path }));
        Ok(operations)
    }
}

fn one(
    tree: &Tree,
    lock: Option<&str>,
    path: String,
    text: String,
    is_forced: bool,
) -> Result<Option<Operation>, EmitError> {
    if !tree.exists(&path) {
        return Ok(Some(Operation::Write { path, text }));
    }
    let standing = tree.read(&path)?.text.clone();
    if ask::lock(&standing) == ask::lock(&text) {
        return Ok(None);
    }
    match lock {
        _ if is_forced => {}
        Some(lock) if *lock == ask::lock(&standing) => {}
        Some(_) => return Err(EmitError::Edited { path }),
        None => return Err(EmitError::Taken { path }),
    }
    let text = ask::with_answers(&text, &standing);
    Ok(Some(Operation::Write { path, text }))
}
