//! What the tables are after each change.

use std::fmt::Write as _;

use insta::assert_snapshot;
use phasewise::answer::Answer;
use phasewise::catalog::{Catalog, Era, Table};
use phasewise::change::{IndexPart, TableName};
use phasewise::engine::Engine;
use phasewise::report::tables;
use phasewise::source::{SourceMap, Tree};
use phasewise::sql;

/// Replays `text` as history, in the catalog of an empty database.
fn replay(engine: Engine, text: &str) -> Catalog {
    let mut catalog = Catalog::new(engine);
    apply(&mut catalog, text);
    catalog
}

fn apply(catalog: &mut Catalog, text: &str) {
    let file = Tree::default().put("test.sql", text.to_owned());
    let map = SourceMap::verbatim(file.id, 0, text.len() as u32);
    for statement in sql::read(text, &map, catalog.engine()).statements {
        statement.changes.iter().for_each(|change| catalog.apply(&change.what));
    }
}

/// The tables, a line for each thing they have.
#[track_caller]
fn check(engine: Engine, text: &str) -> String {
    render(&replay(engine, text))
}

fn render(catalog: &Catalog) -> String {
    let mut out = String::new();
    catalog.tables().for_each(|table| write_table(&mut out, table));
    out
}

fn write_table(out: &mut String, table: &Table) {
    let partly = if table.is_partial { " (partly known)" } else { "" };
    writeln!(out, "{}{partly}", table.name).unwrap();
    for column in &table.columns {
        let column = &column.definition;
        let null = if column.is_nullable { "null" } else { "not null" };
        writeln!(out, "  {} {} {null} {:?}", column.name, column.column_type, column.default).unwrap();
    }
    if !table.primary_key.is_empty() {
        writeln!(out, "  primary key {}", table.primary_key.join(", ")).unwrap();
    }
    for index in &table.indexes {
        let parts: Vec<String> = index
            .definition
            .parts
            .iter()
            .map(|part| match part {
                IndexPart::Column { name, .. } => name.clone(),
                IndexPart::Expression(text) => format!("({text})"),
            })
            .collect();
        let unique = if index.definition.is_unique { "unique " } else { "" };
        let constraint = if index.is_constraint { " constraint" } else { "" };
        writeln!(out, "  {unique}index {}: {}{constraint}", index.name, parts.join(", ")).unwrap();
    }
    for key in &table.foreign_keys {
        let valid = if key.is_valid { "" } else { " not valid" };
        let definition = &key.definition;
        let (from, to) = (definition.columns.join(", "), definition.to_columns.join(", "));
        writeln!(out, "  foreign key {}: {from} -> {}({to}){valid}", key.name, definition.to_table).unwrap();
    }
    for check in &table.checks {
        let valid = if check.is_valid { "" } else { " not valid" };
        writeln!(out, "  check {}: {}{valid}", check.name, check.condition).unwrap();
    }
}

#[test]
fn postgresql_names_what_the_statement_does_not() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, age int CHECK (age > 0));
         CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, CHECK (id > user_id));
         CREATE INDEX ON posts (user_id);
         CREATE INDEX ON posts (lower(title));"
    ), @r#"
    posts
      id bigint not null None
      user_id bigint null None
      primary key id
      index posts_user_id_idx: user_id
      index posts_lower_idx: (lower(title))
      foreign key posts_user_id_fkey: user_id -> users(id)
      check posts_check: id > user_id
    users
      id bigserial not null None
      email text not null None
      age int null None
      primary key id
      unique index users_email_key: email constraint
      check users_age_check: age > 0
    "#);
}

#[test]
fn mysql_names_what_the_statement_does_not() {
    assert_snapshot!(check(
        Engine::Mysql,
        "CREATE TABLE users (id bigint unsigned AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL, KEY (email), UNIQUE (email));
         CREATE TABLE posts (id int PRIMARY KEY, user_id bigint unsigned, FOREIGN KEY (user_id) REFERENCES users (id));"
    ), @r#"
    posts
      id int not null None
      user_id bigint unsigned null None
      primary key id
      index user_id: user_id
      foreign key posts_ibfk_1: user_id -> users(id)
    users
      id bigint unsigned not null None
      email varchar(100) not null None
      primary key id
      index email: email
      unique index email_2: email constraint
    "#);
}

#[test]
fn postgresql_drops_what_stands_on_a_column_with_it() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE t (a int, b int, c int REFERENCES t2, PRIMARY KEY (a, b), UNIQUE (b, c), CHECK (c > 0));
         CREATE INDEX i ON t (c) INCLUDE (b);
         CREATE INDEX j ON t (a);
         ALTER TABLE t DROP COLUMN b, DROP COLUMN c;"
    ), @r#"
    t
      a int not null None
      index j: a
    "#);
}

