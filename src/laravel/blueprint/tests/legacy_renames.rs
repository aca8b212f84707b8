//! `renameColumn()` on servers that know no `rename column`, as Laravel 11 to 13 sent it on MariaDB 10.11 told to be 10.4.

use super::recorded::{agrees, rows};
use super::{settings, span, sql_on};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::source::SourceMap;

const RECORDED: &str = include_str!("../../../../fixtures/laravel/legacy-renames.csv");

const TABLE: &str = "
    create table t (id bigint unsigned not null auto_increment primary key,
     s varchar(100) null default 'x' comment 'hi',
     tx text null,
     lt longtext not null,
     b tinyint(1) not null default 0,
     n int unsigned not null default 5,
     i int not null,
     sm smallint not null,
     usm smallint unsigned null,
     mi mediumint not null,
     ti tinyint not null,
     d decimal(8, 2) not null default 0,
     du decimal(10, 4) unsigned null,
     f double not null,
     fl float null,
     dt datetime null,
     dt3 datetime(3) not null,
     ts timestamp null default current_timestamp on update current_timestamp,
     ts0 timestamp not null default current_timestamp,
     day date null,
     y year null,
     c char(36) not null default '',
     e enum('a', 'b') not null default 'a',
     bl blob null,
     vb varbinary(16) null,
     g int as (n + 1) stored,
     v int as (n + 2) virtual,
     z varchar(10) not null default '0',
     q varchar(20) null comment 'it''s') default character set utf8mb4 collate utf8mb4_unicode_ci";

#[test]
fn a_renamed_column_is_declared_anew_on_an_old_server() {
    let mut failures = Vec::new();
    let mut unknown = Vec::new();
    for row in rows(RECORDED).skip(1) {
        let [calls, recorded @ ..] = row.as_slice() else { continue };
        for (major, expected) in [11, 12, 13].into_iter().zip(recorded) {
            let actual = rename(Engine::Mariadb, "10.4", major, calls);
            if actual.contains("is not known") {
                unknown.push(calls.clone());
            } else if !agrees(&actual, expected) {
                failures.push(format!("{major} {calls}\n  laravel: {expected}\n  ours:    {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
    unknown.dedup();
    assert_eq!(unknown, ["renameColumn('g', 'renamed')", "renameColumn('v', 'renamed')"]);
}

#[test]
fn mysql_tells_defaults_bare() {
    let sent = |column: &str| rename(Engine::Mysql, "5.7", 12, &format!("renameColumn('{column}', 'renamed')"));
    assert_eq!(
        sent("s"),
        "alter table `t` change `s` `renamed` varchar(100) collate 'utf8mb4_unicode_ci' null default 'x' comment 'hi'"
    );
    assert_eq!(sent("y"), "alter table `t` change `y` `renamed` year(4) null");
    assert_eq!(sent("ts0"), "alter table `t` change `ts0` `renamed` timestamp not null default CURRENT_TIMESTAMP");
    assert!(sent("missing").ends_with("no migration here defines the column `missing`"));
}

fn rename(engine: Engine, version: &str, major: u8, calls: &str) -> String {
    let mut catalog = Catalog::new(engine);
    let script = crate::sql::read(TABLE, &SourceMap::new(span(0, 1)), engine);
    for change in script.statements.iter().flat_map(|statement| &statement.changes) {
        catalog.apply(&change.what);
    }
    sql_on(&catalog, "t", calls, &Settings { version: version.parse().ok(), ..settings(engine, major) })
}
