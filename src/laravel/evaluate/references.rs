//! PHP's functions that change the array they are given.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::operators;
use super::term::Term;
use crate::laravel::Key;

/// The array as the function leaves it, and what the function gives; `None` if it is not one of these.
pub(super) fn change(name: &str, arguments: &Arguments) -> Option<(Term, Term)> {
    if !knows(name) {
        return None;
    }
    let unknown = || Term::unknown(format!("`{name}()` changed something that is not known"));
    let array = match arguments.at(0)? {
        Term::Array(array) if !array.is_open && !arguments.is_open => array,
        _ => return Some((unknown(), unknown())),
    };
    let (array, result) = match name {
        "array_splice" | "array_walk_recursive" | "shuffle" => return Some((unknown(), unknown())),
        "array_push" => {
            let mut longer = Array::clone(array);
            arguments.terms().skip(1).for_each(|term| longer.push(term.clone()));
            (longer, None)
        }
        "array_unshift" => {
            let mut longer: Array = arguments.terms().skip(1).cloned().collect();
            longer.merge(array);
            (longer, None)
        }
        "array_pop" | "array_shift" => {
            let mut entries: Vec<(Key, Term)> = array.iter().map(|(key, term)| (key.clone(), term.clone())).collect();
            let taken =
                if name == "array_pop" { entries.pop() } else { (!entries.is_empty()).then(|| entries.remove(0)) };
            let mut rest = Array::default();
            for (key, term) in entries {
                match key {
                    Key::Int(_) => rest.push(term),
                    key @ Key::Str(_) => rest.insert(key, term),
                }
            }
            (rest, Some(taken.map_or(Term::Null, |(_, term)| term)))
        }
        _ => (sorted(name, array), Some(Term::Bool(true))),
    };
    let result = result.unwrap_or_else(|| Term::count(array.len()));
    Some((Term::Array(Rc::new(array)), result))
}

fn knows(name: &str) -> bool {
    matches!(
        name,
        "array_push"
            | "array_unshift"
            | "array_pop"
            | "array_shift"
            | "sort"
            | "rsort"
            | "ksort"
            | "krsort"
            | "asort"
            | "arsort"
            | "usort"
            | "uasort"
            | "uksort"
            | "shuffle"
            | "array_splice"
            | "array_walk_recursive"
    )
}

/// What cannot be compared stays where it is, and so does what only a callback could put in order.
fn sorted(name: &str, array: &Array) -> Array {
    let mut entries: Vec<(Key, Term)> = array.iter().map(|(key, term)| (key.clone(), term.clone())).collect();
    let by_term = |left: &(Key, Term), right: &(Key, Term)| {
        operators::compare(&left.1, &right.1).unwrap_or(std::cmp::Ordering::Equal)
    };
    match name {
        "sort" | "asort" => entries.sort_by(by_term),
        "rsort" | "arsort" => entries.sort_by(|left, right| by_term(right, left)),
        "ksort" => entries.sort_by(|left, right| left.0.cmp(&right.0)),
        "krsort" => entries.sort_by(|left, right| right.0.cmp(&left.0)),
        _ => {}
    }
    if matches!(name, "ksort" | "krsort" | "asort" | "arsort" | "uasort" | "uksort") {
        entries.into_iter().collect()
    } else {
        entries.into_iter().map(|(_, term)| term).collect()
    }
}
