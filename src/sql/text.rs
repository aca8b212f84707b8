//! Strings that code puts together to run them as SQL, and the variables that keep them.
//!
//! What an expression comes to is told as far as it can be: of a text that is known in part, the rest are holes.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::tokens::TokenKind;
use crate::change::DropDefault;

/// Stands in a text for what is not known.
pub(super) const HOLE: &str = "phasewise_unknown";
/// How many texts one expression may come to, and how long one may be.
const MAX_TEXTS: usize = 16;
const MAX_LENGTH: usize = 1 << 16;
/// How many operands are put together, and how deep brackets in them may nest.
const MAX_TERMS: usize = 1000;
const MAX_DEPTH: usize = 32;

/// SQL that code puts together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Text {
    pub sql: String,
    /// Where it stands byte for byte.
    pub place: Option<usize>,
    pub has_holes: bool,
    /// The condition under which it is this one.
    pub guard: Option<String>,
}

/// The texts that a session keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Texts {
    variables: BTreeMap<String, Vec<Text>>,
    pub prepared: BTreeMap<String, Vec<Text>>,
    /// Of the variables that keep nothing but the drops of defaults: which.
    dropping: BTreeMap<String, Vec<DropDefault>>,
}

impl Texts {
    /// From here on another text is read: places in the one before mean nothing.
    pub(super) fn leave_text(&mut self) {
        for text in self.variables.values_mut().chain(self.prepared.values_mut()).flatten() {
            text.place = None;
        }
    }

    pub(super) fn keep(&mut self, variable: &str, value: &Cursor<'_>) {
        let texts = evaluate(value.clone(), self);
        self.give(variable, texts);
    }

    pub(super) fn forget(&mut self, variable: &str) {
        self.give(variable, vec![Text::hole()]);
    }

    /// The text of the variable drops these defaults, and does nothing beside.
    pub(super) fn drop_defaults(&mut self, variable: &str, defaults: Vec<DropDefault>) {
        self.forget(variable);
        self.dropping.insert(variable.to_ascii_lowercase(), defaults);
    }

    /// The defaults that are dropped by running what the variable keeps.
    pub(super) fn dropped_defaults(&self, variable: &str) -> Option<&[DropDefault]> {
        self.dropping.get(&variable.to_ascii_lowercase()).map(Vec::as_slice)
    }

    /// Whether the variable surely keeps no text.
    pub(super) fn is_empty(&self, variable: &str) -> bool {
        let is_empty = |text: &Text| text.sql.is_empty() && !text.has_holes;
        self.variables.get(&variable.to_ascii_lowercase()).is_some_and(|texts| texts.iter().all(is_empty))
    }

    fn give(&mut self, variable: &str, texts: Vec<Text>) {
        let key = variable.to_ascii_lowercase();
        self.dropping.remove(&key);
        self.variables.insert(key, texts);
    }

    /// The variable keeps what it had, or has that value.
    pub(super) fn may_be(&mut self, variable: &str, value: &Cursor<'_>) {
        let texts = evaluate(value.clone(), self);
        let key = variable.to_ascii_lowercase();
        self.dropping.remove(&key);
        self.variables.entry(key).or_default().extend(texts);
    }

    /// Nobody can tell whether, or how often, the variable was given its value.
    pub(super) fn doubt(&mut self, variable: &str) {
        for text in self.variables.entry(variable.to_ascii_lowercase()).or_default() {
            text.has_holes = true;
        }
    }

    /// T-SQL's `+=`.
    pub(super) fn append(&mut self, variable: &str, value: &Cursor<'_>) {
        let key = variable.to_ascii_lowercase();
        let before = self.variables.get(&key).cloned().unwrap_or_else(|| vec![Text::hole()]);
        let texts = joined(&before, &evaluate(value.clone(), self));
        self.give(variable, texts);
    }
}

impl Text {
    fn hole() -> Self {
        Self { sql: HOLE.to_owned(), has_holes: true, ..Self::default() }
    }

    pub(super) fn known(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }
}

/// The texts that an expression may come to.
pub(super) fn evaluate(mut expression: Cursor<'_>, texts: &Texts) -> Vec<Text> {
    let mut found: Option<Vec<Text>> = None;
    let mut terms = 0;
    if is_deep(&expression) {
        return vec![Text::hole()];
    }
    while !expression.is_end() {
        terms += 1;
        if terms > MAX_TERMS {
            return vec![Text::hole()];
        }
        let mut term = expression.part_until(|cursor| cursor.is_symbol("||") || cursor.is_symbol("+"));
        expression.advance();
        let value = term_of(&mut term, texts);
        let value = if term.is_end() { value } else { vec![Text::hole()] };
        found = Some(match found {
            Some(before) => joined(&before, &value),
            None => value,
        });
    }
    found.unwrap_or_else(|| vec![Text::hole()])
}

/// Whether so many brackets nest that reading them one in another would exhaust the stack.
fn is_deep(expression: &Cursor<'_>) -> bool {
    let mut depth = 0_usize;
    let mut ahead = expression.clone();
    std::iter::from_fn(|| ahead.advance()).any(|token| {
        match expression.text_of(token) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_DEPTH
    })
}

fn joined(before: &[Text], after: &[Text]) -> Vec<Text> {
    let pairs = before.iter().flat_map(|left| after.iter().map(move |right| (left, right)));
    let join = |(left, right): (&Text, &Text)| Text {
        sql: format!("{}{}", left.sql, right.sql),
        place: if right.sql.is_empty() { left.place } else { None },
        has_holes: left.has_holes || right.has_holes,
        guard: left.guard.clone().or_else(|| right.guard.clone()),
    };
    let is_too_much =
        before.len() * after.len() > MAX_TEXTS || before.iter().chain(after).any(|text| text.sql.len() > MAX_LENGTH);
    if is_too_much { vec![Text::hole()] } else { pairs.map(join).collect() }
}

