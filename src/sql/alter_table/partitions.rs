//! The MySQL family's actions of ALTER TABLE on partitions.

use super::Action;
use crate::change::{ChangePartitions, PartitionAction, SchemaChange};
use crate::sql::cursor::{Cursor, Read};

/// Actions that take names of partitions, or ALL.
const NAMED: &[(&str, PartitionAction)] = &[
    ("ANALYZE PARTITION", PartitionAction::Analyze),
    ("CHECK PARTITION", PartitionAction::Check),
    ("OPTIMIZE PARTITION", PartitionAction::Optimize),
    ("REBUILD PARTITION", PartitionAction::Rebuild),
    ("REPAIR PARTITION", PartitionAction::Repair),
    ("REORGANIZE PARTITION", PartitionAction::Reorganize),
    ("DROP PARTITION", PartitionAction::Drop),
    ("TRUNCATE PARTITION", PartitionAction::Truncate),
    ("DISCARD PARTITION", PartitionAction::Discard),
    ("IMPORT PARTITION", PartitionAction::Import),
];

/// Actions whose commas are their own, so that they are the last of their statement.
pub(super) fn takes_rest(cursor: &Cursor<'_>) -> bool {
    NAMED.iter().any(|(words, _)| cursor.is(words))
        || cursor.is_any(&[
            "ADD PARTITION",
            "COALESCE PARTITION",
            "PARTITION BY",
            "REMOVE PARTITIONING",
            "CONVERT PARTITION",
            "CONVERT TABLE",
            "EXCHANGE PARTITION",
        ])
}

/// Reads the action, if it is one of these.
pub(super) fn read(item: &mut Cursor<'_>, action: &mut Action<'_>) -> Read<bool> {
    let (what, partitions) = if let Some((_, what)) = NAMED.iter().find(|(words, _)| item.eat(words)) {
        item.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        item.eat("IF EXISTS");
        (what.clone(), names(item)?)
    } else if item.eat("ADD PARTITION") {
        item.eat_any(&["NO_WRITE_TO_BINLOG", "LOCAL"]);
        item.eat("IF NOT EXISTS");
        // More partitions of a hash share its rows anew; others are named and begin empty.
        if item.is("PARTITIONS") {
            (PartitionAction::Redistribute, Vec::new())
        } else {
            (PartitionAction::Add, defined(item))
        }
    } else if item.eat("COALESCE PARTITION") {
        (PartitionAction::Redistribute, Vec::new())
    } else if item.eat("PARTITION BY") {
        (PartitionAction::PartitionBy, Vec::new())
    } else if item.eat("REMOVE PARTITIONING") {
        (PartitionAction::RemovePartitioning, Vec::new())
    } else if item.eat("EXCHANGE PARTITION") {
        let name = item.name()?;
        item.expect("WITH TABLE")?;
        (PartitionAction::Exchange { with: item.table_name()? }, vec![name])
    } else if item.eat("CONVERT PARTITION") {
        let name = item.name()?;
        item.expect("TO TABLE")?;
        (PartitionAction::ConvertToTable { to: item.table_name()? }, vec![name])
    } else if item.eat("CONVERT TABLE") {
        let from = item.table_name()?;
        item.expect("TO PARTITION")?;
        (PartitionAction::ConvertFromTable { from }, vec![item.name()?])
    } else {
        return Ok(false);
    };
    item.skip_all();
    let table = action.table.clone();
    action.push(SchemaChange::ChangePartitions(ChangePartitions { table, action: what, partitions }));
    Ok(true)
}

/// Names up to the next word of the action; none for ALL, and for REORGANIZE PARTITION alone.
fn names(item: &mut Cursor<'_>) -> Read<Vec<String>> {
    let mut names = Vec::new();
    if item.is_end() || item.is("ALL") {
        return Ok(names);
    }
    loop {
        names.push(item.name()?);
        if !item.eat_symbol(",") {
            return Ok(names);
        }
    }
}

/// The names in `(PARTITION a VALUES …, PARTITION b …)`.
fn defined(item: &mut Cursor<'_>) -> Vec<String> {
    let Ok(mut inside) = item.parens() else { return Vec::new() };
    std::iter::from_fn(|| inside.item())
        .filter_map(|mut definition| if definition.eat("PARTITION") { definition.name().ok() } else { None })
        .collect()
}
