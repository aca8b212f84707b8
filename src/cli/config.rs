//! `phasewise.yaml`: what a project wants, so that nobody has to say it each time.

use std::collections::BTreeMap;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::LARAVELS;
use super::wishes::{Level, Wishes, severities};
use crate::lint::{Pattern, Policy, Severities, Sizes, Stats};
use crate::rule::Rules;
use crate::source::{ReadError, Tree};
use crate::yaml::{self, YamlError};

/// The file's names; messages use the first.
pub(super) const NAMES: [&str; 2] = ["phasewise.yaml", "phasewise.yml"];

/// Where a project's own rules lie unless it says otherwise.
pub(super) const OWN_RULES: &str = "phasewise/rules";

/// A project's configuration, and the file it came from; by default there is none.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub(super) wishes: Wishes,
    path: String,
    text: String,
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
        let config = Self { wishes, path, text };
        config.check(tree)?;
        Ok(config)
    }

    /// The file's path, where there is one.
    pub(super) fn path(&self) -> Option<&str> {
        (!self.path.is_empty()).then_some(self.path.as_str())
    }

    /// Refuses a severity for a rule that there is not.
    pub(super) fn check_rules(&self, rules: &Rules) -> Result<(), ConfigError> {
        let general = self.wishes.rules.keys().map(|id| (vec!["rules", id], id));
        let of_tables = self
            .wishes
            .tables
            .0
            .iter()
            .flat_map(|(table, wish)| wish.rules.keys().map(move |id| (vec!["tables", table, "rules", id], id)));
        let of_files = self
            .wishes
            .files
            .0
            .iter()
            .flat_map(|(pattern, wish)| wish.rules.keys().map(move |id| (vec!["files", pattern, "rules", id], id)));
        match general.chain(of_tables).chain(of_files).find(|(_, id)| rules.get(id).is_none()) {
            None => Ok(()),
            Some((keys, id)) => {
                let help = "`phasewise explain` lists the rules".to_owned();
                Err(self.error(&keys, format!("there is no rule `{id}`"), help))
            }
        }
    }

    /// What the project decided for itself.
    pub(super) fn policy(&self, stats: Option<Stats>) -> Policy {
        let tables = &self.wishes.tables.0;
        let small = self.wishes.small_table.unwrap_or_default().threshold();
        let said = tables.iter().map(|(pattern, wish)| (Pattern::new(pattern), wish.size()));
        Policy {
            severities: severities(&self.wishes.rules),
            files: patterns(self.wishes.files.0.iter().map(|(pattern, wish)| (pattern, &wish.rules))),
            tables: patterns(tables.iter().map(|(pattern, wish)| (pattern, &wish.rules))),
            session: self.wishes.session.variables(),
            sizes: Sizes { said: said.collect(), stats, small },
        }
    }

    /// The directories of the project's own rules.
    pub(super) fn own_rules(&self, tree: &Tree) -> Vec<String> {
        let usual = || tree.exists(OWN_RULES).then(|| OWN_RULES.to_owned()).into_iter().collect();
        self.wishes.own_rules.clone().unwrap_or_else(usual)
    }

    fn check(&self, tree: &Tree) -> Result<(), ConfigError> {
        if let Some(major) = self.wishes.laravel.filter(|major| !LARAVELS.contains(major)) {
            let help = format!("write {} to {}", LARAVELS.start(), LARAVELS.end());
            return Err(self.error(&["laravel"], format!("phasewise does not know Laravel {major}"), help));
        }
        self.check_directories(tree, "paths", &self.wishes.paths, "database/migrations")?;
        if let Some(path) = self.wishes.plans.as_ref().filter(|path| !is_inside(path)) {
            let help = "write a directory relative to the project's root, such as `database/plans`".to_owned();
            return Err(self.error(&["plans"], format!("`{path}` does not lie in the project"), help));
        }
        self.check_directories(tree, "own-rules", self.wishes.own_rules.as_deref().unwrap_or_default(), OWN_RULES)
    }

    fn check_directories(
        &self,
        tree: &Tree,
        key: &str,
        directories: &[String],
        such_as: &str,
    ) -> Result<(), ConfigError> {
        if let Some(path) = directories.iter().find(|path| !is_inside(path)) {
            let help = format!("write directories relative to the project's root, such as `{such_as}`");
            return Err(self.error(&[key], format!("`{path}` does not lie in the project"), help));
        }
        if let Some(path) = directories.iter().find(|path| !tree.exists(path)) {
            let help = "paths are relative to the project's root".to_owned();
            return Err(self.error(&[key], format!("there is no directory `{path}`"), help));
        }
        if let Some(path) = self.wishes.schema.as_ref().filter(|path| !tree.exists(path)) {
            let help = "paths are relative to the project's root".to_owned();
            return Err(self.error(&["schema"], format!("there is no file `{path}`"), help));
        }
        Ok(())
    }

    /// A file that the configuration names is not there.
    pub(super) fn missing(&self, key: &str, path: &str, help: &str) -> ConfigError {
        self.error(&[key], format!("there is no file `{path}`"), help.to_owned())
    }

    fn error(&self, keys: &[&str], message: String, help: String) -> ConfigError {
        YamlError::at(&self.path, &self.text, keys, message, Some(help)).into()
    }
}

fn patterns<'a>(
    settings: impl Iterator<Item = (&'a String, &'a BTreeMap<String, Level>)>,
) -> Vec<(Pattern, Severities)> {
    settings.map(|(pattern, levels)| (Pattern::new(pattern), severities(levels))).collect()
}

fn is_inside(path: &str) -> bool {
    use std::path::Component;
    Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}
