//! `phasewise explain`: a rule's page, or the list of rules.

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::ExplainArguments;
use super::config::Config;
use super::exit::{Exit, Failure};
use super::root::Root;
use super::{own_rules, terminal};
use crate::report::page;
use crate::rule::Rules;
use crate::source::Tree;

#[derive(Debug, Error, Diagnostic)]
#[error("there is no rule `{id}`")]
#[diagnostic(code(phasewise::explain::unknown))]
struct UnknownRule {
    id: String,
    #[help]
    help: String,
}

pub(super) fn run(arguments: &ExplainArguments) -> Result<Exit, Failure> {
    let rules = match Root::find(&[]) {
        Ok(root) => {
            let tree = Tree::new(&root.directory);
            own_rules::rules(&tree, &Config::load(&tree, None)?)?
        }
        Err(_) => Rules::builtin()?,
    };
    let Some(id) = &arguments.rule else {
        let all: Vec<_> = rules.iter().collect();
        terminal::print(|out| page::write_list(out, all.iter().copied()))?;
        return Ok(Exit::Clean);
    };
    let rule = rules.get(id).ok_or_else(|| UnknownRule { id: id.clone(), help: help(id, &rules) })?;
    terminal::print(|out| page::write(out, rule, terminal::look(false)))?;
    Ok(Exit::Clean)
}

/// Names the rules that share most words with what was asked for.
fn help(id: &str, rules: &Rules) -> String {
    let words: Vec<&str> = id.split(['-', '_', ' ']).filter(|word| word.len() > 1).collect();
    let shared = |rule: &str| rule.split('-').filter(|word| words.contains(word)).count();
    let most = rules.iter().map(|rule| shared(&rule.id)).max().unwrap_or(0);
    let near: Vec<String> =
        rules.iter().filter(|rule| shared(&rule.id) == most).map(|rule| format!("`{}`", rule.id)).collect();
    if most == 0 || near.len() > 5 {
        "`phasewise explain` lists the rules".to_owned()
    } else {
        format!("did you mean {}? `phasewise explain` lists the rules", near.join(", "))
    }
}
