//! Collections whose items are known.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::calls::to_closure;
use super::expressions::truth_term;
use super::interpreter::{Evaluated, Interpreter};
use super::lists;
use super::operators;
use super::strings;
use super::term::{Term, key_term};
use crate::answer::Answer;
use crate::laravel::Key;
use crate::source::Span;

impl Interpreter<'_> {
    pub fn call_collection(&mut self, array: &Rc<Array>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if array.is_open {
            self.run_callbacks(arguments, span)?;
            return Ok(Term::unknown("the collection is not fully known"));
        }
        if let Some(term) = plain(array, method, arguments, span) {
            return Ok(term);
        }
        let it = Term::Collection(Rc::clone(array));
        let Some(callback) = arguments.at(0).filter(|term| to_closure(term).is_some()).cloned() else {
            if method == "filter" {
                return Ok(Term::Collection(Rc::new(self.filter(array, None, false, span)?)));
            }
            return Ok(Term::unknown(format!("`{method}` of a collection is not computed")));
        };
        match method {
            "each" => {
                for (key, item) in array.iter() {
                    let result = self.call_value(&callback, vec![item.clone(), key_term(key, span)], span)?;
                    if matches!(result, Term::Bool(false)) {
                        break;
                    }
                }
                Ok(it)
            }
            "map" => Ok(Term::Collection(Rc::new(self.map(array, &callback, true, span)?))),
            "flatMap" | "mapWithKeys" => {
                let mut merged = Array::default();
                for part in self.map(array, &callback, true, span)?.values() {
                    match part {
                        Term::Array(part) | Term::Collection(part) if method == "flatMap" => merged.merge(part),
                        Term::Array(part) => {
                            part.iter().for_each(|(key, item)| merged.insert(key.clone(), item.clone()));
                        }
                        _ => merged.is_open = true,
                    }
                }
                Ok(Term::Collection(Rc::new(merged)))
            }
            "filter" => Ok(Term::Collection(Rc::new(self.filter(array, Some(&callback), false, span)?))),
            "reject" => {
                let kept = self.filter(array, Some(&callback), false, span)?;
                let rejected = array.iter().filter(|(key, _)| kept.get(key).is_none());
                let mut rejected: Array = rejected.map(|(key, item)| (key.clone(), item.clone())).collect();
                rejected.is_open = kept.is_open;
                Ok(Term::Collection(Rc::new(rejected)))
            }
            _ => self.call_collection_for_one(array, method, &callback, arguments, span),
        }
    }

    /// Methods with a callback that give no collection.
    fn call_collection_for_one(
        &mut self,
        array: &Rc<Array>,
        method: &str,
        callback: &Term,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        let it = Term::Collection(Rc::clone(array));
        match method {
            "first" => {
                let kept = self.filter(array, Some(callback), false, span)?;
                let first = kept.values().next().cloned();
                Ok(if kept.is_open { Term::unknown("the first is not known") } else { first.unwrap_or(Term::Null) })
            }
            "reduce" => {
                let start = arguments.at(1).cloned().unwrap_or(Term::Null);
                self.reduce(array, callback, start, span)
            }
            "tap" => self.call_value(callback, vec![it.clone()], span).map(|_| it),
            "pipe" => self.call_value(callback, vec![it], span),
            _ => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::unknown(format!("`{method}` of a collection is not computed")))
            }
        }
    }

    /// `array_map` over one array: keys stay.
    pub fn map(&mut self, array: &Array, callback: &Term, gives_key: bool, span: Span) -> Evaluated<Array> {
        let mut result = Array::empty(array.is_open);
        for (key, item) in array.iter() {
            let mut given = vec![item.clone()];
            if gives_key {
                given.push(key_term(key, span));
            }
            let term = self.call_value(callback, given, span)?;
            result.insert(key.clone(), term);
        }
        Ok(result)
    }

    pub fn reduce(&mut self, array: &Array, callback: &Term, start: Term, span: Span) -> Evaluated {
        let mut carry = start;
        for item in array.values() {
            carry = self.call_value(callback, vec![carry, item.clone()], span)?;
        }
        Ok(carry)
    }

    /// `array_filter`; open where it is not known whether an item stays.
    pub fn filter(&mut self, array: &Array, callback: Option<&Term>, by_key: bool, span: Span) -> Evaluated<Array> {
        let mut result = Array::empty(array.is_open);
        for (key, item) in array.iter() {
            let kept = match callback {
                None | Some(Term::Null) => item.truth(),
                Some(callback) => {
                    let given = if by_key { key_term(key, span) } else { item.clone() };
                    self.call_value(callback, vec![given], span)?.truth()
                }
            };
            match kept {
                Answer::Yes => result.insert(key.clone(), item.clone()),
                Answer::No => {}
                Answer::Unknown => result.is_open = true,
            }
        }
        Ok(result)
    }
}

