//! What a step touches: by that it is known which step of one chain has to wait for which of another.

use std::collections::BTreeSet;
use std::fmt;

use super::reads::Reads;
use super::settle::Draft;
use crate::catalog::{Catalog, Check, Table};
use crate::change::{Index, IndexPart, SchemaChange, Statement, TableName, Touches};
use crate::recipe::{Hold, Work};

/// A table as a whole, or something in it by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    table: TableName,
    part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Whole,
    Column(String),
    /// An index or a constraint.
    Named(String),
}

/// What a step touches, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touch {
    pub(super) things: BTreeSet<Thing>,
    /// It may have done anything.
    pub(super) anything: bool,
    /// It makes, takes away or fills what it touches, so that what comes later may count on that.
    pub(super) shapes: bool,
    /// What it needs the rows of.
    pub(super) reads: Reads,
    /// What goes, or is called otherwise from then on.
    pub(super) goes: BTreeSet<Thing>,
    /// What is made, or defined as a whole.
    makes: BTreeSet<Thing>,
}

/// Why steps of two plans cannot stand beside one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Both make it, or say as a whole what it is.
    Made(Thing),
    /// It goes in one of them, and the other needs it.
    Gone(Thing),
}

impl fmt::Display for Thing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Part::Whole => write!(formatter, "`{}`", self.table),
            Part::Column(column) => write!(formatter, "`{}.{column}`", self.table),
            Part::Named(name) => write!(formatter, "`{name}` of `{}`", self.table),
        }
    }
}

impl Thing {
    pub(super) fn whole(table: &TableName) -> Self {
        Self { table: table.clone(), part: Part::Whole }
    }

    pub(super) fn column(table: &TableName, column: &str) -> Self {
        Self { table: table.clone(), part: Part::Column(column.to_lowercase()) }
    }

    fn named(table: &TableName, name: &str) -> Self {
        Self { table: table.clone(), part: Part::Named(name.to_lowercase()) }
    }

    /// Whether it may have been there before the batch.
    pub(super) fn stood(&self, catalog: &Catalog) -> bool {
        let Some(table) = catalog.table_before_batch(&self.table) else {
            return !catalog.is_in_use(&self.table).is_no();
        };
        match &self.part {
            Part::Column(column) => table.is_partial || table.column(column, catalog.engine()).is_some(),
            Part::Whole | Part::Named(_) => true,
        }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.table == other.table && (self.part == Part::Whole || other.part == Part::Whole || self.part == other.part)
    }
}

impl Touch {
    /// What `draft` touches where `catalog` stands.
    fn of(draft: &Draft, catalog: &Catalog) -> Self {
        let mut touch = Self { reads: Reads::of_work(&draft.step.work), ..Self::default() };
        match &draft.step.work {
            work @ (Work::Migrate(_) | Work::Copy(_)) => {
                // What a recipe keeps in step beside a column concerns nothing else of its table.
                let concerns = |change: &SchemaChange| draft.is_authors || !is_beside(change);
                let changes =
                    work.statements().iter().flat_map(|statement| &statement.changes).map(|change| &change.what);
                changes.filter(|change| concerns(change)).for_each(|change| touch.add(change, catalog));
                // What the batch itself made holds nothing that could be lost.
                touch.goes.retain(|thing| thing.stood(catalog));
            }
            Work::Backfill(backfill) => {
                touch.shapes = true;
                touch.things.insert(match &backfill.column {
                    Some(column) => Thing::column(&backfill.table, column),
                    None => Thing::whole(&backfill.table),
                });
            }
            Work::Code { .. } | Work::Hold(_) => {}
        }
        touch
    }

    /// What statements of a plan touch where `catalog` stands.
    pub fn of_statements(statements: &[Statement], catalog: &Catalog) -> Self {
        let mut touch = Self::default();
        let changes = statements.iter().flat_map(|statement| &statement.changes).map(|change| &change.what);
        changes.filter(|change| !is_beside(change)).for_each(|change| touch.add(change, catalog));
        touch
    }

    /// What filling a column touches.
    pub fn of_fill(table: &TableName, column: &str) -> Self {
        Self { things: [Thing::column(table, column)].into(), shapes: true, ..Self::default() }
    }

    /// What keeps the two from being steps of two plans.
    pub fn conflict(&self, other: &Self) -> Option<Conflict> {
        let made = |thing: &&Thing| other.makes.contains(thing);
        let gone = |one: &Self, two: &Self| {
            one.goes.iter().find(|gone| two.things.iter().any(|thing| thing.meets(gone))).cloned()
        };
        let made = self.makes.iter().find(made).cloned().map(Conflict::Made);
        made.or_else(|| gone(self, other).or_else(|| gone(other, self)).map(Conflict::Gone))
    }

