//! `sprintf`.

use std::rc::Rc;

use super::operators;
use super::term::Term;
use crate::php;
use crate::source::Span;

/// The longest padding that is written out.
const MAX_PADDING: usize = 1 << 16;

/// `sprintf`: literal stretches and whole `%s` keep the places that they come from.
pub(super) fn formatted(format: &Term, terms: &[Term], span: Span) -> Option<Term> {
    let Term::Text(format) = format else { return None };
    let mut result = Term::text("", span);
    let mut rest = format.value.as_str();
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('%') {
        result = operators::concat(&result, &part_of(format, before, rest, span), span);
        let (part, after) = directive(after, terms, &mut next, span)?;
        result = operators::concat(&result, &part, span);
        rest = after;
    }
    Some(operators::concat(&result, &part_of(format, rest, rest, span), span))
}

/// A stretch of the format, with its place in it: `rest` is what is left of the format from where `part` begins.
fn part_of(format: &Rc<php::Text>, part: &str, rest: &str, span: Span) -> Term {
    let start = format.value.len() - rest.len();
    let mut text = php::Text::new(part.to_owned(), span);
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
    let (at, flags) = if let Some((at, flags)) = flags.split_once('$') {
        (at.parse::<usize>().ok()?.checked_sub(1)?, flags)
    } else {
        *next += 1;
        (*next - 1, flags)
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
            let value = operators::as_float(term)?;
            Term::text(format!("{value:.places$}"), span)
        }
        'x' if flags.is_empty() => Term::text(format!("{:x}", term.as_int()?), span),
        _ => return None,
    };
    Some((part, rest))
}

/// `str_pad`; PHP's `STR_PAD_LEFT` is 0.
pub(super) fn padded(text: &str, length: i64, pad: &str, side: Option<i64>) -> Option<String> {
    let missing = usize::try_from(length).ok()?.saturating_sub(text.len());
    if missing > MAX_PADDING || pad.is_empty() {
        return None;
    }
    let padding: String = pad.chars().cycle().take(missing).collect();
    Some(if side == Some(0) { format!("{padding}{text}") } else { format!("{text}{padding}") })
}
