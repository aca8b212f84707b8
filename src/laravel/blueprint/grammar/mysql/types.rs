//! The column types of the MySQL family.

use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::Context;
use crate::laravel::blueprint::grammar::types::{ColumnType, Current, fill, made, refused, template};
use crate::laravel::blueprint::majors::{ALL, MARIADB_UUID_ASKS_SERVER, since, until};

const NOW: Current = Current::DefaultAndUpdate("CURRENT_TIMESTAMP[({precision})]");
const TODAY: Current = Current::DefaultIf(has_expression_defaults, "(CURDATE())");
const THIS_YEAR: Current = Current::DefaultIf(has_expression_defaults, "(YEAR(CURDATE()))");

pub(super) const TYPES: &[ColumnType] = &[
    template("char", ALL, "char({length})"),
    template("string", ALL, "varchar({length})"),
    template("tinyText", ALL, "tinytext"),
    template("text", ALL, "text"),
    template("mediumText", ALL, "mediumtext"),
    template("longText", ALL, "longtext"),
    template("bigInteger", ALL, "bigint"),
    template("integer", ALL, "int"),
    template("mediumInteger", ALL, "mediumint"),
    template("tinyInteger", ALL, "tinyint"),
    template("smallInteger", ALL, "smallint"),
    template("float", until(10), "double[({total}, {places})]"),
    template("float", since(11), "float[({precision})]"),
    template("double", until(10), "double[({total}, {places})]"),
    template("double", since(11), "double"),
    template("decimal", ALL, "decimal({total}, {places})"),
    template("boolean", ALL, "tinyint(1)"),
    template("enum", ALL, "enum({allowed})"),
    template("set", ALL, "set({allowed})"),
    template("json", ALL, "json"),
    template("jsonb", ALL, "json"),
    template("date", until(11), "date"),
    template("date", since(12), "date").with(TODAY),
    template("dateTime", ALL, "datetime[({precision})]").with(NOW),
    template("dateTimeTz", ALL, "datetime[({precision})]").with(NOW),
    template("time", ALL, "time[({precision})]"),
    template("timeTz", ALL, "time[({precision})]"),
    template("timestamp", ALL, "timestamp[({precision})]").with(NOW),
    template("timestampTz", ALL, "timestamp[({precision})]").with(NOW),
    template("year", until(11), "year"),
    template("year", since(12), "year").with(THIS_YEAR),
    template("binary", until(10), "blob"),
    made("binary", since(11), binary),
    made("uuid", ALL, uuid),
    template("ipAddress", ALL, "varchar(45)"),
    template("macAddress", ALL, "varchar(17)"),
    template("geometry", until(10), "geometry"),
    made("geometry", since(11), geometry),
    made("geography", since(11), geometry),
    template("point", until(10), "point"),
    template("lineString", until(10), "linestring"),
    template("polygon", until(10), "polygon"),
    template("geometryCollection", until(10), "geometrycollection"),
    template("multiPoint", until(10), "multipoint"),
    template("multiLineString", until(10), "multilinestring"),
    template("multiPolygon", until(10), "multipolygon"),
    template("vector", since(11), "vector[({dimensions})]"),
    template("raw", since(11), "{definition}"),
    refused("computed", ALL, "This database driver requires a type, see the virtualAs / storedAs modifiers."),
    refused("tsvector", since(12), "This database driver does not support the tsvector type."),
];

fn binary(_: &Context, column: &Definition) -> String {
    match (column.is_true("length"), column.is_true("fixed")) {
        (false, _) => "blob".to_owned(),
        (true, true) => fill("binary({length})", column),
        (true, false) => fill("varbinary({length})", column),
    }
}

fn uuid(context: &Context, _: &Definition) -> String {
    let asks_server = MARIADB_UUID_ASKS_SERVER.include(context.settings);
    if context.has_mariadb_grammar() && !(asks_server && context.settings.is_older_than("10.7.0+")) {
        "uuid".to_owned()
    } else {
        "char(36)".to_owned()
    }
}

fn geometry(context: &Context, column: &Definition) -> String {
    const SUBTYPES: [&str; 7] =
        ["point", "linestring", "polygon", "geometrycollection", "multipoint", "multilinestring", "multipolygon"];
    let subtype = column.text("subtype").to_lowercase();
    let name = SUBTYPES.into_iter().find(|known| *known == subtype).unwrap_or("geometry");
    let srid = if context.has_mariadb_grammar() { "[ ref_system_id={srid}]" } else { "[ srid {srid}]" };
    format!("{name}{}", fill(srid, column))
}

/// MySQL takes an expression for a default since 8.0.13; MariaDB takes one in every version that Laravel supports.
fn has_expression_defaults(context: &Context) -> bool {
    context.has_mariadb_grammar() || !context.settings.is_older_than("8.0.13+")
}
