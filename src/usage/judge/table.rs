//! A table that is gone: whoever asks a model of it, or names it, fails.

use std::collections::BTreeSet;

use super::reach::{Reach, Subject};
use super::{Found, Judgement, convention, reason};
use crate::sql;
use crate::usage::facts::{ClassUse, NodeId, TextRole, Use, UseKind};
use crate::usage::index::{File, Form, Index, package_table};
use crate::usage::query::{Effect, Place, PlaceKind, Tier};

pub(super) fn judge(index: &Index, subject: &Subject<'_>, found: &mut Found) {
    convention::relations(index, subject, None, found);
    let taking = methods_that_take_a_table(index);
    let relation_lines = index.relation_lines();
    for (at, file, used) in index.uses() {
        let judge = Judge { index, subject, at, file, used, taking: &taking };
        if let UseKind::Class { name, how } = &used.kind {
            if !relation_lines.contains(&(at, used.line)) {
                judge.class(name, *how, found);
            }
        } else {
            judge.name(found);
        }
    }
    // A type alone asks for no row; somebody has to.
    let is_hint = |place: &Place| place.kind == PlaceKind::Hint;
    let asks = |place: &Place| place.tier <= Tier::Likely && place.part.is_running() && !is_hint(place);
    if !found.places.iter().any(asks) {
        found.places.iter_mut().filter(|place| is_hint(place)).for_each(|place| place.tier = Tier::Possible);
    }
}

struct Judge<'j> {
    index: &'j Index,
    subject: &'j Subject<'j>,
    at: usize,
    file: &'j File,
    used: &'j Use,
    taking: &'j BTreeSet<String>,
}

impl Judge<'_> {
    fn add(&self, found: &mut Found, kind: PlaceKind, tier: Tier, why: &str) {
        found.add(self.file, self.used.line, Judgement::new(kind, tier, Effect::SqlError, why));
    }

    /// A use of a model of the table, in any file but its own.
    fn class(&self, name: &str, how: ClassUse, found: &mut Found) {
        let Some(id) = self.index.class_named(name) else {
            if package_table(name).as_deref() == Some(self.subject.table) {
                self.add(found, PlaceKind::Model, Tier::Likely, "a package's model is for the table");
            }
            return;
        };
        if !self.subject.has_model(id) || self.index.file_of(id) == self.at {
            return;
        }
        // A route binds the parameter of a controller's action.
        let is_bound = self.file.path.contains("Controller") || self.file.path.contains("Livewire");
        let tier = match how {
            ClassUse::New | ClassUse::Static => Tier::Certain,
            ClassUse::Hint if is_bound => Tier::Certain,
            ClassUse::Hint => {
                return self.add(found, PlaceKind::Hint, Tier::Likely, "it is declared to be a row of the table");
            }
            ClassUse::Made => return,
            ClassUse::Name => Tier::Likely,
        };
        self.add(found, PlaceKind::Model, tier, "the model is for the table");
    }

    fn name(&self, found: &mut Found) {
        match &self.used.kind {
            UseKind::Table { name } if name == self.subject.table => {
                self.add(found, PlaceKind::Table, Tier::Certain, "the query names it");
            }
            UseKind::Column { table: Some(table), .. } if table == self.subject.table => {
                self.add(found, PlaceKind::Query, Tier::Certain, "the column is named with the table");
            }
            UseKind::Rule { table, .. } if self.subject.is_table(self.index, table) => {
                self.add(found, PlaceKind::Rule, Tier::Certain, "the rule asks the table");
            }
            UseKind::Sql { text, .. } if text.contains(self.subject.table) => {
                let mentions = sql::mentions(text);
                let is_named = mentions.tables.iter().any(|(table, _)| table == self.subject.table)
                    || mentions.names.iter().any(|(qualifier, _)| qualifier.as_deref() == Some(self.subject.table));
                if is_named {
                    self.add(found, PlaceKind::Sql, Tier::Certain, "the SQL names it");
                }
            }
            UseKind::Text { text, role, of, .. } if text == self.subject.table => {
                let takes_table = *role == TextRole::Argument && of.as_ref().is_some_and(|of| self.taking.contains(of));
                if takes_table {
                    self.add(found, PlaceKind::Table, Tier::Likely, "the method queries the table that it is given");
                } else if *role != TextRole::Quiet {
                    self.add(found, PlaceKind::Text, Tier::Possible, "the same word");
                }
            }
            UseKind::Column { on, table: None, .. } | UseKind::Values { on, .. } | UseKind::Save { on, .. } => {
                self.query(*on, found);
            }
            UseKind::Dynamic { on: None, what } => found.doubt(self.file, self.used.line, reason(*what)),
            _ => {}
        }
    }

    /// A query or a write of its rows, in any file but the model's own.
    fn query(&self, on: NodeId, found: &mut Found) {
        let is_own = self.subject.models.iter().any(|model| self.index.file_of(model.class) == self.at);
        if is_own {
            return;
        }
        if let Reach::Is(Tier::Certain, Form::Query | Form::Fresh, why) =
            self.subject.reach(self.index, self.at, self.used, on)
        {
            self.add(found, PlaceKind::Query, Tier::Certain, &why);
        }
    }
}

fn methods_that_take_a_table(index: &Index) -> BTreeSet<String> {
    let methods = index.class_ids().filter_map(|id| index.class(id)).flat_map(|class| &class.methods);
    methods.filter(|method| method.takes_table).map(|method| method.name.clone()).collect()
}
