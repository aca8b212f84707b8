//! The further tables that a change names beside the one that it changes.

use super::kind::SchemaChange;
use super::object::{Definition, ObjectAction};
use super::setting::TableSetting;
use super::table::{ColumnSource, TableName};

impl SchemaChange {
    /// The tables whose partition or heir its table becomes, or ceases to be.
    pub fn parents(&self) -> Vec<&TableName> {
        match self {
            Self::CreateTable(create) => {
                let inherits = |source: &&ColumnSource| !matches!(source, ColumnSource::Like { .. });
                create.sources.iter().filter(inherits).map(ColumnSource::table).collect()
            }
            Self::ChangeTableSetting(change) => match &change.setting {
                TableSetting::Inherit(parent) | TableSetting::NoInherit(parent) => vec![parent],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The table that becomes a partition of its own, or ceases to be one, or whose rows a partition takes.
    pub fn partition(&self) -> Option<&TableName> {
        match self {
            Self::AttachPartition(attach) => Some(&attach.partition),
            Self::DetachPartition(detach) => Some(&detach.partition),
            Self::ChangePartitions(change) => change.action.other_table(),
            _ => None,
        }
    }

    /// The tables that a publication holds by it from now on.
    pub fn named_tables(&self) -> &[TableName] {
        match self {
            Self::CreateObject(create) => match &create.definition {
                Definition::Publication(publication) => &publication.tables,
                _ => &[],
            },
            Self::AlterObject(alter) => match &alter.action {
                ObjectAction::AddTables(tables) | ObjectAction::SetTables(tables) => tables,
                _ => &[],
            },
            _ => &[],
        }
    }
}
