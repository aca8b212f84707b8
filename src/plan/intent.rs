//! What the author wants, cut into what can be planned apart.
//!
//! A migration that needs no plan ships as it is. One that does is cut into its statements; each becomes a chain of
//! steps, of which each needs the one before.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Unplanned;
use super::reads::{Departures, Reads};
use super::remade::Remade;
use super::settle::{AS_WRITTEN, Draft, Settler, is_setting};
use super::touch::Touch;
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement};
use crate::finding::{Finding, Severity};
use crate::lint::{Lint, MigrationFile, Outcome, Script, Shipment};
use crate::recipe::{Recipes, Settled, Step, Work};
use crate::source::Span;

/// The steps that come instead of one thing that the author wants.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) drafts: Vec<Draft>,
    /// What each of them touches.
    pub(super) touches: Vec<Touch>,
    /// What they touch together.
    pub(super) all: Touch,
    /// What is wanted, in words.
    pub(super) words: String,
    /// Whether a recipe was needed.
    pub(super) is_expanded: bool,
    /// Whether it copies rows from what goes later on, so that code writes both until then.
    pub(super) is_copied_from: bool,
    /// Whether it takes more than one deploy, or follows on what does, so that what comes after it finds the tables in use.
    is_late: bool,
    /// Whether it cannot be planned, and so is left out with all that follows on it.
    is_refused: bool,
}

impl Chain {
    /// What the author wrote, before any recipe.
    fn of(draft: Draft, before: &Catalog) -> Self {
        let words = draft.describe();
        Self::new(vec![draft], before, words)
    }

    fn new(drafts: Vec<Draft>, before: &Catalog, words: String) -> Self {
        let touches = Touch::of_all(&drafts, before);
        let all = Touch::union(&touches);
        let takes_longer = |work: &Work| matches!(work, Work::Hold(_) | Work::Backfill(_) | Work::Copy(_));
        let is_late = drafts.iter().any(|draft| takes_longer(&draft.step.work));
        let (is_expanded, is_copied_from, is_refused) = (false, false, false);
        Self { drafts, touches, all, words, is_expanded, is_copied_from, is_late, is_refused }
    }

    /// Whether it can only follow steps that take more than one deploy, so that what those make is in use by then.
    fn comes_late(&self, earlier: &[Self]) -> bool {
        earlier.iter().any(|chain| chain.is_late && chain.all.meets(&self.all))
    }

    /// What is left out that it would follow on.
    fn follows_refused<'c>(&self, earlier: &'c [Self]) -> Option<&'c Self> {
        earlier.iter().find(|chain| chain.is_refused && chain.all.meets(&self.all))
    }
}

/// The chains of a shipment in the author's order, and what cannot be planned.
pub(super) fn chains(lint: &Lint<'_>, recipes: &Recipes, shipment: &Shipment) -> (Vec<Chain>, Vec<Unplanned>) {
    let mut chains = Vec::new();
    let mut unplanned = Vec::new();
    let mut catalog = shipment.before.clone();
    let (departures, remade) = (Departures::of(&shipment.outcome, &shipment.before), Remade::of(shipment));
    for (at, (file, script)) in shipment.migrations.iter().enumerate() {
        let migration =
            Authors { file, script, at, outcome: &shipment.outcome, departures: &departures, remade: &remade };
        let as_it_is = migration.as_it_is(&catalog);
        let is_held_up = as_it_is.comes_late(&chains) || as_it_is.follows_refused(&chains).is_some();
        if migration.needs_plan() || is_held_up || migration.copies_what_goes() {
            let settler = Settler { lint, recipes };
            migration.plan(&settler, &mut catalog, &mut chains, &mut unplanned);
        } else if !script.statements.is_empty() {
            chains.push(as_it_is);
            script.statements.iter().for_each(|statement| catalog.apply_statement(statement));
        }
    }
    chains.retain(|chain| !chain.is_refused);
    (chains, unplanned)
}

/// Whether a finding is worth a plan: it may do harm, nothing settles it, and it is about a change that can be replaced.
pub(super) fn calls_for_plan(finding: &Finding) -> bool {
    finding.severity >= Severity::Warning && finding.is_open() && finding.recipe.is_some()
}

/// A migration as its author wrote it.
struct Authors<'a> {
    file: &'a MigrationFile,
    script: &'a Script,
    /// Its place in the outcome.
    at: usize,
    outcome: &'a Outcome,
    /// What the batch takes away.
    departures: &'a Departures,
    remade: &'a Remade,
}

