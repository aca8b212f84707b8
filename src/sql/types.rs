//! Column types, under the one name that the engine has for them.

use super::cursor::{Cursor, Read};
use crate::change::ColumnType;
use crate::engine::Engine;

/// Reads a type: its words, what stands in its brackets, and what follows that belongs to it.
pub(super) fn column_type(cursor: &mut Cursor<'_>) -> Read<ColumnType> {
    let mut found = ColumnType::named(&type_name(cursor)?);
    if cursor.is_symbol("(") {
        read_arguments(&mut cursor.parens()?, &mut found);
    }
    read_time_zone(cursor, &mut found);
    if found.name == "interval" {
        while let Some(word) = cursor.eat_any(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"]) {
            found.name = format!("{} {}", found.name, word.to_ascii_lowercase());
        }
        if cursor.is_symbol("(") {
            read_arguments(&mut cursor.parens()?, &mut found);
        }
    }
    while let Some(word) = cursor.eat_any(&["UNSIGNED", "SIGNED", "ZEROFILL"]) {
        found.is_unsigned |= word != "SIGNED";
    }
    while cursor.eat("ARRAY") || cursor.is_symbol("[") {
        found.array_depth = found.array_depth.saturating_add(1);
        if cursor.eat_symbol("[") {
            let _ = cursor.number();
            cursor.eat_symbol("]");
        }
    }
    canonicalise(&mut found, cursor.engine);
    Ok(found)
}

/// The words of a type's name that stand together, and the words that may follow the first.
const SEVERAL_WORDS: &[&str] = &[
    "DOUBLE PRECISION",
    "CHARACTER VARYING",
    "CHAR VARYING",
    "CHAR BYTE",
    "BIT VARYING",
    "NATIONAL CHARACTER VARYING",
    "NATIONAL CHARACTER",
    "NATIONAL CHAR VARYING",
    "NATIONAL CHAR",
    "NATIONAL VARCHAR",
    "NCHAR VARYING",
    "LONG VARCHAR",
    "LONG VARBINARY",
];

fn type_name(cursor: &mut Cursor<'_>) -> Read<String> {
    if let Some(words) = cursor.eat_any(SEVERAL_WORDS) {
        return Ok(words.to_ascii_lowercase());
    }
    let is_quoted = cursor.word().is_none();
    let mut name = cursor.name()?;
    if is_quoted && name == "char" && cursor.engine == Engine::Postgresql {
        // One byte, and no `char(1)`.
        return Ok("\"char\"".to_owned());
    }
    if !is_quoted {
        name.make_ascii_lowercase();
    }
    if cursor.engine == Engine::Sqlite {
        // Any words make a type there, up to the first that begins an attribute.
        while let Some(word) = cursor.word().filter(|word| !super::column::begins_attribute(word)) {
            name = format!("{name} {}", word.to_ascii_lowercase());
            cursor.advance();
        }
    }
    while cursor.eat_symbol(".") {
        let schema = name;
        name = cursor.name()?;
        if !matches!(schema.as_str(), "pg_catalog" | "public" | "dbo" | "sys") {
            name = format!("{schema}.{name}");
        }
    }
    Ok(name)
}

fn read_arguments(arguments: &mut Cursor<'_>, found: &mut ColumnType) {
    if matches!(found.name.as_str(), "enum" | "set") {
        while let Some(mut item) = arguments.item() {
            found.members.push(item.string().unwrap_or_else(|_| item.text()));
        }
        return;
    }
    let whole = arguments.text();
    let length = arguments.number().ok();
    arguments.eat_any(&["CHAR", "BYTE"]);
    let scale = if arguments.eat_symbol(",") { arguments.number().ok() } else { None };
    if arguments.is_end() {
        found.length = length;
        found.scale = scale.and_then(|scale| scale.try_into().ok());
    } else if !whole.eq_ignore_ascii_case("max") {
        // What is no number (`geometry(point,4326)`) says what kind of type it is.
        found.name = format!("{}({whole})", found.name);
    }
}

fn read_time_zone(cursor: &mut Cursor<'_>, found: &mut ColumnType) {
    let zone = match found.name.as_str() {
        "timestamptz" | "timetz" => {
            found.name.truncate(found.name.len() - 2);
            " with time zone"
        }
        "timestamp" | "time" if cursor.eat("WITH TIME ZONE") => " with time zone",
        "timestamp" | "time" => {
            cursor.eat("WITHOUT TIME ZONE");
            " without time zone"
        }
        _ => return,
    };
    if cursor.engine == Engine::Postgresql {
        found.name.push_str(zone);
    }
}

