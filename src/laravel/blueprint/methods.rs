//! The methods of `$table`: which majors have them, what their parameters are, and what they do.

use super::majors::{ALL, Majors, between, since, until};

/// A method. One that changed over the majors stands here once for each form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    pub name: &'static str,
    pub majors: Majors,
    pub parameters: &'static [Parameter],
    pub act: Act,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    pub name: &'static str,
    pub default: Default,
}

/// What a parameter is where the call leaves it out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Default {
    Required,
    Null,
    False,
    Number(i64),
    Text(&'static str),
    /// `Schema::defaultStringLength`, for null too.
    Length,
    /// `Schema::defaultStringLength`, for everything that counts as false.
    LengthUnlessTrue,
    /// `Schema::defaultTimePrecision`.
    Precision,
}

/// What a method does with its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Adds a column of that type; the arguments are its attributes, the first one its name.
    Column(&'static str, &'static [(&'static str, Fixed)]),
    /// Adds a column that can be `constrained`.
    ForeignColumn(&'static str, &'static [(&'static str, Fixed)]),
    /// `addColumn`: the type is an argument.
    AnyColumn,
    /// Adds nullable `created_at` and `updated_at` of that type.
    Timestamps(&'static str),
    Morphs(MorphKey, IsNullable),
    /// Adds the column that refers to a model.
    ForeignFor(ForeignKeyType),
    RemoveColumn,
    Index(&'static str),
    RawIndex,
    Foreign,
    /// Drops the index that goes by that name or, for an array of columns, by the conventional name of that kind.
    DropIndex(&'static str, &'static str),
    DropMorphs,
    DropConstrainedForeignId,
    DropForeignFor(Dropped),
    /// Drops the column, or the array of columns, that is the argument.
    DropColumn,
    /// Drops the columns that are the arguments, however many.
    DropColumns,
    /// Drops these columns.
    DropThese(&'static [&'static str]),
    /// Adds a command of that name; the arguments are its attributes.
    Command(&'static str),
    /// Sets a property of the blueprint to the argument.
    SetProperty(&'static str),
    Temporary,
    InnoDb,
}

/// An attribute that a method sets besides its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fixed {
    Yes,
    No,
    Number(i64),
    Text(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MorphKey {
    /// `Schema::defaultMorphKeyType`.
    ByDefault,
    Int,
    Uuid,
    Ulid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsNullable(pub bool);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignKeyType {
    /// The type of the model's key.
    OfModel,
    Uuid,
    Ulid,
}

/// What `dropForeignIdFor` and its kin drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    Key,
    Column,
    KeyAndColumn,
}

/// The forms of a method; PHP tells no case apart in the names of methods.
pub(super) fn forms(name: &str) -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(move |method| method.name.eq_ignore_ascii_case(name))
}

const fn method(name: &'static str, majors: Majors, parameters: &'static [Parameter], act: Act) -> Method {
    Method { name, majors, parameters, act }
}

const fn column(name: &'static str, parameters: &'static [Parameter], column_type: &'static str) -> Method {
    method(name, ALL, parameters, Act::Column(column_type, &[]))
}

const fn column_in(
    majors: Majors,
    name: &'static str,
    parameters: &'static [Parameter],
    column_type: &'static str,
) -> Method {
    method(name, majors, parameters, Act::Column(column_type, &[]))
}

const fn command(name: &'static str, parameters: &'static [Parameter]) -> Method {
    method(name, ALL, parameters, Act::Command(name))
}

const fn required(name: &'static str) -> Parameter {
    Parameter { name, default: Default::Required }
}

const fn null(name: &'static str) -> Parameter {
    Parameter { name, default: Default::Null }
}

const fn no(name: &'static str) -> Parameter {
    Parameter { name, default: Default::False }
}

const fn number(name: &'static str, default: i64) -> Parameter {
    Parameter { name, default: Default::Number(default) }
}

const fn named(default: &'static str) -> Parameter {
    Parameter { name: "column", default: Default::Text(default) }
}

const PRECISION: Parameter = Parameter { name: "precision", default: Default::Precision };
const LENGTH: Parameter = Parameter { name: "length", default: Default::Length };
const LENGTH_UNLESS_TRUE: Parameter = Parameter { name: "length", default: Default::LengthUnlessTrue };

const COLUMN: &[Parameter] = &[required("column")];
const NOTHING: &[Parameter] = &[];
const INTEGER: &[Parameter] = &[required("column"), no("autoIncrement"), no("unsigned")];
const UNSIGNED_INTEGER: &[Parameter] = &[required("column"), no("autoIncrement")];
const TIME: &[Parameter] = &[required("column"), PRECISION];
const SOFT_DELETES: &[Parameter] = &[named("deleted_at"), PRECISION];
const INDEX: &[Parameter] = &[required("columns"), null("name"), null("algorithm")];
const DROP_INDEX: &[Parameter] = &[required("index")];
const MODEL: &[Parameter] = &[required("model"), null("column")];
const MORPHS: &[Parameter] = &[required("name"), null("indexName")];
const MORPHS_AFTER: &[Parameter] = &[required("name"), null("indexName"), null("after")];

const INCREMENTS: &[(&str, Fixed)] = &[("autoIncrement", Fixed::Yes), ("unsigned", Fixed::Yes)];
const UNSIGNED: &[(&str, Fixed)] = &[("unsigned", Fixed::Yes)];
const FOREIGN_ID: &[(&str, Fixed)] = &[("autoIncrement", Fixed::No), ("unsigned", Fixed::Yes)];
const NULLABLE: &[(&str, Fixed)] = &[("nullable", Fixed::Yes)];
const REMEMBER_TOKEN: &[(&str, Fixed)] =
    &[("name", Fixed::Text("remember_token")), ("length", Fixed::Number(100)), ("nullable", Fixed::Yes)];

#[rustfmt::skip]
const METHODS: &[Method] = &[
    // Numbers
    method("id", ALL, &[named("id")], Act::Column("bigInteger", INCREMENTS)),
    method("increments", ALL, COLUMN, Act::Column("integer", INCREMENTS)),
    method("integerIncrements", ALL, COLUMN, Act::Column("integer", INCREMENTS)),
    method("tinyIncrements", ALL, COLUMN, Act::Column("tinyInteger", INCREMENTS)),
    method("smallIncrements", ALL, COLUMN, Act::Column("smallInteger", INCREMENTS)),
    method("mediumIncrements", ALL, COLUMN, Act::Column("mediumInteger", INCREMENTS)),
    method("bigIncrements", ALL, COLUMN, Act::Column("bigInteger", INCREMENTS)),
    column("integer", INTEGER, "integer"),
    column("tinyInteger", INTEGER, "tinyInteger"),
    column("smallInteger", INTEGER, "smallInteger"),
    column("mediumInteger", INTEGER, "mediumInteger"),
    column("bigInteger", INTEGER, "bigInteger"),
    method("unsignedInteger", ALL, UNSIGNED_INTEGER, Act::Column("integer", UNSIGNED)),
    method("unsignedTinyInteger", ALL, UNSIGNED_INTEGER, Act::Column("tinyInteger", UNSIGNED)),
    method("unsignedSmallInteger", ALL, UNSIGNED_INTEGER, Act::Column("smallInteger", UNSIGNED)),
    method("unsignedMediumInteger", ALL, UNSIGNED_INTEGER, Act::Column("mediumInteger", UNSIGNED)),
    method("unsignedBigInteger", ALL, UNSIGNED_INTEGER, Act::Column("bigInteger", UNSIGNED)),
    column_in(until(10), "float", &[required("column"), number("total", 8), number("places", 2), no("unsigned")], "float"),
    column_in(since(11), "float", &[required("column"), number("precision", 53)], "float"),
    column_in(until(10), "double", &[required("column"), null("total"), null("places"), no("unsigned")], "double"),
    column_in(since(11), "double", COLUMN, "double"),
    column_in(until(10), "decimal", &[required("column"), number("total", 8), number("places", 2), no("unsigned")], "decimal"),
    column_in(since(11), "decimal", &[required("column"), number("total", 8), number("places", 2)], "decimal"),
    method("unsignedFloat", until(10), &[required("column"), number("total", 8), number("places", 2)], Act::Column("float", UNSIGNED)),
    method("unsignedDouble", until(10), &[required("column"), null("total"), null("places")], Act::Column("double", UNSIGNED)),
    method("unsignedDecimal", until(10), &[required("column"), number("total", 8), number("places", 2)], Act::Column("decimal", UNSIGNED)),
    column("boolean", COLUMN, "boolean"),
    // Text and bytes
    column_in(until(8), "char", &[required("column"), LENGTH_UNLESS_TRUE], "char"),
    column_in(since(9), "char", &[required("column"), LENGTH], "char"),
    column("string", &[required("column"), LENGTH_UNLESS_TRUE], "string"),
    column("tinyText", COLUMN, "tinyText"),
    column("text", COLUMN, "text"),
    column("mediumText", COLUMN, "mediumText"),
    column("longText", COLUMN, "longText"),
    column("enum", &[required("column"), required("allowed")], "enum"),
    column("set", &[required("column"), required("allowed")], "set"),
    column("json", COLUMN, "json"),
    column("jsonb", COLUMN, "jsonb"),
    column_in(until(10), "binary", COLUMN, "binary"),
    column_in(since(11), "binary", &[required("column"), null("length"), no("fixed")], "binary"),
    column_in(until(8), "uuid", COLUMN, "uuid"),
    column_in(since(9), "uuid", &[named("uuid")], "uuid"),
    column_in(between(9, 9), "ulid", &[named("uuid"), number("length", 26)], "char"),
    column_in(since(10), "ulid", &[named("ulid"), number("length", 26)], "char"),
    column_in(until(8), "ipAddress", COLUMN, "ipAddress"),
    column_in(since(9), "ipAddress", &[named("ip_address")], "ipAddress"),
    column_in(until(8), "macAddress", COLUMN, "macAddress"),
    column_in(since(9), "macAddress", &[named("mac_address")], "macAddress"),
    method("rememberToken", ALL, NOTHING, Act::Column("string", REMEMBER_TOKEN)),
    // Times
    column("date", COLUMN, "date"),
    column("dateTime", TIME, "dateTime"),
    column("dateTimeTz", TIME, "dateTimeTz"),
    column("time", TIME, "time"),
    column("timeTz", TIME, "timeTz"),
    column("timestamp", TIME, "timestamp"),
    column("timestampTz", TIME, "timestampTz"),
    column("year", COLUMN, "year"),
    method("timestamps", ALL, &[PRECISION], Act::Timestamps("timestamp")),
    method("nullableTimestamps", ALL, &[PRECISION], Act::Timestamps("timestamp")),
    method("timestampsTz", ALL, &[PRECISION], Act::Timestamps("timestampTz")),
    method("nullableTimestampsTz", since(12), &[PRECISION], Act::Timestamps("timestampTz")),
    method("datetimes", since(10), &[PRECISION], Act::Timestamps("dateTime")),
    method("softDeletes", ALL, SOFT_DELETES, Act::Column("timestamp", NULLABLE)),
    method("softDeletesTz", ALL, SOFT_DELETES, Act::Column("timestampTz", NULLABLE)),
    method("softDeletesDatetime", since(10), SOFT_DELETES, Act::Column("dateTime", NULLABLE)),
    // Shapes, vectors and what the engine alone knows
    column_in(until(10), "geometry", COLUMN, "geometry"),
    column_in(since(11), "geometry", &[required("column"), null("subtype"), number("srid", 0)], "geometry"),
    column_in(since(11), "geography", &[required("column"), null("subtype"), number("srid", 4326)], "geography"),
    column_in(until(10), "point", &[required("column"), null("srid")], "point"),
    column_in(until(10), "lineString", COLUMN, "linestring"),
    column_in(until(10), "polygon", COLUMN, "polygon"),
    column_in(until(10), "geometryCollection", COLUMN, "geometrycollection"),
    column_in(until(10), "multiPoint", COLUMN, "multipoint"),
    column_in(until(10), "multiLineString", COLUMN, "multilinestring"),
    column_in(until(10), "multiPolygon", COLUMN, "multipolygon"),
    column_in(until(10), "multiPolygonZ", COLUMN, "multipolygonz"),
    column("computed", &[required("column"), required("expression")], "computed"),
    column_in(since(11), "vector", &[required("column"), null("dimensions")], "vector"),
    column_in(since(12), "tsvector", COLUMN, "tsvector"),
    column_in(since(11), "rawColumn", &[required("column"), required("definition")], "raw"),
    method("addColumn", ALL, &[required("type"), required("name"), null("parameters")], Act::AnyColumn),
    method("removeColumn", ALL, &[required("name")], Act::RemoveColumn),
    // Columns that refer to other tables
    method("foreignId", ALL, COLUMN, Act::ForeignColumn("bigInteger", FOREIGN_ID)),
    method("foreignUuid", ALL, COLUMN, Act::ForeignColumn("uuid", &[])),
    method("foreignUlid", since(9), &[required("column"), number("length", 26)], Act::ForeignColumn("char", &[])),
    method("foreignIdFor", ALL, MODEL, Act::ForeignFor(ForeignKeyType::OfModel)),
    method("foreignUuidFor", since(13), MODEL, Act::ForeignFor(ForeignKeyType::Uuid)),
    method("foreignUlidFor", since(13), MODEL, Act::ForeignFor(ForeignKeyType::Ulid)),
    method("morphs", until(11), MORPHS, Act::Morphs(MorphKey::ByDefault, IsNullable(false))),
    method("morphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::ByDefault, IsNullable(false))),
    method("nullableMorphs", until(11), MORPHS, Act::Morphs(MorphKey::ByDefault, IsNullable(true))),
    method("nullableMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::ByDefault, IsNullable(true))),
    method("numericMorphs", until(11), MORPHS, Act::Morphs(MorphKey::Int, IsNullable(false))),
    method("numericMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Int, IsNullable(false))),
    method("nullableNumericMorphs", until(11), MORPHS, Act::Morphs(MorphKey::Int, IsNullable(true))),
    method("nullableNumericMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Int, IsNullable(true))),
    method("uuidMorphs", until(11), MORPHS, Act::Morphs(MorphKey::Uuid, IsNullable(false))),
    method("uuidMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Uuid, IsNullable(false))),
    method("nullableUuidMorphs", until(11), MORPHS, Act::Morphs(MorphKey::Uuid, IsNullable(true))),
    method("nullableUuidMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Uuid, IsNullable(true))),
    method("ulidMorphs", between(9, 11), MORPHS, Act::Morphs(MorphKey::Ulid, IsNullable(false))),
    method("ulidMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Ulid, IsNullable(false))),
    method("nullableUlidMorphs", between(9, 11), MORPHS, Act::Morphs(MorphKey::Ulid, IsNullable(true))),
    method("nullableUlidMorphs", since(12), MORPHS_AFTER, Act::Morphs(MorphKey::Ulid, IsNullable(true))),
    // Indexes and keys
    method("primary", ALL, INDEX, Act::Index("primary")),
    method("unique", ALL, INDEX, Act::Index("unique")),
    method("index", ALL, INDEX, Act::Index("index")),
    method("fullText", ALL, INDEX, Act::Index("fulltext")),
    method("spatialIndex", until(11), &[required("columns"), null("name")], Act::Index("spatialIndex")),
    method("spatialIndex", since(12), &[required("columns"), null("name"), null("operatorClass")], Act::Index("spatialIndex")),
    method("vectorIndex", since(12), &[required("columns"), null("name")], Act::Index("vectorIndex")),
    method("rawIndex", ALL, &[required("expression"), required("name")], Act::RawIndex),
    method("foreign", ALL, &[required("columns"), null("name")], Act::Foreign),
    method("dropPrimary", ALL, &[null("index")], Act::DropIndex("dropPrimary", "primary")),
    method("dropUnique", ALL, DROP_INDEX, Act::DropIndex("dropUnique", "unique")),
    method("dropIndex", ALL, DROP_INDEX, Act::DropIndex("dropIndex", "index")),
    method("dropFullText", ALL, DROP_INDEX, Act::DropIndex("dropFullText", "fulltext")),
    method("dropSpatialIndex", ALL, DROP_INDEX, Act::DropIndex("dropSpatialIndex", "spatialIndex")),
    method("dropForeign", ALL, DROP_INDEX, Act::DropIndex("dropForeign", "foreign")),
    method("dropMorphs", ALL, MORPHS, Act::DropMorphs),
    method("dropConstrainedForeignId", ALL, COLUMN, Act::DropConstrainedForeignId),
    method("dropForeignIdFor", between(9, 11), MODEL, Act::DropForeignFor(Dropped::Key)),
    method("dropForeignIdFor", since(12), MODEL, Act::DropForeignFor(Dropped::Column)),
    method("dropConstrainedForeignIdFor", since(9), MODEL, Act::DropForeignFor(Dropped::KeyAndColumn)),
    command("renameIndex", &[required("from"), required("to")]),
    // Columns that go or get another name
    method("dropColumn", ALL, &[required("columns")], Act::DropColumns),
    method("dropTimestamps", ALL, NOTHING, Act::DropThese(&["created_at", "updated_at"])),
    method("dropTimestampsTz", ALL, NOTHING, Act::DropThese(&["created_at", "updated_at"])),
    method("dropSoftDeletes", ALL, &[named("deleted_at")], Act::DropColumn),
    method("dropSoftDeletesTz", ALL, &[named("deleted_at")], Act::DropColumn),
    method("dropRememberToken", ALL, NOTHING, Act::DropThese(&["remember_token"])),
    command("renameColumn", &[required("from"), required("to")]),
    // The table itself
    command("create", NOTHING),
    command("drop", NOTHING),
    command("dropIfExists", NOTHING),
    command("rename", &[required("to")]),
    method("comment", since(9), &[required("comment")], Act::Command("tableComment")),
    method("engine", since(10), &[required("engine")], Act::SetProperty("engine")),
    method("innoDb", since(10), NOTHING, Act::InnoDb),
    method("charset", since(10), &[required("charset")], Act::SetProperty("charset")),
    method("collation", since(10), &[required("collation")], Act::SetProperty("collation")),
    method("temporary", ALL, NOTHING, Act::Temporary),
];
