//! What a migration learns about tables by listing their parts, of Laravel's schema builder or of Doctrine's.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::expressions::truth_term;
use super::interpreter::Interpreter;
use super::lists;
use super::term::Term;
use crate::catalog::{Index, Table};
use crate::laravel::Key;
use crate::source::Span;

impl Interpreter<'_> {
    /// `Schema::getIndexes('users')` and its kin; `None` for what is not answered from the catalog.
    pub fn list_of_table(&self, method: &str, arguments: &Arguments, span: Span) -> Option<Term> {
        let name = arguments.get(0, "table").and_then(Term::as_string)?;
        let table = self.state.catalog.table(&self.table_name(&name))?;
        let text = |text: &str| Term::text(text, span);
        let list = |items: Vec<Term>| {
            let mut array: Array = items.into_iter().collect();
            array.is_open = table.is_partial;
            Some(Term::Array(Rc::new(array)))
        };
        match method {
            "getColumnListing" => list(table.columns.iter().map(|column| text(&column.definition.name)).collect()),
            "getIndexListing" => list(index_names(table).map(text).collect()),
            "getIndexes" => {
                let mut indexes: Vec<Term> = table.indexes.iter().map(|index| index_of(index, span)).collect();
                if !table.primary_key.is_empty() {
                    indexes.push(index_row("primary", &table.primary_key, (true, true), span));
                }
                list(indexes)
            }
            "getForeignKeys" => {
                let keys = table.foreign_keys.iter().map(|key| {
                    let columns = |names: &[String]| Term::list(names.iter().map(|name| text(name)));
                    lists::entries([
                        (name_key("name"), text(&key.name)),
                        (name_key("columns"), columns(&key.definition.columns)),
                        (name_key("foreign_table"), text(&key.definition.to_table.name)),
                        (name_key("foreign_columns"), columns(&key.definition.to_columns)),
                    ])
                });
                list(keys.collect())
            }
            _ => None,
        }
    }

    /// A method of Doctrine's schema manager, as it was before Laravel 11.
    pub fn call_schema_manager(&self, method: &str, arguments: &Arguments, span: Span) -> Term {
        let Some(name) = arguments.text(0) else { return Term::Inert };
        match method {
            "listTableDetails" | "introspectTable" => Term::Details(name.into()),
            "listTableIndexes" => match self.details(&name) {
                Some(table) => {
                    let entries = index_names(table).map(|name| (name_key(&name.to_lowercase()), Term::Inert));
                    let mut array: Array = entries.collect();
                    array.is_open = table.is_partial;
                    Term::Array(Rc::new(array))
                }
                None => Term::unknown("the table's indexes are not known"),
            },
            "tablesExist" => {
                let answer = self.state.catalog.has_table(&crate::change::TableName::new(name));
                truth_term(answer, "the tables before this migration are not fully known")
            }
            "listTableColumns" | "listTableForeignKeys" | "listTableNames" | "listTables" => {
                Term::unknown(format!("`{method}` asks the database"))
            }
            _ => {
                let _ = span;
                Term::Inert
            }
        }
    }

    /// A method of a table as Doctrine describes it.
    pub fn call_details(&self, name: &str, method: &str, arguments: &Arguments) -> Term {
        let (Some(table), Some(part)) = (self.details(name), arguments.text(0)) else {
            return Term::unknown("the table is not known");
        };
        let engine = self.state.catalog.engine();
        let answer = match method {
            "hasIndex" => table.has_index(&part, engine),
            "hasColumn" => table.has_column(&part, engine),
            "hasForeignKey" => match table.foreign_key(&part, engine) {
                Some(_) => crate::answer::Answer::Yes,
                None if table.is_partial => crate::answer::Answer::Unknown,
                None => crate::answer::Answer::No,
            },
            _ => return Term::unknown(format!("`{method}` asks the database")),
        };
        truth_term(answer, "the tables before this migration are not fully known")
    }

    /// Doctrine knows tables by the name that they have in the database.
    fn details(&self, name: &str) -> Option<&Table> {
        self.state.catalog.table(&crate::change::TableName::new(name))
    }
}

fn index_names(table: &Table) -> impl Iterator<Item = &str> {
    let primary = (!table.primary_key.is_empty()).then_some("primary");
    table.indexes.iter().map(|index| index.name.as_str()).chain(primary)
}

fn index_of(index: &Index, span: Span) -> Term {
    let columns: Vec<String> = index.definition.columns().map(str::to_owned).collect();
    index_row(&index.name, &columns, (index.definition.is_unique, false), span)
}

/// A row of `getIndexes`; whether it is unique, and the primary key.
fn index_row(name: &str, columns: &[String], (is_unique, is_primary): (bool, bool), span: Span) -> Term {
    lists::entries([
        (name_key("name"), Term::text(name, span)),
        (name_key("columns"), Term::list(columns.iter().map(|column| Term::text(column.clone(), span)))),
        (name_key("unique"), Term::Bool(is_unique)),
        (name_key("primary"), Term::Bool(is_primary)),
    ])
}

fn name_key(name: &str) -> Key {
    Key::Str(name.to_owned())
}
