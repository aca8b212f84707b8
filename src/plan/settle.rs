//! Expand, lint, expand again, until the lint finds nothing that a recipe is for.
//!
//! No recipe is applied twice to the same change on the way, so that it ends.

use std::collections::BTreeSet;

use super::Unplanned;
use super::intent::calls_for_plan;
use crate::catalog::Catalog;
use crate::change::{Change, SchemaChange, Statement};
use crate::effect::{Algorithm, Certainty, CodeUse, Session, Subject};
use crate::finding::{Finding, Severity};
use crate::lint::{JudgedChange, Lint, MigrationFile, Outcome, Script};
use crate::recipe::{Hold, NoWay, Recipes, Step, Work};
use crate::source::SourceMap;
use crate::sql::{self, write};

/// The name of what no recipe replaced.
pub(super) const AS_WRITTEN: &str = "migrate";

/// A step on its way into a plan.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) step: Step,
    /// The author's migration that it comes from.
    pub(super) migration: MigrationFile,
    /// Whether it sends what the author wrote, word for word.
    pub(super) is_authors: bool,
    pub(super) is_in_transaction: bool,
}

pub(super) struct Settler<'a> {
    pub(super) lint: &'a Lint<'a>,
    pub(super) recipes: &'a Recipes,
}

/// The recipes that were applied on the way, each with the change that it replaced.
type Applied = BTreeSet<(String, String)>;

impl Settler<'_> {
    /// The steps that come instead of `drafts` where `before` stands, and whether a recipe was needed.
    pub(super) fn settle(&self, before: &Catalog, drafts: Vec<Draft>) -> Result<(Vec<Draft>, bool), Unplanned> {
        let mut settled: Vec<Draft> = Vec::new();
        let mut waiting = drafts;
        waiting.reverse();
        let mut applied = Applied::new();
        let mut catalog = before.clone();
        while let Some(draft) = waiting.pop() {
            let draft = self.with_clauses(&catalog, draft);
            if let Some(mut instead) = self.replacement(&catalog, &draft, &mut applied)? {
                instead.reverse();
                waiting.append(&mut instead);
            } else {
                draft.replay(&mut catalog);
                settled.push(draft);
            }
        }
        Ok((settled, !applied.is_empty()))
    }

    /// The steps of a statement, one for each change where one of them has to be replaced.
    pub(super) fn cut(&self, before: &Catalog, draft: Draft) -> Result<Vec<Draft>, Unplanned> {
        let Some(outcome) = draft.judge(self.lint, before) else { return Ok(vec![draft]) };
        let replaced = outcome.findings.iter().filter(|finding| finding.is_open() && !draft.is_settled(finding));
        let mut replaced = replaced.filter(|finding| calls_for_plan(finding) || finding.severity == Severity::Error);
        let Some(judged) = replaced.find_map(|finding| outcome.change_of(finding)) else { return Ok(vec![draft]) };
        if judged.statement.guard.is_some() {
            return Ok(vec![draft]);
        }
        Ok(draft.parts(judged, before)?.unwrap_or_else(|| vec![draft]))
    }

    /// What comes instead of a step, if the lint finds something that calls for it.
    fn replacement(
        &self,
        catalog: &Catalog,
        draft: &Draft,
        applied: &mut Applied,
    ) -> Result<Option<Vec<Draft>>, Unplanned> {
        let Some(outcome) = draft.judge(self.lint, catalog) else { return Ok(None) };
        let open = |finding: &&Finding| finding.is_open() && !draft.is_settled(finding);
        let Some(finding) = outcome
            .findings
            .iter()
            .filter(open)
            .filter(|finding| calls_for_plan(finding) || finding.severity == Severity::Error)
            .rev()
            .max_by_key(|finding| (finding.severity, finding.recipe.is_some()))
        else {
            return Ok(None);
        };
        let refuse = |NoWay { reason, instead }| Unplanned {
            rule: finding.rule.clone(),
            migration: draft.migration.name.clone(),
            span: finding.span,
            reason,
            instead,
        };
        let judged = outcome.change_of(finding);
        let (Some(judged), Some(id)) = (judged, &finding.recipe) else {
            return Err(refuse(self.without_recipe(finding)));
        };
        if let Some(guard) = &judged.statement.guard {
            return Err(refuse(no_way(format!("it is sent only if {guard}, which nobody can tell beforehand"))));
        }
        if draft.is_joined() || judged.statement.changes.len() > 1 {
            let reason = format!("{} has to happen together with others", judged.change.what.description());
            return Err(refuse(no_way(reason)));
        }
        let key = (id.clone(), format!("{:?}", judged.change.what));
        if !applied.insert(key) {
            let reason =
                format!("the recipe `{id}` leads back to what it replaces, {}", judged.change.what.description());
            return Err(refuse(no_way(reason)));
        }
        let recipe = self.recipes.get(id).ok_or_else(|| refuse(no_way(format!("there is no recipe `{id}` yet"))))?;
        let subject = Subject {
            change: &judged.change,
            statement: &judged.statement,
            catalog,
            target: self.lint.target,
            session: &Session::default(),
            code: CodeUse::default(),
        };
        let steps = recipe.expand(&subject).map_err(refuse)?;
        Ok(Some(steps.into_iter().map(|step| draft.instead(step, self.lint)).collect()))
    }

    /// Why a finding without a recipe cannot be planned: what its rule says.
    fn without_recipe(&self, finding: &Finding) -> NoWay {
        let rule = self.lint.rules.get(&finding.rule);
        let reason = rule.and_then(|rule| rule.no_recipe.clone()).unwrap_or_else(|| "no recipe is for it".to_owned());
        NoWay { reason, instead: Some(finding.help.clone()) }
    }

    /// With ALGORITHM= and LOCK= where the server takes them, so that it refuses to do it in a heavier way.
    fn with_clauses(&self, catalog: &Catalog, draft: Draft) -> Draft {
        let engine = self.lint.target.engine;
        let Work::Migrate(statements) = &draft.step.work else { return draft };
        let ([statement], false, true) = (statements.as_slice(), draft.is_authors, engine.is_mysql_family()) else {
            return draft;
        };
        let is_alter = statement.sql.starts_with("alter table");
        if !is_alter || statement.online.algorithm.is_some() {
            return draft;
        }
        let Some(outcome) = draft.judge(self.lint, catalog) else { return draft };
        let effects = outcome.changes.iter().map(|judged| &judged.effect);
        let is_known = effects.clone().all(|effect| effect.certainty != Certainty::Unknown && effect.refused.is_none());
        let Some(algorithm) = effects.clone().map(|effect| effect.algorithm).max().flatten().filter(|_| is_known)
        else {
            return draft;
        };
        let blocks_writes = effects.clone().any(|effect| effect.blocks.writes);
        let lock = match algorithm {
            Algorithm::Copy => return draft,
            Algorithm::Instant => None,
            _ if blocks_writes => Some("shared"),
            _ => Some("none"),
        };
        let text = write::with_clauses(&statement.sql, algorithm.name(), lock);
        let read = sql::read(&text, &SourceMap::new(statement.span), engine);
        let step = Step { work: Work::Migrate(read.statements), ..draft.step };
        Draft { step, ..draft }
    }
}

