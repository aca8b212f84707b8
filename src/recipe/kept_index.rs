//! The indexes over a column, once more over another one that holds the same.
//!
//! Code that knows only the other column finds rows by it, and upserts by it, as it would by the first.

use super::expand::NoWay;
use super::name::cut;
use crate::catalog::Table;
use crate::change::{AddIndex, DropIndex, Index, IndexPart, SchemaChange, TableName};
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
    let mut copies = Vec::new();
    for index in standing(table) {
        if index.is_unique && computes_with(&index, column) {
            let name = index.name.unwrap_or_default();
            let reason = format!("`{name}` computes with `{column}`, so that no index over `{to}` could stand for it");
            let instead = Some(format!("drop `{name}` first, in a plan of its own, and make it anew afterwards"));
            return Err(NoWay { reason, instead });
        }
        if index.columns().any(|name| name == column) {
            copies.push(copy(index, column, to, subject));
        }
    }
    Ok((table.name.clone(), copies))
}

/// All that a statement finds rows by, with the primary key.
fn standing(table: &Table) -> Vec<Index> {
    let part = |name: &String| IndexPart::Column { name: name.clone(), length: None };
    let key = Index::unique(table.primary_key.iter().map(part).collect());
    let key = Index { name: Some(format!("{}_key", table.name.name)), ..key };
    let named = table.indexes.iter().map(|index| Index { name: Some(index.name.clone()), ..index.definition.clone() });
    std::iter::once(key).chain(named).collect()
}

fn computes_with(index: &Index, column: &str) -> bool {
    let expressions = index.parts.iter().filter_map(|part| match part {
        IndexPart::Expression(text) => Some(text.as_str()),
        IndexPart::Column { .. } => None,
    });
    expressions.chain(index.condition.as_deref()).any(|text| text.contains(column))
}

fn copy(index: Index, column: &str, to: &str, subject: &Subject<'_>) -> Index {
    let other = |name: String| if name == column { to.to_owned() } else { name };
    let parts = index.parts.into_iter().map(|part| match part {
        IndexPart::Column { name, length } => IndexPart::Column { name: other(name), length },
        part @ IndexPart::Expression(_) => part,
    });
    let name = format!("{}_{SUFFIX}", index.name.unwrap_or_default());
    Index {
        name: Some(cut(&name, subject.target.engine)),
        parts: parts.collect(),
        included: index.included.into_iter().map(other).collect(),
        ..index
    }
}
