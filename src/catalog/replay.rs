//! What each change does to the catalog.
//!
//! Replaying never fails: a change of a table that is not listed lists it as partly known, and one of something that does
//! not stand changes nothing.

use std::rc::Rc;

use super::neighbours::Neighbours;
use super::table::{ForeignKey, Table};
use super::{Catalog, Era, names};
use crate::answer::Answer;
use crate::change::{
    self, ColumnSource, CreateTable, DataRows, Default, DropTable, ObjectKind, Opaque, RenameTable, SchemaChange,
    Statement, TableName, Touches,
};
use crate::engine::Engine;

impl Catalog {
    /// The catalog after `statement`; one that is sent only if something holds may have run or not.
    pub fn apply_statement(&mut self, statement: &Statement) {
        let before = statement.guard.is_some().then(|| self.clone());
        statement.changes.iter().for_each(|change| self.apply(&change.what));
        if let Some(before) = before {
            *self = self.clone().or(&before);
        }
    }

    /// The catalog after `change`.
    pub fn apply(&mut self, change: &SchemaChange) {
        if !self.is_of_view(change) {
            self.make(change);
            self.note_ties();
            self.pass_on(change);
        }
        if let Some((touches, _)) = change.reach() {
            self.lose_sight(&touches);
        }
    }

    /// Whether it changes a column or an index of a view, which are not kept.
    fn is_of_view(&self, change: &SchemaChange) -> bool {
        let is_of_part = change.column().is_some()
            || matches!(change, SchemaChange::AddIndex(_) | SchemaChange::DropIndex(_) | SchemaChange::DropTable(_));
        is_of_part && change.table().is_some_and(|name| self.table(name).is_none() && self.view(name).is_some())
    }

    fn make(&mut self, change: &SchemaChange) {
        match change {
            SchemaChange::CreateTable(create) => self.create_table(create),
            SchemaChange::DropTable(drop) => self.drop_table(drop),
            SchemaChange::RenameTable(rename) => self.rename_table(rename),
            SchemaChange::ChangeTableOptions(change) => self.table_mut(&change.table).change_options(change),
            SchemaChange::AddColumn(add) => {
                let is_new = match self.has_column(&add.table, &add.column.name) {
                    Answer::Unknown => !add.if_not_exists,
                    answer => answer.is_no(),
                };
                if is_new {
                    self.hide_from_views(&add.table, &add.column.name);
                }
                self.add_column(&add.table, &add.column);
            }
            SchemaChange::DropColumn(drop) => self.drop_column(drop),
            SchemaChange::RenameColumn(rename) => self.rename_column(rename),
            SchemaChange::RedefineColumn(redefine) => self.redefine_column(redefine),
            SchemaChange::ChangeType(change) => self.change_type(change),
            SchemaChange::SetNotNull(set) => {
                self.change_column(&set.table, &set.column, |column| column.is_nullable = false);
            }
            SchemaChange::DropNotNull(drop) => {
                self.change_column(&drop.table, &drop.column, |column| column.is_nullable = true);
            }
            SchemaChange::SetDefault(set) => self.set_default(&set.table, &set.column, &set.default),
            SchemaChange::DropDefault(drop) => self.set_default(&drop.table, &drop.column, &Default::None),
            SchemaChange::ChangeIdentity(change) => self.change_identity(change),
            SchemaChange::AddIndex(add) => self.add_index(add),
            SchemaChange::DropIndex(drop) => self.drop_index(drop),
            SchemaChange::RenameIndex(rename) => self.rename_index(rename),
            SchemaChange::AddPrimaryKey(add) => self.add_primary_key(add),
            SchemaChange::DropPrimaryKey(drop) => self.drop_primary_key(&drop.table),
            SchemaChange::AddForeignKey(add) => self.add_foreign_key(add),
            SchemaChange::AddCheck(add) => self.alter(&add.table, |table, around| table.add_check(add, around)),
            SchemaChange::ValidateConstraint(validate) => {
                self.alter(&validate.table, |table, around| table.validate(&validate.name, around.engine));
            }
            SchemaChange::DropConstraint(drop) => self.drop_constraint(drop),
            SchemaChange::ChangeGenerated(change) => self.change_generated(change),
            SchemaChange::AttachPartition(attach) => self.attach_partition(attach),
            SchemaChange::DetachPartition(detach) => self.detach_partition(detach),
            SchemaChange::ChangePartitions(change) => self.change_partitions(change),
            SchemaChange::ChangeTableSetting(change) => {
                self.change_parents(change);
                self.switch_objects(&change.table, &change.setting);
            }
            SchemaChange::CreateObject(create) => self.create_object(create),
            SchemaChange::AlterObject(alter) => self.alter_object(alter),
            SchemaChange::DropObject(drop) => self.drop_object(drop),
            SchemaChange::Opaque(opaque) => self.objects.is_partial |= may_make_object(opaque),
            SchemaChange::MaintainTable(_)
            | SchemaChange::LockTable(_)
            | SchemaChange::RefreshView(_)
            | SchemaChange::ChangePrivileges(_)
            | SchemaChange::Comment(_)
            | SchemaChange::DataRows(DataRows { .. })
            | SchemaChange::SetVariable(_)
            | SchemaChange::Transaction(_) => {}
        }
    }

