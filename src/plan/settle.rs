//! Expand, lint, expand again, until the lint finds nothing that a recipe is for.
//!
//! No recipe is applied twice to the same change on the way, so that it ends.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Unplanned;
use super::intent::calls_for_plan;
use crate::catalog::Catalog;
use crate::change::{
    AddCheck, AddColumn, AddForeignKey, AddIndex, Change, Column, ForeignKey, Index, SchemaChange, Statement,
};
use crate::effect::{Algorithm, Certainty, CodeUse, Session, Subject};
use crate::finding::{Finding, Severity};
use crate::lint::{JudgedChange, Lint, MigrationFile, Outcome, Script};
use crate::recipe::{Hold, NoWay, Recipe, Recipes, Settled, Step, Work};
use crate::source::SourceMap;
use crate::sql::{self, write};

/// The name of what no recipe replaced.
pub(super) const AS_WRITTEN: &str = "migrate";

/// The recipe for rows that are copied before what they are copied from goes.
const COPIED_FROM: &str = "copy-rows";

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

    /// The steps around `drafts`, which copy rows from what goes later on: every release writes both before.
    pub(super) fn copied_from(&self, catalog: &Catalog, drafts: &[Draft]) -> Vec<Draft> {
        let mut steps = Vec::new();
        for draft in drafts {
            let statement = draft.step.work.statements().iter().find(|statement| !is_setting(statement));
            let found = statement.and_then(|statement| Some((statement, statement.changes.first()?)));
            let before = found.and_then(|(statement, change)| {
                let session = Session::default();
                let subject = self.subject((change, statement), catalog, &session);
                self.recipes.get(COPIED_FROM)?.expand(&subject).ok()
            });
            steps.extend(before.unwrap_or_default().into_iter().map(|step| draft.instead(step, self.lint)));
            steps.push(draft.clone());
        }
        steps
    }

    fn subject<'s>(
        &'s self,
        (change, statement): (&'s Change, &'s Statement),
        catalog: &'s Catalog,
        session: &'s Session,
    ) -> Subject<'s> {
        let target = self.lint.target;
        Subject { change, statement, catalog, target, session, code: CodeUse::default() }
    }

    /// The steps of a statement, one for each change where one of them has to be replaced.
    pub(super) fn cut(&self, before: &Catalog, draft: Draft) -> Result<Vec<Draft>, Unplanned> {
        let Some(outcome) = draft.judge(self.lint, before) else { return Ok(vec![draft]) };
        let mut replaced = outcome.findings.iter().filter(|finding| calls_for_plan(finding));
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
        let mut found: Vec<&Finding> = outcome.findings.iter().filter(|finding| must_go(finding)).collect();
        // What no recipe is for comes first: no other recipe is a way around it.
        // And a tool that copies the table answers for nothing that code would feel.
        let is_copied = |finding: &Finding| {
            finding.recipe.as_ref().and_then(|id| self.recipes.get(id)).is_some_and(Recipe::hands_over_to_a_tool)
        };
        found.sort_by_key(|finding| {
            (finding.recipe.is_some(), is_copied(finding), Reverse(finding.severity), self.rank(finding))
        });
        for finding in found {
            match self.expand(catalog, draft, &outcome, finding, applied) {
                Ok(steps) => {
                    let mut instead: Vec<Draft> =
                        steps.into_iter().map(|step| draft.instead(step, self.lint)).collect();
                    let is_sent = |draft: &&mut Draft| !draft.step.work.statements().is_empty();
                    // What leads up to it can be taken back.
                    if let Some(last) = instead.iter_mut().rfind(is_sent) {
                        last.step.is_point_of_no_return |= draft.step.is_point_of_no_return;
                    }
                    return Ok(Some(instead));
                }
                // A warning may stand where no recipe knows a way.
                Err(_) if finding.severity < Severity::Error => {}
                Err(NoWay { reason, instead }) => {
                    let (rule, migration) = (finding.rule.clone(), draft.migration.name.clone());
                    return Err(Unplanned { rule, migration, span: finding.span, reason, instead });
                }
            }
        }
        Ok(None)
    }

    /// Lost data first, what code can bear next, and how the server does it last.
    fn rank(&self, finding: &Finding) -> usize {
        match self.lint.rules.get(&finding.rule).map(|rule| rule.family.as_str()) {
            Some("data") => 0,
            Some("locking") => 2,
            _ => 1,
        }
    }

    /// The steps of the recipe that answers a finding.
    fn expand(
        &self,
        catalog: &Catalog,
        draft: &Draft,
        outcome: &Outcome,
        finding: &Finding,
        applied: &mut Applied,
    ) -> Result<Vec<Step>, NoWay> {
        let (Some(judged), Some(id)) = (outcome.change_of(finding), &finding.recipe) else {
            return Err(self.without_recipe(finding));
        };
        let words = judged.change.what.description();
        if let Some(guard) = &judged.statement.guard {
            return Err(no_way(format!("it is sent only if {guard}, which nobody can tell beforehand")));
        }
        if draft.is_joined() || judged.statement.changes.len() > 1 {
            return Err(no_way(format!("{words} has to happen together with others")));
        }
        let recipe = self.recipes.get(id).ok_or_else(|| no_way(format!("there is no recipe `{id}`")))?;
        let session = Session::default();
        let steps = recipe.expand(&self.subject((&judged.change, &judged.statement), catalog, &session))?;
        if !applied.insert((id.clone(), format!("{:?}", judged.change.what))) {
            return Err(no_way(format!("the recipe `{id}` leads back to what it replaces, {words}")));
        }
        Ok(steps)
    }

    /// Why a finding without a recipe cannot be planned: what its rule says.
    fn without_recipe(&self, finding: &Finding) -> NoWay {
        let rule = self.lint.rules.get(&finding.rule);
        let reason = rule.and_then(|rule| rule.no_recipe.clone()).unwrap_or_else(|| "no recipe is for it".to_owned());
        NoWay { reason, instead: Some(finding.help.clone()) }
    }

    /// A finding of the author's own migration that no recipe is for.
    pub(super) fn refused(&self, finding: &Finding) -> Unplanned {
        let NoWay { reason, instead } = self.without_recipe(finding);
        Unplanned {
            rule: finding.rule.clone(),
            migration: finding.migration.clone(),
            span: finding.span,
            reason,
            instead,
        }
    }

    /// With ALGORITHM= and LOCK= where the server takes them, so that it refuses to do it in a heavier way.
    fn with_clauses(&self, catalog: &Catalog, draft: Draft) -> Draft {
        let engine = self.lint.target.engine;
        let Work::Migrate(statements) = &draft.step.work else { return draft };
        let mut changing = statements.iter().enumerate().filter(|(_, statement)| !is_setting(statement));
        let (Some((at, statement)), None) = (changing.next(), changing.next()) else { return draft };
        let is_alter = statement.sql.starts_with("alter table") && statement.online.algorithm.is_none();
        if draft.is_authors || !engine.is_mysql_family() || !is_alter {
            return draft;
        }
        let Some(outcome) = draft.judge(self.lint, catalog) else { return draft };
        let of_tables = outcome.changes.iter().filter(|judged| judged.change.what.table().is_some());
        let effects = of_tables.map(|judged| &judged.effect);
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
        let mut statements = statements.clone();
        statements.splice(at..=at, read.statements);
        Draft { step: Step { work: Work::Migrate(statements), ..draft.step }, ..draft }
    }
}

