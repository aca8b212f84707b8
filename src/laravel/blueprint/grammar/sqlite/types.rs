//! The column types of SQLite.

use crate::laravel::blueprint::grammar::types::{ColumnType, Current, refused, template};
use crate::laravel::blueprint::majors::{ALL, since, until};

const NOW: Current = Current::Default("CURRENT_TIMESTAMP");
const TODAY: Current = Current::Default("CURRENT_DATE");
const THIS_YEAR: Current = Current::Default("(CAST(strftime('%Y', 'now') AS INTEGER))");

pub(super) const TYPES: &[ColumnType] = &[
    template("char", ALL, "varchar"),
    template("string", ALL, "varchar"),
    template("tinyText", ALL, "text"),
    template("text", ALL, "text"),
    template("mediumText", ALL, "text"),
    template("longText", ALL, "text"),
    template("integer", ALL, "integer"),
    template("bigInteger", ALL, "integer"),
    template("mediumInteger", ALL, "integer"),
    template("tinyInteger", ALL, "integer"),
    template("smallInteger", ALL, "integer"),
    template("float", ALL, "float"),
    template("double", until(10), "float"),
    template("double", since(11), "double"),
    template("decimal", ALL, "numeric"),
    template("boolean", ALL, "tinyint(1)"),
    template("enum", ALL, "varchar check (\"{name}\" in ({allowed}))"),
    template("json", ALL, "text"),
    template("jsonb", ALL, "text"),
    template("date", until(11), "date"),
    template("date", since(12), "date").with(TODAY),
    template("dateTime", ALL, "datetime").with(NOW),
    template("dateTimeTz", ALL, "datetime").with(NOW),
    template("time", ALL, "time"),
    template("timeTz", ALL, "time"),
    template("timestamp", ALL, "datetime").with(NOW),
    template("timestampTz", ALL, "datetime").with(NOW),
    template("year", until(11), "integer"),
    template("year", since(12), "integer").with(THIS_YEAR),
    template("binary", ALL, "blob"),
    template("uuid", ALL, "varchar"),
    template("ipAddress", ALL, "varchar"),
    template("macAddress", ALL, "varchar"),
    template("geometry", ALL, "geometry"),
    template("geography", since(11), "geometry"),
    template("point", until(10), "point"),
    template("lineString", until(10), "linestring"),
    template("polygon", until(10), "polygon"),
    template("geometryCollection", until(10), "geometrycollection"),
    template("multiPoint", until(10), "multipoint"),
    template("multiLineString", until(10), "multilinestring"),
    template("multiPolygon", until(10), "multipolygon"),
    template("raw", since(11), "{definition}"),
    refused("computed", ALL, "This database driver requires a type, see the virtualAs / storedAs modifiers."),
    refused("vector", since(11), "This database driver does not support the vector type."),
    refused("tsvector", since(12), "This database driver does not support the tsvector type."),
];