#[test]
fn mysql_takes_a_dropped_column_out_of_its_indexes() {
    assert_snapshot!(check(
        Engine::Mysql,
        "CREATE TABLE t (a int, b int, c int, PRIMARY KEY (a, b), KEY bc (b, c), KEY b (b));
         ALTER TABLE t DROP COLUMN b;"
    ), @r#"
    t
      a int not null None
      c int null None
      primary key a
      index bc: c
    "#);
}

#[test]
fn a_rename_reaches_all_that_refers_to_it() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE users (id int PRIMARY KEY, mail text UNIQUE);
         CREATE TABLE posts (user_id int REFERENCES users (id));
         ALTER TABLE users RENAME TO people;
         ALTER TABLE people RENAME COLUMN id TO key;
         ALTER TABLE people RENAME mail TO email;"
    ), @r#"
    people
      key int not null None
      email text null None
      primary key key
      unique index users_mail_key: email constraint
    posts
      user_id int null None
      foreign key posts_user_id_fkey: user_id -> people(key)
    "#);
}

#[test]
fn modify_forgets_what_it_does_not_repeat() {
    assert_snapshot!(check(
        Engine::Mysql,
        "CREATE TABLE t (a int NOT NULL DEFAULT 5, b varchar(10) NOT NULL DEFAULT 'x');
         ALTER TABLE t MODIFY a bigint, CHANGE b c varchar(20) NOT NULL;"
    ), @r#"
    t
      a bigint null None
      c varchar(20) not null None
    "#);
}

#[test]
fn postgresql_changes_one_thing_of_a_column() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE t (a int NOT NULL DEFAULT 5);
         ALTER TABLE t ALTER a TYPE bigint, ALTER a DROP NOT NULL;
         ALTER TABLE t ADD CONSTRAINT a_set CHECK (a IS NOT NULL) NOT VALID;
         ALTER TABLE t VALIDATE CONSTRAINT a_set;
         ALTER TABLE t ALTER a DROP DEFAULT;"
    ), @r#"
    t
      a bigint null None
      check a_set: a IS NOT NULL
    "#);
}

#[test]
fn an_index_becomes_a_constraint() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE t (a int, b int);
         CREATE UNIQUE INDEX CONCURRENTLY a_once ON t (a);
         CREATE UNIQUE INDEX key ON t (b);
         ALTER TABLE t ADD CONSTRAINT t_a_unique UNIQUE USING INDEX a_once;
         ALTER TABLE t ADD PRIMARY KEY USING INDEX key;"
    ), @r#"
    t
      a int null None
      b int not null None
      primary key b
      unique index t_a_unique: a constraint
    "#);
}

#[test]
fn a_table_that_no_migration_made_is_partly_known() {
    assert_snapshot!(check(Engine::Mysql, "ALTER TABLE legacy ADD COLUMN a int;"), @r#"
    legacy (partly known)
      a int null None
    "#);
}

#[test]
fn what_is_not_known_is_neither_there_nor_absent() {
    let table = |name: &str| TableName::new(name);
    let mut catalog = replay(Engine::Postgresql, "CREATE TABLE t (a int); CREATE TABLE gone (a int); DROP TABLE gone;");
    assert_eq!(catalog.has_table(&table("other")), Answer::No);
    assert_eq!(catalog.has_column(&table("t"), "b"), Answer::No);
    apply(&mut catalog, "DO $$ BEGIN EXECUTE format('ALTER TABLE %I ADD b int', name); END $$;");
    assert_eq!(catalog.has_table(&table("other")), Answer::Unknown);
    assert_eq!(catalog.has_column(&table("t"), "a"), Answer::Yes);
    assert_eq!(catalog.has_column(&table("t"), "b"), Answer::Unknown);
}

#[test]
fn in_use_is_what_stood_before_the_batch() {
    let table = |name: &str| TableName::new(name);
    let mut catalog = replay(Engine::Mysql, "CREATE TABLE old (a int);");
    catalog.begin_batch();
    apply(&mut catalog, "CREATE TABLE new (a int); ALTER TABLE old ADD b int; RENAME TABLE old TO older;");
    assert_eq!(catalog.is_in_use(&table("new")), Answer::No);
    assert_eq!(catalog.is_in_use(&table("older")), Answer::Yes);
    assert_eq!(catalog.is_in_use(&table("old")), Answer::No, "it goes by another name now");
    assert_eq!(catalog.is_column_in_use(&table("older"), "a"), Answer::Yes);
    assert_eq!(catalog.is_column_in_use(&table("older"), "b"), Answer::No);
    assert_eq!(catalog.is_in_use(&table("of_a_package")), Answer::Yes, "it must have been made elsewhere");
    catalog.enter(Era::History);
    apply(&mut catalog, "CREATE TABLE merged (a int);");
    assert_eq!(catalog.is_in_use(&table("merged")), Answer::Yes, "it ran in an earlier deploy");
    catalog.begin_batch();
    assert_eq!(catalog.is_in_use(&table("new")), Answer::Yes);
}

/// What `schema` prints makes the same tables again.
#[test]
fn a_printed_schema_reads_back() {
    let cases = [
        (
            Engine::Postgresql,
            "CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, age int DEFAULT 5 CHECK (age > 0),
             at timestamp(3) with time zone DEFAULT now(), doubled int GENERATED ALWAYS AS (age * 2) STORED);
             CREATE TABLE posts (id int PRIMARY KEY, user_id bigint NOT NULL, title text);
             ALTER TABLE posts ADD CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE NOT VALID;
             CREATE INDEX posts_title ON posts USING gin (title) WHERE title IS NOT NULL;
             CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('ok', 'it''s'); CREATE TYPE app.pair AS (a int, b varchar(9));
             CREATE DOMAIN age AS int DEFAULT 5 NOT NULL CONSTRAINT grown CHECK (VALUE > 17);
             CREATE SEQUENCE tickets OWNED BY posts.title; CREATE SEQUENCE app.free;
             CREATE VIEW b AS SELECT id FROM users; CREATE VIEW a AS SELECT id FROM b JOIN app.c ON true;
             CREATE MATERIALIZED VIEW app.c AS SELECT count(*) AS n FROM b, posts WITH NO DATA;",
        ),
        (
            Engine::Mysql,
            "CREATE TABLE users (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(80) NOT NULL COMMENT 'it''s',
             kind enum('a','b') NOT NULL DEFAULT 'a', at timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
             bio text, UNIQUE KEY once (email), FULLTEXT KEY words (bio), KEY half (bio(10))) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
             CREATE TABLE posts (id int NOT NULL PRIMARY KEY, user_id bigint unsigned, CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id));",
        ),
    ];
    for (engine, text) in cases {
        let catalog = replay(engine, text);
        let mut printed = Vec::new();
        tables::write(&mut printed, &catalog).unwrap();
        let printed = String::from_utf8(printed).unwrap();
        assert_eq!(check(engine, &printed), render(&catalog), "{printed}");
        let objects = |catalog: &Catalog| catalog.objects().cloned().collect::<Vec<_>>();
        assert_eq!(objects(&replay(engine, &printed)), objects(&catalog), "{printed}");
    }
}

