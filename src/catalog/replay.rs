//! What each change does to the catalog.
//!
//! Replaying never fails: a change of a table that is not listed lists it as partly known, and one of something that does
//! not stand changes nothing.

use std::rc::Rc;

use super::table::{ForeignKey, Table, same_name};
use super::{Catalog, Era};
use crate::change::{
    self, AddIndex, ChangeTableOptions, CreateTable, DataRows, Default, DropColumn, DropIndex, IndexPart,
    RedefineColumn, RenameColumn, RenameIndex, RenameTable, SchemaChange, Statement, TableName, Touches,
};

impl Catalog {
    /// The catalog after `statement`; one that is sent only if something holds may have run or not.
    pub fn apply_statement(&mut self, statement: &Statement) {
        let before = statement.guard.is_some().then(|| self.clone());
        statement.changes.iter().for_each(|change| self.apply(&change.what));
        if let Some(before) = before {
            *self = self.clone().or(before);
        }
    }

    /// The catalog after `change`.
    pub fn apply(&mut self, change: &SchemaChange) {
        match change {
            SchemaChange::CreateTable(create) => self.create_table(create),
            SchemaChange::DropTable(drop) => self.drop_table(&drop.table),
            SchemaChange::RenameTable(rename) => self.rename_table(rename),
            SchemaChange::ChangeTableOptions(options) => self.change_options(options),
            SchemaChange::AddColumn(add) => self.add_column(&add.table, &add.column),
            SchemaChange::DropColumn(drop) => self.drop_column(drop),
            SchemaChange::RenameColumn(rename) => self.rename_column(rename),
            SchemaChange::RedefineColumn(redefine) => self.redefine_column(redefine),
            SchemaChange::ChangeType(to) => self.change_column(&to.table, &to.column, |column| {
                column.column_type = to.column_type.clone();
                column.collation.clone_from(&to.collation);
            }),
            SchemaChange::SetNotNull(set) => {
                self.change_column(&set.table, &set.column, |column| column.is_nullable = false);
            }
            SchemaChange::DropNotNull(drop) => {
                self.change_column(&drop.table, &drop.column, |column| column.is_nullable = true);
            }
            SchemaChange::SetDefault(set) => {
                self.change_column(&set.table, &set.column, |column| column.default = set.default.clone());
            }
            SchemaChange::DropDefault(drop) => {
                self.change_column(&drop.table, &drop.column, |column| column.default = Default::None);
            }
            SchemaChange::ChangeIdentity(to) => {
                self.change_column(&to.table, &to.column, |column| column.identity = to.identity);
            }
            SchemaChange::AddIndex(add) => self.add_index(add),
            SchemaChange::DropIndex(drop) => self.drop_index(drop),
            SchemaChange::RenameIndex(rename) => self.rename_index(rename),
            SchemaChange::AddPrimaryKey(add) => self.add_primary_key(add),
            SchemaChange::DropPrimaryKey(drop) => self.table_mut(&drop.table).primary_key.clear(),
            SchemaChange::AddForeignKey(add) => {
                let engine = self.engine;
                self.table_mut(&add.table).add_foreign_key(&add.foreign_key, !add.is_not_valid, engine);
            }
            SchemaChange::AddCheck(add) => {
                let engine = self.engine;
                self.table_mut(&add.table).add_check(add, engine);
            }
            SchemaChange::ValidateConstraint(validate) => {
                let engine = self.engine;
                self.table_mut(&validate.table).validate(&validate.name, engine);
            }
            SchemaChange::DropConstraint(drop) => {
                let engine = self.engine;
                self.table_mut(&drop.table).drop_constraint(&drop.name, engine);
            }
            SchemaChange::ChangeGenerated(_)
            | SchemaChange::AttachPartition(_)
            | SchemaChange::DetachPartition(_)
            | SchemaChange::ChangePartitions(_)
            | SchemaChange::ChangeTableSetting(_)
            | SchemaChange::MaintainTable(_)
            | SchemaChange::LockTable(_)
            | SchemaChange::CreateObject(_)
            | SchemaChange::AlterObject(_)
            | SchemaChange::DropObject(_)
            | SchemaChange::RefreshView(_)
            | SchemaChange::ChangePrivileges(_)
            | SchemaChange::Comment(_)
            | SchemaChange::Opaque(_)
            | SchemaChange::DataRows(DataRows { .. })
            | SchemaChange::SetVariable(_)
            | SchemaChange::Transaction(_) => {}
        }
        if let Some((touches, _)) = change.reach() {
            self.lose_sight(&touches);
        }
    }

