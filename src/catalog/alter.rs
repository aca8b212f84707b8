//! What a change does to the columns, keys and checks of the one table it is about.

use super::neighbours::Neighbours;
use super::table::{Check, Column, ForeignKey, Index, Table, kept, same_name};
use super::{Era, expression, names};
use crate::change::{self, CreateTable, IndexKind, IndexPart, Place, TableName};
use crate::engine::Engine;

impl Table {
    /// The table that CREATE TABLE makes: its columns, then its keys in the order in which engines make and name them.
    pub(super) fn created(name: TableName, create: &CreateTable, around: &Neighbours<'_>) -> Self {
        let mut table = Self {
            options: create.options.clone(),
            is_partitioned: create.is_partitioned,
            is_partial: create.has_more_columns,
            ..Self::unknown(name, around.era == Era::History)
        };
        table.put_columns(create, around);
        if !create.primary_key.is_empty() {
            table.set_primary_key(&create.primary_key, create.primary_key_name.as_ref(), around);
        }
        create.columns.iter().for_each(|column| table.add_column_keys(column, around));
        for index in &create.indexes {
            // PostgreSQL has no other indexes in CREATE TABLE than those of constraints.
            table.add_index(index, index.is_unique || around.engine == Engine::Postgresql, around);
        }
        create.columns.iter().for_each(|column| table.add_column_checks(column, around));
        for check in &create.checks {
            table.add_check(check, around);
        }
        let of_columns = create.columns.iter().filter_map(|column| column.references.as_ref());
        for key in of_columns.chain(&create.foreign_keys) {
            table.add_foreign_key(key, true, around);
        }
        table.copy_keys(create, around);
        table
    }

    /// Adds a column with the keys and checks that stand in its definition.
    pub(super) fn add_column(&mut self, definition: &change::Column, around: &Neighbours<'_>) {
        self.put_column(definition, around);
        self.add_column_keys(definition, around);
        self.add_column_checks(definition, around);
        if let Some(key) = &definition.references {
            self.add_foreign_key(key, true, around);
        }
    }

    /// Puts the column in its place, without what stands in its definition and is the table's.
    pub(super) fn put_column(&mut self, definition: &change::Column, around: &Neighbours<'_>) {
        let place = self.place(definition.place.as_ref(), around.engine).unwrap_or(self.columns.len());
        let name = kept(&definition.name, around.engine).to_owned();
        let column = Column {
            definition: change::Column { name, ..definition.without_constraints() },
            stood_before_batch: around.era == Era::History,
            has_database_charset: false,
        };
        self.columns.insert(place, column);
    }

    fn place(&self, place: Option<&Place>, engine: Engine) -> Option<usize> {
        match place? {
            Place::First => Some(0),
            Place::After(column) => {
                let is_it = |known: &Column| same_name(&known.definition.name, column, engine);
                self.columns.iter().position(is_it).map(|at| at + 1)
            }
        }
    }

    fn add_column_keys(&mut self, definition: &change::Column, around: &Neighbours<'_>) {
        if definition.is_primary_key {
            let columns = std::slice::from_ref(&definition.name);
            self.set_primary_key(columns, definition.primary_key_name.as_ref(), around);
        }
        if definition.is_unique {
            let part = IndexPart::Column { name: definition.name.clone(), length: None };
            let index = change::Index { name: definition.unique_name.clone(), ..change::Index::unique(vec![part]) };
            self.add_index(&index, true, around);
        }
    }

    /// MariaDB's checks in a column's definition are named after the column, and go when it is defined anew.
    fn add_column_checks(&mut self, definition: &change::Column, around: &Neighbours<'_>) {
        for check in &definition.checks {
            let change::ColumnCheck { name, condition, is_not_valid } = check.clone();
            let column = Some(definition.name.clone()).filter(|_| around.engine == Engine::Mariadb);
            let name = column.clone().or(name);
            self.add_check(&change::AddCheck { table: self.name.clone(), name, condition, is_not_valid }, around);
            if let Some(added) = self.checks.last_mut() {
                added.column = column;
            }
        }
    }

    /// The column as the definition says, and in its place.
    pub(super) fn redefine_column(&mut self, definition: &change::Column, around: &Neighbours<'_>) {
        let engine = around.engine;
        let is_it = |known: &Column| same_name(&known.definition.name, &definition.name, engine);
        let Some(at) = self.columns.iter().position(is_it) else { return };
        let is_its_own =
            |check: &Check| check.column.as_ref().is_some_and(|column| same_name(column, &definition.name, engine));
        self.checks.retain(|check| !is_its_own(check));
        let mut column = self.columns.remove(at);
        let is_primary_key = column.definition.is_primary_key || definition.is_primary_key;
        column.definition = change::Column { is_primary_key, ..definition.without_constraints() };
        column.definition.is_nullable &= !is_primary_key;
        column.has_database_charset = false;
        let place = self.place(definition.place.as_ref(), engine).unwrap_or(at);
        self.columns.insert(place, column);
        self.add_column_keys(definition, around);
        self.add_column_checks(definition, around);
    }

