//! What shows that a finding cannot do harm here, although its rule matched.
//!
//! Of a lock that lasts for as long as all rows take: that there are few, or none. A table that the batch itself made, and what
//! the catalog proves (a validated CHECK, an index that is there), make no match in the first place.

use super::sizes::{Sizes, Stake};
use crate::effect::Subject;
use crate::finding::Evidence;
use crate::rule::Rule;

/// What discharges a finding of `rule` about this change.
pub(super) fn discharge(rule: &Rule, subject: &Subject<'_>, sizes: &Sizes) -> Option<Evidence> {
    let table = subject.table_name().filter(|_| rule.is_bound_to_size())?;
    if let Some(place) = subject.session.emptied_at(table) {
        return Some(Evidence {
            words: format!("`{table}` has no rows: this migration empties it first"),
            place: Some(place),
        });
    }
    match sizes.stake(table) {
        Stake::Small(evidence) => Some(evidence),
        Stake::Large | Stake::Unknown => None,
    }
}
