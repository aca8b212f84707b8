//! The answer to one question, with what shows it and the way out.

use super::question::Question;
use crate::answer::Answer;

/// One answer. A question may be asked of several things: of each hold of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub question: Question,
    pub answer: Answer,
    /// What it is about: a step of a plan, a migration, a table.
    pub about: Option<String>,
    /// The answer in words, without a full stop.
    pub words: String,
    /// What shows it, a line each: places, rows, processes.
    pub evidence: Vec<String>,
    /// What to do about it: commands, or sentences.
    pub fix: Vec<String>,
    /// Who answers for it that it does not count, and why.
    pub overridden: Option<String>,
    /// It is told, and does not refuse.
    pub is_warning: bool,
    /// Somebody else is at it right now: nobody can answer for going on beside them.
    pub is_live_conflict: bool,
}

impl Check {
    fn new(question: Question, answer: Answer, words: impl Into<String>) -> Self {
        Self {
            question,
            answer,
            about: None,
            words: words.into(),
            evidence: Vec::new(),
            fix: Vec::new(),
            overridden: None,
            is_warning: false,
            is_live_conflict: false,
        }
    }

    pub fn pass(question: Question, words: impl Into<String>) -> Self {
        Self::new(question, Answer::Yes, words)
    }

    pub fn fail(question: Question, words: impl Into<String>) -> Self {
        Self::new(question, Answer::No, words)
    }

    /// It is not known; `words` say why.
    pub fn unknown(question: Question, words: impl Into<String>) -> Self {
        Self::new(question, Answer::Unknown, words)
    }

    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    #[must_use]
    pub fn reworded(self, words: impl Into<String>) -> Self {
        Self { words: words.into(), ..self }
    }

    #[must_use]
    pub fn with_evidence(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.evidence.extend(lines.into_iter().map(Into::into));
        self
    }

    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<String>) -> Self {
        self.fix.push(fix.into());
        self
    }

    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { is_warning: true, ..self }
    }

    /// Whether the release may not go on because of it.
    pub fn refuses(&self) -> bool {
        self.answer != Answer::Yes && !self.is_warning && self.overridden.is_none()
    }
}
