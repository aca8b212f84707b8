//! The document of `phasewise schema --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use crate::catalog::{Catalog, Column, Object, Table};
use crate::change::{Default, IndexPart};
use crate::engine::Engine;
use crate::report::objects;

/// The tables as the migrations leave them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "schema")]
pub(super) struct SchemaReport {
    version: u8,
    #[schemars(extend("enum" = ["mysql", "mariadb", "postgresql", "sqlite", "sqlserver"]))]
    engine: &'static str,
    tables: Vec<TableReport>,
    /// What stands beside them: views, types, sequences, triggers and so on.
    objects: Vec<ObjectReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "object")]
struct ObjectReport {
    /// `view`, `materialized-view`, `type`, `domain`, `sequence`, `trigger` and so on.
    kind: &'static str,
    /// With its schema, where a migration names one.
    name: String,
    /// The table that it is part of: of a trigger, a rule or a policy.
    table: Option<String>,
    /// Whether all of it is known: false for one that something unread may have changed.
    complete: bool,
    /// The statement that makes it; null where not so much of it is kept.
    sql: Option<String>,
    /// The tables and views that a view reads.
    reads: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "table")]
struct TableReport {
    /// With its schema, where a migration names one.
    name: String,
    /// Whether all of it is known: false for a table that something unread may have changed.
    complete: bool,
    columns: Vec<ColumnReport>,
    #[serde(rename = "primary-key")]
    primary_key: Vec<String>,
    indexes: Vec<IndexReport>,
    #[serde(rename = "foreign-keys")]
    foreign_keys: Vec<ForeignKeyReport>,
    checks: Vec<CheckReport>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "column")]
struct ColumnReport {
    name: String,
    #[serde(rename = "type")]
    column_type: String,
    nullable: bool,
    /// As written; null where there is none.
    default: Option<String>,
    /// Whether the database fills it: `AUTO_INCREMENT`, `serial`, an identity.
    identity: bool,
    /// The expression that it is generated from.
    generated: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "index")]
struct IndexReport {
    name: String,
    unique: bool,
    /// Columns and expressions, in order.
    parts: Vec<String>,
    /// The condition of a partial index.
    #[serde(rename = "where")]
    condition: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "foreign-key")]
struct ForeignKeyReport {
    name: String,
    columns: Vec<String>,
    #[serde(rename = "to-table")]
    to_table: String,
    #[serde(rename = "to-columns")]
    to_columns: Vec<String>,
    valid: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "check")]
struct CheckReport {
    name: String,
    condition: String,
    valid: bool,
}

impl SchemaReport {
    pub(super) fn new(catalog: &Catalog) -> Self {
        Self {
            version: VERSION,
            engine: catalog.engine().name(),
            tables: catalog.tables().map(TableReport::new).collect(),
            objects: catalog.objects().map(|object| ObjectReport::new(object, catalog.engine())).collect(),
        }
    }
}

impl ObjectReport {
    fn new(object: &Object, engine: Engine) -> Self {
        let reads = object.query().into_iter().flat_map(|query| &query.reads);
        Self {
            kind: object.object.kind.name(),
            name: object.object.name.to_string(),
            table: object.object.table.as_ref().map(ToString::to_string),
            complete: !object.is_partial,
            sql: objects::sql(object, engine),
            reads: reads.map(ToString::to_string).collect(),
        }
    }
}

impl TableReport {
    fn new(table: &Table) -> Self {
        let indexes = table.indexes.iter().map(|index| IndexReport {
            name: index.name.clone(),
            unique: index.definition.is_unique,
            parts: index.definition.parts.iter().map(part).collect(),
            condition: index.definition.condition.clone(),
        });
        let foreign_keys = table.foreign_keys.iter().map(|key| ForeignKeyReport {
            name: key.name.clone(),
            columns: key.definition.columns.clone(),
            to_table: key.definition.to_table.to_string(),
            to_columns: key.definition.to_columns.clone(),
            valid: key.is_valid,
        });
        let checks = table.checks.iter().map(|check| CheckReport {
            name: check.name.clone(),
            condition: check.condition.clone(),
            valid: check.is_valid,
        });
        Self {
            name: table.name.to_string(),
            complete: !table.is_partial,
            columns: table.columns.iter().map(ColumnReport::new).collect(),
            primary_key: table.primary_key.clone(),
            indexes: indexes.collect(),
            foreign_keys: foreign_keys.collect(),
            checks: checks.collect(),
        }
    }
}

impl ColumnReport {
    fn new(column: &Column) -> Self {
        let column = &column.definition;
        Self {
            name: column.name.clone(),
            column_type: column.column_type.to_string(),
            nullable: column.is_nullable,
            default: match &column.default {
                Default::None => None,
                Default::Null => Some("NULL".to_owned()),
                Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => {
                    Some(text.clone())
                }
            },
            identity: column.identity.is_some(),
            generated: column.generated.as_ref().map(|generated| generated.expression.clone()),
        }
    }
}

fn part(part: &IndexPart) -> String {
    match part {
        IndexPart::Column { name, length: Some(length) } => format!("{name}({length})"),
        IndexPart::Column { name, length: None } => name.clone(),
        IndexPart::Expression(text) => text.clone(),
    }
}
