//! The names of the kinds of change, as matchers take them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::change::SchemaChange;

/// As [`SchemaChange::kind`] gives them.
const KINDS: [&str; 40] = [
    "create-table",
    "drop-table",
    "rename-table",
    "change-table-options",
    "add-column",
    "drop-column",
    "rename-column",
    "redefine-column",
    "change-type",
    "set-not-null",
    "drop-not-null",
    "set-default",
    "drop-default",
    "change-identity",
    "add-index",
    "drop-index",
    "rename-index",
    "add-primary-key",
    "drop-primary-key",
    "add-foreign-key",
    "add-check",
    "validate-constraint",
    "drop-constraint",
    "change-generated",
    "attach-partition",
    "detach-partition",
    "change-partitions",
    "change-table-setting",
    "maintain-table",
    "lock-table",
    "create-object",
    "alter-object",
    "drop-object",
    "refresh-view",
    "change-privileges",
    "comment",
    "data-rows",
    "set-variable",
    "transaction",
    "opaque",
];

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static str);

impl Kind {
    pub fn is_of(self, change: &SchemaChange) -> bool {
        self.0 == change.kind()
    }
}

impl JsonSchema for Kind {
    fn schema_name() -> Cow<'static, str> {
        "Kind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of_names(&KINDS)
    }
}

/// The schema of a name that is one of those.
pub(super) fn one_of_names(names: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": names })
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let kind = KINDS.iter().find(|kind| **kind == name);
        kind.map(|kind| Self(kind)).ok_or_else(|| D::Error::unknown_variant(&name, &KINDS))
    }
}
