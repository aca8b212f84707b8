//! What was told already of a migration, so that one cause has one finding.

use std::collections::BTreeSet;

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
