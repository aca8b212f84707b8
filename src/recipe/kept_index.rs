//! The indexes over a column, once more over another one that holds the same.
//!
//! Code that knows only the other column finds rows by it, and upserts by it, as it would by the first.

use super::expand::NoWay;
use super::name::cut;
use crate::change::{AddIndex, DropIndex, Index, IndexPart, RenameColumn, SchemaChange, TableName};
use crate::effect::Subject;

/// What the name of a copy ends in.
const SUFFIX: &str = "phase";

/// The changes that add them.
pub(super) fn additions(subject: &Subject<'_>, to: &str, is_concurrent: bool) -> Result<Vec<SchemaChange>, NoWay> {
    let (table, copies) = copies(subject, to)?;
    let add = |index| {
        let (using_index, is_constraint, if_not_exists) = (None, false, false);
        SchemaChange::AddIndex(AddIndex {
            table: table.clone(),
            index,
            is_constraint,
            using_index,
            is_concurrent,
            if_not_exists,
        })
    };
    Ok(copies.into_iter().map(add).collect())
}

/// The changes that drop them.
pub(super) fn removals(subject: &Subject<'_>, to: &str) -> Result<Vec<SchemaChange>, NoWay> {
    let (table, copies) = copies(subject, to)?;
    let drop = |name| {
        let table = Some(table.clone());
        SchemaChange::DropIndex(DropIndex { table, name, is_concurrent: false, if_exists: false })
    };
    Ok(copies.into_iter().filter_map(|index| index.name).map(drop).collect())
}

fn copies(subject: &Subject<'_>, to: &str) -> Result<(TableName, Vec<Index>), NoWay> {
    let (Some(table), Some(column)) = (subject.table(), subject.change.what.column()) else {
        return Err(NoWay {
            reason: "which indexes go over the column is not known".to_owned(),
            instead: Some("give the tables that stand with `--schema`, a dump of them".to_owned()),
        });
    };
    let engine = subject.target.engine;
    // As they would be were the column called so.
    let mut renamed = subject.catalog.clone();
    let (of, from) = (table.name.clone(), column.to_owned());
    renamed.apply(&SchemaChange::RenameColumn(RenameColumn { table: of, column: from, to: to.to_owned() }));
    let named = |name: &str, definition: Index| {
        let name = cut(&format!("{name}_{SUFFIX}"), engine);
        Index { name: Some(name), ..definition }
    };
    let mut copies = Vec::new();
    let after = renamed.table(&table.name).into_iter();
    if let Some(after) = after.clone().next().filter(|_| table.primary_key.iter().any(|name| name == column)) {
        let part = |name: &String| IndexPart::Column { name: name.clone(), length: None };
        let key = Index::unique(after.primary_key.iter().map(part).collect());
        copies.push(named(&format!("{}_key", table.name.name), key));
    }
    let both = table.indexes.iter().zip(after.flat_map(|after| &after.indexes));
    let both = both.filter(|(index, _)| index.covers(column, engine) || index.computes(column));
    copies.extend(both.map(|(index, after)| named(&index.name, after.definition.clone())));
    Ok((table.name.clone(), copies))
}
