//! The names that engines give to keys, indexes and checks when the statement gives none.
//!
//! PostgreSQL's are those of `ChooseIndexName`, `ChooseConstraintName` and `makeObjectName` in its sources, measured on 15.

use super::neighbours::Neighbours;
use super::table::Table;
use super::{expression, figured};
use crate::change::{self, IndexPart};
use crate::engine::Engine;

/// How long a name may be on PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// PostgreSQL: `users_email_key` for a unique constraint, `users_email_excl` for an exclusion, `users_email_idx` for an
/// index. MySQL family: the first column's name, with `_2`, `_3` where that is taken.
pub(super) fn index(table: &Table, index: &change::Index, is_constraint: bool, around: &Neighbours<'_>) -> String {
    let engine = around.engine;
    if engine.is_mysql_family() {
        let first = index.columns().next().unwrap_or("functional_index");
        let name = |at| if at == 1 { first.to_owned() } else { format!("{first}_{at}") };
        return first_free(name, |name| table.index(name, engine).is_some() || name.eq_ignore_ascii_case("PRIMARY"));
    }
    let label = match (is_constraint, index.is_unique) {
        (true, true) => "key",
        (true, false) => "excl",
        (false, _) => "idx",
    };
    let is_taken = |name: &str| around.has_relation(table, name) || is_constraint && around.has_constraint(table, name);
    first_free(object_name(&table.name.name, Some(&column_names(index)), label), is_taken)
}

/// What PostgreSQL takes for the columns of an index: expressions go by their function, a second of one name by a number.
fn column_names(index: &change::Index) -> String {
    let mut names: Vec<String> = Vec::new();
    let parts = index.parts.iter().map(|part| match part {
        IndexPart::Column { name, .. } => name.clone(),
        IndexPart::Expression(text) => figured::name(text).unwrap_or_else(|| "expr".to_owned()),
    });
    for part in parts.chain(index.included.iter().cloned()) {
        let numbered = |at| if at == 1 { part.clone() } else { format!("{part}{}", at - 1) };
        let free = first_free(numbered, |name| names.iter().any(|other| other == name));
        names.push(free);
    }
    names.join("_")
}

/// PostgreSQL: `orders_user_id_fkey`. MySQL family: `orders_ibfk_1`, one above the highest that stands.
pub(super) fn foreign_key(table: &Table, key: &change::ForeignKey, around: &Neighbours<'_>) -> String {
    let own = &table.name.name;
    if around.engine.is_mysql_family() {
        let numbers = table.foreign_keys.iter().filter_map(|key| generated_number(&key.name, own));
        return format!("{own}_ibfk_{}", numbers.max().unwrap_or(0) + 1);
    }
    first_free(object_name(own, Some(&key.columns.join("_")), "fkey"), |name| around.has_constraint(table, name))
}

/// The number of a foreign key that InnoDB named after its table.
pub(super) fn generated_number(name: &str, table: &str) -> Option<u32> {
    name.strip_prefix(table)?.strip_prefix("_ibfk_")?.parse().ok()
}

/// PostgreSQL: `orders_status_check` when one column is named, else `orders_check`. MySQL: `orders_chk_1`; MariaDB:
/// `CONSTRAINT_1`.
pub(super) fn check(table: &Table, condition: &str, around: &Neighbours<'_>) -> String {
    let own = &table.name.name;
    let engine = around.engine;
    match engine {
        Engine::Mysql => first_free(|at| format!("{own}_chk_{at}"), |name| table.check(name, engine).is_some()),
        Engine::Mariadb => first_free(|at| format!("CONSTRAINT_{at}"), |name| table.check(name, engine).is_some()),
        _ => {
            let columns = table.columns.iter().map(|column| &column.definition.name);
            let mut named = columns.filter(|name| expression::names_column(condition, name));
            let column = match (named.next(), named.next()) {
                (Some(column), None) => Some(column.as_str()),
                _ => None,
            };
            first_free(object_name(own, column, "check"), |name| around.has_constraint(table, name))
        }
    }
}

/// PostgreSQL's `users_pkey`, the MySQL family's `PRIMARY`; on other engines the key has a name only if it is given one.
pub(super) fn primary_key(table: &Table, around: &Neighbours<'_>) -> Option<String> {
    let is_taken = |name: &str| around.has_relation(table, name) || around.has_constraint(table, name);
    match around.engine {
        Engine::Postgresql => Some(first_free(object_name(&table.name.name, None, "pkey"), is_taken)),
        Engine::Mysql | Engine::Mariadb => Some("PRIMARY".to_owned()),
        Engine::Sqlite | Engine::Sqlserver => None,
    }
}

/// `table_column_label`, `table_column_label1`, `table_column_label2`, …: the longer of the two names is shortened until
/// the whole fits.
fn object_name<'n>(table: &'n str, column: Option<&'n str>, label: &'n str) -> impl Fn(u32) -> String {
    move |at| {
        let label = if at == 1 { label.to_owned() } else { format!("{label}{}", at - 1) };
        let (mut table, mut column) = (table, column);
        loop {
            let parts = [Some(table), column, Some(label.as_str())];
            let name = parts.into_iter().flatten().collect::<Vec<_>>().join("_");
            if name.len() <= LONGEST || table.is_empty() {
                return name;
            }
            match &mut column {
                Some(column) if column.len() >= table.len() => shorten(column),
                _ => shorten(&mut table),
            }
        }
    }
}

fn shorten(name: &mut &str) {
    let last = name.char_indices().next_back().map_or(0, |(at, _)| at);
    *name = name.get(..last).unwrap_or_default();
}

/// The first of `name(1)`, `name(2)`, … that is not taken.
fn first_free(name: impl Fn(u32) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    (1..=u32::MAX).map(name).find(|name| !is_taken(name)).unwrap_or_default()
}
