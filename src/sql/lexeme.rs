//! The smallest pieces of SQL that matter for finding where statements end: quotes, comments, words.
//!
//! Each engine quotes and comments in its own way; only this file knows how. What the pieces mean is left to others.

use super::modes::Quoting;
use crate::engine::Engine;

/// A piece of the text: what it is, and the byte after its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub kind: Kind,
    pub end: usize,
    /// What the text ends in the midst of: a quote or comment that nothing closes.
    pub unclosed: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Comment,
    /// `/*!40101`: what follows is code until `*/`.
    OpensVersioned,
    Word,
    Quoted,
    Symbol,
}

/// What closes a quote or comment that a text ends in the midst of, so that the rest of it can be passed over piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Closing {
    Byte { byte: u8, has_backslashes: bool },
    Tag(String),
    Comment { nests: bool, depth: usize },
}

impl Closing {
    /// What closes the piece at the beginning of `rest`, and how many bytes open it.
    pub(super) fn of(rest: &str, quoting: Quoting) -> (Self, usize) {
        let Quoting { engine, has_backslashes, double_quotes_name } = quoting;
        let byte = |byte, has_backslashes| Self::Byte { byte, has_backslashes };
        match rest.as_bytes() {
            [b'E' | b'e', ..] => (byte(b'\'', true), 2),
            [b'$', ..] => {
                let end = rest.char_indices().skip(1).find(|(_, letter)| *letter == '$').map_or(1, |(at, _)| at + 1);
                (Self::Tag(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
            [b'/', ..] => (Self::Comment { nests: nests(engine), depth: 1 }, 2),
            [b'[', ..] => (byte(b']', false), 1),
            [b'`', ..] => (byte(b'`', false), 1),
            [b'"', ..] => (byte(b'"', has_backslashes && !double_quotes_name), 1),
            [quote, ..] => (byte(*quote, has_backslashes), 1),
            [] => (byte(b'\'', false), 0),
        }
    }

    /// Passes over `text`: the byte behind what closes it, or the byte from which on it is wanted again with more behind it.
    pub(super) fn pass(&mut self, text: &str) -> Result<usize, usize> {
        let bytes = text.as_bytes();
        match self {
            Self::Byte { byte, has_backslashes } => {
                let mut at = 0;
                while let Some(found) = bytes.get(at) {
                    if *found == b'\\' && *has_backslashes {
                        if at + 1 == bytes.len() {
                            return Err(at);
                        }
                        at += 1;
                    } else if found == byte {
                        match bytes.get(at + 1) {
                            Some(next) if next == byte => at += 1,
                            Some(_) => return Ok(at + 1),
                            None => return Err(at),
                        }
                    }
                    at += 1;
                }
                Err(text.len())
            }
            Self::Tag(tag) => match text.find(tag.as_str()) {
                Some(at) => Ok(at + tag.len()),
                None => Err(text.floor_char_boundary((text.len() + 1).saturating_sub(tag.len()))),
            },
            Self::Comment { nests, depth } => {
                let mut at = 0;
                while let Some(pair) = bytes.get(at..at + 2) {
                    match pair {
                        b"*/" if *depth <= 1 => return Ok(at + 2),
                        b"*/" => *depth -= 1,
                        b"/*" if *nests => *depth += 1,
                        _ => {
                            at += 1;
                            continue;
                        }
                    }
                    at += 2;
                }
                Err(text.floor_char_boundary(at))
            }
        }
    }
}

fn nests(engine: Engine) -> bool {
    matches!(engine, Engine::Postgresql | Engine::Sqlserver)
}

/// The piece that begins at the byte `at`, which is a character boundary before the end of `text`.
pub(super) fn lexeme(text: &str, at: usize, quoting: Quoting) -> Lexeme {
    let Quoting { engine, has_backslashes, double_quotes_name } = quoting;
    let rest = text.get(at..).unwrap_or_default();
    let (kind, length) = match rest.as_bytes() {
        [b'\'', ..] => (Kind::Quoted, quoted(rest, 0, b'\'', has_backslashes)),
        [b'E' | b'e', b'\'', ..] if engine == Engine::Postgresql => (Kind::Quoted, quoted(rest, 1, b'\'', true)),
        [b'"', ..] => (Kind::Quoted, quoted(rest, 0, b'"', has_backslashes && !double_quotes_name)),
        [b'`', ..] if engine != Engine::Postgresql => (Kind::Quoted, quoted(rest, 0, b'`', false)),
        [b'[', ..] if matches!(engine, Engine::Sqlite | Engine::Sqlserver) => {
            (Kind::Quoted, quoted(rest, 0, b']', false))
        }
        [b'$', ..] if engine == Engine::Postgresql => dollar_quoted(rest),
        [b'-', b'-', following @ ..] if begins_dash_comment(following, engine) => {
            (Kind::Comment, Ok(dash_comment(rest, engine)))
        }
        [b'#', ..] if engine.is_mysql_family() => (Kind::Comment, Ok(line(rest))),
        [b'/', b'*', ..] => block_comment(rest, engine),
        _ => plain(rest, engine),
    };
    match length {
        Ok(length) => Lexeme { kind, end: at + length, unclosed: None },
        Err(what) => Lexeme { kind, end: text.len(), unclosed: Some(what) },
    }
}

/// The length of the line up to its end, the line break left out.
pub(super) fn line(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// A length, or what the text ends in the midst of.
type Length = Result<usize, &'static str>;

/// MySQL takes `--` for a comment only before white space, so that `5--1` is a subtraction.
fn begins_dash_comment(following: &[u8], engine: Engine) -> bool {
    !engine.is_mysql_family()
        || following.first().is_none_or(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
}

/// PostgreSQL ends the comment at a lone carriage return, too (`non_newline` in its `scan.l`).
fn dash_comment(rest: &str, engine: Engine) -> usize {
    match engine {
        Engine::Postgresql => rest.find(['\r', '\n']).unwrap_or(rest.len()),
        _ => line(rest),
    }
}

fn quoted(rest: &str, opening: usize, closing: u8, has_backslashes: bool) -> Length {
    let mut bytes = rest.bytes().enumerate().skip(opening + 1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && has_backslashes {
            bytes.next();
        } else if byte == closing && bytes.next_if(|(_, next)| *next == closing).is_none() {
            return Ok(at + 1);
        }
    }
    Err("quote")
}

fn dollar_quoted(rest: &str) -> (Kind, Length) {
    let tag_end = rest.bytes().skip(1).position(|byte| !is_word_byte(byte) || byte == b'$').map(|at| at + 1);
    let tag = tag_end.filter(|end| rest.as_bytes().get(*end) == Some(&b'$')).and_then(|end| rest.get(..=end));
    let begins_with_digit = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    match tag.filter(|_| !begins_with_digit) {
        Some(tag) => {
            let closing = rest.get(tag.len()..).and_then(|body| body.find(tag));
            (Kind::Quoted, closing.map(|at| at + 2 * tag.len()).ok_or("dollar quote"))
        }
        None => (Kind::Symbol, Ok(1)),
    }
}

fn block_comment(rest: &str, engine: Engine) -> (Kind, Length) {
    if let Some(length) = version_marker(rest, engine) {
        return (Kind::OpensVersioned, Ok(length));
    }
    let nests = nests(engine);
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (2, 1);
    while let Some(pair) = bytes.get(at..at + 2) {
        match pair {
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return (Kind::Comment, Ok(at));
                }
            }
            b"/*" if nests => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    (Kind::Comment, Err("comment"))
}

/// The length of `/*!40101` or `/*M!100100`, where the engine runs what follows.
///
/// No released server is older than the version that dumps ask for, so the number matters in two cases only: MariaDB skips
/// `/*!` from 50700 to 99999, which is MySQL's alone (MariaDB documentation, "Comment Syntax"), and 999999 is written
/// into dumps for being skipped by all.
fn version_marker(rest: &str, engine: Engine) -> Option<usize> {
    let (opening, is_mariadb_only) = match rest.as_bytes() {
        [_, _, b'!', ..] => (3, false),
        [_, _, b'M', b'!', ..] => (4, true),
        _ => return None,
    };
    let digits = rest.bytes().skip(opening).take(6).take_while(u8::is_ascii_digit).count();
    let digits = if digits >= 5 { digits } else { 0 };
    let version = rest.get(opening..opening + digits).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let runs = match engine {
        _ if version == 999_999 => false,
        Engine::Mysql => !is_mariadb_only,
        Engine::Mariadb => is_mariadb_only || !(50_700..=99_999).contains(&version),
        _ => false,
    };
    runs.then_some(opening + digits)
}

fn plain(rest: &str, engine: Engine) -> (Kind, Length) {
    let is_sigil = |byte: u8| byte == b'@' && engine != Engine::Postgresql;
    let words = rest.bytes().take_while(|byte| is_word_byte(*byte) || is_sigil(*byte)).count();
    if words > 0 {
        return (Kind::Word, Ok(words));
    }
    let spaces = rest.bytes().take_while(u8::is_ascii_whitespace).count();
    if spaces > 0 { (Kind::Space, Ok(spaces)) } else { (Kind::Symbol, Ok(1)) }
}

/// Every byte of a character beyond ASCII counts as part of a word, so that no piece ends inside a character.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}
