//! How doctrine/dbal alters a table of the MySQL family: one statement that declares each changed column anew.

use super::column::{DbalColumn, Kind};
use super::{Changed, name, table};
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::laravel::blueprint::CompiledStatement;
use crate::laravel::blueprint::grammar::Context;
use crate::laravel::blueprint::majors::DOCTRINE_CHANGES_ALL;
use crate::source::Span;

/// `None` where nothing differs.
pub(super) fn change(context: &Context, columns: &[Changed], span: Span) -> Option<CompiledStatement> {
    let settings = context.settings;
    let mut parts = Vec::new();
    for column in columns {
        let (before, after) = (declaration(&column.before, settings), declaration(&column.after, settings));
        if before != after || DOCTRINE_CHANGES_ALL.include(settings) {
            let column_name = name(context, &column.name);
            parts.push((format!("CHANGE {column_name} {column_name} {after}"), column.call.span));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let mut statement = CompiledStatement::new(format!("ALTER TABLE {} ", table(context)), span);
    statement.push_list(parts);
    Some(statement)
}

/// All that follows the column's name.
pub(super) fn declaration(column: &DbalColumn, settings: &Settings) -> String {
    let charset = column.charset.as_ref().map(|charset| format!(" CHARACTER SET {charset}")).unwrap_or_default();
    let not_null = if column.is_required { " NOT NULL" } else { "" };
    let collation = column.collation.as_ref().map(|collation| format!(" COLLATE `{collation}`")).unwrap_or_default();
    let comment = format!("{}{}", column.comment.as_deref().unwrap_or_default(), type_hint(column, settings));
    let comment = if comment.is_empty() { comment } else { format!(" COMMENT {}", quoted(&comment)) };
    let (column_type, default) = (type_of(column, settings), default(column, settings));
    format!("{column_type}{charset}{default}{not_null}{collation}{comment}")
}

fn type_of(column: &DbalColumn, settings: &Settings) -> String {
    let integer = |name: &str| {
        let unsigned = if column.is_unsigned { " UNSIGNED" } else { "" };
        let counts = if column.counts { " AUTO_INCREMENT" } else { "" };
        format!("{name}{unsigned}{counts}")
    };
    match column.kind {
        Kind::SmallInteger => integer("SMALLINT"),
        Kind::Integer => integer("INT"),
        Kind::BigInteger => integer("BIGINT"),
        Kind::Boolean => "TINYINT(1)".to_owned(),
        Kind::Decimal => {
            let unsigned = if column.is_unsigned { " UNSIGNED" } else { "" };
            format!("NUMERIC({}, {}){unsigned}", column.precision, column.scale)
        }
        Kind::Float if column.is_unsigned => "DOUBLE PRECISION UNSIGNED".to_owned(),
        Kind::Float => "DOUBLE PRECISION".to_owned(),
        Kind::String => {
            format!("{}({})", if column.is_fixed { "CHAR" } else { "VARCHAR" }, column.length.unwrap_or(255))
        }
        Kind::Text => format!("{}TEXT", size(column.length)),
        Kind::Blob => format!("{}BLOB", size(column.length)),
        Kind::Json if settings.engine == Engine::Mariadb => "LONGTEXT".to_owned(),
        Kind::Json => "JSON".to_owned(),
        Kind::Guid => "CHAR(36)".to_owned(),
        Kind::Date => "DATE".to_owned(),
        Kind::Time => "TIME".to_owned(),
        Kind::DateTime | Kind::DateTimeTz => "DATETIME".to_owned(),
    }
}

/// The prefix of the smallest text or blob type that holds so many bytes.
fn size(length: Option<u64>) -> &'static str {
    match length {
        Some(0..=255) => "TINY",
        Some(256..=65_535) => "",
        Some(65_536..=16_777_215) => "MEDIUM",
        _ => "LONG",
    }
}

fn default(column: &DbalColumn, settings: &Settings) -> String {
    // MySQL takes no default for them; MariaDB does.
    let takes_none = matches!(column.kind, Kind::Text | Kind::Blob) && settings.engine == Engine::Mysql;
    match &column.default {
        Some(default) if !takes_none => format!(" DEFAULT {}", default_value(column.kind, default)),
        _ if column.is_required => String::new(),
        _ => " DEFAULT NULL".to_owned(),
    }
}

fn default_value(kind: Kind, default: &str) -> String {
    match kind {
        Kind::SmallInteger | Kind::Integer | Kind::BigInteger | Kind::Boolean => default.to_owned(),
        Kind::DateTime | Kind::DateTimeTz if default == "CURRENT_TIMESTAMP" => default.to_owned(),
        _ => quoted(default),
    }
}

/// What doctrine/dbal leaves in the comment to know its types again.
fn type_hint(column: &DbalColumn, settings: &Settings) -> &'static str {
    match column.kind {
        Kind::Guid => "(DC2Type:guid)",
        Kind::Json if settings.engine == Engine::Mariadb => "(DC2Type:json)",
        _ => "",
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
