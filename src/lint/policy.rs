//! What a project decided for itself: how bad a rule's findings are, in general, in certain files and for certain tables;
//! and how large its tables are.

use std::collections::BTreeMap;

use super::pattern::Pattern;
use super::sizes::Sizes;
use crate::change::TableName;
use crate::finding::Severity;
use crate::rule::Rule;

/// Severities by rule.
pub type Severities = BTreeMap<String, Severity>;

/// A project's decisions; by default there are none.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub severities: Severities,
    /// For migrations whose path fits; the last that fits wins.
    pub files: Vec<(Pattern, Severities)>,
    /// For changes of a table whose name fits; the last that fits wins.
    pub tables: Vec<(Pattern, Severities)>,
    pub sizes: Sizes,
    /// What the connection that migrations run on sets before them: values by the names of variables.
    pub session: BTreeMap<String, String>,
}

impl Policy {
    /// How bad a finding of `rule` is. What is said of the table goes before what is said of the file, and that before
    /// what is said of the rule.
    pub(super) fn severity(&self, rule: &Rule, table: Option<&TableName>, path: &str) -> Severity {
        let of_table = || table.and_then(|table| last(&self.tables, &rule.id, |pattern| fits_table(pattern, table)));
        let of_file = || last(&self.files, &rule.id, |pattern| pattern.fits(path));
        let of_rule = || self.severities.get(&rule.id).copied();
        of_table().or_else(of_file).or_else(of_rule).unwrap_or(rule.severity)
    }
}

fn last(settings: &[(Pattern, Severities)], rule: &str, fits: impl Fn(&Pattern) -> bool) -> Option<Severity> {
    settings.iter().rev().filter(|(pattern, _)| fits(pattern)).find_map(|(_, severities)| severities.get(rule).copied())
}

/// Whether a pattern is about the table, with its schema or without.
pub fn fits_table(pattern: &Pattern, table: &TableName) -> bool {
    pattern.fits(&table.name) || table.schema.is_some() && pattern.fits(&table.to_string())
}
