//! A place in a statement's tokens, and what can be read from there: words, symbols, names, brackets.
//!
//! Every reader of this module takes a cursor over just the part that it is to read, so that what it leaves unread shows.

use std::ops::Range;

use sqlparser::tokenizer::Token as Kind;

use super::modes::Quoting;
use super::tokens::{Token, TokenKind};
use crate::change::TableName;
use crate::engine::Engine;

/// No keyword is longer, nor any name of an engine that bounds them.
const MAX_WORD: usize = 1024;

/// Why something could not be read: what should have stood there, and what did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    pub expected: &'static str,
    pub found: String,
}

pub(super) type Read<T> = Result<T, Unread>;

impl Unread {
    pub(super) fn reason(&self) -> String {
        match self.found.as_str() {
            "" => format!("expected {}, but the statement ends", self.expected),
            found => format!("expected {}, found `{found}`", self.expected),
        }
    }
}

/// A part of a statement's tokens that is read from left to right.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    pub engine: Engine,
    pub quoting: Quoting,
    code: &'a str,
    tokens: &'a [Token],
    /// Where the part ended before the cursor: for places in an empty part.
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(code: &'a str, tokens: &'a [Token], quoting: Quoting) -> Self {
        let position = tokens.first().map_or(0, |token| token.range().start);
        Self { engine: quoting.engine, quoting, code, tokens, position }
    }

    /// The whole text that the statement stands in.
    pub(super) fn code(&self) -> &'a str {
        self.code
    }

    pub(super) fn tokens(&self) -> &'a [Token] {
        self.tokens
    }

    pub(super) fn is_end(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.first()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(ahead)
    }

    /// The bytes from the first token that is left to the last.
    pub(super) fn range(&self) -> Range<usize> {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.range().start..last.range().end,
            _ => self.position..self.position,
        }
    }

    /// What is left, as written.
    pub(super) fn text(&self) -> String {
        self.slice(self.range()).to_owned()
    }

    /// What stands between `start` and here, as written.
    pub(super) fn text_since(&self, start: &Self) -> String {
        let begin = start.peek().map_or(start.position, |token| token.range().start);
        self.slice(begin..self.position.max(begin)).to_owned()
    }

    pub(super) fn text_of(&self, token: &Token) -> &'a str {
        self.slice(token.range())
    }

    pub(super) fn is_word(&self, token: &Token, word: &str) -> bool {
        token.kind == TokenKind::Word && self.text_of(token).eq_ignore_ascii_case(word)
    }

    /// The name that a token is, as the engine resolves it: PostgreSQL lower-cases what is not quoted.
    pub(super) fn name_of(&self, token: &Token) -> Option<String> {
        match token.kind {
            TokenKind::Word if self.engine == Engine::Postgresql => Some(self.text_of(token).to_ascii_lowercase()),
            TokenKind::Word => Some(self.text_of(token).to_owned()),
            // Double quotes: ANSI_QUOTES, and SQLite's leniency.
            TokenKind::QuotedWord | TokenKind::DoubleQuoted => self.value_of(token),
            // SQLite takes a string for a name where only a name can stand.
            TokenKind::String if self.engine == Engine::Sqlite => self.value_of(token),
            _ => None,
        }
    }

    /// A token as sqlparser takes it.
    pub(super) fn parsed(&self, token: &Token) -> Option<Kind> {
        token.parsed(self.text_of(token), self.quoting)
    }

    /// What stands in a token's quotes, or its digits.
    pub(super) fn value_of(&self, token: &Token) -> Option<String> {
        match self.parsed(token)? {
            Kind::Word(word) => Some(word.value),
            Kind::DollarQuotedString(quoted) => Some(quoted.value),
            Kind::SingleQuotedString(value)
            | Kind::NationalStringLiteral(value)
            | Kind::EscapedStringLiteral(value)
            | Kind::DoubleQuotedString(value)
            | Kind::Number(value, _) => Some(value),
            _ => None,
        }
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.code.get(range).unwrap_or_default()
    }

    pub(super) fn advance(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        self.position = first.range().end;
        Some(first)
    }

    pub(super) fn skip_all(&mut self) {
        self.take_part(self.tokens.len());
    }

    /// What could not be read here.
    pub(super) fn unread(&self, expected: &'static str) -> Unread {
        let found = self.peek().map(|token| self.text_of(token)).unwrap_or_default();
        Unread { expected, found: found.chars().take(40).collect() }
    }

    /// Whether the words of `phrase` stand here, unquoted.
    pub(super) fn is(&self, phrase: &str) -> bool {
        self.is_ahead(0, phrase)
    }

    pub(super) fn is_ahead(&self, ahead: usize, phrase: &str) -> bool {
        let mut tokens = self.tokens.get(ahead..).unwrap_or_default().iter();
        phrase.split(' ').all(|word| tokens.next().is_some_and(|token| self.is_word(token, word)))
    }

    pub(super) fn is_any(&self, phrases: &[&str]) -> bool {
        self.is_at_word() && phrases.iter().any(|phrase| self.is(phrase))
    }

    /// Whether an unquoted word stands here; asked first, since long lists of phrases are asked for at every token.
    fn is_at_word(&self) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Word)
    }

    /// Reads the words of `phrase` if they stand here.
    pub(super) fn eat(&mut self, phrase: &str) -> bool {
        let stands = self.is(phrase);
        if stands {
            self.take_part(phrase.split(' ').count());
        }
        stands
    }

    /// Reads the first of `phrases` that stands here.
    pub(super) fn eat_any<'p>(&mut self, phrases: &[&'p str]) -> Option<&'p str> {
        if self.is_at_word() { phrases.iter().copied().find(|phrase| self.eat(phrase)) } else { None }
    }

    pub(super) fn expect(&mut self, phrase: &'static str) -> Read<()> {
        if self.eat(phrase) { Ok(()) } else { Err(self.unread(phrase)) }
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.is_symbol_ahead(0, symbol)
    }

    pub(super) fn is_symbol_ahead(&self, ahead: usize, symbol: &str) -> bool {
        self.peek_at(ahead).is_some_and(|token| self.text_of(token) == symbol)
    }

    pub(super) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let stands = self.is_symbol(symbol);
        if stands {
            self.advance();
        }
        stands
    }

    /// The next word, upper-case, if an unquoted word stands here that is short enough for a keyword or a name.
    pub(super) fn word(&self) -> Option<String> {
        let is_word = |token: &&Token| token.kind == TokenKind::Word && token.range().len() <= MAX_WORD;
        let token = self.peek().filter(is_word)?;
        Some(self.text_of(token).to_ascii_uppercase())
    }

    /// A name as the engine resolves it.
    pub(super) fn name(&mut self) -> Read<String> {
        let name = self.peek().and_then(|token| self.name_of(token));
        let name = name.ok_or_else(|| self.unread("a name"))?;
        self.advance();
        Ok(name)
    }

    /// A name that may be written as a string (`collate 'utf8_bin'`).
    pub(super) fn name_or_string(&mut self) -> Read<String> {
        self.string().or_else(|_| self.name())
    }

    pub(super) fn table_name(&mut self) -> Read<TableName> {
        let mut name = TableName::new(self.name()?);
        while !self.is_symbol_ahead(1, "*") && self.eat_symbol(".") {
            // SQL Server's `database..table` leaves the schema out.
            let schema = if self.is_symbol(".") { None } else { Some(name.name) };
            self.eat_symbol(".");
            name = TableName { schema, name: self.name()? };
        }
        Ok(name)
    }

    pub(super) fn string(&mut self) -> Read<String> {
        let is_string = |token: &&Token| match token.kind {
            TokenKind::String => true,
            TokenKind::DoubleQuoted => !self.quoting.double_quotes_name,
            _ => false,
        };
        let value = self.peek().filter(is_string).and_then(|token| self.value_of(token));
        let value = value.ok_or_else(|| self.unread("a string"))?;
        self.advance();
        Ok(value)
    }

    pub(super) fn number(&mut self) -> Read<u64> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Number);
        let number = token.and_then(|token| self.value_of(token)?.parse().ok());
        let number = number.ok_or_else(|| self.unread("a number"))?;
        self.advance();
        Ok(number)
    }

    /// What stands in the brackets that open here; the cursor goes behind them. Never recurses, however deep they nest.
    pub(super) fn parens(&mut self) -> Read<Self> {
        if !self.is_symbol("(") {
            return Err(self.unread("("));
        }
        let mut depth = 0_usize;
        let closing = self.tokens.iter().position(|token| {
            depth = depth_after(depth, token.kind);
            depth == 0
        });
        let Some(closing) = closing else { return Err(Unread { expected: ")", found: String::new() }) };
        self.advance();
        let inside = self.take_part(closing - 1);
        self.advance();
        Ok(inside)
    }

    pub(super) fn skip_parens(&mut self) -> bool {
        self.parens().is_ok()
    }

    /// The names in the brackets that open here.
    pub(super) fn names_in_parens(&mut self) -> Read<Vec<String>> {
        let mut inside = self.parens()?;
        let mut names = Vec::new();
        while let Some(mut item) = inside.item() {
            names.push(item.name()?);
        }
        Ok(names)
    }

    /// The part up to the next comma outside of brackets; the cursor goes behind the comma. `None` at the end.
    pub(super) fn item(&mut self) -> Option<Self> {
        if self.is_end() {
            return None;
        }
        let item = self.part_until(|cursor| cursor.is_symbol(","));
        self.eat_symbol(",");
        Some(item)
    }

    /// The part up to where `stops` says so, outside of brackets; the cursor goes there.
    pub(super) fn part_until(&mut self, mut stops: impl FnMut(&Self) -> bool) -> Self {
        let mut ahead = self.clone();
        let mut depth = 0;
        let mut length = 0;
        while let Some(token) = ahead.peek() {
            if depth == 0 && stops(&ahead) {
                break;
            }
            depth = depth_after(depth, token.kind);
            ahead.advance();
            length += 1;
        }
        self.take_part(length)
    }

    /// The part up to one of the phrases, outside of brackets.
    pub(super) fn part_until_any(&mut self, phrases: &[&str]) -> Self {
        self.part_until(|cursor| cursor.is_any(phrases))
    }

    /// Takes the next `length` tokens as a part of their own.
    pub(super) fn take_part(&mut self, length: usize) -> Self {
        let (part, rest) = self.tokens.split_at_checked(length).unwrap_or((self.tokens, &[]));
        let part = Self { tokens: part, ..self.clone() };
        self.tokens = rest;
        self.position = part.tokens.last().map_or(self.position, |token| token.range().end);
        part
    }
}

fn depth_after(depth: usize, kind: TokenKind) -> usize {
    match kind {
        TokenKind::Opening => depth + 1,
        TokenKind::Closing => depth.saturating_sub(1),
        _ => depth,
    }
}
