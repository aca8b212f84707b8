//! What rules say of changes of objects beside tables, and of changes of tables under them.

use phasewise::catalog::Catalog;
use phasewise::change::{
    AttachPartition, Change, DetachPartition, DropColumn, DropObject, Object, ObjectAction, ObjectKind, OnlineClauses,
    RenameColumn, SchemaChange, Statement,
};
use phasewise::effect::{CodeUse, Effects, Session, Subject};
use phasewise::engine::{Engine, EngineVersion};
use phasewise::rule::Rules;
use phasewise::source::{SourceMap, Tree};

use super::objects::{alter, drop, name, tables, view};

/// The rules among `wanted` that speak up for the change, on a catalog in which everything stood before.
fn spoken(mut catalog: Catalog, change: SchemaChange, wanted: &[&str]) -> Vec<String> {
    catalog.begin_batch();
    let (rules, engine) = (Rules::builtin().unwrap(), catalog.engine());
    let target = EngineVersion { engine, version: "10".parse().unwrap() };
    let file = Tree::default().put("test.sql", String::new());
    let span = SourceMap::verbatim(file.id, 0, 0).span(0..0);
    let change = Change { what: change, span };
    let statement = Statement {
        sql: String::new(),
        bindings: Vec::new(),
        span,
        changes: vec![change.clone()],
        guard: None,
        online: OnlineClauses::default(),
        lost: Vec::new(),
    };
    let session = Session::new(false);
    let subject = Subject {
        change: &change,
        statement: &statement,
        catalog: &catalog,
        target: &target,
        session: &session,
        code: CodeUse::default(),
    };
    let effect = Effects::builtin(engine).unwrap().of(&subject);
    let found = rules.about(&subject, &effect, |rule| wanted.contains(&rule.id.as_str()), |_| false);
    found.iter().map(|found| format!("{} {:?}", found.rule.id, found.verdict.answer)).collect()
}

#[test]
fn what_a_view_reads_is_not_dropped_unsaid() {
    const ID: &str = "dependent-object-broken";
    let before = |engine, text: &str| {
        let mut catalog = tables(engine, "CREATE TABLE orders (id int, fax text, total int);");
        catalog.apply(&view("v", text, &["orders"]));
        catalog
    };
    let drop = |column: &str| {
        let (table, column) = (name("orders"), column.to_owned());
        SchemaChange::DropColumn(DropColumn { table, column, if_exists: false, cascade: false })
    };
    let rename = |column: &str| {
        let (table, column) = (name("orders"), column.to_owned());
        SchemaChange::RenameColumn(RenameColumn { table, column, to: "other".to_owned() })
    };
    let yes = [format!("{ID} Yes")];
    for engine in [Engine::Postgresql, Engine::Mysql, Engine::Mariadb] {
        assert_eq!(spoken(before(engine, "SELECT fax FROM orders"), drop("fax"), &[ID]), yes);
        assert_eq!(spoken(before(engine, "SELECT * FROM orders"), drop("fax"), &[ID]), yes);
        assert!(spoken(before(engine, "SELECT fax FROM orders"), drop("total"), &[ID]).is_empty());
    }
    assert_eq!(spoken(before(Engine::Mysql, "SELECT fax FROM orders"), rename("fax"), &[ID]), yes);
    assert!(spoken(before(Engine::Postgresql, "SELECT fax FROM orders"), rename("fax"), &[ID]).is_empty());
}

#[test]
fn what_code_may_call_is_not_replaced_unsaid() {
    const ID: &str = "view-or-function-changed";
    let stood = || {
        let mut catalog = tables(Engine::Postgresql, "CREATE TABLE orders (id int);");
        catalog.apply(&view("v", "SELECT id FROM orders", &["orders"]));
        catalog
    };
    let SchemaChange::CreateObject(mut create) = view("v", "SELECT 1", &[]) else { unreachable!() };
    create.replaces = true;
    let yes = [format!("{ID} Yes")];
    assert_eq!(spoken(stood(), SchemaChange::CreateObject(create), &[ID]), yes);
    assert_eq!(spoken(stood(), drop(ObjectKind::View, "v"), &[ID]), yes);
    assert_eq!(spoken(stood(), drop(ObjectKind::Function, "elsewhere"), &[ID]), yes);
    let rename = ObjectAction::Rename { to: "w".to_owned() };
    assert_eq!(spoken(stood(), alter(ObjectKind::View, "v", rename), &[ID]), yes);
    assert!(spoken(stood(), view("new", "SELECT 1", &[]), &[ID]).is_empty());
    let object = Object::new(ObjectKind::View, name("none"));
    let may_drop = SchemaChange::DropObject(DropObject { object, if_exists: true, cascade: false });
    assert!(spoken(stood(), may_drop, &[ID]).is_empty());
}

#[test]
fn rows_do_not_leave_a_table_unsaid() {
    const ID: &str = "rows-hidden";
    let parent = "CREATE TABLE logs (id int) PARTITION BY LIST (id); CREATE TABLE logs_1 PARTITION OF logs DEFAULT;";
    let detach =
        DetachPartition { table: name("logs"), partition: name("logs_1"), is_concurrent: true, finalizes: false };
    let found = spoken(tables(Engine::Postgresql, parent), SchemaChange::DetachPartition(detach), &[ID]);
    assert_eq!(found, [format!("{ID} Yes")]);
    let attach = AttachPartition { table: name("logs"), partition: name("more"), bounds: "DEFAULT".to_owned() };
    assert!(spoken(tables(Engine::Postgresql, parent), SchemaChange::AttachPartition(attach), &[ID]).is_empty());
}
