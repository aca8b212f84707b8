//! All rules that apply, and what they find in one change.

use super::Rule;
use crate::answer::Answer;
use crate::effect::{Effect, Subject, Verdict};
use crate::embedded;
use crate::yaml::YamlError;

/// The folders of `rules/` that hold rules.
const FAMILIES: [&str; 5] = ["compatibility", "locking", "data", "process", "schema"];

/// Rules in the order of their families and ids; no two with one id.
#[derive(Debug, Clone, Default)]
pub struct Rules(Vec<Rule>);

/// A rule that is about a change, surely or possibly.
#[derive(Debug, Clone)]
pub struct Match<'a> {
    pub rule: &'a Rule,
    /// Yes or unknown.
    pub verdict: Verdict,
}

impl Rules {
    /// The rules that this binary brings along.
    pub fn builtin() -> Result<Self, YamlError> {
        let mut rules = Self::default();
        for (path, text) in FAMILIES.into_iter().flat_map(embedded::folder) {
            rules.add(path, text)?;
        }
        Ok(rules)
    }

    /// Adds the rule in the file at `path`.
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), YamlError> {
        let rule = Rule::read(path, text)?;
        if let Some(other) = self.get(&rule.id) {
            let message = format!("there is a rule `{}` already, in `{}/`", rule.id, other.family);
            return Err(YamlError::at(path, text, &["id"], message, Some("choose another id".to_owned())));
        }
        self.0.push(rule);
        Ok(())
    }

    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// The rules that are about the change, of those that are on. A rule is left out where another that is at least as
    /// sure silences it.
    pub fn about(&self, subject: &Subject<'_>, effect: &Effect, is_on: impl Fn(&Rule) -> bool) -> Vec<Match<'_>> {
        let matches: Vec<Match<'_>> = self
            .iter()
            .filter(|rule| is_on(rule))
            .map(|rule| Match { rule, verdict: rule.matches(subject, effect) })
            .filter(|found| match found.verdict.answer {
                Answer::Yes => true,
                Answer::Unknown => !found.rule.certain_only,
                Answer::No => false,
            })
            .collect();
        let is_silenced = |found: &Match<'_>| {
            matches.iter().any(|other| {
                other.rule.silences.contains(&found.rule.id) && other.verdict.answer >= found.verdict.answer
            })
        };
        matches.iter().filter(|found| !is_silenced(found)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_binary_loads() {
        let rules = Rules::builtin().unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
        assert!(rules.iter().count() > 0);
        for rule in rules.iter() {
            for silenced in &rule.silences {
                assert!(rules.get(silenced).is_some(), "`{}` silences `{silenced}`, which is no rule", rule.id);
            }
        }
    }
}
