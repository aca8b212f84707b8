//! What a change does to the one table it is about.

use super::table::{Check, Column, ForeignKey, Index, Table, same_name};
use super::{Era, names, spelled};
use crate::change::{self, CreateTable, IndexPart, TableName};
use crate::engine::Engine;

impl Table {
    /// The table that CREATE TABLE makes.
    pub(super) fn created(name: TableName, create: &CreateTable, era: Era, engine: Engine) -> Self {
        let mut table = Self {
            options: create.options.clone(),
            is_partial: create.has_more_columns,
            ..Self::unknown(name, era == Era::History)
        };
        for column in &create.columns {
            table.add_column(column, era, engine);
        }
        if !create.primary_key.is_empty() {
            table.set_primary_key(&create.primary_key, engine);
        }
        for index in &create.indexes {
            // PostgreSQL has no other indexes in CREATE TABLE than those of constraints.
            table.add_index(index, index.is_unique || engine == Engine::Postgresql, engine);
        }
        for key in &create.foreign_keys {
            table.add_foreign_key(key, true, engine);
        }
        for check in &create.checks {
            table.add_check(check, engine);
        }
        table
    }

    /// Adds a column with the keys and checks that stand in its definition.
    pub(super) fn add_column(&mut self, definition: &change::Column, era: Era, engine: Engine) {
        let place = match &definition.place {
            Some(change::Place::First) => 0,
            Some(change::Place::After(column)) => self
                .columns
                .iter()
                .position(|known| same_name(&known.definition.name, column, engine))
                .map_or(self.columns.len(), |at| at + 1),
            None => self.columns.len(),
        };
        let mut definition = definition.clone();
        spelled::restore(&mut definition, engine);
        let own = change::Column { references: None, checks: Vec::new(), place: None, ..definition.clone() };
        self.columns.insert(place, Column { definition: own, stood_before_batch: era == Era::History });
        if definition.is_primary_key {
            self.set_primary_key(std::slice::from_ref(&definition.name), engine);
        }
        if definition.is_unique {
            let part = IndexPart::Column { name: definition.name.clone(), length: None };
            self.add_index(&change::Index::unique(vec![part]), true, engine);
        }
        if let Some(key) = &definition.references {
            self.add_foreign_key(key, true, engine);
        }
        for condition in &definition.checks {
            let condition = condition.clone();
            let check = change::AddCheck { table: self.name.clone(), name: None, condition, is_not_valid: false };
            self.add_check(&check, engine);
        }
    }

    pub(super) fn set_primary_key(&mut self, columns: &[String], engine: Engine) {
        self.primary_key = columns.to_vec();
        for column in &mut self.columns {
            if columns.iter().any(|key| same_name(key, &column.definition.name, engine)) {
                column.definition.is_nullable = false;
                column.definition.is_primary_key = true;
            }
        }
    }

    pub(super) fn add_index(&mut self, definition: &change::Index, is_constraint: bool, engine: Engine) {
        let name = definition.name.clone().unwrap_or_else(|| names::index(self, definition, is_constraint, engine));
        if self.index(&name, engine).is_none() {
            self.indexes.push(Index { name, definition: definition.clone(), is_constraint });
        }
    }

    /// Adds a foreign key. The MySQL family makes an index for it where none begins with its columns, and keeps that when the
    /// key is dropped.
    pub(super) fn add_foreign_key(&mut self, definition: &change::ForeignKey, is_valid: bool, engine: Engine) {
        let name = definition.name.clone().unwrap_or_else(|| names::foreign_key(self, definition, engine));
        if engine.is_mysql_family() && !self.has_index_for(&definition.columns, engine) {
            let parts =
                definition.columns.iter().map(|column| IndexPart::Column { name: column.clone(), length: None });
            let index = change::Index {
                name: definition.name.clone(),
                is_unique: false,
                ..change::Index::unique(parts.collect())
            };
            self.add_index(&index, false, engine);
        }
        self.foreign_keys.push(ForeignKey { name, definition: definition.clone(), is_valid });
    }

    /// Whether the primary key or an index begins with these columns.
    fn has_index_for(&self, columns: &[String], engine: Engine) -> bool {
        let begins = |key: &[&str]| {
            key.len() >= columns.len() && key.iter().zip(columns).all(|(own, column)| same_name(own, column, engine))
        };
        let primary_key: Vec<&str> = self.primary_key.iter().map(String::as_str).collect();
        begins(&primary_key) || self.indexes.iter().any(|index| begins(&index.definition.columns().collect::<Vec<_>>()))
    }

    pub(super) fn add_check(&mut self, check: &change::AddCheck, engine: Engine) {
        let name = check.name.clone().unwrap_or_else(|| names::check(self, &check.condition, engine));
        self.checks.push(Check { name, condition: check.condition.clone(), is_valid: !check.is_not_valid });
    }

    pub(super) fn validate(&mut self, name: &str, engine: Engine) {
        for key in self.foreign_keys.iter_mut().filter(|key| same_name(&key.name, name, engine)) {
            key.is_valid = true;
        }
        for check in self.checks.iter_mut().filter(|check| same_name(&check.name, name, engine)) {
            check.is_valid = true;
        }
    }

    pub(super) fn drop_constraint(&mut self, name: &str, engine: Engine) {
        self.foreign_keys.retain(|key| !same_name(&key.name, name, engine));
        self.checks.retain(|check| !same_name(&check.name, name, engine));
        self.indexes.retain(|index| !(index.is_constraint && same_name(&index.name, name, engine)));
        if same_name(name, &names::primary_key(self), engine) {
            self.primary_key.clear();
        }
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str, engine: Engine) {
        let rename = |name: &mut String| {
            if same_name(name, from, engine) {
                to.clone_into(name);
            }
        };
        self.columns.iter_mut().for_each(|column| rename(&mut column.definition.name));
        self.primary_key.iter_mut().for_each(rename);
        self.foreign_keys.iter_mut().flat_map(|key| &mut key.definition.columns).for_each(rename);
        for index in &mut self.indexes {
            index.definition.included.iter_mut().for_each(rename);
            for part in &mut index.definition.parts {
                if let IndexPart::Column { name, .. } = part {
                    rename(name);
                }
            }
        }
    }
}
