//! What a table that was made anew has and the old one had not, and the reverse, as changes of the old one.

use super::Rebuild;
use crate::catalog::{Catalog, Column, Table};
use crate::change::{
    self, AddColumn, AddForeignKey, AddIndex, AddPrimaryKey, DropColumn, DropConstraint, DropIndex, DropPrimaryKey,
    MaintainTable, Maintenance, Opaque, RedefineColumn, RenameColumn, SchemaChange, TableName, Touches,
};
use crate::engine::Engine;

const ENGINE: Engine = Engine::Sqlite;

/// The rebuild itself, and what it changes.
pub(super) fn changes(rebuild: &Rebuild<'_>, catalog: &Catalog) -> Vec<SchemaChange> {
    let table = &rebuild.table;
    let mut changes = vec![SchemaChange::MaintainTable(MaintainTable {
        table: Some(table.clone()),
        index: None,
        what: Maintenance::Rebuild,
        is_concurrent: false,
    })];
    let new = made(rebuild);
    match (catalog.table(table), new) {
        (Some(old), Some(new)) if !old.is_partial => {
            let mut difference = Difference { rebuild, table, old, new: &new, renamed: old.clone() };
            let mut columns = Vec::new();
            difference.columns(&mut columns);
            difference.rename(&columns, catalog);
            difference.drops(&mut changes);
            changes.append(&mut columns);
            difference.additions(&mut changes);
        }
        _ => changes.push(SchemaChange::Opaque(Opaque {
            what: "REBUILD".to_owned(),
            touches: Touches::Table(table.clone()),
            reason: format!("`{table}` is made anew, and what it was like before is not known"),
        })),
    }
    changes
}

/// The new table as it stands at the end, under the name that it takes.
fn made(rebuild: &Rebuild<'_>) -> Option<Table> {
    let mut scratch = Catalog::new(ENGINE);
    let mut create = rebuild.created.clone();
    let own = create.table.clone();
    create.table = rebuild.table.clone();
    let inline = create.columns.iter_mut().filter_map(|column| column.references.as_mut());
    for key in inline.chain(&mut create.foreign_keys).filter(|key| key.to_table == own) {
        key.to_table = rebuild.table.clone();
    }
    scratch.apply(&SchemaChange::CreateTable(create));
    for index in &rebuild.indexes {
        let add = AddIndex { table: rebuild.table.clone(), ..(*index).clone() };
        scratch.apply(&SchemaChange::AddIndex(add));
    }
    scratch.table(&rebuild.table).cloned()
}

struct Difference<'a> {
    rebuild: &'a Rebuild<'a>,
    table: &'a TableName,
    old: &'a Table,
    new: &'a Table,
    /// The old table with its columns called as they are in the new one.
    renamed: Table,
}

