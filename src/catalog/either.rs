//! Two catalogs of which one is right: what is left is what can be relied on in both.

use std::collections::BTreeSet;
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
    pub fn or(mut self, other: &Self) -> Self {
        debug_assert!(self.differs_as_noted(other), "a change was not noted");
        let apart = self.ties.apart(&other.ties);
        if apart.is_none() {
            self.ties.change_any();
        }
        for name in apart.unwrap_or_else(|| self.names(other)) {
            self.keep_either(&name, other);
        }
        self.note_ties();
        self.objects.keep_either(&other.objects);
        self.is_partial |= other.is_partial;
        self.has_opaque_batch |= other.has_opaque_batch;
        self
    }

    /// Keeps of the table of that key what can be relied on here and in `other`.
    fn keep_either(&mut self, key: &TableName, other: &Self) {
        match (self.tables.get(key), other.tables.get(key)) {
            (Some(here), Some(there)) if Rc::ptr_eq(here, there) || here == there => {}
            (Some(here), Some(there)) => {
                let mut common = Table::clone(here);
                common.keep_common(there, self.engine);
                self.tables.insert_mut(key.clone(), Rc::new(common));
            }
            (None, Some(there)) => {
                let partial = Table { is_partial: true, ..Table::clone(there) };
                self.tables.insert_mut(key.clone(), Rc::new(partial));
                self.doubtful.insert_mut(key.clone());
            }
            (Some(_), None) => self.doubtful.insert_mut(key.clone()),
            (None, None) => {}
        }
        if other.doubtful.contains(key) {
            self.doubtful.insert_mut(key.clone());
        }
        if !other.absent.contains(key) {
            self.absent.remove_mut(key);
        }
        self.ties.change(key);
    }

    /// All tables of which one of the two knows something.
    fn names(&self, other: &Self) -> BTreeSet<TableName> {
        let of = |catalog: &Self| -> BTreeSet<TableName> {
            catalog.tables.keys().chain(catalog.absent.iter()).chain(catalog.doubtful.iter()).cloned().collect()
        };
        of(self).into_iter().chain(of(other)).collect()
    }

    /// Whether no more differs than what was noted.
    fn differs_as_noted(&self, other: &Self) -> bool {
        let Some(apart) = self.ties.apart(&other.ties) else { return true };
        let is_same = |name: &TableName| {
            self.tables.get(name) == other.tables.get(name)
                && self.absent.contains(name) == other.absent.contains(name)
                && self.doubtful.contains(name) == other.doubtful.contains(name)
        };
        self.names(other).difference(&apart).all(is_same)
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
        let either = here.or(&there);
        let users = TableName::new("users");
        assert_eq!(either.has_column(&users, "id"), Answer::Yes);
        assert_eq!(either.has_column(&users, "nick"), Answer::Unknown);
    }

    #[test]
    fn two_that_agree_stay_as_they_are() {
        let catalog = catalog(&[create("users")]);
        assert_eq!(catalog.clone().or(&catalog), catalog);
    }

    #[test]
    fn a_table_of_one_side_is_listed_as_partly_known() {
        let either = catalog(&[]).or(&catalog(&[create("users")]));
        let users = TableName::new("users");
        assert_eq!(either.table(&users).map(|table| table.is_partial), Some(true));
        assert_eq!(either.has_table(&users), Answer::Unknown);
        assert_eq!(either.has_column(&users, "nick"), Answer::Unknown);
    }
}
