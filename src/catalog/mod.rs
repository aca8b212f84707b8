//! The tables, and what stands beside them, as they stand: a catalog and a change give the next catalog.
//!
//! What is not known is said so: a table that no known migration made is *partly known*, and after an opaque change
//! that may have touched anything, absence is no longer proof. Judging changes is left to the layers above.

mod alter;
mod charset;
mod column;
mod either;
mod expression;
mod figured;
mod heirs;
mod key;
mod log;
mod names;
mod neighbours;
mod object;
mod object_alter;
mod object_replay;
mod query;
mod replay;
mod spelled;
mod table;
mod ties;

use std::borrow::Cow;
use std::rc::Rc;

use rpds::{RedBlackTreeMap, RedBlackTreeSet};

use crate::answer::Answer;
use crate::change::{self, ObjectKind, TableName};
use crate::engine::Engine;

pub use charset::Charset;
use object::Objects;
use table::kept;
use ties::TableTies;

pub use object::Object;
pub use table::{Check, Column, ForeignKey, Index, Table};

/// Tables by their names; cloning shares all of them.
type Tables = RedBlackTreeMap<TableName, Rc<Table>>;

/// All tables at one point of the history. Cloning is cheap, however many there are: what does not change is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    engine: Engine,
    tables: Tables,
    /// The tables as they stood when the batch began.
    before_batch: Tables,
    /// Tables that were dropped or renamed away: known to be absent even when others are unknown.
    absent: RedBlackTreeSet<TableName>,
    objects: Objects,
    ties: TableTies,
    /// Tables that are listed, but stand only if something that could not be decided went that way.
    doubtful: RedBlackTreeSet<TableName>,
    /// Whether there may be tables that are not listed.
    is_partial: bool,
    /// Whether something in this batch may have made tables that are not listed.
    has_opaque_batch: bool,
    era: Era,
}

/// Which migrations are being replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// Those that ran in earlier deploys: running code may depend on what they make.
    History,
    /// Those that would ship together.
    Batch,
}

