//! `phasewise.yaml`: what a project wants, so that nobody has to say it each time.

use std::collections::BTreeMap;
use std::path::Path;

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use super::arguments::{EngineChoice, FailOn, LARAVELS};
use crate::finding::Severity;
use crate::rule::Rules;
use crate::source::{ReadError, Tree};
use crate::yaml::{self, YamlError};

/// The file's names; messages use the first.
pub(super) const NAMES: [&str; 2] = ["phasewise.yaml", "phasewise.yml"];

/// A project's configuration, and the file it came from; by default there is none.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) wishes: Wishes,
    /// The rules whose severity it sets.
    pub(super) severities: BTreeMap<String, Severity>,
    path: String,
    text: String,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Wishes {
    pub(super) engine: Option<EngineChoice>,
    pub(super) laravel: Option<u8>,
    pub(super) doctrine: Option<bool>,
    /// Directories of migrations, relative to the project's root.
    pub(super) paths: Vec<String>,
    /// A dump of the schema before the first migration, relative to the project's root.
    pub(super) schema: Option<String>,
    pub(super) fail_on: Option<FailOn>,
    rules: BTreeMap<String, Level>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Note,
    Warning,
    Error,
}

#[derive(Debug, Error, Diagnostic)]
pub(super) enum ConfigError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Yaml(#[from] YamlError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] ReadError),
}

impl Config {
    /// Reads `named`, which must be there, or else the project's own file, if it has one.
    pub(super) fn load(tree: &Tree, chosen: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match chosen {
            Some(path) => Some(path.to_string_lossy().into_owned()),
            None => NAMES.into_iter().find(|name| tree.exists(name)).map(str::to_owned),
        };
        let Some(path) = path else { return Ok(Self::default()) };
        // A path that was typed is meant from here, not from the project's root.
        let file = if chosen.is_some() { Tree::new("").read(&path)? } else { tree.read(&path)? };
        let text = file.text.clone();
        // An empty file, or one of comments, is no map.
        let wishes = yaml::read::<Option<Wishes>>(&path, &text)?.unwrap_or_default();
        let severities = wishes.rules.iter().map(|(id, level)| (id.clone(), level.severity())).collect();
        let config = Self { wishes, severities, path, text };
        config.check(tree)?;
        Ok(config)
    }

    /// The file's path, where there is one.
    pub(super) fn path(&self) -> Option<&str> {
        (!self.path.is_empty()).then_some(self.path.as_str())
    }

    /// Refuses a severity for a rule that there is not.
    pub(super) fn check_rules(&self, rules: &Rules) -> Result<(), ConfigError> {
        match self.severities.keys().find(|id| rules.get(id).is_none()) {
            None => Ok(()),
            Some(id) => {
                let help = "`phasewise explain` lists the rules".to_owned();
                Err(self.error(&["rules", id], format!("there is no rule `{id}`"), help))
            }
        }
    }

    fn check(&self, tree: &Tree) -> Result<(), ConfigError> {
        if let Some(major) = self.wishes.laravel.filter(|major| !LARAVELS.contains(major)) {
            let help = format!("write {} to {}", LARAVELS.start(), LARAVELS.end());
            return Err(self.error(&["laravel"], format!("phasewise does not know Laravel {major}"), help));
        }
        if let Some(path) = self.wishes.paths.iter().find(|path| !is_inside(path)) {
            let help = "write directories relative to the project's root, such as `database/migrations`".to_owned();
            return Err(self.error(&["paths"], format!("`{path}` does not lie in the project"), help));
        }
        if let Some(path) = self.wishes.paths.iter().find(|path| !tree.exists(path)) {
            let help = "paths are relative to the project's root".to_owned();
            return Err(self.error(&["paths"], format!("there is no directory `{path}`"), help));
        }
        if let Some(path) = self.wishes.schema.as_ref().filter(|path| !tree.exists(path)) {
            let help = "paths are relative to the project's root".to_owned();
            return Err(self.error(&["schema"], format!("there is no file `{path}`"), help));
        }
        Ok(())
    }

    fn error(&self, keys: &[&str], message: String, help: String) -> ConfigError {
        YamlError::at(&self.path, &self.text, keys, message, Some(help)).into()
    }
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Self::Off => Severity::Off,
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

fn is_inside(path: &str) -> bool {
    use std::path::Component;
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
