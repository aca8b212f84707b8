//! Replays the history and judges the batch.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::code::Code;
use super::judge::{Judge, Place};
use super::outcome::{JudgedChange, MigrationRead, Outcome, Unknown};
use super::policy::Policy;
use super::project::{Direction, MigrationFile, Project, Script};
use super::published::Published;
use super::rebuild::rebuilds_recognised;
use super::remarks;
use super::starting_schema::StartingSchema;
use super::told::{Told, retold};
use crate::answer::Answer;
use crate::catalog::{Catalog, Era};
use crate::change::{Problem, Statement};
use crate::effect::{Blocks, Certainty, CodeUse, Effect, Effects, Lasts, Session, Subject, Trail};
use crate::engine::EngineVersion;
use crate::finding::{Date, Evidence, Finding, Suppressions, UnusedSuppression};
use crate::rule::{Remark, RemarkKind, Rules};
use crate::source::{Comment, SourceFile, Tree};
use crate::spelling::nearest;

/// What a lint needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Lint<'a> {
    pub tree: &'a Tree,
    pub project: &'a Project<'a>,
    /// What stands before the first migration, where a dump says it.
    pub starting_schema: Option<&'a StartingSchema>,
    pub target: &'a EngineVersion,
    pub effects: &'a Effects,
    pub rules: &'a Rules,
    pub policy: &'a Policy,
    /// The code that runs while the batch ships, where it is to be asked.
    pub code: Option<&'a Code<'a>>,
    /// On which day suppressions must not have expired; `None` lets them live.
    pub today: Option<Date>,
    /// What the branch has that the batch leaves; `None` where that is not asked.
    pub published: Option<&'a Published>,
    /// What was seen to beforehand, by the rules whose findings it answers; the deploys of a plan have some.
    pub evidence: Option<&'a BTreeMap<String, Evidence>>,
}

/// Which migrations are judged, and what ships with what. The others are only replayed, as far as they sort before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Batch {
    /// Those with these keys, each as a deploy of its own: an audit of the history.
    EachAlone(BTreeSet<String>),
    /// Those with these keys, in one deploy.
    Together(BTreeSet<String>),
}

