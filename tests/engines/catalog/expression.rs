//! One spelling for expressions, so that what a statement says can be compared with what a server makes of it.
//!
//! Brackets, whitespace, case, quotes around names and PostgreSQL's casts go; words, values and operators stay, in order.

use crate::server::Engine;

/// The words that go on with the name of a type behind `::`.
const TYPE_WORDS: [&str; 6] = ["varying", "precision", "without", "with", "time", "zone"];

/// The types that may stand before a string.
const TYPED_LITERALS: [&str; 4] = ["interval", "date", "timestamp", "time"];

/// Other spellings of one thing.
const POSTGRES_SPELLINGS: [(&str, &str); 8] = [
    ("= any array [", "in"),
    ("<> all array [", "not in"),
    // An array in an array is written with the word or without.
    ("array [", "["),
    ("array [", "["),
    ("!=", "<>"),
    ("~~", "like"),
    ("public .", ""),
    ("cast", ""),
];
const MARIADB_SPELLINGS: [(&str, &str); 7] = [
    ("!=", "<>"),
    ("true", "1"),
    ("false", "0"),
    ("current_date", "curdate"),
    ("now", "current_timestamp"),
    ("localtimestamp", "current_timestamp"),
    ("_utf8mb4", ""),
];

pub(super) fn normalised(text: &str, engine: Engine) -> String {
    let tokens = without_casts(&tokens(text, engine));
    let tokens = with_signs(&tokens);
    let kept: Vec<&str> = tokens.iter().map(String::as_str).filter(|token| !matches!(*token, "(" | ")")).collect();
    let spellings: &[(&str, &str)] = match engine {
        Engine::Postgres => &POSTGRES_SPELLINGS,
        Engine::MariaDb | Engine::MySql => &MARIADB_SPELLINGS,
    };
    let padded = format!(" {} ", kept.join(" "));
    let spelled =
        spellings.iter().fold(padded, |text, (one, other)| text.replace(&format!(" {one} "), &format!(" {other} ")));
    spelled.replace(" ]", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Strings keep their quotes unless they are numbers, and everything else is in lower case.
fn tokens(text: &str, engine: Engine) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => quoted(rest, '\''),
            '"' | '`' => quoted(rest, first),
            _ if first.is_alphanumeric() || first == '_' => rest
                .find(|character: char| !character.is_alphanumeric() && !matches!(character, '_' | '.' | '$'))
                .unwrap_or(rest.len()),
            _ if "<>=!~:|-".contains(first) => {
                rest.find(|character: char| !"<>=!~:|-".contains(character)).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let is_string = first == '\'' || first == '"' && engine == Engine::MariaDb;
        let inner = || token[1..token.len() - 1].replace("''", "'");
        tokens.push(match first {
            _ if is_string => number(&inner()).unwrap_or_else(|| format!("'{}'", inner())),
            '"' | '`' => inner(),
            _ => number(token).unwrap_or_else(|| token.to_lowercase()),
        });
        rest = after.trim_start();
    }
    tokens
}

fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text[at..].find(quote) {
        at += found + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

/// A number in its shortest form.
fn number(text: &str) -> Option<String> {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '.'));
    text.parse::<f64>().ok().filter(|_| is_number).map(|number| number.to_string())
}

/// A minus that follows no value belongs to its number; a type before a string (`interval '1 day'`) is a cast.
fn with_signs(tokens: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        let is_first = kept.last().is_none_or(|before| before == "(");
        if token == "-" && is_first && rest.peek().is_some_and(|next| number(next).is_some()) {
            kept.extend(rest.next().map(|number| format!("-{number}")));
        } else if TYPED_LITERALS.contains(&token.as_str()) && rest.peek().is_some_and(|next| next.starts_with('\'')) {
            // Left out.
        } else {
            kept.push(token.clone());
        }
    }
    kept
}

fn without_casts(tokens: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut rest = tokens.iter().map(String::as_str).peekable();
    while let Some(token) = rest.next() {
        if token != "::" {
            kept.push(token.to_owned());
            continue;
        }
        rest.next();
        while rest.next_if(|word| TYPE_WORDS.contains(word)).is_some() {}
        if rest.next_if_eq(&"(").is_some() {
            rest.by_ref().find(|token| *token == ")");
            while rest.next_if(|word| TYPE_WORDS.contains(word)).is_some() {}
        }
        if rest.next_if_eq(&"[").is_some() {
            rest.next();
        }
    }
    kept
}