impl Authors<'_> {
    fn needs_plan(&self) -> bool {
        self.findings().any(|finding| calls_for_plan(finding) || is_fault(finding))
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.outcome.findings.iter().filter(|finding| {
            self.outcome
                .change_of(finding)
                .map_or(finding.migration == self.file.name, |judged| judged.migration == self.at)
        })
    }

    fn as_it_is(&self, before: &Catalog) -> Chain {
        Chain::of(self.draft(self.script.statements.clone(), Vec::new()), before)
    }

    /// A chain for each statement.
    fn plan(
        &self,
        settler: &Settler<'_>,
        catalog: &mut Catalog,
        chains: &mut Vec<Chain>,
        unplanned: &mut Vec<Unplanned>,
    ) {
        let beside = self.findings().filter(|finding| is_fault(finding) && self.is_beside_statements(finding));
        unplanned.extend(beside.map(|finding| settler.refused(finding)));
        let mut settings = Settings::of(self.script);
        for statement in self.statements() {
            if self.remade.takes(&statement) {
                unplanned.push(self.left_as_it_was(&statement));
            } else if self.remade.makes(&statement) {
                // It stands all the time.
            } else if !settings.follow(&statement) && !is_transaction(&statement) {
                let accepted = self.accepted(&statement);
                let (before, after) = settings.around();
                let all = before.into_iter().chain([Statement::clone(&statement)]).chain(after).collect();
                let mut whole = Chain::of(self.draft(all, accepted), catalog);
                if let Some(finding) = self.fault_in(&statement) {
                    unplanned.push(settler.refused(finding));
                    chains.push(Chain { is_refused: true, ..whole });
                    catalog.apply_statement(&statement);
                    continue;
                }
                let mut before = catalog.clone();
                if whole.comes_late(chains) {
                    before.begin_batch();
                }
                match settler.cut(&before, whole.drafts.remove(0)) {
                    Ok(parts) => {
                        for part in parts {
                            let chain = Chain::of(part, &before);
                            self.plan_part(settler, &before, &chain, &statement, chains, unplanned);
                            chain.drafts.iter().for_each(|draft| draft.replay(&mut before));
                        }
                    }
                    Err(refused) => unplanned.push(refused),
                }
            }
            catalog.apply_statement(&statement);
        }
    }

    /// A chain for one statement, or one change of it.
    fn plan_part(
        &self,
        settler: &Settler<'_>,
        before: &Catalog,
        wanted: &Chain,
        statement: &Rc<Statement>,
        chains: &mut Vec<Chain>,
        unplanned: &mut Vec<Unplanned>,
    ) {
        let is_copied_from = self.is_copied_from(statement);
        let settled = match wanted.follows_refused(chains) {
            Some(refused) => Err(self.left_out(statement.span, refused)),
            None if is_copied_from => settler.settle(before, settler.copied_from(before, &wanted.drafts)),
            None => settler.settle(before, wanted.drafts.clone()),
        };
        let words = wanted.words.clone();
        match settled {
            // To ship alone may be all that it needs.
            Ok((drafts, is_expanded)) => {
                let is_expanded = is_expanded || is_copied_from || self.is_found(statement);
                let chain = Chain::new(drafts, before, words);
                let is_late = chain.is_late || wanted.comes_late(chains);
                chains.push(Chain { is_expanded, is_copied_from, is_late, ..chain });
            }
            Err(refused) => {
                unplanned.push(refused);
                chains.push(Chain { is_refused: true, ..Chain::new(wanted.drafts.clone(), before, words) });
            }
        }
    }

    /// A key that is taken away only to make the same again.
    fn left_as_it_was(&self, statement: &Statement) -> Unplanned {
        let words = statement.changes.first().map_or_else(String::new, |change| change.what.description());
        Unplanned {
            rule: String::new(),
            migration: self.file.name.clone(),
            span: statement.span,
            reason: format!(
                "{words}, only to make the same again: nothing holds meanwhile, and nothing is changed by it"
            ),
            instead: Some("leave both out of the migrations".to_owned()),
        }
    }

    /// Whether it copies rows from what goes later on.
    fn copies_what_goes(&self) -> bool {
        self.statements().iter().any(|statement| self.is_copied_from(statement))
    }

    fn is_copied_from(&self, statement: &Rc<Statement>) -> bool {
        let at = self.outcome.changes.iter().position(|judged| Rc::ptr_eq(&judged.statement, statement));
        at.is_some_and(|at| self.departures.follow(at, &Reads::of(statement)))
    }

    /// A statement that would follow on one that cannot be planned.
    fn left_out(&self, span: Span, refused: &Chain) -> Unplanned {
        Unplanned {
            rule: String::new(),
            migration: self.file.name.clone(),
            span,
            reason: format!("it follows on what cannot be planned: {}", refused.words),
            instead: None,
        }
    }

    /// Its statements as the lint took them.
    fn statements(&self) -> Vec<Rc<Statement>> {
        let mut statements: Vec<Rc<Statement>> = Vec::new();
        for judged in self.outcome.changes.iter().filter(|judged| judged.migration == self.at) {
            if !statements.last().is_some_and(|last| Rc::ptr_eq(last, &judged.statement)) {
                statements.push(Rc::clone(&judged.statement));
            }
        }
        statements
    }

    /// What is wrong with a statement that no recipe is for.
    fn fault_in(&self, statement: &Rc<Statement>) -> Option<&Finding> {
        self.findings().filter(|finding| is_fault(finding) && finding.recipe.is_none()).find(|finding| {
            self.outcome.change_of(finding).is_some_and(|judged| Rc::ptr_eq(&judged.statement, statement))
        })
    }

    /// Whether a finding is about no statement that a chain is made of.
    fn is_beside_statements(&self, finding: &Finding) -> bool {
        let judged = self.outcome.change_of(finding);
        finding.recipe.is_none()
            && judged.is_none_or(|judged| is_transaction(&judged.statement) || is_setting(&judged.statement))
    }

    /// Whether the lint found something in the statement that calls for a plan.
    fn is_found(&self, statement: &Rc<Statement>) -> bool {
        self.findings().filter(|finding| calls_for_plan(finding)).any(|finding| {
            self.outcome.change_of(finding).is_some_and(|judged| Rc::ptr_eq(&judged.statement, statement))
        })
    }

    /// What the author or the project lets stand in this statement.
    fn accepted(&self, statement: &Rc<Statement>) -> Vec<Settled> {
        let is_here = |finding: &&Finding| {
            self.outcome.change_of(finding).is_some_and(|judged| Rc::ptr_eq(&judged.statement, statement))
        };
        let closed = self.findings().filter(|finding| !finding.is_open()).filter(is_here);
        let words = |finding: &Finding| match (&finding.suppressed, &finding.discharged_by) {
            (Some(suppression), _) => suppression.reason.clone(),
            (None, Some(evidence)) => evidence.words.clone(),
            (None, None) => "it is in the baseline".to_owned(),
        };
        closed.map(|finding| Settled { rule: finding.rule.clone(), words: words(finding) }).collect()
    }

    fn draft(&self, statements: Vec<Statement>, settles: Vec<Settled>) -> Draft {
        let table = statements.iter().flat_map(|statement| &statement.changes).find_map(|change| change.what.table());
        Draft {
            step: Step {
                deploy: AS_WRITTEN.to_owned(),
                table: table.cloned(),
                work: Work::Migrate(statements),
                settles,
                is_point_of_no_return: false,
            },
            migration: self.file.clone(),
            is_authors: true,
            is_in_transaction: self.script.is_in_transaction,
        }
    }
}

