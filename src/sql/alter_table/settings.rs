//! PostgreSQL's actions of ALTER TABLE that change neither columns nor keys: settings, triggers, partitions, inheritance.

use super::Action;
use crate::change::{
    AttachPartition, ChangePartitions, DetachPartition, PartitionAction, SchemaChange, TableName, TableSetting,
};
use crate::sql::cursor::{Cursor, Read};

/// Settings that their words say wholly.
const PLAIN: &[(&str, TableSetting)] = &[
    ("SET LOGGED", TableSetting::Logged),
    ("SET UNLOGGED", TableSetting::Unlogged),
    ("ENABLE ROW LEVEL SECURITY", TableSetting::EnableRowSecurity),
    ("DISABLE ROW LEVEL SECURITY", TableSetting::DisableRowSecurity),
    ("FORCE ROW LEVEL SECURITY", TableSetting::ForceRowSecurity),
    ("NO FORCE ROW LEVEL SECURITY", TableSetting::UnforceRowSecurity),
    ("SET WITHOUT CLUSTER", TableSetting::ClusterIndex),
    ("NOT OF", TableSetting::NotOfType),
];

/// Those with a value that is not kept.
const VALUED: &[(&str, TableSetting)] = &[
    ("SET TABLESPACE", TableSetting::Tablespace),
    ("SET ACCESS METHOD", TableSetting::AccessMethod),
    ("OWNER TO", TableSetting::Owner),
    ("REPLICA IDENTITY", TableSetting::ReplicaIdentity),
    ("CLUSTER ON", TableSetting::ClusterIndex),
];

const TRIGGERS_ON: &[&str] = &["ENABLE ALWAYS TRIGGER", "ENABLE REPLICA TRIGGER", "ENABLE TRIGGER"];
const RULES_ON: &[&str] = &["ENABLE ALWAYS RULE", "ENABLE REPLICA RULE", "ENABLE RULE"];

/// What an identity column's sequence is told.
const COUNTERS: &[&str] = &[
    "RESTART",
    "SET RESTART",
    "SET START",
    "SET INCREMENT",
    "SET MINVALUE",
    "SET MAXVALUE",
    "SET NO",
    "SET CACHE",
    "SET CYCLE",
    "SET SEQUENCE",
    "SET LOGGED",
    "SET UNLOGGED",
];

/// Reads the action, if it is one of these.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    if let Some(change) = partition(item, action.table)? {
        action.push(change);
    } else if let Some((_, setting)) = PLAIN.iter().find(|(words, _)| item.eat(words)) {
        action.set(setting.clone());
    } else if let Some((_, setting)) = VALUED.iter().find(|(words, _)| item.eat(words)) {
        item.skip_all();
        action.set(setting.clone());
    } else if let Some(setting) = named(item)? {
        action.set(setting);
    } else if item.is("SET WITHOUT OIDS") || item.is("OPTIONS") {
        let words = if item.is("OPTIONS") { "OPTIONS" } else { "SET WITHOUT OIDS" };
        item.skip_all();
        action.set(TableSetting::Other(words.to_owned()));
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Settings that name something.
fn named(item: &mut Cursor<'_>) -> Read<Option<TableSetting>> {
    Ok(Some(if item.eat_any(TRIGGERS_ON).is_some() {
        TableSetting::EnableTrigger(trigger(item)?)
    } else if item.eat("DISABLE TRIGGER") {
        TableSetting::DisableTrigger(trigger(item)?)
    } else if item.eat_any(RULES_ON).is_some() {
        TableSetting::EnableRule(item.name()?)
    } else if item.eat("DISABLE RULE") {
        TableSetting::DisableRule(item.name()?)
    } else if item.eat("NO INHERIT") {
        TableSetting::NoInherit(item.table_name()?)
    } else if item.eat("INHERIT") {
        TableSetting::Inherit(item.table_name()?)
    } else if item.eat("OF") {
        TableSetting::OfType(item.table_name()?)
    } else if item.eat("ALTER CONSTRAINT") {
        let name = item.name()?;
        let is_off = item.is("NOT ENFORCED");
        item.skip_all();
        if is_off { TableSetting::NotEnforced(name) } else { TableSetting::Deferrability(name) }
    } else if item.is_any(&["SET", "RESET"]) && item.is_symbol_ahead(1, "(") {
        item.advance();
        TableSetting::Parameters(parameters(item)?)
    } else {
        return Ok(None);
    }))
}

/// The name; `None` for ALL and USER.
fn trigger(item: &mut Cursor<'_>) -> Read<Option<String>> {
    if item.eat_any(&["ALL", "USER"]).is_some() { Ok(None) } else { item.name().map(Some) }
}

/// The names in `(fillfactor = 70, toast.autovacuum_enabled)`.
fn parameters(item: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut inside = item.parens()?;
    let mut names = Vec::new();
    while let Some(mut parameter) = inside.item() {
        let start = parameter.clone();
        parameter.table_name()?;
        names.push(parameter.text_since(&start).to_ascii_lowercase());
    }
    Ok(names)
}

/// Reads on behind ALTER COLUMN and its name.
pub(super) fn of_column(item: &mut Cursor<'_>) -> Option<TableSetting> {
    let setting = if item.is_any(&["SET", "RESET"]) && item.is_symbol_ahead(1, "(") {
        item.advance();
        return parameters(item).ok().map(TableSetting::Parameters);
    } else if item.eat("SET STATISTICS") {
        TableSetting::Statistics
    } else if item.eat("SET STORAGE") {
        TableSetting::Storage
    } else if item.eat("SET COMPRESSION") {
        TableSetting::Compression
    } else if item.is_any(COUNTERS) {
        TableSetting::Counter
    } else if item.eat("OPTIONS") {
        TableSetting::Other("OPTIONS".to_owned())
    } else {
        return None;
    };
    item.skip_all();
    Some(setting)
}

fn partition(item: &mut Cursor<'_>, table: &TableName) -> Read<Option<SchemaChange>> {
    let table = table.clone();
    Ok(Some(if item.eat("ATTACH PARTITION") {
        let partition = item.table_name()?;
        let bounds = item.text();
        item.skip_all();
        SchemaChange::AttachPartition(AttachPartition { table, partition, bounds })
    } else if item.eat("DETACH PARTITION") {
        let partition = item.table_name()?;
        let is_concurrent = item.eat("CONCURRENTLY");
        let finalizes = item.eat("FINALIZE");
        SchemaChange::DetachPartition(DetachPartition { table, partition, is_concurrent, finalizes })
    } else if item.is_any(&["SPLIT PARTITION", "MERGE PARTITIONS"]) {
        item.take_part(2);
        let partitions = match item.parens() {
            Ok(mut inside) => std::iter::from_fn(|| inside.item())
                .map(|mut partition| partition.table_name().map(|name| name.name))
                .collect::<Read<_>>()?,
            Err(_) => vec![item.table_name()?.name],
        };
        item.skip_all();
        SchemaChange::ChangePartitions(ChangePartitions { table, action: PartitionAction::Reorganize, partitions })
    } else {
        return Ok(None);
    }))
}
