//! What changes of indexes, keys and constraints do, in their table and in those that refer to it.

use super::table::{Table, same_name};
use super::{Catalog, spelled};
use crate::change::{self, AddForeignKey, AddIndex, AddPrimaryKey, DropConstraint, DropIndex, RenameIndex, TableName};
use crate::engine::Engine;

impl Catalog {
    /// The tables whose foreign keys refer to that one, each with such a key.
    pub fn references_to(&self, name: &TableName) -> impl Iterator<Item = (&Table, &super::ForeignKey)> {
        let key = self.key(name);
        self.tied_to(&key)
            .flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
            .filter(move |(_, foreign_key)| foreign_key.definition.to_table == key)
    }

    pub(super) fn add_index(&mut self, add: &AddIndex) {
        let Some(standing) = &add.using_index else {
            return self.alter(&add.table, |table, around| table.add_index(&add.index, add.is_constraint, around));
        };
        let engine = self.engine;
        let name = add.index.name.as_ref().unwrap_or(standing);
        let indexes = &mut self.table_mut(&add.table).indexes;
        if let Some(index) = indexes.iter_mut().find(|index| same_name(&index.name, standing, engine)) {
            index.name.clone_from(name);
            index.is_constraint = true;
        }
    }

    /// A foreign key of another table that stood on the index goes with it, which PostgreSQL asks CASCADE for.
    pub(super) fn drop_index(&mut self, drop: &DropIndex) {
        let Some(owner) = self.owner_of_index(drop.table.as_ref(), &drop.name) else { return };
        let engine = self.engine;
        self.drop_foreign_keys_on(&owner, &drop.name);
        self.drop_same_indexes_of_heirs(&owner, &drop.name);
        self.table_mut(&owner).indexes.retain(|index| !same_name(&index.name, &drop.name, engine));
    }

    pub(super) fn rename_index(&mut self, rename: &RenameIndex) {
        let Some(owner) = self.owner_of_index(rename.table.as_ref(), &rename.name) else { return };
        let engine = self.engine;
        self.table_mut(&owner).rename_constraint(&rename.name, &rename.to, engine);
    }

    fn owner_of_index(&self, said: Option<&TableName>, name: &str) -> Option<TableName> {
        said.cloned().or_else(|| self.table_of_index(name).map(|table| table.name.clone()))
    }

    pub(super) fn add_primary_key(&mut self, add: &AddPrimaryKey) {
        self.alter(&add.table, |table, around| {
            let Some(standing) = &add.using_index else {
                return table.set_primary_key(&add.columns, add.name.as_ref(), around);
            };
            let Some(at) = table.indexes.iter().position(|index| same_name(&index.name, standing, around.engine))
            else {
                return table.set_primary_key(&add.columns, add.name.as_ref().or(Some(standing)), around);
            };
            let index = table.indexes.remove(at);
            let columns: Vec<String> = index.definition.columns().map(str::to_owned).collect();
            table.set_primary_key(&columns, add.name.as_ref().or(Some(standing)), around);
        });
    }

    pub(super) fn drop_primary_key(&mut self, name: &TableName) {
        if let Some(key) = self.table(name).and_then(|table| table.primary_key_name.clone()) {
            self.drop_foreign_keys_on(name, &key);
        }
        self.table_mut(name).drop_primary_key();
    }

    pub(super) fn drop_constraint(&mut self, drop: &DropConstraint) {
        self.drop_foreign_keys_on(&drop.table, &drop.name);
        self.drop_same_indexes_of_heirs(&drop.table, &drop.name);
        self.alter(&drop.table, |table, around| table.drop_constraint(&drop.name, around.engine));
    }

    pub(super) fn add_foreign_key(&mut self, add: &AddForeignKey) {
        let key = self.with_key(&add.foreign_key);
        self.alter(&add.table, |table, around| table.add_foreign_key(&key, !add.is_not_valid, around));
    }

    /// Drops the foreign keys that refer to the columns of that key, where no other key has the same columns. Only
    /// PostgreSQL does so; the MySQL family refuses or leaves them.
    fn drop_foreign_keys_on(&mut self, name: &TableName, dropped: &str) {
        let Some(table) = self.table(name).filter(|_| self.engine == Engine::Postgresql) else { return };
        let primary = table.primary_key_name.as_deref().map(|name| (name, table.primary_key.clone()));
        let unique = table.indexes.iter().filter(|index| index.definition.is_unique);
        let unique = unique.map(|index| (index.name.as_str(), index.definition.columns().map(str::to_owned).collect()));
        let sorted = unique.chain(primary).map(|(name, mut columns): (_, Vec<String>)| {
            columns.sort();
            (name == dropped, columns)
        });
        let (gone, left): (Vec<_>, Vec<_>) = sorted.partition(|(is_dropped, _)| *is_dropped);
        let Some((_, columns)) = gone.into_iter().next().filter(|gone| !left.iter().any(|(_, other)| *other == gone.1))
        else {
            return;
        };
        let key = self.key(name);
        self.drop_foreign_keys_to(&key, |foreign_key| {
            let mut to_columns = foreign_key.to_columns.clone();
            to_columns.sort();
            to_columns == columns
        });
    }

    /// The foreign key with its table under the name by which that is kept.
    pub(super) fn with_key(&self, foreign_key: &change::ForeignKey) -> change::ForeignKey {
        change::ForeignKey { to_table: self.key(&foreign_key.to_table), ..foreign_key.clone() }
    }

    pub(super) fn with_keys(&self, foreign_keys: &[change::ForeignKey]) -> Vec<change::ForeignKey> {
        foreign_keys.iter().map(|key| self.with_key(key)).collect()
    }

    pub(super) fn with_kept_keys(&self, column: &change::Column) -> change::Column {
        let references = column.references.as_ref().map(|key| self.with_key(key));
        let mut column = change::Column { references, ..column.clone() };
        spelled::restore(&mut column, self.engine);
        column
    }
}
