//! The document of `phasewise effects --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::VERSION;
use super::parts::{BreaksReport, ChangeReport, EffectReport, EngineReport, Place};
use crate::lint::{JudgedChange, Outcome};
use crate::source::Tree;

/// What `phasewise effects --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "phasewise effects")]
pub(super) struct EffectsReport {
    version: u8,
    engine: EngineReport,
    changes: Vec<ChangeWithEffect>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "change-with-effect")]
struct ChangeWithEffect {
    /// The migration's name, as its runner logs it.
    migration: String,
    file: String,
    start: Place,
    end: Place,
    change: ChangeReport,
    effect: EffectReport,
    breaks: BreaksReport,
}

impl EffectsReport {
    pub(super) fn new(outcome: &Outcome, tree: &Tree) -> Self {
        Self {
            version: VERSION,
            engine: EngineReport::new(&outcome.target),
            changes: outcome.changes.iter().map(|judged| ChangeWithEffect::new(judged, outcome, tree)).collect(),
        }
    }
}

impl ChangeWithEffect {
    fn new(judged: &JudgedChange, outcome: &Outcome, tree: &Tree) -> Self {
        let (file, start, end) = Place::of(judged.change.span, tree);
        let migration = outcome.migrations.get(judged.migration);
        Self {
            migration: migration.map(|migration| migration.name.clone()).unwrap_or_default(),
            file,
            start,
            end,
            change: ChangeReport::new(judged),
            effect: EffectReport::new(&judged.effect),
            breaks: BreaksReport::new(&judged.breaks),
        }
    }
}
