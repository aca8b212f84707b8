//! What ships together, judged one deploy after the other: those of a batch, and those that no file holds, such as a plan's.

use std::collections::BTreeMap;

use super::outcome::Outcome;
use super::project::{Direction, MigrationFile, Script};
use super::run::{Ahead, Batch, Lint, replay};
use crate::catalog::{Catalog, Era};
use crate::finding::Evidence;

/// A deploy of a batch.
#[derive(Debug)]
pub struct Shipment {
    /// The tables as running code knows them.
    pub before: Catalog,
    pub migrations: Vec<(MigrationFile, Script)>,
    /// What the lint makes of it.
    pub outcome: Outcome,
}

impl Lint<'_> {
    /// The deploys of `batch`, in the order in which they run.
    pub fn shipments(&self, batch: &Batch) -> Vec<Shipment> {
        let (migrations, start) = self.start(batch);
        let mut history = self.nothing_yet(start.catalog);
        let mut shipments: Vec<Shipment> = Vec::new();
        let last = migrations.iter().rposition(|migration| batch.holds(migration)).map_or(0, |at| at + 1);
        let mut ahead = None;
        for (at, migration) in migrations.iter().enumerate().take(last) {
            let ships = batch.holds(migration);
            let outcome = match shipments.last_mut() {
                Some(open) if matches!(batch, Batch::Together(_)) => &mut open.outcome,
                _ => &mut history,
            };
            let script = self.project.read(migration, Direction::Up, self.tree, &outcome.catalog);
            if !ships {
                replay(outcome, &script);
                continue;
            }
            if matches!(batch, Batch::EachAlone(_)) || shipments.is_empty() {
                history.catalog.begin_batch();
                let before = history.catalog.clone();
                shipments.push(Shipment { outcome: self.nothing_yet(before.clone()), before, migrations: Vec::new() });
            }
            let Some(open) = shipments.last_mut() else { continue };
            open.outcome.catalog.enter(Era::Batch);
            let rest = migrations.get(at..last).unwrap_or_default();
            let ahead = ahead.get_or_insert_with(|| Ahead::new(self, &open.before, rest));
            self.judge(&mut open.outcome, migration, &script, ahead);
            open.migrations.push((migration.clone(), script));
            if matches!(batch, Batch::EachAlone(_)) {
                history.catalog.clone_from(&open.outcome.catalog);
            }
        }
        shipments
    }

    /// Judges a migration that no file holds as part of a deploy, where `before` stands: what was there when its batch
    /// began is in use. `evidence` was seen to beforehand, by the rules whose findings it answers.
    pub fn deploy(
        &self,
        before: &Catalog,
        migration: &MigrationFile,
        script: &Script,
        evidence: &BTreeMap<String, Evidence>,
    ) -> Outcome {
        // Which code runs then is the plan's to say.
        let lint = Lint { code: None, evidence: Some(evidence), ..*self };
        let mut outcome = lint.nothing_yet(before.clone());
        let ahead = Ahead::new(&lint, before, &[]);
        lint.judge_script(&mut outcome, migration, script, |_| Vec::new(), &ahead);
        outcome
    }
}
