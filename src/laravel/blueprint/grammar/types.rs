//! How a table of column types spells a column's type.

use super::context::Context;
use crate::laravel::Value;
use crate::laravel::blueprint::CompileError;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{CURRENT_IS_DEFAULT, EXPRESSIONS_ARE_STRINGS, Majors};
use crate::laravel::blueprint::text::{self, EXPRESSION_IN_STRING};

/// One row: a type that Laravel knows, and what it is on the engine.
pub(in crate::laravel::blueprint) struct ColumnType {
    pub name: &'static str,
    pub majors: Majors,
    pub spelling: Spelling,
    pub current: Current,
}

pub(in crate::laravel::blueprint) enum Spelling {
    /// Text in which `{attribute}` stands for an attribute of the column, a list as quoted strings. What is in brackets
    /// is left out where an attribute in it counts as false; what is in angles, where one is null.
    Template(&'static str),
    Made(fn(&Context, &Definition) -> String),
    /// The engine has no such type: the exception's message.
    Refused(&'static str),
}

/// What `useCurrent()` does to a column of the type. The texts are templates.
#[derive(Clone, Copy)]
pub(in crate::laravel::blueprint) enum Current {
    Ignored,
    /// It is the default.
    Default(&'static str),
    /// It is the default, and `useCurrentOnUpdate()` sets it at every update.
    DefaultAndUpdate(&'static str),
    /// It is the default where the server knows such defaults.
    DefaultIf(fn(&Context) -> bool, &'static str),
}

pub(super) const fn template(name: &'static str, majors: Majors, template: &'static str) -> ColumnType {
    ColumnType { name, majors, spelling: Spelling::Template(template), current: Current::Ignored }
}

pub(super) const fn made(name: &'static str, majors: Majors, make: fn(&Context, &Definition) -> String) -> ColumnType {
    ColumnType { name, majors, spelling: Spelling::Made(make), current: Current::Ignored }
}

pub(super) const fn refused(name: &'static str, majors: Majors, message: &'static str) -> ColumnType {
    ColumnType { name, majors, spelling: Spelling::Refused(message), current: Current::Ignored }
}

impl ColumnType {
    pub(super) const fn with(self, current: Current) -> Self {
        Self { current, ..self }
    }
}

impl Context<'_> {
    /// The column's type; up to Laravel 9 with what `useCurrent()` makes of it.
    pub(super) fn type_of(&self, column: &Definition) -> Result<String, CompileError> {
        let refused = |message: String| CompileError::Refused { message, span: column.span };
        let is_expression = |attribute: &&str| matches!(column.get(attribute), Some(Value::Raw(_)));
        if self.dialect.strings.iter().any(is_expression) && !EXPRESSIONS_ARE_STRINGS.include(self.settings) {
            return Err(refused(EXPRESSION_IN_STRING.to_owned()));
        }
        let Some(column_type) = self.column_type(column) else {
            let (name, grammar) = (capitalized(&column.text("type")), self.grammar_name());
            return Err(refused(format!(
                "Method Illuminate\\Database\\Schema\\Grammars\\{grammar}::type{name} does not exist."
            )));
        };
        let spelled = match &column_type.spelling {
            Spelling::Template(template) => fill(template, column),
            Spelling::Made(make) => make(self, column),
            Spelling::Refused(message) => return Err(refused((*message).to_owned())),
        };
        if CURRENT_IS_DEFAULT.include(self.settings) {
            return Ok(spelled);
        }
        let default = self.current_default(column).map(|current| format!(" default {current}"));
        let on_update = self.current_on_update(column).map(|current| format!(" on update {current}"));
        Ok(format!("{spelled}{}{}", default.unwrap_or_default(), on_update.unwrap_or_default()))
    }

    /// What `useCurrent()` gives as the column's default.
    pub(super) fn current_default(&self, column: &Definition) -> Option<String> {
        if !column.is_true("useCurrent") {
            return None;
        }
        match self.column_type(column)?.current {
            Current::Default(template) | Current::DefaultAndUpdate(template) => Some(fill(template, column)),
            Current::DefaultIf(is_known, template) if is_known(self) => Some(fill(template, column)),
            Current::DefaultIf(..) | Current::Ignored => None,
        }
    }

    pub(super) fn current_on_update(&self, column: &Definition) -> Option<String> {
        match self.column_type(column)?.current {
            Current::DefaultAndUpdate(template) if column.is_true("useCurrentOnUpdate") => Some(fill(template, column)),
            _ => None,
        }
    }

    /// Laravel looks for a method named after the type, and PHP tells no case apart there.
    fn column_type(&self, column: &Definition) -> Option<&'static ColumnType> {
        let name = column.text("type");
        self.dialect.types.iter().find(|row| row.name.eq_ignore_ascii_case(&name) && row.majors.include(self.settings))
    }
}

/// Whether the column's type is one that can number its rows.
pub(super) fn is_integer(column: &Definition) -> bool {
    const INTEGERS: [&str; 5] = ["bigInteger", "integer", "mediumInteger", "smallInteger", "tinyInteger"];
    INTEGERS.contains(&column.text("type").as_str())
}

/// Whether the column holds numbers, which alone can be unsigned and have no collation.
pub(in crate::laravel::blueprint) fn is_numeric(column: &Definition) -> bool {
    is_integer(column) || ["decimal", "double", "float", "boolean"].contains(&column.text("type").as_str())
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The template with the column's attributes.
pub(super) fn fill(template: &str, column: &Definition) -> String {
    filled(template, column).text
}

struct Filled {
    text: String,
    has_null: bool,
    has_false: bool,
}

fn filled(template: &str, column: &Definition) -> Filled {
    let mut filled_in = Filled { text: String::new(), has_null: false, has_false: false };
    let mut rest = template;
    while let Some(at) = rest.find(['{', '[', '<']) {
        let (before, opened) = rest.split_at(at);
        filled_in.text.push_str(before);
        let closing = match opened.as_bytes().first() {
            Some(b'{') => '}',
            Some(b'[') => ']',
            _ => '>',
        };
        let (inner, after) = opened.get(1..).and_then(|inner| inner.split_once(closing)).unwrap_or((opened, ""));
        if closing == '}' {
            let value = column.get(inner);
            filled_in.has_null |= value.is_none();
            filled_in.has_false |= !value.is_some_and(text::is_true);
            filled_in.text.push_str(&value.map(written).unwrap_or_default());
        } else {
            let group = filled(inner, column);
            let is_left_out = if closing == ']' { group.has_false } else { group.has_null };
            if !is_left_out {
                filled_in.text.push_str(&group.text);
            }
        }
        rest = after;
    }
    filled_in.text.push_str(rest);
    filled_in
}

fn written(value: &Value) -> String {
    match value {
        Value::Array(_) => quoted(&text::list(Some(value))),
        value => text::text(value),
    }
}

/// The values as quoted strings, in which Laravel escapes nothing.
fn quoted(values: &[Value]) -> String {
    values.iter().map(|value| format!("'{}'", text::text(value))).collect::<Vec<_>>().join(", ")
}
