//! The JSON of `lint`, `effects`, `plan`, `sql`, `schema` and `usage`, version 1. What is in it stays; more may come.
//!
//! Lines and columns count from 1 (columns in characters), offsets are bytes, paths are relative to the project's root
//! with `/`. What there is none of is null.

mod effects;
mod lint;
mod parts;
mod plan;
mod schema;
mod sql;
mod tables;
mod usage;

use std::io::{self, Write};

use serde::Serialize;

use super::sql::SentSql;
use super::usage::Used;
use crate::catalog::Catalog;
use crate::lint::Outcome;
use crate::plan::Planned;
use crate::source::Tree;

pub use schema::{SCHEMAS, schema};

const VERSION: u8 = 1;

pub fn write_lint(out: &mut dyn Write, outcome: &Outcome, tree: &Tree) -> io::Result<()> {
    write(out, &lint::LintReport::new(outcome, tree))
}

pub fn write_effects(out: &mut dyn Write, outcome: &Outcome, tree: &Tree) -> io::Result<()> {
    write(out, &effects::EffectsReport::new(outcome, tree))
}

pub fn write_plan(out: &mut dyn Write, planned: &Planned, tree: &Tree) -> io::Result<()> {
    write(out, &plan::PlanReport::new(planned, tree))
}

pub fn write_sql(out: &mut dyn Write, migrations: &[SentSql], tree: &Tree) -> io::Result<()> {
    let reports: Vec<_> = migrations.iter().map(|migration| sql::SqlReport::new(migration, tree)).collect();
    write(out, &reports)
}

pub fn write_schema(out: &mut dyn Write, catalog: &Catalog) -> io::Result<()> {
    write(out, &tables::SchemaReport::new(catalog))
}

pub fn write_usage(out: &mut dyn Write, used: &Used<'_>) -> io::Result<()> {
    write(out, &usage::UsageReport::new(used))
}

fn write(out: &mut dyn Write, report: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
