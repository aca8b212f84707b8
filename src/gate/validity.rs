//! Whether what earlier deploys of a plan built is whole: an index that was built concurrently and failed stands, and is
//! not used; it costs every write, and promises nothing.

use super::check::Check;
use super::plans::PlanState;
use super::question::Question;
use super::schema::LiveSchema;

/// The indexes on the tables of a plan that are not valid.
pub fn check(state: &PlanState, live: &LiveSchema) -> Option<Check> {
    let tables = state.tables();
    let found = tables.iter().filter_map(|name| live.table(name));
    let broken: Vec<String> = found
        .flat_map(|table| table.indexes.iter().filter(|index| !index.is_valid).map(move |index| (table, index)))
        .map(|(table, index)| format!("index `{}` on `{}` is not valid", index.name, table.name))
        .collect();
    (!broken.is_empty()).then(|| {
        Check::fail(Question::Holds, "an index that was built concurrently is not whole")
            .about(state.plan.id.clone())
            .with_evidence(broken)
            .with_fix(
                "drop it with DROP INDEX CONCURRENTLY, find out what failed (duplicates, a lock), and build it again",
            )
    })
}