/// Methods that call nothing back.
fn plain(array: &Rc<Array>, method: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    let collection = |array: Array| Some(Term::Collection(Rc::new(array)));
    let first = arguments.at(0);
    match method {
        "toArray" | "all" => Some(Term::Array(Rc::clone(array))),
        "collect" | "lazy" => Some(Term::Collection(Rc::clone(array))),
        "values" => collection(array.values().cloned().collect()),
        "keys" => collection(array.keys().map(|key| key_term(key, span)).collect()),
        "count" => Some(Term::count(array.len())),
        "isEmpty" => Some(Term::Bool(array.len() == 0)),
        "isNotEmpty" => Some(Term::Bool(array.len() > 0)),
        "implode" | "join" => match first {
            Some(glue @ Term::Text(_)) if arguments.list.len() == 1 => Some(strings::join(glue, array, span)),
            None => Some(strings::join(&Term::text("", span), array, span)),
            _ => None,
        },
        "first" if arguments.list.is_empty() => Some(array.values().next().cloned().unwrap_or(Term::Null)),
        "last" if arguments.list.is_empty() => Some(array.values().next_back().cloned().unwrap_or(Term::Null)),
        "get" => {
            let found = array.get(&first?.as_key()?).cloned();
            Some(found.or_else(|| arguments.at(1).cloned()).unwrap_or(Term::Null))
        }
        "has" => Some(Term::Bool(array.get(&first?.as_key()?).is_some())),
        "contains" if arguments.list.len() == 1 && !matches!(first, Some(Term::Closure(_))) => {
            let found = Answer::any(array.values().map(|item| operators::equal(item, first.unwrap_or(&Term::Null))));
            Some(truth_term(found, "the collection is not fully known"))
        }
        "unique" if arguments.list.is_empty() => match lists::unique(array) {
            Term::Array(array) => Some(Term::Collection(array)),
            _ => None,
        },
        "reverse" => collection(array.iter().rev().map(|(key, item)| (key.clone(), item.clone())).collect()),
        _ => with_others(array, method, arguments, span),
    }
}

/// Methods that take further items or lists of them.
fn with_others(array: &Rc<Array>, method: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    let collection = |array: Array| Some(Term::Collection(Rc::new(array)));
    let first = arguments.at(0);
    match method {
        "merge" | "concat" => {
            let (Term::Array(other) | Term::Collection(other)) = first? else { return None };
            let mut merged = Array::clone(array);
            merged.merge(other);
            collection(merged)
        }
        "push" | "add" => {
            let mut longer = Array::clone(array);
            arguments.terms().for_each(|term| longer.push(term.clone()));
            collection(longer)
        }
        "put" => {
            let mut longer = Array::clone(array);
            longer.insert(first?.as_key()?, arguments.at(1)?.clone());
            collection(longer)
        }
        "only" | "except" => {
            let (Term::Array(names) | Term::Collection(names)) = first? else { return None };
            let wanted: Vec<Key> = names.values().map(Term::as_key).collect::<Option<_>>()?;
            let kept = array.iter().filter(|(key, _)| wanted.contains(key) == (method == "only"));
            collection(kept.map(|(key, item)| (key.clone(), item.clone())).collect())
        }
        _ => by_function(array, method, arguments, span),
    }
}

/// Methods that do what a function of PHP does.
fn by_function(array: &Rc<Array>, method: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    let function = match method {
        "pluck" => "array_column",
        "diff" => "array_diff",
        "flip" => "array_flip",
        "combine" => "array_combine",
        "chunk" => "array_chunk",
        "slice" => "array_slice",
        _ => return None,
    };
    let mut terms = vec![Term::Array(Rc::clone(array))];
    terms.extend(arguments.terms().map(|term| match term {
        Term::Collection(array) => Term::Array(Rc::clone(array)),
        term => term.clone(),
    }));
    match lists::call(function, &Arguments::of(terms, span), span)? {
        Term::Array(array) => Some(Term::Collection(array)),
        _ => None,
    }
}