    /// All that the steps of a chain touch, one after the other from `before` on.
    pub(super) fn of_all(drafts: &[Draft], before: &Catalog) -> Vec<Self> {
        let mut catalog = before.clone();
        let mut touches: Vec<Self> = Vec::new();
        for draft in drafts {
            touches.push(Self::of(draft, &catalog));
            draft.replay(&mut catalog);
        }
        // A query waits for the rows of all that the chain is about.
        let things: BTreeSet<Thing> = touches.iter().flat_map(|touch| touch.things.clone()).collect();
        for (draft, touch) in drafts.iter().zip(&mut touches) {
            if matches!(draft.step.work, Work::Hold(Hold::NoRow { .. })) {
                touch.things.clone_from(&things);
            }
        }
        touches
    }

    /// All of it.
    pub(super) fn union(touches: &[Self]) -> Self {
        Self {
            things: touches.iter().flat_map(|touch| touch.things.clone()).collect(),
            anything: touches.iter().any(|touch| touch.anything),
            shapes: touches.iter().any(|touch| touch.shapes),
            reads: Reads::union(touches.iter().map(|touch| &touch.reads)),
            goes: touches.iter().flat_map(|touch| touch.goes.clone()).collect(),
            makes: touches.iter().flat_map(|touch| touch.makes.clone()).collect(),
        }
    }

    pub fn meets(&self, other: &Self) -> bool {
        let any = |touch: &Self| touch.anything || !touch.things.is_empty();
        (self.anything && any(other))
            || (other.anything && any(self))
            || self.things.iter().any(|thing| other.things.iter().any(|theirs| thing.meets(theirs)))
    }

    fn add(&mut self, change: &SchemaChange, catalog: &Catalog) {
        self.shapes |= is_shaping(change, catalog);
        self.goes.extend(gone(change));
        self.makes.extend(made(change));
        match change {
            SchemaChange::RenameTable(rename) => {
                self.things.extend([Thing::whole(&rename.table), Thing::whole(&rename.to)]);
            }
            SchemaChange::RenameColumn(rename) => {
                self.columns(&rename.table, [&rename.column, &rename.to]);
            }
            SchemaChange::RedefineColumn(redefine) => {
                self.columns(&redefine.table, [&redefine.column, &redefine.definition.name]);
            }
            SchemaChange::CreateTable(create) => {
                self.things.insert(Thing::whole(&create.table));
                self.things.extend(create.foreign_keys.iter().map(|key| Thing::whole(&key.to_table)));
            }
            SchemaChange::AddColumn(add) => {
                self.columns(&add.table, [&add.column.name]);
                self.things.extend(add.column.references.iter().map(|key| Thing::whole(&key.to_table)));
            }
            SchemaChange::AddIndex(add) => self.index(&add.table, &add.index, catalog),
            SchemaChange::AddForeignKey(add) => {
                let key = &add.foreign_key;
                self.columns(&add.table, &key.columns);
                self.things.extend(key.name.iter().map(|name| Thing::named(&add.table, name)));
                self.columns(&key.to_table, &key.to_columns);
                if key.to_columns.is_empty() {
                    self.things.insert(Thing::whole(&key.to_table));
                }
            }
            SchemaChange::AddPrimaryKey(add) => self.columns(&add.table, &add.columns),
            SchemaChange::AddCheck(add) => {
                self.things.extend(add.name.iter().map(|name| Thing::named(&add.table, name)));
                self.condition(&add.table, &add.condition, catalog);
            }
            SchemaChange::ValidateConstraint(validate) => {
                self.things.insert(Thing::named(&validate.table, &validate.name));
            }
            SchemaChange::DropConstraint(drop) => self.dropped(&drop.table, &drop.name, catalog),
            SchemaChange::DropIndex(drop) => {
                let table = drop.table.as_ref().or_else(|| catalog.table_of_index(&drop.name).map(|table| &table.name));
                match table.cloned() {
                    Some(table) => self.dropped(&table, &drop.name, catalog),
                    None => self.anything = true,
                }
            }
            SchemaChange::SetVariable(_) | SchemaChange::Transaction(_) => {}
            change => self.other(change),
        }
    }

    fn other(&mut self, change: &SchemaChange) {
        match (change.table(), change.column()) {
            (Some(table), Some(column)) => self.columns(table, [column]),
            (Some(table), None) => drop(self.things.insert(Thing::whole(table))),
            (None, _) => self.anything |= change.reach().is_some_and(|(touches, _)| touches == Touches::Anything),
        }
    }

    fn columns(&mut self, table: &TableName, columns: impl IntoIterator<Item = impl AsRef<str>>) {
        self.things.extend(columns.into_iter().map(|column| Thing::column(table, column.as_ref())));
    }

