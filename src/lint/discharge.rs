//! What shows that a finding cannot do harm here, although its rule matched.
//!
//! Of a lock that lasts for as long as all rows take: that there are few, or none. Beyond that, what a rule itself names: a check that
//! was validated, a key that stands, a timeout. Each kind of evidence is found by one function here, with the place where it
//! can be read. A table that the batch itself made is not in use, so it makes no match in the first place.

use super::sizes::{Sizes, Stake};
use crate::effect::{Subject, proving_check, standing_key};
use crate::finding::{Clue, ClueKind, Evidence};
use crate::rule::{Proof, Rule};

/// What discharges a finding of `rule` about this change.
pub(super) fn discharge(rule: &Rule, subject: &Subject<'_>, sizes: &Sizes) -> Option<Evidence> {
    let by_size = rule.is_bound_to_size().then(|| few_rows(subject, sizes)).flatten();
    by_size.or_else(|| rule.discharged_by.iter().find_map(|proof| evidence(*proof, subject)))
}

/// What a person should look at who reviews a finding of `rule` about this change: a backfill says that somebody thought of the rows
/// that are there, and not that none was missed.
pub(super) fn clues(rule: &Rule, subject: &Subject<'_>) -> Vec<Clue> {
    let is_about_rows = rule.discharged_by.contains(&Proof::ValidatedCheck);
    let column = subject.change.what.column().filter(|_| is_about_rows);
    let Some((table, column)) = subject.table_name().zip(column) else { return Vec::new() };
    let backfill = subject.session.trail().filled_at(table, column).map(|place| Clue {
        kind: ClueKind::Backfill,
        words: format!("rows got values in `{table}.{column}` before; nothing here counts those that did not"),
        place,
    });
    backfill.into_iter().collect()
}

fn few_rows(subject: &Subject<'_>, sizes: &Sizes) -> Option<Evidence> {
    let table = subject.table_name()?;
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

fn evidence(proof: Proof, subject: &Subject<'_>) -> Option<Evidence> {
    match proof {
        Proof::ValidatedCheck => validated_check(subject),
        Proof::StandingKey => unique_key(subject),
        Proof::LockTimeout => lock_timeout(subject),
        // Whoever asked the code knows.
        Proof::NoUse | Proof::NoInsertWithout => None,
    }
}

fn validated_check(subject: &Subject<'_>) -> Option<Evidence> {
    let (table, check) = proving_check(subject)?;
    Some(Evidence {
        words: format!("the CHECK `{}` of `{}` was validated, so no row has a NULL there", check.name, table.name),
        place: subject.session.trail().checked_at(&table.name, &check.name),
    })
}

fn unique_key(subject: &Subject<'_>) -> Option<Evidence> {
    let (table, key) = standing_key(subject)?;
    Some(Evidence {
        words: format!("`{key}` of `{}` refuses the same duplicates already", table.name),
        place: subject.session.trail().indexed_at(&table.name, key),
    })
}

fn lock_timeout(subject: &Subject<'_>) -> Option<Evidence> {
    let (name, value) = subject.session.short_lock_timeout()?;
    let place = subject.session.set_at(name);
    let by = if place.is_some() { "" } else { " (`session` in `phasewise.yaml`)" };
    Some(Evidence { words: format!("`{name}` is {value}, so the wait for the lock ends soon{by}"), place })
}
