//! The query builder and Eloquent: reads give rows that are not known, writes become typed changes of rows.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::calls::to_closure;
use super::interpreter::{Evaluated, Interpreter};
use super::term::{Connection, Term};
use crate::change::{DataKind, DataRows, Touches};
use crate::eloquent::inflect::snake;
use crate::laravel::{Key, Model};
use crate::source::Span;

/// A query being built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    /// As the builder is given it; `None` where that is not known.
    pub table: Option<String>,
    /// The class, for a query of a model.
    pub model: Option<Rc<str>>,
    pub connection: Connection,
    /// Whether a condition picks the rows.
    pub has_condition: Option<bool>,
    /// Whether it says how many rows it can be (see `DataRows`).
    pub is_bounded: Option<bool>,
    /// Whether the rows come piece by piece.
    pub is_chunked: bool,
    /// The columns that pick the rows by their values, as far as they are known.
    pub picked_by: Vec<String>,
    /// The call that counts the rows it has given, page by page, while they are gone through.
    pub counted_at: Option<Span>,
}

/// One row: of a query, or a new one of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub table: Option<String>,
    pub model: Option<Rc<str>>,
    /// The columns that were set on it so far.
    pub columns: Vec<String>,
    pub is_new: bool,
}

impl Query {
    pub fn of_table(table: Option<String>, connection: Connection) -> Self {
        Self {
            table,
            model: None,
            connection,
            has_condition: Some(false),
            is_bounded: Some(false),
            is_chunked: false,
            picked_by: Vec::new(),
            counted_at: None,
        }
    }

    pub fn of_model(model: &Model) -> Self {
        Self {
            model: Some(model.class.as_str().into()),
            ..Self::of_table(Some(model.table.clone()), Connection { name: None })
        }
    }

    pub fn row(&self) -> Row {
        Row { table: self.table.clone(), model: self.model.clone(), columns: Vec::new(), is_new: false }
    }
}

impl Row {
    /// Whether both are rows of one table.
    pub fn is_like(&self, other: &Self) -> bool {
        self.table == other.table && self.model == other.model && self.is_new == other.is_new
    }

    /// The row with the columns that may have been set on either.
    pub fn with_columns(&self, other: &Self) -> Self {
        let mut row = self.clone();
        row.columns.extend(other.columns.iter().filter(|column| !self.columns.contains(column)).cloned());
        row
    }

    pub fn of_model(model: &Model) -> Self {
        Self {
            table: Some(model.table.clone()),
            model: Some(model.class.as_str().into()),
            columns: Vec::new(),
            is_new: true,
        }
    }
}

/// How the rows of a write are picked (see `DataRows`).
#[derive(Debug, Clone, Copy)]
pub(super) struct Picked {
    pub has_condition: Option<bool>,
    pub is_bounded: Option<bool>,
}

pub(super) const ONE_ROW: Picked = Picked { has_condition: Some(true), is_bounded: Some(true) };

/// What a method of the query builder does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bounds,
    Write(DataKind),
    /// Looks a row up, and inserts it if it is not there.
    LookUpOrInsert,
    Rows,
    PiecesOfRows,
    OneRow,
    Value,
    /// Calls back with rows at once, or with one row.
    EachPiece {
        is_chunked: bool,
        gives_row: bool,
    },
    Same,
}

