//! What follows from all answers: go, or why not.

use super::check::Check;
use super::question::Question;
use crate::answer::Answer;

/// How the gate ends. The numbers are those of the process; 1 is what any tool ends with that falls over, and 42 and
/// what is above 125 mean something to those who call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateExit {
    Go,
    /// The plan, the arguments or the configuration are wrong.
    Unusable,
    /// A rule or a plan says no.
    Refused,
    /// The database, a permission or time is lacking.
    CannotKnow,
    /// Try again later.
    HoldNotMet,
    /// Somebody else is at it: try again.
    Busy,
    /// The wrapped command failed.
    CommandFailed,
    /// It went through, and what is there now is not what was to come.
    Unexpected,
}

/// What the gate decided, and the one reason that stands first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub exit: GateExit,
    /// What stood in the way, in a word, and in words; of a go, what was let through.
    pub obstacle: Option<&'static str>,
    pub words: String,
}

impl GateExit {
    pub fn code(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::Unusable => 2,
            Self::Refused => 3,
            Self::CannotKnow => 4,
            Self::HoldNotMet => 5,
            Self::Busy => 6,
            Self::CommandFailed => 7,
            Self::Unexpected => 8,
        }
    }

    /// As the first word of the last line on stderr.
    pub fn title(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::CommandFailed => "FAILED",
            Self::Unexpected => "UNEXPECTED",
            _ => "REFUSED",
        }
    }

    fn of(check: &Check) -> Self {
        match (check.question, check.answer) {
            (Question::Plans, _) => Self::Unusable,
            (Question::Alone | Question::Quiet, Answer::No) => Self::Busy,
            (_, Answer::Unknown) => Self::CannotKnow,
            (Question::Confirmed | Question::Holds | Question::Workers, _) => Self::HoldNotMet,
            _ => Self::Refused,
        }
    }
}

impl Decision {
    /// What the answers come to: the first that says no, in the order of the questions, is the reason; where none does, the
    /// first that is not known. `go` says what is let through where none refuses.
    pub fn of(checks: &[Check], go: String) -> Self {
        let mut refusing: Vec<&Check> = checks.iter().filter(|check| check.refuses()).collect();
        refusing.sort_by_key(|check| (check.answer == Answer::Unknown, check.question));
        let Some(first) = refusing.first() else { return Self { exit: GateExit::Go, obstacle: None, words: go } };
        let about = first.about.as_ref().map_or(String::new(), |about| format!("{about}: "));
        Self {
            exit: GateExit::of(first),
            obstacle: Some(first.question.obstacle()),
            words: format!("{about}{}", first.words),
        }
    }

    /// The last line on stderr, which tells those who flatten exit codes what it was.
    pub fn line(&self) -> String {
        let obstacle = self.obstacle.map_or(String::new(), |obstacle| format!(" {obstacle}"));
        let words = self.words.lines().collect::<Vec<_>>().join(" ");
        format!("phasewise: {} {}{obstacle} {words}", self.exit.title(), self.exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_question_that_refuses_is_the_reason() {
        let holds = Check::fail(Question::Holds, "rows remain").about("orders.fill");
        let findings = Check::fail(Question::Findings, "a drop");
        let quiet = Check::unknown(Question::Quiet, "no privilege").as_warning();
        let line = |checks: &[Check]| Decision::of(checks, "nothing is pending".to_owned()).line();
        assert_eq!(line(&[holds.clone(), findings.clone()]), "phasewise: REFUSED 3 finding a drop");
        assert_eq!(line(&[quiet.clone(), holds.clone()]), "phasewise: REFUSED 5 hold-not-met orders.fill: rows remain");
        assert_eq!(line(std::slice::from_ref(&quiet)), "phasewise: GO 0 nothing is pending");
        let unknown = Check::unknown(Question::Holds, "it took too long");
        assert_eq!(Decision::of(std::slice::from_ref(&unknown), String::new()).exit, GateExit::CannotKnow);
        let both = [unknown.clone(), Check::fail(Question::Swap, "a directory")];
        assert_eq!(Decision::of(&both, String::new()).exit, GateExit::Refused, "a no is more than what is not known");
        let overridden = Check { overridden: Some("the table is empty here".to_owned()), ..holds };
        assert_eq!(Decision::of(&[overridden], String::new()).exit, GateExit::Go);
    }
}
