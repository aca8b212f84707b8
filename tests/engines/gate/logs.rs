//! Each runner's table, made as the runner makes it, on each engine that it knows.

use phasewise::gate::log::Standing::{self, Edited, HalfWay, Pending, Ran};
use phasewise::gate::log::{Entry, Log, MigrationFile, Runner, State};
use phasewise::sql::layout::Layout;

use super::{open, prepare};
use crate::Test;
use crate::availability::Outcome;
use crate::server::{Engine, Servers};
use crate::sqlite::Sqlite;

pub(super) const TESTS: &[Test] = &[
    ("logs_are_read_from_postgres", |servers| check_server(servers, Engine::Postgres)),
    ("logs_are_read_from_mariadb", |servers| check_server(servers, Engine::MariaDb)),
    ("logs_are_read_from_sqlite", check_sqlite),
];

/// A runner, the statements that it sent, and what is to be read of them.
struct Case {
    runner: fn() -> Runner,
    /// `BYTES`, `TIME` and `BOOL` stand for the engine's types.
    script: &'static str,
    /// Names, and where they stand.
    expected: &'static [(&'static str, &'static str, Standing)],
    /// The entries that no file of these has.
    left: &'static [&'static str],
}

const CASES: &[Case] = &[
        Case {
            runner: || Runner::laravel("app_migrations"),
            script: "create table app_migrations (id int, migration varchar(255) not null, batch int not null);
                insert into app_migrations values (1, '2024_01_01_000000_create_users', 1), (2, '2024_02_01_000000_gone', 2);",
            expected: &[
                ("2024_01_01_000000_create_users", "", Ran),
                ("2024_03_01_000000_add_age", "", Pending),
            ],
            left: &["2024_02_01_000000_gone"],
        },
        Case {
            runner: || Runner::of(Layout::Flyway).unwrap(),
            script: "create table flyway_schema_history (installed_rank int not null primary key, version varchar(50),
                    description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null,
                    checksum int, installed_by varchar(100) not null, installed_on TIME, execution_time int not null,
                    success BOOL not null);
                insert into flyway_schema_history
                    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                values (1, null, '<< Flyway Schema Creation >>', 'SCHEMA', '\"shop\"', null, 'app', 0, TRUE),
                    (2, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', null, 'app', 0, TRUE),
                    (3, '2', 'users', 'SQL', 'V2__users.sql', -873187034, 'app', 3, TRUE),
                    (4, '3', 'orders', 'SQL', 'V3__orders.sql', 5, 'app', 3, TRUE),
                    (5, '4', 'undone', 'SQL', 'V4__undone.sql', 5, 'app', 3, TRUE),
                    (6, '4', 'undone', 'UNDO_SQL', 'U4__undone.sql', 5, 'app', 3, TRUE),
                    (7, null, 'seen users', 'SQL', 'R__seen_users.sql', 5, 'app', 3, TRUE),
                    (8, '5', 'broken', 'SQL', 'V5__broken.sql', -873187034, 'app', 3, FALSE),
                    (9, '6', 'removed', 'SQL', 'V6__removed.sql', 5, 'app', 3, TRUE);",
            expected: &[
                ("V0_9__before", "", Ran),
                // Its CRC-32 is cbf43926.
                ("V2__users", "123456789", Ran),
                ("V3__orders", "123456789", Edited),
                ("V4__undone", "", Pending),
                ("V5__broken", "123456789", HalfWay),
                ("R__seen_users", "123456789", Pending),
                ("R__new", "", Pending),
                ("V7__new", "", Pending),
            ],
            left: &["6 removed"],
        },
        Case {
            runner: || Runner::of(Layout::GolangMigrate).unwrap(),
            script: "create table schema_migrations (version bigint not null primary key, dirty BOOL not null);
                insert into schema_migrations values (2, TRUE);",
            expected: &[("000001_a", "", Ran), ("000002_b", "", HalfWay), ("000003_c", "", Pending)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Dbmate).unwrap().with_table("dbmate_migrations"),
            script: "create table dbmate_migrations (version varchar(128) primary key);
                insert into dbmate_migrations values ('20240101000000'), ('20230101000000');",
            expected: &[("20240101000000_users", "", Ran), ("20240201000000_orders", "", Pending)],
            left: &["20230101000000"],
        },
        Case {
            runner: || Runner::of(Layout::Goose).unwrap(),
            script: "create table goose_db_version (id int not null primary key, version_id bigint not null,
                    is_applied BOOL not null, tstamp TIME);
                insert into goose_db_version (id, version_id, is_applied) values
                    (1, 0, TRUE), (2, 1, TRUE), (3, 2, TRUE), (4, 2, FALSE), (5, 3, TRUE), (6, 3, FALSE), (7, 3, TRUE);",
            expected: &[("00001_a", "", Ran), ("00002_b", "", Pending), ("00003_c", "", Ran)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Sqlx).unwrap(),
            // SHA-384 of `abc` (FIPS 180-2, appendix D.1).
            script: "create table _sqlx_migrations (version bigint primary key, description varchar(255) not null,
                    installed_on TIME, success BOOL not null, checksum BYTES not null, execution_time bigint not null);
                insert into _sqlx_migrations (version, description, success, checksum, execution_time) values
                    (1, 'a', TRUE, HEX'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7', 1),
                    (2, 'b', FALSE, HEX'00', -1);",
            expected: &[("0001_a", "abc", Ran), ("1_a", "abd", Edited), ("2_b", "abc", HalfWay), ("3_c", "", Pending)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Diesel).unwrap(),
            script: "create table __diesel_schema_migrations (version varchar(50) not null primary key, run_on TIME);
                insert into __diesel_schema_migrations (version) values ('20240102030405');",
            expected: &[("2024-01-02-030405_users", "", Ran), ("2024-02-02-030405_orders", "", Pending)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Refinery).unwrap(),
            script: "create table refinery_schema_history (version int primary key, name varchar(255),
                    applied_on varchar(255), checksum varchar(255));
                insert into refinery_schema_history values (1, 'initial', '', '5');",
            expected: &[("V1__initial", "select 1", Edited), ("V2__more", "", Pending)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Prisma).unwrap(),
            // SHA-256 of `abc` (FIPS 180-2, appendix B.1).
            script: "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,
                    finished_at TIME, migration_name varchar(255) not null, logs text, rolled_back_at TIME,
                    started_at TIME, applied_steps_count int not null default 0);
                insert into _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at, started_at) values
                    ('1', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', '2024-01-01 00:00:00', '1_a', null, '2024-01-01 00:00:00'),
                    ('2', '', null, '2_b', '2024-01-02 00:00:00', '2024-01-01 00:00:01'),
                    ('3', '', null, '3_c', '2024-01-02 00:00:00', '2024-01-01 00:00:02'),
                    ('4', '', null, '3_c', null, '2024-01-01 00:00:03');",
            expected: &[("1_a", "abc", Ran), ("2_b", "abc", Pending), ("3_c", "abc", HalfWay), ("4_d", "", Pending)],
            left: &[],
        },
        Case {
            runner: || Runner::of(Layout::Liquibase).unwrap().with_table("DATABASECHANGELOG"),
            script: "create table DATABASECHANGELOG (ID varchar(255), AUTHOR varchar(255), FILENAME varchar(255),
                    ORDEREXECUTED int, EXECTYPE varchar(10), MD5SUM varchar(35));
                insert into DATABASECHANGELOG values ('1', 'ann', 'db/users.sql', 1, 'EXECUTED', null);",
            expected: &[("db/users.sql::1::ann", "", Ran), ("db/users.sql::2::ann", "", Pending)],
            left: &[],
        },
];

