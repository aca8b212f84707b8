//! Pieces of PHP.

/// A string in single quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// One value, or a list of them.
pub(super) fn names(names: &[String]) -> String {
    match names {
        [one] => quoted(one),
        several => list(several),
    }
}

pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// An SQL literal as a PHP one; `None` for anything else.
pub(super) fn of_literal(literal: &str) -> Option<String> {
    if literal.eq_ignore_ascii_case("null") {
        return Some("null".to_owned());
    }
    if literal.eq_ignore_ascii_case("true") || literal.eq_ignore_ascii_case("false") {
        return Some(literal.to_lowercase());
    }
    if let Some(text) = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(quoted(&text.replace("''", "'")));
    }
    literal.parse::<f64>().is_ok().then(|| literal.to_owned())
}

/// Text that can stand in a comment of its own line.
pub(super) fn in_comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /").replace("?>", "? >")
}
