//! What tells a finding from others, from one run to the next: its rule, its migration and its change, not its line.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::lint::Outcome;

/// Gives each finding of an outcome its fingerprint.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<u64, usize>,
}

impl Fingerprints {
    /// Findings that are otherwise alike are numbered, so this is asked once for each, in their order.
    pub(super) fn of(&mut self, finding: &Finding, outcome: &Outcome) -> String {
        let change = outcome.change_of(finding).map(|judged| judged.change.what.description());
        let key = [&finding.rule, &finding.migration, &change.unwrap_or_default()].map(String::as_str).join("\n");
        let hash = fnv1a(&key);
        let number = self.seen.entry(hash).or_insert(0);
        *number += 1;
        format!("{hash:016x}-{number}")
    }
}

/// The same on every machine and for every version of the standard library, unlike its hashers.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
