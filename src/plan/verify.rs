//! Each deploy of a plan, linted as it would ship.

use super::{Deploy, Plan, Step, Unplanned, Work};
use crate::catalog::Catalog;
use crate::finding::Severity;
use crate::lint::{Lint, Script};
use crate::recipe::{Hold, Settled};

/// What the lint still finds in the deploys of `plan`, one after the other, and no hold settles.
pub(super) fn faults(lint: &Lint<'_>, plan: &Plan) -> Vec<Unplanned> {
    let mut catalog = plan.before.clone();
    let mut faults = Vec::new();
    for deploy in &plan.deploys {
        catalog.begin_batch();
        for step in &deploy.steps {
            faults.extend(of_step(lint, deploy, step, &mut catalog));
        }
    }
    faults
}

fn of_step(lint: &Lint<'_>, deploy: &Deploy, step: &Step, catalog: &mut Catalog) -> Vec<Unplanned> {
    let migration = match &step.work {
        Work::Migrate(migration) | Work::Copy(migration) => migration,
        Work::Hold(Hold::Drained) => {
            catalog.begin_batch();
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    let script = Script {
        statements: migration.statements.clone(),
        is_in_transaction: migration.is_in_transaction,
        ..Script::default()
    };
    let outcome = lint.deploy(catalog, &step.migration, &script, &Settled::evidence(&step.settles));
    let faults = outcome.findings.iter().filter(|finding| finding.is_open() && finding.severity == Severity::Error);
    let faults = faults.map(|finding| Unplanned {
        rule: finding.rule.clone(),
        migration: step.migration.name.clone(),
        span: finding.span,
        reason: format!("step `{}` of deploy {} would do harm: {}", step.id, deploy.number, finding.message),
        instead: None,
    });
    let faults = faults.collect();
    catalog.clone_from(&outcome.catalog);
    faults
}
