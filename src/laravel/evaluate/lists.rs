//! PHP's functions on arrays that call nothing back.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::operators;
use super::term::{Term, key_of, key_term};
use crate::answer::Answer;
use crate::laravel::Key;
use crate::source::Span;

/// Longer ranges are not built.
const MAX_RANGE: i64 = 100_000;

/// What the function gives; `None` if it is not one of these or its arguments are not known.
pub(super) fn call(name: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    if arguments.is_open {
        return None;
    }
    let first = arguments.at(0)?;
    if let Term::Array(array) = first
        && !array.is_open
        && let Some(term) = of_array(name, array, arguments, span)
    {
        return Some(term);
    }
    match (name, first) {
        ("count" | "sizeof", Term::Array(array) | Term::Collection(array)) if !array.is_open => {
            Some(Term::count(array.len()))
        }
        ("in_array", needle) => {
            let Term::Array(array) = arguments.at(1)? else { return None };
            let is_strict = arguments.at(2).is_some_and(|strict| strict.truth().is_yes());
            let same = if is_strict { operators::identical } else { operators::equal };
            let found = Answer::any(array.values().map(|item| same(needle, item)));
            let found = if array.is_open { found.or(Answer::Unknown) } else { found };
            Some(super::expressions::truth_term(found, "the list is not fully known"))
        }
        ("array_key_exists" | "key_exists", key) => {
            let Term::Array(array) = arguments.at(1)? else { return None };
            Some(super::expressions::truth_term(array.has(&key.as_key()?), "the list is not fully known"))
        }
        ("array_search", needle) => {
            let Term::Array(array) = arguments.at(1)? else { return None };
            let found = array.iter().find(|(_, item)| operators::equal(needle, item).is_yes());
            Some(found.map_or(Term::Bool(false), |(key, _)| key_term(key, span)))
        }
        ("range", start) => range(start, arguments.at(1)?, arguments.at(2), span),
        ("compact", _) => None,
        ("array_fill", start) => {
            let count = arguments.at(1)?.as_int().filter(|count| (0..=MAX_RANGE).contains(count))?;
            let (start, item) = (start.as_int()?, arguments.at(2)?);
            Some(entries((0..count).map(|at| (Key::Int(start + at), item.clone()))))
        }
        ("array_combine" | "array_fill_keys", _) => None,
        _ => None,
    }
}

fn of_array(name: &str, array: &Rc<Array>, arguments: &Arguments, span: Span) -> Option<Term> {
    Some(match name {
        "array_keys" if arguments.list.len() == 1 => Term::list(array.keys().map(|key| key_term(key, span))),
        "array_values" => Term::list(array.values().cloned()),
        "array_merge" => {
            let mut merged: Array = Array::default();
            for term in arguments.terms() {
                let Term::Array(part) = term else { return None };
                merged.merge(part);
            }
            Term::Array(Rc::new(merged))
        }
        "array_fill_keys" => {
            let item = arguments.at(1)?;
            let pairs = array.values().map(|key| Some((key.as_key()?, item.clone())));
            entries(pairs.collect::<Option<Vec<_>>>()?)
        }
        "array_flip" => {
            let pairs = array.iter().map(|(key, item)| Some((item.as_key()?, key_term(key, span))));
            entries(pairs.collect::<Option<Vec<_>>>()?)
        }
        "array_reverse" => reversed(array, arguments.at(1).is_some_and(|keep| keep.truth().is_yes())),
        "array_unique" => unique(array),
        "array_slice" => slice(array, arguments)?,
        "array_column" => column(array, arguments, span)?,
        "array_chunk" => {
            let size = usize::try_from(arguments.at(1)?.as_int()?).ok().filter(|size| *size > 0)?;
            let items: Vec<_> = array.values().cloned().collect();
            Term::list(items.chunks(size).map(|chunk| Term::list(chunk.to_vec())))
        }
        "array_is_list" => Term::Bool(array.is_list()),
        "array_key_first" => array.keys().next().map_or(Term::Null, |key| key_term(key, span)),
        "array_key_last" => array.iter().next_back().map_or(Term::Null, |(key, _)| key_term(key, span)),
        "reset" | "current" | "head" => array.values().next().cloned().unwrap_or(Term::Bool(false)),
        "end" | "last" => array.values().next_back().cloned().unwrap_or(Term::Bool(false)),
        "array_sum" => array
            .values()
            .fold(Term::Int(0), |sum, item| operators::binary(crate::php::BinaryOp::Add, &sum, item, span)),
        "iterator_to_array" => Term::Array(Rc::clone(array)),
        _ => return of_two_arrays(name, array, arguments),
    })
}

