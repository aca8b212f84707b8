//! A table that is gone: whoever asks a model of it, or names it, fails.

use std::collections::BTreeSet;

use super::reach::Subject;
use super::{Found, Judgement, convention};
use crate::sql;
use crate::usage::facts::{ClassUse, TextRole, Use, UseKind};
use crate::usage::index::{File, Index, package_table};
use crate::usage::query::{Effect, PlaceKind, Tier};

pub(super) fn judge(index: &Index, subject: &Subject<'_>, found: &mut Found) {
    convention::relations(index, subject, None, found);
    let taking = methods_that_take_a_table(index);
    let relation_lines = relation_lines(index);
    for (at, file, used) in index.uses() {
        let judge = Judge { index, subject, file, used, taking: &taking };
        if let UseKind::Class { name, how } = &used.kind {
            if !relation_lines.contains(&(at, used.line)) {
                judge.class(at, name, *how, found);
            }
        } else {
            judge.name(found);
        }
    }
}

struct Judge<'j> {
    index: &'j Index,
    subject: &'j Subject<'j>,
    file: &'j File,
    used: &'j Use,
    taking: &'j BTreeSet<String>,
}

impl Judge<'_> {
    fn add(&self, found: &mut Found, kind: PlaceKind, tier: Tier, why: &str) {
        found.add(self.file, self.used.line, Judgement::new(kind, tier, Effect::SqlError, why));
    }

    /// A use of a model of the table, in any file but its own.
    fn class(&self, at: usize, name: &str, how: ClassUse, found: &mut Found) {
        let Some(id) = self.index.class_named(name) else {
            if package_table(name).as_deref() == Some(self.subject.table) {
                self.add(found, PlaceKind::Model, Tier::Likely, "a package's model is for the table");
            }
            return;
        };
        if !self.subject.has_model(id) || self.index.file_of(id) == at {
            return;
        }
        let tier = match how {
            ClassUse::New | ClassUse::Static | ClassUse::Hint => Tier::Certain,
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
            UseKind::Text { text, role, of } if text == self.subject.table => {
                let takes_table = *role == TextRole::Argument && of.as_ref().is_some_and(|of| self.taking.contains(of));
                if takes_table {
                    self.add(found, PlaceKind::Table, Tier::Likely, "the method queries the table that it is given");
                } else {
                    self.add(found, PlaceKind::Text, Tier::Possible, "the same word");
                }
            }
            UseKind::Dynamic { on: None, reason } => found.doubt(self.file, self.used, reason),
            _ => {}
        }
    }
}

fn methods_that_take_a_table(index: &Index) -> BTreeSet<String> {
    let methods = index.class_ids().filter_map(|id| index.class(id)).flat_map(|class| &class.methods);
    methods.filter(|method| method.takes_table).map(|method| method.name.clone()).collect()
}

/// Where relations are declared: that they name a model is known by the relation.
fn relation_lines(index: &Index) -> BTreeSet<(usize, u32)> {
    let classes = index.class_ids().filter_map(|id| Some((index.file_of(id), index.class(id)?)));
    classes.flat_map(|(file, class)| class.relations.iter().map(move |relation| (file, relation.line))).collect()
}
