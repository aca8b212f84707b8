//! The tables as the live database has them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use phasewise::gate::schema::{ConstraintKind, LiveSchema, LiveTable};

use super::{open, prepare};
use crate::Test;
use crate::availability::Outcome;
use crate::server::{Engine, Servers};
use crate::sqlite::Sqlite;

pub(super) const TESTS: &[Test] = &[
    ("the_schema_of_postgres_is_read", the_schema_of_postgres_is_read),
    ("the_schema_of_mariadb_is_read", the_schema_of_mariadb_is_read),
    ("the_schema_of_sqlite_is_read", the_schema_of_sqlite_is_read),
    ("a_thousand_tables_of_postgres_are_read_at_once", |servers| a_thousand_tables(servers, Engine::Postgres)),
    ("a_thousand_tables_of_mariadb_are_read_at_once", |servers| a_thousand_tables(servers, Engine::MariaDb)),
];

/// A table in words, a line each for columns, indexes and constraints.
fn words(table: &LiveTable) -> String {
    let mut text = String::new();
    let flag = |is_so: bool, word: &str| if is_so { format!(" {word}") } else { String::new() };
    for column in &table.columns {
        let flags = flag(!column.is_nullable, "required")
            + &flag(column.has_default, "default")
            + &flag(column.is_generated, "generated")
            + &flag(column.is_identity, "numbered");
        writeln!(text, "{} {}{flags}", column.name, column.type_name).unwrap();
    }
    for index in &table.indexes {
        let flags = flag(index.is_unique, "unique")
            + &flag(index.is_primary, "primary")
            + &flag(index.is_partial, "partial")
            + &flag(!index.is_valid, "invalid");
        writeln!(text, "index {} ({}){flags}", index.name, index.columns.join(", ")).unwrap();
    }
    for constraint in &table.constraints {
        let to = constraint.references.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
        let clause = constraint.clause.as_ref().map(|clause| format!(" {clause}")).unwrap_or_default();
        let columns = constraint.columns.join(", ");
        let flags = flag(!constraint.is_validated, "not validated");
        writeln!(text, "{:?} {} ({columns}){to}{clause}{flags}", constraint.kind, constraint.name).unwrap();
    }
    text
}

