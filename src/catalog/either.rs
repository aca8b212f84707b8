//! Two catalogs of which one is right: what is left is what can be relied on in both.

use std::rc::Rc;

use super::Catalog;
use super::table::{Table, same_name};
use crate::change::TableName;
use crate::engine::Engine;

impl Catalog {
    /// The catalog where either this one or `other` holds, because nobody can tell whether something ran.
    ///
    /// A table that stands in one of them only is listed as partly known: taking it for absent would hide what is done
    /// to it.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let engine = self.engine;
        let is_of_both = |name: &&TableName| self.tables.contains_key(*name) && other.tables.contains_key(*name);
        let listed = self.tables.keys().chain(other.tables.keys());
        let of_one: Vec<TableName> = listed.filter(|name| !is_of_both(name)).cloned().collect();
        for name in of_one.iter().chain(other.doubtful.iter()) {
            self.doubtful.insert_mut(name.clone());
        }
        for (name, there) in &other.tables {
            match self.tables.get(name) {
                Some(here) if Rc::ptr_eq(here, there) || here == there => {}
                Some(here) => {
                    let mut common = Table::clone(here);
                    common.keep_common(there, engine);
                    self.tables.insert_mut(name.clone(), Rc::new(common));
                }
                None => {
                    let partial = Table { is_partial: true, ..Table::clone(there) };
                    self.tables.insert_mut(name.clone(), Rc::new(partial));
                }
            }
        }
        self.absent = self.absent.iter().filter(|name| other.absent.contains(*name)).cloned().collect();
        self.objects = self.objects.or(other.objects);
        self.ties.merge(&other.ties);
        self.is_partial |= other.is_partial;
        self.has_opaque_batch |= other.has_opaque_batch;
        self
    }
}

impl Table {
    /// Keeps what both list; the table is partly known from there on if that is not all.
    fn keep_common(&mut self, other: &Self, engine: Engine) {
        let before = (self.columns.len(), self.indexes.len(), self.foreign_keys.len(), self.checks.len());
        let all = (other.columns.len(), other.indexes.len(), other.foreign_keys.len(), other.checks.len());
        self.columns.retain(|column| other.column(&column.definition.name, engine) == Some(column));
        self.indexes.retain(|index| other.index(&index.name, engine).is_some());
        self.foreign_keys.retain(|key| other.foreign_key(&key.name, engine).is_some());
        self.checks.retain(|check| other.checks.iter().any(|there| same_name(&there.name, &check.name, engine)));
        let after = (self.columns.len(), self.indexes.len(), self.foreign_keys.len(), self.checks.len());
        self.is_partitioned |= other.is_partitioned;
        self.is_partial |= other.is_partial || before != after || all != after;
    }
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::catalog::Catalog;
    use crate::change::{AddColumn, Column, ColumnType, CreateTable, SchemaChange, TableName};
    use crate::engine::Engine;

    fn column(name: &str) -> Column {
        Column::new(name, ColumnType::named("int"))
    }

    fn create(name: &str) -> SchemaChange {
        let columns = vec![column("id")];
        SchemaChange::CreateTable(CreateTable { columns, ..CreateTable::empty(TableName::new(name)) })
    }

    fn add(table: &str, name: &str) -> SchemaChange {
        let table = TableName::new(table);
        SchemaChange::AddColumn(AddColumn { table, column: column(name), if_not_exists: false })
    }

    fn catalog(changes: &[SchemaChange]) -> Catalog {
        let mut catalog = Catalog::new(Engine::Mysql);
        for change in changes {
            catalog.apply(change);
        }
        catalog
    }

    #[test]
    fn what_only_one_of_two_has_is_unknown() {
        let here = catalog(&[create("users"), add("users", "nick")]);
        let there = catalog(&[create("users")]);
        let either = here.or(there);
        let users = TableName::new("users");
        assert_eq!(either.has_column(&users, "id"), Answer::Yes);
        assert_eq!(either.has_column(&users, "nick"), Answer::Unknown);
    }

    #[test]
    fn two_that_agree_stay_as_they_are() {
        let catalog = catalog(&[create("users")]);
        assert_eq!(catalog.clone().or(catalog.clone()), catalog);
    }

    #[test]
    fn a_table_of_one_side_is_listed_as_partly_known() {
        let either = catalog(&[]).or(catalog(&[create("users")]));
        let users = TableName::new("users");
        assert_eq!(either.table(&users).map(|table| table.is_partial), Some(true));
        assert_eq!(either.has_table(&users), Answer::Unknown);
        assert_eq!(either.has_column(&users, "nick"), Answer::Unknown);
    }
}
