//! A baseline: what was found when a team began with phasewise, and does not count until it is mended.
//!
//! A finding is known again by its rule, its migration and what it is about, not by its line. Each entry says how many
//! there are; a baseline only ever shrinks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Finding;
use crate::yaml::{self, YamlError};

/// The version of the file.
pub const BASELINE_VERSION: u32 = 1;

/// How many findings there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline(BTreeMap<BaselineKey, usize>);

/// What tells a finding from others, whatever its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineKey {
    /// As its runner logs it.
    pub migration: String,
    pub rule: String,
    /// As [`Finding::object`].
    pub object: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    migration: String,
    rule: String,
    object: String,
    #[serde(default = "one")]
    count: usize,
}

impl Baseline {
    /// Reads the file at `path`. JSON is YAML.
    pub fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        if written.version != BASELINE_VERSION {
            let message = format!("phasewise reads baselines of version {BASELINE_VERSION}");
            let help = "write it anew with `--write-baseline`, in a file of another name".to_owned();
            return Err(YamlError::at(path, text, &["version"], message, Some(help)));
        }
        let mut baseline = Self::default();
        for Entry { migration, rule, object, count } in written.findings {
            *baseline.0.entry(BaselineKey { migration, rule, object }).or_default() += count;
        }
        Ok(baseline)
    }

    /// Those of the `findings` that count.
    pub fn of(findings: &[Finding]) -> Self {
        let mut baseline = Self::default();
        for finding in findings.iter().filter(|finding| finding.is_open()) {
            *baseline.0.entry(BaselineKey::of(finding)).or_default() += 1;
        }
        baseline
    }

    /// Marks the findings that are in it, and gives what of it was not found. Of several that are alike, the first are.
    #[must_use]
    pub fn apply(&self, findings: &mut [Finding]) -> Self {
        let mut left = self.0.clone();
        for finding in findings.iter_mut().filter(|finding| finding.is_open()) {
            if let Some(count) = left.get_mut(&BaselineKey::of(finding)).filter(|count| **count > 0) {
                *count -= 1;
                finding.is_baselined = true;
            }
        }
        left.retain(|_, count| *count > 0);
        Self(left)
    }

    /// What of it is about these migrations, or about those that are not `known`.
    #[must_use]
    pub fn about(&self, judged: &BTreeSet<&str>, known: &BTreeSet<&str>) -> Self {
        let is_about =
            |key: &BaselineKey| judged.contains(key.migration.as_str()) || !known.contains(key.migration.as_str());
        Self(self.0.iter().filter(|(key, _)| is_about(key)).map(|(key, count)| (key.clone(), *count)).collect())
    }

    /// Without the entries of `others`.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        let mut rest = self.0.clone();
        for (key, gone) in &others.0 {
            if let Some(count) = rest.get_mut(key) {
                *count = count.saturating_sub(*gone);
            }
        }
        rest.retain(|_, count| *count > 0);
        Self(rest)
    }

    /// With the entries of `others`.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        let mut all = self.0.clone();
        for (key, count) in &others.0 {
            *all.entry(key.clone()).or_default() += count;
        }
        Self(all)
    }

    /// Its entries, sorted by migration, rule and object.
    pub fn entries(&self) -> impl Iterator<Item = (&BaselineKey, usize)> {
        self.0.iter().map(|(key, count)| (key, *count))
    }

    /// How many findings it stands for.
    pub fn count(&self) -> usize {
        self.0.values().sum()
    }
}

impl BaselineKey {
    fn of(finding: &Finding) -> Self {
        Self { migration: finding.migration.clone(), rule: finding.rule.clone(), object: finding.object.clone() }
    }
}

fn one() -> usize {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;

    fn finding(migration: &str, object: &str) -> Finding {
        Finding { migration: migration.to_owned(), object: object.to_owned(), ..sample() }
    }

    fn shown(baseline: &Baseline) -> String {
        let entry = |(key, count): (&BaselineKey, usize)| format!("{} {} x{count}", key.migration, key.object);
        baseline.entries().map(entry).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_is_in_it_does_not_count_and_what_is_not_found_is_left() {
        let known = Baseline::of(&[finding("a", "t.x"), finding("a", "t.x"), finding("b", "t.y")]);
        assert_eq!(shown(&known), "a t.x x2, b t.y x1");
        let mut now = [finding("a", "t.x"), finding("a", "t.z")];
        let left = known.apply(&mut now);
        assert_eq!(now.each_ref().map(Finding::is_open), [false, true]);
        assert_eq!(shown(&left), "a t.x x1, b t.y x1");
        assert_eq!(shown(&left.about(&["a"].into(), &["a", "b"].into())), "a t.x x1", "`b` was not judged");
        assert_eq!(shown(&left.about(&["a"].into(), &["a"].into())), "a t.x x1, b t.y x1", "`b` is gone");
        assert_eq!(shown(&known.without(&left)), "a t.x x1");
        assert_eq!(shown(&left.with(&left)), "a t.x x2, b t.y x2");
    }

    #[test]
    fn what_is_suppressed_takes_no_place_in_it() {
        let known = Baseline::of(&[finding("a", "t.x")]);
        let suppression = super::super::Suppression { span: sample().span, reason: String::new() };
        let mut now = [Finding { suppressed: Some(suppression), ..finding("a", "t.x") }, finding("a", "t.x")];
        assert_eq!(shown(&known.apply(&mut now)), "");
        assert_eq!(now.each_ref().map(|finding| finding.is_baselined), [false, true]);
    }

    #[test]
    fn broken_files_are_refused() {
        let refused = |text: &str| Baseline::read("baseline.json", text).unwrap_err().to_string();
        assert_eq!(refused(r#"{"version": 2, "findings": []}"#), "phasewise reads baselines of version 1");
        assert!(refused(r#"{"version": 1, "findings": [{"rule": "r"}]}"#).contains("missing field `migration`"));
        assert!(refused(r#"{"version": 1, "#).contains("did not find"));
    }
}
