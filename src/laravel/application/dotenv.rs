//! `.env` as vlucas/phpdotenv reads it, which is what Laravel asks (`src/Parser` of its version 5).
//!
//! Takes a text and what is set before it; gives the variables that it sets, and the first line that it would refuse.

use std::collections::BTreeMap;

/// What a file sets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dotenv {
    pub variables: BTreeMap<String, String>,
    /// The first entry that is refused, for which Laravel does not start.
    pub refused: Option<Refusal>,
}

/// Why an entry is refused. What it says is not kept, for it may be a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// From 1.
    pub line: usize,
    pub reason: &'static str,
}

/// A value: its letters, and where a `$` stands that may begin `${NAME}`.
#[derive(Default)]
struct Value {
    text: String,
    dollars: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Initial,
    Unquoted,
    Single,
    Double,
    Escape,
    /// After a value.
    Space,
    Comment,
}

/// What PHP's `trim` takes away.
const TRIMMED: [char; 6] = [' ', '\n', '\r', '\t', '\0', '\u{b}'];

/// Reads a file. `outside` is what is set already: a file never overwrites it, and its values may name it.
pub(super) fn read(text: &str, outside: &BTreeMap<String, String>) -> Dotenv {
    let mut dotenv = Dotenv::default();
    for (line, entry) in entries(text) {
        match parse(&entry) {
            Ok((name, value)) => {
                let value = value.map(|value| value.resolved(|name| outside.get(name).or(dotenv.variables.get(name))));
                match value {
                    _ if outside.contains_key(&name) => {}
                    Some(value) => drop(dotenv.variables.insert(name, value)),
                    // A name alone takes the variable away.
                    None => drop(dotenv.variables.remove(&name)),
                }
            }
            Err(reason) => drop(dotenv.refused.get_or_insert(Refusal { line, reason })),
        }
    }
    dotenv
}

/// The entries with the lines on which they begin. A value in double quotes may go on over several lines; one that never
/// ends is dropped with all that follows, as `Lines.php` does it.
fn entries(text: &str) -> Vec<(usize, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut entries = Vec::new();
    let mut open: Option<(usize, Vec<&str>)> = None;
    for (at, line) in text.split('\n').enumerate() {
        let begins = open.is_none();
        if begins && line.contains("=\"") && !ends_quoted(line, true) {
            open = Some((at, Vec::new()));
        }
        match &mut open {
            Some((start, lines)) => {
                lines.push(line);
                // The line that opens the value has been looked at already.
                if ends_quoted(line, begins) {
                    entries.push((*start + 1, lines.join("\n")));
                    open = None;
                }
            }
            None => entries.push((at + 1, line.to_owned())),
        }
    }
    let is_said = |(_, entry): &(usize, String)| {
        let entry = entry.trim_matches(TRIMMED);
        !entry.is_empty() && !entry.starts_with('#')
    };
    entries.into_iter().filter(is_said).collect()
}

/// Whether a quote that is not escaped ends the value on this line: on the line that begins it, the second one.
fn ends_quoted(line: &str, begins: bool) -> bool {
    if line == "\"" {
        return true;
    }
    let line = line.replace("\\\\", "");
    let quotes = line.chars().zip(line.chars().skip(1)).filter(|(before, quote)| *quote == '"' && *before != '\\');
    quotes.count() > usize::from(begins)
}

/// The name and the value of an entry; no value where there is no `=`.
fn parse(entry: &str) -> Result<(String, Option<Value>), &'static str> {
    let (name, value) = match entry.split_once('=') {
        Some((name, value)) => (name.trim_matches(TRIMMED), Some(value.trim_matches(TRIMMED))),
        None => (entry, None),
    };
    if name.is_empty() {
        return Err("it has an equals sign and no name");
    }
    let exported = name.strip_prefix("export").filter(|rest| {
        name.len() > 8 && rest.starts_with(|letter: char| letter.is_ascii_whitespace() || letter == '\u{b}')
    });
    let name = exported.map_or(name, |rest| rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']));
    let quoted = ['"', '\''].into_iter().find_map(|quote| name.strip_prefix(quote)?.strip_suffix(quote));
    let name = quoted.filter(|inside| !inside.is_empty()).unwrap_or(name);
    if name.is_empty() || !name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.')) {
        return Err("its name has other letters than those of a name");
    }
    Ok((name.to_owned(), value.map(parse_value).transpose()?))
}

