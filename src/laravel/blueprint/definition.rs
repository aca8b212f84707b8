//! What a call on `$table` made: a bag of attributes, as Laravel's `Fluent` is one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::text;
use crate::laravel::Value;
use crate::source::Span;

/// A column, an index, a foreign key or another command. Its attribute `name` is the column's or the command's name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    pub kind: Kind,
    /// The longest chain of calls so far.
    pub span: Span,
    attributes: BTreeMap<Cow<'static, str>, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Column,
    /// What `foreignId` and its kin give: a column that can be `constrained`.
    ForeignColumn,
    Index,
    ForeignKey,
    DropColumn,
    OtherCommand,
}

impl Definition {
    pub(super) fn new(kind: Kind, name: impl Into<Value>, span: Span) -> Self {
        let mut definition = Self { kind, span, attributes: BTreeMap::new() };
        definition.set("name", name);
        definition
    }

    pub(super) fn set(&mut self, attribute: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.attributes.insert(attribute.into(), value.into());
    }

    pub(super) fn is_column(&self) -> bool {
        matches!(self.kind, Kind::Column | Kind::ForeignColumn)
    }

    /// The attribute, unless it is null.
    pub(super) fn get(&self, attribute: &str) -> Option<&Value> {
        self.attributes.get(attribute).filter(|value| **value != Value::Null)
    }

    /// Whether the attribute was set, to null or anything else.
    pub(super) fn was_set(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }

    pub(super) fn is_true(&self, attribute: &str) -> bool {
        self.get(attribute).is_some_and(text::is_true)
    }

    /// The attribute as PHP writes it in a string; nothing for null.
    pub(super) fn text(&self, attribute: &str) -> String {
        self.get(attribute).map(text::text).unwrap_or_default()
    }

    pub(super) fn list(&self, attribute: &str) -> Vec<Value> {
        text::list(self.get(attribute))
    }

    pub(super) fn name(&self) -> String {
        self.text("name")
    }

    pub(super) fn is_changed(&self) -> bool {
        self.is_true("change")
    }
}
