//! The arguments of a call, evaluated.

use super::interpreter::{Evaluated, Interpreter};
use super::term::Term;
use crate::laravel::{self, Key};
use crate::php::{self, ExprKind};
use crate::source::Span;

#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub name: Option<String>,
    pub term: Term,
    pub span: Span,
    /// The variable that it is, for a parameter that takes a reference.
    pub variable: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    pub list: Vec<Argument>,
    /// Whether there may be more: something unknown was spread.
    pub is_open: bool,
}

impl Arguments {
    /// Arguments that the framework gives a callback.
    pub fn of(terms: Vec<Term>, span: Span) -> Self {
        let list = terms.into_iter().map(|term| Argument { name: None, term, span, variable: None });
        Self { list: list.collect(), is_open: false }
    }

    /// What PHP binds to the parameter `name` at the place `at`.
    pub fn get(&self, at: usize, name: &str) -> Option<&Term> {
        self.find(at, name).map(|argument| &argument.term)
    }

    pub fn find(&self, at: usize, name: &str) -> Option<&Argument> {
        let positional = self.list.get(at).filter(|argument| argument.name.is_none());
        positional.or_else(|| self.list.iter().find(|argument| argument.name.as_deref() == Some(name)))
    }

    /// The argument at a place, as functions of PHP take them.
    pub fn at(&self, at: usize) -> Option<&Term> {
        self.list.get(at).map(|argument| &argument.term)
    }

    /// The text at a place.
    pub fn text(&self, at: usize) -> Option<String> {
        self.at(at).filter(|term| !matches!(term, Term::Null)).and_then(Term::as_string)
    }

    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.list.iter().map(|argument| &argument.term)
    }
}

impl Interpreter<'_> {
    pub fn arguments(&mut self, arguments: &[php::Argument]) -> Evaluated<Arguments> {
        let mut evaluated = Arguments::default();
        for argument in arguments {
            let term = self.eval(&argument.value)?;
            let span = argument.value.span;
            if !argument.is_spread {
                let variable = match &argument.value.kind {
                    ExprKind::Variable(name) => Some(name.clone()),
                    _ => None,
                };
                evaluated.list.push(Argument { name: argument.name.clone(), term, span, variable });
                continue;
            }
            match term {
                Term::Array(array) | Term::Collection(array) => {
                    evaluated.is_open |= array.is_open;
                    evaluated.list.extend(array.iter().map(|(key, term)| Argument {
                        name: match key {
                            Key::Str(name) => Some(name.clone()),
                            Key::Int(_) => None,
                        },
                        term: term.clone(),
                        span,
                        variable: None,
                    }));
                }
                _ => evaluated.is_open = true,
            }
        }
        Ok(evaluated)
    }

    /// As the schema builder takes them: models are looked up.
    pub fn values(&self, arguments: &Arguments) -> laravel::Arguments {
        let mut values: Vec<_> = arguments
            .list
            .iter()
            .map(|argument| laravel::Argument {
                name: argument.name.clone(),
                value: self.value(&argument.term),
                span: self.macro_call.unwrap_or(argument.span),
            })
            .collect();
        if let (true, Some(last)) = (arguments.is_open, arguments.list.last()) {
            let value = laravel::Value::Unknown("an unknown list is spread into the call".to_owned());
            values.push(laravel::Argument { name: None, value, span: last.span });
        }
        laravel::Arguments(values)
    }

    fn value(&self, term: &Term) -> laravel::Value {
        let class = match term {
            Term::ClassString(name) => name.to_string(),
            Term::Object(id) => self.state.object(*id).and_then(|object| object.class.name.clone()).unwrap_or_default(),
            Term::Row(row) => row.model.as_deref().unwrap_or_default().to_owned(),
            Term::Array(array) | Term::Collection(array) => {
                if array.is_open {
                    return laravel::Value::Unknown("it is a list that is not fully known".to_owned());
                }
                return laravel::Value::Array(
                    array.iter().map(|(key, item)| (key.clone(), self.value(item))).collect(),
                );
            }
            _ => return term.to_value(),
        };
        match self.application.model(&class) {
            Some(model) => laravel::Value::Model(model),
            None => term.to_value(),
        }
    }
}
