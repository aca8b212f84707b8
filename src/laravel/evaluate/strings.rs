//! PHP's functions on strings and numbers, for known values.

use super::arguments::Arguments;
use super::array::Array;
use super::format::{formatted, padded};
use super::operators;
use super::templates::placed;
use super::term::Term;
use crate::source::Span;

/// The functions that [`call`] computes when it can.
const KNOWN: [&str; 58] = [
    "abs",
    "addslashes",
    "basename",
    "ceil",
    "chr",
    "ctype_digit",
    "dirname",
    "explode",
    "floor",
    "htmlspecialchars",
    "implode",
    "intdiv",
    "intval",
    "join",
    "json_encode",
    "lcfirst",
    "ltrim",
    "max",
    "mb_strlen",
    "mb_strtolower",
    "mb_strtoupper",
    "mb_substr",
    "min",
    "nl2br",
    "number_format",
    "ord",
    "preg_match",
    "preg_quote",
    "preg_replace",
    "preg_split",
    "preg_replace_callback",
    "print_r",
    "round",
    "rtrim",
    "sprintf",
    "str_contains",
    "str_ends_with",
    "str_pad",
    "str_repeat",
    "str_replace",
    "str_split",
    "str_starts_with",
    "stripos",
    "strlen",
    "strpos",
    "strrev",
    "strtolower",
    "strtoupper",
    "strtr",
    "strval",
    "substr",
    "substr_count",
    "trim",
    "ucfirst",
    "ucwords",
    "var_export",
    "version_compare",
    "vsprintf",
];

pub(super) fn knows(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// What the function gives; `None` if it is not one of these or its arguments are not known.
pub(super) fn call(name: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    let text = |at: usize| arguments.text(at);
    let int = |at: usize| arguments.at(at).and_then(Term::as_int);
    let give = |value: String| Some(Term::text(value, span));
    match name {
        "strtolower" | "mb_strtolower" => give(text(0)?.to_lowercase()),
        "strtoupper" | "mb_strtoupper" => give(text(0)?.to_uppercase()),
        "ucfirst" => give(capitalise(&text(0)?)),
        "lcfirst" => give(lower_first(&text(0)?)),
        "ucwords" => give(text(0)?.split(' ').map(capitalise).collect::<Vec<_>>().join(" ")),
        "trim" | "ltrim" | "rtrim" | "chop" => give(trimmed(name, &text(0)?, text(1).as_deref())),
        "strlen" => Some(Term::count(text(0)?.len())),
        "mb_strlen" => Some(Term::count(text(0)?.chars().count())),
        "strrev" => give(text(0)?.chars().rev().collect()),
        "str_repeat" => {
            let (piece, times) = (text(0)?, usize::try_from(int(1)?).ok()?);
            (piece.len().checked_mul(times)? < 1 << 20).then(|| Term::text(piece.repeat(times), span))
        }
        "substr" | "mb_substr" => give(substring(&text(0)?, int(1)?, arguments.at(2))?),
        "str_contains" => Some(Term::Bool(text(0)?.contains(&text_or_empty(arguments, 1)?))),
        "str_starts_with" => Some(Term::Bool(text(0)?.starts_with(&text_or_empty(arguments, 1)?))),
        "str_ends_with" => Some(Term::Bool(text(0)?.ends_with(&text_or_empty(arguments, 1)?))),
        "strpos" | "stripos" => Some(position(name, &text(0)?, &text(1)?)),
        "substr_count" => Some(Term::count(text(0)?.matches(text(1)?.as_str()).count())),
        "str_pad" => give(padded(&text(0)?, int(1)?, text(2).as_deref().unwrap_or(" "), int(3))?),
        "str_replace" => replaced(arguments, span),
        "addslashes" => give(text(0)?.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")),
        "basename" => give(text(0)?.trim_end_matches('/').rsplit('/').next()?.to_owned()),
        "strval" => give(arguments.at(0)?.as_string()?),
        "ctype_digit" => Some(Term::Bool(text(0).is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit())))),
        "version_compare" => compared(&text(0)?, &text(1)?, &text(2)?),
        _ => of_parts(name, arguments, span).or_else(|| number(name, arguments)),
    }
}

