//! PHP's functions on strings and numbers, for known values.

use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::expressions::placed;
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
        "strlen" => Some(Term::Int(text(0)?.len() as i64)),
        "mb_strlen" => Some(Term::Int(text(0)?.chars().count() as i64)),
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
        "substr_count" => Some(Term::Int(text(0)?.matches(text(1)?.as_str()).count() as i64)),
        "str_pad" => give(padded(&text(0)?, int(1)?, text(2).as_deref().unwrap_or(" "), int(3))?),
        "str_replace" => replaced(arguments, span),
        "strtr" => match (arguments.at(1)?, arguments.at(2)) {
            (Term::Array(pairs), None) => {
                let pairs = pairs.iter().map(|(key, item)| Some((key_text(key), item.as_string()?)));
                let pairs: Vec<(String, String)> = pairs.collect::<Option<_>>()?;
                give(pairs.iter().fold(text(0)?, |text, (from, to)| text.replace(from.as_str(), to)))
            }
            _ => None,
        },
        "implode" | "join" => joined(arguments, span),
        "explode" => exploded(arguments, span),
        "str_split" => Some(Term::list(text(0)?.chars().map(|character| Term::text(character, span)))),
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
        "addslashes" => give(text(0)?.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")),
        "basename" => give(text(0)?.trim_end_matches('/').rsplit('/').next()?.to_owned()),
        "strval" => give(arguments.at(0)?.as_string()?),
        "ctype_digit" => Some(Term::Bool(text(0).is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit())))),
        "preg_quote" => None,
        "version_compare" => compared(&text(0)?, &text(1)?, &text(2)?),
        _ => number(name, arguments),
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
            Term::Int(value) => Some(Term::Float(*value as f64)),
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
    let length = text.chars().count() as i64;
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
    found.map_or(Term::Bool(false), |at| Term::Int(at as i64))
}

fn padded(text: &str, length: i64, pad: &str, side: Option<i64>) -> Option<String> {
    let missing = usize::try_from(length).ok()?.saturating_sub(text.len());
    if missing > 1 << 16 || pad.is_empty() {
        return None;
    }
    let padding: String = pad.chars().cycle().take(missing).collect();
    // STR_PAD_LEFT is 0, STR_PAD_RIGHT 1.
    Some(if side == Some(0) { format!("{padding}{text}") } else { format!("{text}{padding}") })
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
            result = super::operators::concat(&result, glue, span);
        }
        result = super::operators::concat(&result, item, span);
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

/// `sprintf`: literal stretches and whole `%s` keep the places that they come from.
fn formatted(format: &Term, terms: &[Term], span: Span) -> Option<Term> {
    let Term::Text(format) = format else { return None };
    let mut result = Term::text("", span);
    let mut rest = format.value.as_str();
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        result = super::operators::concat(&result, &part_of(format, before, rest, span), span);
        let (part, after) = directive(after, terms, &mut next, span)?;
        result = super::operators::concat(&result, &part, span);
        rest = after;
    }
    Some(super::operators::concat(&result, &part_of(format, rest, rest, span), span))
}

/// A stretch of the format, with its place in it: `rest` is what is left of the format from where `part` begins.
fn part_of(format: &Rc<crate::php::Text>, part: &str, rest: &str, span: Span) -> Term {
    let start = format.value.len() - rest.len();
    let mut text = crate::php::Text::new(part.to_owned(), span);
    if !part.is_empty() {
        let place = format.map.span(start..start + part.len());
        if place.len() as usize == part.len() {
            text.map.add_verbatim(0..part.len(), place);
        } else {
            text.map.add(0..part.len(), place);
        }
    }
    Term::Text(Rc::new(text))
}

/// One `%…` of a format, and what follows it.
fn directive<'f>(after: &'f str, terms: &[Term], next: &mut usize, span: Span) -> Option<(Term, &'f str)> {
    let end = after.find(|character: char| character.is_ascii_alphabetic() || character == '%')?;
    let (flags, rest) = (after.get(..end)?, after.get(end..)?);
    let kind = rest.chars().next()?;
    let rest = rest.get(kind.len_utf8()..)?;
    if kind == '%' {
        return Some((Term::text("%", span), rest));
    }
    let (at, flags) = match flags.split_once('$') {
        Some((at, flags)) => (at.parse::<usize>().ok()?.checked_sub(1)?, flags),
        None => {
            *next += 1;
            (*next - 1, flags)
        }
    };
    let term = terms.get(at)?;
    let part = match kind {
        's' if flags.is_empty() => term.clone(),
        'd' | 'u' if flags.is_empty() => term.as_int().map_or_else(|| Term::unknown(term.why_unknown()), Term::Int),
        'd' | 'u' => {
            let (fill, width) = match flags.strip_prefix('0') {
                Some(width) => ("0", width),
                None => (" ", flags),
            };
            Term::text(padded(&term.as_int()?.to_string(), width.parse().ok()?, fill, Some(0))?, span)
        }
        'F' | 'f' => {
            let places: usize = flags.strip_prefix('.').map_or(Some(6), |places| places.parse().ok())?;
            let value = match term {
                Term::Float(value) => *value,
                term => term.as_int()? as f64,
            };
            Term::text(format!("{value:.places$}"), span)
        }
        'x' if flags.is_empty() => Term::text(format!("{:x}", term.as_int()?), span),
        _ => return None,
    };
    Some((part, rest))
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
