//! `renameColumn()` since Laravel 11 on servers that know no `rename column`: the column is declared anew under the new
//! name, from what the server's `information_schema` says of it, which the catalog stands in for.
//!
//! MariaDB since 10.2.7 tells defaults as they are written in SQL, and Laravel quotes them once more
//! (mariadb.com/kb, "Information Schema COLUMNS Table"); MySQL tells them bare (MySQL 5.7 manual, 24.3.5).

use crate::change::{Column, Default, TableOptions};
use crate::engine::Engine;
use crate::laravel::blueprint::CompiledStatement;
use crate::laravel::blueprint::definition::{Definition, Kind};
use crate::laravel::blueprint::grammar::context::{Context, attribute};
use crate::laravel::{Settings, Value};

/// The statement, or why it is not known.
pub(super) fn rename(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, String> {
    let from = command.text("from");
    let table = context.catalog.table(&context.live_table());
    let column = table.and_then(|table| table.column(&from, context.settings.engine).zip(Some(&table.options)));
    let (column, options) = column.ok_or_else(|| format!("no migration here defines the column `{from}`"))?;
    let column_type = column_type(&column.definition, context.settings.engine)?;
    let definition = definition(&column.definition, options, context.settings, command)?;
    let sql = format!(
        "alter table {} change {} {} {column_type}{}",
        context.table(),
        context.quote(&attribute(command, "from")),
        context.quote(&attribute(command, "to")),
        context.modifiers(&definition),
    );
    Ok(Context::statement(sql, command))
}

/// The engine's types that number rows, Laravel's names for them, and the widths that servers as old as these show, signed
/// and unsigned.
const INTEGERS: &[(&str, &str, u8, u8)] = &[
    ("bigint", "bigInteger", 20, 20),
    ("int", "integer", 11, 10),
    ("mediumint", "mediumInteger", 9, 8),
    ("smallint", "smallInteger", 6, 5),
    ("tinyint", "tinyInteger", 4, 3),
];

const TEXTS: [&str; 8] = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"];

fn column_type(column: &Column, engine: Engine) -> Result<String, String> {
    let column_type = &column.column_type;
    let integer = INTEGERS.iter().find(|(name, ..)| *name == column_type.name);
    Ok(match (integer, column_type.name.as_str()) {
        (Some((name, _, _, width)), _) if column_type.is_unsigned && column_type.length.is_none() => {
            format!("{name}({width}) unsigned")
        }
        (Some((name, _, width, _)), _) if column_type.length.is_none() => format!("{name}({width})"),
        (_, "year") => "year(4)".to_owned(),
        (_, "json") if engine == Engine::Mariadb => return Err("MariaDB keeps JSON as text with a check".to_owned()),
        _ => column_type.to_string(),
    })
}

fn definition(
    column: &Column,
    options: &TableOptions,
    settings: &Settings,
    command: &Definition,
) -> Result<Definition, String> {
    if column.generated.is_some() {
        return Err(format!("how the server writes the expression of `{}` is not known", column.name));
    }
    let type_name = column.column_type.name.as_str();
    let laravel_type = INTEGERS.iter().find(|(name, ..)| *name == type_name).map_or(type_name, |(_, name, ..)| name);
    let mut definition = Definition::new(Kind::Column, column.name.as_str(), command.span);
    definition.set("change", true);
    definition.set("type", laravel_type);
    definition.set("nullable", column.is_nullable);
    definition.set("autoIncrement", column.identity.is_some());
    definition.set("default", default(column, settings.engine)?);
    definition
        .set("comment", column.comment.clone().filter(|comment| !comment.is_empty()).map_or(Value::Null, Value::Str));
    if TEXTS.contains(&type_name) {
        let of_table = column.charset.is_none().then(|| options.collation.clone()).flatten();
        let collation = column.collation.clone().or(of_table);
        definition
            .set("collation", collation.ok_or_else(|| format!("the collation of `{}` is not known", column.name))?);
    }
    Ok(definition)
}

/// The default as Laravel reads it and writes it again.
fn default(column: &Column, engine: Engine) -> Result<Value, String> {
    let is_mariadb = engine == Engine::Mariadb;
    let unknown = || Err(format!("how the server writes the default of `{}` is not known", column.name));
    match &column.default {
        // The first TIMESTAMP gets a default of its own unless the server is told otherwise.
        Default::None if column.column_type.name == "timestamp" && !column.is_nullable => unknown(),
        Default::None | Default::Null if is_mariadb && column.is_nullable => Ok(Value::Raw("NULL".to_owned())),
        Default::None | Default::Null => Ok(Value::Null),
        Default::CurrentTimestamp(_) => {
            let digits = column.column_type.length.map(|digits| format!("({digits})"));
            Ok(Value::Raw(match digits {
                None if is_mariadb => "current_timestamp()".to_owned(),
                digits if is_mariadb => format!("current_timestamp{}", digits.unwrap_or_default()),
                digits => format!("CURRENT_TIMESTAMP{}", digits.unwrap_or_default()),
            }))
        }
        Default::Literal(literal) => match shown(column, literal, is_mariadb) {
            Some(shown) => Ok(Value::Str(shown)),
            None => unknown(),
        },
        Default::Expression(_) => unknown(),
    }
}

/// The literal as the server shows it, if that is beyond doubt.
fn shown(column: &Column, literal: &str, is_mariadb: bool) -> Option<String> {
    let quoted = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let text = quoted.unwrap_or(literal);
    let is_number = !text.is_empty() && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    match (column.column_type.name.as_str(), column.column_type.scale) {
        (name, _) if INTEGERS.iter().any(|(integer, ..)| *integer == name) => is_number.then(|| text.to_owned()),
        ("decimal", Some(scale)) if is_number && scale > 0 => {
            Some(format!("{text}.{}", "0".repeat(usize::try_from(scale).unwrap_or_default())))
        }
        ("decimal", _) => is_number.then(|| text.to_owned()),
        (name, _) if TEXTS.contains(&name) && !text.contains(['\'', '\\']) => {
            quoted.map(|text| if is_mariadb { format!("'{text}'") } else { text.to_owned() })
        }
        _ => None,
    }
}
