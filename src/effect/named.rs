//! What a change names: what must stand for it to work, and the names that it gives.

use super::subject::Subject;
use crate::answer::Answer;
use crate::catalog::Table;
use crate::change::{DataRows, SchemaChange, TableName};

/// How many bytes of a name PostgreSQL keeps (its documentation, 4.1.1 "Identifiers and Key Words").
const KEPT_BYTES: usize = 63;

/// Something that the change needs and that is known not to stand, in words: ``column `orders.total` ``.
pub fn missing(subject: &Subject<'_>) -> Option<String> {
    let change = &subject.change.what;
    if is_forgiving(change) {
        return None;
    }
    let name = subject.table_name()?;
    let Some(table) = subject.table() else {
        // One that is not listed may have been made elsewhere; one that was dropped or renamed away was not.
        let is_gone = subject.catalog.is_in_use(name) == Answer::No && subject.catalog.has_table(name) == Answer::No;
        return is_gone.then(|| format!("table `{name}`"));
    };
    missing_part(change, table, subject).or_else(|| missing_parent(change, subject))
}

/// Whether it does nothing, or something else, where what it names does not stand.
fn is_forgiving(change: &SchemaChange) -> bool {
    match change {
        SchemaChange::CreateTable(_) => true,
        SchemaChange::DropTable(drop) => drop.if_exists,
        SchemaChange::DropColumn(drop) => drop.if_exists,
        SchemaChange::DropIndex(drop) => drop.if_exists,
        SchemaChange::DropConstraint(drop) => drop.if_exists,
        SchemaChange::ChangeIdentity(change) => change.if_exists,
        _ => false,
    }
}

fn missing_part(change: &SchemaChange, table: &Table, subject: &Subject<'_>) -> Option<String> {
    let engine = subject.catalog.engine();
    let column = |name: &str| {
        let is_missing = table.has_column(name, engine) == Answer::No;
        is_missing.then(|| format!("column `{}.{name}`", table.name))
    };
    match change {
        SchemaChange::AddColumn(_) => None,
        SchemaChange::DropIndex(drop) => {
            let is_missing = table.has_index(&drop.name, engine) == Answer::No;
            is_missing.then(|| format!("index `{}` of `{}`", drop.name, table.name))
        }
        SchemaChange::AddIndex(add) => add.index.columns().find_map(column),
        SchemaChange::AddPrimaryKey(add) => add.columns.iter().find_map(|name| column(name)),
        SchemaChange::AddForeignKey(add) => add.foreign_key.columns.iter().find_map(|name| column(name)),
        SchemaChange::DataRows(rows) => missing_written(rows, subject).and_then(column),
        change => change.column().and_then(column),
    }
}

/// The first column that a statement of SQL writes and its table does not have. What a model is given need not be columns.
fn missing_written<'a>(rows: &'a DataRows, subject: &Subject<'_>) -> Option<&'a str> {
    let is_sql = !subject.statement.sql.is_empty();
    let missing =
        |name: &&String| subject.of_table(|table| table.has_column(name, subject.catalog.engine())) == Answer::No;
    rows.columns.iter().filter(|_| is_sql).find(missing).map(String::as_str)
}

/// The table that a foreign key refers to, where that was dropped or renamed away.
fn missing_parent(change: &SchemaChange, subject: &Subject<'_>) -> Option<String> {
    let SchemaChange::AddForeignKey(add) = change else { return None };
    let parent = &add.foreign_key.to_table;
    let is_gone = subject.catalog.is_in_use(parent) == Answer::No && subject.catalog.has_table(parent) == Answer::No;
    is_gone.then(|| format!("table `{parent}`"))
}

/// Something of the name that the change gives, which is known to stand, in words: ``column `orders.total` ``.
pub fn taken(subject: &Subject<'_>) -> Option<String> {
    let change = &subject.change.what;
    let table = |name: &TableName| subject.catalog.has_table(name).is_yes().then(|| format!("table `{name}`"));
    match change {
        SchemaChange::CreateTable(create) if !create.if_not_exists && !create.is_temporary => table(&create.table),
        SchemaChange::RenameTable(rename) if rename.table != rename.to => table(&rename.to),
        change => taken_in(subject.table()?, change, subject).filter(|_| !is_made_free(subject)),
    }
}

fn taken_in(table: &Table, change: &SchemaChange, subject: &Subject<'_>) -> Option<String> {
    let engine = subject.catalog.engine();
    let column =
        |name: &str| table.has_column(name, engine).is_yes().then(|| format!("column `{}.{name}`", table.name));
    match change {
        SchemaChange::AddColumn(add) if !add.if_not_exists => column(&add.column.name),
        SchemaChange::RenameColumn(rename) if !rename.to.eq_ignore_ascii_case(&rename.column) => column(&rename.to),
        SchemaChange::AddIndex(add) if !add.if_not_exists && add.using_index.is_none() => {
            let standing = table.index(add.index.name.as_deref()?, engine)?;
            (!standing.is_implicit).then(|| format!("index `{}` of `{}`", standing.name, table.name))
        }
        SchemaChange::AddForeignKey(add) => {
            let standing = table.foreign_key(add.foreign_key.name.as_deref()?, engine)?;
            Some(format!("foreign key `{}` of `{}`", standing.name, table.name))
        }
        SchemaChange::AddCheck(add) => {
            let standing = table.check(add.name.as_deref()?, engine)?;
            Some(format!("check `{}` of `{}`", standing.name, table.name))
        }
        _ => None,
    }
}

/// Whether the same statement drops or renames something, which may be what has the name.
fn is_made_free(subject: &Subject<'_>) -> bool {
    subject.siblings().any(|sibling| {
        matches!(
            sibling,
            SchemaChange::DropColumn(_)
                | SchemaChange::RenameColumn(_)
                | SchemaChange::DropIndex(_)
                | SchemaChange::DropConstraint(_)
        )
    })
}

/// A name that the change gives and PostgreSQL would cut.
pub fn long_name(change: &SchemaChange) -> Option<&str> {
    given(change).into_iter().find(|name| name.len() > KEPT_BYTES)
}

fn given(change: &SchemaChange) -> Vec<&str> {
    match change {
        SchemaChange::CreateTable(create) => {
            let columns = create.columns.iter().map(|column| column.name.as_str());
            let indexes = create.indexes.iter().filter_map(|index| index.name.as_deref());
            let keys = create.foreign_keys.iter().filter_map(|key| key.name.as_deref());
            let checks = create.checks.iter().filter_map(|check| check.name.as_deref());
            std::iter::once(create.table.name.as_str())
                .chain(columns)
                .chain(indexes)
                .chain(keys)
                .chain(checks)
                .collect()
        }
        SchemaChange::RenameTable(rename) => vec![&rename.to.name],
        SchemaChange::AddColumn(add) => vec![&add.column.name],
        SchemaChange::RenameColumn(rename) => vec![&rename.to],
        SchemaChange::AddIndex(add) => add.index.name.as_deref().into_iter().collect(),
        SchemaChange::RenameIndex(rename) => vec![&rename.to],
        SchemaChange::AddPrimaryKey(add) => add.name.as_deref().into_iter().collect(),
        SchemaChange::AddForeignKey(add) => add.foreign_key.name.as_deref().into_iter().collect(),
        SchemaChange::AddCheck(add) => add.name.as_deref().into_iter().collect(),
        _ => Vec::new(),
    }
}