fn no_way(reason: String) -> NoWay {
    NoWay { reason, instead: None }
}

impl Draft {
    /// What the lint makes of it by itself; `None` where it sends nothing.
    pub(super) fn judge(&self, lint: &Lint<'_>, catalog: &Catalog) -> Option<Outcome> {
        let Work::Migrate(statements) = &self.step.work else { return None };
        let script =
            Script { statements: statements.clone(), is_in_transaction: self.is_in_transaction, ..Script::default() };
        Some(lint.deploy(catalog, [(&self.migration, &script)]))
    }

    pub(super) fn is_settled(&self, finding: &Finding) -> bool {
        self.step.settles.iter().any(|settled| settled.rule == finding.rule)
    }

    /// The catalog after it. Once old code is gone, or rows are filled, what stands is what running code knows.
    pub(super) fn replay(&self, catalog: &mut Catalog) {
        match &self.step.work {
            Work::Migrate(statements) => statements.iter().for_each(|statement| catalog.apply_statement(statement)),
            Work::Hold(Hold::Drained) | Work::Backfill(_) => catalog.begin_batch(),
            Work::Code { .. } | Work::Hold(_) => {}
        }
    }

    /// A step of a recipe in its place. It ships in a migration of its own, in a transaction where the runner uses one and
    /// the engine lets it.
    fn instead(&self, step: Step, lint: &Lint<'_>) -> Self {
        // What was waited for before it holds for all that comes instead of it.
        let step = match &step.work {
            Work::Migrate(_) => Step {
                settles: [self.step.settles.clone(), step.settles].concat(),
                is_point_of_no_return: self.step.is_point_of_no_return || step.is_point_of_no_return,
                deploy: if self.step.deploy == AS_WRITTEN { step.deploy } else { self.step.deploy.clone() },
                ..step
            },
            _ => step,
        };
        let draft = Self { step, migration: self.migration.clone(), is_authors: false, is_in_transaction: false };
        let may = !draft.builds_concurrently() && lint.target.engine.has_transactional_ddl();
        Self { is_in_transaction: may, ..draft }
    }

