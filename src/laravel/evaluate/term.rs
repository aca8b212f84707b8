//! What an expression evaluates to: a PHP value, one of the framework's objects, or something that is not known.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::array::Array;
use super::query::{Query, Row};
use crate::answer::Answer;
use crate::laravel::blueprint::DefinitionId;
use crate::laravel::{Key, Value};
use crate::php;
use crate::source::Span;

#[derive(Debug, Clone)]
pub(crate) enum Term {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// With the places that its bytes come from.
    Text(Rc<php::Text>),
    Array(Rc<Array>),
    /// `collect([…])`
    Collection(Rc<Array>),
    /// `DB::raw(…)`: goes into SQL as it is.
    Raw(Rc<php::Text>),
    /// `User::class`
    ClassString(Rc<str>),
    Closure(Rc<Closure>),
    Object(ObjectId),
    Case(Rc<Case>),
    /// The `$table` of a schema closure.
    Table(TableId),
    Definition(Definition),
    /// The schema builder of a connection.
    Schema(Connection),
    Connection(Connection),
    /// Doctrine's schema manager, and a table as it describes it.
    SchemaManager,
    Details(Rc<str>),
    Query(Rc<Query>),
    /// Rows that a query found: any number of them.
    Rows(Rc<Query>),
    Row(Rc<Row>),
    /// What code that is not at hand gave: what was called. It may do anything when it is called in turn.
    Foreign(Rc<str>),
    /// Something of the framework or of PHP that cannot touch the database: a logger, a date, the console.
    Inert,
    Unknown(Rc<Unknown>),
}

/// An object of a class of the project, by its number in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectId(pub u32);

/// A table being described, by its number in the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableId(pub usize);

/// What a call on `$table` gave: later fluent calls modify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Definition {
    pub table: TableId,
    pub segment: usize,
    pub id: DefinitionId,
}

/// A connection by its name in the configuration; `None` is the default one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub name: Option<Rc<str>>,
}

/// A closure with what it took from around it, or a callable made from a name.
#[derive(Debug, Clone)]
pub(crate) struct Closure {
    pub code: Code,
    pub captured: BTreeMap<String, super::state::CellId>,
    pub this: Option<Term>,
    pub class: Option<Rc<php::Class>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Code {
    Closure(Rc<php::Closure>),
    /// `strlen(...)` or `'strlen'`
    Function(String),
    /// `[$this, 'add']`, `$this->add(...)`
    Method(Term, String),
    /// `[A::class, 'add']`, `A::add(...)`
    StaticMethod(String, String),
}

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub class: Rc<php::Class>,
    pub name: String,
    /// `Null` for a pure enum.
    pub value: Term,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unknown {
    /// Why it is not known, as words that follow "because".
    pub reason: String,
    /// A string of which parts are known; the others stand as [`HOLE`].
    pub shape: Option<String>,
}

impl Closure {
    /// How many parameters it takes, as far as its code is at hand.
    pub fn parameter_count(&self) -> usize {
        match &self.code {
            Code::Closure(closure) => closure.function.parameters.len(),
            _ => 1,
        }
    }
}

/// Stands for the unknown parts of a text. A plain word, so that SQL around it can still be read.
pub(crate) const HOLE: &str = "phasewise_unknown";

impl Term {
    pub fn unknown(reason: impl Into<String>) -> Self {
        Self::Unknown(Rc::new(Unknown { reason: reason.into(), shape: None }))
    }

    /// A text that no literal of the source stands behind.
    pub fn text(value: impl Into<String>, span: Span) -> Self {
        Self::Text(Rc::new(php::Text::new(value.into(), span)))
    }

    /// A number of things.
    pub fn count(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(Rc::new(items.into_iter().collect()))
    }

    pub fn is_unknown(&self) -> bool {
        matches!(
            self,
            Self::Unknown(_) | Self::Rows(_) | Self::Row(_) | Self::Inert | Self::Query(_) | Self::Foreign(_)
        )
    }

    /// Whether PHP takes it as true.
    pub fn truth(&self) -> Answer {
        match self {
            Self::Null => Answer::No,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value != 0).into(),
            Self::Float(value) => (*value != 0.0).into(),
            Self::Text(text) => (!matches!(text.value.as_str(), "" | "0")).into(),
            Self::Array(array) if array.is_open && array.len() == 0 => Answer::Unknown,
            Self::Array(array) => (array.len() > 0).into(),
            Self::Unknown(_) | Self::Row(_) | Self::Rows(_) | Self::Inert | Self::Foreign(_) => Answer::Unknown,
            Self::Raw(_)
            | Self::Collection(_)
            | Self::ClassString(_)
            | Self::Closure(_)
            | Self::Object(_)
            | Self::Case(_)
            | Self::Table(_)
            | Self::Definition(_)
            | Self::Schema(_)
            | Self::Connection(_)
            | Self::SchemaManager
            | Self::Details(_)
            | Self::Query(_) => Answer::Yes,
        }
    }

