//! The plan file: what was wanted, what is done in which deploy, what is waited for, and how far it has come.
//!
//! A format of its own with a version. It is written by phasewise and read by it; a person may add waivers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use super::error::EmitError;
use crate::finding::Date;
use crate::source::Tree;
use crate::yaml::{self, YamlError};

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// The file's name in the directory of its plan.
pub const NAME: &str = "plan.yaml";

const HEAD: &str = "# Written by phasewise. `phasewise advance` puts the next deploy in place, `phasewise plan --check` tells what drifted.\n\
                    # What a hold waits for can be waived under `waivers:`, with a reason, a name and a last day.\n";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "plan.yaml")]
pub struct PlanFile {
    pub version: u32,
    pub id: String,
    pub title: String,
    /// As in `--engine`: `mysql:8.4`.
    pub engine: String,
    /// Laravel's major, where the project is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub laravel: Option<u8>,
    /// How many of its deploys have their files in place.
    pub placed: usize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aborted: bool,
    /// What the author wrote, word for word.
    pub intents: Vec<Intent>,
    pub deploys: Vec<DeployFile>,
    /// The SHA-256 of each file that was written, by its path, but for what a person fills in there.
    pub locks: BTreeMap<String, String>,
    /// Holds that were seen to be true.
    #[serde(default)]
    pub seen: Vec<Seen>,
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Intent {
    pub migration: String,
    pub files: Vec<IntentFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IntentFile {
    pub path: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DeployFile {
    pub number: usize,
    pub name: String,
    /// The number of the oldest deploy whose release can still run once this one is done; 0 is any before the plan.
    pub rollback_floor: usize,
    pub steps: Vec<StepFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StepFile {
    pub id: String,
    pub slot: SlotName,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The author's migration that it comes from.
    pub migration: String,
    /// Where its files stand now; the first is the one that is run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<StepPath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// What its migration sends, or one range of its backfill.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sql: Vec<String>,
    /// What somebody runs to have a tool copy the table: one of these, with `DATABASE` for its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub run: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<BackfillFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<RollbackFile>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub point_of_no_return: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settles: Vec<SettledFile>,
    /// Where the code had to change when the plan was written, as `file:line`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SlotName {
    Pre,
    Code,
    Between,
}

/// A file of a step: where it stands, and where it goes once its deploy is in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StepPath {
    pub path: String,
    /// With `{at}` for the number or the time that comes then; without it the file stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_to: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BackfillFile {
    pub column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(rename = "where")]
    pub only_where: String,
    pub key: Vec<String>,
    /// How it is run.
    pub run: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HoldFile {
    pub kind: String,
    /// A query, which gives no row once it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// What is not used any more, what is approved, or which table a tool copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackFile {
    Sql(Vec<String>),
    /// Nothing takes it back, and why.
    None(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SettledFile {
    pub rule: String,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seen {
    pub step: String,
    pub on: String,
}

/// A person answers for it that a hold is not waited for, or that a file may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Waiver {
    pub step: String,
    pub reason: String,
    pub by: String,
    /// The last day on which it holds: `2027-01-31`.
    pub until: String,
}

/// The JSON Schema of the plan file.
pub fn schema() -> schemars::Schema {
    schemars::SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<PlanFile>()
}

impl PlanFile {
    /// Reads the plan in `directory`.
    pub fn read(tree: &Tree, directory: &str) -> Result<Self, EmitError> {
        let path = format!("{directory}/{NAME}");
        let file = tree.read(&path)?;
        let plan: Self = yaml::read(&path, &file.text)?;
        plan.check(&path, &file.text)?;
        Ok(plan)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), YamlError> {
        let error = |keys: &[&str], message: String, help: &str| {
            Err(YamlError::at(path, text, keys, message, Some(help.to_owned())))
        };
        if self.version != VERSION {
            let message = format!("this is version {} of plan files, and phasewise knows {VERSION}", self.version);
            return error(&["version"], message, "use the phasewise that wrote it, or plan the change anew");
        }
        if self.placed == 0 || self.placed > self.deploys.len() {
            let message = format!("`placed` is {}, and there are {} deploys", self.placed, self.deploys.len());
            return error(&["placed"], message, "it is the number of the last deploy whose migrations are in place");
        }
        let waived = self.waivers.iter().map(|waiver| &waiver.step).chain(self.seen.iter().map(|seen| &seen.step));
        if let Some(step) = waived.clone().find(|step| self.step(step).is_none()) {
            return error(&["waivers"], format!("the plan has no step `{step}`"), "name a step by its `id`");
        }
        if let Some(waiver) = self.waivers.iter().find(|waiver| waiver.until.parse::<Date>().is_err()) {
            let message = format!("`{}` is no day", waiver.until);
            return error(&["waivers"], message, "write `until` as in `2027-01-31`");
        }
        if self.waivers.iter().any(|waiver| waiver.reason.trim().is_empty() || waiver.by.trim().is_empty()) {
            return error(&["waivers"], "a waiver gives no reason, or no name".to_owned(), "say why, and who answers");
        }
        Ok(())
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, YamlError> {
        Ok(format!("{HEAD}{}", yaml::write(self)?))
    }

    /// All but where the code has to change.
    pub(super) fn without_places(&self) -> Self {
        let mut plan = self.clone();
        plan.deploys.iter_mut().flat_map(|deploy| &mut deploy.steps).for_each(|step| step.places.clear());
        plan
    }

    pub fn steps(&self) -> impl Iterator<Item = &StepFile> {
        self.deploys.iter().flat_map(|deploy| &deploy.steps)
    }

    pub fn step(&self, id: &str) -> Option<&StepFile> {
        self.steps().find(|step| step.id == id)
    }

    /// The deploys whose files are in place.
    pub fn placed_deploys(&self) -> impl Iterator<Item = &DeployFile> {
        self.deploys.iter().take(self.placed)
    }

    /// Whether a waiver for the step holds on that day.
    pub fn is_waived(&self, step: &str, today: Date) -> bool {
        let holds = |waiver: &&Waiver| waiver.until.parse::<Date>().is_ok_and(|until| today <= until);
        self.waivers.iter().filter(|waiver| waiver.step == step).any(|waiver| holds(&waiver))
    }
}

impl HoldFile {
    /// What has to be seen, as what comes after "wait".
    pub fn words(&self) -> String {
        let what = self.what.as_deref().unwrap_or_default();
        match self.kind.as_str() {
            "drained" => "until no process of an older release runs: web workers, queue workers, scheduler".to_owned(),
            "unreferenced" => format!("until no code of the live release uses `{what}`"),
            "approved" => format!("until a person approves: {what}"),
            "copied" => format!("until a tool has copied `{what}` and the copy has taken its place"),
            _ => format!("until this gives no row: {}", self.sql.as_deref().unwrap_or_default()),
        }
    }
}