impl Lint<'_> {
    /// Judges `batch`.
    pub fn run(&self, batch: &Batch) -> Outcome {
        let (migrations, start) = self.start(batch);
        let mut outcome = self.nothing_yet(start.catalog);
        outcome.unknown = start.unknown;
        let is_judged = |migration: &MigrationFile| batch.holds(migration) || self.is_edited(migration);
        let last = migrations.iter().rposition(is_judged).map_or(0, |at| at + 1);
        let mut ahead = None;
        for (at, migration) in migrations.iter().enumerate().take(last) {
            let script = self.project.read(migration, Direction::Up, self.tree, &outcome.catalog);
            self.judge_edit(&mut outcome, migration, &script);
            if !batch.holds(migration) {
                replay(&mut outcome, &script);
                continue;
            }
            if ahead.is_some() && matches!(batch, Batch::Together(_)) {
                outcome.catalog.enter(Era::Batch);
            } else {
                outcome.catalog.begin_batch();
            }
            let ahead = ahead.get_or_insert_with(|| {
                Ahead::new(self, &outcome.catalog, migrations.get(at..last).unwrap_or_default())
            });
            self.judge(&mut outcome, migration, &script, ahead);
        }
        outcome
    }

    /// What each migration of `batch` sends, in the order in which they run.
    pub fn scripts(&self, batch: &Batch, direction: Direction) -> Vec<(MigrationFile, Script)> {
        let (migrations, Start { mut catalog, .. }) = self.start(batch);
        let mut scripts = Vec::new();
        for migration in migrations {
            let up = self.project.read(&migration, Direction::Up, self.tree, &catalog);
            up.statements.iter().for_each(|statement| catalog.apply_statement(statement));
            if batch.holds(&migration) {
                let script = match direction {
                    Direction::Up => up,
                    Direction::Down => self.project.read(&migration, direction, self.tree, &catalog),
                };
                scripts.push((migration, script));
            }
        }
        scripts
    }

    /// The tables after the migration whose key is `last`; after all of them without it. Also what was not understood.
    pub fn schema(&self, last: Option<&str>) -> (Catalog, Vec<Unknown>) {
        // What stood after a migration that the dump holds only its own replay can tell.
        let stop = last.map(|path| Batch::Together(BTreeSet::from([path.to_owned()])));
        let (migrations, start) = self.start(&stop.unwrap_or_else(|| Batch::Together(BTreeSet::new())));
        let Start { mut catalog, mut unknown } = start;
        for migration in migrations {
            let script = self.project.read(&migration, Direction::Up, self.tree, &catalog);
            script.statements.iter().for_each(|statement| catalog.apply_statement(statement));
            unknown.extend(unknowns(&script, true));
            if last == Some(migration.key()) {
                break;
            }
        }
        (catalog, unknown)
    }

    /// An outcome of no migration.
    pub(super) fn nothing_yet(&self, catalog: Catalog) -> Outcome {
        Outcome {
            target: self.target.clone(),
            laravel: self.project.laravel_major(),
            migrations: Vec::new(),
            changes: Vec::new(),
            findings: Vec::new(),
            unknown: Vec::new(),
            unsized_tables: BTreeSet::new(),
            catalog,
            trail: Trail::default(),
        }
    }

    /// The migrations that run, and what stands before the first of them.
    pub(super) fn start(&self, batch: &Batch) -> (Vec<MigrationFile>, Start) {
        let mut migrations = self.project.migrations();
        let Some(starting_schema) =
            self.starting_schema.filter(|starting_schema| starting_schema.suits(batch, &migrations))
        else {
            return (migrations, Start { catalog: Catalog::new(self.target.engine), unknown: Vec::new() });
        };
        migrations.retain(|migration| !starting_schema.makes_idle(migration, batch));
        (migrations, Start { catalog: starting_schema.catalog(), unknown: starting_schema.unknown().to_vec() })
    }

    pub(super) fn judge(&self, outcome: &mut Outcome, migration: &MigrationFile, script: &Script, ahead: &Ahead<'_>) {
        self.judge_script(outcome, migration, script, |after| self.way_back(after, migration, script), ahead);
    }

    /// Judges what a migration sends, whatever its file says; `way_back` tells what there is to say of undoing it, for the
    /// tables as they are after it.
    pub(super) fn judge_script(
        &self,
        outcome: &mut Outcome,
        migration: &MigrationFile,
        script: &Script,
        way_back: impl FnOnce(&Catalog) -> Vec<Remark>,
        ahead: &Ahead<'_>,
    ) {
        let sql_mode = script.sql_mode.as_ref().or_else(|| self.policy.sizes.sql_mode());
        let mut session = Session::new(script.is_in_transaction)
            .approximate(script.is_approximate)
            .opened_in(sql_mode.cloned())
            .with_settings(&self.policy.session)
            .on_trail(std::mem::take(&mut outcome.trail));
        let mut findings = Vec::new();
        let mut told = Told::default();
        for statement in rebuilds_recognised(&script.statements, &outcome.catalog).iter() {
            told.begin_statement();
            let statement = Rc::new(statement.clone());
            findings.extend(self.judge_statement(outcome, migration, &statement, &mut session, &mut told, ahead));
        }
        retold(&mut findings, &outcome.changes, self.rules);
        let place = Place { migration: &migration.name, path: &migration.path, change: outcome.changes.len() };
        let remarked = |remark: &Remark| self.judge_with().remark(remark, self.target, place);
        let unknowns = unknowns(script, false);
        let remarks = remarks::of_script(script, &unknowns).into_iter().chain(way_back(&outcome.catalog));
        let remarks = remarks.chain(self.order(migration, script));
        findings.extend(remarks.flat_map(|remark| remarked(&remark)));
        let in_vain = self.suppress(&mut findings, script);
        findings.extend(in_vain.iter().flat_map(remarked));
        findings.sort_by_key(|finding| finding.span);
        outcome.findings.append(&mut findings);
        outcome.trail = session.into_trail();
        outcome.unknown.extend(unknowns);
        outcome.migrations.push(MigrationRead {
            name: migration.name.clone(),
            path: migration.path.clone(),
            is_in_transaction: script.is_in_transaction,
        });
    }

    /// Judges what became of a migration that was published.
    fn judge_edit(&self, outcome: &mut Outcome, migration: &MigrationFile, script: &Script) {
        let Some(remark) = self.edit(migration, script, &outcome.catalog) else { return };
        let place = Place { migration: &migration.name, path: &migration.path, change: outcome.changes.len() };
        let mut findings = self.judge_with().remark(&remark, self.target, place);
        self.suppress(&mut findings, script);
        outcome.findings.append(&mut findings);
    }

    /// Judges the changes of one statement, each against what those before it left.
    fn judge_statement(
        &self,
        outcome: &mut Outcome,
        migration: &MigrationFile,
        statement: &Rc<Statement>,
        session: &mut Session,
        told: &mut Told,
        ahead: &Ahead<'_>,
    ) -> Vec<Finding> {
        let judge = self.judge_with();
        let first = outcome.changes.len();
        let before = statement.guard.is_some().then(|| outcome.catalog.clone());
        let mut findings = Vec::new();
        for change in &statement.changes {
            let (catalog, target) = (&outcome.catalog, self.target);
            let subject = Subject { change, statement, catalog, target, session, code: CodeUse::default() };
            let place = Place { migration: &migration.name, path: &migration.path, change: outcome.changes.len() };
            let mut judgement = judge.judge(&subject, place, || ahead.end());
            if judgement.findings.is_empty()
                && let Some(reason) = unjudged(&subject, &judgement.effect)
            {
                outcome.unknown.push(Unknown { span: change.span, reason, is_history: false });
            }
            outcome.unsized_tables.extend(judgement.unsized_table.take());
            judgement.findings.retain(|finding| told.is_news(finding, subject.table_name(), self.rules));
            findings.append(&mut judgement.findings);
            outcome.changes.push(JudgedChange {
                migration: outcome.migrations.len(),
                statement: Rc::clone(statement),
                change: change.clone(),
                effect: judgement.effect,
                breaks: judgement.breaks,
            });
            session.follow(&change.what);
            if statement.guard.is_none() {
                session.follow_surely(change);
            }
            outcome.catalog.apply(&change.what);
        }
        for judged in outcome.changes.iter().skip(first) {
            session.follow_effect(judged.change.what.table(), &judged.effect);
        }
        if let Some(before) = before {
            outcome.catalog = outcome.catalog.clone().or(&before);
        }
        findings
    }

    /// Applies the comments of a migration to its findings, and remarks on those that were in vain.
    fn suppress(&self, findings: &mut [Finding], script: &Script) -> Vec<Remark> {
        let Some(first) = script.comments.first() else { return Vec::new() };
        let file = self.tree.file(first.span.file);
        suppress(&file, &script.comments, self.today, self.rules, findings)
    }

    fn judge_with(&self) -> Judge<'_> {
        Judge {
            effects: self.effects,
            rules: self.rules,
            policy: self.policy,
            code: self.code,
            evidence: self.evidence,
        }
    }
}