/// An error: without a recipe it is told as not planned.
fn is_fault(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.is_open()
}

/// Whether it only begins or ends a transaction, or says something for the one that it stands in.
fn is_transaction(statement: &Statement) -> bool {
    let starts = |words: &str| statement.sql.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
    statement.changes.iter().all(|change| matches!(change.what, SchemaChange::Transaction(_)))
        || starts("SET CONSTRAINTS")
}

/// The settings that a migration makes, so that each of its statements keeps them when it ships alone.
struct Settings {
    /// In force where the next statement stands, by name.
    now: BTreeMap<String, Statement>,
    /// As the migration leaves them.
    at_the_end: BTreeMap<String, Statement>,
}

impl Settings {
    fn of(script: &Script) -> Self {
        let mut all = Self { now: BTreeMap::new(), at_the_end: BTreeMap::new() };
        for statement in &script.statements {
            all.follow(statement);
        }
        Self { now: BTreeMap::new(), at_the_end: all.now }
    }

    /// Takes note of a statement that only sets something; `false` for any other.
    fn follow(&mut self, statement: &Statement) -> bool {
        let [change] = statement.changes.as_slice() else { return false };
        let SchemaChange::SetVariable(set) = &change.what else { return false };
        self.now.insert(set.name.clone(), statement.clone());
        true
    }

    /// What is sent before a statement that ships alone, and what after it.
    fn around(&self) -> (Vec<Statement>, Vec<Statement>) {
        let is_other = |name: &&String| self.at_the_end.get(*name) != self.now.get(*name);
        let after = self.now.keys().filter(is_other).filter_map(|name| self.at_the_end.get(name)).cloned().collect();
        (self.now.values().cloned().collect(), after)
    }
}
