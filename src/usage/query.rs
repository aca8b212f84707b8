//! Questions about a table or a column, and their answers.

use std::collections::{BTreeMap, BTreeSet};

use super::part::Part;
use crate::catalog::{Catalog, Table};

/// What happens to a table or to one of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Without a schema.
    pub table: String,
    /// `None` for the table as a whole.
    pub column: Option<String>,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It is gone, or has another name: whoever names it fails.
    Gone,
    /// The column wants a value: whoever inserts a row without one fails.
    Omitted,
    /// The column, which was there, refuses NULL: whoever leaves it out or sets it to NULL fails.
    NullWritten,
    /// The column, which was there and has a default, refuses NULL: whoever sets it to NULL fails.
    NullSet,
}

/// Where something is used, and what cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// The worst first, then the surest, then by file and line; each line once.
    pub places: Vec<Place>,
    pub unproved: Vec<Unproved>,
}

/// What certain and likely places of code that runs come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    SqlError,
    Silent,
    /// No place is known, and none is in doubt.
    None,
    CannotProve,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// From 1.
    pub line: u32,
    pub part: Part,
    pub kind: PlaceKind,
    pub tier: Tier,
    pub effect: Effect,
    /// How the place is known to be about this table: `$user->posts()` is a query on `App\Post`.
    pub why: String,
}

/// A place that may use what is asked about, and nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unproved {
    pub file: String,
    /// From 1.
    pub line: u32,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// An attribute that is read.
    Read,
    /// An attribute that is set.
    Write,
    /// A condition, an order, a list of columns in a query.
    Query,
    /// A column in an array of values that is written.
    Value,
    /// A row that is inserted without the column, or with NULL in it.
    Insert,
    Relation,
    Sql,
    Rule,
    /// `$fillable`, `$casts` and their kin.
    Metadata,
    /// A trait or a default of the model that writes or reads the column.
    Convention,
    /// A template that reads it.
    Template,
    /// The model of the table.
    Model,
    /// Something that is declared to be a row of it.
    Hint,
    /// The table's name.
    Table,
    /// A string or a name like it.
    Text,
}

/// How sure it is that a place is about what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    Certain,
    Likely,
    /// It may be written by mass assignment.
    LikelyMass,
    /// The same word.
    Possible,
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    SqlError,
    /// It goes on with null or with nothing.
    Silent,
    Inert,
}

/// The names of columns in the schema that the code runs on: which tables have one of that name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    tables_of: BTreeMap<String, BTreeSet<String>>,
    tables: BTreeSet<String>,
}

impl Query {
    /// Whether the place that uses it has to be shown apart from code that serves.
    pub fn gone(table: &str, column: Option<&str>) -> Self {
        Self { table: table.to_owned(), column: column.map(str::to_owned), what: What::Gone }
    }
}

impl Schema {
    pub fn of(catalog: &Catalog) -> Self {
        Self::of_tables(catalog.tables())
    }

    /// The schema on which code runs that was there before the batch.
    pub fn before_batch(catalog: &Catalog) -> Self {
        Self::of_tables(catalog.tables_before_batch())
    }

    fn of_tables<'c>(tables: impl Iterator<Item = &'c Table>) -> Self {
        Self::new(tables.flat_map(|table| {
            table.columns.iter().map(|column| (table.name.name.clone(), column.definition.name.clone()))
        }))
    }

    /// The schema of tables with those columns.
    pub fn new(columns: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut schema = Self::default();
        for (table, column) in columns {
            schema.tables.insert(table.clone());
            schema.tables_of.entry(column).or_default().insert(table);
        }
        schema
    }

    /// Whether `table` is the only one with a column of that name.
    pub fn is_only(&self, table: &str, column: &str) -> bool {
        self.tables_of.get(column).is_some_and(|tables| tables.len() == 1 && tables.contains(table))
    }

    /// `None` where the table is not known.
    pub fn has_column(&self, table: &str, column: &str) -> Option<bool> {
        let is_known = self.tables.contains(table);
        is_known.then(|| self.tables_of.get(column).is_some_and(|tables| tables.contains(table)))
    }
}

impl Place {
    /// Whether a verdict rests on it.
    pub fn counts(&self) -> bool {
        self.part.is_running() && self.tier <= Tier::Likely && self.effect != Effect::Inert
    }
}

impl Answer {
    pub(super) fn new(mut places: Vec<Place>, mut unproved: Vec<Unproved>) -> Self {
        places.sort_by(|left, right| left.rank().cmp(&right.rank()));
        let mut seen = BTreeSet::new();
        places.retain(|place| seen.insert((place.file.clone(), place.line)));
        unproved.sort();
        unproved.dedup();
        let worst = places.iter().filter(|place| place.counts()).map(|place| place.effect).min();
        let verdict = match worst {
            Some(Effect::SqlError) => Verdict::SqlError,
            Some(_) => Verdict::Silent,
            None if unproved.is_empty() => Verdict::None,
            None => Verdict::CannotProve,
        };
        Self { verdict, places, unproved }
    }
}

impl Place {
    fn rank(&self) -> (bool, bool, Effect, Tier, Part, &str, u32, PlaceKind) {
        (!self.part.is_running(), !self.counts(), self.effect, self.tier, self.part, &self.file, self.line, self.kind)
    }
}