const MYSQL: &[(&str, &str)] = &[
    ("integer", "int"),
    ("int1", "tinyint"),
    ("int2", "smallint"),
    ("int3", "mediumint"),
    ("middleint", "mediumint"),
    ("int4", "int"),
    ("int8", "bigint"),
    ("dec", "decimal"),
    ("numeric", "decimal"),
    ("fixed", "decimal"),
    ("double precision", "double"),
    ("real", "double"),
    ("float4", "float"),
    ("float8", "double"),
    ("character varying", "varchar"),
    ("char varying", "varchar"),
    ("varcharacter", "varchar"),
    ("nvarchar", "varchar"),
    ("national varchar", "varchar"),
    ("national char varying", "varchar"),
    ("national character varying", "varchar"),
    ("nchar varying", "varchar"),
    ("character", "char"),
    ("nchar", "char"),
    ("national char", "char"),
    ("national character", "char"),
    ("char byte", "binary"),
    ("long", "mediumtext"),
    ("long varchar", "mediumtext"),
    ("long varbinary", "mediumblob"),
    ("geomcollection", "geometrycollection"),
];

const POSTGRESQL: &[(&str, &str)] = &[
    ("integer", "int"),
    ("int4", "int"),
    ("int8", "bigint"),
    ("int2", "smallint"),
    ("serial4", "serial"),
    ("serial8", "bigserial"),
    ("serial2", "smallserial"),
    ("bool", "boolean"),
    ("decimal", "numeric"),
    ("dec", "numeric"),
    ("float8", "double precision"),
    ("float4", "real"),
    ("character varying", "varchar"),
    ("char varying", "varchar"),
    ("national character varying", "varchar"),
    ("national char varying", "varchar"),
    ("nchar varying", "varchar"),
    ("character", "char"),
    ("national character", "char"),
    ("national char", "char"),
    ("nchar", "char"),
    ("varbit", "bit varying"),
];

const SQLSERVER: &[(&str, &str)] = &[
    ("integer", "int"),
    ("dec", "decimal"),
    ("numeric", "decimal"),
    ("double precision", "float"),
    ("character varying", "varchar"),
    ("char varying", "varchar"),
    ("character", "char"),
    ("national character varying", "nvarchar"),
    ("national char varying", "nvarchar"),
    ("national character", "nchar"),
    ("national char", "nchar"),
    ("rowversion", "timestamp"),
];

fn canonicalise(found: &mut ColumnType, engine: Engine) {
    let aliases: &[(&str, &str)] = match engine {
        Engine::Mysql | Engine::Mariadb => MYSQL,
        Engine::Postgresql => POSTGRESQL,
        Engine::Sqlserver => SQLSERVER,
        // A SQLite type is whatever was written.
        Engine::Sqlite => return,
    };
    if let Some((_, name)) = aliases.iter().find(|(alias, _)| *alias == found.name) {
        found.name = (*name).to_owned();
    }
    match engine {
        Engine::Mysql | Engine::Mariadb => canonicalise_mysql(found),
        Engine::Postgresql => canonicalise_postgresql(found),
        Engine::Sqlite | Engine::Sqlserver => {}
    }
}

/// Sources: MySQL manual, chapter 13 "Data Types"; MariaDB documentation, "Data Types".
fn canonicalise_mysql(found: &mut ColumnType) {
    match (found.name.as_str(), found.length) {
        ("bool" | "boolean", _) => *found = ColumnType { length: Some(1), ..ColumnType::named("tinyint") },
        ("tinyint", Some(1)) => {}
        ("tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year", _) => found.length = None,
        ("float", Some(25..)) if found.scale.is_none() => *found = double(found.is_unsigned),
        ("float", _) if found.scale.is_none() => found.length = None,
        ("decimal", length) => {
            found.length = length.or(Some(10));
            found.scale = found.scale.or(Some(0));
        }
        ("blob", Some(bytes)) => *found = ColumnType::named(&sized("blob", bytes)),
        // In characters, of which each may take four bytes.
        ("text", Some(characters)) => *found = ColumnType::named(&sized("text", characters.saturating_mul(4))),
        ("char" | "binary" | "bit", None) => found.length = Some(1),
        ("time" | "datetime" | "timestamp", Some(0)) => found.length = None,
        _ => {}
    }
}

/// The smallest text or blob that holds so many bytes.
fn sized(kind: &str, bytes: u64) -> String {
    let size = match bytes {
        0..=0xFF => "tiny",
        0x100..=0xFFFF => "",
        0x1_0000..=0xFF_FFFF => "medium",
        _ => "long",
    };
    format!("{size}{kind}")
}

fn double(is_unsigned: bool) -> ColumnType {
    ColumnType { is_unsigned, ..ColumnType::named("double") }
}

/// Source: PostgreSQL documentation, chapter 8 "Data Types".
fn canonicalise_postgresql(found: &mut ColumnType) {
    match (found.name.as_str(), found.length) {
        ("float", Some(..=24)) => *found = ColumnType { array_depth: found.array_depth, ..ColumnType::named("real") },
        ("float", _) => *found = ColumnType { array_depth: found.array_depth, ..ColumnType::named("double precision") },
        ("numeric", Some(_)) => found.scale = found.scale.or(Some(0)),
        ("char" | "bit", None) => found.length = Some(1),
        (name, Some(6)) if name.ends_with("time zone") => found.length = None,
        _ => {}
    }
}
