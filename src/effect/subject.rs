//! A change in its place: the statement it is part of, the tables before it, the engine, and the session it runs in.

use super::code::CodeUse;
use super::session::Session;
use crate::answer::Answer;
use crate::catalog::{self, Catalog};
use crate::change::{Change, LostModifier, ObjectKind, SchemaChange, Statement, TableName, Touches};
use crate::engine::EngineVersion;

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub change: &'a Change,
    pub statement: &'a Statement,
    /// The tables as they stand before the change.
    pub catalog: &'a Catalog,
    pub target: &'a EngineVersion,
    /// What the statements before it left behind.
    pub session: &'a Session,
    /// What running code does with what the change is about.
    pub code: CodeUse,
}

impl<'a> Subject<'a> {
    /// The name of the table that is changed. PostgreSQL's DROP INDEX and the MySQL family's DROP TRIGGER name none: the
    /// catalog knows whose they are.
    pub fn table_name(&self) -> Option<&'a TableName> {
        let of_index = |name: &str| self.catalog.table_of_index(name).map(|table| &table.name);
        self.change.what.table().or_else(|| match &self.change.what {
            SchemaChange::DropIndex(drop) => of_index(&drop.name),
            SchemaChange::RenameIndex(rename) => of_index(&rename.name),
            SchemaChange::MaintainTable(maintain) => maintain.index.as_deref().and_then(of_index),
            SchemaChange::AlterObject(alter) if alter.object.kind == ObjectKind::Index => {
                of_index(&alter.object.name.name)
            }
            SchemaChange::DropObject(drop) => self.catalog.object(&drop.object)?.object.table.as_ref(),
            _ => None,
        })
    }

    /// The table that is changed, as it stands before.
    pub fn table(&self) -> Option<&'a catalog::Table> {
        self.catalog.table(self.table_name()?)
    }

    /// The table as it was when the batch began: what running code knows.
    pub fn table_before_batch(&self) -> Option<&'a catalog::Table> {
        self.catalog.table_before_batch(self.table_name()?)
    }

    pub fn table_in_use(&self) -> Answer {
        match (self.table_name(), &self.change.what) {
            (Some(table), SchemaChange::CreateTable(_)) => {
                Answer::from(self.catalog.table(table).is_some_and(|table| table.stood_before_batch))
            }
            // IF EXISTS is no sign that a table stands which no known migration made.
            (Some(table), SchemaChange::DropTable(drop)) if drop.if_exists && self.catalog.table(table).is_none() => {
                self.catalog.is_in_use(table).and(Answer::Unknown)
            }
            (Some(table), _) => self.catalog.is_in_use(table),
            (None, SchemaChange::DropIndex(_) | SchemaChange::RenameIndex(_)) => Answer::Unknown,
            (None, change) if change.reach().is_some_and(|(touches, _)| touches == Touches::Anything) => {
                Answer::Unknown
            }
            (None, _) => Answer::No,
        }
    }

    /// Whether the one column that is changed stood before the batch.
    pub fn column_in_use(&self) -> Answer {
        match (self.table_name(), self.change.what.column()) {
            (Some(table), Some(column)) => self.catalog.is_column_in_use(table, column),
            _ => Answer::No,
        }
    }

    /// A question about the table as it stands before; unknown where no such table is known.
    pub fn of_table(&self, ask: impl FnOnce(&'a catalog::Table) -> Answer) -> Answer {
        self.table().map_or(Answer::Unknown, ask)
    }

    /// Whether something is on the table's lists; unknown where they may not be complete.
    pub fn table_lists(&self, find: impl FnOnce(&'a catalog::Table) -> bool) -> Answer {
        self.of_table(|table| listed(table, find(table)))
    }

    /// Whether a foreign key holds for what the statement does.
    pub fn checks_foreign_keys(&self) -> Answer {
        self.session.checks_foreign_keys(self.target.engine)
    }

    /// The other changes of the same statement.
    pub fn siblings(&self) -> impl Iterator<Item = &'a SchemaChange> {
        let own = &raw const *self.change;
        self.statement.changes.iter().filter(move |sibling| &raw const **sibling != own).map(|change| &change.what)
    }

    /// The partitions of the table, as they stand before.
    pub fn partitions(&self) -> impl Iterator<Item = &'a catalog::Table> {
        let own = self.table().map(|table| &table.name);
        let heirs = own.into_iter().flat_map(|own| self.catalog.heirs_of(own));
        heirs.filter(move |heir| heir.partition_of.as_ref() == own)
    }

    /// The tables with a column of the type or domain that is changed.
    pub fn typed_tables(&self) -> impl Iterator<Item = &'a catalog::Table> {
        let name = match &self.change.what {
            SchemaChange::AlterObject(alter) => Some(&alter.object.name.name),
            _ => None,
        };
        self.catalog
            .tables()
            .filter(move |table| table.columns.iter().any(|column| Some(&column.definition.column_type.name) == name))
    }

    /// What its column loses without the statement saying so.
    pub fn lost(&self) -> impl Iterator<Item = &'a LostModifier> {
        let column = self.change.what.column();
        self.statement.lost.iter().filter(move |lost| column == Some(lost.column.as_str()))
    }

    /// The other tables whose foreign keys refer to this one.
    pub fn referring_tables(&self) -> impl Iterator<Item = &'a catalog::Table> {
        self.table().into_iter().flat_map(|own| {
            let referring = self.catalog.references_to(&own.name).map(|(other, _)| other);
            let mut last: Option<&TableName> = None;
            referring.filter(move |other| last.replace(&other.name) != Some(&other.name) && other.name != own.name)
        })
    }
}

/// Found is found; not found is unknown where the table's lists may not be complete.
fn listed(table: &catalog::Table, is_found: bool) -> Answer {
    match is_found {
        true => Answer::Yes,
        false if table.is_partial => Answer::Unknown,
        false => Answer::No,
    }
}
