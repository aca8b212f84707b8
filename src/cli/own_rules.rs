//! The rules that a project brings, beside those of the binary.

use super::config::Config;
use super::exit::Failure;
use crate::recipe::{OwnRecipe, Recipes};
use crate::rule::{OwnRule, Rules};
use crate::source::{ReadError, Tree};

/// The family of a rule that lies in no folder of its own.
const FAMILY: &str = "project";
/// The folder of a project's own recipes.
const RECIPES: &str = "recipes";
/// A directory that goes deeper leads back to itself.
const DEEPEST: usize = 8;

/// All rules that hold in a project.
pub(super) fn rules(tree: &Tree, config: &Config) -> Result<Rules, Failure> {
    let mut own = Vec::new();
    for directory in config.own_rules(tree) {
        own.extend(files(tree, &directory)?);
    }
    Ok(Rules::builtin()?.with_own(&own)?)
}

/// All recipes that hold in a project: its own lie in a folder of their own beside its rules.
pub(super) fn recipes(tree: &Tree, config: &Config) -> Result<Recipes, Failure> {
    let mut own = Vec::new();
    for directory in config.own_rules(tree) {
        let mut found = Vec::new();
        collect(tree, &format!("{directory}/{RECIPES}"), RECIPES, DEEPEST, &mut found)?;
        own.extend(found.into_iter().map(|file| OwnRecipe { path: file.path, text: file.text }));
    }
    Ok(Recipes::builtin()?.with_own(&own)?)
}

/// The files of rules in `directory` and below, in the order of their paths; recipes are none.
pub(super) fn files(tree: &Tree, directory: &str) -> Result<Vec<OwnRule>, ReadError> {
    let mut own = Vec::new();
    collect(tree, directory, FAMILY, DEEPEST, &mut own)?;
    Ok(own)
}

fn collect(tree: &Tree, directory: &str, family: &str, depth: usize, own: &mut Vec<OwnRule>) -> Result<(), ReadError> {
    let is_rule = |name: &String| [".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    for name in tree.list(directory).into_iter().filter(is_rule) {
        let path = format!("{directory}/{name}");
        let text = tree.read(&path)?.text.clone();
        own.push(OwnRule { family: family.to_owned(), path, text });
    }
    let folders = if depth == 0 { Vec::new() } else { tree.directories(directory) };
    let mut of_rules = folders.iter().filter(|folder| *folder != RECIPES);
    of_rules.try_for_each(|folder| collect(tree, &format!("{directory}/{folder}"), folder, depth - 1, own))
}
