//! Which tables and columns stand: as a real server says, and as phasewise replays it.
//!
//! A column is one line: `orders.total: decimal(8,2) not null`.

use std::collections::BTreeSet;

use phasewise::answer::Answer;
use phasewise::catalog::Catalog;
use phasewise::change::{ColumnType, TableName};
use phasewise::source::{SourceMap, Tree};
use phasewise::sql;

use crate::client::Database;
use crate::server::Engine;

const POSTGRES_COLUMNS: &str = "
    select relname || '.' || attname || ': ' || format_type(atttypid, atttypmod)
        || case when attnotnull then ' not null' else ' null' end
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attnum > 0 and not attisdropped";

const MARIADB_COLUMNS: &str = "
    select concat(table_name, '.', column_name, ': ', column_type, if(is_nullable = 'NO', ' not null', ' null'))
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema = database() and table_type = 'BASE TABLE'";

/// PostgreSQL's own names of types, and the names under which phasewise knows them.
const POSTGRES_TYPES: [(&str, &str); 5] = [
    (": character varying", ": varchar"),
    (": character(", ": char("),
    (": integer", ": int"),
    (": boolean", ": bool"),
    (": bit varying", ": varbit"),
];

/// Where the server and what phasewise replays from `statements` differ, for people.
///
/// phasewise may not know of a column, where it says that it does not know all; it may not deny one, nor have another.
pub(crate) fn differences<'a>(database: &Database, statements: impl Iterator<Item = &'a str>) -> Vec<String> {
    let on_server = on_server(database);
    assert!(!on_server.is_empty(), "the server has no tables");
    let catalog = replayed(database.engine(), statements);
    let known = columns(&catalog);
    let (mut differences, mut unknown) = (Vec::new(), 0);
    for column in on_server.difference(&known) {
        match has_column(&catalog, column) {
            Answer::Yes => differences.push(format!("the server has   {column}")),
            Answer::No => differences.push(format!("phasewise denies {column}")),
            Answer::Unknown => unknown += 1,
        }
    }
    assert!(unknown * 2 < on_server.len(), "phasewise knows too little: not {unknown} of {} columns", on_server.len());
    differences.extend(known.difference(&on_server).map(|column| format!("phasewise has    {column}")));
    differences.sort_by(|left, right| left[17..].cmp(&right[17..]));
    differences
}

fn has_column(catalog: &Catalog, line: &str) -> Answer {
    let (table, column) = line.split_once('.').expect("a line begins with table and column");
    let (column, _) = column.split_once(':').expect("the type follows a colon");
    catalog.has_column(&TableName::new(table), column)
}

fn on_server(database: &Database) -> BTreeSet<String> {
    let query = match database.engine() {
        Engine::Postgres => POSTGRES_COLUMNS,
        Engine::MariaDb | Engine::MySql => MARIADB_COLUMNS,
    };
    let answer = database.run(query);
    assert!(answer.ok, "{}", answer.stderr);
    answer.stdout.lines().map(|column| with_known_type(database.engine(), column)).collect()
}

fn with_known_type(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Postgres => {
            POSTGRES_TYPES.iter().fold(column.to_owned(), |column, (theirs, ours)| column.replace(theirs, ours))
        }
        Engine::MariaDb | Engine::MySql => without_display_width(column),
    }
}

/// MariaDB says `int(11)` where the 11 means nothing; only in `tinyint(1)` it does.
fn without_display_width(column: &str) -> String {
    let Some((before, after)) = column.split_once("int(") else { return column.to_owned() };
    match after.split_once(')') {
        Some((width, rest)) if width != "1" => format!("{before}int{rest}"),
        _ => column.to_owned(),
    }
}

fn replayed<'a>(engine: Engine, statements: impl Iterator<Item = &'a str>) -> Catalog {
    let engine = match engine {
        Engine::Postgres => phasewise::engine::Engine::Postgresql,
        Engine::MariaDb => phasewise::engine::Engine::Mariadb,
        Engine::MySql => phasewise::engine::Engine::Mysql,
    };
    let tree = Tree::new(".");
    let mut catalog = Catalog::new(engine);
    for text in statements {
        let file = tree.put("statement.sql", text.to_owned());
        let script = sql::read(text, &SourceMap::verbatim(file.id, 0, text.len() as u32), engine);
        let changes = script.statements.iter().flat_map(|statement| &statement.changes);
        changes.for_each(|change| catalog.apply(&change.what));
    }
    catalog
}

fn columns(catalog: &Catalog) -> BTreeSet<String> {
    let lines = catalog.tables().flat_map(|table| {
        table.columns.iter().map(|column| {
            let definition = &column.definition;
            let null = if definition.is_nullable { "null" } else { "not null" };
            format!("{}.{}: {} {null}", table.name.name, definition.name, stored_type(catalog, &definition.column_type))
        })
    });
    lines.collect()
}

/// What the engine makes of a type that is only a way of speaking.
fn stored_type(catalog: &Catalog, column_type: &ColumnType) -> String {
    match (catalog.engine(), column_type.name.as_str()) {
        (phasewise::engine::Engine::Mariadb, "json") => "longtext".to_owned(),
        (phasewise::engine::Engine::Postgresql, "serial" | "bigserial" | "smallserial") => {
            column_type.name.replace("serial", "int")
        }
        _ => column_type.to_string(),
    }
}
