//! Changes beside tables, columns and keys in words.

use super::kind::SchemaChange;
use super::object::{AlterObject, Object, ObjectAction, Target};
use super::partition::{ChangePartitions, PartitionAction};
use super::setting::{ChangeTableSetting, TableSetting};
use super::upkeep::{ChangePrivileges, MaintainTable, PrivilegeAction, RefreshView};

impl SchemaChange {
    /// The words of SQL that it begins with, as far as they tell what it is: `DROP SCHEMA`. `None` where the kind says it.
    pub fn words(&self) -> Option<String> {
        let upper = |verb: &str, object: &Object| format!("{verb} {}", object.kind.to_string().to_ascii_uppercase());
        Some(match self {
            Self::CreateObject(change) => upper("CREATE", &change.object),
            Self::AlterObject(change) => upper("ALTER", &change.object),
            Self::DropObject(change) => upper("DROP", &change.object),
            Self::MaintainTable(change) => maintenance(change),
            Self::LockTable(_) => "LOCK TABLE".to_owned(),
            Self::RefreshView(change) if change.is_concurrent => "REFRESH MATERIALIZED VIEW CONCURRENTLY".to_owned(),
            Self::RefreshView(_) => "REFRESH MATERIALIZED VIEW".to_owned(),
            Self::ChangePrivileges(change) => change.action.words().to_owned(),
            Self::Comment(_) => "COMMENT ON".to_owned(),
            Self::ChangeTableSetting(change) => match &change.column {
                Some(_) => format!("ALTER TABLE ALTER COLUMN {}", setting(&change.setting)),
                None => format!("ALTER TABLE {}", setting(&change.setting)),
            },
            Self::AttachPartition(_) => "ALTER TABLE ATTACH PARTITION".to_owned(),
            Self::DetachPartition(_) => "ALTER TABLE DETACH PARTITION".to_owned(),
            Self::ChangePartitions(change) => partition_words(&change.action),
            Self::ChangeGenerated(change) => {
                let verb = if change.expression.is_some() { "SET" } else { "DROP" };
                format!("ALTER TABLE ALTER COLUMN {verb} EXPRESSION")
            }
            Self::Opaque(change) => change.what.clone(),
            _ => return None,
        })
    }
}

/// What such a change does, in words that finish "this migration would …".
pub(super) fn description(change: &SchemaChange) -> String {
    match change {
        SchemaChange::AttachPartition(change) => {
            format!("attach table `{}` to table `{}` as a partition", change.partition, change.table)
        }
        SchemaChange::DetachPartition(change) => {
            format!("detach partition `{}` from table `{}`", change.partition, change.table)
        }
        SchemaChange::ChangePartitions(change) => partitions(change),
        SchemaChange::ChangeTableSetting(change) => table_setting(change),
        SchemaChange::MaintainTable(change) => match (&change.table, &change.index) {
            (_, Some(index)) => format!("run `{}` on index `{index}`", maintenance(change)),
            (Some(table), None) => format!("run `{}` on table `{table}`", maintenance(change)),
            (None, None) => format!("run `{}` on every table", maintenance(change)),
        },
        SchemaChange::LockTable(change) => format!("lock table `{}` in mode {}", change.table, change.mode.words()),
        SchemaChange::CreateObject(change) => {
            let verb = if change.replaces { "create or replace" } else { "create" };
            format!("{verb} {}", object(&change.object))
        }
        SchemaChange::AlterObject(change) => alteration(change),
        SchemaChange::DropObject(change) => format!("drop {}", object(&change.object)),
        SchemaChange::RefreshView(RefreshView { view, .. }) => format!("refresh materialized view `{view}`"),
        SchemaChange::ChangePrivileges(change) => privileges(change),
        SchemaChange::Comment(change) => match &change.text {
            Some(_) => format!("comment on {}", target(&change.on)),
            None => format!("drop the comment on {}", target(&change.on)),
        },
        other => format!("run `{}`", other.kind()),
    }
}

/// ``trigger `stamp` of table `orders` ``.
fn object(object: &Object) -> String {
    let Object { kind, name, table } = object;
    match table {
        Some(table) => format!("{kind} `{name}` of table `{table}`"),
        None if name.name.is_empty() => kind.to_string(),
        None => format!("{kind} `{name}`"),
    }
}

