//! Patterns for names of tables and paths: `*` stands for anything within a name, `**` also for `/`.

use std::fmt;

/// A pattern, which fits a name as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn fits(&self, name: &str) -> bool {
        fits(self.0.as_bytes(), name.as_bytes())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Row by row, as what is left of the pattern against what is left of the name: no pattern takes longer than its length
/// times the name's.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let mut reached = vec![false; name.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    let mut rest = pattern;
    while let Some((first, after)) = rest.split_first() {
        let crosses = after.first() == Some(&b'*');
        rest = after;
        if *first != b'*' {
            reached = step(&reached, name, |letter| letter.eq_ignore_ascii_case(first));
            continue;
        }
        if crosses {
            rest = rest.get(1..).unwrap_or_default();
        }
        let mut is_open = false;
        for (at, here) in reached.iter_mut().enumerate() {
            let letter = at.checked_sub(1).and_then(|before| name.get(before));
            is_open = *here || is_open && (crosses || letter != Some(&b'/'));
            *here = is_open;
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// Where a letter leads to from each place that was reached.
fn step(reached: &[bool], name: &[u8], is_letter: impl Fn(&u8) -> bool) -> Vec<bool> {
    let next = reached.iter().zip(name).map(|(here, letter)| *here && is_letter(letter));
    std::iter::once(false).chain(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_a_name_and_two_do_not() {
        let fits = |pattern: &str, name: &str| Pattern::new(pattern).fits(name);
        assert!(fits("orders", "orders") && fits("Orders", "orders"));
        assert!(!fits("orders", "orders_archive") && !fits("orders", "old_orders"));
        assert!(fits("audit_*", "audit_2026") && fits("*_log", "mail_log") && fits("a*c*e", "abcde"));
        assert!(!fits("a*c", "abcd") && fits("*", "orders") && fits("orders*", "orders"));
        assert!(fits("database/migrations/2019_*", "database/migrations/2019_01_01_x.php"));
        assert!(!fits("database/*", "database/migrations/x.php"));
        assert!(fits("database/**", "database/migrations/x.php") && fits("**/x.php", "database/migrations/x.php"));
    }
}