#[test]
fn a_partition_takes_after_its_table_and_goes_with_it() {
    let text = "CREATE TABLE logs (id bigint NOT NULL, at date DEFAULT now(), CHECK (id > 0)) PARTITION BY RANGE (at);
         CREATE INDEX logs_at ON logs (at);
         CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
         CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
         ALTER TABLE logs ADD COLUMN note text, ALTER COLUMN at SET NOT NULL;
         ALTER TABLE logs ALTER COLUMN note TYPE varchar(80);
         CREATE INDEX ON logs (note);
         DROP INDEX logs_at;
         DROP TABLE logs_rest;";
    let mut catalog = replay(Engine::Postgresql, text);
    assert_snapshot!(render(&catalog), @r#"
    logs
      id bigint not null None
      at date not null CurrentTimestamp("now()")
      note varchar(80) null None
      index logs_note_idx: note
      check logs_id_check: id > 0
    logs_1
      id bigint not null None
      at date not null CurrentTimestamp("now()")
      note varchar(80) null None
      index logs_1_note_idx: note
      check logs_id_check: id > 0
    "#);
    apply(&mut catalog, "DROP TABLE logs;");
    assert_eq!(catalog.tables().count(), 0);
}

#[test]
fn like_copies_what_it_says() {
    assert_snapshot!(check(
        Engine::Postgresql,
        "CREATE TABLE a (id serial PRIMARY KEY, n int DEFAULT 5 CHECK (n > 0), m int UNIQUE);
         CREATE TABLE b (LIKE a);
         CREATE TABLE c (first int, LIKE a INCLUDING ALL EXCLUDING CONSTRAINTS, last int);
         CREATE TABLE d (LIKE legacy INCLUDING DEFAULTS);
         CREATE TABLE e (n int NOT NULL, extra int) INHERITS (a);"
    ), @r#"
    a
      id serial not null None
      n int null Literal("5")
      m int null None
      primary key id
      unique index a_m_key: m constraint
      check a_n_check: n > 0
    b
      id int not null None
      n int null None
      m int null None
    c
      first int null None
      id serial not null None
      n int null Literal("5")
      m int null None
      last int null None
      primary key id
      unique index c_m_key: m constraint
    d (partly known)
    e
      id serial not null None
      n int not null Literal("5")
      m int null None
      extra int null None
      check a_n_check: n > 0
    "#);
}

#[test]
fn mysql_copies_a_table_whole() {
    assert_snapshot!(check(
        Engine::Mysql,
        "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, n int DEFAULT 5, KEY numbers (n));
         CREATE TABLE b LIKE a;"
    ), @r#"
    a
      id int not null None
      n int null Literal("5")
      primary key id
      index numbers: n
    b
      id int not null None
      n int null Literal("5")
      primary key id
      index numbers: n
    "#);
}