    /// The table, listed as partly known if it was not listed.
    fn table_mut(&mut self, name: &TableName) -> &mut Table {
        let key = self.key(name);
        let stood = self.is_in_use(name).is_yes();
        self.absent.remove(&key);
        self.doubtful.remove(&key);
        let table = self.tables.entry(key.clone()).or_insert_with(|| Rc::new(Table::unknown(key, stood)));
        Rc::make_mut(table)
    }

    fn create_table(&mut self, create: &CreateTable) {
        let key = self.key(&create.table);
        if create.is_temporary || (create.if_not_exists && self.tables.contains_key(&key)) {
            return;
        }
        self.absent.remove(&key);
        self.doubtful.remove(&key);
        let table = Table::created(key.clone(), create, self.era, self.engine);
        self.tables.insert(key, Rc::new(table));
    }

    fn drop_table(&mut self, name: &TableName) {
        let key = self.key(name);
        self.tables.remove(&key);
        self.doubtful.remove(&key);
        self.absent.insert(key);
    }

    fn rename_table(&mut self, rename: &RenameTable) {
        let (from, mut to) = (self.key(&rename.table), rename.to.clone());
        if to.schema.is_none() {
            to.schema.clone_from(&from.schema);
        }
        let to = self.key(&to);
        let mut table = self.table_mut(&rename.table).clone();
        table.name = to.clone();
        self.tables.remove(&from);
        self.absent.insert(from.clone());
        self.absent.remove(&to);
        self.doubtful.remove(&to);
        self.tables.insert(to.clone(), Rc::new(table));
        self.redirect_foreign_keys(&from, |key| key.to_table = to.clone());
    }

    /// Changes every foreign key that refers to `table`.
    fn redirect_foreign_keys(&mut self, table: &TableName, redirect: impl Fn(&mut change::ForeignKey)) {
        let refers = |key: &ForeignKey| key.definition.to_table == *table;
        for other in self.tables.values_mut() {
            if other.foreign_keys.iter().any(refers) {
                let keys = &mut Rc::make_mut(other).foreign_keys;
                keys.iter_mut().filter(|key| refers(key)).for_each(|key| redirect(&mut key.definition));
            }
        }
    }

    fn change_options(&mut self, change: &ChangeTableOptions) {
        let table = self.table_mut(&change.table);
        let (old, new) = (&mut table.options, change.options.clone());
        old.engine = new.engine.or(old.engine.take());
        old.charset = new.charset.or(old.charset.take());
        old.collation = new.collation.or(old.collation.take());
        old.row_format = new.row_format.or(old.row_format.take());
        old.comment = new.comment.or(old.comment.take());
        if change.converts_columns {
            for column in &mut table.columns {
                column.definition.charset = None;
                column.definition.collation = None;
            }
        }
    }

    fn add_column(&mut self, name: &TableName, definition: &change::Column) {
        let (era, engine) = (self.era, self.engine);
        let table = self.table_mut(name);
        if table.column(&definition.name, engine).is_none() {
            table.add_column(definition, era, engine);
        }
    }

