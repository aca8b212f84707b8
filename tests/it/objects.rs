//! Objects beside tables after changes: each case is a history, and what is asked of it.

use phasewise::answer::Answer;
use phasewise::catalog::Catalog;
use phasewise::change::{
    AlterObject, CreateObject, Definition, DropObject, Object, ObjectAction, ObjectKind, SchemaChange, TableName,
    TableSetting, Trigger, TriggerEvent, TriggerTiming, ValuePlace, ViewQuery,
};
use phasewise::engine::Engine;
use phasewise::source::{SourceMap, Tree};

pub(super) fn name(name: &str) -> TableName {
    TableName::new(name)
}

/// The catalog after this SQL of tables.
pub(super) fn tables(engine: Engine, text: &str) -> Catalog {
    let mut catalog = Catalog::new(engine);
    sql(&mut catalog, text);
    catalog
}

fn sql(catalog: &mut Catalog, text: &str) {
    let file = Tree::default().put("test.sql", text.to_owned());
    let script = phasewise::sql::read(text, &SourceMap::verbatim(file.id, 0, text.len() as u32), catalog.engine());
    script.statements.iter().for_each(|statement| catalog.apply_statement(statement));
}

fn create(kind: ObjectKind, called: &str, definition: Definition) -> CreateObject {
    CreateObject {
        object: Object::new(kind, name(called)),
        definition,
        replaces: false,
        if_not_exists: false,
        is_temporary: false,
    }
}

pub(super) fn view(called: &str, text: &str, reads: &[&str]) -> SchemaChange {
    let reads = reads.iter().map(|table| name(table)).collect();
    let query = ViewQuery { text: text.to_owned(), reads, is_partial: false };
    SchemaChange::CreateObject(create(ObjectKind::View, called, Definition::View(query)))
}

fn trigger(called: &str, table: &str) -> SchemaChange {
    let definition = Definition::Trigger(Trigger {
        timing: TriggerTiming::After,
        events: vec![TriggerEvent::Insert],
        columns: Vec::new(),
        function: None,
    });
    let mut create = create(ObjectKind::Trigger, called, definition);
    create.object.table = Some(name(table));
    SchemaChange::CreateObject(create)
}

pub(super) fn drop(kind: ObjectKind, called: &str) -> SchemaChange {
    let object = Object::new(kind, name(called));
    SchemaChange::DropObject(DropObject { object, if_exists: false, cascade: false })
}

pub(super) fn alter(kind: ObjectKind, called: &str, action: ObjectAction) -> SchemaChange {
    SchemaChange::AlterObject(AlterObject { object: Object::new(kind, name(called)), if_exists: false, action })
}

fn views_on(catalog: &Catalog, table: &str) -> Vec<String> {
    catalog.views_on(&name(table)).iter().map(|view| view.object.name.to_string()).collect()
}

#[test]
fn a_view_is_no_table_nor_the_reverse() {
    let mut catalog = tables(Engine::Mysql, "CREATE TABLE users (id int); RENAME TABLE users TO people;");
    catalog.apply(&view("users", "SELECT id FROM people", &["people"]));
    assert_eq!(catalog.has_view(&name("users")), Answer::Yes);
    assert_eq!(catalog.has_table(&name("users")), Answer::No);
    assert_eq!(catalog.has_view(&name("people")), Answer::No);
    catalog.apply(&drop(ObjectKind::View, "users"));
    assert_eq!(catalog.has_view(&name("users")), Answer::No);
    assert_eq!(catalog.has_table(&name("people")), Answer::Yes);
}

#[test]
fn a_column_or_an_index_of_a_view_makes_no_table_of_it() {
    let mut catalog = tables(Engine::Postgresql, "CREATE TABLE users (id int);");
    catalog.apply(&view("v", "SELECT id FROM users", &["users"]));
    sql(&mut catalog, "ALTER TABLE v ALTER id SET DEFAULT 1; CREATE INDEX v_id ON v (id); ALTER TABLE v RENAME TO w;");
    assert_eq!(catalog.has_table(&name("v")), Answer::No);
    assert_eq!(catalog.has_view(&name("v")), Answer::No);
    assert_eq!(catalog.has_view(&name("w")), Answer::Yes);
}

#[test]
fn views_read_tables_through_views() {
    let mut catalog = tables(Engine::Postgresql, "CREATE TABLE users (id int, mail text);");
    catalog.apply(&view("active", "SELECT id FROM users", &["users"]));
    catalog.apply(&view("counted", "SELECT count(*) FROM active", &["active"]));
    assert_eq!(views_on(&catalog, "users"), ["active", "counted"]);
    assert_eq!(catalog.view_depends(&name("users"), "id"), Answer::Yes);
    assert_eq!(catalog.view_depends(&name("users"), "mail"), Answer::No);
    sql(&mut catalog, "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME id TO key;");
    assert_eq!(views_on(&catalog, "people"), ["active", "counted"]);
    assert_eq!(catalog.view_depends(&name("people"), "key"), Answer::Yes);
    sql(&mut catalog, "ALTER TABLE people DROP COLUMN key CASCADE;");
    assert_eq!(catalog.has_view(&name("counted")), Answer::No);
}

