//! The names that engines give to keys, indexes and checks when the statement gives none.

use super::table::Table;
use crate::change;
use crate::engine::Engine;

/// PostgreSQL: `users_email_key` for a unique constraint, `users_email_idx` for an index (CREATE INDEX, "Parameters").
/// MySQL family: the first column's name, with `_2`, `_3` where that is taken.
pub(super) fn index(table: &Table, index: &change::Index, is_constraint: bool, engine: Engine) -> String {
    let is_taken = |name: &str| table.index(name, engine).is_some();
    if engine.is_mysql_family() {
        let first = index.columns().next().unwrap_or("functional_index");
        let name = |at| if at == 1 { first.to_owned() } else { format!("{first}_{at}") };
        return first_free(name, is_taken);
    }
    let columns: Vec<&str> = index.columns().collect();
    let columns = if columns.is_empty() { "expr".to_owned() } else { columns.join("_") };
    let suffix = match (index.is_unique, is_constraint) {
        (true, _) => "key",
        (false, true) => "excl",
        (false, false) => "idx",
    };
    first_free(numbered(format!("{}_{columns}_{suffix}", table.name.name)), is_taken)
}

/// PostgreSQL: `orders_user_id_fkey`. MySQL family: `orders_ibfk_1`.
pub(super) fn foreign_key(table: &Table, key: &change::ForeignKey, engine: Engine) -> String {
    let is_taken = |name: &str| table.foreign_key(name, engine).is_some();
    let own = &table.name.name;
    if engine.is_mysql_family() {
        return first_free(|at| format!("{own}_ibfk_{at}"), is_taken);
    }
    first_free(numbered(format!("{own}_{}_fkey", key.columns.join("_"))), is_taken)
}

/// PostgreSQL: `orders_status_check` when one column is named, else `orders_check`. MySQL: `orders_chk_1`; MariaDB:
/// `CONSTRAINT_1`.
pub(super) fn check(table: &Table, condition: &str, engine: Engine) -> String {
    let is_taken = |name: &str| table.check(name, engine).is_some();
    let own = &table.name.name;
    match engine {
        Engine::Mysql => first_free(|at| format!("{own}_chk_{at}"), is_taken),
        Engine::Mariadb => first_free(|at| format!("CONSTRAINT_{at}"), is_taken),
        _ => {
            let columns = table.columns.iter().map(|column| &column.definition.name);
            let mut named = columns.filter(|name| names_word(condition, name));
            let base = match (named.next(), named.next()) {
                (Some(column), None) => format!("{own}_{column}_check"),
                _ => format!("{own}_check"),
            };
            first_free(numbered(base), is_taken)
        }
    }
}

/// PostgreSQL's `users_pkey`.
pub(super) fn primary_key(table: &Table) -> String {
    format!("{}_pkey", table.name.name)
}

/// Whether `word` stands in `text` as a word of its own.
pub(super) fn names_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The first of `name(1)`, `name(2)`, … that is not taken.
fn first_free(name: impl Fn(u32) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    (1..=u32::MAX).map(name).find(|name| !is_taken(name)).unwrap_or_default()
}

/// `base`, `base1`, `base2`, … as PostgreSQL numbers them.
fn numbered(base: String) -> impl Fn(u32) -> String {
    move |at| if at == 1 { base.clone() } else { format!("{base}{}", at - 1) }
}
