//! Expressions that evaluate one of several others: `&&`, `||`, `?:`, `??` and `match`.

use super::branch::Condition;
use super::expressions::truth_term;
use super::interpreter::{Evaluated, Interpreter, Interrupt};
use super::operators;
use super::term::Term;
use crate::answer::Answer;
use crate::php::{Expr, Match, Ternary};
use crate::source::Span;

impl Interpreter<'_> {
    /// `&&` and `||`: the right side runs unless the left one decides.
    pub fn short_circuit(&mut self, left: &Term, right: &Expr, decides: Answer) -> Evaluated {
        let truth = left.truth();
        if truth == decides {
            return Ok(Term::Bool(decides.is_yes()));
        }
        if truth != Answer::Unknown {
            let right = self.eval(right)?;
            return Ok(truth_term(right.truth(), &right.why_unknown()));
        }
        let condition =
            Condition::new("what stands before `&&` or `||` holds", "what stands before `&&` or `||` fails");
        let right = self.fork_terms(&condition, |this| this.eval(right), |this| this.eval(right))?;
        let joined = if decides.is_yes() { truth.or(right.truth()) } else { truth.and(right.truth()) };
        Ok(truth_term(joined, &left.why_unknown()))
    }

    pub fn ternary(&mut self, ternary: &Ternary) -> Evaluated {
        let condition = self.eval(&ternary.condition)?;
        match (condition.truth(), &ternary.then) {
            (Answer::Yes, None) => Ok(condition),
            (Answer::Yes, Some(then)) => self.eval(then),
            (Answer::No, _) => self.eval(&ternary.otherwise),
            (Answer::Unknown, then) => {
                let undecided = self.condition(&ternary.condition);
                self.fork_terms(
                    &undecided,
                    |this| then.as_ref().map_or(Ok(condition), |then| this.eval(then)),
                    |this| this.eval(&ternary.otherwise),
                )
            }
        }
    }

    pub fn coalesce(&mut self, left: &Expr, right: &Expr) -> Evaluated {
        match self.peek(left)? {
            Term::Null => self.eval(right),
            Term::Unknown(unknown) => {
                let text = self.source(left.span);
                let condition = Condition::new(&format!("isset({text})"), &format!("! isset({text})"));
                self.fork_terms(&condition, |_| Ok(Term::Unknown(unknown)), |this| this.eval(right))
            }
            term => Ok(term),
        }
    }

    pub fn match_arms(&mut self, source: &Match, span: Span) -> Evaluated {
        let subject = self.eval(&source.subject)?;
        self.match_from(source, &subject, 0, span)
    }

    fn match_from(&mut self, source: &Match, subject: &Term, at: usize, span: Span) -> Evaluated {
        for (place, arm) in source.arms.iter().enumerate().skip(at) {
            let mut matches = Answer::No;
            for condition in &arm.conditions {
                let term = self.eval(condition)?;
                matches = matches.or(operators::identical(subject, &term));
                if matches.is_yes() {
                    return self.eval(&arm.body);
                }
            }
            if matches == Answer::Unknown {
                let labels: Vec<_> = arm.conditions.iter().map(|label| self.source(label.span)).collect();
                let text = format!("{} === {}", self.source(source.subject.span), labels.join(" or "));
                let condition = Condition::new(&text, &format!("! ({text})"));
                return self.fork_terms(
                    &condition,
                    |this| this.eval(&arm.body),
                    |this| this.match_from(source, subject, place + 1, span),
                );
            }
        }
        match source.arms.iter().find(|arm| arm.conditions.is_empty()) {
            Some(default) => self.eval(&default.body),
            None => Err(Interrupt::Throw { what: "UnhandledMatchError".to_owned(), span }),
        }
    }
}
