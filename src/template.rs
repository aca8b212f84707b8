//! Texts in data files: `{name}` stands for something that is known later, and nothing else is special.

use std::fmt;

/// The names that one kind of text can name.
pub trait Name: Copy + 'static {
    /// The name that is written so.
    fn read(text: &str) -> Option<Self>;
    /// How it is written.
    fn text(self) -> &'static str;
}

/// A text, cut at its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template<N>(Vec<Part<N>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<N> {
    Text(String),
    Name(N),
}

/// A `{name}` that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName(pub String);

impl<N: Name> Template<N> {
    pub fn read(text: &str) -> Result<Self, UnknownName> {
        let mut parts = Vec::new();
        let mut rest = text.trim_end();
        while let Some((before, name, after)) = next_name(rest) {
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Name(N::read(name).ok_or_else(|| UnknownName(name.to_owned()))?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    pub fn names(&self) -> impl Iterator<Item = N> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(*name),
            Part::Text(_) => None,
        })
    }

    pub fn render(&self, value: &dyn Fn(N) -> String) -> String {
        let render = |part: &Part<N>| match part {
            Part::Text(text) => text.clone(),
            Part::Name(name) => value(*name),
        };
        self.0.iter().map(render).collect()
    }
}

/// As it is written, `{name}` and all.
impl<N: Name> fmt::Display for Template<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Text(text) => formatter.write_str(text),
            Part::Name(name) => write!(formatter, "{{{}}}", name.text()),
        })
    }
}

/// The text before the next name, the name, and the text after it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('{').find_map(|(open, _)| {
        let (before, rest) = (text.get(..open)?, text.get(open + 1..)?);
        let (name, after) = rest.split_once('}')?;
        let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        is_name.then_some((before, name, after))
    })
}
