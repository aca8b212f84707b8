//! PHP's operators on terms. What hangs on something unknown is unknown.

use std::cmp::Ordering;
use std::rc::Rc;

use super::array::Array;
use super::term::{HOLE, Term, Unknown};
use crate::answer::Answer;
use crate::php::{self, BinaryOp, CastType, UnaryOp};
use crate::source::Span;

/// Longer strings and arrays are not built: a migration has no use for them.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// `===`
pub(crate) fn identical(left: &Term, right: &Term) -> Answer {
    match (left, right) {
        (Term::Null, Term::Null) => Answer::Yes,
        (Term::Bool(left), Term::Bool(right)) => (left == right).into(),
        (Term::Int(left), Term::Int(right)) => (left == right).into(),
        (Term::Float(left), Term::Float(right)) => left.partial_cmp(right).is_some_and(Ordering::is_eq).into(),
        (Term::Text(left), Term::Text(right)) => (left.value == right.value).into(),
        (Term::Raw(left), Term::Raw(right)) => (left.value == right.value).into(),
        (Term::ClassString(left), Term::ClassString(right)) => (left == right).into(),
        (Term::ClassString(name), Term::Text(text)) | (Term::Text(text), Term::ClassString(name)) => {
            (**name == text.value).into()
        }
        (Term::Array(left), Term::Array(right)) | (Term::Collection(left), Term::Collection(right)) => {
            identical_arrays(left, right)
        }
        (Term::Closure(left), Term::Closure(right)) => Rc::ptr_eq(left, right).into(),
        (Term::Object(left), Term::Object(right)) => (left == right).into(),
        (Term::Case(left), Term::Case(right)) => {
            (left.name == right.name && left.class.name == right.class.name).into()
        }
        (Term::Table(left), Term::Table(right)) => (left == right).into(),
        (Term::Definition(left), Term::Definition(right)) => (left == right).into(),
        (Term::Schema(left), Term::Schema(right)) | (Term::Connection(left), Term::Connection(right)) => {
            (left == right).into()
        }
        (Term::SchemaManager, Term::SchemaManager) => Answer::Yes,
        (Term::Details(left), Term::Details(right)) => (left == right).into(),
        (Term::Query(left), Term::Query(right)) => Answer::from(Rc::ptr_eq(left, right)).or(Answer::Unknown),
        _ if left.is_unknown() || right.is_unknown() => Answer::Unknown,
        _ => Answer::No,
    }
}

fn identical_arrays(left: &Array, right: &Array) -> Answer {
    if left.is_open || right.is_open {
        return Answer::Unknown;
    }
    if left.len() != right.len() {
        return Answer::No;
    }
    Answer::all(
        left.iter().zip(right.iter()).map(|((left_key, left), (right_key, right))| {
            Answer::from(left_key == right_key).and(identical(left, right))
        }),
    )
}

