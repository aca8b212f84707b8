//! The project of a case: migrations as files, which the binary plans, writes and puts in place.

use std::fs;
use std::process::{Command, Output};

use phasewise::emit::PlanFile;
use phasewise::source::Tree;
use serde::Deserialize;
use tempfile::TempDir;

use super::case::Case;

const FIRST: &str = "migrations/0001_before.sql";
const CHANGE: &str = "migrations/0002_change.sql";
const PLANS: &str = "plans/0002_change";

pub(super) struct Project {
    directory: TempDir,
}

/// A plan as `phasewise plan --format json` tells it.
#[derive(Debug, Deserialize)]
struct Told {
    plans: Vec<Plan>,
    unplanned: Vec<Unplanned>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Plan {
    pub(super) deploys: Vec<Deploy>,
}

#[derive(Debug, Deserialize)]
struct Unplanned {
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Deploy {
    pub(super) number: usize,
    pub(super) rollback_floor: usize,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) slot: String,
    pub(super) kind: String,
    pub(super) table: Option<String>,
    pub(super) sql: Vec<String>,
    pub(super) guard: Vec<String>,
    pub(super) in_transaction: Option<bool>,
    pub(super) backfill: Option<Backfill>,
    pub(super) hold: Option<Hold>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Backfill {
    pub(super) key: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hold {
    pub(super) kind: String,
    pub(super) sql: Option<String>,
}

impl Project {
    pub(super) fn of(case: &Case, version: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let project = Self { directory };
        fs::create_dir(project.path("migrations")).expect("the folder is the test's own");
        project.write(FIRST, &case.before);
        project.write(CHANGE, &case.change);
        let engine = case.engine.as_phasewise();
        project.write("phasewise.yaml", &format!("engine: {engine}:{version}\n{}", case.config));
        project
    }

    /// The recipes that findings about the change call for.
    pub(super) fn recipes(&self) -> Vec<String> {
        let output = self.run(&["lint", "--format", "json", "-q", CHANGE]);
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("`lint` prints JSON");
        let findings = told["findings"].as_array().expect("it has findings");
        findings.iter().filter_map(|finding| finding["recipe"].as_str().map(str::to_owned)).collect()
    }

    pub(super) fn plan(&self) -> Plan {
        let output = self.run(&["plan", "--format", "json", "-q", CHANGE]);
        let told: Told = serde_json::from_slice(&output.stdout).expect("`plan` prints JSON");
        let reasons: Vec<&str> = told.unplanned.iter().map(|unplanned| unplanned.reason.as_str()).collect();
        assert!(reasons.is_empty(), "it cannot be planned: {}", reasons.join("; "));
        told.plans.into_iter().next().expect("it needs a plan")
    }

    /// Writes the plan; an error in the words of the binary where it refuses.
    pub(super) fn write_plan(&self) -> Result<(), String> {
        let output = self.run(&["plan", "--write", "-q", CHANGE]);
        if output.status.success() { Ok(()) } else { Err(words(&output)) }
    }

    /// Puts an expression where the plan asks what old rows get.
    pub(super) fn answer(&self, value: &str) {
        for path in self.file().steps().flat_map(|step| &step.files).map(|file| file.path.as_str()) {
            let text = self.read(path);
            self.write(path, &text.replace("phasewise_unanswered", value));
        }
    }

    /// The plan as it stands in its file.
    pub(super) fn file(&self) -> PlanFile {
        PlanFile::read(&Tree::new(self.directory.path()), PLANS).expect("the plan was written")
    }

    /// What the file of a step says; `None` where it has none.
    pub(super) fn script(&self, step: &str) -> Option<String> {
        let plan = self.file();
        let file = plan.step(step)?.files.first()?;
        Some(self.read(&file.path))
    }

    /// Puts the next deploy in place, once what its holds wait for was seen.
    pub(super) fn advance(&self, seen: &[String]) {
        let seen = seen.iter().flat_map(|step| ["--seen", step]);
        let arguments: Vec<&str> = ["advance", PLANS, "-q"].into_iter().chain(seen).collect();
        let output = self.run(&arguments);
        assert!(output.status.success(), "`advance` does not: {}", words(&output));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
        command.args(arguments).current_dir(self.directory.path()).output().expect("the binary is built")
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.directory.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("the plan names files that there are")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).expect("the folder is the test's own");
    }
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim().to_owned()
}