/// `*` is written out when a view is made; SQLite alone looks anew each time.
#[test]
fn all_columns_are_those_that_stood_when_the_view_was_made() {
    for (engine, expected) in
        [(Engine::Postgresql, Answer::No), (Engine::Mysql, Answer::No), (Engine::Sqlite, Answer::Yes)]
    {
        let mut catalog = tables(engine, "CREATE TABLE orders (id INT, total INT);");
        catalog.apply(&view("sums", "SELECT * FROM orders", &["orders"]));
        sql(&mut catalog, "ALTER TABLE orders ADD COLUMN note INT;");
        assert_eq!(catalog.view_depends(&name("orders"), "total"), Answer::Yes, "{engine}");
        assert_eq!(catalog.view_depends(&name("orders"), "note"), expected, "{engine}");
        catalog.apply(&view("later", "SELECT * FROM orders", &["orders"]));
        assert_eq!(catalog.view_depends(&name("orders"), "note"), Answer::Yes, "{engine}");
    }
}

#[test]
fn mysql_leaves_a_broken_view() {
    let mut catalog = tables(Engine::Mysql, "CREATE TABLE users (id int);");
    catalog.apply(&view("active", "SELECT id FROM users", &["users"]));
    sql(&mut catalog, "DROP TABLE users;");
    assert_eq!(catalog.has_view(&name("active")), Answer::Yes);
}

#[test]
fn what_only_may_have_been_made_is_unknown() {
    let before = tables(Engine::Postgresql, "CREATE TABLE users (id int);");
    let mut after = before.clone();
    after.apply(&view("active", "SELECT id FROM users", &["users"]));
    after.apply(&trigger("stamp", "users"));
    let mut either = after.or(&before);
    assert_eq!(either.has_view(&name("active")), Answer::Unknown);
    assert_eq!(either.has_trigger(&name("users")), Answer::Unknown);
    assert_eq!(either.view_depends(&name("users"), "id"), Answer::Unknown);
    assert_eq!(either.has_view(&name("other")), Answer::No);
    either.forget_absences();
    assert_eq!(either.has_view(&name("other")), Answer::Unknown);
    assert_eq!(either.has_view(&name("users")), Answer::No, "a table has that name");
}

#[test]
fn triggers_are_their_tables() {
    let mut catalog = tables(Engine::Postgresql, "CREATE TABLE users (id int); CREATE TABLE posts (id int);");
    catalog.apply(&trigger("stamp", "users"));
    catalog.apply(&trigger("stamp", "posts"));
    assert_eq!(catalog.has_trigger(&name("users")), Answer::Yes);
    let setting = TableSetting::DisableTrigger(Some("stamp".to_owned()));
    let disable = phasewise::change::ChangeTableSetting { table: name("users"), column: None, setting };
    catalog.apply(&SchemaChange::ChangeTableSetting(disable));
    assert_eq!(catalog.has_trigger(&name("users")), Answer::No);
    sql(&mut catalog, "ALTER TABLE posts RENAME TO texts;");
    assert_eq!(catalog.triggers_on(&name("texts")).count(), 1);
    sql(&mut catalog, "DROP TABLE texts;");
    assert_eq!(catalog.objects().count(), 1);
}

#[test]
fn an_enum_type_changes_its_members_and_columns_follow_its_name() {
    let mut catalog = tables(Engine::Postgresql, "CREATE TABLE users (id int, mood mood);");
    let members = ["sad", "happy"].map(str::to_owned).to_vec();
    catalog.apply(&SchemaChange::CreateObject(create(ObjectKind::Type, "mood", Definition::Enum(members))));
    let place = Some(ValuePlace::Before("happy".to_owned()));
    let add = ObjectAction::AddValue { value: "ok".to_owned(), if_not_exists: false, place };
    catalog.apply(&alter(ObjectKind::Type, "mood", add));
    let rename = ObjectAction::RenameValue { value: "sad".to_owned(), to: "low".to_owned() };
    catalog.apply(&alter(ObjectKind::Type, "mood", rename));
    catalog.apply(&alter(ObjectKind::Type, "mood", ObjectAction::Rename { to: "feeling".to_owned() }));
    let members = ["low", "ok", "happy"].map(str::to_owned).to_vec();
    assert_eq!(catalog.type_named("feeling").map(|found| &found.definition), Some(&Definition::Enum(members)));
    assert!(catalog.type_named("mood").is_none());
    let column = catalog.table(&name("users")).and_then(|table| table.column("mood", Engine::Postgresql));
    assert_eq!(column.map(|column| column.definition.column_type.name.as_str()), Some("feeling"));
}
