//! What matchers ask of settings, partitions, locks and maintenance of a table.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::kind::one_of_names;
use crate::change::{
    AttachPartition, ChangeGenerated, ChangePartitions, ChangeTableSetting, DetachPartition, LockMode, LockTable,
    MaintainTable, Maintenance, PartitionAction, RefreshView, TableSetting,
};
use crate::effect::fact::{Fact, Verdict};
use crate::yaml::OneOf;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeGeneratedMatch {
    /// It becomes a column like others.
    dropped: Option<bool>,
}

impl ChangeGeneratedMatch {
    pub fn matches(&self, change: &ChangeGenerated) -> Verdict {
        Verdict::certainly(self.dropped, change.expression.is_none())
    }
}

/// A setting by its name: `enable-row-security`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SettingName(String);

impl JsonSchema for SettingName {
    fn schema_name() -> Cow<'static, str> {
        "SettingName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of_names(&TableSetting::NAMES)
    }
}

impl<'de> Deserialize<'de> for SettingName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        known(deserializer, &TableSetting::NAMES).map(Self)
    }
}

/// What is done to partitions, by its name: `remove-partitioning`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PartitionActionName(String);

impl JsonSchema for PartitionActionName {
    fn schema_name() -> Cow<'static, str> {
        "PartitionActionName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of_names(&PartitionAction::NAMES)
    }
}

impl<'de> Deserialize<'de> for PartitionActionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        known(deserializer, &PartitionAction::NAMES).map(Self)
    }
}

/// One of the names that are known.
fn known<'de, D: Deserializer<'de>>(deserializer: D, names: &'static [&'static str]) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if names.contains(&name.as_str()) { Ok(name) } else { Err(D::Error::unknown_variant(&name, names)) }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeTableSettingMatch {
    setting: Option<OneOf<SettingName>>,
    /// It is a property of a column.
    of_column: Option<bool>,
    /// One of the storage parameters, or options of a column, that it sets; or the words of another setting, upper-case.
    parameter: Option<OneOf<String>>,
}

impl ChangeTableSettingMatch {
    pub fn matches(&self, change: &ChangeTableSetting) -> Verdict {
        let name = SettingName(change.setting.name().to_owned());
        let parameters = match &change.setting {
            TableSetting::Parameters(names) => names.as_slice(),
            TableSetting::Other(words) => std::slice::from_ref(words),
            _ => &[],
        };
        let has_parameter = |wanted: &OneOf<String>| parameters.iter().any(|name| wanted.has(name));
        Verdict::all([
            Verdict::among(self.setting.as_ref(), &Fact::known(name), "which setting is changed"),
            Verdict::certainly(self.of_column, change.column.is_some()),
            Verdict::certainly(Some(true), self.parameter.as_ref().is_none_or(has_parameter)),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AttachPartitionMatch {
    /// It takes the rows that no other partition takes.
    default: Option<bool>,
}

impl AttachPartitionMatch {
    pub fn matches(&self, change: &AttachPartition) -> Verdict {
        Verdict::certainly(self.default, change.bounds.eq_ignore_ascii_case("default"))
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DetachPartitionMatch {
    concurrent: Option<bool>,
    finalize: Option<bool>,
}

impl DetachPartitionMatch {
    pub fn matches(&self, change: &DetachPartition) -> Verdict {
        Verdict::all([
            Verdict::certainly(self.concurrent, change.is_concurrent),
            Verdict::certainly(self.finalize, change.finalizes),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangePartitionsMatch {
    action: Option<OneOf<PartitionActionName>>,
}

impl ChangePartitionsMatch {
    pub fn matches(&self, change: &ChangePartitions) -> Verdict {
        let action = Fact::known(PartitionActionName(change.action.name().to_owned()));
        Verdict::among(self.action.as_ref(), &action, "what is done to the partitions")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum MaintenanceKind {
    Vacuum,
    VacuumFull,
    Analyze,
    Cluster,
    Repack,
    Reindex,
    Optimize,
    Repair,
    Check,
    Rebuild,
}

impl From<Maintenance> for MaintenanceKind {
    fn from(what: Maintenance) -> Self {
        match what {
            Maintenance::Vacuum => Self::Vacuum,
            Maintenance::VacuumFull => Self::VacuumFull,
            Maintenance::Analyze => Self::Analyze,
            Maintenance::Cluster => Self::Cluster,
            Maintenance::Repack => Self::Repack,
            Maintenance::Reindex => Self::Reindex,
            Maintenance::Optimize => Self::Optimize,
            Maintenance::Repair => Self::Repair,
            Maintenance::Check => Self::Check,
            Maintenance::Rebuild => Self::Rebuild,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MaintainTableMatch {
    what: Option<OneOf<MaintenanceKind>>,
    concurrent: Option<bool>,
    /// It names an index rather than the table.
    of_index: Option<bool>,
}

impl MaintainTableMatch {
    pub fn matches(&self, change: &MaintainTable) -> Verdict {
        let what = Fact::known(MaintenanceKind::from(change.what));
        Verdict::all([
            Verdict::among(self.what.as_ref(), &what, "what is done to the table"),
            Verdict::certainly(self.concurrent, change.is_concurrent),
            Verdict::certainly(self.of_index, change.table.is_none() && change.index.is_some()),
        ])
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefreshViewMatch {
    concurrent: Option<bool>,
    /// WITH NO DATA.
    empties: Option<bool>,
}

impl RefreshViewMatch {
    pub fn matches(&self, change: &RefreshView) -> Verdict {
        Verdict::all([
            Verdict::certainly(self.concurrent, change.is_concurrent),
            Verdict::certainly(self.empties, change.empties),
        ])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ModeName {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
    Read,
    Write,
}

impl From<LockMode> for ModeName {
    fn from(mode: LockMode) -> Self {
        match mode {
            LockMode::AccessShare => Self::AccessShare,
            LockMode::RowShare => Self::RowShare,
            LockMode::RowExclusive => Self::RowExclusive,
            LockMode::ShareUpdateExclusive => Self::ShareUpdateExclusive,
            LockMode::Share => Self::Share,
            LockMode::ShareRowExclusive => Self::ShareRowExclusive,
            LockMode::Exclusive => Self::Exclusive,
            LockMode::AccessExclusive => Self::AccessExclusive,
            LockMode::Read => Self::Read,
            LockMode::Write => Self::Write,
        }
    }
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LockTableMatch {
    mode: Option<OneOf<ModeName>>,
}

impl LockTableMatch {
    pub fn matches(&self, change: &LockTable) -> Verdict {
        let mode = Fact::known(ModeName::from(change.mode));
        Verdict::among(self.mode.as_ref(), &mode, "in which mode the table is locked")
    }
}
