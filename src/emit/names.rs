//! What the migrations of a plan are called.

use crate::plan::{Deploy, Step, Work};

/// How long Laravel's time is at the head of a migration's name: `2026_11_22_000000_`.
const STAMP: usize = 18;

/// The author's name without the time or the number that orders it, and that.
pub(super) fn apart(name: &str) -> (&str, &str) {
    let is_stamp = |head: &str| {
        head.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 | 10 | 17 => byte == b'_',
            _ => byte.is_ascii_digit(),
        })
    };
    if let (Some(head), Some(rest)) = (name.get(..STAMP), name.get(STAMP..))
        && is_stamp(head)
        && !rest.is_empty()
    {
        return (head.trim_end_matches('_'), rest);
    }
    let name = name.trim_start_matches(['V', 'U']);
    let end =
        name.find(|letter: char| !letter.is_ascii_digit() && letter != '-' && letter != '.').unwrap_or(name.len());
    let rest = name.get(end..).unwrap_or_default().trim_start_matches('_');
    if rest.is_empty() { ("", name) } else { (name.get(..end).unwrap_or_default(), rest) }
}

/// What a step's migration is called but for what orders it: `add_reference_code_to_orders_expand`, with a number before
/// the last word where several migrations of the deploy come from the same one of the author.
pub(super) fn stem(deploy: &Deploy, step: &Step) -> String {
    let (_, rest) = apart(&step.migration.name);
    let is_beside =
        |other: &&Step| matches!(other.work, Work::Migrate(_) | Work::Copy(_)) && other.migration == step.migration;
    let beside: Vec<&Step> = deploy.steps.iter().filter(is_beside).collect();
    let what = step.id.rsplit('.').next().unwrap_or_default();
    let what = what.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '-').replace('-', "_");
    if beside.len() < 2 {
        return format!("{rest}_{what}");
    }
    let width = beside.len().to_string().len();
    let at = beside.iter().position(|other| other.id == step.id).unwrap_or_default() + 1;
    format!("{rest}_{at:0width$}_{what}")
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn what_orders_a_name_is_told_from_the_rest() {
        assert_eq!(apart("2026_11_22_000000_add_code"), ("2026_11_22_000000", "add_code"));
        assert_eq!(apart("000012_add_code"), ("000012", "add_code"));
        assert_eq!(apart("V12__add_code"), ("12", "add_code"));
        assert_eq!(apart("2026-11-30-101010_add_code"), ("2026-11-30-101010", "add_code"));
        assert_eq!(apart("add_code"), ("", "add_code"));
        assert_eq!(apart("12"), ("", "12"));
    }
}