/// Applies the `comments` of a file to the findings in it, and remarks on those that were in vain.
pub(super) fn suppress(
    file: &SourceFile,
    comments: &[Comment],
    today: Option<Date>,
    rules: &Rules,
    findings: &mut [Finding],
) -> Vec<Remark> {
    let suppressions = Suppressions::read(file, comments, today);
    let unused = suppressions.apply(findings).into_iter().map(|UnusedSuppression { span, rule }| Remark {
        kind: RemarkKind::SuppressionUnused,
        span,
        reason: in_vain(&rule, rules),
        what: rule,
    });
    let problems = suppressions.problems.iter().map(|problem| Remark {
        kind: RemarkKind::SuppressionUnused,
        span: problem.span,
        reason: problem.reason.clone(),
        what: String::new(),
    });
    problems.chain(unused).collect()
}

/// Why a comment that names the rule suppresses nothing.
fn in_vain(rule: &str, rules: &Rules) -> String {
    let meant = || nearest(rule, rules.iter().map(|rule| rule.id.as_str()));
    match (rules.get(rule), meant()) {
        (Some(_), _) => format!("`{rule}` finds nothing here"),
        (None, Some(meant)) => format!("there is no rule `{rule}`, so nothing is suppressed: did you mean `{meant}`?"),
        (None, None) => {
            format!("there is no rule `{rule}`, so nothing is suppressed: `phasewise explain` lists the rules")
        }
    }
}