    fn index(&mut self, table: &TableName, index: &Index, catalog: &Catalog) {
        self.things.extend(index.name.iter().map(|name| Thing::named(table, name)));
        self.columns(table, index.columns());
        let expressions = index.parts.iter().filter_map(|part| match part {
            IndexPart::Expression(text) => Some(text),
            IndexPart::Column { .. } => None,
        });
        expressions.chain(&index.condition).for_each(|text| self.condition(table, text, catalog));
    }

    /// The columns that a condition names; the whole table where they are not known.
    fn condition(&mut self, table: &TableName, condition: &str, catalog: &Catalog) {
        let check = Check { name: String::new(), condition: condition.to_owned(), is_valid: true, column: None };
        match catalog.table(table) {
            Some(known) if !known.is_partial => {
                let all = known.columns.iter().map(|column| &column.definition.name);
                self.columns(table, all.filter(|name| check.names_column(name)));
            }
            _ => drop(self.things.insert(Thing::whole(table))),
        }
    }

    /// An index or a constraint that goes, and the columns that it was over.
    fn dropped(&mut self, table: &TableName, name: &str, catalog: &Catalog) {
        self.things.insert(Thing::named(table, name));
        let Some(known) = catalog.table(table) else { return };
        let columns = over(known, name, catalog);
        self.columns(table, columns);
        if let Some(key) = known.foreign_key(name, catalog.engine()) {
            let key = &key.definition;
            self.columns(&key.to_table, &key.to_columns);
        }
    }
}

fn over(table: &Table, name: &str, catalog: &Catalog) -> Vec<String> {
    let engine = catalog.engine();
    let of_index = table.index(name, engine).map(|index| index.definition.columns().map(str::to_owned).collect());
    let of_key = || table.foreign_key(name, engine).map(|key| key.definition.columns.clone());
    of_index.or_else(of_key).unwrap_or_default()
}

/// What a change takes away, or gives another name.
pub(super) fn gone(change: &SchemaChange) -> Option<Thing> {
    match change {
        SchemaChange::DropColumn(drop) => Some(Thing::column(&drop.table, &drop.column)),
        SchemaChange::RenameColumn(rename) => Some(Thing::column(&rename.table, &rename.column)),
        SchemaChange::RedefineColumn(redefine) if redefine.column != redefine.definition.name => {
            Some(Thing::column(&redefine.table, &redefine.column))
        }
        SchemaChange::DropTable(drop) => Some(Thing::whole(&drop.table)),
        _ => None,
    }
}

/// What a change makes, or says as a whole what it is.
fn made(change: &SchemaChange) -> Option<Thing> {
    match change {
        SchemaChange::CreateTable(create) => Some(Thing::whole(&create.table)),
        SchemaChange::RenameTable(rename) => Some(Thing::whole(&rename.to)),
        SchemaChange::AddColumn(add) => Some(Thing::column(&add.table, &add.column.name)),
        SchemaChange::RenameColumn(rename) => Some(Thing::column(&rename.table, &rename.to)),
        SchemaChange::RedefineColumn(redefine) => Some(Thing::column(&redefine.table, &redefine.definition.name)),
        SchemaChange::ChangeType(change) => Some(Thing::column(&change.table, &change.column)),
        SchemaChange::AddIndex(add) => add.index.name.as_ref().map(|name| Thing::named(&add.table, name)),
        SchemaChange::AddForeignKey(add) => add.foreign_key.name.as_ref().map(|name| Thing::named(&add.table, name)),
        SchemaChange::AddCheck(add) => add.name.as_ref().map(|name| Thing::named(&add.table, name)),
        _ => None,
    }
}

/// A trigger, a function, a lock: neither the shape of a table nor its rows.
fn is_beside(change: &SchemaChange) -> bool {
    matches!(
        change,
        SchemaChange::CreateObject(_)
            | SchemaChange::DropObject(_)
            | SchemaChange::LockTable(_)
            | SchemaChange::Opaque(_)
    )
}

/// Whether others may count on what it made, took away or filled.
fn is_shaping(change: &SchemaChange, catalog: &Catalog) -> bool {
    if let SchemaChange::RedefineColumn(redefine) = change {
        let table = catalog.table(&redefine.table);
        let standing = table.and_then(|table| table.column(&redefine.definition.name, catalog.engine()));
        return standing.is_none_or(|column| column.definition.column_type != redefine.definition.column_type);
    }
    !matches!(
        change,
        SchemaChange::SetNotNull(_)
            | SchemaChange::DropNotNull(_)
            | SchemaChange::SetDefault(_)
            | SchemaChange::DropDefault(_)
            | SchemaChange::AddIndex(_)
            | SchemaChange::DropIndex(_)
            | SchemaChange::AddForeignKey(_)
            | SchemaChange::AddCheck(_)
            | SchemaChange::ValidateConstraint(_)
            | SchemaChange::DropConstraint(_)
            | SchemaChange::SetVariable(_)
            | SchemaChange::Transaction(_)
            | SchemaChange::Comment(_)
    )
}
