//! The column types of PostgreSQL.

use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::Context;
use crate::laravel::blueprint::grammar::types::{ColumnType, Current, fill, made, refused, template};
use crate::laravel::blueprint::majors::{ALL, CHANGE_KEEPS_SERIAL, IDENTITY_IN_TYPE, since, until};

use super::modifiers::identity;

const NOW: Current = Current::Default("CURRENT_TIMESTAMP");
const TODAY: Current = Current::Default("CURRENT_DATE");
const THIS_YEAR: Current = Current::Default("EXTRACT(YEAR FROM CURRENT_DATE)");

pub(super) const TYPES: &[ColumnType] = &[
    template("char", until(8), "char({length})"),
    template("char", since(9), "char[({length})]"),
    template("string", until(8), "varchar({length})"),
    template("string", since(9), "varchar[({length})]"),
    template("tinyText", ALL, "varchar(255)"),
    template("text", ALL, "text"),
    template("mediumText", ALL, "text"),
    template("longText", ALL, "text"),
    made("integer", ALL, integer),
    made("bigInteger", ALL, big_integer),
    made("mediumInteger", ALL, integer),
    made("tinyInteger", ALL, small_integer),
    made("smallInteger", ALL, small_integer),
    template("float", until(10), "double precision"),
    template("float", since(11), "float[({precision})]"),
    template("double", ALL, "double precision"),
    template("real", ALL, "real"),
    template("decimal", ALL, "decimal({total}, {places})"),
    template("boolean", ALL, "boolean"),
    template("enum", ALL, "varchar(255) check (\"{name}\" in ({allowed}))"),
    template("json", ALL, "json"),
    template("jsonb", ALL, "jsonb"),
    template("date", until(11), "date"),
    template("date", since(12), "date").with(TODAY),
    template("dateTime", ALL, "timestamp<({precision})> without time zone").with(NOW),
    template("dateTimeTz", ALL, "timestamp<({precision})> with time zone").with(NOW),
    template("time", ALL, "time<({precision})> without time zone"),
    template("timeTz", ALL, "time<({precision})> with time zone"),
    template("timestamp", ALL, "timestamp<({precision})> without time zone").with(NOW),
    template("timestampTz", ALL, "timestamp<({precision})> with time zone").with(NOW),
    made("year", until(11), integer),
    made("year", since(12), integer).with(THIS_YEAR),
    template("binary", ALL, "bytea"),
    template("uuid", ALL, "uuid"),
    template("ipAddress", ALL, "inet"),
    template("macAddress", ALL, "macaddr"),
    made("geometry", until(10), shape),
    made("geometry", since(11), geometry),
    made("geography", since(11), geography),
    made("point", until(10), shape),
    made("lineString", until(10), shape),
    made("polygon", until(10), shape),
    made("geometryCollection", until(10), shape),
    made("multiPoint", until(10), shape),
    made("multiLineString", until(10), shape),
    made("multiPolygon", until(10), shape),
    made("multiPolygonZ", until(10), shape),
    template("vector", since(11), "vector[({dimensions})]"),
    template("tsvector", since(12), "tsvector"),
    template("raw", since(11), "{definition}"),
    refused("computed", ALL, "This database driver does not support the computed type."),
];

fn integer(context: &Context, column: &Definition) -> String {
    counting(context, column, "integer", "serial")
}

fn big_integer(context: &Context, column: &Definition) -> String {
    counting(context, column, "bigint", "bigserial")
}

fn small_integer(context: &Context, column: &Definition) -> String {
    counting(context, column, "smallint", "smallserial")
}

fn counting(context: &Context, column: &Definition, plain: &str, serial: &str) -> String {
    if column.get("generatedAs").is_some() {
        let identity = if IDENTITY_IN_TYPE.include(context.settings) { identity(column) } else { String::new() };
        return format!("{plain}{identity}");
    }
    let stays_plain = column.is_changed() && CHANGE_KEEPS_SERIAL.include(context.settings);
    if column.is_true("autoIncrement") && !stays_plain { serial.to_owned() } else { plain.to_owned() }
}

/// Up to Laravel 10, shapes are geographies unless `isGeometry()` says otherwise.
fn shape(_: &Context, column: &Definition) -> String {
    let name = column.text("type").to_lowercase();
    let projection = column.get("projection").map(|_| column.text("projection"));
    match (column.get("isGeometry"), projection) {
        (None, projection) => format!("geography({name}, {})", projection.as_deref().unwrap_or("4326")),
        (Some(_), Some(projection)) => format!("geometry({name}, {projection})"),
        (Some(_), None) => format!("geometry({name})"),
    }
}

fn geometry(_: &Context, column: &Definition) -> String {
    with_subtype("geometry", column)
}

fn geography(_: &Context, column: &Definition) -> String {
    with_subtype("geography", column)
}

fn with_subtype(name: &str, column: &Definition) -> String {
    if !column.is_true("subtype") {
        return name.to_owned();
    }
    format!("{name}({}{})", column.text("subtype").to_lowercase(), fill("[,{srid}]", column))
}