/// Whether a finding stands in the way: an error, or what a recipe is for.
fn must_go(finding: &Finding) -> bool {
    finding.is_open() && (finding.severity == Severity::Error || calls_for_plan(finding))
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
        Some(lint.deploy(catalog, &self.migration, &script, &Settled::evidence(&self.step.settles)))
    }

    /// The catalog after it. Once old code is gone, or rows are filled, what stands is what running code knows.
    pub(super) fn replay(&self, catalog: &mut Catalog) {
        match &self.step.work {
            Work::Hold(Hold::Drained) | Work::Backfill(_) => catalog.begin_batch(),
            work => work.statements().iter().for_each(|statement| catalog.apply_statement(statement)),
        }
    }

    /// A step of a recipe in its place. It ships in a migration of its own, in a transaction where the runner uses one and
    /// the engine lets it.
    fn instead(&self, step: Step, lint: &Lint<'_>) -> Self {
        // What was waited for before it holds for all that comes instead of it.
        let step = match &step.work {
            Work::Migrate(_) | Work::Copy(_) => Step {
                settles: [self.step.settles.clone(), step.settles].concat(),
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
        let engine = catalog.engine();
        let (before, after) = settings(statements);
        let mut parts = Vec::new();
        for other in statements.iter().filter(|other| !is_setting(other)) {
            let pieces: Vec<Change> = other.changes.iter().flat_map(|change| pieces(change, catalog)).collect();
            let is_whole = pieces.len() == 1;
            for change in pieces.iter().filter(|change| is_whole || !is_idle(&change.what, catalog)) {
                let part = if is_whole { Some(other.clone()) } else { alone(other, change, engine) };
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
                let needs_settings = *change != judged.change;
                let all =
                    if needs_settings { [before.clone(), vec![part], after.clone()].concat() } else { vec![part] };
                parts.push(Self {
                    step: Step { work: Work::Migrate(all), ..self.step.clone() },
                    is_authors: is_whole && self.is_authors,
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

pub(super) fn is_setting(statement: &Statement) -> bool {
    statement.changes.iter().all(|change| matches!(change.what, SchemaChange::SetVariable(_)))
}

/// What a change asks for, piece by piece: a new column first, then the keys and checks of its definition, as the engine
/// keeps and names them.
fn pieces(change: &Change, catalog: &Catalog) -> Vec<Change> {
    let SchemaChange::AddColumn(add) = &change.what else { return vec![change.clone()] };
    let column = &add.column;
    let bare = Column { place: column.place.clone(), ..column.without_constraints() };
    if column.is_primary_key || bare == *column {
        return vec![change.clone()];
    }
    let mut after = catalog.clone();
    after.apply(&change.what);
    let mut pieces = vec![SchemaChange::AddColumn(AddColumn { column: bare, ..add.clone() })];
    if let Some(table) = after.table(&add.table) {
        pieces.extend(table.indexes.iter().filter(|index| is_over(&index.definition, column)).map(|index| {
            SchemaChange::AddIndex(AddIndex {
                table: add.table.clone(),
                index: Index { name: Some(index.name.clone()), ..index.definition.clone() },
                is_constraint: index.is_constraint,
                using_index: None,
                is_concurrent: false,
                if_not_exists: false,
            })
        }));
        let own_keys = table.foreign_keys.iter().filter(|key| key.definition.columns.contains(&column.name));
        pieces.extend(own_keys.map(|key| {
            SchemaChange::AddForeignKey(AddForeignKey {
                table: add.table.clone(),
                foreign_key: ForeignKey { name: Some(key.name.clone()), ..key.definition.clone() },
                is_not_valid: false,
            })
        }));
        let stood =
            |name: &str| catalog.table(&add.table).is_some_and(|table| table.check(name, catalog.engine()).is_some());
        pieces.extend(table.checks.iter().filter(|check| !stood(&check.name)).map(|check| {
            SchemaChange::AddCheck(AddCheck {
                table: add.table.clone(),
                name: Some(check.name.clone()),
                condition: check.condition.clone(),
                is_not_valid: !check.is_valid,
            })
        }));
    }
    pieces.into_iter().map(|what| Change { what, span: change.span }).collect()
}

/// The key that a column's definition asks for.
fn is_over(index: &Index, column: &Column) -> bool {
    index.is_unique && index.columns().eq([column.name.as_str()])
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