    /// Whether it builds or drops an index while writes go on.
    pub(super) fn builds_concurrently(&self) -> bool {
        match &self.step.work {
            Work::Migrate(statements) => statements.iter().any(is_concurrent),
            _ => false,
        }
    }

    /// What it does, in words.
    pub(super) fn describe(&self) -> String {
        let Work::Migrate(statements) = &self.step.work else { return String::new() };
        let changes = statements.iter().filter(|statement| !is_setting(statement)).flat_map(|one| &one.changes);
        changes.map(|change| change.what.description()).collect::<Vec<_>>().join(", ")
    }

    /// Whether it sends several statements that belong together.
    fn is_joined(&self) -> bool {
        match &self.step.work {
            Work::Migrate(statements) => statements.iter().filter(|one| !is_setting(one)).count() > 1,
            _ => false,
        }
    }

    /// A step for each change of a statement that makes several, so that one of them can be replaced.
    fn parts(&self, judged: &JudgedChange, catalog: &Catalog) -> Result<Option<Vec<Self>>, Unplanned> {
        let Work::Migrate(statements) = &self.step.work else { return Ok(None) };
        let statement = &judged.statement;
        if statement.changes.len() < 2 && statements.len() < 2 {
            return Ok(None);
        }
        let engine = catalog.engine();
        let (before, after) = settings(statements);
        let mut parts = Vec::new();
        for other in statements.iter().filter(|other| !is_setting(other)) {
            for change in &other.changes {
                if other.changes.len() > 1 && is_idle(&change.what, catalog) {
                    continue;
                }
                let part = if other.changes.len() == 1 { Some(other.clone()) } else { alone(other, change, engine) };
                let part = part.ok_or_else(|| Unplanned {
                    rule: String::new(),
                    migration: self.migration.name.clone(),
                    span: change.span,
                    reason: format!(
                        "it stands in one statement with others, and `{}` cannot be sent alone",
                        change.what.kind()
                    ),
                    instead: Some("write it as a statement of its own".to_owned()),
                })?;
                let is_verbatim = other.changes.len() == 1 && self.is_authors;
                let needs_settings = part.changes.iter().any(|change| *change != judged.change);
                let all =
                    if needs_settings { [before.clone(), vec![part], after.clone()].concat() } else { vec![part] };
                parts.push(Self {
                    step: Step { work: Work::Migrate(all), ..self.step.clone() },
                    is_authors: is_verbatim,
                    ..self.clone()
                });
            }
        }
        Ok(Some(parts))
    }
}

/// The statements that only set something before and after the others.
fn settings(statements: &[Statement]) -> (Vec<Statement>, Vec<Statement>) {
    let before = statements.iter().take_while(|statement| is_setting(statement)).cloned().collect();
    let mut after: Vec<Statement> =
        statements.iter().rev().take_while(|statement| is_setting(statement)).cloned().collect();
    after.reverse();
    (before, after)
}

fn is_setting(statement: &Statement) -> bool {
    statement.changes.iter().all(|change| matches!(change.what, SchemaChange::SetVariable(_)))
}

/// Whether it asks for what stands already, as Laravel does for all that a column may have been.
fn is_idle(change: &SchemaChange, catalog: &Catalog) -> bool {
    let mut after = catalog.clone();
    after.apply(change);
    change.column().is_some() && after == *catalog
}

/// A statement that makes this change and no other.
fn alone(statement: &Statement, change: &Change, engine: crate::engine::Engine) -> Option<Statement> {
    let text = write::statement(&change.what, engine)?;
    let read = sql::read(&text, &SourceMap::new(change.span), engine);
    let [alone] = read.statements.as_slice() else { return None };
    Some(Statement { guard: statement.guard.clone(), ..alone.clone() })
}

fn is_concurrent(statement: &Statement) -> bool {
    statement.changes.iter().any(|change| match &change.what {
        SchemaChange::AddIndex(add) => add.is_concurrent,
        SchemaChange::DropIndex(drop) => drop.is_concurrent,
        _ => false,
    })
}
