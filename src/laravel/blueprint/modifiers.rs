//! The fluent calls that Laravel reads, on what, and since when. It stores every other one and never looks at it.

use super::definition::Kind;
use super::majors::{ALL, Majors, between, since};
use crate::laravel::Settings;

/// Whether any grammar of the Laravel at hand reads the attribute on such a definition.
pub(super) fn is_read(kind: Kind, attribute: &str, settings: &Settings) -> bool {
    let attributes = match kind {
        Kind::Column | Kind::ForeignColumn => ON_COLUMNS,
        Kind::Index => ON_INDEXES,
        Kind::ForeignKey => ON_FOREIGN_KEYS,
        Kind::DropColumn => ON_DROPPED_COLUMNS,
        Kind::OtherCommand => ON_OTHER_COMMANDS,
    };
    attributes.iter().any(|(name, majors)| *name == attribute && majors.include(settings))
}

/// The action that a shorthand such as `cascadeOnDelete` sets, and the attribute it sets it on.
pub(super) fn shorthand(method: &str, settings: &Settings) -> Option<(&'static str, &'static str)> {
    SHORTHANDS
        .iter()
        .find(|(name, majors, ..)| name.eq_ignore_ascii_case(method) && majors.include(settings))
        .map(|(_, _, attribute, action)| (*attribute, *action))
}

const ON_COLUMNS: &[(&str, Majors)] = &[
    ("after", ALL),
    ("allowed", ALL),
    ("always", ALL),
    ("autoIncrement", ALL),
    ("change", ALL),
    ("charset", ALL),
    ("collation", ALL),
    ("comment", ALL),
    ("default", ALL),
    ("first", ALL),
    ("from", ALL),
    ("fullText", ALL),
    ("fulltext", ALL),
    ("generatedAs", ALL),
    ("index", ALL),
    ("instant", since(12)),
    ("invisible", ALL),
    ("isGeometry", between(8, 10)),
    ("length", ALL),
    ("lock", since(12)),
    ("name", ALL),
    ("nullable", ALL),
    ("onUpdate", since(10)),
    ("persisted", ALL),
    ("places", ALL),
    ("precision", ALL),
    ("primary", ALL),
    ("projection", between(8, 10)),
    ("referencesModelColumn", since(11)),
    ("renameTo", since(10)),
    ("spatialIndex", ALL),
    ("srid", ALL),
    ("startingValue", ALL),
    ("storedAs", ALL),
    ("storedAsJson", since(9)),
    ("subtype", since(11)),
    ("table", since(11)),
    ("total", ALL),
    ("type", ALL),
    ("unique", ALL),
    ("unsigned", ALL),
    ("useCurrent", ALL),
    ("useCurrentOnUpdate", ALL),
    ("using", since(13)),
    ("vectorIndex", since(12)),
    ("virtualAs", ALL),
    ("virtualAsJson", since(9)),
];

const ON_INDEXES: &[(&str, Majors)] = &[
    ("algorithm", ALL),
    ("columns", ALL),
    ("deferrable", since(9)),
    ("index", ALL),
    ("initiallyImmediate", since(9)),
    ("language", ALL),
    ("lock", since(12)),
    ("name", ALL),
    ("nullsNotDistinct", since(12)),
    ("online", since(12)),
    ("operatorClass", since(12)),
];

const ON_FOREIGN_KEYS: &[(&str, Majors)] = &[
    ("columns", ALL),
    ("deferrable", ALL),
    ("index", ALL),
    ("initiallyImmediate", ALL),
    ("lock", since(12)),
    ("name", ALL),
    ("notValid", ALL),
    ("on", ALL),
    ("onDelete", ALL),
    ("onUpdate", ALL),
    ("references", ALL),
];

const ON_DROPPED_COLUMNS: &[(&str, Majors)] =
    &[("columns", ALL), ("instant", since(12)), ("lock", since(12)), ("name", ALL)];

const ON_OTHER_COMMANDS: &[(&str, Majors)] =
    &[("comment", ALL), ("from", ALL), ("index", ALL), ("name", ALL), ("to", ALL)];

const SHORTHANDS: &[(&str, Majors, &str, &str)] = &[
    ("cascadeOnUpdate", ALL, "onUpdate", "cascade"),
    ("restrictOnUpdate", ALL, "onUpdate", "restrict"),
    ("nullOnUpdate", since(11), "onUpdate", "set null"),
    ("noActionOnUpdate", since(10), "onUpdate", "no action"),
    ("cascadeOnDelete", ALL, "onDelete", "cascade"),
    ("restrictOnDelete", ALL, "onDelete", "restrict"),
    ("nullOnDelete", ALL, "onDelete", "set null"),
    ("noActionOnDelete", since(9), "onDelete", "no action"),
];
