//! What an object is, and what it is called.

use crate::change::{Object, ObjectKind, TableName};
use crate::sql::cursor::Cursor;

/// The words for the kinds. The longer of two that begin alike comes first.
const KINDS: &[(&str, ObjectKind)] = &[
    ("EVENT TRIGGER", ObjectKind::EventTrigger),
    ("TRIGGER", ObjectKind::Trigger),
    ("POLICY", ObjectKind::Policy),
    ("RULE", ObjectKind::Rule),
    ("MATERIALIZED VIEW", ObjectKind::MaterializedView),
    ("VIEW", ObjectKind::View),
    ("AGGREGATE FUNCTION", ObjectKind::Function),
    ("FUNCTION", ObjectKind::Function),
    ("PROCEDURE", ObjectKind::Procedure),
    ("PROC", ObjectKind::Procedure),
    ("ROUTINE", ObjectKind::Routine),
    ("AGGREGATE", ObjectKind::Aggregate),
    ("PACKAGE BODY", ObjectKind::Package),
    ("PACKAGE", ObjectKind::Package),
    ("EVENT", ObjectKind::Event),
    ("SEQUENCE", ObjectKind::Sequence),
    ("TYPE", ObjectKind::Type),
    ("DOMAIN", ObjectKind::Domain),
    ("EXTENSION", ObjectKind::Extension),
    ("SCHEMA", ObjectKind::Schema),
    ("DATABASE", ObjectKind::Database),
    ("COLLATION", ObjectKind::Collation),
    ("OPERATOR", ObjectKind::Operator),
    ("CAST", ObjectKind::Cast),
    ("LANGUAGE", ObjectKind::Language),
    ("FOREIGN DATA WRAPPER", ObjectKind::ForeignDataWrapper),
    ("USER MAPPING", ObjectKind::UserMapping),
    ("SERVER", ObjectKind::Server),
    ("STATISTICS", ObjectKind::Statistics),
    ("TEXT SEARCH", ObjectKind::TextSearch),
    ("ACCESS METHOD", ObjectKind::AccessMethod),
    ("CONVERSION", ObjectKind::Conversion),
    ("TRANSFORM", ObjectKind::Transform),
    ("PUBLICATION", ObjectKind::Publication),
    ("SUBSCRIPTION", ObjectKind::Subscription),
    ("ROLE", ObjectKind::Role),
    ("GROUP", ObjectKind::Role),
    ("USER", ObjectKind::Role),
    ("LOGIN", ObjectKind::Role),
    ("TABLESPACE", ObjectKind::Tablespace),
    ("SYSTEM", ObjectKind::System),
    ("LARGE OBJECT", ObjectKind::LargeObject),
    ("RESOURCE GROUP", ObjectKind::ResourceGroup),
    ("SPATIAL REFERENCE SYSTEM", ObjectKind::SpatialReferenceSystem),
    ("INSTANCE", ObjectKind::Instance),
    ("PROPERTY GRAPH", ObjectKind::PropertyGraph),
    ("SYNONYM", ObjectKind::Synonym),
];

/// What stands between CREATE and the kind.
#[derive(Debug, Default)]
pub(super) struct Modifiers {
    pub replaces: bool,
    pub is_temporary: bool,
}

/// The kind that stands here, with the words before it: OR REPLACE, DEFINER = …, TEMPORARY. None of those is in brackets.
pub(super) fn kind(cursor: &mut Cursor<'_>) -> Option<(ObjectKind, Modifiers)> {
    let mut modifiers = Modifiers::default();
    for _ in 0..16 {
        if let Some(kind) = kind_here(cursor) {
            return Some((kind, modifiers));
        }
        modifiers.replaces |= cursor.is_any(&["OR REPLACE", "OR ALTER"]);
        modifiers.is_temporary |= cursor.is_any(&["TEMPORARY", "TEMP"]);
        if cursor.is_symbol("(") || cursor.is("AS") || cursor.advance().is_none() {
            break;
        }
    }
    None
}

/// The kind whose words stand right here. The MySQL family calls a database a schema.
pub(super) fn kind_here(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    let kind = KINDS.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind)?;
    let is_database = kind == ObjectKind::Schema && cursor.engine.is_mysql_family();
    Some(if is_database { ObjectKind::Database } else { kind })
}

/// The object that is named here, and the table behind ON. The cursor stays behind the name and its arguments, and
/// behind the table.
pub(super) fn object(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Object {
    let mut object = Object::new(kind, name(cursor));
    if matches!(kind, ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy) && cursor.eat("ON") {
        object.table = table(cursor);
    } else {
        cursor.skip_parens();
    }
    object
}

/// The name that stands here; of what has none (a cast, an operator), the words that tell it.
pub(super) fn name(cursor: &mut Cursor<'_>) -> TableName {
    if let Ok(name) = cursor.table_name() {
        return name;
    }
    // MySQL's 'user'@'host'.
    if let Ok(name) = cursor.string() {
        return TableName::new(name);
    }
    let words = cursor.clone().part_until_any(&["AS", "WITH", "OWNER", "SET", "RENAME"]).text();
    if !cursor.skip_parens() {
        cursor.advance();
    }
    TableName::new(words.chars().take(60).collect::<String>())
}

/// The table that a trigger, rule or policy is on; SQL Server's triggers on the database have none.
pub(super) fn table(cursor: &mut Cursor<'_>) -> Option<TableName> {
    if cursor.eat_any(&["DATABASE", "ALL SERVER"]).is_some() {
        return None;
    }
    cursor.table_name().ok()
}

/// The first words here, upper-case, as far as they are not quoted: what an action is called.
pub(super) fn words(cursor: &Cursor<'_>) -> String {
    let mut ahead = cursor.clone();
    let mut words = Vec::new();
    while let Some(word) = ahead.word().filter(|_| words.len() < 2) {
        words.push(word);
        ahead.advance();
    }
    words.join(" ")
}
