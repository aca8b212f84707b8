//! What changes of columns do, in their table and in those that refer to it.

use super::table::{Table, same_name};
use super::{Catalog, expression, spelled};
use crate::change::{
    self, ChangeGenerated, ChangeIdentity, ChangeType, Default, DropColumn, Identity, IndexPart, RedefineColumn,
    RenameColumn, TableName,
};
use crate::engine::Engine;

impl Catalog {
    pub(super) fn add_column(&mut self, name: &TableName, definition: &change::Column) {
        let definition = &self.with_kept_keys(definition);
        self.alter(name, |table, around| {
            if table.column(&definition.name, around.engine).is_none() {
                table.add_column(definition, around);
            }
        });
    }

    /// PostgreSQL drops every index and constraint over the column with it, those of other tables included; the MySQL
    /// family takes it out of its indexes.
    pub(super) fn drop_column(&mut self, drop: &DropColumn) {
        let engine = self.engine;
        if engine == Engine::Postgresql {
            let key = self.key(&drop.table);
            self.drop_foreign_keys_to(&key, |key| key.to_columns.contains(&drop.column));
        }
        self.drop_objects_of_column(drop);
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
            if table.primary_key.is_empty() {
                table.drop_primary_key();
            }
        } else {
            table.indexes.retain(|index| !index.covers(&drop.column, engine) && !index.computes(&drop.column));
            if table.primary_key.iter().any(is_it) {
                table.drop_primary_key();
            }
            for computed in computed_from(table, &drop.column) {
                self.drop_column(&DropColumn { column: computed, ..drop.clone() });
            }
        }
    }

    pub(super) fn rename_column(&mut self, rename: &RenameColumn) {
        let engine = self.engine;
        self.redirect_column(&rename.table, &rename.column, &rename.to);
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

    pub(super) fn redefine_column(&mut self, redefine: &RedefineColumn) {
        let definition = &redefine.definition;
        if redefine.column != definition.name {
            self.rename_column(&RenameColumn {
                table: redefine.table.clone(),
                column: redefine.column.clone(),
                to: definition.name.clone(),
            });
        }
        self.alter(&redefine.table, |table, around| table.redefine_column(definition, around));
    }

    pub(super) fn change_type(&mut self, change: &ChangeType) {
        self.change_column(&change.table, &change.column, |column| {
            column.column_type = change.column_type.clone();
            column.collation.clone_from(&change.collation);
        });
    }

    /// A default takes the place of a serial's sequence.
    pub(super) fn set_default(&mut self, table: &TableName, column: &str, default: &Default) {
        self.change_column(table, column, |column| {
            column.default = default.clone();
            if column.identity == Some(Identity::Serial) {
                column.identity = None;
                column.column_type.name = column.column_type.name.replace("serial", "int");
            }
        });
    }

    pub(super) fn change_identity(&mut self, change: &ChangeIdentity) {
        self.change_column(&change.table, &change.column, |column| {
            // DROP IDENTITY IF EXISTS leaves a serial as it is.
            if change.identity.is_some() || column.identity != Some(Identity::Serial) {
                column.identity = change.identity;
            }
        });
    }

    /// A column whose expression is dropped keeps the values that it has.
    pub(super) fn change_generated(&mut self, change: &ChangeGenerated) {
        self.change_column(&change.table, &change.column, |column| match (&mut column.generated, &change.expression) {
            (Some(generated), Some(expression)) => generated.expression.clone_from(expression),
            (generated, None) => *generated = None,
            // The server refuses to make a column a generated one.
            (None, Some(_)) => {}
        });
    }

    /// Changes a column's definition, if it is listed.
    pub(super) fn change_column(&mut self, name: &TableName, column: &str, change: impl FnOnce(&mut change::Column)) {
        let engine = self.engine;
        let table = self.table_mut(name);
        if let Some(found) = table.columns.iter_mut().find(|known| same_name(&known.definition.name, column, engine)) {
            change(&mut found.definition);
            spelled::restore(&mut found.definition, engine);
        }
    }
}

/// The generated columns that are computed from that one.
fn computed_from(table: &Table, column: &str) -> Vec<String> {
    let generated = table.columns.iter().map(|column| &column.definition).filter(|other| {
        other.generated.as_ref().is_some_and(|generated| expression::names_column(&generated.expression, column))
    });
    generated.map(|other| other.name.clone()).collect()
}
