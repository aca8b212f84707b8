//! SQLite tables that stood, and what Laravel 11 to 13 sent to rebuild them or to rename their indexes, as recorded on a
//! real SQLite 3.40, without the semicolons of its pragmas.

use super::recorded::{agrees, rows};
use super::{settings, sql_on};
use crate::catalog::Catalog;
use crate::change::Touches;
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::source::SourceMap;

const RECORDED: &str = include_str!("../../../../fixtures/laravel/sqlite-rebuilds.csv");
const TABLES: &str = include_str!("../../../../fixtures/laravel/sqlite-tables.csv");

#[test]
fn a_table_that_stood_is_rebuilt_as_laravel_rebuilds_it() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for row in rows(RECORDED).skip(1) {
        let [table, situation, calls, recorded @ ..] = row.as_slice() else { continue };
        for (major, expected) in [11, 12, 13].into_iter().zip(recorded) {
            compared += 1;
            let (name, settings) = set_up(situation, settings(Engine::Sqlite, major));
            let mut catalog = catalog(table, &settings.prefix);
            if situation == "again" {
                let statements = super::compile(&catalog, name, calls, &settings).unwrap();
                for statement in statements {
                    apply(&mut catalog, &statement.sql);
                }
            }
            let actual = sql_on(&catalog, name, calls, &settings);
            if !agrees(&actual, expected) {
                failures
                    .push(format!("{major} {table} {situation}: {calls}\n  laravel: {expected}\n  ours:    {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    assert_eq!(compared, 405);
}

fn set_up(situation: &str, settings: Settings) -> (&'static str, Settings) {
    let with_prefix = |settings| Settings { prefix: "p_".to_owned(), ..settings };
    match situation {
        "foreign-keys" => ("t", Settings { foreign_key_constraints: true, ..settings }),
        "old-sqlite" => ("t", Settings { version: "3.34.1".parse().ok(), ..settings }),
        "prefix" => ("t", with_prefix(settings)),
        "prefix-indexes" => ("t", Settings { prefix_indexes: true, ..with_prefix(settings) }),
        "schema" => ("main.t", settings),
        "prefix-schema" => ("main.t", Settings { prefix_indexes: true, ..with_prefix(settings) }),
        _ => ("t", settings),
    }
}

/// The catalog after the statements that made the table.
fn catalog(table: &str, prefix: &str) -> Catalog {
    let mut catalog = Catalog::new(Engine::Sqlite);
    for row in rows(TABLES).skip(1) {
        let [name, statement] = row.as_slice() else { continue };
        if name == table {
            apply(&mut catalog, &statement.replace("\"t\"", &format!("\"{prefix}t\"")));
        }
    }
    catalog
}

fn apply(catalog: &mut Catalog, statement: &str) {
    let script = crate::sql::read(statement, &SourceMap::new(super::span(0, 1)), Engine::Sqlite);
    for change in script.statements.iter().flat_map(|statement| &statement.changes) {
        if let crate::change::SchemaChange::Opaque(opaque) = &change.what {
            assert_eq!(opaque.touches, Touches::Nothing, "`{statement}` is not understood: {opaque:?}");
        }
        catalog.apply(&change.what);
    }
}

#[test]
fn a_table_that_is_not_wholly_known_is_not_rebuilt_by_guessing() {
    let sqlite = settings(Engine::Sqlite, 12);
    let mut forgotten = Catalog::new(Engine::Sqlite);
    forgotten.forget_absences();
    assert_eq!(
        sql_on(&forgotten, "t", "string('a')->change()", &sqlite),
        "!! what Laravel does hangs on the table `t`, which no migration here defines"
    );
    let mut partial = Catalog::new(Engine::Sqlite);
    apply(&mut partial, "alter table \"t\" add column \"a\" varchar");
    assert_eq!(
        sql_on(&partial, "t", "string('a')->change()", &sqlite),
        "!! Laravel reads the table `t` anew, and not all of it is known"
    );
    assert_eq!(sql_on(&partial, "t", "dropColumn('a')", &sqlite), "alter table \"t\" drop column \"a\"");
    let mut constrained = Catalog::new(Engine::Sqlite);
    apply(&mut constrained, "create table \"t\" (\"a\" varchar unique)");
    assert!(sql_on(&constrained, "t", "string('a')->change()", &sqlite).contains("is not known"));
}

#[test]
fn a_rebuild_comes_from_the_calls_that_need_it() {
    let sqlite = settings(Engine::Sqlite, 12);
    let origin = |calls: &'static str, fragment: &str| {
        let statements = super::compile(&catalog("plain", ""), "t", calls, &sqlite).unwrap();
        let statement = statements.iter().find(|statement| statement.sql.contains(fragment)).unwrap();
        let at = statement.sql.find(fragment).unwrap();
        let span = statement.map.span(at..at + fragment.len());
        &calls[span.start as usize..span.end as usize]
    };
    let one = "string('x'); text('bio')->change(); dropIndex('t_age_index')";
    assert_eq!(origin(one, "\"age\" integer default"), "text('bio')->change()");
    assert_eq!(origin(one, "insert into"), "text('bio')->change()");
    let two = "string('name')->nullable()->change(); text('bio')->change()";
    assert_eq!(origin(two, "\"bio\" text not null"), "text('bio')->change()");
    assert_eq!(origin(two, "drop table"), two);
}

#[test]
fn with_doctrine_what_sqlite_gets_up_to_laravel_10_is_unknown() {
    let settings = Settings { has_doctrine: true, ..settings(Engine::Sqlite, 10) };
    for calls in ["string('a')->change()", "dropColumn('a')", "renameColumn('a', 'b')", "renameIndex('a', 'b')"] {
        let actual = sql_on(&catalog("plain", ""), "t", calls, &settings);
        assert_eq!(actual, "!! what doctrine/dbal sends to SQLite is not known", "{calls}");
    }
}
