//! The replayed tables as SQL that makes them: tables first, then what stands on them, foreign keys and views last.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::objects;
use crate::catalog::{Catalog, Check, ForeignKey, Index, Table};
use crate::change::{self, AddCheck, Column};
use crate::engine::Engine;
use crate::sql::write::Dialect;

pub fn write(out: &mut dyn Write, catalog: &Catalog) -> io::Result<()> {
    let dialect = Dialect(catalog.engine());
    let names = catalog.tables().map(|table| &table.name).chain(objects::names(catalog));
    for schema in names.filter_map(|name| name.schema.as_ref()).collect::<BTreeSet<_>>() {
        if catalog.engine() == Engine::Postgresql {
            writeln!(out, "create schema if not exists {};", catalog.engine().quote(schema))?;
        }
    }
    objects::write_before_tables(out, catalog)?;
    for table in catalog.tables() {
        if table.is_partial {
            writeln!(out, "-- not all of {} is known", table.name)?;
        }
        writeln!(out, "{};", create_table(dialect, table))?;
    }
    for table in catalog.tables() {
        let name = dialect.table_name(&table.name);
        for check in table.checks.iter().filter(|check| !stands_in_table(dialect, check)) {
            writeln!(out, "alter table {name} add {};", dialect.check(&check_of(table, check)))?;
        }
        for index in &table.indexes {
            if !index.is_constraint {
                writeln!(out, "{};", create_index(dialect, table, index))?;
            } else if !index.definition.is_unique {
                let parts = dialect.parts(&index.definition.parts);
                writeln!(out, "-- {name} excludes by {} over ({parts}), with operators that are not kept", index.name)?;
            }
        }
    }
    for table in catalog.tables() {
        for key in &table.foreign_keys {
            writeln!(out, "{};", add_foreign_key(dialect, table, key))?;
        }
    }
    objects::write_after_tables(out, catalog)
}

fn create_table(dialect: Dialect, table: &Table) -> String {
    let columns = table.columns.iter().map(|column| &column.definition);
    let mut parts: Vec<String> = columns.map(|column| dialect.column(column) + &own_checks(table, column)).collect();
    if !table.primary_key.is_empty() {
        parts.push(format!("{}primary key ({})", key_name(dialect, table), dialect.names(&table.primary_key)));
    }
    for index in table.indexes.iter().filter(|index| index.is_constraint && index.definition.is_unique) {
        parts.push(dialect.unique(&named(index)));
    }
    let checks = table.checks.iter().filter(|check| check.column.is_none() && stands_in_table(dialect, check));
    parts.extend(checks.map(|check| dialect.check(&check_of(table, check))));
    let body = parts.iter().map(|part| format!("\n  {part}")).collect::<Vec<_>>().join(",");
    format!("create table {} ({body}\n){}", dialect.table_name(&table.name), dialect.options(&table.options))
}

fn create_index(dialect: Dialect, table: &Table, index: &Index) -> String {
    dialect.create_index(&table.name, &named(index), false)
}

fn add_foreign_key(dialect: Dialect, table: &Table, key: &ForeignKey) -> String {
    let definition = change::ForeignKey { name: Some(key.name.clone()), ..key.definition.clone() };
    let validity = if key.is_valid { "" } else { " not valid" };
    format!("alter table {} add {}{validity}", dialect.table_name(&table.name), dialect.foreign_key(&definition))
}

/// The definition with the name that the index goes by.
fn named(index: &Index) -> change::Index {
    change::Index { name: Some(index.name.clone()), ..index.definition.clone() }
}

fn check_of(table: &Table, check: &Check) -> AddCheck {
    AddCheck {
        table: table.name.clone(),
        name: Some(check.name.clone()),
        condition: check.condition.clone(),
        is_not_valid: !check.is_valid,
    }
}

/// PostgreSQL takes any check of a new table, which has no rows, for valid.
fn stands_in_table(dialect: Dialect, check: &Check) -> bool {
    check.is_valid || dialect.0 != Engine::Postgresql
}

/// The name of the primary key, where it is not the one that the engine would choose: `constraint users_key `.
fn key_name(dialect: Dialect, table: &Table) -> String {
    let chosen = format!("{}_pkey", table.name.name);
    let name = table.primary_key_name.as_ref().filter(|name| !dialect.0.is_mysql_family() && **name != chosen);
    name.map_or(String::new(), |name| format!("constraint {} ", dialect.0.quote(name)))
}

/// The checks that are part of the column's definition.
fn own_checks(table: &Table, column: &Column) -> String {
    let checks = table.checks.iter().filter(|check| check.column.as_ref() == Some(&column.name));
    checks.fold(String::new(), |text, check| text + " check (" + &check.condition + ")")
}
