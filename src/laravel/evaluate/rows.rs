//! Rows that a query found, one by one or as a collection: what is done to them is done to each by itself.

use std::rc::Rc;

use super::arguments::Arguments;
use super::interpreter::{Evaluated, Interpreter};
use super::query::{ONE_ROW, Picked, Query, Row, columns_of};
use super::term::{Connection, Term};
use crate::change::DataKind;
use crate::source::Span;

impl Interpreter<'_> {
    /// A collection of rows.
    pub fn call_rows(&mut self, query: &Rc<Query>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        match method {
            "each" | "eachSpread" | "map" | "mapWithKeys" | "flatMap" | "filter" | "reject" | "transform" | "every"
            | "contains" | "partition" | "tap" | "reduce" | "sortBy" | "groupBy" | "keyBy" | "unique" | "pipe"
            | "sum" | "mapInto" | "some" | "first" => {
                let given = if matches!(method, "tap" | "pipe") {
                    Term::Rows(Rc::clone(query))
                } else {
                    Term::Row(Rc::new(query.row()))
                };
                self.in_pages(query, |this| this.each(arguments, given, query.is_chunked, span))?;
                Ok(match method {
                    "first" => Term::Row(Rc::new(query.row())),
                    "contains" | "every" | "some" | "reduce" | "sum" => Term::unknown("it comes from the database"),
                    "each" | "tap" | "filter" | "reject" | "sortBy" | "keyBy" | "unique" | "groupBy" | "partition" => {
                        Term::Rows(Rc::clone(query))
                    }
                    _ => Term::unknown("it comes from the database"),
                })
            }
            "chunk" | "chunkById" => {
                let rows = Term::Rows(Rc::clone(query));
                self.each(arguments, rows.clone(), query.is_chunked, span)?;
                Ok(rows)
            }
            "last" | "firstWhere" | "find" | "shift" | "pop" | "get" | "sole" | "random" => {
                Ok(Term::Row(Rc::new(query.row())))
            }
            "delete" | "update" if query.model.is_some() => self.call_query(query, method, arguments, span),
            "isEmpty" | "isNotEmpty" | "count" | "toArray" | "all" | "implode" | "keys" | "max" | "min" | "join"
            | "toJson" => Ok(Term::unknown("it comes from the database")),
            _ => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::Rows(Rc::clone(query)))
            }
        }
    }

    pub fn call_row(&mut self, row: &Rc<Row>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let mut columns = row.columns.clone();
        for term in arguments.terms() {
            columns_of(term, &mut columns);
        }
        let same = Term::Row(Rc::clone(row));
        let table = row.table.as_deref();
        match method {
            "save" | "saveQuietly" | "saveOrFail" | "push" | "touch" => {
                if let Some(model) = row.model.as_deref() {
                    self.note_model(model, span);
                }
                let kind = if row.is_new { DataKind::Insert } else { DataKind::Update };
                let picked = Picked { has_condition: Some(!row.is_new), is_bounded: Some(true) };
                self.write_rows(table, kind, columns, picked, span);
                Ok(Term::Bool(true))
            }
            "update" | "updateQuietly" | "increment" | "decrement" | "restore" | "updateOrFail" | "forceUpdate" => {
                self.write_rows(table, DataKind::Update, columns, ONE_ROW, span);
                Ok(Term::Bool(true))
            }
            "delete" | "forceDelete" | "deleteQuietly" => {
                self.write_rows(table, DataKind::Delete, Vec::new(), ONE_ROW, span);
                Ok(Term::Bool(true))
            }
            "fill" | "forceFill" | "setAttribute" | "setRawAttributes" => {
                if method == "setAttribute" {
                    columns.extend(arguments.text(0));
                }
                Ok(Term::Row(Rc::new(Row { columns, ..Row::clone(row) })))
            }
            "newQuery" | "query" | "newModelQuery" => Ok(Term::Query(Rc::new(Query {
                model: row.model.clone(),
                ..Query::of_table(row.table.clone(), Connection { name: None })
            }))),
            "fresh" | "refresh" | "load" | "loadMissing" | "replicate" | "unsetRelation" | "setRelation"
            | "syncOriginal" | "makeHidden" | "makeVisible" | "append" | "setConnection" | "loadCount"
            | "withoutRelations" => Ok(same),
            "getTable" => Ok(row.table.as_ref().map_or_else(
                || Term::unknown("the model's table is not known"),
                |table| Term::text(table.clone(), span),
            )),
            "getConnection" => Ok(Term::Connection(Connection { name: None })),
            _ => self.call_model_row(row, method, arguments, span),
        }
    }
}