/// Functions that put strings together or take them apart.
fn of_parts(name: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    match name {
        "strtr" => match (arguments.at(1)?, arguments.at(2)) {
            (Term::Array(pairs), None) => {
                let pairs = pairs.iter().map(|(key, item)| Some((key_text(key), item.as_string()?)));
                let pairs: Vec<(String, String)> = pairs.collect::<Option<_>>()?;
                let replaced =
                    pairs.iter().fold(arguments.text(0)?, |text, (from, to)| text.replace(from.as_str(), to));
                Some(Term::text(replaced, span))
            }
            _ => None,
        },
        "implode" | "join" => joined(arguments, span),
        "explode" => exploded(arguments, span),
        "str_split" => Some(Term::list(arguments.text(0)?.chars().map(|character| Term::text(character, span)))),
        "sprintf" => {
            let given = arguments.list.iter().skip(1);
            let terms: Vec<Term> = given.map(|argument| placed(argument.term.clone(), argument.span)).collect();
            formatted(arguments.at(0)?, &terms, span)
        }
        "vsprintf" => match arguments.at(1)? {
            Term::Array(terms) if !terms.is_open => {
                formatted(arguments.at(0)?, &terms.values().cloned().collect::<Vec<_>>(), span)
            }
            _ => None,
        },
        _ => None,
    }
}

fn number(name: &str, arguments: &Arguments) -> Option<Term> {
    let int = |at: usize| arguments.at(at).and_then(Term::as_int);
    match name {
        "intval" => Some(Term::Int(int(0)?)),
        "intdiv" => int(0)?.checked_div(int(1)?).map(Term::Int),
        "abs" => match arguments.at(0)? {
            Term::Float(value) => Some(Term::Float(value.abs())),
            term => term.as_int()?.checked_abs().map(Term::Int),
        },
        "ceil" | "floor" | "round" if arguments.list.len() == 1 => match arguments.at(0)? {
            Term::Float(value) => Some(Term::Float(match name {
                "ceil" => value.ceil(),
                "floor" => value.floor(),
                _ => value.round(),
            })),
            term @ Term::Int(_) => operators::as_float(term).map(Term::Float),
            _ => None,
        },
        "max" | "min" => {
            let terms: Vec<Term> = match arguments.at(0)? {
                Term::Array(array) if arguments.list.len() == 1 && !array.is_open => array.values().cloned().collect(),
                _ => arguments.terms().cloned().collect(),
            };
            let values = terms.iter().map(|term| match term {
                Term::Int(value) => Some(*value),
                _ => None,
            });
            let values: Vec<i64> = values.collect::<Option<_>>()?;
            let chosen = if name == "max" { values.into_iter().max() } else { values.into_iter().min() };
            chosen.map(Term::Int)
        }
        _ => None,
    }
}

fn text_or_empty(arguments: &Arguments, at: usize) -> Option<String> {
    arguments.at(at)?.as_string()
}

fn key_text(key: &crate::laravel::Key) -> String {
    match key {
        crate::laravel::Key::Int(number) => number.to_string(),
        crate::laravel::Key::Str(text) => text.clone(),
    }
}

pub(super) fn capitalise(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

pub(super) fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_lowercase().chain(characters).collect())
}

fn trimmed(name: &str, text: &str, characters: Option<&str>) -> String {
    let set: Vec<char> = characters.unwrap_or(" \t\n\r\0\x0b").chars().collect();
    match name {
        "ltrim" => text.trim_start_matches(set.as_slice()),
        "trim" => text.trim_matches(set.as_slice()),
        _ => text.trim_end_matches(set.as_slice()),
    }
    .to_owned()
}

