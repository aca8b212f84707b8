//! What a table has to know of the others to change: which names are taken, and what stands behind a foreign key.

use std::rc::Rc;

use super::table::Table;
use super::ties::TableTies;
use super::{Era, Tables};
use crate::change::TableName;
use crate::engine::Engine;

/// The other tables, and what is being replayed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbours<'c> {
    pub engine: Engine,
    pub era: Era,
    pub others: &'c Tables,
    pub ties: &'c TableTies,
}

impl Neighbours<'_> {
    /// Whether a table or an index of `own`'s schema goes by that name.
    pub(super) fn has_relation(&self, own: &Table, name: &str) -> bool {
        let namesake = TableName { schema: own.name.schema.clone(), name: name.to_owned() };
        self.others.contains_key(&namesake)
            || self.in_schema_of(own, name).any(|table| {
                table.name.name == name
                    || table.primary_key_name.as_deref() == Some(name)
                    || table.indexes.iter().any(|index| index.name == name)
            })
    }

    /// Whether a constraint of a table of `own`'s schema goes by that name.
    pub(super) fn has_constraint(&self, own: &Table, name: &str) -> bool {
        self.in_schema_of(own, name).any(|table| {
            table.primary_key_name.as_deref() == Some(name)
                || table.foreign_keys.iter().any(|key| key.name == name)
                || table.checks.iter().any(|check| check.name == name)
                || table.indexes.iter().any(|index| index.is_constraint && index.name == name)
        })
    }

    /// The tables of `own`'s schema of which a part may go by that name.
    fn in_schema_of<'t>(&'t self, own: &'t Table, name: &str) -> impl Iterator<Item = &'t Table> + use<'t> {
        let others = self.ties.of_part(name).filter_map(|table| self.others.get(table)).map(Rc::as_ref);
        others.filter(|table| table.name.schema == own.name.schema).chain(std::iter::once(own))
    }
}