/// One operand: a string, a variable, or a call whose value is known.
fn term_of(term: &mut Cursor<'_>, texts: &Texts) -> Vec<Text> {
    if let Some(text) = literal(term) {
        return vec![text];
    }
    if let Some(variable) = term.word().filter(|word| word.starts_with('@')) {
        term.advance();
        return texts.variables.get(&variable.to_ascii_lowercase()).cloned().unwrap_or_else(|| vec![Text::hole()]);
    }
    if let Ok(mut inside) = term.parens() {
        let is_query = inside.eat("SELECT");
        let value = inside.part_until_any(&["FROM", "AS"]);
        let texts = evaluate(value, texts);
        return if is_query && inside.is("FROM") { texts.into_iter().map(uncertain).collect() } else { texts };
    }
    let functions = ["CONCAT", "IF", "IIF", "FORMAT", "QUOTE_IDENT", "QUOTENAME", "CAST", "CONVERT"];
    let Some(function) = term.eat_any(&functions) else { return vec![Text::hole()] };
    let Ok(mut arguments) = term.parens() else { return vec![Text::hole()] };
    let list: Vec<Cursor<'_>> = std::iter::from_fn(|| arguments.item()).collect();
    called(function, &list, texts)
}

fn uncertain(text: Text) -> Text {
    Text { has_holes: true, ..text }
}

fn called(function: &str, arguments: &[Cursor<'_>], texts: &Texts) -> Vec<Text> {
    let value = |argument: &Cursor<'_>| evaluate(argument.clone(), texts);
    match (function, arguments) {
        ("CONCAT", [first, rest @ ..]) if rest.len() < MAX_TERMS => {
            rest.iter().fold(value(first), |before, next| joined(&before, &value(next)))
        }
        ("IF" | "IIF", [condition, yes, no]) => {
            let condition = condition.text();
            let under = |texts: Vec<Text>, guard: String| {
                texts.into_iter().map(move |text| Text { guard: Some(guard.clone()), ..text })
            };
            let no = under(value(no), format!("NOT ({condition})"));
            under(value(yes), condition).chain(no).collect()
        }
        ("QUOTE_IDENT", [name]) => value(name).iter().map(|name| quoted(name, '"')).collect(),
        ("QUOTENAME", [name]) => value(name).iter().map(|name| quoted(name, ']')).collect(),
        ("CAST", [value]) => evaluate(value.clone().part_until_any(&["AS"]), texts),
        ("FORMAT", [template, arguments @ ..]) => match value(template).as_slice() {
            [template] if !template.has_holes => vec![formatted(&template.sql, arguments, texts)],
            _ => vec![Text::hole()],
        },
        _ => vec![Text::hole()],
    }
}

fn quoted(name: &Text, closing: char) -> Text {
    let opening = if closing == ']' { '[' } else { closing };
    if name.has_holes {
        return Text::hole();
    }
    Text::known(format!("{opening}{}{closing}", name.sql.replace(closing, &format!("{closing}{closing}"))))
}

/// PostgreSQL's `format('… %I …', 'name')`.
fn formatted(template: &str, arguments: &[Cursor<'_>], texts: &Texts) -> Text {
    let mut text = Text::default();
    let mut pieces = template.split('%');
    text.sql.push_str(pieces.next().unwrap_or_default());
    let mut next = 0;
    let mut is_literal = false;
    for piece in pieces {
        if is_literal {
            is_literal = false;
            text.sql.push_str(piece);
            continue;
        }
        if piece.is_empty() {
            // `%%`
            text.sql.push('%');
            is_literal = true;
            continue;
        }
        let digits = piece.len() - piece.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let position = piece.get(..digits).and_then(|digits| digits.parse::<usize>().ok());
        let (position, rest) = match (position, piece.get(digits..)) {
            (Some(position), Some(rest)) if rest.starts_with('$') => {
                (position - usize::from(position > 0), rest.get(1..).unwrap_or_default())
            }
            _ => (next, piece),
        };
        next = position + 1;
        let value = arguments.get(position).map(|argument| evaluate(argument.clone(), texts));
        let known = match value.as_deref() {
            Some([only]) if !only.has_holes => Some(only),
            _ => None,
        };
        let filled = match (rest.chars().next(), known) {
            (Some('I'), Some(value)) => quoted(value, '"').sql,
            (Some('L'), Some(value)) => format!("'{}'", value.sql.replace('\'', "''")),
            (Some('s'), Some(value)) => value.sql.clone(),
            (Some('L'), None) => "'?'".to_owned(),
            _ => {
                text.has_holes = true;
                HOLE.to_owned()
            }
        };
        text.sql.push_str(&filled);
        text.sql.push_str(rest.get(1..).unwrap_or_default());
    }
    text
}

/// A string; with its place where its bytes are those of its value.
fn literal(cursor: &mut Cursor<'_>) -> Option<Text> {
    let token = cursor.peek()?;
    let raw = cursor.text_of(token);
    let start = match raw.find(['\'', '"', '$']) {
        Some(at) if raw.get(at..)?.starts_with('$') => raw.get(at + 1..)?.find('$')? + at + 2,
        Some(at) => at + 1,
        None => return None,
    };
    let sql = if token.kind == TokenKind::DollarQuoted {
        cursor.advance();
        cursor.value_of(token)?
    } else {
        cursor.string().ok()?
    };
    let is_verbatim = raw.get(start..).is_some_and(|rest| rest.starts_with(&sql));
    let place = is_verbatim.then_some(token.range().start + start);
    Some(Text { sql, place, has_holes: false, guard: None })
}
