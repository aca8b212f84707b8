//! The names of the kinds of change, as matchers take them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

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

/// Where in a list those stand that may be about a change, by its kind.
#[derive(Debug, Clone, Default)]
pub struct ByKind {
    /// By the kinds that one of them names.
    named: BTreeMap<&'static str, Vec<usize>>,
    /// Those that may be about any other.
    others: Vec<usize>,
}

impl ByKind {
    /// Of each on the list the kinds that it may be about; `None` stands for any.
    pub fn new(list: impl Iterator<Item = Vec<Option<&'static str>>>) -> Self {
        let list: Vec<_> = list.collect();
        let those = |is_wanted: &dyn Fn(Option<&'static str>) -> bool| -> Vec<usize> {
            let wanted = |kinds: &[Option<&'static str>]| kinds.iter().copied().any(is_wanted);
            list.iter().enumerate().filter(|(_, kinds)| wanted(kinds)).map(|(at, _)| at).collect()
        };
        let names: BTreeSet<&'static str> = list.iter().flatten().flatten().copied().collect();
        let of = |name: &'static str| (name, those(&|kind| kind.is_none_or(|kind| kind == name)));
        Self { named: names.into_iter().map(of).collect(), others: those(&|kind| kind.is_none()) }
    }

    /// The places of those that may be about changes of that kind, in order.
    pub fn of(&self, kind: &str) -> &[usize] {
        self.named.get(kind).unwrap_or(&self.others)
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