pub(super) fn substring(text: &str, from: i64, count: Option<&Term>) -> Option<String> {
    let length = i64::try_from(text.chars().count()).ok()?;
    let from = if from < 0 { (length + from).max(0) } else { from.min(length) };
    let count = match count {
        None | Some(Term::Null) => length - from,
        Some(count) => match count.as_int()? {
            count if count < 0 => (length + count - from).max(0),
            count => count,
        },
    };
    Some(text.chars().skip(usize::try_from(from).ok()?).take(usize::try_from(count).ok()?).collect())
}

fn position(name: &str, text: &str, needle: &str) -> Term {
    let found = if name == "stripos" { text.to_lowercase().find(&needle.to_lowercase()) } else { text.find(needle) };
    found.map_or(Term::Bool(false), Term::count)
}

fn strings_of(term: &Term) -> Option<Vec<String>> {
    match term {
        Term::Array(array) if !array.is_open => array.values().map(Term::as_string).collect(),
        Term::Array(_) => None,
        term => Some(vec![term.as_string()?]),
    }
}

fn replaced(arguments: &Arguments, span: Span) -> Option<Term> {
    let (search, replace) = (strings_of(arguments.at(0)?)?, strings_of(arguments.at(1)?)?);
    let is_list = matches!(arguments.at(1)?, Term::Array(_));
    let text = arguments.at(2)?.as_string()?;
    let replacement = |at: usize| if is_list { replace.get(at) } else { replace.first() };
    let text = search.iter().enumerate().fold(text, |text, (at, search)| {
        if search.is_empty() { text } else { text.replace(search.as_str(), replacement(at).map_or("", String::as_str)) }
    });
    Some(Term::text(text, span))
}

/// `implode(', ', $array)` and `implode($array)`: keeps the places that the parts come from.
fn joined(arguments: &Arguments, span: Span) -> Option<Term> {
    let (glue, array) = match (arguments.at(0)?, arguments.at(1)) {
        (Term::Array(array), None) => (Term::text("", span), array),
        (Term::Array(array), Some(glue)) => (glue.clone(), array),
        (glue, Some(Term::Array(array) | Term::Collection(array))) => (glue.clone(), array),
        _ => return None,
    };
    if array.is_open {
        return None;
    }
    Some(join(&glue, array, span))
}

pub(super) fn join(glue: &Term, array: &Array, span: Span) -> Term {
    let mut result = Term::text("", span);
    for (at, item) in array.values().enumerate() {
        if at > 0 {
            result = operators::concat(&result, glue, span);
        }
        result = operators::concat(&result, item, span);
    }
    result
}

fn exploded(arguments: &Arguments, span: Span) -> Option<Term> {
    let (separator, text) = (arguments.text(0)?, text_or_empty(arguments, 1)?);
    if separator.is_empty() {
        return None;
    }
    let parts: Vec<&str> = match arguments.at(2).map(Term::as_int) {
        None => text.split(separator.as_str()).collect(),
        Some(limit) => {
            text.splitn(usize::try_from(limit?).ok().filter(|limit| *limit > 0)?, separator.as_str()).collect()
        }
    };
    Some(Term::list(parts.into_iter().map(|part| Term::text(part, span))))
}

fn compared(left: &str, right: &str, operator: &str) -> Option<Term> {
    let numbers = |text: &str| -> Vec<u64> {
        let parts = text.split(|character: char| !character.is_ascii_digit());
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    let order = numbers(left).cmp(&numbers(right));
    Some(Term::Bool(match operator {
        "<" | "lt" => order.is_lt(),
        "<=" | "le" => order.is_le(),
        ">" | "gt" => order.is_gt(),
        ">=" | "ge" => order.is_ge(),
        "==" | "=" | "eq" => order.is_eq(),
        "!=" | "<>" | "ne" => order.is_ne(),
        _ => return None,
    }))
}
