//! What is known of one thing that a matcher asks about, and the answer to a whole matcher.

use std::collections::BTreeSet;

use crate::answer::Answer;
use crate::yaml::OneOf;

/// The values that something may have, as far as the catalog tells: one where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T>(Vec<T>);

impl<T: PartialEq> Fact<T> {
    pub fn known(value: T) -> Self {
        Self(vec![value])
    }

    pub fn one_of(values: impl IntoIterator<Item = T>) -> Self {
        let mut distinct = Vec::new();
        for value in values {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        Self(distinct)
    }

    /// Whether it is one of the `wanted`.
    pub fn is_in(&self, wanted: &OneOf<T>) -> Answer {
        let fitting = self.0.iter().filter(|value| wanted.has(value)).count();
        match fitting {
            0 => Answer::No,
            all if all == self.0.len() => Answer::Yes,
            _ => Answer::Unknown,
        }
    }

    /// What follows from each value that it may have.
    pub fn map<U: PartialEq>(&self, follow: impl FnMut(&T) -> U) -> Fact<U> {
        Fact::one_of(self.0.iter().map(follow))
    }
}

/// Whether a matcher fits, and what would decide it where that is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub answer: Answer,
    /// In words that finish "it hangs on …"; empty unless the answer is unknown.
    pub hangs_on: BTreeSet<&'static str>,
}

impl Verdict {
    pub fn yes() -> Self {
        Self { answer: Answer::Yes, hangs_on: BTreeSet::new() }
    }

    pub fn no() -> Self {
        Self { answer: Answer::No, hangs_on: BTreeSet::new() }
    }

    /// The answer to a question; `what` says what is asked.
    pub fn of(answer: Answer, what: &'static str) -> Self {
        let hangs_on = if answer == Answer::Unknown { BTreeSet::from([what]) } else { BTreeSet::new() };
        Self { answer, hangs_on }
    }

    /// Whether a yes-or-no fact is as wanted; yes where nothing is wanted.
    pub fn whether(wanted: Option<bool>, fact: impl Into<Answer>, what: &'static str) -> Self {
        match wanted {
            None => Self::yes(),
            Some(true) => Self::of(fact.into(), what),
            Some(false) => Self::of(!fact.into(), what),
        }
    }

    /// As [`whether`](Self::whether), of a fact that is always known.
    pub fn certainly(wanted: Option<bool>, is_so: bool) -> Self {
        if wanted.is_none_or(|wanted| wanted == is_so) { Self::yes() } else { Self::no() }
    }

    /// Whether a fact is among the wanted; yes where nothing is wanted.
    pub fn among<T: PartialEq>(wanted: Option<&OneOf<T>>, fact: &Fact<T>, what: &'static str) -> Self {
        wanted.map_or_else(Self::yes, |wanted| Self::of(fact.is_in(wanted), what))
    }

    pub fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::yes();
        for next in verdicts {
            all = all.joined(next, Answer::and);
            if all.answer == Answer::No {
                break;
            }
        }
        all
    }

    pub fn any(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::no();
        for next in verdicts {
            any = any.joined(next, Answer::or);
            if any.answer == Answer::Yes {
                break;
            }
        }
        any
    }

    /// Both this and `next`, which is not asked where this is settled already.
    #[must_use]
    pub fn and(self, next: impl FnOnce() -> Self) -> Self {
        match self.answer {
            Answer::No => self,
            Answer::Yes => next(),
            Answer::Unknown => self.joined(next(), Answer::and),
        }
    }

    /// As [`and`](Self::and), with [`certainly`](Self::certainly): the fact is worked out only where one is wanted.
    #[must_use]
    pub fn and_certainly(self, wanted: Option<bool>, is_so: impl FnOnce() -> bool) -> Self {
        if wanted.is_none() { self } else { self.and(|| Self::certainly(wanted, is_so())) }
    }

    /// As [`and`](Self::and), with [`whether`](Self::whether): the fact is worked out only where one is wanted.
    #[must_use]
    pub fn and_whether(self, wanted: Option<bool>, what: &'static str, fact: impl FnOnce() -> Answer) -> Self {
        if wanted.is_none() { self } else { self.and(|| Self::whether(wanted, fact(), what)) }
    }

    fn joined(mut self, mut other: Self, join: impl Fn(Answer, Answer) -> Answer) -> Self {
        let answer = join(self.answer, other.answer);
        if answer == Answer::Unknown {
            self.hangs_on.append(&mut other.hangs_on);
        } else {
            self.hangs_on.clear();
        }
        Self { answer, hangs_on: self.hangs_on }
    }
}

impl std::ops::Not for Verdict {
    type Output = Self;

    fn not(self) -> Self {
        Self { answer: !self.answer, hangs_on: self.hangs_on }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_unknown_only_where_its_values_differ_in_the_answer() {
        let wanted = OneOf(vec!["set", "dropped"]);
        assert_eq!(Fact::known("set").is_in(&wanted), Answer::Yes);
        assert_eq!(Fact::one_of(["set", "dropped"]).is_in(&wanted), Answer::Yes);
        assert_eq!(Fact::one_of(["set", "same"]).is_in(&wanted), Answer::Unknown);
        assert_eq!(Fact::known("same").is_in(&wanted), Answer::No);
    }

    #[test]
    fn one_no_settles_all_and_leaves_nothing_to_hang_on() {
        let unknown = || Verdict::of(Answer::Unknown, "the old type");
        let all = Verdict::all([unknown(), Verdict::yes(), Verdict::no()]);
        assert_eq!(all, Verdict::no());
        let open = Verdict::all([unknown(), Verdict::yes()]);
        assert_eq!(open.hangs_on, BTreeSet::from(["the old type"]));
    }
}
