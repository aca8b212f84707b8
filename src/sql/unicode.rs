//! PostgreSQL's `U&"…"` and `U&'…' UESCAPE '!'`: what their escapes stand for.

/// Whether the token is one of these.
pub(super) fn begins(text: &str) -> bool {
    matches!(text.as_bytes(), [b'U' | b'u', b'&', b'"' | b'\'', ..])
}

/// What such a token says; `None` where an escape stands for no character, which PostgreSQL refuses.
pub(super) fn value(text: &str) -> Option<String> {
    let rest = text.get(2..)?;
    let quote = rest.chars().next()?;
    let end = quoted_end(rest, quote)?;
    let escape = match rest.get(end + 1..)?.split_once('\'') {
        Some((_, escape)) => escape.chars().next()?,
        None => '\\',
    };
    let doubled = [quote, quote].iter().collect::<String>();
    unescaped(&rest.get(1..end)?.replace(&doubled, &quote.to_string()), escape)
}

/// Where the quote closes that `rest` begins with.
fn quoted_end(rest: &str, quote: char) -> Option<usize> {
    let mut quotes = rest.match_indices(quote).skip(1).map(|(at, _)| at);
    let mut end = quotes.next()?;
    // Two of them stand for one.
    while rest.get(end + 1..)?.starts_with(quote) {
        quotes.next();
        end = quotes.next()?;
    }
    Some(end)
}

fn unescaped(text: &str, escape: char) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..)?;
        let (code, length) = match after.chars().next() {
            _ if letter != escape => (u32::from(letter), 0),
            Some(next) if next == escape => (u32::from(escape), escape.len_utf8()),
            Some('+') => (u32::from_str_radix(after.get(1..7)?, 16).ok()?, 7),
            _ => (u32::from_str_radix(after.get(..4)?, 16).ok()?, 4),
        };
        // The halves of a character beyond the first plane may be written one by one.
        match (u16::try_from(code), char::from_u32(code)) {
            (Ok(unit), _) => units.push(unit),
            (Err(_), letter) => units.extend_from_slice(letter?.encode_utf16(&mut [0; 2])),
        }
        rest = after.get(length..)?;
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_what_they_stand_for() {
        let cases = [
            (r#"U&"d\0061t\+000061""#, Some("data")),
            (r"u&'\0441\043B\043E\043D'", Some("слон")),
            (r#"U&"d!0061t!+000061" UESCAPE '!'"#, Some("data")),
            (r"U&'a\\b' ", Some(r"a\b")),
            ("U&'it''s' UESCAPE '!'", Some("it's")),
            (r#"U&"\D83D\DE00 ""x""""#, Some("😀 \"x\"")),
            (r"U&'\zz'", None),
            (r"U&'\D83D'", None),
            (r"U&'\+123'", None),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text).as_deref(), expected, "{text}");
        }
    }
}
