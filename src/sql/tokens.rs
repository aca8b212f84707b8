//! A statement's tokens, each with its byte range: sqlparser's tokenizer, with places that can be pointed at.

use std::any::TypeId;
use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use sqlparser::dialect::{Dialect, MsSqlDialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::tokenizer::{Location, Token as Kind, TokenWithSpan, Tokenizer, Word};

use super::modes::Quoting;
use crate::engine::Engine;

/// A token, and where it stands in the whole text. White space and comments are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// The tokens of a statement; with `failure`, those before something that is no token.
#[derive(Debug)]
pub(super) struct Tokens {
    pub list: Vec<Token>,
    pub failure: Option<String>,
}

/// Reads the tokens of the statement at `range` of `code`.
pub(super) fn tokenize(code: &str, range: Range<usize>, quoting: Quoting) -> Tokens {
    let statement = code.get(range.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let result = Tokenizer::new(&Quoted(quoting), statement).tokenize_with_location_into_buf(&mut found);
    let mut places = Places::new(statement, range.start);
    let mut list = Vec::with_capacity(found.len() / 2);
    for TokenWithSpan { token, span } in found {
        if matches!(token, Kind::Whitespace(_) | Kind::EOF) {
            continue;
        }
        let start = places.offset(span.start);
        list.push(Token { kind: token, range: start..places.offset(span.end) });
    }
    if quoting.engine == Engine::Postgresql {
        tell_placeholders_from_operators(&mut list);
    }
    Tokens { list, failure: result.err().map(|error| error.message) }
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

    fn supports_unicode_string_literal(&self) -> bool {
        self.inner().supports_unicode_string_literal()
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

/// A `?` after an operand is PostgreSQL's operator on jsonb; anywhere else it stands for a binding, as PDO sends it.
fn tell_placeholders_from_operators(tokens: &mut [Token]) {
    let mut follows_operand = false;
    for token in tokens {
        if token.kind == Kind::Question && !follows_operand {
            token.kind = Kind::Placeholder("?".to_owned());
        }
        follows_operand = match &token.kind {
            Kind::Word(Word { quote_style, keyword, .. }) => {
                quote_style.is_some() || *keyword == sqlparser::keywords::Keyword::NoKeyword
            }
            Kind::RParen | Kind::RBracket | Kind::Number(..) | Kind::SingleQuotedString(_) | Kind::Placeholder(_) => {
                true
            }
            _ => false,
        };
    }
}