    pub(super) fn set_primary_key(&mut self, columns: &[String], name: Option<&String>, around: &Neighbours<'_>) {
        let engine = around.engine;
        let name = name.filter(|_| !engine.is_mysql_family()).map(|name| kept(name, engine).to_owned());
        self.primary_key_name = name.or_else(|| names::primary_key(self, around));
        self.primary_key = columns.to_vec();
        for column in &mut self.columns {
            if columns.iter().any(|key| same_name(key, &column.definition.name, engine)) {
                column.definition.is_nullable = false;
                column.definition.is_primary_key = true;
            }
        }
        self.drop_implicit_indexes(engine);
    }

    /// The columns stay NOT NULL.
    pub(super) fn drop_primary_key(&mut self) {
        self.primary_key.clear();
        self.primary_key_name = None;
        self.columns.iter_mut().for_each(|column| column.definition.is_primary_key = false);
    }

    pub(super) fn add_index(&mut self, definition: &change::Index, is_constraint: bool, around: &Neighbours<'_>) {
        let engine = around.engine;
        if is_constraint && definition.name.is_none() && self.is_key_again(definition, engine) {
            return;
        }
        let name = definition.name.as_deref().map(|name| kept(name, engine).to_owned());
        let name = name.unwrap_or_else(|| names::index(self, definition, is_constraint, around));
        if self.index(&name, engine).is_none() {
            let mut definition = definition.clone();
            let is_in_memory = matches!(self.options.engine.as_deref(), Some("memory" | "heap"));
            if engine.is_mysql_family() && !is_in_memory && definition.kind == IndexKind::Other("hash".to_owned()) {
                definition.kind = IndexKind::Btree;
            }
            self.indexes.push(Index { name, definition, is_constraint, is_implicit: false });
            self.drop_implicit_indexes(engine);
        }
    }

    /// PostgreSQL makes no second index for `id int primary key unique`.
    fn is_key_again(&self, index: &change::Index, engine: Engine) -> bool {
        engine == Engine::Postgresql
            && index.parts.iter().all(|part| matches!(part, IndexPart::Column { .. }))
            && index.columns().eq(self.primary_key.iter().map(String::as_str))
    }

    /// Adds a foreign key. The MySQL family makes an index for it where none begins with its columns, and keeps that when the
    /// key is dropped.
    pub(super) fn add_foreign_key(&mut self, definition: &change::ForeignKey, is_valid: bool, around: &Neighbours<'_>) {
        let engine = around.engine;
        let name = definition.name.as_deref().map(|name| kept(name, engine).to_owned());
        let name = name.unwrap_or_else(|| names::foreign_key(self, definition, around));
        if engine.is_mysql_family() && self.needs_index_for(&definition.columns, engine) {
            self.indexes
                .retain(|index| !(index.is_implicit && index.definition.columns().eq(definition.columns.iter())));
            let parts =
                definition.columns.iter().map(|column| IndexPart::Column { name: column.clone(), length: None });
            let index = change::Index {
                name: definition.name.clone(),
                is_unique: false,
                ..change::Index::unique(parts.collect())
            };
            self.add_index(&index, false, around);
            if let Some(added) = self.indexes.last_mut() {
                added.is_implicit = true;
            }
        }
        let mut definition = definition.clone();
        if engine == Engine::Postgresql && definition.to_columns.is_empty() {
            definition.to_columns = self.key_of(&definition.to_table, around);
        }
        self.foreign_keys.push(ForeignKey { name, definition, is_valid });
    }

    /// The primary key of the table that a foreign key refers to, which may be this one.
    fn key_of(&self, table: &TableName, around: &Neighbours<'_>) -> Vec<String> {
        let own = (*table == self.name).then_some(self);
        let other = own.or_else(|| around.others.get(table).map(std::rc::Rc::as_ref));
        other.map(|other| other.primary_key.clone()).unwrap_or_default()
    }

    /// Whether a foreign key over these columns gets an index: one that was made for another and is no more than this
    /// gives way.
    fn needs_index_for(&self, columns: &[String], engine: Engine) -> bool {
        let gives_way = |index: &&Index| index.is_implicit && index.definition.columns().eq(columns.iter());
        !self.has_index_for(columns, engine) || self.indexes.iter().any(|index| gives_way(&index))
    }