impl Difference<'_> {
    /// The old column whose values a new one gets; one that is computed is taken to be the one of its name.
    fn source(&self, column: &str) -> Option<&Column> {
        let Some(columns) = &self.rebuild.copy.columns else {
            let place = self.new.columns.iter().position(|new| new.definition.name.eq_ignore_ascii_case(column))?;
            return self.old.columns.get(place);
        };
        // A generated column is not copied and has its values all the same.
        let is_generated = |column: &Column| column.definition.generated.is_some();
        let source = match columns.iter().find(|(filled, _)| filled.eq_ignore_ascii_case(column)) {
            Some((_, source)) => source.as_deref().unwrap_or(column),
            None if self.new.column(column, ENGINE).is_some_and(is_generated) => column,
            None => return None,
        };
        self.old.column(source, ENGINE)
    }

    fn columns(&self, changes: &mut Vec<SchemaChange>) {
        let kept = |old: &Column| {
            self.new.columns.iter().any(|new| {
                self.source(&new.definition.name).is_some_and(|source| source.definition.name == old.definition.name)
            })
        };
        let table = || self.table.clone();
        for old in self.old.columns.iter().filter(|old| !kept(old)) {
            let column = old.definition.name.clone();
            let drop = DropColumn { table: table(), column, if_exists: false, cascade: false };
            changes.push(SchemaChange::DropColumn(drop));
        }
        for new in &self.new.columns {
            let definition = new.definition.clone();
            let Some(old) = self.source(&definition.name) else {
                let add = AddColumn { table: table(), column: definition, if_not_exists: false };
                changes.push(SchemaChange::AddColumn(add));
                continue;
            };
            let (column, to) = (old.definition.name.clone(), definition.name.clone());
            let is_renamed = !column.eq_ignore_ascii_case(&to);
            let renamed =
                change::Column { name: to.clone(), comment: definition.comment.clone(), ..old.definition.clone() };
            if renamed != definition {
                changes.push(SchemaChange::RedefineColumn(RedefineColumn { table: table(), column, definition }));
            } else if is_renamed {
                changes.push(SchemaChange::RenameColumn(RenameColumn { table: table(), column, to }));
            }
        }
    }

    fn rename(&mut self, columns: &[SchemaChange], catalog: &Catalog) {
        let mut catalog = catalog.clone();
        for change in columns {
            let (column, to) = match change {
                SchemaChange::RenameColumn(rename) => (&rename.column, &rename.to),
                SchemaChange::RedefineColumn(redefine) => (&redefine.column, &redefine.definition.name),
                _ => continue,
            };
            let rename = RenameColumn { table: self.table.clone(), column: column.clone(), to: to.clone() };
            catalog.apply(&SchemaChange::RenameColumn(rename));
        }
        if let Some(table) = catalog.table(self.table) {
            self.renamed = table.clone();
        }
    }

    fn drops(&self, changes: &mut Vec<SchemaChange>) {
        for index in self.renamed.indexes.iter().filter(|index| !has_index(self.new, index)) {
            if index.is_constraint {
                changes.push(self.drop_constraint(&index.name));
            } else {
                let (table, name) = (Some(self.table.clone()), index.name.clone());
                let drop = DropIndex { table, name, is_concurrent: false, if_exists: false };
                changes.push(SchemaChange::DropIndex(drop));
            }
        }
        for key in self.renamed.foreign_keys.iter().filter(|key| !has_key(self.new, &key.definition)) {
            changes.push(self.drop_constraint(&key.name));
        }
        for check in self.renamed.checks.iter().filter(|check| !has_check(self.new, &check.condition)) {
            changes.push(self.drop_constraint(&check.name));
        }
        if !self.old.primary_key.is_empty() && self.is_key_changed() {
            changes.push(SchemaChange::DropPrimaryKey(DropPrimaryKey { table: self.table.clone() }));
        }
    }

    fn drop_constraint(&self, name: &str) -> SchemaChange {
        let (table, name) = (self.table.clone(), name.to_owned());
        SchemaChange::DropConstraint(DropConstraint { table, name, if_exists: false, cascade: false })
    }

    fn is_key_changed(&self) -> bool {
        self.new.primary_key != self.renamed.primary_key
    }

    fn additions(&self, changes: &mut Vec<SchemaChange>) {
        let table = || self.table.clone();
        if !self.new.primary_key.is_empty() && self.is_key_changed() {
            let columns = self.new.primary_key.clone();
            let add = AddPrimaryKey { table: table(), name: None, columns, using_index: None };
            changes.push(SchemaChange::AddPrimaryKey(add));
        }
        for index in self.new.indexes.iter().filter(|index| !has_index(&self.renamed, index)) {
            changes.push(SchemaChange::AddIndex(AddIndex {
                table: table(),
                index: change::Index { name: Some(index.name.clone()), ..index.definition.clone() },
                is_constraint: index.is_constraint,
                using_index: None,
                is_concurrent: false,
                if_not_exists: false,
            }));
        }
        for key in self.new.foreign_keys.iter().filter(|key| !has_key(&self.renamed, &key.definition)) {
            let foreign_key = key.definition.clone();
            changes.push(SchemaChange::AddForeignKey(AddForeignKey {
                table: table(),
                foreign_key,
                is_not_valid: false,
            }));
        }
        for check in self.new.checks.iter().filter(|check| !has_check(&self.renamed, &check.condition)) {
            let condition = check.condition.clone();
            let add = change::AddCheck { table: table(), name: None, condition, is_not_valid: false };
            changes.push(SchemaChange::AddCheck(add));
        }
    }
}

/// Whether the table has the same index, whatever its name.
fn has_index(table: &Table, index: &crate::catalog::Index) -> bool {
    let unnamed = |index: &crate::catalog::Index| change::Index { name: None, ..index.definition.clone() };
    table.indexes.iter().any(|known| unnamed(known) == unnamed(index))
}

fn has_key(table: &Table, key: &change::ForeignKey) -> bool {
    let unnamed = |key: &change::ForeignKey| change::ForeignKey { name: None, ..key.clone() };
    table.foreign_keys.iter().any(|known| unnamed(&known.definition) == unnamed(key))
}

fn has_check(table: &Table, condition: &str) -> bool {
    table.checks.iter().any(|known| known.condition == condition)
}
