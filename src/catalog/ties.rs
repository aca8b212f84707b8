//! Which tables and objects may have to do with a name, so that a change of one table does not ask all the others.
//!
//! What had to do with a name and has no longer may stay listed: whoever asks looks at the tables themselves.

use std::collections::BTreeSet;

use rpds::{RedBlackTreeMap, RedBlackTreeSet};

use super::Catalog;
use super::log::Log;
use super::table::Table;
use crate::change::TableName;

/// For each name, those that may have to do with it.
#[derive(Debug, Clone)]
pub(super) struct Ties<N: Ord, K: Ord>(RedBlackTreeMap<N, RedBlackTreeSet<K>>);

/// What is found of the tables without asking each of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TableTies {
    /// By the table that they are heirs of, or refer to.
    to_table: Ties<TableName, TableName>,
    /// By the name of a key, an index or a check of theirs, in lower case.
    of_part: Ties<String, TableName>,
    /// Those that may be known in full, by nothing.
    whole: Ties<(), TableName>,
    /// Those that the batch may have made or given columns, by nothing.
    touched: Ties<(), TableName>,
    /// Those that the change at hand may have changed.
    changed: Vec<TableName>,
    /// All that were changed so far.
    log: Log<TableName>,
}

impl<N: Ord, K: Ord> Default for Ties<N, K> {
    fn default() -> Self {
        Self(RedBlackTreeMap::default())
    }
}

/// Ties say nothing that what they were found in does not say.
impl<N: Ord, K: Ord> PartialEq for Ties<N, K> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<N: Ord, K: Ord> Eq for Ties<N, K> {}

impl<N: Ord + Clone, K: Ord + Clone> Ties<N, K> {
    pub(super) fn tie(&mut self, name: &N, key: &K) {
        match self.0.get(name) {
            Some(keys) if keys.contains(key) => {}
            keys => {
                let keys = keys
                    .map_or_else(|| RedBlackTreeSet::default().insert(key.clone()), |keys| keys.insert(key.clone()));
                self.0.insert_mut(name.clone(), keys);
            }
        }
    }

    /// In their order.
    pub(super) fn of(&self, name: &N) -> impl Iterator<Item = &K> + use<'_, N, K> {
        self.0.get(name).into_iter().flat_map(RedBlackTreeSet::iter)
    }

    pub(super) fn take(&mut self, name: &N) -> Vec<K> {
        let taken = self.of(name).cloned().collect();
        self.0.remove_mut(name);
        taken
    }

    /// Who had to do with `from` has to do with `to`.
    pub(super) fn rename(&mut self, from: &N, to: &N) {
        for key in self.take(from) {
            self.tie(to, &key);
        }
    }
}

impl TableTies {
    /// The table is about to change.
    pub(super) fn change(&mut self, key: &TableName) {
        self.changed.push(key.clone());
        self.log.note(key);
    }

    /// The table has changed, and what it has to do with others has not.
    pub(super) fn log(&mut self, key: &TableName) {
        self.log.note(key);
    }

    /// Any table may have changed, and what they have to do with each other has not.
    pub(super) fn change_any(&mut self) {
        self.log.note_any();
    }

    /// Which tables may be others here than where `other` holds; `None` where any may be.
    pub(super) fn apart(&self, other: &Self) -> Option<BTreeSet<TableName>> {
        self.log.apart(&other.log)
    }

    /// The tables that may be known in full, no longer listed as such.
    pub(super) fn take_whole(&mut self) -> Vec<TableName> {
        self.whole.take(&())
    }

    /// The tables that the batch may have made or given columns, no longer listed as such.
    pub(super) fn take_touched(&mut self) -> Vec<TableName> {
        self.touched.take(&())
    }

    pub(super) fn rename(&mut self, from: &TableName, to: &TableName) {
        self.to_table.rename(from, to);
        self.change(to);
    }

    /// Those of which a part may go by that name.
    pub(super) fn of_part(&self, name: &str) -> impl Iterator<Item = &TableName> + use<'_> {
        self.of_part.of(&name.to_ascii_lowercase())
    }

    fn note(&mut self, key: &TableName, table: &Table) {
        let targets = table.foreign_keys.iter().map(|key| &key.definition.to_table);
        table.parents().chain(targets).for_each(|other| self.to_table.tie(other, key));
        let keys = table.foreign_keys.iter().map(|key| &key.name).chain(&table.primary_key_name);
        let checks = table.checks.iter().map(|check| &check.name);
        let names = table.indexes.iter().map(|index| &index.name).chain(keys).chain(checks);
        names.for_each(|name| self.of_part.tie(&name.to_ascii_lowercase(), key));
        if !table.is_partial {
            self.whole.tie(&(), key);
        }
        if table.is_touched_by_batch() {
            self.touched.tie(&(), key);
        }
    }
}

impl Catalog {
    /// Takes note of what the tables that were changed have to do with now.
    pub(super) fn note_ties(&mut self) {
        for key in std::mem::take(&mut self.ties.changed) {
            if let Some(table) = self.tables.get(&key) {
                self.ties.note(&key, table);
            }
        }
    }

    /// The tables that are heirs of that one or refer to it, in the order of their names, and maybe others.
    pub(super) fn tied_to(&self, key: &TableName) -> impl Iterator<Item = &Table> + use<'_> {
        let names = |table: &Table| {
            table.parents().any(|parent| parent == key)
                || table.foreign_keys.iter().any(|foreign_key| foreign_key.definition.to_table == *key)
        };
        debug_assert!(
            self.tables().filter(|table| names(table)).all(|table| self
                .ties
                .to_table
                .of(key)
                .any(|tied| *tied == table.name)),
            "a tie to {key} was not noted"
        );
        self.ties.to_table.of(key).filter_map(|tied| self.tables.get(tied)).map(std::rc::Rc::as_ref)
    }
}
