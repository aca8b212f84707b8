//! `change()` and `renameColumn()` with doctrine/dbal 3.6 on tables that stood, as Laravel 8 to 10 wrote them on MariaDB
//! 10.11 and PostgreSQL 15.

use super::recorded::{agrees, rows};
use super::{settings, sql_on};
use crate::catalog::Catalog;
use crate::change::{Column, ColumnType, CreateTable, Default, Identity, SchemaChange, TableName, TableOptions};
use crate::engine::Engine;
use crate::laravel::Settings;

const RECORDED: &str = include_str!("../../../../fixtures/laravel/doctrine.csv");

#[test]
fn doctrine_writes_what_differs_from_the_table_that_stands() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for row in rows(RECORDED).skip(1) {
        let [table, calls, engine, recorded @ ..] = row.as_slice() else { continue };
        let engine = Engine::from_name(engine).unwrap();
        // MariaDB keeps JSON as text of another collation than the table's, which no catalog tells.
        if calls == "text('j')->change()" && engine == Engine::Mariadb {
            continue;
        }
        for (major, expected) in [8, 9, 10].into_iter().zip(recorded) {
            compared += 1;
            let settings = Settings { has_doctrine: true, ..settings(engine, major) };
            let actual = sql_on(&catalog(table, engine), "t", calls, &settings);
            if !agrees(&actual, expected) {
                failures.push(format!("{engine} {major} {table}: {calls}\n  laravel: {expected}\n  ours:    {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    assert!(compared > 570, "{compared}");
}

#[test]
fn a_column_that_no_migration_defined_is_unknown() {
    let settings = Settings { has_doctrine: true, ..settings(Engine::Mysql, 10) };
    let mut catalog = Catalog::new(Engine::Mysql);
    catalog.forget_absences();
    assert_eq!(
        sql_on(&catalog, "t", "string('c')->change()", &settings),
        "!! doctrine/dbal diffs the column `c` of `t`, which no migration here defines"
    );
}

fn catalog(table: &str, engine: Engine) -> Catalog {
    let columns = if table == "plain" { plain(engine) } else { all_types(engine) };
    let mut catalog = Catalog::new(engine);
    catalog.apply(&SchemaChange::CreateTable(CreateTable {
        columns,
        options: TableOptions {
            charset: Some("utf8mb4".to_owned()).filter(|_| engine == Engine::Mariadb),
            collation: Some("utf8mb4_unicode_ci".to_owned()).filter(|_| engine == Engine::Mariadb),
            ..TableOptions::default()
        },
        ..CreateTable::empty(TableName::new("t"))
    }));
    catalog
}

fn plain(engine: Engine) -> Vec<Column> {
    let mut text = column("c", "varchar", Some(100), "'x'");
    text.is_nullable = true;
    text.comment = Some("hi".to_owned());
    let mut number = column("n", "int", None, "5");
    number.column_type.is_unsigned = engine == Engine::Mariadb;
    vec![text, number]
}

fn all_types(engine: Engine) -> Vec<Column> {
    let is_postgres = engine == Engine::Postgresql;
    let either = |mysql: &'static str, postgres: &'static str| if is_postgres { postgres } else { mysql };
    let mut id = column("id", either("bigint", "bigserial"), None, "");
    id.identity = Some(Identity::AutoIncrement);
    id.column_type.is_unsigned = !is_postgres;
    let mut decimal = column("d", "decimal", Some(8), "");
    decimal.column_type.scale = Some(2);
    let nullable = |column: Column| Column { is_nullable: true, ..column };
    vec![
        id,
        column("s", "varchar", Some(255), ""),
        nullable(column("tx", "text", None, "")),
        column("b", either("tinyint", "boolean"), None, either("0", "false")),
        decimal,
        nullable(column("dt", either("datetime", "timestamp"), None, "")),
        nullable(column("ts", "timestamp", None, "")),
        nullable(column("j", "json", None, "")),
        column("u", either("char", "uuid"), Some(36).filter(|_| !is_postgres), ""),
        nullable(column("day", "date", None, "")),
        column("big", "bigint", None, ""),
        column("sm", "smallint", None, ""),
        column("f", either("double", "double precision"), None, ""),
        column("e", either("enum", "varchar"), Some(255).filter(|_| is_postgres), ""),
    ]
}

/// A column that takes no NULL; an empty default is none.
fn column(name: &str, type_name: &str, length: Option<u64>, default: &str) -> Column {
    let mut column = Column::new(name, ColumnType { length, ..ColumnType::named(type_name) });
    column.is_nullable = false;
    if !default.is_empty() {
        column.default = Default::Literal(default.to_owned());
    }
    column
}