    /// Whether the primary key or an index begins with these columns.
    fn has_index_for(&self, columns: &[String], engine: Engine) -> bool {
        let primary_key: Vec<&str> = self.primary_key.iter().map(String::as_str).collect();
        begins_with(&primary_key, columns, engine)
            || self.indexes.iter().any(|index| begins_with(&whole_columns(&index.definition), columns, engine))
    }

    /// Drops the indexes that foreign keys had the engine make, where another begins with the same columns by now.
    fn drop_implicit_indexes(&mut self, engine: Engine) {
        let mut at = 0;
        while at < self.indexes.len() {
            let index = self.indexes.remove(at);
            let columns: Vec<String> = index.definition.columns().map(str::to_owned).collect();
            if !index.is_implicit || !self.has_index_for(&columns, engine) {
                self.indexes.insert(at, index);
                at += 1;
            }
        }
    }

    pub(super) fn add_check(&mut self, check: &change::AddCheck, around: &Neighbours<'_>) {
        let name = check.name.as_deref().map(|name| kept(name, around.engine).to_owned());
        let name = name.unwrap_or_else(|| names::check(self, &check.condition, around));
        let (condition, is_valid) = (check.condition.clone(), !check.is_not_valid);
        self.checks.push(Check { name, condition, is_valid, column: None });
    }

    pub(super) fn validate(&mut self, name: &str, engine: Engine) {
        for key in self.foreign_keys.iter_mut().filter(|key| same_name(&key.name, name, engine)) {
            key.is_valid = true;
        }
        for check in self.checks.iter_mut().filter(|check| same_name(&check.name, name, engine)) {
            check.is_valid = true;
        }
    }

    /// Drops whatever constraint goes by that name.
    pub(super) fn drop_constraint(&mut self, name: &str, engine: Engine) {
        self.foreign_keys.retain(|key| !same_name(&key.name, name, engine));
        self.checks.retain(|check| !same_name(&check.name, name, engine));
        self.indexes.retain(|index| !(index.is_constraint && same_name(&index.name, name, engine)));
        if self.primary_key_name.as_ref().is_some_and(|own| same_name(name, own, engine)) {
            self.drop_primary_key();
        }
    }

    /// Gives another name to the index or constraint that goes by `from`: on PostgreSQL a key and its index are one.
    pub(super) fn rename_constraint(&mut self, from: &str, to: &str, engine: Engine) {
        let indexes = self.indexes.iter_mut().map(|index| &mut index.name);
        let keys = self.foreign_keys.iter_mut().map(|key| &mut key.name);
        let checks = self.checks.iter_mut().map(|check| &mut check.name);
        let others = keys.chain(checks).filter(|_| !engine.is_mysql_family());
        for name in indexes.chain(others).chain(&mut self.primary_key_name) {
            if same_name(name, from, engine) {
                kept(to, engine).clone_into(name);
            }
        }
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str, engine: Engine) {
        let rename = |name: &mut String| {
            if same_name(name, from, engine) {
                kept(to, engine).clone_into(name);
            }
        };
        let rename_in = |text: &mut String| expression::rename_column(text, from, to, engine);
        for column in self.columns.iter_mut().map(|column| &mut column.definition) {
            rename(&mut column.name);
            column.generated.iter_mut().for_each(|generated| rename_in(&mut generated.expression));
        }
        self.primary_key.iter_mut().for_each(rename);
        self.foreign_keys.iter_mut().flat_map(|key| &mut key.definition.columns).for_each(rename);
        for check in &mut self.checks {
            rename_in(&mut check.condition);
            // Its own name stays.
            check.column.iter_mut().for_each(rename);
        }
        for index in self.indexes.iter_mut().map(|index| &mut index.definition) {
            index.included.iter_mut().for_each(rename);
            index.condition.iter_mut().for_each(rename_in);
            for part in &mut index.parts {
                match part {
                    IndexPart::Column { name, .. } => rename(name),
                    IndexPart::Expression(text) => rename_in(text),
                }
            }
        }
    }
}

/// The columns that the index holds whole, up to the first that it does not.
fn whole_columns(index: &change::Index) -> Vec<&str> {
    let whole = index.parts.iter().map_while(|part| match part {
        IndexPart::Column { name, length: None } => Some(name.as_str()),
        _ => None,
    });
    if index.kind == IndexKind::Btree { whole.collect() } else { Vec::new() }
}

fn begins_with(key: &[&str], columns: &[String], engine: Engine) -> bool {
    key.len() >= columns.len() && key.iter().zip(columns).all(|(own, column)| same_name(own, column, engine))
}
