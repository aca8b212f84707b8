//! Where the SQL comes from, what Laravel swallows, and what stays unknown.

use super::{compile, run, settings, span, sql};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::laravel::blueprint::{Blueprint, Called};
use crate::laravel::{Argument, Arguments, Settings, Value};

/// The call behind the first place where the SQL has `fragment`.
#[track_caller]
fn asked_for(calls: &'static str, settings: &Settings, fragment: &str) -> &'static str {
    let statements = compile(&Catalog::new(settings.engine), "t", calls, settings).unwrap();
    let found = statements.iter().find_map(|statement| Some((statement, statement.sql.find(fragment)?)));
    let (statement, at) = found.unwrap_or_else(|| panic!("no `{fragment}` in {statements:?}"));
    let span = statement.map.span(at..at + fragment.len());
    &calls[span.start as usize..span.end as usize]
}

#[test]
fn each_column_of_a_new_table_comes_from_its_chain() {
    let mysql = settings(Engine::Mysql, 12);
    let calls = "create(); id(); string('name')->nullable()->unique(); foreignId('user_id')->constrained()";
    assert_eq!(asked_for(calls, &mysql, "varchar(255)"), "string('name')->nullable()->unique()");
    assert_eq!(asked_for(calls, &mysql, "bigint unsigned not null auto_increment"), "id()");
    assert_eq!(asked_for(calls, &mysql, "add unique"), "string('name')->nullable()->unique()");
    assert_eq!(asked_for(calls, &mysql, "references"), "foreignId('user_id')->constrained()");
    assert_eq!(asked_for(calls, &mysql, "create table"), calls);
}

#[test]
fn a_batched_alter_comes_from_the_whole_call_and_its_parts_from_theirs() {
    let calls = "string('a'); integer('b')->default(1)";
    let (batched, single) = (settings(Engine::Mysql, 10), settings(Engine::Mysql, 11));
    assert_eq!(asked_for(calls, &batched, "alter table"), calls);
    assert_eq!(asked_for(calls, &batched, "add `b` int"), "integer('b')->default(1)");
    assert_eq!(asked_for(calls, &single, "alter table"), "string('a')");
}

#[test]
fn a_changed_column_of_postgresql_comes_from_its_chain() {
    let postgres = settings(Engine::Postgresql, 13);
    let calls = "string('a')->nullable()->change(); dropColumn('b')";
    assert_eq!(asked_for(calls, &postgres, "drop not null"), "string('a')->nullable()->change()");
    assert_eq!(asked_for(calls, &postgres, "drop column"), "dropColumn('b')");
}

#[test]
fn what_no_grammar_reads_is_swallowed_and_told() {
    let swallowed = |calls: &str, major| {
        let mut blueprint = Blueprint::new("t", span(0, calls.len()));
        run(&mut blueprint, calls, &settings(Engine::Mysql, major)).unwrap();
        blueprint.swallowed().iter().map(|call| call.method.clone()).collect::<Vec<_>>()
    };
    assert_eq!(swallowed("string('a')->notNull()->nullabel()->nullable()", 12), ["notNull", "nullabel"]);
    assert_eq!(swallowed("foreignId('a')->constrained()->nullable()", 12), ["nullable"]);
    assert_eq!(swallowed("index('a')->online()->lock('none')", 11), ["online", "lock"]);
    assert_eq!(swallowed("index('a')->online()->lock('none')", 12), [""; 0]);
    assert_eq!(swallowed("string('a')->Nullable()", 12), ["Nullable"]);
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let mysql = settings(Engine::Mysql, 12);
    assert_eq!(
        sql("t", "string('a')->default(unknown)", &mysql),
        "!! the argument `$value` of `default` is not known: read from the database"
    );
    assert_eq!(
        sql("t", "enum('a', ['x', unknown])", &mysql),
        "!! the argument `$allowed` of `enum` is not known: read from the database"
    );
    assert_eq!(sql("t", "string('a')->nullabel(unknown)", &mysql), "alter table `t` add `a` varchar(255) not null");
    assert_eq!(sql("t", "string()", &mysql), "!! `string` needs its argument `$column`");
}

#[test]
fn columns_within_after_follow_each_other() {
    let mysql = settings(Engine::Mysql, 10);
    let mut blueprint = Blueprint::new("t", span(0, 9));
    blueprint.begin_after("x");
    run(&mut blueprint, "string('a'); integer('b')->nullable()", &mysql).unwrap();
    blueprint.end_after();
    run(&mut blueprint, "date('c')", &mysql).unwrap();
    assert_eq!(
        blueprint.compile(&mysql, &Catalog::new(Engine::Mysql)).unwrap()[0].sql,
        "alter table `t` add `a` varchar(255) not null after `x`, add `b` int null after `a`, add `c` date not null"
    );
}

#[test]
fn properties_of_the_table_are_those_of_the_blueprint() {
    let mysql = settings(Engine::Mysql, 9);
    let mut blueprint = Blueprint::new("t", span(0, 9));
    run(&mut blueprint, "create(); string('a')", &mysql).unwrap();
    for (name, value) in [("engine", "InnoDB"), ("charset", "latin1"), ("comment", "never read")] {
        blueprint.set_property(name, &Value::from(value), span(0, 3)).unwrap();
    }
    assert_eq!(
        blueprint.compile(&mysql, &Catalog::new(Engine::Mysql)).unwrap()[0].sql,
        "create table `t` (`a` varchar(255) not null) default character set latin1 engine = InnoDB"
    );
    assert_eq!(blueprint.swallowed().len(), 1);
}

#[test]
fn old_servers_get_what_they_know() {
    let on = |engine, version: &str| Settings { version: version.parse().ok(), ..settings(engine, 12) };
    let (old_mysql, old_mariadb) = (on(Engine::Mysql, "5.7"), on(Engine::Mariadb, "10.6"));
    assert_eq!(sql("t", "date('a')->useCurrent()", &old_mysql), "alter table `t` add `a` date not null");
    assert_eq!(sql("t", "uuid('a')", &old_mariadb), "alter table `t` add `a` char(36) not null");
    assert!(sql("t", "renameColumn('a', 'b')", &old_mysql).starts_with("!! "));
}

#[test]
fn timestamps_give_nothing_that_could_be_modified() {
    let mysql = settings(Engine::Mysql, 12);
    let mut blueprint = Blueprint::new("t", span(0, 9));
    let called = blueprint.call("timestamps", &Arguments::default(), span(0, 3), &mysql);
    assert_eq!(called, Ok(Called::Nothing));
    let name = Argument { name: None, value: Value::from("x"), span: span(1, 2) };
    let called = blueprint.call("dropIndex", &Arguments(vec![name]), span(0, 3), &mysql);
    assert!(matches!(called, Ok(Called::Definition(_))));
}