/// `==`
pub(crate) fn equal(left: &Term, right: &Term) -> Answer {
    match (left, right) {
        (Term::Bool(_) | Term::Null, _) | (_, Term::Bool(_) | Term::Null) => match (left, right) {
            (Term::Null, Term::Text(text)) | (Term::Text(text), Term::Null) => text.value.is_empty().into(),
            _ => match (left.truth(), right.truth()) {
                (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
                (left, right) => (left == right).into(),
            },
        },
        (Term::Text(text), other @ (Term::Int(_) | Term::Float(_)))
        | (other @ (Term::Int(_) | Term::Float(_)), Term::Text(text)) => match number(&text.value) {
            Some(value) => (as_float(other) == as_float(&value)).into(),
            None => (other.as_string().as_deref() == Some(&text.value)).into(),
        },
        (Term::Text(left), Term::Text(right)) => match (number(&left.value), number(&right.value)) {
            (Some(left), Some(right)) => (as_float(&left) == as_float(&right)).into(),
            _ => (left.value == right.value).into(),
        },
        (Term::Int(_), Term::Float(_)) | (Term::Float(_), Term::Int(_)) => (as_float(left) == as_float(right)).into(),
        (Term::Array(left), Term::Array(right)) if !left.is_open && !right.is_open => {
            let same = |(key, term): (&crate::laravel::Key, &Term)| {
                right.get(key).map_or(Answer::No, |other| equal(term, other))
            };
            Answer::from(left.len() == right.len()).and(Answer::all(left.iter().map(same)))
        }
        _ => identical(left, right),
    }
}

/// `<=>`, where both sides are numbers or both are strings.
pub(crate) fn compare(left: &Term, right: &Term) -> Option<Ordering> {
    if let (Term::Text(left), Term::Text(right)) = (left, right)
        && (number(&left.value).is_none() || number(&right.value).is_none())
    {
        return Some(left.value.cmp(&right.value));
    }
    as_float(left)?.partial_cmp(&as_float(right)?)
}

/// Every binary operator but those that may leave their right side out, `instanceof` and `|>`.
pub(crate) fn binary(op: BinaryOp, left: &Term, right: &Term, span: Span) -> Term {
    let answer = |answer: Answer| match answer {
        Answer::Yes => Term::Bool(true),
        Answer::No => Term::Bool(false),
        Answer::Unknown => unknown_of(left, right),
    };
    let ordered = |holds: fn(Ordering) -> bool| answer(compare(left, right).map(holds).into());
    match op {
        BinaryOp::Concat => concat(left, right, span),
        BinaryOp::Equal => answer(equal(left, right)),
        BinaryOp::NotEqual => answer(!equal(left, right)),
        BinaryOp::Identical => answer(identical(left, right)),
        BinaryOp::NotIdentical => answer(!identical(left, right)),
        BinaryOp::Less => ordered(Ordering::is_lt),
        BinaryOp::Greater => ordered(Ordering::is_gt),
        BinaryOp::LessOrEqual => ordered(Ordering::is_le),
        BinaryOp::GreaterOrEqual => ordered(Ordering::is_ge),
        BinaryOp::Spaceship => {
            compare(left, right).map_or_else(|| unknown_of(left, right), |order| Term::Int(order as i64))
        }
        BinaryOp::Xor => match (left.truth(), right.truth()) {
            (Answer::Unknown, _) | (_, Answer::Unknown) => unknown_of(left, right),
            (left, right) => Term::Bool(left != right),
        },
        BinaryOp::Add if matches!((left, right), (Term::Array(_), Term::Array(_))) => union(left, right),
        _ => arithmetic(op, left, right).unwrap_or_else(|| unknown_of(left, right)),
    }
}

pub(crate) fn unary(op: UnaryOp, operand: &Term) -> Term {
    match (op, operand) {
        (UnaryOp::Silence, _) => operand.clone(),
        (UnaryOp::Not, _) => match operand.truth() {
            Answer::Unknown => Term::unknown(operand.why_unknown()),
            truth => Term::Bool(truth.is_no()),
        },
        (UnaryOp::Negate, Term::Float(value)) => Term::Float(-value),
        (UnaryOp::Negate, _) => {
            arithmetic(BinaryOp::Subtract, &Term::Int(0), operand).unwrap_or_else(|| unknown_of(operand, operand))
        }
        (UnaryOp::Plus, _) => {
            arithmetic(BinaryOp::Add, &Term::Int(0), operand).unwrap_or_else(|| unknown_of(operand, operand))
        }
        (UnaryOp::BitNot, Term::Int(value)) => Term::Int(!value),
        (UnaryOp::BitNot, _) => unknown_of(operand, operand),
    }
}

pub(crate) fn cast(to: CastType, term: &Term, span: Span) -> Term {
    let unknown = || Term::unknown(term.why_unknown());
    match to {
        CastType::Int => term.as_int().map_or_else(unknown, Term::Int),
        CastType::Float => as_float(term).map_or_else(unknown, Term::Float),
        CastType::String => match term {
            Term::Text(_) | Term::ClassString(_) | Term::Unknown(_) => term.clone(),
            _ => term.as_string().map_or_else(unknown, |text| Term::text(text, span)),
        },
        CastType::Bool => match term.truth() {
            Answer::Unknown => unknown(),
            truth => Term::Bool(truth.is_yes()),
        },
        CastType::Array => match term {
            Term::Array(_) => term.clone(),
            Term::Collection(array) => Term::Array(Rc::clone(array)),
            Term::Null => Term::list([]),
            _ if term.is_unknown() => unknown(),
            _ => Term::list([term.clone()]),
        },
        CastType::Object => term.clone(),
        CastType::Null => Term::Null,
    }
}

/// Joins two strings, and with them the places that they come from.
pub(crate) fn concat(left: &Term, right: &Term, span: Span) -> Term {
    let (Some(before), Some(after)) = (text_of(left, span), text_of(right, span)) else {
        let shape = format!("{}{}", shape_of(left), shape_of(right));
        let reason = if is_text(left) { right } else { left }.why_unknown();
        return Term::Unknown(Rc::new(Unknown { reason, shape: (shape.len() < MAX_TEXT).then_some(shape) }));
    };
    if before.value.len() + after.value.len() > MAX_TEXT {
        return Term::unknown("the string is longer than phasewise builds");
    }
    let mut joined = Rc::unwrap_or_clone(before);
    joined.map.whole = span;
    joined.map.append(joined.value.len(), &after.map);
    joined.value.push_str(&after.value);
    Term::Text(Rc::new(joined))
}

/// A term as a text with its places; a value that was computed comes as a whole from `span`.
fn text_of(term: &Term, span: Span) -> Option<Rc<php::Text>> {
    if let Term::Text(text) | Term::Raw(text) = term {
        return Some(Rc::clone(text));
    }
    let value = term.as_string()?;
    let mut text = php::Text::new(String::new(), span);
    if !value.is_empty() {
        text.map.add(0..value.len(), span);
    }
    text.value = value;
    Some(Rc::new(text))
}

fn is_text(term: &Term) -> bool {
    term.as_string().is_some()
}

/// The term as a string in which what is not known stands as a hole.
pub(crate) fn shape_of(term: &Term) -> String {
    match term {
        Term::Unknown(unknown) => unknown.shape.clone().unwrap_or_else(|| HOLE.to_owned()),
        _ => term.as_string().unwrap_or_else(|| HOLE.to_owned()),
    }
}

fn union(left: &Term, right: &Term) -> Term {
    let (Term::Array(left), Term::Array(right)) = (left, right) else { return Term::Null };
    let mut array = Array::clone(left);
    array.is_open |= right.is_open;
    for (key, term) in right.iter() {
        if array.get(key).is_none() {
            array.insert(key.clone(), term.clone());
        }
    }
    Term::Array(Rc::new(array))
}

fn arithmetic(op: BinaryOp, left: &Term, right: &Term) -> Option<Term> {
    let (left, right) = (numeric(left)?, numeric(right)?);
    if let (Term::Int(left), Term::Int(right)) = (&left, &right) {
        let whole = match op {
            BinaryOp::Add => left.checked_add(*right),
            BinaryOp::Subtract => left.checked_sub(*right),
            BinaryOp::Multiply => left.checked_mul(*right),
            BinaryOp::Divide if *right != 0 && left % right == 0 => left.checked_div(*right),
            BinaryOp::Modulo => left.checked_rem(*right),
            BinaryOp::Power => u32::try_from(*right).ok().and_then(|power| left.checked_pow(power)),
            BinaryOp::BitAnd => Some(left & right),
            BinaryOp::BitOr => Some(left | right),
            BinaryOp::BitXor => Some(left ^ right),
            BinaryOp::ShiftLeft => u32::try_from(*right).ok().and_then(|by| left.checked_shl(by)),
            BinaryOp::ShiftRight => u32::try_from(*right).ok().and_then(|by| left.checked_shr(by)),
            _ => None,
        };
        if let Some(whole) = whole {
            return Some(Term::Int(whole));
        }
    }
    let (left, right) = (as_float(&left)?, as_float(&right)?);
    Some(Term::Float(match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide if right != 0.0 => left / right,
        BinaryOp::Power => left.powf(right),
        _ => return None,
    }))
}

