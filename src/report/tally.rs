//! How much a lint found, as numbers and as one line.

use std::collections::BTreeSet;

use crate::finding::{Finding, Severity};
use crate::lint::Outcome;

/// The counts of an outcome. Findings that are suppressed, discharged or baselined count as such and as nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub files: usize,
    pub migrations: usize,
    /// The migrations that an open finding is about.
    pub found_in: usize,
    pub changes: usize,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub suppressed: usize,
    pub discharged: usize,
    pub baselined: usize,
    pub unknown: usize,
}

impl Tally {
    pub fn of(outcome: &Outcome) -> Self {
        let open = |severity| {
            let is_counted = |finding: &&Finding| finding.is_open() && finding.severity == severity;
            outcome.findings.iter().filter(is_counted).count()
        };
        let found_in: BTreeSet<&str> = outcome
            .findings
            .iter()
            .filter(|finding| finding.is_open())
            .map(|finding| finding.migration.as_str())
            .collect();
        let files: BTreeSet<&str> = outcome.migrations.iter().map(|migration| migration.path.as_str()).collect();
        let discharged = outcome.findings.iter().filter(|finding| finding.discharged_by.is_some()).count();
        Self {
            files: files.len(),
            migrations: outcome.migrations.len(),
            found_in: found_in.len(),
            changes: outcome.changes.len(),
            errors: open(Severity::Error),
            warnings: open(Severity::Warning),
            notes: open(Severity::Note),
            suppressed: outcome.findings.iter().filter(|finding| finding.suppressed.is_some()).count(),
            discharged,
            baselined: outcome.findings.iter().filter(|finding| finding.is_baselined).count(),
            unknown: outcome.unknown.len(),
        }
    }

    /// `3 errors, 1 warning in 2 of 45 migrations; 1 thing not understood`.
    pub fn line(&self) -> String {
        let levels = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        let found: Vec<String> =
            levels.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)).collect();
        let migrations = counted(self.migrations, "migration");
        let mut parts = vec![if self.migrations == 0 {
            "no migration to judge".to_owned()
        } else if found.is_empty() {
            format!("nothing found in {migrations}")
        } else {
            format!("{} in {} of {migrations}", found.join(", "), self.found_in)
        }];
        let apart = [
            (self.suppressed, format!("{} suppressed", self.suppressed)),
            (self.discharged, format!("{} discharged", self.discharged)),
            (self.baselined, format!("{} in the baseline", self.baselined)),
            (self.unknown, format!("{} not understood", counted(self.unknown, "thing"))),
        ];
        parts.extend(apart.into_iter().filter(|(count, _)| *count > 0).map(|(_, part)| part));
        parts.join("; ")
    }
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
