//! The JSON Schema of each document, from the types that write it.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};

use super::{effects, lint, plan, sql, tables, usage};
use crate::report::facts::FactsReport;
use crate::report::gate::GateReport;

/// The names of the documents that have a schema.
pub const SCHEMAS: [&str; 8] = ["lint", "effects", "plan", "sql", "schema", "usage", "usage-export", "gate"];

/// The schema of the document `name`, as `docs/schema/<name>.json` holds it; `None` where there is no such document.
pub fn schema(name: &str) -> Option<String> {
    let schema = match name {
        "lint" => schema_of::<lint::LintReport>(),
        "effects" => schema_of::<effects::EffectsReport>(),
        "plan" => schema_of::<plan::PlanReport>(),
        "sql" => schema_of::<Vec<sql::SqlReport>>(),
        "usage" => schema_of::<usage::UsageReport>(),
        "usage-export" => schema_of::<FactsReport>(),
        "gate" => schema_of::<GateReport<'static>>(),
        "schema" => schema_of::<tables::SchemaReport>(),
        _ => return None,
    };
    serde_json::to_string_pretty(&schema).ok().map(|text| text + "\n")
}

fn schema_of<T: JsonSchema>() -> schemars::Schema {
    SchemaGenerator::new(SchemaSettings::draft2020_12().for_serialize()).into_root_schema_for::<T>()
}