/// The number that arithmetic takes it for.
fn numeric(term: &Term) -> Option<Term> {
    match term {
        Term::Int(_) | Term::Float(_) => Some(term.clone()),
        Term::Null => Some(Term::Int(0)),
        Term::Bool(value) => Some(Term::Int(i64::from(*value))),
        Term::Text(text) => number(&text.value),
        _ => None,
    }
}

/// The number that a string spells, if it is one.
pub(crate) fn number(text: &str) -> Option<Term> {
    let text = text.trim();
    if !text.bytes().next().is_some_and(|first| first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    text.parse().map(Term::Int).or_else(|_| text.parse().map(Term::Float)).ok()
}

pub(crate) fn as_float(term: &Term) -> Option<f64> {
    match term {
        Term::Float(value) => Some(*value),
        Term::Text(text) => match number(&text.value)? {
            Term::Float(value) => Some(value),
            whole => whole.as_int().map(float_of),
        },
        _ => term.as_int().map(float_of),
    }
}

#[expect(clippy::cast_precision_loss, reason = "PHP rounds an integer likewise where it needs a float")]
fn float_of(value: i64) -> f64 {
    value as f64
}

fn unknown_of(left: &Term, right: &Term) -> Term {
    Term::unknown(if left.is_unknown() { left } else { right }.why_unknown())
}
