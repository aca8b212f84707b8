//! What was told already of a migration, so that one cause has one finding.

use std::collections::BTreeSet;

use super::outcome::JudgedChange;
use crate::change::TableName;
use crate::finding::Finding;
use crate::rule::Rules;
use crate::source::Span;

/// What the findings of one migration say.
#[derive(Debug, Default)]
pub(super) struct Told {
    tables: BTreeSet<Topic>,
    places: BTreeSet<(Topic, Span)>,
    /// Of the statement at hand.
    locks: BTreeSet<Topic>,
}

/// A rule and the table; and whether it counts, for what is discharged tells nothing of what is not.
type Topic = (String, Option<TableName>, bool);

impl Told {
    pub(super) fn begin_statement(&mut self) {
        self.locks.clear();
    }

    /// Whether `finding`, about a change of `table`, says something that was not told yet. A statement takes its lock once,
    /// however many of its actions need it; and one call that sends several statements is mended in one place.
    pub(super) fn is_news(&mut self, finding: &Finding, table: Option<&TableName>, rules: &Rules) -> bool {
        let Some(rule) = rules.get(&finding.rule) else { return true };
        let key = || (rule.id.clone(), table.cloned(), finding.is_open());
        let is_about_locks = rule.family == "locking";
        (!rule.once_per_table || self.tables.insert(key()))
            && (!is_about_locks || self.locks.insert(key()))
            && (!is_about_locks || self.places.insert((key(), finding.span)))
    }
}

/// Takes out the findings of which a later one, about the same table or the same column of it, says more.
pub(super) fn retold(findings: &mut Vec<Finding>, changes: &[JudgedChange], rules: &Rules) {
    let change_of = |finding: &Finding| changes.get(finding.change?).map(|judged| &judged.change.what);
    let is_part = |earlier: &Finding, later: &Finding| {
        if !rules.get(&later.rule).is_some_and(|rule| rule.silences_earlier.contains(&earlier.rule)) {
            return false;
        }
        if later.confidence < earlier.confidence {
            return false;
        }
        let Some((before, after)) = change_of(earlier).zip(change_of(later)) else { return false };
        let is_of_same_part = before.column().zip(after.column()).is_none_or(|(before, after)| before == after);
        earlier.change < later.change && before.table() == after.table() && is_of_same_part
    };
    let told: Vec<bool> = findings.iter().map(|earlier| findings.iter().any(|later| is_part(earlier, later))).collect();
    let mut told = told.into_iter();
    findings.retain(|_| !told.next().unwrap_or_default());
}
