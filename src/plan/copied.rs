//! What stands on a table when a tool copies it.

use super::{CopiedTable, Plan, Step, Work};
use crate::catalog::{Catalog, Table};

/// Notes it at each step that a tool makes.
pub(super) fn look(plan: &mut Plan) {
    let is_copy = |step: &Step| matches!(step.work, Work::Copy(_));
    if !plan.steps().any(is_copy) {
        return;
    }
    let mut catalog = plan.before.clone();
    for step in plan.deploys.iter_mut().flat_map(|deploy| &mut deploy.steps) {
        if is_copy(step) {
            step.copied = step.table.as_ref().and_then(|name| catalog.table(name)).map(|table| found(table, &catalog));
        }
        let statements = step.work.migration().into_iter().flat_map(|migration| &migration.statements);
        statements.for_each(|statement| catalog.apply_statement(statement));
    }
}

fn found(table: &Table, catalog: &Catalog) -> CopiedTable {
    let points_here = |other: &Table| other.foreign_keys.iter().any(|key| key.definition.to_table == table.name);
    CopiedTable {
        has_foreign_keys: !table.foreign_keys.is_empty(),
        is_referenced: catalog.tables().any(points_here),
        has_triggers: catalog.triggers_on(&table.name).next().is_some(),
        has_primary_key: !table.primary_key.is_empty(),
    }
}
