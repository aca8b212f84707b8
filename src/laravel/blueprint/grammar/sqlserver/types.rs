//! The column types of SQL Server.

use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::Context;
use crate::laravel::blueprint::grammar::types::{ColumnType, Current, fill, made, refused, template};
use crate::laravel::blueprint::majors::{ALL, since, until};
use crate::laravel::blueprint::text;

const NOW: Current = Current::Default("CURRENT_TIMESTAMP");
const TODAY: Current = Current::Default("CAST(GETDATE() AS DATE)");
const THIS_YEAR: Current = Current::Default("CAST(YEAR(GETDATE()) AS INTEGER)");

pub(super) const TYPES: &[ColumnType] = &[
    template("char", ALL, "nchar({length})"),
    template("string", ALL, "nvarchar({length})"),
    template("tinyText", ALL, "nvarchar(255)"),
    template("text", ALL, "nvarchar(max)"),
    template("mediumText", ALL, "nvarchar(max)"),
    template("longText", ALL, "nvarchar(max)"),
    template("integer", ALL, "int"),
    template("bigInteger", ALL, "bigint"),
    template("mediumInteger", ALL, "int"),
    template("tinyInteger", ALL, "tinyint"),
    template("smallInteger", ALL, "smallint"),
    template("float", until(10), "float"),
    template("float", since(11), "float[({precision})]"),
    template("double", until(10), "float"),
    template("double", since(11), "double precision"),
    template("decimal", ALL, "decimal({total}, {places})"),
    template("boolean", ALL, "bit"),
    made("enum", ALL, enumeration),
    template("json", ALL, "nvarchar(max)"),
    template("jsonb", ALL, "nvarchar(max)"),
    template("date", until(11), "date"),
    template("date", since(12), "date").with(TODAY),
    made("dateTime", ALL, timestamp).with(NOW),
    template("dateTimeTz", ALL, "datetimeoffset[({precision})]").with(NOW),
    template("time", ALL, "time[({precision})]"),
    template("timeTz", ALL, "time[({precision})]"),
    made("timestamp", ALL, timestamp).with(NOW),
    template("timestampTz", ALL, "datetimeoffset[({precision})]").with(NOW),
    template("year", until(11), "int"),
    template("year", since(12), "int").with(THIS_YEAR),
    template("binary", until(10), "varbinary(max)"),
    made("binary", since(11), binary),
    template("uuid", ALL, "uniqueidentifier"),
    template("ipAddress", ALL, "nvarchar(45)"),
    template("macAddress", ALL, "nvarchar(17)"),
    template("geometry", until(10), "geography"),
    template("geometry", since(11), "geometry"),
    template("geography", since(11), "geography"),
    template("point", until(10), "geography"),
    template("lineString", until(10), "geography"),
    template("polygon", until(10), "geography"),
    template("geometryCollection", until(10), "geography"),
    template("multiPoint", until(10), "geography"),
    template("multiLineString", until(10), "geography"),
    template("multiPolygon", until(10), "geography"),
    template("computed", ALL, "as ({expression})"),
    template("raw", since(11), "{definition}"),
    refused("vector", since(11), "This database driver does not support the vector type."),
    refused("tsvector", since(12), "This database driver does not support the tsvector type."),
];

fn enumeration(_: &Context, column: &Definition) -> String {
    let allowed = column.list("allowed");
    let allowed: Vec<String> = allowed.iter().map(|value| super::string(&text::text(value))).collect();
    format!("nvarchar(255) check (\"{}\" in ({}))", column.name(), allowed.join(", "))
}

fn timestamp(_: &Context, column: &Definition) -> String {
    if column.is_true("precision") { fill("datetime2({precision})", column) } else { "datetime".to_owned() }
}

fn binary(_: &Context, column: &Definition) -> String {
    match (column.is_true("length"), column.is_true("fixed")) {
        (false, _) => "varbinary(max)".to_owned(),
        (true, true) => fill("binary({length})", column),
        (true, false) => fill("varbinary({length})", column),
    }
}
