//! What a change is about, by its names, so that a finding is known again when everything around it has moved.

use crate::change::SchemaChange;
use crate::effect::Subject;

/// `orders.fax` for a column, `orders.orders_fax_index` for an index, `orders` for a table; empty where nothing is named.
pub(super) fn object(subject: &Subject<'_>) -> String {
    let part = match &subject.change.what {
        SchemaChange::AddIndex(add) => {
            Some(add.index.name.clone().unwrap_or_else(|| add.index.columns().collect::<Vec<_>>().join(",")))
        }
        SchemaChange::DropIndex(drop) => Some(drop.name.clone()),
        SchemaChange::RenameIndex(rename) => Some(rename.name.clone()),
        SchemaChange::AddForeignKey(add) => {
            Some(add.foreign_key.name.clone().unwrap_or_else(|| add.foreign_key.columns.join(",")))
        }
        SchemaChange::AddCheck(add) => add.name.clone(),
        SchemaChange::ValidateConstraint(validate) => Some(validate.name.clone()),
        SchemaChange::DropConstraint(drop) => Some(drop.name.clone()),
        change => change.column().map(str::to_owned),
    };
    let table = subject.table_name().map(ToString::to_string);
    [table, part].into_iter().flatten().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(".")
}
