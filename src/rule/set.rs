//! All rules that apply, and what they find in one change.

use std::collections::BTreeSet;

use super::rule_file::ReadRule;
use super::{Remark, Rule};
use crate::answer::Answer;
use crate::effect::{ByKind, Effect, Effects, Lasts, Subject, Verdict};
use crate::embedded;
use crate::engine::Engine;
use crate::yaml::YamlError;

/// The folders of `rules/` that hold rules.
const FAMILIES: [&str; 5] = ["compatibility", "locking", "data", "process", "schema"];

/// Rules in the order of their families and ids; no two with one id.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    list: Vec<Rule>,
    by_kind: ByKind,
}

/// The file of a rule that a project brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRule {
    /// The folder it lies in, below the directory of the project's rules.
    pub family: String,
    pub path: String,
    pub text: String,
}

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
            let family = path.split('/').next().unwrap_or_default();
            let read = ReadRule::read(family, path, text)?;
            if let Some(other) = rules.get(&read.rule.id) {
                return Err(taken(other, path, text));
            }
            rules.list.push(read.rule);
        }
        Ok(rules.indexed())
    }

    /// With the rules of a project beside these. One that says so stands in for a rule of this binary.
    pub fn with_own(mut self, own: &[OwnRule]) -> Result<Self, YamlError> {
        for file in own {
            let OwnRule { family, path, text } = file;
            let ReadRule { rule, replaces_builtin } = ReadRule::read(family, path, text)?;
            let rule = Rule { is_own: true, ..rule };
            match (self.list.iter_mut().find(|other| other.id == rule.id), replaces_builtin) {
                (None, false) => self.list.push(rule),
                (Some(other), true) if !other.is_own => *other = rule,
                (Some(other), _) => return Err(taken(other, path, text)),
                (None, true) => {
                    let message = format!("phasewise brings no rule `{}` along, so there is none to replace", rule.id);
                    let help = "`phasewise explain` lists the rules; leave `replaces-builtin` out for a new one";
                    return Err(YamlError::at(path, text, &["replaces-builtin"], message, Some(help.to_owned())));
                }
            }
        }
        for file in own {
            self.check_reach(file)?;
        }
        for OwnRule { path, text, .. } in own {
            for rule in self.list.iter().filter(|rule| rule.path == *path) {
                let lists = [("silences", &rule.silences), ("silences-earlier", &rule.silences_earlier)];
                let named = lists.into_iter().flat_map(|(key, ids)| ids.iter().map(move |id| (key, id)));
                if let Some((key, unknown)) = named.into_iter().find(|(_, id)| self.get(id).is_none()) {
                    let message = format!("it silences `{unknown}`, which is no rule");
                    let help = "`phasewise explain` lists the rules".to_owned();
                    return Err(YamlError::at(path, text, &[key], message, Some(help)));
                }
            }
        }
        Ok(self.indexed())
    }

    /// The same rules, found by the kinds of change that they name.
    fn indexed(mut self) -> Self {
        self.by_kind = ByKind::new(self.list.iter().map(|rule| rule.matcher.kinds()));
        self
    }

    /// The rules that may be about changes of that kind, in their order.
    fn for_kind(&self, kind: &str) -> impl Iterator<Item = &Rule> {
        self.by_kind.of(kind).iter().filter_map(|at| self.list.get(*at))
    }

    /// Refuses a rule that waits for an effect which nothing that it is about has on any engine.
    fn check_reach(&self, OwnRule { path, text, .. }: &OwnRule) -> Result<(), YamlError> {
        let matcher = self.list.iter().find(|rule| rule.path == *path).map(|rule| &rule.matcher);
        let Some((matcher, (wanted, kinds))) = matcher.and_then(|matcher| Some((matcher, matcher.wanted_effect()?)))
        else {
            return Ok(());
        };
        let mut seen = Vec::new();
        for engine in Engine::ALL.into_iter().filter(|engine| matcher.is_for(*engine)) {
            seen.extend(Effects::builtin(engine)?.reachable(&kinds));
        }
        if seen.iter().any(|effect| wanted.fits(effect)) {
            return Ok(());
        }
        let message = "nothing that this rule is about has such an effect, so it finds nothing".to_owned();
        let help = format!("what there is: {}; `phasewise effects` shows what each change does", told(&seen));
        Err(YamlError::at(path, text, &["match", "effect"], message, Some(help)))
    }

    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.list.iter().find(|rule| rule.id == id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.list.iter()
    }

    /// The rules that are about the remark.
    pub fn about_remark(&self, remark: &Remark) -> impl Iterator<Item = &Rule> {
        self.iter().filter(move |rule| rule.is_about(remark))
    }

    /// The rules that are about the change, of those that are on. A rule is left out where another that is at least as
    /// sure silences it; one whose finding does not count (`is_idle`) silences none whose finding does.
    pub fn about(
        &self,
        subject: &Subject<'_>,
        effect: &Effect,
        is_on: impl Fn(&Rule) -> bool,
        is_idle: impl Fn(&Rule) -> bool,
    ) -> Vec<Match<'_>> {
        let is_match = |found: &Match<'_>| match found.verdict.answer {
            Answer::Yes => true,
            Answer::Unknown => !found.rule.certain_only,
            Answer::No => false,
        };
        let matches: Vec<Match<'_>> = self
            .for_kind(subject.change.what.kind())
            .map(|rule| Match { rule, verdict: rule.matches(subject, effect) })
            .filter(|found| is_match(found) && is_on(found.rule))
            .collect();
        let is_silenced = |found: &Match<'_>| {
            matches.iter().any(|other| {
                other.rule.silences.contains(&found.rule.id)
                    && other.verdict.answer >= found.verdict.answer
                    && (is_idle(found.rule) || !is_idle(other.rule))
            })
        };
        matches.iter().filter(|found| !is_silenced(found)).cloned().collect()
    }
}

/// How long effects last and what they block, each kind once.
fn told(effects: &[Effect]) -> String {
    let blocks = |effect: &Effect| match (effect.blocks.reads, effect.blocks.writes) {
        (true, true) => "blocks read and write",
        (true, false) => "blocks read",
        (false, true) => "blocks write",
        (false, false) => "blocks nothing",
    };
    let lasts = |effect: &Effect| match effect.lasts {
        Lasts::Moment => "lasts moment",
        Lasts::Scan => "lasts scan",
        Lasts::IndexBuild => "lasts index-build",
        Lasts::Rebuild => "lasts rebuild",
    };
    let words: BTreeSet<String> =
        effects.iter().map(|effect| format!("{} and {}", lasts(effect), blocks(effect))).collect();
    words.into_iter().collect::<Vec<_>>().join(", ")
}

fn taken(other: &Rule, path: &str, text: &str) -> YamlError {
    let message = format!("there is a rule `{}` already, in `{}`", other.id, other.path);
    let help = if other.is_own {
        "choose another id"
    } else {
        "choose another id, or write `replaces-builtin: true` if this file is to stand in for it"
    };
    YamlError::at(path, text, &["id"], message, Some(help.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_binary_loads() {
        let rules = Rules::builtin().unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
        assert!(rules.iter().count() > 0);
        for rule in rules.iter() {
            for silenced in rule.silences.iter().chain(&rule.silences_earlier) {
                assert!(rules.get(silenced).is_some(), "`{}` silences `{silenced}`, which is no rule", rule.id);
            }
        }
    }
}
