//! The PHP values that a migration hands to the schema builder.

use crate::source::Span;

/// A value that is known, or why it is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    /// In the order of PHP; a list has the keys 0, 1, 2, ….
    Array(Vec<(Key, Value)>),
    /// `DB::raw(…)` or `new Expression(…)`: goes into the SQL as it is.
    Raw(String),
    /// `User::class` or an instance of it: the class's full name, without a leading backslash.
    Class(String),
    /// An Eloquent model whose class could be read.
    Model(Model),
    Unknown(String),
}

/// What `foreignIdFor` and its kin ask of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The full name, without a leading backslash.
    pub class: String,
    /// `getTable()`.
    pub table: String,
    /// `getKeyName()`.
    pub key_name: String,
    pub key_type: ModelKey,
}

/// What kind of value a model's key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKey {
    /// `$keyType` is `int` and `$incrementing` true.
    Int,
    /// `$keyType` is `string` and the model uses `HasUuids`, or none of Laravel's traits.
    Uuid,
    /// `$keyType` is `string` and the model uses `HasUlids`.
    Ulid,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Int(i64),
    Str(String),
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// For `name: value`.
    pub name: Option<String>,
    pub value: Value,
    pub span: Span,
}

/// The arguments of a call, in the order written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arguments(pub Vec<Argument>);

impl Arguments {
    /// The argument that PHP would bind to the parameter `name` at the place `at` (from 0).
    pub fn get(&self, at: usize, name: &str) -> Option<&Value> {
        let positional = self.0.get(at).filter(|argument| argument.name.is_none());
        positional
            .or_else(|| self.0.iter().find(|argument| argument.name.as_deref() == Some(name)))
            .map(|argument| &argument.value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Value {
    fn from(is_true: bool) -> Self {
        Self::Bool(is_true)
    }
}

/// A list: the keys are 0, 1, 2, ….
impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array((0..).map(Key::Int).zip(items).collect())
    }
}