/// The tables as a batch will leave them, worked out when somebody asks.
pub(super) struct Ahead<'a> {
    lint: &'a Lint<'a>,
    start: Catalog,
    /// From the first migration of the batch to its last.
    rest: &'a [MigrationFile],
    end: OnceCell<Catalog>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(lint: &'a Lint<'a>, start: &Catalog, rest: &'a [MigrationFile]) -> Self {
        Self { lint, start: start.clone(), rest, end: OnceCell::new() }
    }

    fn end(&self) -> &Catalog {
        self.end.get_or_init(|| {
            let mut catalog = self.start.clone();
            for migration in self.rest {
                let script = self.lint.project.read(migration, Direction::Up, self.lint.tree, &catalog);
                script.statements.iter().for_each(|statement| catalog.apply_statement(statement));
            }
            catalog
        })
    }
}

/// What is known before the first migration runs.
pub(super) struct Start {
    pub(super) catalog: Catalog,
    unknown: Vec<Unknown>,
}

impl Batch {
    pub fn holds(&self, migration: &MigrationFile) -> bool {
        self.keys().contains(migration.key())
    }

    pub fn keys(&self) -> &BTreeSet<String> {
        match self {
            Self::EachAlone(keys) | Self::Together(keys) => keys,
        }
    }
}

/// Replays a migration that ran in an earlier deploy.
pub(super) fn replay(outcome: &mut Outcome, script: &Script) {
    outcome.catalog.enter(Era::History);
    script.statements.iter().for_each(|statement| outcome.catalog.apply_statement(statement));
    let certain = script.statements.iter().filter(|statement| statement.guard.is_none());
    certain.flat_map(|statement| &statement.changes).for_each(|change| outcome.trail.follow(change));
    outcome.unknown.extend(unknowns(script, true));
}

/// Why nobody can say that a statement beside tables, columns and keys is harmless: it is about a table in use and has no
/// entry for the engine, or it is about something that is not followed and keeps others waiting for longer than a moment.
fn unjudged(subject: &Subject<'_>, effect: &Effect) -> Option<String> {
    let change = &subject.change.what;
    // What may reach further is told as not understood anyway.
    let words = change.words().filter(|_| change.reach().is_none())?;
    // Without a source there is no file for the engine, which the summary says once.
    let is_unread = effect.certainty == Certainty::Unknown && !effect.source.is_empty();
    match change.table() {
        Some(table) if is_unread && subject.table_in_use() != Answer::No => {
            Some(format!("what `{words}` does to `{table}` on {} is not known here", subject.target.engine.title()))
        }
        None if effect.blocks != Blocks::default() && effect.lasts != Lasts::Moment => Some(format!(
            "`{words}` keeps others waiting on {}, and whether they need what it is about is not known",
            subject.target.engine.title()
        )),
        _ => None,
    }
}

/// The places that were not understood: what the front ends report, and every change that may reach beyond what it says,
/// each place once.
pub(super) fn unknowns(script: &Script, is_history: bool) -> Vec<Unknown> {
    let opaque = script.statements.iter().flat_map(|statement| &statement.changes).filter_map(|change| {
        let (_, reason) = change.what.reach()?;
        Some(Problem { span: change.span, reason: reason.to_owned() })
    });
    let mut unknowns: Vec<Unknown> = script
        .problems
        .iter()
        .cloned()
        .chain(opaque)
        .map(|problem| Unknown { span: problem.span, reason: problem.reason, is_history })
        .collect();
    unknowns.sort_by(|left, right| (left.span, &left.reason).cmp(&(right.span, &right.reason)));
    unknowns.dedup_by(|left, right| left.span == right.span);
    unknowns
}