fn target(on: &Target) -> String {
    match on {
        Target::Table(table) => format!("table `{table}`"),
        Target::Column { table, column } => format!("column `{table}.{column}`"),
        Target::Object(on) => object(on),
        Target::Other(words) => format!("`{words}`"),
    }
}

fn maintenance(change: &MaintainTable) -> String {
    let words = change.what.words();
    if change.is_concurrent { format!("{words} CONCURRENTLY") } else { words.to_owned() }
}

fn privileges(change: &ChangePrivileges) -> String {
    let on = change.on.as_ref().map(|on| format!(" on {}", target(on))).unwrap_or_default();
    match change.action {
        PrivilegeAction::Grant => format!("grant rights{on}"),
        PrivilegeAction::Revoke => format!("revoke rights{on}"),
        PrivilegeAction::Reassign => "give what a role owns to another".to_owned(),
        PrivilegeAction::DropOwned => "drop what a role owns".to_owned(),
        PrivilegeAction::Default => "change the rights on what is made later".to_owned(),
    }
}

/// As it is written, upper-case.
fn partition_words(action: &PartitionAction) -> String {
    match action {
        PartitionAction::PartitionBy => "ALTER TABLE PARTITION BY".to_owned(),
        PartitionAction::RemovePartitioning => "ALTER TABLE REMOVE PARTITIONING".to_owned(),
        PartitionAction::Redistribute => "ALTER TABLE COALESCE PARTITION".to_owned(),
        PartitionAction::ConvertToTable { .. } => "ALTER TABLE CONVERT PARTITION".to_owned(),
        PartitionAction::ConvertFromTable { .. } => "ALTER TABLE CONVERT TABLE".to_owned(),
        action => format!("ALTER TABLE {} PARTITION", action.name().to_ascii_uppercase()),
    }
}

fn partitions(change: &ChangePartitions) -> String {
    let ChangePartitions { table, action, partitions } = change;
    let named = partitions.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let which = match partitions.len() {
        0 => format!("partitions of table `{table}`"),
        1 => format!("partition {named} of table `{table}`"),
        _ => format!("partitions {named} of table `{table}`"),
    };
    match action {
        PartitionAction::Exchange { with } => format!("exchange {which} with table `{with}`"),
        PartitionAction::Switch { to } => format!("switch the rows of table `{table}` to table `{to}`"),
        PartitionAction::ConvertToTable { to } => format!("make {which} table `{to}`"),
        PartitionAction::ConvertFromTable { from } => format!("make table `{from}` one of the {which}"),
        PartitionAction::PartitionBy => format!("partition table `{table}`"),
        PartitionAction::RemovePartitioning => format!("remove the partitions of table `{table}`"),
        action => format!("{} {which}", action.name()),
    }
}

fn table_setting(change: &ChangeTableSetting) -> String {
    let words = setting(&change.setting);
    match &change.column {
        Some(column) => format!("run `{words}` on column `{}.{column}`", change.table),
        None => format!("run `{words}` on table `{}`", change.table),
    }
}

