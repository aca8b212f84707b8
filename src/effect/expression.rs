//! What can be told of SQL expressions and type names by looking at their words alone.

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::{ColumnType, Definition};

/// Functions whose value differs from call to call.
const VOLATILE: [&str; 18] = [
    "clock_timestamp",
    "gen_random_uuid",
    "newid",
    "newsequentialid",
    "nextval",
    "rand",
    "random",
    "random_bytes",
    "setval",
    "sysdate",
    "timeofday",
    "uuid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_short",
    "uuidv4",
    "uuidv7",
];

/// Functions whose value is one for the whole statement.
const STEADY: [&str; 32] = [
    "abs",
    "array",
    "cast",
    "ceil",
    "coalesce",
    "concat",
    "curdate",
    "current_date",
    "current_setting",
    "current_timestamp",
    "date",
    "date_trunc",
    "floor",
    "json_array",
    "json_build_array",
    "json_build_object",
    "json_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "length",
    "localtimestamp",
    "lower",
    "make_interval",
    "md5",
    "now",
    "nullif",
    "round",
    "statement_timestamp",
    "timezone",
    "transaction_timestamp",
    "upper",
    "utc_timestamp",
];

/// Types that are no domain: the engines' own, and those of well-known extensions.
const PLAIN_TYPES: [&str; 70] = [
    "bigint",
    "bigserial",
    "binary",
    "bit",
    "bit varying",
    "blob",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "character",
    "character varying",
    "cidr",
    "circle",
    "citext",
    "date",
    "daterange",
    "datetime",
    "decimal",
    "double",
    "double precision",
    "enum",
    "float",
    "geography",
    "geometry",
    "hstore",
    "inet",
    "int",
    "int4range",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "line",
    "longblob",
    "longtext",
    "ltree",
    "macaddr",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "money",
    "name",
    "numeric",
    "numrange",
    "oid",
    "path",
    "point",
    "polygon",
    "real",
    "serial",
    "set",
    "smallint",
    "smallserial",
    "text",
    "time",
    "timestamp",
    "timestamp with time zone",
    "timestamp without time zone",
    "tinyint",
    "tsquery",
    "tsrange",
    "tsvector",
    "uuid",
    "varbinary",
    "varchar",
    "vector",
];

/// Whether the value of `expression` differs from row to row; unknown where it calls what is not known here.
pub fn is_volatile(expression: &str) -> Answer {
    Answer::any(functions(expression).map(|name| {
        if VOLATILE.contains(&name.as_str()) {
            Answer::Yes
        } else if STEADY.contains(&name.as_str()) {
            Answer::No
        } else {
            Answer::Unknown
        }
    }))
}

/// The names of the functions that an expression calls, in lower case.
pub fn functions(expression: &str) -> impl Iterator<Item = String> {
    let expression = without_literals(expression);
    let calls: Vec<String> = expression
        .match_indices('(')
        .filter_map(|(at, _)| {
            let before = expression.get(..at)?.trim_end();
            let start = before.rfind(|character| !is_word(character)).map_or(0, |last| last + 1);
            before.get(start..).filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
        })
        .map(str::to_ascii_lowercase)
        .filter(|name| !matches!(name.as_str(), "and" | "or" | "not" | "in" | "is" | "case" | "when" | "then" | "else"))
        .collect();
    calls.into_iter()
}

/// Whether `word` stands in `expression` as a word of its own, outside of literals.
pub fn names(expression: &str, word: &str) -> bool {
    let expression = without_literals(expression);
    expression.split(|character| !is_word(character)).any(|found| found.eq_ignore_ascii_case(word))
}

/// Whether a column of that type may come with the CHECK of a domain. A type that no engine has of its own was made by
/// CREATE TYPE or CREATE DOMAIN, and its name does not tell which.
pub fn is_constrained_domain(column_type: &ColumnType, catalog: &Catalog) -> Answer {
    match catalog.type_named(&column_type.name).map(|found| (found.is_partial, &found.definition)) {
        Some((false, Definition::Domain(domain))) => (!domain.is_nullable || !domain.checks.is_empty()).into(),
        Some((false, Definition::Enum(_) | Definition::Composite(_))) => Answer::No,
        _ => may_be_constrained_domain(column_type),
    }
}

fn may_be_constrained_domain(column_type: &ColumnType) -> Answer {
    let name = column_type.name.split('(').next().unwrap_or_default();
    if PLAIN_TYPES.binary_search(&name).is_ok() { Answer::No } else { Answer::Unknown }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn without_literals(expression: &str) -> String {
    expression.split('\'').step_by(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_volatile_by_what_it_calls() {
        assert_eq!(is_volatile("gen_random_uuid()"), Answer::Yes);
        assert_eq!(is_volatile("md5((random())::text)"), Answer::Yes);
        assert_eq!(is_volatile("(1 + 1)"), Answer::No);
        assert_eq!(is_volatile("now() + interval '1 day (or so)'"), Answer::No);
        assert_eq!(is_volatile("next_ticket()"), Answer::Unknown);
    }

    #[test]
    fn plain_types_are_sorted() {
        assert!(PLAIN_TYPES.is_sorted());
        assert_eq!(may_be_constrained_domain(&ColumnType::named("jsonb")), Answer::No);
        assert_eq!(may_be_constrained_domain(&ColumnType::named("order_state")), Answer::Unknown);
    }
}