fn parse_value(text: &str) -> Result<Value, &'static str> {
    let mut value = Value::default();
    let mut state = State::Initial;
    for letter in text.chars() {
        state = match state {
            State::Initial if letter == '\'' => State::Single,
            State::Initial if letter == '"' => State::Double,
            State::Initial | State::Unquoted if letter == '#' => State::Comment,
            State::Unquoted if is_space(letter) => State::Space,
            State::Initial | State::Unquoted => {
                value.push(letter, letter == '$');
                State::Unquoted
            }
            State::Single if letter == '\'' => State::Space,
            State::Single => {
                value.push(letter, false);
                State::Single
            }
            State::Double if letter == '"' => State::Space,
            State::Double if letter == '\\' => State::Escape,
            State::Double => {
                value.push(letter, letter == '$');
                State::Double
            }
            State::Escape => {
                value.push(unescaped(letter).ok_or("it has an escape that is none")?, false);
                State::Double
            }
            State::Space if letter == '#' => State::Comment,
            State::Space if is_space(letter) => State::Space,
            State::Space => return Err("something follows its value, which wants quotes around it"),
            State::Comment => State::Comment,
        };
    }
    match state {
        State::Single | State::Double | State::Escape => Err("its quotes do not close"),
        _ => Ok(value),
    }
}

/// What PHP's `ctype_space` takes for space.
fn is_space(letter: char) -> bool {
    letter.is_ascii_whitespace() || letter == '\u{b}'
}

fn unescaped(letter: char) -> Option<char> {
    Some(match letter {
        '"' | '\\' | '$' => letter,
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        _ => return None,
    })
}

impl Value {
    fn push(&mut self, letter: char, may_name: bool) {
        if may_name {
            self.dollars.push(self.text.len());
        }
        self.text.push(letter);
    }

    /// With what `${NAME}` stands for; a name that nothing is known of stays as it is written.
    fn resolved<'v>(self, known: impl Fn(&str) -> Option<&'v String>) -> String {
        let mut text = self.text;
        for at in self.dollars.into_iter().rev() {
            let name = text.get(at..).and_then(|rest| rest.strip_prefix("${")?.split_once('}')).map(|(name, _)| name);
            let is_name = |name: &&str| {
                !name.is_empty()
                    && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.'))
            };
            let Some(name) = name.filter(is_name) else { continue };
            let end = at + name.len() + "${}".len();
            if let Some(value) = known(name).cloned() {
                text.replace_range(at..end, &value);
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let outside =
            BTreeMap::from([("HOME".to_owned(), "/home/app".to_owned()), ("EMPTY".to_owned(), String::new())]);
        let dotenv = read(text, &outside);
        let variables: Vec<(&str, &str)> =
            dotenv.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((variables, dotenv.refused), (expected.to_vec(), None));
    }

    #[test]
    fn values_are_read_as_they_are_quoted() {
        check("A=b", &[("A", "b")]);
        check(" export AB = b # c", &[("AB", "b")]);
        check("A=b#c\nB= # nothing", &[("A", "b"), ("B", "")]);
        check("A=\"b # c\" # d\r\nB='x \\n ${A}'", &[("A", "b # c"), ("B", "x \\n ${A}")]);
        check(r#"A="a\"b\\c\nd\$HOME""#, &[("A", "a\"b\\c\nd$HOME")]);
        check("A=\"one\ntwo\n\"\nB=c", &[("A", "one\ntwo\n"), ("B", "c")]);
        check("A=\"one\ntwo\nB=c", &[]);
        check("A=it's\nB=x\"y\"", &[("A", "it's"), ("B", "x\"y\"")]);
        check("# A=b\n\n  # B=c\nA\n", &[]);
        check("A=b\nA=c\nB=1\nB", &[("A", "c")]);
    }

    #[test]
    fn names_in_values_stand_for_what_was_set_before() {
        check("A=${HOME}/x\nB=\"${A}-${A}\"", &[("A", "/home/app/x"), ("B", "/home/app/x-/home/app/x")]);
        check("A=${B}\nB=c\nC=${EMPTY}|\nD=$B", &[("A", "${B}"), ("B", "c"), ("C", "|"), ("D", "$B")]);
        check("A='${HOME}'\nB=\"\\${HOME}\"\nC=${A}", &[("A", "${HOME}"), ("B", "${HOME}"), ("C", "${HOME}")]);
        check("HOME=/other\nA=${HOME}\nEMPTY=x", &[("A", "/home/app")]);
    }

    #[test]
    fn what_is_refused_is_told_by_its_line() {
        let refused = |text: &str| read(text, &BTreeMap::new()).refused.map(|refusal| (refusal.line, refusal.reason));
        assert_eq!(
            refused("A=b\n\nB=secret word"),
            Some((3, "something follows its value, which wants quotes around it"))
        );
        assert_eq!(refused("A='b"), Some((1, "its quotes do not close")));
        assert_eq!(refused("=b"), Some((1, "it has an equals sign and no name")));
        assert_eq!(refused("A-B=c"), Some((1, "its name has other letters than those of a name")));
        assert_eq!(refused(r#"A="\q""#), Some((1, "it has an escape that is none")));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "[A-C=\"'\\\\#$\\{\\} \\n\\ré]{0,80}") {
            let _ = read(&text, &BTreeMap::new());
        }
    }
}
