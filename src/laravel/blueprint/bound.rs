//! The arguments of a call, bound to the parameters of its method as PHP binds them.

use super::CallError;
use super::majors::HAS_DEFAULT_PRECISION;
use super::methods::{Default, Parameter};
use super::text;
use crate::laravel::{Arguments, Settings, Value};

#[derive(Debug)]
pub(super) struct Bound {
    values: Vec<(&'static str, Value)>,
    /// The arguments after those that have a parameter.
    pub rest: Vec<Value>,
}

impl Bound {
    pub(super) fn new(
        method: &str,
        parameters: &'static [Parameter],
        arguments: &Arguments,
        settings: &Settings,
    ) -> Result<Self, CallError> {
        let is_parameter = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
        if let Some(name) =
            arguments.0.iter().filter_map(|argument| argument.name.as_ref()).find(|name| !is_parameter(name))
        {
            return Err(CallError::Refused { message: format!("Unknown named parameter ${name}") });
        }
        let mut values = Vec::new();
        for (at, parameter) in parameters.iter().enumerate() {
            let value = match arguments.get(at, parameter.name) {
                Some(given) => known(method, parameter.name, given)?,
                None => left_out(method, parameter, settings)?,
            };
            values.push((parameter.name, stand_in(value, parameter.default, settings)));
        }
        let rest = arguments.0.iter().skip(parameters.len()).filter(|argument| argument.name.is_none());
        let rest = rest.map(|argument| known(method, "…", &argument.value)).collect::<Result<_, _>>()?;
        Ok(Self { values, rest })
    }

    pub(super) fn get(&self, parameter: &str) -> &Value {
        self.find(parameter).unwrap_or(&Value::Null)
    }

    /// The argument, if the method has such a parameter.
    pub(super) fn find(&self, parameter: &str) -> Option<&Value> {
        self.values.iter().find(|(name, _)| *name == parameter).map(|(_, value)| value)
    }

    pub(super) fn text(&self, parameter: &str) -> String {
        text::text(self.get(parameter))
    }

    /// The argument, unless it counts as false.
    pub(super) fn if_true(&self, parameter: &str) -> Option<&Value> {
        Some(self.get(parameter)).filter(|value| text::is_true(value))
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = (&'static str, Value)> {
        self.values.into_iter()
    }
}

/// The value, if all of it is known.
pub(super) fn known(method: &str, parameter: &str, value: &Value) -> Result<Value, CallError> {
    match text::unknown(value) {
        Some(reason) => Err(CallError::UnknownArgument {
            reason: format!("the argument `${parameter}` of `{method}` is not known: {reason}"),
        }),
        None => Ok(value.clone()),
    }
}

fn left_out(method: &str, parameter: &Parameter, settings: &Settings) -> Result<Value, CallError> {
    Ok(match parameter.default {
        Default::Required => {
            return Err(CallError::Missing { method: method.to_owned(), parameter: parameter.name });
        }
        Default::Null | Default::Length | Default::LengthUnlessTrue => Value::Null,
        Default::False => Value::Bool(false),
        Default::Number(number) => Value::Int(number),
        Default::Text(text) => Value::from(text),
        Default::Precision if HAS_DEFAULT_PRECISION.include(settings) => Value::Null,
        Default::Precision => Value::Int(0),
    })
}

/// What the method itself puts in the place of a value that says nothing.
fn stand_in(value: Value, default: Default, settings: &Settings) -> Value {
    let length = Value::Int(i64::from(settings.string_length));
    match default {
        Default::Length if value == Value::Null => length,
        Default::LengthUnlessTrue if !text::is_true(&value) => length,
        Default::Precision if value == Value::Null && HAS_DEFAULT_PRECISION.include(settings) => {
            settings.time_precision.map_or(Value::Null, |precision| Value::Int(i64::from(precision)))
        }
        _ => value,
    }
}