    /// The table, listed as partly known if it was not listed.
    pub(super) fn table_mut(&mut self, name: &TableName) -> &mut Table {
        let key = self.key(name);
        let stood = self.is_in_use(name).is_yes();
        self.list(&key);
        if !self.tables.contains_key(&key) {
            self.tables.insert_mut(key.clone(), Rc::new(Table::unknown(key.clone(), stood)));
        }
        #[expect(clippy::expect_used, reason = "it is listed above if it was not")]
        Rc::make_mut(self.tables.get_mut(&key).expect("it is listed"))
    }

    /// Changes the table in sight of the others.
    pub(super) fn alter(&mut self, name: &TableName, change: impl FnOnce(&mut Table, &Neighbours<'_>)) {
        self.table_mut(name);
        let key = self.key(name);
        if let Some(mut table) = self.tables.get(&key).cloned() {
            self.tables.remove_mut(&key);
            change(Rc::make_mut(&mut table), &self.neighbours());
            self.tables.insert_mut(key, table);
        }
    }

    /// A table of that key is about to be listed, or changed.
    fn list(&mut self, key: &TableName) {
        self.absent.remove_mut(key);
        self.doubtful.remove_mut(key);
        self.ties.change(key);
    }

    /// No table of that key stands from here on.
    pub(super) fn strike(&mut self, key: &TableName) {
        self.tables.remove_mut(key);
        self.doubtful.remove_mut(key);
        self.absent.insert_mut(key.clone());
        self.ties.change(key);
    }

    fn neighbours(&self) -> Neighbours<'_> {
        Neighbours { engine: self.engine, era: self.era, others: &self.tables, ties: &self.ties }
    }

    fn create_table(&mut self, create: &CreateTable) {
        let key = self.key(&create.table);
        let stands = self.tables.contains_key(&key) || self.view(&key).is_some();
        if create.is_temporary || (create.if_not_exists && stands) {
            return;
        }
        self.objects.remove(&change::Object::new(ObjectKind::View, key.clone()));
        self.list(&key);
        self.tables.remove_mut(&key);
        let columns = create.columns.iter().map(|column| self.with_kept_keys(column)).collect();
        let sources = self.with_kept_sources(&create.sources);
        for parent in sources.iter().filter(|source| matches!(source, ColumnSource::PartitionOf(_))) {
            self.table_mut(parent.table()).is_partitioned = true;
        }
        let foreign_keys = self.with_keys(&create.foreign_keys);
        let create = CreateTable { columns, foreign_keys, sources, ..create.clone() };
        let table = Table::created(key.clone(), &create, &self.neighbours());
        self.tables.insert_mut(key, Rc::new(table));
    }