fn the_schema_of_postgres_is_read(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    prepare(
        &database,
        "create table users (id bigserial primary key, number int generated always as identity,
            \"Name\" varchar(40) not null, code text default 'x', twice int generated always as (id * 2) stored);
        create unique index users_name on users (lower(\"Name\"), code) include (id) where id > 5;
        create table orders (id int not null, user_id bigint references users, part int,
            constraint orders_part check (part > 0), unique (part, id));
        alter table orders add constraint orders_id check (id > 0) not valid;
        insert into orders values (1, null, 1), (1, null, 2);
        create view seen as select id from users;
        create schema billing; create table billing.bills (id int); create table public.bills (sum int);",
    );
    let build = database.run("create unique index concurrently orders_once on orders (id)");
    assert!(!build.ok, "it has duplicates");
    let schema = LiveSchema::read(&mut open(&database.url())).unwrap();
    assert_eq!(
        words(schema.table("users").unwrap()),
        "id bigint required default\nnumber integer required numbered\nName character varying(40) required\n\
        code text default\ntwice integer generated\n\
        index users_pkey (id) unique primary\nindex users_name (lower(\"Name\"::text), code) unique partial\n\
        Primary users_pkey (id)\n"
    );
    let orders = schema.table("public.orders").unwrap();
    assert_eq!(
        words(orders),
        "id integer required\nuser_id bigint\npart integer\n\
        index orders_part_id_key (part, id) unique\nindex orders_once (id) unique invalid\n\
        Check orders_part (part) CHECK ((part > 0))\nUnique orders_part_id_key (part, id)\n\
        Foreign orders_user_id_fkey (user_id) to users\nCheck orders_id (id) CHECK ((id > 0)) NOT VALID not validated\n"
    );
    assert!(schema.table("seen").unwrap().is_view);
    assert!(schema.table("Users").is_none() && schema.table("users").unwrap().column("name").is_none());
    assert!(schema.table("billing.bills").is_none(), "it is not in the search path");
    let both = format!("{}?search_path=billing,public", database.url());
    let schema = LiveSchema::read(&mut open(&both)).unwrap();
    assert!(schema.table("bills").unwrap().column("id").is_some(), "the path's first");
    assert!(schema.table("public.bills").unwrap().column("sum").is_some());
    Ok(())
}

fn the_schema_of_mariadb_is_read(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    prepare(
        &database,
        "create table users (id bigint unsigned auto_increment primary key, `Name` varchar(40) not null,
            code text default 'x', word varchar(9) default 'NULL', settings json, times int,
            twice int as (times * 2) stored, half int as (times / 2) virtual, at timestamp null, unique users_name (`Name`, code(10)));
        create table orders (id int not null, user_id bigint unsigned, part int, constraint orders_part check (part > 0),
            constraint orders_user foreign key (user_id) references users (id), key orders_both (part, id));
        create view seen as select id from users;",
    );
    let schema = LiveSchema::read(&mut open(&database.url())).unwrap();
    let users = schema.table("users").unwrap();
    assert_eq!(
        words(users),
        "id bigint(20) unsigned required numbered\nName varchar(40) required\ncode text default\n\
        word varchar(9) default\nsettings longtext\ntimes int(11)\ntwice int(11) generated\nhalf int(11) generated\nat timestamp\n\
        index PRIMARY (id) unique primary\nindex users_name (Name, code) unique\n\
        Primary PRIMARY (id)\nUnique users_name (Name, code)\nCheck settings (settings) json_valid(`settings`)\n"
    );
    assert_eq!(
        words(schema.table("orders").unwrap()),
        "id int(11) required\nuser_id bigint(20) unsigned\npart int(11)\n\
        index orders_both (part, id)\nindex orders_user (user_id)\n\
        Foreign orders_user (user_id) to users\nCheck orders_part () `part` > 0\n"
    );
    assert!(schema.table("seen").unwrap().is_view);
    assert!(users.column("name").is_some(), "columns are compared without case");
    assert!(schema.table("Users").is_none(), "tables with it, on a disk that tells it apart");
    assert_eq!(users.constraint("settings").unwrap().kind, ConstraintKind::Check);
    Ok(())
}

fn the_schema_of_sqlite_is_read(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let file = sqlite.file("shop.sqlite");
    sqlite
        .session(&file)
        .execute(
            "create table users (id integer primary key autoincrement, \"Name\" varchar(40) not null,
                code text default 'x', twice int generated always as (id * 2) stored, unique (\"Name\", code));
            create unique index users_code on users (lower(code)) where id > 5;
            create table orders (id int, part int, user_id integer references users (id), other integer,
                primary key (id, part), foreign key (user_id, other) references users (\"Name\", code));
            create view seen as select id from users;",
        )
        .unwrap();
    let schema = LiveSchema::read(&mut open(&format!("sqlite:{}", file.display()))).unwrap();
    assert_eq!(
        words(schema.table("USERS").unwrap()),
        "id INTEGER numbered\nName varchar(40) required\ncode TEXT default\ntwice INT generated\n\
        index users_code ((expression)) unique partial\nindex sqlite_autoindex_users_1 (Name, code) unique\n\
        Primary  (id)\nUnique sqlite_autoindex_users_1 (Name, code)\n"
    );
    assert_eq!(
        words(schema.table("orders").unwrap()),
        "id INT\npart INT\nuser_id INTEGER\nother INTEGER\n\
        index sqlite_autoindex_orders_1 (id, part) unique primary\n\
        Primary  (id, part)\nForeign  (user_id, other) to users\nForeign  (user_id) to users\n"
    );
    assert!(schema.table("seen").unwrap().is_view && schema.table("sqlite_sequence").is_none());
    Ok(())
}

/// The limit leaves room for a machine that does other things at the same time.
fn a_thousand_tables(servers: &Servers, engine: Engine) -> Outcome {
    let database = servers.database(engine)?;
    let number = if engine == Engine::Postgres { "bigserial" } else { "bigint auto_increment" };
    let mut script = String::new();
    for at in 0..1000 {
        write!(
            script,
            "create table t{at} (id {number} primary key, name varchar(40) not null, code varchar(20) default 'x',
                parent int, at timestamp null, unique (code));"
        )
        .unwrap();
    }
    let answer = database.run_file(script.as_bytes());
    assert!(answer.ok, "{}", answer.stderr);
    let mut session = open(&database.url());
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        let schema = LiveSchema::read(&mut session).unwrap();
        fastest = fastest.min(start.elapsed());
        assert_eq!(schema.tables.len(), 1000);
        assert_eq!(words(schema.table("t999").unwrap()).lines().count(), 9);
    }
    eprintln!("{engine:?}: 1,000 tables in {fastest:?}");
    assert!(fastest < Duration::from_secs(2), "{fastest:?}");
    Ok(())
}