fn of_two_arrays(name: &str, array: &Array, arguments: &Arguments) -> Option<Term> {
    let other = match arguments.at(1) {
        Some(Term::Array(other)) if !other.is_open => other,
        _ => return None,
    };
    Some(match name {
        "array_combine" => {
            let pairs = array.values().zip(other.values()).map(|(key, item)| Some((key.as_key()?, item.clone())));
            entries(pairs.collect::<Option<Vec<_>>>()?)
        }
        "array_diff" | "array_intersect" => {
            let wants = name == "array_intersect";
            let is_in = |item: &Term| other.values().any(|other| item.as_string() == other.as_string());
            entries(array.iter().filter(|(_, item)| is_in(item) == wants).map(owned))
        }
        "array_diff_key" | "array_intersect_key" => {
            let wants = name == "array_intersect_key";
            entries(array.iter().filter(|(key, _)| other.get(key).is_some() == wants).map(owned))
        }
        _ => return None,
    })
}

pub(super) fn entries(pairs: impl IntoIterator<Item = (Key, Term)>) -> Term {
    Term::Array(Rc::new(pairs.into_iter().collect()))
}

fn owned((key, item): (&Key, &Term)) -> (Key, Term) {
    (key.clone(), item.clone())
}

fn reversed(array: &Array, keeps_keys: bool) -> Term {
    let mut result = Array::default();
    for (key, item) in array.iter().rev() {
        match key {
            Key::Int(_) if !keeps_keys => result.push(item.clone()),
            key => result.insert(key.clone(), item.clone()),
        }
    }
    Term::Array(Rc::new(result))
}

pub(super) fn unique(array: &Array) -> Term {
    let mut kept: Vec<(Key, Term)> = Vec::new();
    for (key, item) in array.iter() {
        if !kept.iter().any(|(_, known)| operators::equal(known, item).is_yes()) {
            kept.push((key.clone(), item.clone()));
        }
    }
    entries(kept)
}

fn slice(array: &Array, arguments: &Arguments) -> Option<Term> {
    let length = i64::try_from(array.len()).ok()?;
    let from = arguments.at(1)?.as_int()?;
    let from = if from < 0 { (length + from).max(0) } else { from.min(length) };
    let to = match arguments.at(2) {
        None | Some(Term::Null) => length,
        Some(count) => match count.as_int()? {
            count if count < 0 => length + count,
            count => (from + count).min(length),
        },
    };
    let mut result = Array::default();
    let count = usize::try_from(to - from).unwrap_or(0);
    for (key, item) in array.iter().skip(usize::try_from(from).ok()?).take(count) {
        match key {
            Key::Int(_) => result.push(item.clone()),
            key @ Key::Str(_) => result.insert(key.clone(), item.clone()),
        }
    }
    Some(Term::Array(Rc::new(result)))
}

/// `array_column($rows, 'name', 'id')`, over arrays and over the cases of an enum.
fn column(array: &Array, arguments: &Arguments, span: Span) -> Option<Term> {
    let part = |item: &Term, name: Option<&Term>| -> Option<Term> {
        match (item, name) {
            (item, None | Some(Term::Null)) => Some(item.clone()),
            (Term::Array(row), Some(name)) => row.get(&name.as_key()?).cloned(),
            (Term::Case(case), Some(name)) => match name.as_string()?.as_str() {
                "value" => Some(case.value.clone()),
                "name" => Some(Term::text(case.name.clone(), span)),
                _ => None,
            },
            _ => None,
        }
    };
    let mut result = Array::default();
    for item in array.values() {
        let Some(value) = part(item, arguments.at(1)) else { continue };
        match arguments.at(2) {
            None | Some(Term::Null) => result.push(value),
            key => result.insert(part(item, key)?.as_key()?, value),
        }
    }
    Some(Term::Array(Rc::new(result)))
}

fn range(start: &Term, end: &Term, step: Option<&Term>, span: Span) -> Option<Term> {
    if let (Some(Key::Str(start)), Some(Key::Str(end))) = (start.as_key(), end.as_key()) {
        let (start, end) = (start.chars().next()?, end.chars().next()?);
        return Some(Term::list((start..=end).map(|character| Term::text(character, span))));
    }
    let (start, end) = (start.as_int()?, end.as_int()?);
    let step = step.map_or(Some(1), Term::as_int)?.checked_abs().filter(|step| *step > 0)?;
    let distance = i64::try_from(start.abs_diff(end)).ok().filter(|distance| *distance <= MAX_RANGE)?;
    let forward = start <= end;
    let count = distance / step;
    Some(Term::list((0..=count).map(|at| Term::Int(if forward { start + at * step } else { start - at * step }))))
}

/// `data_get($subject, 'a.b')`
pub(super) fn get_path(subject: &Term, path: &str, default: Option<&Term>) -> Term {
    let mut term = subject.clone();
    for part in path.split('.') {
        term = match &term {
            Term::Array(array) | Term::Collection(array) => match array.get(&key_of(part)) {
                Some(item) => item.clone(),
                None if array.is_open => return Term::unknown("the list is not fully known"),
                None => return default.cloned().unwrap_or(Term::Null),
            },
            Term::Null => return default.cloned().unwrap_or(Term::Null),
            other => return Term::unknown(other.why_unknown()),
        };
    }
    term
}
