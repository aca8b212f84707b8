//! The names that Laravel makes up: of indexes and keys, and of the columns and tables behind models.

use super::majors::PREFIX_GOES_TO_TABLE;
use crate::eloquent::inflect::{class_basename, plural, plural_studly, snake};
use crate::laravel::{Model, ModelKey, Settings, Value};

/// The conventional name of an index or key: table, columns and kind, lower-case; of any length.
pub(super) fn index(table: &str, columns: &[String], kind: &str, settings: &Settings) -> String {
    let table = match table.rsplit_once('.') {
        _ if !settings.prefix_indexes => table.to_owned(),
        Some((schema, table)) if PREFIX_GOES_TO_TABLE.include(settings) => {
            format!("{schema}.{}{table}", settings.prefix)
        }
        _ => format!("{}{table}", settings.prefix),
    };
    format!("{table}_{}_{kind}", columns.join("_")).to_ascii_lowercase().replace(['-', '.'], "_")
}

/// The table that a column such as `user_id` refers to.
pub(super) fn referred_table(column: &str, key: &str) -> String {
    let ending = format!("_{key}");
    plural(column.rsplit_once(ending.as_str()).map_or(column, |(before, _)| before))
}

/// The model that the value names; where its class could not be read, what Laravel's conventions say of it.
pub(super) fn model(value: &Value) -> Option<Model> {
    match value {
        Value::Model(model) => Some(model.clone()),
        Value::Class(class) | Value::Str(class) => Some(Model {
            class: class.clone(),
            table: snake(&plural_studly(class_basename(class))),
            key_name: "id".to_owned(),
            key_type: ModelKey::Int,
        }),
        _ => None,
    }
}

/// The column by which other tables refer to the model.
pub(super) fn foreign_key(model: &Model) -> String {
    format!("{}_{}", snake(class_basename(&model.class)), model.key_name)
}
