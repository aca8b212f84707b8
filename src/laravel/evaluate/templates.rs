//! Strings that are put together, with the places that their parts come from.

use std::rc::Rc;

use super::interpreter::{Evaluated, Interpreter};
use super::operators;
use super::term::Term;
use crate::php::{self, Part};
use crate::source::Span;

impl Interpreter<'_> {
    pub fn template(&mut self, parts: &[Part], span: Span) -> Evaluated {
        let mut joined = Term::text("", span);
        for part in parts {
            let term = match part {
                Part::Text(text) => Term::Text(Rc::clone(text)),
                Part::Expr(expr) => placed(self.eval(expr)?, expr.span),
            };
            joined = self.concat(&joined, &term, span)?;
        }
        Ok(joined)
    }

    pub fn concat(&mut self, left: &Term, right: &Term, span: Span) -> Evaluated {
        let joined = operators::concat(left, right, span);
        if let Term::Text(text) = &joined {
            self.charge(text.value.len() / 512, span)?;
        }
        Ok(joined)
    }
}

/// A part of a text that is put together at `span`: what comes from elsewhere comes from there.
pub(super) fn placed(term: Term, span: Span) -> Term {
    match &term {
        Term::Text(text) if text.map.whole.file != span.file || !contains(span, text.map.whole) => {
            let mut part = php::Text::new(text.value.clone(), span);
            if !part.value.is_empty() {
                part.map.add(0..part.value.len(), span);
            }
            Term::Text(Rc::new(part))
        }
        _ => term,
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
