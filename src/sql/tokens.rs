//! A statement's tokens, each with its byte range: sqlparser's tokenizer, with places that can be pointed at.

use std::any::TypeId;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use sqlparser::dialect::{Dialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token as Kind, TokenWithSpan, Tokenizer, Whitespace, Word};

use super::lexeme::lexeme;
use super::modes::Quoting;
use super::unicode;
use crate::engine::Engine;

/// How many bytes are given to sqlparser at once, so that its tokens, ten times as long as what they stand for, stay few.
const PART: usize = 1 << 14;

/// A token, and where it stands in the whole text. White space and comments are none. Small, since a statement may be of
/// millions: what it says is read where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A word that is not quoted.
    Word,
    QuotedWord,
    Number,
    Placeholder,
    String,
    DoubleQuoted,
    DollarQuoted,
    /// Strings of bytes.
    Bytes,
    Comma,
    Opening,
    Closing,
    Other,
}

impl Token {
    pub(super) fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// As sqlparser takes it; `text` is the token's.
    pub(super) fn parsed(&self, text: &str, quoting: Quoting) -> Option<Kind> {
        match self.kind {
            TokenKind::Word => Some(Kind::make_word(text, None)),
            TokenKind::Placeholder => Some(Kind::Placeholder(text.to_owned())),
            TokenKind::QuotedWord if unicode::begins(text) => {
                unicode::value(text).map(|name| Kind::make_word(&name, Some('"')))
            }
            TokenKind::String if unicode::begins(text) => unicode::value(text).map(Kind::SingleQuotedString),
            _ => {
                let tokens = Tokenizer::new(&Quoted(quoting), text).tokenize().ok()?;
                <[Kind; 1]>::try_from(tokens).ok().map(|[token]| token)
            }
        }
    }

    pub(super) fn is_string(&self) -> bool {
        matches!(self.kind, TokenKind::String | TokenKind::DoubleQuoted | TokenKind::DollarQuoted | TokenKind::Bytes)
    }
}

/// The tokens of a statement; with `failure`, those before something that is no token.
#[derive(Debug)]
pub(super) struct Tokens {
    pub list: Vec<Token>,
    pub failure: Option<String>,
}

/// Reads the tokens of the statement at `range` of `code`.
pub(super) fn tokenize(code: &str, range: Range<usize>, quoting: Quoting) -> Tokens {
    let dialect = Quoted(quoting);
    let mut list = Vec::new();
    let mut found = Vec::new();
    let mut follows_operand = false;
    let (mut at, mut length) = (range.start, PART);
    loop {
        let end = code.floor_char_boundary((at + length).min(range.end));
        let part = code.get(at..end).unwrap_or_default();
        let is_last = end == range.end;
        found.clear();
        let result = Tokenizer::new(&dialect, part).tokenize_with_location_into_buf(&mut found);
        let whole = if is_last { found.len() } else { whole_tokens(&found) };
        if whole == 0 && !is_last {
            length = (2 * length).max(piece_end(code, at, length, quoting) - at);
            continue;
        }
        let mut places = Places::new(part, at);
        for TokenWithSpan { token, span } in found.drain(..whole) {
            let start = places.offset(span.start);
            at = places.offset(span.end);
            if matches!(token, Kind::Whitespace(_) | Kind::EOF) {
                continue;
            }
            let kind = kind_of(&token, quoting.engine, follows_operand);
            follows_operand = is_operand(&token, kind);
            list.push(Token { kind, start: start as u32, end: at as u32 });
            match quoting.engine {
                Engine::Mysql | Engine::Mariadb => join_number(&mut list, code),
                Engine::Postgresql => join_unicode(&mut list, code),
                Engine::Sqlite | Engine::Sqlserver => {}
            }
        }
        if is_last {
            return Tokens { list, failure: result.err().map(|error| error.message) };
        }
        length = PART;
    }
}

/// The MySQL family's names may begin with digits: `2e`, `0x1fg`. What is a number up to its end is none (`3e5x`).
fn join_number(list: &mut Vec<Token>, code: &str) {
    let Some([digits, word]) = list.last_chunk() else { return };
    let begins_name = word.kind == TokenKind::Word
        && matches!(digits.kind, TokenKind::Number | TokenKind::Bytes)
        && digits.end == word.start
        && code
            .get(digits.range())
            .is_some_and(|text| text.starts_with("0x") || text.bytes().all(|byte| byte.is_ascii_digit()));
    if begins_name {
        join(list, 2, TokenKind::Word);
    }
}

/// PostgreSQL's `U&"…"` and `U&'…'`, each with its `UESCAPE '!'` if it has one.
fn join_unicode(list: &mut Vec<Token>, code: &str) {
    let Some([first, second, third]) = list.last_chunk().copied() else { return };
    let text = |token: Token| code.get(token.range()).unwrap_or_default();
    if !matches!(third.kind, TokenKind::QuotedWord | TokenKind::String) {
        return;
    }
    if first.end == second.start
        && second.end == third.start
        && text(second) == "&"
        && text(first).eq_ignore_ascii_case("U")
    {
        join(list, 3, third.kind);
    } else if third.kind == TokenKind::String
        && text(second).eq_ignore_ascii_case("UESCAPE")
        && unicode::begins(text(first))
    {
        join(list, 3, first.kind);
    }
}

/// Makes one token of the last `count`.
fn join(list: &mut Vec<Token>, count: usize, kind: TokenKind) {
    let first = list.len().saturating_sub(count);
    if let (Some(&Token { start, .. }), Some(&Token { end, .. })) = (list.get(first), list.last()) {
        list.truncate(first);
        list.push(Token { kind, start, end });
    }
}

