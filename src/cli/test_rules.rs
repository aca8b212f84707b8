//! `phasewise test-rules`: the examples of a project's own rules, which are their tests.

use std::io::{self, Write};

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::TestRulesArguments;
use super::config::{Config, OWN_RULES};
use super::exit::{Exit, Failure};
use super::root::Root;
use super::{own_rules, terminal};
use crate::lint::{Difference, ExampleJudge, Expectation};
use crate::rule::{OwnRule, Rule, Rules};
use crate::source::{ReadError, Tree};

#[derive(Debug, Error, Diagnostic)]
#[error("there are no rules in {place}")]
#[diagnostic(code(phasewise::test_rules::none), help("name the directory in which your rules lie, as `.yaml` files"))]
struct NoRules {
    place: String,
}

pub(super) fn run(arguments: &TestRulesArguments) -> Result<Exit, Failure> {
    let (own, place) = match &arguments.directory {
        Some(directory) => {
            let path = directory.to_string_lossy().trim_end_matches('/').to_owned();
            let tree = Tree::new("");
            if !tree.exists(&path) {
                return Err(ReadError::Missing { path }.into());
            }
            (own_rules::files(&tree, &path)?, format!("`{path}`"))
        }
        None => of_project()?,
    };
    if own.is_empty() {
        return Err(NoRules { place }.into());
    }
    let rules = Rules::builtin()?.with_own(&own)?;
    let judge = ExampleJudge::new(&rules)?;
    let results: Vec<(&Rule, Vec<Difference>)> =
        rules.iter().filter(|rule| rule.is_own).map(|rule| (rule, judge.differences(rule))).collect();
    terminal::print(|out| write(out, &results))?;
    let has_failed = results.iter().any(|(_, differences)| !differences.is_empty());
    Ok(if has_failed { Exit::Findings } else { Exit::Clean })
}

/// The rules of the project around the current directory, and where they lie.
fn of_project() -> Result<(Vec<OwnRule>, String), Failure> {
    let tree = Tree::new(Root::find(&[])?.directory);
    let directories = Config::load(&tree, None)?.own_rules(&tree);
    let mut own = Vec::new();
    for directory in &directories {
        own.extend(own_rules::files(&tree, directory)?);
    }
    let place =
        if directories.is_empty() { format!("`{OWN_RULES}`") } else { format!("`{}`", directories.join("`, `")) };
    Ok((own, place))
}

fn write(out: &mut dyn Write, results: &[(&Rule, Vec<Difference>)]) -> io::Result<()> {
    for (rule, differences) in results {
        let result = if differences.is_empty() { "ok" } else { "FAILED" };
        let (bad, good) = (rule.examples.bad.len(), rule.examples.good.len());
        writeln!(out, "{result:6}  {} ({bad} bad, {good} good)", rule.id)?;
        for Difference { expectation, example, engine, what } in differences {
            let expectation = match expectation {
                Expectation::Bad => "bad",
                Expectation::Good => "good",
            };
            writeln!(out, "        {expectation} example `{example}` on {}: {what}", engine.title())?;
        }
    }
    let failed = results.iter().filter(|(_, differences)| !differences.is_empty()).count();
    writeln!(out, "{} of {} rules passed", results.len() - failed, results.len())
}