fn kind_of(method: &str) -> Kind {
    match method {
        "insert"
        | "insertGetId"
        | "insertOrIgnore"
        | "insertUsing"
        | "upsert"
        | "create"
        | "forceCreate"
        | "createMany"
        | "createQuietly"
        | "insertOrIgnoreUsing"
        | "saveMany"
        | "attach"
        | "save"
        | "createOrFirst"
        | "fillAndInsert" => Kind::Write(DataKind::Insert),
        "firstOrCreate" | "findOrCreate" => Kind::LookUpOrInsert,
        "update"
        | "updateOrInsert"
        | "updateOrCreate"
        | "increment"
        | "decrement"
        | "incrementEach"
        | "decrementEach"
        | "touch"
        | "restore"
        | "updateQuietly"
        | "updateFrom"
        | "sync"
        | "syncWithoutDetaching"
        | "syncWithPivotValues"
        | "toggle"
        | "updateExistingPivot" => Kind::Write(DataKind::Update),
        "delete" | "forceDelete" | "destroy" | "forceDestroy" | "detach" => Kind::Write(DataKind::Delete),
        "truncate" => Kind::Write(DataKind::Truncate),
        "get" | "all" | "pluck" | "paginate" | "findMany" | "simplePaginate" | "getModels" => Kind::Rows,
        "cursor" | "lazy" | "lazyById" | "lazyByIdDesc" => Kind::PiecesOfRows,
        "first" | "find" | "findOrFail" | "firstOrFail" | "firstWhere" | "sole" | "firstOr" | "firstOrNew"
        | "findOrNew" | "make" | "updateOrNew" => Kind::OneRow,
        "chunk" | "chunkById" | "chunkByIdDesc" => Kind::EachPiece { is_chunked: true, gives_row: false },
        "each" | "eachById" | "chunkMap" => Kind::EachPiece { is_chunked: true, gives_row: true },
        "value" | "count" | "exists" | "doesntExist" | "max" | "min" | "sum" | "avg" | "average" | "toSql"
        | "valueOrFail" | "getBindings" | "getModel" | "getGrammar" | "implode" | "aggregate" | "explain" | "raw"
        | "existsOr" | "getTable" | "soleValue" => Kind::Value,
        _ if method.starts_with("where") || method.starts_with("orWhere") => Kind::Bounds,
        "limit" | "take" | "skip" | "offset" | "forPage" | "having" | "whereKey" | "has" | "doesntHave" | "join"
        | "joinSub" | "onlyTrashed" | "orHas" | "crossJoin" | "havingRaw" => Kind::Bounds,
        _ => Kind::Same,
    }
}

/// Whether a static call of that name is made of models alone.
pub(super) fn is_of_queries(method: &str) -> bool {
    matches!(method, "query" | "with" | "withTrashed" | "orderBy" | "select" | "latest")
        || !matches!(kind_of(method), Kind::Same | Kind::Value)
}

/// Whether a call of that name writes rows, whatever builder or model it is called on.
pub(super) fn is_write(method: &str) -> bool {
    matches!(kind_of(method), Kind::Write(_) | Kind::LookUpOrInsert)
}

