//! DEFAULT clauses: where they end, and what kind of value they give.

use super::cursor::{Cursor, Read};
use super::tokens::{Token, TokenKind};
use crate::change::Default;

/// What may follow a default in a column definition, on any engine.
const ENDS: &[&str] = &[
    "NOT",
    "NULL",
    "DEFAULT",
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "KEY",
    "CHECK",
    "REFERENCES",
    "COLLATE",
    "GENERATED",
    "AS",
    "ON",
    "FOR",
    "IDENTITY",
    "DEFERRABLE",
    "INITIALLY",
    "AUTOINCREMENT",
    "WITH VALUES",
    "WITH SYSTEM",
    "WITHOUT SYSTEM",
];

/// What may follow one on the MySQL family, where a cast never stands outside of brackets.
const ENDS_ON_MYSQL: &[&str] = &[
    "AUTO_INCREMENT",
    "COMMENT",
    "FIRST",
    "AFTER",
    "VISIBLE",
    "INVISIBLE",
    "CHARACTER",
    "CHARSET",
    "COLUMN_FORMAT",
    "STORAGE",
    "STORED",
    "VIRTUAL",
    "PERSISTENT",
    "COMPRESSED",
    "UNSIGNED",
    "ZEROFILL",
    "SRID",
    "REF_SYSTEM_ID",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
];

/// Functions and words whose value is that of the statement's or transaction's beginning.
const CURRENT: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "NOW",
    "CURDATE",
    "CURTIME",
    "UTC_TIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "TRANSACTION_TIMESTAMP",
    "STATEMENT_TIMESTAMP",
    "GETDATE",
    "GETUTCDATE",
    "SYSDATETIME",
    "SYSUTCDATETIME",
];

/// Reads the value of a DEFAULT clause in a column definition, behind the word DEFAULT.
pub(super) fn default(cursor: &mut Cursor<'_>) -> Read<Default> {
    let is_mysql = cursor.engine.is_mysql_family();
    let mut is_first = true;
    let value = cursor.part_until(|cursor| {
        let ends = cursor.is_any(ENDS) || is_mysql && cursor.is_any(ENDS_ON_MYSQL);
        !std::mem::take(&mut is_first) && ends && !cursor.is("ON CONFLICT")
    });
    if value.is_end() { Err(cursor.unread("a default")) } else { Ok(classify(&value)) }
}

/// What kind of default the whole of `value` is.
pub(super) fn classify(value: &Cursor<'_>) -> Default {
    let text = value.text();
    let mut inner = without_parens(value.clone());
    if inner.eat("NULL") && is_cast_or_nothing(&inner) {
        return Default::Null;
    }
    if inner.eat_any(CURRENT).is_some() {
        inner.skip_parens();
        if inner.eat("AT TIME ZONE") {
            inner.advance();
        }
        let is_current = is_cast_or_nothing(&inner);
        return if is_current { Default::CurrentTimestamp(text) } else { Default::Expression(text) };
    }
    if eat_literal(&mut inner) && is_cast_or_nothing(&inner) {
        return Default::Literal(text);
    }
    Default::Expression(text)
}

fn without_parens(mut value: Cursor<'_>) -> Cursor<'_> {
    // Deeper brackets than these are no literal that a person wrote; the bound keeps the time linear.
    for _ in 0..8 {
        let mut rest = value.clone();
        match rest.parens() {
            Ok(inside) if rest.is_end() => value = inside,
            _ => break,
        }
    }
    value
}

fn eat_literal(value: &mut Cursor<'_>) -> bool {
    if value.eat_any(&["TRUE", "FALSE"]).is_some() {
        return true;
    }
    let is_signed = value.eat_symbol("-") || value.eat_symbol("+");
    // `date '2020-01-01'`, `_utf8mb4'x'`, `N'x'`
    let names_its_type = value.peek().is_some_and(|token| token.kind == TokenKind::Word)
        && value.peek_at(1).is_some_and(Token::is_string);
    if names_its_type && !is_signed {
        value.advance();
    }
    let is_literal = value
        .peek()
        .is_some_and(|token| token.is_string() || matches!(token.kind, TokenKind::Number | TokenKind::Placeholder));
    value.advance();
    is_literal
}

/// Whether nothing is left but PostgreSQL's `::type`, once or more.
fn is_cast_or_nothing(rest: &Cursor<'_>) -> bool {
    let mut rest = rest.clone();
    while rest.eat_symbol("::") {
        if super::types::column_type(&mut rest).is_err() {
            return false;
        }
    }
    rest.is_end()
}