    /// The string that PHP makes of it; `None` where that is not known or not allowed.
    pub fn as_string(&self) -> Option<String> {
        Some(match self {
            Self::Null => String::new(),
            Self::Bool(value) => if *value { "1" } else { "" }.to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => float_text(*value),
            Self::Text(text) | Self::Raw(text) => text.value.clone(),
            Self::ClassString(name) => name.to_string(),
            _ => return None,
        })
    }

    /// The integer that PHP makes of it.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Null => Some(0),
            Self::Bool(value) => Some(i64::from(*value)),
            Self::Int(value) => Some(*value),
            Self::Float(value) => Some(*value as i64),
            Self::Text(text) => Some(leading_int(&text.value)),
            _ => None,
        }
    }

    /// The key that it is in an array.
    pub fn as_key(&self) -> Option<Key> {
        match self {
            Self::Int(_) | Self::Bool(_) | Self::Float(_) => self.as_int().map(Key::Int),
            Self::Null => Some(Key::Str(String::new())),
            Self::Text(text) => Some(key_of(&text.value)),
            Self::ClassString(name) => Some(Key::Str(name.to_string())),
            _ => None,
        }
    }

    /// As the schema builder takes it. Classes are left to the caller, who knows the application.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Float(value) => Value::Float(*value),
            Self::Text(text) => Value::Str(text.value.clone()),
            Self::Raw(text) => Value::Raw(text.value.clone()),
            Self::ClassString(name) => Value::Class(name.to_string()),
            Self::Array(array) | Self::Collection(array) => {
                Value::Array(array.iter().map(|(key, item)| (key.clone(), item.to_value())).collect())
            }
            // Laravel takes a backed case for its value, wherever it takes a default.
            Self::Case(case) => case.value.to_value(),
            _ => Value::Unknown(self.why_unknown()),
        }
    }

    pub fn from_value(value: &Value, span: Span) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Str(text) => Self::text(text.clone(), span),
            Value::Raw(text) => Self::Raw(Rc::new(php::Text::new(text.clone(), span))),
            Value::Class(name) => Self::ClassString(name.as_str().into()),
            Value::Model(model) => Self::ClassString(model.class.as_str().into()),
            Value::Array(items) => {
                let entries = items.iter().map(|(key, value)| (key.clone(), Self::from_value(value, span)));
                Self::Array(Rc::new(entries.collect()))
            }
            Value::Unknown(reason) => Self::unknown(reason.clone()),
        }
    }

    /// Why it is not a plain value.
    pub fn why_unknown(&self) -> String {
        match self {
            Self::Unknown(unknown) => unknown.reason.clone(),
            Self::Query(_) | Self::Rows(_) | Self::Row(_) => "it comes from the database".to_owned(),
            Self::Foreign(what) => format!("it comes from `{what}`, which phasewise cannot follow"),
            Self::Inert => "it is known only when the migration runs".to_owned(),
            _ => "it is an object".to_owned(),
        }
    }

    pub fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null => "NULL",
            Self::Bool(_) => "boolean",
            Self::Int(_) => "integer",
            Self::Float(_) => "double",
            Self::Text(_) | Self::ClassString(_) => "string",
            Self::Array(_) => "array",
            Self::Unknown(_) | Self::Inert | Self::Foreign(_) | Self::Row(_) | Self::Rows(_) => return None,
            _ => "object",
        })
    }
}

/// `'12'` is the key 12, `'012'` is itself.
pub(crate) fn key_of(text: &str) -> Key {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Key::Int(number),
        _ => Key::Str(text.to_owned()),
    }
}

pub(crate) fn key_term(key: &Key, span: Span) -> Term {
    match key {
        Key::Int(number) => Term::Int(*number),
        Key::Str(text) => Term::text(text.clone(), span),
    }
}

/// A float as PHP writes it: 17 significant digits at most, and no `.0`.
fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "INF" } else { "-INF" }.to_owned();
    }
    if value.is_nan() {
        return "NAN".to_owned();
    }
    let exponent = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if (-5.0..15.0).contains(&exponent) {
        return format!("{value}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, power)) if !power.starts_with('-') => {
            let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
            format!("{digits}E+{power}")
        }
        _ => text,
    }
}

fn leading_int(text: &str) -> i64 {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let length = text.len() - digits.len() + digits.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..length).and_then(|number| number.trim_start_matches('+').parse().ok()).unwrap_or(0)
}