    /// PostgreSQL drops every index and constraint over the column with it; the MySQL family takes it out of its indexes.
    fn drop_column(&mut self, drop: &DropColumn) {
        let engine = self.engine;
        let table = self.table_mut(&drop.table);
        let is_it = |name: &String| same_name(name, &drop.column, engine);
        table.columns.retain(|column| !is_it(&column.definition.name));
        table.foreign_keys.retain(|key| !key.definition.columns.iter().any(is_it));
        table.checks.retain(|check| !check.names_column(&drop.column));
        if engine.is_mysql_family() {
            for index in &mut table.indexes {
                let keeps = |part: &IndexPart| !matches!(part, IndexPart::Column { name, .. } if is_it(name));
                index.definition.parts.retain(keeps);
            }
            table.indexes.retain(|index| !index.definition.parts.is_empty());
            table.primary_key.retain(|column| !is_it(column));
        } else {
            table.indexes.retain(|index| !index.covers(&drop.column, engine));
            if table.primary_key.iter().any(is_it) {
                table.primary_key.clear();
            }
        }
    }

    fn rename_column(&mut self, rename: &RenameColumn) {
        let engine = self.engine;
        self.table_mut(&rename.table).rename_column(&rename.column, &rename.to, engine);
        let key = self.key(&rename.table);
        self.redirect_foreign_keys(&key, |foreign_key| {
            for column in &mut foreign_key.to_columns {
                if same_name(column, &rename.column, engine) {
                    column.clone_from(&rename.to);
                }
            }
        });
    }

    fn redefine_column(&mut self, redefine: &RedefineColumn) {
        let definition = &redefine.definition;
        if !same_name(&redefine.column, &definition.name, self.engine) {
            self.rename_column(&RenameColumn {
                table: redefine.table.clone(),
                column: redefine.column.clone(),
                to: definition.name.clone(),
            });
        }
        self.change_column(&redefine.table, &definition.name, |column| {
            let is_primary_key = column.is_primary_key || definition.is_primary_key;
            *column = change::Column { is_primary_key, place: None, ..definition.clone() };
        });
    }

    /// Changes a column's definition; one that is not listed is listed when the change leaves nothing of it unsaid.
    fn change_column(&mut self, name: &TableName, column: &str, change: impl FnOnce(&mut change::Column)) {
        let engine = self.engine;
        let table = self.table_mut(name);
        if let Some(found) = table.columns.iter_mut().find(|known| same_name(&known.definition.name, column, engine)) {
            change(&mut found.definition);
        }
    }

    fn add_index(&mut self, add: &AddIndex) {
        let engine = self.engine;
        let table = self.table_mut(&add.table);
        if let Some(standing) = &add.using_index {
            let name = add.index.name.clone().unwrap_or_else(|| standing.clone());
            if let Some(index) = table.indexes.iter_mut().find(|index| same_name(&index.name, standing, engine)) {
                index.name = name;
                index.is_constraint = true;
            }
            return;
        }
        table.add_index(&add.index, add.is_constraint, engine);
    }

    fn drop_index(&mut self, drop: &DropIndex) {
        let engine = self.engine;
        let owner = drop.table.clone().or_else(|| self.table_of_index(&drop.name).map(|table| table.name.clone()));
        if let Some(owner) = owner {
            self.table_mut(&owner).indexes.retain(|index| !same_name(&index.name, &drop.name, engine));
        }
    }

    fn rename_index(&mut self, rename: &RenameIndex) {
        let engine = self.engine;
        let owner = rename.table.clone().or_else(|| self.table_of_index(&rename.name).map(|table| table.name.clone()));
        let Some(owner) = owner else { return };
        let indexes = &mut self.table_mut(&owner).indexes;
        if let Some(index) = indexes.iter_mut().find(|index| same_name(&index.name, &rename.name, engine)) {
            index.name.clone_from(&rename.to);
        }
    }

    fn add_primary_key(&mut self, add: &change::AddPrimaryKey) {
        let engine = self.engine;
        let table = self.table_mut(&add.table);
        let mut columns = add.columns.clone();
        if let Some(standing) = &add.using_index
            && let Some(index) = table.index(standing, engine)
        {
            columns = index.definition.columns().map(str::to_owned).collect();
        }
        table.set_primary_key(&columns, engine);
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
                self.has_opaque_batch |= self.era == Era::Batch;
                for table in self.tables.values_mut().filter(|table| !table.is_partial) {
                    Rc::make_mut(table).is_partial = true;
                }
            }
        }
    }
}