impl Interpreter<'_> {
    pub fn call_query(&mut self, query: &Rc<Query>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(sql) = arguments.at(0).filter(|_| method.ends_with("Raw")) {
            self.note_built_sql(sql, span);
        }
        match kind_of(method) {
            Kind::Bounds => {
                let is_bounded = if bounds(method, arguments) { Some(true) } else { query.is_bounded };
                let mut picked_by = query.picked_by.clone();
                picked_by.extend(picking_columns(method, arguments));
                Ok(Term::Query(Rc::new(Query {
                    has_condition: Some(true),
                    is_bounded,
                    picked_by,
                    ..Query::clone(query)
                })))
            }
            Kind::Same => self.build_query(query, method, arguments, span),
            Kind::Rows => Ok(Term::Rows(Rc::clone(query))),
            Kind::PiecesOfRows => {
                let counted_at = (method == "lazy").then_some(span);
                Ok(Term::Rows(Rc::new(Query { is_chunked: true, counted_at, ..Query::clone(query) })))
            }
            Kind::OneRow => Ok(Term::Row(Rc::new(query.row()))),
            Kind::Value => Ok(Term::unknown("it comes from the database")),
            Kind::LookUpOrInsert => {
                self.write(query, (DataKind::Insert, method), arguments, span)?;
                Ok(Term::Row(Rc::new(query.row())))
            }
            Kind::Write(kind) => {
                self.write(query, (kind, method), arguments, span)?;
                Ok(match method {
                    "create" | "forceCreate" | "updateOrCreate" => Term::Row(Rc::new(query.row())),
                    _ => Term::unknown("it comes from the database"),
                })
            }
            Kind::EachPiece { is_chunked, gives_row } => {
                let given = if gives_row {
                    Term::Row(Rc::new(query.row()))
                } else {
                    Term::Rows(Rc::new(Query { is_chunked, ..Query::clone(query) }))
                };
                let counted_at = counts_pages(method).then_some(span);
                let query = Query { counted_at, ..Query::clone(query) };
                self.in_pages(&query, |this| this.each(arguments, given, is_chunked, span))
            }
        }
    }

    /// A call that adds no condition of its own.
    fn build_query(&mut self, query: &Rc<Query>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let same = Term::Query(Rc::clone(query));
        let unsure = || Term::Query(Rc::new(Query { has_condition: None, is_bounded: None, ..Query::clone(query) }));
        Ok(match method {
            "when" | "unless" => match self.call_when(&same, method == "when", arguments, span)? {
                changed @ Term::Query(_) => changed,
                // What the callback added to the query it was given cannot be seen from here.
                _ => unsure(),
            },
            "from" => Term::Query(Rc::new(Query { table: arguments.text(0), ..Query::clone(query) })),
            "getQuery" => same,
            "getConnection" | "getConnectionResolver" | "resolveConnection" => {
                Term::Connection(query.connection.clone())
            }
            _ if adds_no_condition(method) => same,
            _ if self.discarded == Some(span) && !self.is_scope(query, method) => {
                let touches =
                    query.table.as_deref().map_or(Touches::Anything, |table| Touches::Table(self.table_name(table)));
                let reason = format!("`{method}` of a query is a macro that phasewise does not know");
                self.opaque(method, touches, &reason, span);
                unsure()
            }
            // A scope of the model, or a macro: it may add any.
            _ => unsure(),
        })
    }

    /// Hands rows to the callback among the arguments, an unknown number of times.
    pub fn each(&mut self, arguments: &Arguments, given: Term, is_chunked: bool, span: Span) -> Evaluated {
        let callback = arguments.terms().find_map(|term| match term {
            Term::Closure(_) => Some(term.clone()),
            Term::Array(_) => to_closure(term).map(Term::Closure),
            _ => None,
        });
        let Some(callback) = callback else { return Ok(Term::unknown("it comes from the database")) };
        let text = format!("each of `{}`", self.source(span).split("->each").next().unwrap_or_default());
        let text = shorten(&text);
        self.for_each_row(&text, is_chunked, |this| {
            this.call_value(&callback, vec![given, Term::unknown("it counts rows")], span)
        })?;
        Ok(Term::unknown("it comes from the database"))
    }

    fn write(
        &mut self,
        query: &Query,
        (kind, method): (DataKind, &str),
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        let mut columns = Vec::new();
        for term in arguments.terms() {
            columns_of(term, &mut columns);
        }
        let is_picked = query.is_chunked || has_conditions(method, arguments);
        let picked = match kind {
            DataKind::Insert => Picked { has_condition: Some(false), is_bounded: Some(true) },
            DataKind::Truncate => Picked { has_condition: Some(false), is_bounded: Some(false) },
            _ if is_picked => ONE_ROW,
            _ => Picked { has_condition: query.has_condition, is_bounded: query.is_bounded },
        };
        self.on_connection(&query.connection, span, |this| {
            this.write_rows(query.table.as_deref(), kind, columns, picked, span);
            Ok(Term::Null)
        })
    }

    pub fn write_rows(
        &mut self,
        table: Option<&str>,
        kind: DataKind,
        columns: Vec<String>,
        picked: Picked,
        span: Span,
    ) {
        match table {
            Some(table) => {
                let rows = DataRows {
                    table: self.table_name(table),
                    kind,
                    columns,
                    has_condition: picked.has_condition,
                    is_bounded: picked.is_bounded,
                    is_chunked: false,
                };
                self.send_rows(rows, span);
            }
            None => self.problem("writes rows of a table whose name is not known", span),
        }
    }
}

/// The columns that an array of values sets: its keys, or those of its rows.
pub(super) fn columns_of(term: &Term, columns: &mut Vec<String>) {
    let Term::Array(array) = term else { return };
    let add = |array: &Array, columns: &mut Vec<String>| {
        for key in array.keys() {
            if let Key::Str(name) = key
                && !columns.contains(name)
            {
                columns.push(name.clone());
            }
        }
    };
    add(array, columns);
    if let Some(Term::Array(first)) = array.values().next() {
        add(first, columns);
    }
}