impl Catalog {
    /// The catalog of an empty database.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            tables: Tables::default(),
            before_batch: Tables::default(),
            absent: RedBlackTreeSet::default(),
            objects: Objects::default(),
            ties: TableTies::default(),
            doubtful: RedBlackTreeSet::default(),
            is_partial: false,
            has_opaque_batch: false,
            era: Era::History,
        }
    }

    /// What is replayed from here on belongs to `era`.
    pub fn enter(&mut self, era: Era) {
        self.era = era;
    }

    /// From here on a batch is replayed, and what stands was there before it: running code may depend on that.
    pub fn begin_batch(&mut self) {
        self.enter(Era::Batch);
        self.has_opaque_batch = false;
        for key in self.ties.take_touched() {
            self.change_table(&key, Table::begin_batch);
        }
        debug_assert!(!self.tables().any(Table::is_touched_by_batch), "a table is still taken for one of the batch");
        self.objects.begin_batch();
        self.before_batch = self.tables.clone();
    }

    /// From here on, a table that is not listed may stand all the same.
    pub fn forget_absences(&mut self) {
        self.is_partial = true;
        self.absent = RedBlackTreeSet::default();
        self.ties.change_any();
        self.objects.forget_absences();
    }

    /// Changes each table that is such.
    fn change_tables(&mut self, is_such: impl Fn(&Table) -> bool, change: impl Fn(&mut Table)) {
        let such: Vec<TableName> =
            self.tables.iter().filter(|(_, table)| is_such(table)).map(|(key, _)| key.clone()).collect();
        for table in &such {
            self.change_table(table, &change);
        }
    }

    /// Changes the table of that key, if it is listed.
    fn change_table(&mut self, key: &TableName, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.get_mut(key) {
            change(Rc::make_mut(table));
            self.ties.log(key);
        }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().map(Rc::as_ref)
    }

    /// The table of that name, if it is known to stand. A name without schema finds `public`'s (PostgreSQL), and the reverse.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(self.kept(name).as_ref()).map(Rc::as_ref)
    }

    /// The table of that name as it was when the batch began, if it was known to stand.
    pub fn table_before_batch(&self, name: &TableName) -> Option<&Table> {
        self.before_batch.get(self.kept(name).as_ref()).map(Rc::as_ref)
    }

    /// The tables as they were when the batch began.
    pub fn tables_before_batch(&self) -> impl Iterator<Item = &Table> {
        self.before_batch.values().map(Rc::as_ref)
    }

    /// Whether a table of that name stands; a view is none.
    pub fn has_table(&self, name: &TableName) -> Answer {
        let key = self.kept(name);
        match self.tables.contains_key(key.as_ref()) {
            true if self.doubtful.contains(key.as_ref()) => Answer::Unknown,
            true => Answer::Yes,
            false if self.has_object(&change::Object::new(ObjectKind::View, (*key).clone())).is_yes() => Answer::No,
            false if self.is_partial && !self.absent.contains(key.as_ref()) => Answer::Unknown,
            false => Answer::No,
        }
    }

    /// Whether that table stands and has that column.
    pub fn has_column(&self, name: &TableName, column: &str) -> Answer {
        match self.table(name) {
            Some(table) => table.has_column(column, self.engine).and(self.has_table(name)),
            None => self.has_table(name),
        }
    }

    /// Whether the table, or the view, stood before the batch. One that no known migration made but that is asked for must have been
    /// made elsewhere (a package, a dump), unless something unread in this batch may have made it.
    pub fn is_in_use(&self, name: &TableName) -> Answer {
        match self.table(name) {
            Some(table) => table.stood_before_batch.into(),
            None if self.view(name).is_some() => self.view(name).is_some_and(|view| view.stood_before_batch).into(),
            None if self.absent.contains(self.kept(name).as_ref()) => Answer::No,
            None if self.has_opaque_batch => Answer::Unknown,
            None => Answer::Yes,
        }
    }

    /// Whether that column stood before the batch, in a table that did.
    pub fn is_column_in_use(&self, name: &TableName, column: &str) -> Answer {
        match self.table(name) {
            Some(table) => match table.column(column, self.engine) {
                Some(column) => Answer::from(table.stood_before_batch).and(column.stood_before_batch.into()),
                None => table.stood_before_batch.into(),
            },
            None => self.is_in_use(name),
        }
    }

    /// The table that has an index or constraint of that name.
    pub fn table_of_index(&self, name: &str) -> Option<&Table> {
        let is_key =
            |table: &&Table| self.engine == Engine::Postgresql && table.primary_key_name.as_deref() == Some(name);
        let tables =
            self.ties.of_part(kept(name, self.engine)).filter_map(|table| self.tables.get(table)).map(Rc::as_ref);
        tables.into_iter().find(|table| table.index(name, self.engine).is_some() || is_key(table))
    }

    /// The name under which a table is kept: without the schema that the engine looks in by default.
    fn key(&self, name: &TableName) -> TableName {
        self.kept(name).into_owned()
    }

    /// As [`key`](Self::key), of a name that mostly is its own key.
    fn kept<'n>(&self, name: &'n TableName) -> Cow<'n, TableName> {
        let is_whole = kept(&name.name, self.engine).len() == name.name.len();
        let default_schema = match self.engine {
            Engine::Postgresql => Some("public"),
            Engine::Sqlserver => Some("dbo"),
            _ => None,
        };
        match &name.schema {
            Some(schema) if Some(schema.as_str()) == default_schema => {
                Cow::Owned(TableName::new(kept(&name.name, self.engine)))
            }
            _ if is_whole => Cow::Borrowed(name),
            schema => Cow::Owned(TableName { schema: schema.clone(), name: kept(&name.name, self.engine).to_owned() }),
        }
    }
}