/// As it is written, upper-case.
fn setting(setting: &TableSetting) -> String {
    let words = match setting {
        TableSetting::Logged => "SET LOGGED",
        TableSetting::Unlogged => "SET UNLOGGED",
        TableSetting::Tablespace => "SET TABLESPACE",
        TableSetting::AccessMethod => "SET ACCESS METHOD",
        TableSetting::Parameters(names) => return format!("SET ({})", names.join(", ")),
        TableSetting::Owner => "OWNER TO",
        TableSetting::EnableTrigger(_) => "ENABLE TRIGGER",
        TableSetting::DisableTrigger(_) => "DISABLE TRIGGER",
        TableSetting::EnableRule(_) => "ENABLE RULE",
        TableSetting::DisableRule(_) => "DISABLE RULE",
        TableSetting::EnableRowSecurity => "ENABLE ROW LEVEL SECURITY",
        TableSetting::DisableRowSecurity => "DISABLE ROW LEVEL SECURITY",
        TableSetting::ForceRowSecurity => "FORCE ROW LEVEL SECURITY",
        TableSetting::UnforceRowSecurity => "NO FORCE ROW LEVEL SECURITY",
        TableSetting::ReplicaIdentity => "REPLICA IDENTITY",
        TableSetting::ClusterIndex => "CLUSTER ON",
        TableSetting::Deferrability(_) => "ALTER CONSTRAINT",
        TableSetting::NotEnforced(_) => "NOT ENFORCED",
        TableSetting::Inherit(_) => "INHERIT",
        TableSetting::NoInherit(_) => "NO INHERIT",
        TableSetting::OfType(_) => "OF",
        TableSetting::NotOfType => "NOT OF",
        TableSetting::Statistics => "SET STATISTICS",
        TableSetting::Storage => "SET STORAGE",
        TableSetting::Compression => "SET COMPRESSION",
        TableSetting::Counter => "AUTO_INCREMENT",
        TableSetting::Visible => "VISIBLE",
        TableSetting::Invisible => "INVISIBLE",
        TableSetting::EnableKeys => "ENABLE KEYS",
        TableSetting::DisableKeys => "DISABLE KEYS",
        TableSetting::Order => "ORDER BY",
        TableSetting::AddVersioning => "ADD SYSTEM VERSIONING",
        TableSetting::DropVersioning => "DROP SYSTEM VERSIONING",
        TableSetting::AddPeriod => "ADD PERIOD",
        TableSetting::DropPeriod => "DROP PERIOD",
        TableSetting::DiscardTablespace => "DISCARD TABLESPACE",
        TableSetting::ImportTablespace => "IMPORT TABLESPACE",
        TableSetting::Other(words) => words,
    };
    words.to_owned()
}

fn alteration(change: &AlterObject) -> String {
    let which = object(&change.object);
    match &change.action {
        ObjectAction::Redefine(_) => format!("redefine {which}"),
        ObjectAction::AddValue { value, .. } => format!("add value `{value}` to {which}"),
        ObjectAction::RenameValue { value, to } => format!("rename value `{value}` of {which} to `{to}`"),
        ObjectAction::Rename { to } => format!("rename {which} to `{to}`"),
        ObjectAction::SetSchema { schema } => format!("move {which} to schema `{schema}`"),
        ObjectAction::AddCheck(_) => format!("add check to {which}"),
        ObjectAction::DropConstraint { name, .. } => format!("drop constraint `{name}` of {which}"),
        ObjectAction::ValidateConstraint { name } => format!("validate constraint `{name}` of {which}"),
        ObjectAction::RenameConstraint { name, to } => format!("rename constraint `{name}` of {which} to `{to}`"),
        ObjectAction::SetNotNull => format!("make {which} NOT NULL"),
        ObjectAction::DropNotNull => format!("make {which} nullable"),
        ObjectAction::SetDefault(_) => format!("set default of {which}"),
        ObjectAction::DropDefault => format!("drop default of {which}"),
        ObjectAction::AddAttribute { attribute, .. } => format!("add attribute `{}` to {which}", attribute.name),
        ObjectAction::DropAttribute { name, .. } => format!("drop attribute `{name}` of {which}"),
        ObjectAction::ChangeAttribute { name, column_type, .. } => {
            format!("change attribute `{name}` of {which} to `{column_type}`")
        }
        ObjectAction::RenameAttribute { name, to, .. } => format!("rename attribute `{name}` of {which} to `{to}`"),
        ObjectAction::RenameColumn { name, to } => format!("rename column `{name}` of {which} to `{to}`"),
        ObjectAction::Restart { .. } => format!("restart {which}"),
        ObjectAction::SetSequenceOwner(_) => format!("set the column that owns {which}"),
        ObjectAction::Enable => format!("enable {which}"),
        ObjectAction::Disable => format!("disable {which}"),
        ObjectAction::AddTables(_) => format!("add tables to {which}"),
        ObjectAction::DropTables(_) => format!("drop tables from {which}"),
        ObjectAction::SetTables(_) => format!("set the tables of {which}"),
        ObjectAction::SetOwner => format!("set owner of {which}"),
        ObjectAction::SetVariable { name } => format!("set `{name}` of {which}"),
        ObjectAction::Other(words) => format!("run `{words}` on {which}"),
    }
}
