//! The rules that a project brings, beside those of the binary.

use super::config::Config;
use super::exit::Failure;
use crate::rule::{OwnRule, Rules};
use crate::source::{ReadError, Tree};

/// The family of a rule that lies in no folder of its own.
const FAMILY: &str = "project";
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

/// The files of rules in `directory` and below, in the order of their paths.
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
    folders.iter().try_for_each(|folder| collect(tree, &format!("{directory}/{folder}"), folder, depth - 1, own))
}