    /// PostgreSQL drops the foreign keys of other tables along, or refuses.
    fn drop_table(&mut self, drop: &DropTable) {
        let key = self.key(&drop.table);
        self.drop_heirs(drop);
        self.strike(&key);
        self.drop_objects_of(&key);
        if self.engine == Engine::Postgresql {
            self.drop_foreign_keys_to(&key, |_| true);
        }
    }

    fn rename_table(&mut self, rename: &RenameTable) {
        let (from, mut to) = (self.key(&rename.table), rename.to.clone());
        if !self.tables.contains_key(&from) && self.table_of_index(&from.name).is_some() {
            // PostgreSQL renames an index by ALTER TABLE as well.
            return self.rename_index(&change::RenameIndex { table: None, name: from.name, to: to.name });
        }
        if to.schema.is_none() {
            to.schema.clone_from(&from.schema);
        }
        if !self.tables.contains_key(&from) && self.view(&from).is_some() {
            // So are views, by RENAME TABLE on the MySQL family too.
            return self.rename_object(&change::Object::new(ObjectKind::View, from), to);
        }
        let to = self.key(&to);
        let mut table = self.table_mut(&rename.table).clone();
        table.name = to.clone();
        if self.engine.is_mysql_family() {
            for key in &mut table.foreign_keys {
                if let Some(number) = names::generated_number(&key.name, &from.name) {
                    key.name = format!("{}_ibfk_{number}", to.name);
                }
            }
        }
        self.strike(&from);
        self.list(&to);
        self.tables.insert_mut(to.clone(), Rc::new(table));
        // It may be tied to itself.
        self.note_ties();
        self.redirect_objects(&from, &to);
        self.redirect_heirs(&from, &to);
        self.redirect_foreign_keys(&from, |key| key.to_table = to.clone());
        self.ties.rename(&from, &to);
    }

    /// Changes every foreign key that refers to `table`.
    pub(super) fn redirect_foreign_keys(&mut self, table: &TableName, redirect: impl Fn(&mut change::ForeignKey)) {
        let refers = |key: &ForeignKey| key.definition.to_table == *table;
        for other in self.referring_to(table, refers) {
            let keys = &mut self.table_mut(&other).foreign_keys;
            keys.iter_mut().filter(|key| refers(key)).for_each(|key| redirect(&mut key.definition));
        }
    }

    /// Drops the foreign keys that refer to `table` and are such.
    pub(super) fn drop_foreign_keys_to(&mut self, table: &TableName, is_such: impl Fn(&change::ForeignKey) -> bool) {
        let goes = |key: &ForeignKey| key.definition.to_table == *table && is_such(&key.definition);
        for other in self.referring_to(table, goes) {
            self.table_mut(&other).foreign_keys.retain(|key| !goes(key));
        }
    }

    /// The tables with such a foreign key to `table`.
    fn referring_to(&self, table: &TableName, is_such: impl Fn(&ForeignKey) -> bool) -> Vec<TableName> {
        let referring = self.tied_to(table).filter(|other| other.foreign_keys.iter().any(&is_such));
        referring.map(|other| other.name.clone()).collect()
    }

    /// Forgets what a change may have changed that it does not say.
    fn lose_sight(&mut self, touches: &Touches) {
        match touches {
            Touches::Nothing | Touches::Surroundings(_) => {}
            Touches::Table(name) => {
                let stood = self.is_in_use(name).is_yes();
                let key = self.key(name);
                *self.table_mut(name) = Table::unknown(key, stood);
            }
            Touches::Anything => {
                self.forget_absences();
                self.objects.lose_sight();
                self.has_opaque_batch |= self.era == Era::Batch;
                for key in self.ties.take_whole() {
                    if self.tables.get(&key).is_some_and(|table| !table.is_partial) {
                        self.change_table(&key, |table| table.is_partial = true);
                    }
                }
                debug_assert!(self.tables().all(|table| table.is_partial), "a table is still taken for known");
            }
        }
    }
}

/// Whether it may have made, changed or dropped something beside tables that was not read.
fn may_make_object(opaque: &Opaque) -> bool {
    ["CREATE", "ALTER", "DROP", "RENAME"].iter().any(|verb| opaque.what.starts_with(verb))
}
