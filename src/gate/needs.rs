//! Whether there is all that the new code needs: what its migrations make in the end, held against the live schema.

use std::collections::BTreeSet;
use std::fmt;

use super::check::Check;
use super::question::Question;
use super::schema::LiveSchema;
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement};
use crate::emit::Use;

/// A table, or a column of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    pub table: String,
    pub column: Option<String>,
}

impl fmt::Display for Needed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(formatter, "{}.{column}", self.table),
            None => formatter.write_str(&self.table),
        }
    }
}

/// What all migrations together make, and the live database has not.
pub fn lacking(catalog: &Catalog, live: &LiveSchema) -> Vec<Needed> {
    let mut lacking = Vec::new();
    for table in catalog.tables() {
        let name = table.name.to_string();
        let Some(found) = live.table(&name) else {
            lacking.push(Needed { table: name, column: None });
            continue;
        };
        let columns = table.columns.iter().map(|column| &column.definition.name);
        let missing = columns.filter(|column| found.column(column).is_none());
        lacking.extend(missing.map(|column| Needed { table: name.clone(), column: Some(column.clone()) }));
    }
    lacking
}

/// What the statements make, or give a name.
pub fn made<'s>(statements: impl IntoIterator<Item = &'s Statement>) -> BTreeSet<Needed> {
    let mut made = BTreeSet::new();
    for change in statements.into_iter().flat_map(|statement| &statement.changes) {
        let of = |table: String, column: Option<&str>| Needed { table, column: column.map(str::to_owned) };
        match &change.what {
            SchemaChange::CreateTable(create) => {
                made.insert(of(create.table.to_string(), None));
            }
            SchemaChange::RenameTable(rename) => {
                made.insert(of(rename.to.to_string(), None));
            }
            SchemaChange::AddColumn(add) => {
                made.insert(of(add.table.to_string(), Some(&add.column.name)));
            }
            SchemaChange::RenameColumn(rename) => {
                made.insert(of(rename.table.to_string(), Some(&rename.to)));
            }
            SchemaChange::RedefineColumn(redefine) => {
                made.insert(of(redefine.table.to_string(), Some(&redefine.definition.name)));
            }
            _ => {}
        }
    }
    made
}

/// Whose code needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of the release that would go ahead.
    New,
    /// Of the release that would come back.
    Older,
}

impl Whose {
    fn words(self) -> &'static str {
        match self {
            Self::New => "the new code",
            Self::Older => "the older code",
        }
    }

    fn way_out(self) -> &'static str {
        match self {
            Self::New => {
                "the live schema is not what the migrations that ran make: find out what was changed by hand, and mend that"
            }
            Self::Older => "go forward instead: ship the fix as a new release of the live code",
        }
    }
}

/// The answer, once the code was asked about each that is lacking.
pub fn check(asked: Vec<(String, Use)>, whose: Whose) -> Check {
    let question = Question::Columns;
    let code = whose.words();
    let (mut used, mut unsure, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for (what, uses) in asked {
        match uses {
            Use::Used(places) => {
                used.push(format!("`{what}` is not in the database, and no pending migration makes it"));
                used.extend(places.into_iter().take(SHOWN));
            }
            Use::Unknown(_) => {
                unsure.push(format!("`{what}` is not in the database; whether {code} needs it cannot be proved"));
            }
            Use::None => idle.push(format!("`{what}` is not in the database, and {code} does not use it")),
        }
    }
    if !used.is_empty() {
        return Check::fail(question, format!("{code} needs what is not there"))
            .with_evidence(used)
            .with_fix(whose.way_out());
    }
    if !unsure.is_empty() {
        return Check::unknown(question, "the live schema lacks something that the migrations make")
            .with_evidence(unsure)
            .with_fix(whose.way_out());
    }
    Check::pass(question, format!("{code} finds what it needs")).with_evidence(idle)
}

const SHOWN: usize = 4;
