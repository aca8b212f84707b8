//! How doctrine/dbal alters a table of PostgreSQL: one statement for each property that differs.

use super::column::{DbalColumn, Kind};
use super::{Changed, name, table};
use crate::laravel::blueprint::CompiledStatement;
use crate::laravel::blueprint::grammar::Context;

pub(super) fn change(context: &Context, columns: &[Changed]) -> Vec<CompiledStatement> {
    let mut statements = Vec::new();
    let mut comments = Vec::new();
    for column in columns {
        let span = column.call.span;
        statements.extend(changes(context, column).into_iter().map(|sql| CompiledStatement::new(sql, span)));
        if column.before.comment != column.after.comment {
            let comment = column.after.comment.as_deref().map_or("NULL".to_owned(), quoted);
            let sql = format!("COMMENT ON COLUMN {}.{} IS {comment}", table(context), name(context, &column.name));
            comments.push(CompiledStatement::new(sql, span));
        }
    }
    statements.extend(comments);
    statements
}

fn changes(context: &Context, column: &Changed) -> Vec<String> {
    let (before, after) = (&column.before, &column.after);
    let (table, column_name) = (table(context), name(context, &column.name));
    let altering = |change: String| format!("ALTER TABLE {table} ALTER {column_name} {change}");
    let mut changes = Vec::new();
    let was_string = before.kind == Kind::String;
    let has_other_size =
        before.kind == Kind::Decimal && (before.precision, before.scale) != (after.precision, after.scale);
    if before.kind != after.kind || has_other_size || (was_string && before.is_fixed != after.is_fixed) {
        changes.push(altering(format!("TYPE {}", type_of(after))));
    }
    if before.default != after.default {
        let default = after.default.as_deref().map(|default| default_value(after.kind, default));
        changes.push(altering(default.map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"))));
    }
    if before.is_required != after.is_required {
        changes.push(altering(format!("{} NOT NULL", if after.is_required { "SET" } else { "DROP" })));
    }
    if after.counts && !before.counts {
        let sequence = format!("{table}_{column_name}_seq");
        changes.push(format!("CREATE SEQUENCE {sequence}"));
        changes.push(format!("SELECT setval('{sequence}', (SELECT MAX({column_name}) FROM {table}))"));
        changes.push(altering(format!("SET DEFAULT nextval('{sequence}')")));
    } else if before.counts && !after.counts {
        changes.push(altering("DROP DEFAULT".to_owned()));
    }
    if was_string && before.length.unwrap_or(255) != after.length.unwrap_or(255) {
        changes.push(altering(format!("TYPE {}", type_of(after))));
    }
    changes
}

fn type_of(column: &DbalColumn) -> String {
    match column.kind {
        Kind::SmallInteger => "SMALLINT".to_owned(),
        Kind::Integer => "INT".to_owned(),
        Kind::BigInteger => "BIGINT".to_owned(),
        Kind::Boolean => "BOOLEAN".to_owned(),
        Kind::Decimal => format!("NUMERIC({}, {})", column.precision, column.scale),
        Kind::Float => "DOUBLE PRECISION".to_owned(),
        Kind::String => {
            format!("{}({})", if column.is_fixed { "CHAR" } else { "VARCHAR" }, column.length.unwrap_or(255))
        }
        Kind::Text => "TEXT".to_owned(),
        Kind::Blob => "BYTEA".to_owned(),
        Kind::Json => "JSON".to_owned(),
        Kind::Guid => "UUID".to_owned(),
        Kind::Date => "DATE".to_owned(),
        Kind::Time => "TIME(0) WITHOUT TIME ZONE".to_owned(),
        Kind::DateTime => "TIMESTAMP(0) WITHOUT TIME ZONE".to_owned(),
        Kind::DateTimeTz => "TIMESTAMP(0) WITH TIME ZONE".to_owned(),
    }
}

fn default_value(kind: Kind, default: &str) -> String {
    match kind {
        Kind::SmallInteger | Kind::Integer | Kind::BigInteger => default.to_owned(),
        Kind::Boolean => matches!(default, "1" | "true" | "t").to_string(),
        Kind::DateTime | Kind::DateTimeTz if default == "CURRENT_TIMESTAMP" => default.to_owned(),
        _ => quoted(default),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
