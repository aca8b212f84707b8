//! WHERE and LIMIT: whether anything picks the rows that a statement touches, and whether that bounds their number.

use std::collections::BTreeMap;

use sqlparser::ast::{BinaryOperator, Expr, LimitClause, Query, UnaryOperator, Value};
use sqlparser::parser::Parser;

use super::cursor::Cursor;
use super::tokens::{Token, TokenKind, dialect};

/// More words and operators than any condition that a person writes. What is longer is not looked into, since a chain of so
/// many operators becomes a tree of as many levels.
const MAX_OPERATORS: usize = 1000;

/// What picks the rows; see [`crate::change::DataRows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    pub has_condition: Option<bool>,
    pub is_bounded: Option<bool>,
}

impl Condition {
    /// A LIMIT or a TOP.
    pub(super) fn limited() -> Self {
        Self { has_condition: Some(true), is_bounded: Some(true) }
    }
}

/// Reads the clauses from here to the end of the statement.
pub(super) fn read_condition(cursor: &mut Cursor<'_>) -> Condition {
    let ends =
        ["ORDER BY", "LIMIT", "RETURNING", "FETCH", "OFFSET", "FOR UPDATE", "OPTION", "GROUP BY", "HAVING", "WINDOW"];
    cursor.part_until_any(&["WHERE", "LIMIT", "FETCH"]);
    let mut condition = Condition { has_condition: Some(false), is_bounded: Some(false) };
    if cursor.eat("WHERE") {
        let expression = cursor.part_until_any(&ends);
        condition = if expression.is("CURRENT OF") { Condition::limited() } else { judge(&expression) };
    }
    cursor.part_until_any(&["LIMIT", "FETCH FIRST", "FETCH NEXT"]);
    if cursor.is_any(&["LIMIT", "FETCH"]) && !cursor.is_any(&["LIMIT ALL", "LIMIT NULL"]) {
        condition = Condition::limited();
    }
    condition
}

fn judge(expression: &Cursor<'_>) -> Condition {
    let unread = Condition { has_condition: Some(true), is_bounded: None };
    let is_operator = |token: &&Token| token.kind != TokenKind::Comma && !is_value(token);
    if expression.tokens().iter().filter(is_operator).count() > MAX_OPERATORS {
        return unread;
    }
    let kept = shortened(expression.tokens());
    // Of one that cannot be given to the parser the rest is another condition: fewer than there are are read then.
    let tokens = kept.iter().filter_map(|token| expression.parsed(token)).collect();
    let mut parser = Parser::new(dialect(expression.engine)).with_tokens(tokens);
    match parser.parse_expr() {
        Ok(parsed) if parser.index() >= kept.len() => {
            let is_real = truth(&parsed) != Some(true);
            Condition { has_condition: Some(is_real), is_bounded: Some(is_real && bounds(&parsed)) }
        }
        _ => unread,
    }
}

/// Without the values of a list but its first: how many there are does not matter, and there may be millions.
fn shortened(tokens: &[Token]) -> Vec<&Token> {
    let mut kept: Vec<&Token> = Vec::new();
    for token in tokens {
        match kept.as_slice() {
            [.., before, comma] if is_value(token) && comma.kind == TokenKind::Comma && is_value(before) => {
                kept.pop();
            }
            _ => kept.push(token),
        }
    }
    kept
}

fn is_value(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Number | TokenKind::Placeholder) || token.is_string()
}

/// The value of an expression of constants alone: `1`, `true`, `1 = 1`, `true or x`.
fn truth(expression: &Expr) -> Option<bool> {
    match expression {
        Expr::Nested(inner) => truth(inner),
        Expr::Value(value) => match &value.value {
            Value::Boolean(value) => Some(*value),
            Value::Number(digits, _) => Some(digits.parse::<f64>().is_ok_and(|number| number != 0.0)),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => match (truth(left), truth(right)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => match (truth(left), truth(right)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => match (left.as_ref(), right.as_ref()) {
            (Expr::Value(left), Expr::Value(right)) if !matches!(left.value, Value::Placeholder(_)) => {
                Some(left.value == right.value)
            }
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => truth(expr).map(|value| !value),
        _ => None,
    }
}

/// Whether rows that meet the condition are so many as the statement says: equal to given values, or between two of them.
fn bounds(condition: &Expr) -> bool {
    match condition {
        Expr::BinaryOp { op: BinaryOperator::And, .. } => {
            let conjuncts = conjuncts(condition);
            conjuncts.iter().any(|conjunct| bounds(conjunct)) || has_range(&conjuncts)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => bounds(left) && bounds(right),
        Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::Spaceship, right } => {
            is_column(left) && is_given(right) || is_column(right) && is_given(left)
        }
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, .. } => is_column(left),
        Expr::InList { expr, negated: false, .. } => is_column(expr),
        Expr::InSubquery { expr, subquery, negated: false } => is_column(expr) && is_limited(subquery),
        Expr::Between { expr, negated: false, .. } => is_column(expr),
        Expr::Nested(inner) => bounds(inner),
        _ => truth(condition) == Some(false),
    }
}

/// Flattens a chain of ANDs, which the parser builds to the left, without recursing along it.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    let mut rest = condition;
    while let Expr::BinaryOp { left, op: BinaryOperator::And, right } = rest {
        found.push(right.as_ref());
        rest = left;
    }
    found.push(rest);
    found
}

/// Whether one column is held from below and from above: `id > 100 AND id <= 200`.
fn has_range(conjuncts: &[&Expr]) -> bool {
    let mut sides: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for conjunct in conjuncts {
        if let Expr::BinaryOp { left, op, right } = conjunct
            && is_column(left)
            && is_given(right)
        {
            let (from, to) = sides.entry(left.to_string()).or_default();
            *from |= matches!(op, BinaryOperator::Gt | BinaryOperator::GtEq);
            *to |= matches!(op, BinaryOperator::Lt | BinaryOperator::LtEq);
        }
    }
    sides.values().any(|(from, to)| *from && *to)
}

fn is_column(expression: &Expr) -> bool {
    matches!(expression, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

/// Whether the statement gives the value itself, rather than taking it from the row.
fn is_given(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => !matches!(value.value, Value::Boolean(_) | Value::Null),
        Expr::UnaryOp { expr, .. } | Expr::Nested(expr) | Expr::Cast { expr, .. } => is_given(expr),
        Expr::TypedString(_) | Expr::Subquery(_) => true,
        _ => false,
    }
}

fn is_limited(query: &Query) -> bool {
    let has_limit = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, .. }) => limit.is_some(),
        Some(LimitClause::OffsetCommaLimit { .. }) => true,
        None => false,
    };
    has_limit || query.fetch.is_some()
}
