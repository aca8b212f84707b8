//! PHP's own conversions: what a value is in a string, and whether it counts as true.

use crate::laravel::Value;

/// The error of PHP's where a string is wanted, from Laravel 10 on.
pub(super) const EXPRESSION_IN_STRING: &str =
    "Object of class Illuminate\\Database\\Query\\Expression could not be converted to string";

/// What PHP writes for the value inside a string.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(false) | Value::Unknown(_) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => float(*number),
        Value::Str(text) | Value::Raw(text) | Value::Class(text) => text.clone(),
        Value::Model(model) => model.class.clone(),
        Value::Array(_) => "Array".to_owned(),
    }
}

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_true) => *is_true,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty() && text != "0",
        Value::Array(items) => !items.is_empty(),
        Value::Raw(_) | Value::Class(_) | Value::Model(_) | Value::Unknown(_) => true,
    }
}

/// Why the value is not known, if it or a part of it is not.
pub(super) fn unknown(value: &Value) -> Option<&str> {
    match value {
        Value::Unknown(reason) => Some(reason),
        Value::Array(items) => items.iter().find_map(|(_, item)| unknown(item)),
        _ => None,
    }
}

/// The value as a list: PHP's `(array)`, under which an expression comes apart into its text.
pub(super) fn list(value: Option<&Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(|(_, item)| item.clone()).collect(),
        Some(Value::Raw(text)) => vec![Value::Str(text.clone())],
        Some(value) => vec![value.clone()],
    }
}

/// 14 significant digits without trailing zeros, as PHP's setting `precision` has it.
fn float(number: f64) -> String {
    const DIGITS: i32 = 14;
    if number == 0.0 || !number.is_finite() {
        return if number == 0.0 { "0".to_owned() } else { number.to_string().to_uppercase() };
    }
    let scientific = format!("{number:.13e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..DIGITS).contains(&exponent) {
        let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or_default();
        return without_trailing_zeros(&format!("{number:.decimals$}")).to_owned();
    }
    let mantissa = without_trailing_zeros(mantissa);
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    format!("{mantissa}E{exponent:+}")
}

fn without_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_php_writes_them() {
        let written = [0.0, 0.5, 1.0, -2.50, 0.1 + 0.2, 1e15, 1.5e25, 0.00001, 123_456.789].map(float);
        assert_eq!(written, ["0", "0.5", "1", "-2.5", "0.3", "1.0E+15", "1.5E+25", "1.0E-5", "123456.789"]);
    }
}