/// Where a piece that is longer than `length` may end, at the earliest: a long quote is then gone through once, not once for
/// each doubling.
fn piece_end(code: &str, at: usize, length: usize, quoting: Quoting) -> usize {
    let from = code.floor_char_boundary(lexeme(code, at, quoting).end.max(at + length));
    let ends = code.get(from..).and_then(|rest| rest.find([' ', '\t', '\n', ',', '(', ')']));
    ends.map_or(code.len(), |ends| from + ends + 1)
}

/// How many tokens of a part of a text mean the same whatever follows it: those up to one that no other can begin with.
fn whole_tokens(found: &[TokenWithSpan]) -> usize {
    let ends = |found: &TokenWithSpan| {
        matches!(
            found.token,
            Kind::Whitespace(Whitespace::Space | Whitespace::Tab | Whitespace::Newline)
                | Kind::Comma
                | Kind::LParen
                | Kind::RParen
                | Kind::LBracket
                | Kind::RBracket
                | Kind::SemiColon
                | Kind::Backslash
                | Kind::DollarQuotedString(_)
                | Kind::Char(_)
        )
    };
    found.iter().rposition(ends).map_or(0, |last| last + 1)
}

/// A `?` after an operand is PostgreSQL's operator on jsonb; anywhere else it stands for a binding, as PDO sends it.
fn kind_of(token: &Kind, engine: Engine, follows_operand: bool) -> TokenKind {
    match token {
        Kind::Word(Word { quote_style: None, .. }) => TokenKind::Word,
        Kind::Word(_) => TokenKind::QuotedWord,
        Kind::Number(..) => TokenKind::Number,
        Kind::Question if engine == Engine::Postgresql && !follows_operand => TokenKind::Placeholder,
        Kind::Placeholder(_) => TokenKind::Placeholder,
        Kind::SingleQuotedString(_) | Kind::NationalStringLiteral(_) | Kind::EscapedStringLiteral(_) => {
            TokenKind::String
        }
        Kind::DoubleQuotedString(_) => TokenKind::DoubleQuoted,
        Kind::DollarQuotedString(_) => TokenKind::DollarQuoted,
        Kind::HexStringLiteral(_) | Kind::SingleQuotedByteStringLiteral(_) => TokenKind::Bytes,
        Kind::Comma => TokenKind::Comma,
        Kind::LParen | Kind::LBracket => TokenKind::Opening,
        Kind::RParen | Kind::RBracket => TokenKind::Closing,
        _ => TokenKind::Other,
    }
}

fn is_operand(token: &Kind, kind: TokenKind) -> bool {
    match token {
        Kind::Word(Word { quote_style, keyword, .. }) => quote_style.is_some() || *keyword == Keyword::NoKeyword,
        Kind::RParen | Kind::RBracket | Kind::Number(..) | Kind::SingleQuotedString(_) => true,
        _ => kind == TokenKind::Placeholder,
    }
}

pub(super) fn dialect(engine: Engine) -> &'static dyn Dialect {
    match engine {
        Engine::Mysql | Engine::Mariadb => &MySqlDialect {},
        Engine::Postgresql => &PostgreSqlDialect {},
        Engine::Sqlite => &SQLiteDialect {},
        Engine::Sqlserver => &MsSqlDialect {},
    }
}

/// What sqlparser's tokenizer asks of a dialect, with what the session has set.
#[derive(Debug)]
struct Quoted(Quoting);

impl Quoted {
    fn inner(&self) -> &'static dyn Dialect {
        dialect(self.0.engine)
    }
}

impl Dialect for Quoted {
    fn dialect(&self) -> TypeId {
        self.inner().dialect()
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        self.0.has_backslashes
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        match character {
            '"' => self.0.double_quotes_name,
            _ => self.inner().is_delimited_identifier_start(character),
        }
    }

    fn is_identifier_start(&self, character: char) -> bool {
        self.inner().is_identifier_start(character)
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.inner().is_identifier_part(character)
    }

    fn is_custom_operator_part(&self, character: char) -> bool {
        self.inner().is_custom_operator_part(character)
    }

    fn ignores_wildcard_escapes(&self) -> bool {
        self.inner().ignores_wildcard_escapes()
    }

    fn requires_single_line_comment_whitespace(&self) -> bool {
        self.inner().requires_single_line_comment_whitespace()
    }

    fn supports_numeric_prefix(&self) -> bool {
        self.inner().supports_numeric_prefix()
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        self.inner().supports_numeric_literal_underscores()
    }

    fn supports_string_escape_constant(&self) -> bool {
        self.inner().supports_string_escape_constant()
    }

    fn supports_geometric_types(&self) -> bool {
        self.inner().supports_geometric_types()
    }

    fn supports_dollar_placeholder(&self) -> bool {
        self.inner().supports_dollar_placeholder()
    }

    fn supports_dollar_as_money_prefix(&self) -> bool {
        self.inner().supports_dollar_as_money_prefix()
    }
}

/// From sqlparser's lines and columns, which count characters, to bytes. Places must be asked for in order.
struct Places<'a> {
    characters: Peekable<CharIndices<'a>>,
    line: u64,
    column: u64,
    offset: usize,
    end: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str, offset: usize) -> Self {
        Self { characters: text.char_indices().peekable(), line: 1, column: 1, offset, end: offset + text.len() }
    }

    fn offset(&mut self, place: Location) -> usize {
        while (self.line, self.column) < (place.line, place.column) {
            match self.characters.next() {
                Some((_, '\n')) => {
                    self.line += 1;
                    self.column = 1;
                }
                Some(_) => self.column += 1,
                None => break,
            }
        }
        self.characters.peek().map_or(self.end, |(at, _)| self.offset + at)
    }
}
