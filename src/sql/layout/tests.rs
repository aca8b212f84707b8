//! What the projects of `tests/it/layouts.rs` do not show: odd marks, and that no text makes a reader fail.

use proptest::prelude::*;

use super::{changesets, dbmate, find, goose, sqitch};
use crate::engine::Engine;
use crate::source::Tree;
use crate::sql::Reader;

/// The parts of each migration in a file, as they are sent.
#[track_caller]
fn check(path: &str, text: &str) -> String {
    let tree = Tree::new("/nowhere");
    tree.put(path, text.to_owned());
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let Some(listing) = find(&tree, directory).unwrap() else { return "none".to_owned() };
    let sent = |parts: &[super::Part]| {
        let statements = parts
            .iter()
            .flat_map(|part| part.read(&tree, &mut Reader::new(Engine::Postgresql), &|_| false).unwrap().statements);
        statements.map(|statement| statement.sql).collect::<Vec<_>>().join("; ")
    };
    let lines = listing.migrations.iter().map(|migration| {
        let down = migration.down.as_deref().map_or("-".to_owned(), sent);
        format!("{} | {down}", sent(&migration.up))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_changeset_may_leave_out_lines_and_roll_back_over_several() {
    let text = "\n -- LIQUIBASE formatted SQL\n--changeset a:1\nSELECT 1;\n--ignoreLines:1\nSELECT 2;\n--ignoreLines:start\n\
        SELECT 3;\n--ignoreLines:end\nSELECT 4;\n--rollback DROP TABLE\n--rollback t;\n";
    assert_eq!(check("m/1.sql", text), "SELECT 1; SELECT 4 | DROP TABLE\nt");
    let text = "--liquibase formatted sql\n--changeset a: 1 endDelimiter:GO\nSELECT 1\nGO\nSELECT 'GO'\nGO\n--rollback empty\n";
    assert_eq!(check("m/1.sql", text), "SELECT 1; SELECT 'GO' | ");
}

#[test]
fn placeholders_are_filled_in_whatever_notation_the_sql_stands() {
    let xml = "<databaseChangeLog><property name=\"schema\" value=\"app\"/><changeSet id=\"1\" author=\"a\">\
        <sql>CREATE TABLE ${schema}.t (a int); DROP TABLE ${old};</sql></changeSet></databaseChangeLog>";
    assert_eq!(check("m/changelog.xml", xml), "CREATE TABLE app.t (a int); DROP TABLE old | -");
    let yaml = "databaseChangeLog:\n- property: {name: schema, value: app}\n- changeSet:\n    id: 1\n    author: a\n    changes:\n\
        \x20   - sql: {sql: 'DROP TABLE ${schema}.t'}\n";
    assert_eq!(check("m/changelog.yaml", yaml), "DROP TABLE app.t | -");
}

#[test]
fn what_is_filled_in_is_pointed_at_in_the_changelog() {
    let text = "<databaseChangeLog>\n<changeSet id=\"1\" author=\"a\">\n<sql>DROP TABLE\n    ${old}</sql>\n</changeSet></databaseChangeLog>";
    let tree = Tree::new("/nowhere");
    tree.put("m/changelog.xml", text.to_owned());
    let listing = find(&tree, "m").unwrap().unwrap();
    let script = listing.migrations[0].up[0].read(&tree, &mut Reader::new(Engine::Postgresql), &|_| false).unwrap();
    let shown = |span: crate::source::Span| &text[span.start as usize..span.end as usize];
    assert_eq!(shown(script.problems[0].span), "${old}");
    assert_eq!(shown(script.statements[0].span), "DROP TABLE\n    ${old}");
}

#[test]
fn a_directory_that_is_called_like_a_file_is_told() {
    let tree = Tree::new("/nowhere");
    tree.put("m/1_a.sql", "SELECT 1;".to_owned());
    tree.put("m/2_b.sql/up.txt", String::new());
    let listing = find(&tree, "m").unwrap().unwrap();
    assert_eq!(listing.remarks, ["passed over, because they are directories: `2_b.sql` (in `m`)"]);
}

#[test]
fn a_second_changeset_of_a_name_is_read_as_well() {
    let text = "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--changeset a:1\nSELECT 2;\n";
    assert_eq!(check("m/1.sql", text), "SELECT 1 | -\nSELECT 2 | -");
}

#[test]
fn a_mark_within_a_word_is_none() {
    assert_eq!(goose::sections("-- +goose Upwards\n"), goose::Sections::default());
    assert!(dbmate::blocks("  -- migrate:up\n-- migrate:upgrade\n").is_empty());
    assert_eq!(sqitch::lines("# none\n%project=a\n"), []);
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_fail(text in ".{0,200}", marks in prop::sample::subsequence(MARKS.to_vec(), 0..MARKS.len())) {
        let text = marks.join("\n") + &text;
        for path in ["m/1_a.sql", "m/V1__a.sql", "m/changelog.xml", "m/changelog.yaml", "m/sqitch.plan", "m/1_a/up.sql"] {
            let tree = Tree::new("/nowhere");
            let file = tree.put(path, text.clone());
            let _ = changesets(path, &text);
            let Ok(Some(listing)) = find(&tree, "m") else { continue };
            let parts = listing.migrations.iter().flat_map(|migration| migration.up.iter().chain(migration.down.iter().flatten()));
            for statement in parts.flat_map(|part| part.read(&tree, &mut Reader::new(Engine::Mysql), &|_| false).unwrap().statements) {
                prop_assert!(statement.span.end as usize <= file.text.len());
            }
        }
    }
}

const MARKS: [&str; 14] = [
    "--liquibase formatted sql",
    "--changeset a:1 endDelimiter:/",
    "--rollback ",
    "/* liquibase rollback",
    "*/",
    "--ignoreLines:start",
    "--ignoreLines:2",
    "-- +goose Up",
    "-- +goose Down",
    "-- migrate:up",
    "-- migrate:down",
    "<databaseChangeLog><changeSet id='1'><sql>",
    "databaseChangeLog:",
    "- changeSet: {id: 1, author: a, changes: [{sql: é}]}",
];