impl Case {
    fn script(&self, engine: phasewise::engine::Engine) -> String {
        let is_postgres = engine == phasewise::engine::Engine::Postgresql;
        let (bytes, hexadecimal) = if is_postgres { ("bytea", "'\\x") } else { ("blob", "x'") };
        // PostgreSQL's names without quotes are in lower case, as is that by which the table is asked for.
        let table = if is_postgres { "\"DATABASECHANGELOG\"" } else { "DATABASECHANGELOG" };
        let script = self.script.replace("BYTES", bytes).replace("HEX'", hexadecimal);
        script.replace("BOOL", "boolean").replace("TIME", "timestamp null").replace("DATABASECHANGELOG", table)
    }

    #[track_caller]
    fn check(&self, url: &str) {
        let runner = (self.runner)();
        let name = runner.name();
        let log = Log::read(&mut open(url), &runner).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(log.is_there, "{name}");
        let file = |(name, text): (&'static str, &'static str)| MigrationFile {
            name,
            text: Some(text),
            runs_again: name.starts_with("R__"),
        };
        for (migration, text, standing) in self.expected {
            assert_eq!(log.state_of(&file((migration, text))), *standing, "{name}: {migration}");
        }
        let files = self.expected.iter().map(|(name, text, _)| file((name, text)));
        let left: Vec<&str> = log.without_file(files).into_iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(left, self.left, "{name}");
    }
}

/// Without its table there is an empty log.
#[track_caller]
fn check_absent(url: &str) {
    for case in CASES {
        let log = Log::read(&mut open(url), &(case.runner)()).unwrap();
        assert!(!log.is_there && log.entries.is_empty(), "{}", log.runner.name());
        assert_eq!(log.state_of(&MigrationFile { name: "1_a", text: None, runs_again: false }), Standing::Pending);
    }
}

fn check_server(servers: &Servers, engine: Engine) -> Outcome {
    let database = servers.database(engine)?;
    check_absent(&database.url());
    for case in CASES {
        prepare(&database, &case.script(engine.as_phasewise()));
        case.check(&database.url());
    }
    let laravel = Log::read(&mut open(&database.url()), &Runner::laravel("app_migrations")).unwrap();
    let batches: Vec<(&str, Option<i64>, State)> =
        laravel.entries.iter().map(|Entry { name, batch, state, .. }| (name.as_str(), *batch, *state)).collect();
    assert_eq!(
        batches,
        [("2024_01_01_000000_create_users", Some(1), State::Done), ("2024_02_01_000000_gone", Some(2), State::Done)]
    );
    if engine == Engine::Postgres {
        prepare(&database, "create schema app; create table app.migrations (migration text, batch int)");
        let log = Log::read(&mut open(&database.url()), &Runner::laravel("app.migrations")).unwrap();
        assert!(log.is_there && log.entries.is_empty());
    }
    Ok(())
}

fn check_sqlite(_: &Servers) -> Outcome {
    let sqlite = Sqlite::of(None)?;
    let file = sqlite.file("shop.sqlite");
    let url = format!("sqlite:{}", file.display());
    std::fs::write(&file, "").unwrap();
    check_absent(&url);
    for case in CASES {
        sqlite.session(&file).execute(&case.script(phasewise::engine::Engine::Sqlite)).unwrap();
        case.check(&url);
    }
    Ok(())
}
