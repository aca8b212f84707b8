//! The name that PostgreSQL figures for an expression of an index (`FigureColname` in its sources).

/// `lower(email)` is `lower`, `(data ->> 'x')` has none, `coalesce(a, b)` is `coalesce`, `a::text` is `a`.
pub(super) fn name(expression: &str) -> Option<String> {
    let text = without_brackets(expression.trim());
    let (text, cast) = without_cast(text);
    let (text, _) = split_last(text, " collate ").unwrap_or((text, ""));
    let text = without_brackets(text.trim());
    let lower = text.to_lowercase();
    if let Some(inner) = lower.strip_prefix("cast").map(str::trim_start).filter(|_| is_call(text)) {
        let inner = without_brackets(inner);
        let (value, target) = split_last(inner, " as ").unwrap_or((inner, ""));
        return plain_name(value).or_else(|| Some(type_name(target)));
    }
    plain_name(text).or_else(|| cast.map(type_name))
}

/// The name of a column or a call.
fn plain_name(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    if lower.starts_with("case ") && lower.ends_with(" end") {
        return Some("case".to_owned());
    }
    if lower.starts_with("array[") {
        return Some("array".to_owned());
    }
    let name = if is_call(text) { text.split('(').next().unwrap_or_default() } else { text };
    let name = name.trim().rsplit('.').next().unwrap_or_default();
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => Some(quoted.to_owned()),
        None => Some(name.to_lowercase()).filter(|name| is_word(name)).map(|name| spelled(&name).to_owned()),
    }
}

/// What the parser calls the functions that have a syntax of their own.
fn spelled(function: &str) -> &str {
    if function == "trim" { "btrim" } else { function }
}

fn is_word(name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    name.chars().all(is_part) && name.chars().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Whether the whole is `name(…)`.
fn is_call(text: &str) -> bool {
    let Some((name, _)) = text.split_once('(') else { return false };
    let arguments = text.get(name.len()..).unwrap_or_default();
    is_word(&name.trim().replace(['.', '"'], "_")) && without_brackets(arguments).len() + 2 <= arguments.len()
}

/// What the outermost brackets enclose, if they enclose all of it.
fn without_brackets(text: &str) -> &str {
    let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
    let mut depth = 1_i32;
    let encloses = inside.chars().all(|character| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth > 0
    });
    if encloses { without_brackets(inside.trim()) } else { text }
}

/// Takes the last `::type` off.
fn without_cast(text: &str) -> (&str, Option<&str>) {
    match split_last(text, "::") {
        Some((value, target)) if !target.contains([')', '-', '+', '|', '>', '<', '=']) || target.ends_with(')') => {
            (value, Some(target))
        }
        _ => (text, None),
    }
}

/// Splits at the last `separator` outside of brackets, whatever its case.
fn split_last<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let lower = text.to_ascii_lowercase();
    let is_outside = |at: &usize| {
        let before = lower.get(..*at).unwrap_or_default();
        before.matches('(').count() == before.matches(')').count()
    };
    let at = lower.rmatch_indices(separator).map(|(at, _)| at).find(is_outside)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

/// A type as PostgreSQL's parser calls it.
fn type_name(written: &str) -> String {
    let name = written.split('(').next().unwrap_or_default().trim().to_lowercase();
    let known = [
        ("int", "int4"),
        ("integer", "int4"),
        ("bigint", "int8"),
        ("smallint", "int2"),
        ("boolean", "bool"),
        ("character varying", "varchar"),
        ("decimal", "numeric"),
        ("double precision", "float8"),
        ("real", "float4"),
    ];
    known.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, own)| (*own).to_owned())
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn an_expression_goes_by_its_function_column_or_type() {
        let figured = |text| name(text).unwrap_or_else(|| "expr".to_owned());
        let expressions = [
            "lower(Email)",
            "(data ->> 'x')",
            "(a || b)",
            "cast(title as char(3))",
            "((data ->> 'size')::int)",
            "pg_catalog.md5(x)",
            "\"Full Name\"::text",
            "f(a) + f(b)",
        ];
        let names = expressions.map(figured);
        assert_eq!(names, ["lower", "expr", "expr", "title", "int4", "md5", "Full Name", "expr"]);
    }
}
