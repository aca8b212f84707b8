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
    pub fn short_circuit(&mut self, (left, place): (&Term, Span), right: &Expr, decides: Answer) -> Evaluated {
        let (truth, whole) = (left.truth(), place.to(right.span));
        if truth == decides {
            return Ok(Term::Bool(decides.is_yes()));
        }
        if truth != Answer::Unknown {
            let right = self.eval_for(whole, right)?;
            return Ok(truth_term(right.truth(), &right.why_unknown()));
        }
        let text = self.source(place);
        let (holds, fails) = (text.clone(), format!("! ({text})"));
        let condition = if decides.is_yes() { Condition::new(&fails, &holds) } else { Condition::new(&holds, &fails) };
        // Stays unknown where the right side throws: then only what stands before it is known to hold or fail.
        let mut joined = Answer::Unknown;
        self.fork_terms(
            &condition,
            |this| {
                let right = this.eval_for(whole, right)?;
                joined = if decides.is_yes() { truth.or(right.truth()) } else { truth.and(right.truth()) };
                Ok(Term::Null)
            },
            |_| Ok(Term::Null),
        )?;
        Ok(truth_term(joined, &left.why_unknown()))
    }

    /// One of the expressions that `whole` chooses from.
    fn eval_for(&mut self, whole: Span, choice: &Expr) -> Evaluated {
        let outer = self.discarded;
        self.pass_on(whole, choice.span);
        let result = self.eval(choice);
        self.discarded = outer;
        result
    }

    pub fn ternary(&mut self, ternary: &Ternary, span: Span) -> Evaluated {
        let condition = self.eval(&ternary.condition)?;
        match (condition.truth(), &ternary.then) {
            (Answer::Yes, None) => Ok(condition),
            (Answer::Yes, Some(then)) => self.eval_for(span, then),
            (Answer::No, _) => self.eval_for(span, &ternary.otherwise),
            (Answer::Unknown, then) => {
                let undecided = self.condition(&ternary.condition);
                self.fork_terms(
                    &undecided,
                    |this| then.as_ref().map_or(Ok(condition), |then| this.eval_for(span, then)),
                    |this| this.eval_for(span, &ternary.otherwise),
                )
            }
        }
    }

    pub fn coalesce(&mut self, left: &Expr, right: &Expr, span: Span) -> Evaluated {
        match self.peek(left)? {
            Term::Null => self.eval_for(span, right),
            term if term.may_be_null() => self.unless_set(left, term, |this| this.eval_for(span, right)),
            term => Ok(term),
        }
    }

    /// `$left ?? …`, where it is not known whether there is a value.
    pub fn unless_set(&mut self, left: &Expr, term: Term, otherwise: impl FnOnce(&mut Self) -> Evaluated) -> Evaluated {
        let text = self.source(left.span);
        let condition = Condition::new(&format!("isset({text})"), &format!("! isset({text})"));
        self.fork_terms(&condition, |_| Ok(term), otherwise)
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
                    return self.eval_for(span, &arm.body);
                }
            }
            if matches == Answer::Unknown {
                let labels: Vec<_> = arm.conditions.iter().map(|label| self.source(label.span)).collect();
                let text = format!("{} === {}", self.source(source.subject.span), labels.join(" or "));
                let condition = Condition::new(&text, &format!("! ({text})"));
                return self.fork_terms(
                    &condition,
                    |this| this.eval_for(span, &arm.body),
                    |this| this.match_from(source, subject, place + 1, span),
                );
            }
        }
        match source.arms.iter().find(|arm| arm.conditions.is_empty()) {
            Some(default) => self.eval_for(span, &default.body),
            None => Err(Interrupt::Throw { what: "UnhandledMatchError".to_owned(), span }),
        }
    }
}