/// Whether a condition says how many rows it can be: equal to given values, between two, or so many as a limit.
fn bounds(method: &str, arguments: &Arguments) -> bool {
    match method {
        "where" | "orWhere" => match (arguments.at(0), arguments.at(1), arguments.list.len()) {
            (Some(Term::Array(_)), ..) => true,
            (Some(Term::Closure(_)), ..) => false,
            (_, Some(operator), 3) => operator.as_string().as_deref() == Some("="),
            (_, _, count) => count == 2,
        },
        "whereIn" | "whereBetween" | "whereKey" | "limit" | "take" | "forPage" | "whereIntegerInRaw" => true,
        // `whereEmail($value)`
        _ => {
            let column = method.strip_prefix("where").unwrap_or_default();
            arguments.list.len() == 1 && column.starts_with(char::is_uppercase) && !is_condition_word(column)
        }
    }
}

/// Whether a method goes through pages by OFFSET; those by id do not.
fn counts_pages(method: &str) -> bool {
    matches!(method, "chunk" | "each" | "chunkMap")
}

/// The columns by which a condition picks rows: `where('status', …)`, `where(['status' => …])`, `whereStatus(…)`. A row that
/// is picked for being not NULL stays so whatever else is written to it.
fn picking_columns(method: &str, arguments: &Arguments) -> Vec<String> {
    if method.ends_with("NotNull") {
        return Vec::new();
    }
    let column = method.strip_prefix("orWhere").or_else(|| method.strip_prefix("where")).unwrap_or_default();
    let is_column = column.starts_with(char::is_uppercase) && arguments.list.len() == 1 && !is_condition_word(column);
    if is_column {
        return vec![snake(column)];
    }
    let named = match arguments.at(0) {
        Some(Term::Array(columns)) => {
            columns.keys().filter_map(|key| if let Key::Str(name) = key { Some(name.clone()) } else { None }).collect()
        }
        Some(term) if method.contains("here") && !method.ends_with("Raw") => term.as_string().into_iter().collect(),
        _ => Vec::new(),
    };
    named.into_iter().map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()).collect()
}

/// Whether a method of the builder leaves alone which rows it is about.
fn adds_no_condition(method: &str) -> bool {
    const STARTS: [&str; 12] = [
        "orderBy",
        "select",
        "addSelect",
        "with",
        "group",
        "order",
        "lock",
        "leftJoin",
        "rightJoin",
        "without",
        "new",
        "use",
    ];
    STARTS.iter().any(|start| method.starts_with(start))
        || matches!(
            method,
            "latest"
                | "oldest"
                | "reorder"
                | "inRandomOrder"
                | "distinct"
                | "sharedLock"
                | "toBase"
                | "query"
                | "on"
                | "dd"
                | "dump"
                | "tap"
                | "clone"
                | "fromSub"
                | "fromRaw"
                | "setModel"
                | "connection"
                | "timeout"
        )
}

/// Whether what follows `where` in a method's name is a word of the builder rather than a column.
fn is_condition_word(word: &str) -> bool {
    [
        "Null",
        "NotNull",
        "Raw",
        "Exists",
        "NotExists",
        "Has",
        "DoesntHave",
        "NotIn",
        "Column",
        "Date",
        "Day",
        "Month",
        "Year",
    ]
    .contains(&word)
}

/// `updateOrInsert(['key' => …], […])`, `delete($id)`: whether the arguments themselves pick the rows.
fn has_conditions(method: &str, arguments: &Arguments) -> bool {
    match method {
        "updateOrInsert"
        | "updateOrCreate"
        | "updateExistingPivot"
        | "sync"
        | "syncWithoutDetaching"
        | "syncWithPivotValues"
        | "toggle" => true,
        "delete" | "destroy" | "forceDestroy" | "detach" => !arguments.list.is_empty(),
        _ => false,
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(90) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
