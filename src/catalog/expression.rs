//! The columns that an expression names, as far as its words tell.

use std::borrow::Cow;
use std::ops::Range;

use super::table::same_name;
use crate::engine::Engine;

/// Whether the expression names the column. Its strings are no names.
pub(super) fn names_column(text: &str, column: &str) -> bool {
    words(text, &['"', '`'])
        .into_iter()
        .any(|word| name_of(text.get(word).unwrap_or_default()).eq_ignore_ascii_case(column))
}

/// Whether a row that passes the condition cannot have NULL in the column: one of the conditions that AND joins is
/// `column IS NOT NULL`.
pub(super) fn proves_not_null(condition: &str, column: &str) -> bool {
    let tokens = tokens(condition);
    let is_test = |part: &[&str]| match part {
        [name, is, not, null] => {
            name_of(name).eq_ignore_ascii_case(column)
                && [(is, "is"), (not, "not"), (null, "null")]
                    .iter()
                    .all(|(word, wanted)| word.eq_ignore_ascii_case(wanted))
        }
        _ => false,
    };
    !tokens.iter().any(|token| token.eq_ignore_ascii_case("or"))
        && tokens.split(|token| token.eq_ignore_ascii_case("and")).any(is_test)
}

/// Its words, and what stands between them; but for parentheses.
fn tokens(text: &str) -> Vec<&str> {
    let is_beside = |character: char| character.is_whitespace() || matches!(character, '(' | ')');
    let mut tokens = Vec::new();
    let mut at = 0;
    for word in words(text, &['"', '`']) {
        tokens.push(text.get(at..word.start).unwrap_or_default().trim_matches(is_beside));
        at = word.end;
        tokens.push(text.get(word).unwrap_or_default());
    }
    tokens.push(text.get(at..).unwrap_or_default().trim_matches(is_beside));
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// The expression with another name for the column.
pub(super) fn rename_column(text: &mut String, from: &str, to: &str, engine: Engine) {
    let quotes: &[char] = if engine.is_mysql_family() { &['`'] } else { &['"'] };
    for word in words(text, quotes).into_iter().rev() {
        let written = text.get(word.clone()).unwrap_or_default();
        let name = name_of(written);
        let is_quoted = name != written;
        let resolved = if engine == Engine::Postgresql && !is_quoted { name.to_lowercase() } else { name.into_owned() };
        let is_call = text.get(word.end..).is_some_and(|rest| rest.trim_start().starts_with('(')) && !is_quoted;
        if same_name(&resolved, from, engine) && !is_call {
            let new = if is_plain(to) && !is_quoted { to.to_owned() } else { engine.quote(to) };
            text.replace_range(word, &new);
        }
    }
}

/// Whether the name needs no quotes on any engine.
fn is_plain(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_')
}

pub(super) fn bare(word: &str) -> &str {
    word.trim_matches(['"', '`'])
}

/// The name that a word is: a quote that is doubled within quotes is one of its letters.
fn name_of(word: &str) -> Cow<'_, str> {
    let quoted = ['"', '`'].into_iter().find_map(|quote| {
        let inner = word.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
    });
    quoted.map_or(Cow::Borrowed(word), Cow::Owned)
}

/// Where the words stand, each with its quotes. What stands in single quotes is none.
pub(super) fn words(text: &str, quotes: &[char]) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some((first, rest)) = text.get(at..).and_then(|rest| Some((rest.chars().next()?, rest))) {
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
        let length = match first {
            '\'' | '"' | '`' => quoted(rest, first),
            _ if is_part(first) => rest.find(|character| !is_part(character)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        if is_part(first) || quotes.contains(&first) {
            words.push(at..at + length);
        }
        at += length;
    }
    words
}

/// The length of what begins with that quote, in which the quote stands for itself when it is doubled.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + character.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{names_column, proves_not_null, rename_column};
    use crate::engine::Engine;

    fn renamed(text: &str, from: &str, to: &str, engine: Engine) -> String {
        let mut text = text.to_owned();
        rename_column(&mut text, from, to, engine);
        text
    }

    #[test]
    fn words_are_names_and_strings_are_not() {
        assert!(names_column("lower(Email) <> ''", "email"));
        assert!(names_column("\"Full Name\" is null", "Full Name"));
        assert!(!names_column("status in ('email', 'it''s email')", "email"));
        assert!(!names_column("email_2 > 0", "email"));
    }

    #[test]
    fn only_a_conjunction_proves() {
        assert!(proves_not_null("(email IS NOT NULL)", "email"));
        assert!(proves_not_null("\"email\" is not null and length > 0", "email"));
        assert!(proves_not_null("((qty > 0) AND (email IS NOT NULL))", "email"));
        assert!(!proves_not_null("email IS NOT NULL OR phone IS NOT NULL", "email"));
        assert!(!proves_not_null("email_hash IS NOT NULL", "email"));
        assert!(!proves_not_null("(email IS NOT NULL) <> 'x'", "email"));
    }

    #[test]
    fn a_quoted_name_is_one_word_whatever_is_in_it() {
        assert!(proves_not_null("\"a\"\"b\" IS NOT NULL", "a\"b"));
        assert!(proves_not_null("`a``b` IS NOT NULL", "a`b"));
        assert!(proves_not_null("\"this or that\" IS NOT NULL", "this or that"));
        assert!(names_column("\"a\"\"b\" > 0", "a\"b"));
    }

    #[test]
    fn a_renamed_column_is_renamed_where_it_is_named() {
        assert_eq!(
            renamed("Total > 0 and note <> 'total'", "total", "sum", Engine::Postgresql),
            "sum > 0 and note <> 'total'"
        );
        assert_eq!(renamed("lower(name)", "lower", "x", Engine::Postgresql), "lower(name)");
        assert_eq!(renamed("`total` > \"total\"", "total", "Sum", Engine::Mysql), "`Sum` > \"total\"");
        assert_eq!(renamed("a > 0", "a", "Ü b", Engine::Postgresql), "\"Ü b\" > 0");
    }
}
