//! Every name of a table in a change, so that it can be completed.

use crate::change::{
    Column, Definition, Object, ObjectAction, PartitionAction, SchemaChange, TableName, TableSetting, Target, Touches,
};

/// The names of tables in a change; the one that it is about comes first. A new name stays in the schema of the old one.
pub(super) fn names_in(change: &mut SchemaChange) -> Vec<&mut TableName> {
    match change {
        SchemaChange::CreateTable(change) => {
            let inline = change.columns.iter_mut().filter_map(reference_of);
            let keys = change.foreign_keys.iter_mut().map(|key| &mut key.to_table);
            let checks = change.checks.iter_mut().map(|check| &mut check.table);
            std::iter::once(&mut change.table).chain(inline).chain(keys).chain(checks).collect()
        }
        SchemaChange::AddColumn(change) => with(&mut change.table, reference_of(&mut change.column)),
        SchemaChange::RedefineColumn(change) => with(&mut change.table, reference_of(&mut change.definition)),
        SchemaChange::AddForeignKey(change) => with(&mut change.table, Some(&mut change.foreign_key.to_table)),
        SchemaChange::AttachPartition(change) => with(&mut change.table, Some(&mut change.partition)),
        SchemaChange::DetachPartition(change) => with(&mut change.table, Some(&mut change.partition)),
        SchemaChange::ChangePartitions(change) => with(&mut change.table, other_of(&mut change.action)),
        SchemaChange::ChangeTableSetting(change) => {
            let other = match &mut change.setting {
                TableSetting::Inherit(table) | TableSetting::NoInherit(table) => Some(table),
                _ => None,
            };
            with(&mut change.table, other)
        }
        SchemaChange::CreateObject(change) => {
            let own = names_of(&mut change.object);
            let reads = match &mut change.definition {
                Definition::View(query) => query.reads.as_mut_slice(),
                _ => &mut [],
            };
            own.into_iter().chain(reads).collect()
        }
        SchemaChange::AlterObject(change) => {
            let tables = match &mut change.action {
                ObjectAction::AddTables(tables)
                | ObjectAction::DropTables(tables)
                | ObjectAction::SetTables(tables) => tables.as_mut_slice(),
                _ => &mut [],
            };
            names_of(&mut change.object).into_iter().chain(tables).collect()
        }
        SchemaChange::DropObject(change) => names_of(&mut change.object),
        SchemaChange::Comment(change) => names_of_target(&mut change.on),
        SchemaChange::ChangePrivileges(change) => change.on.as_mut().map(names_of_target).unwrap_or_default(),
        SchemaChange::DropIndex(change) => change.table.iter_mut().collect(),
        SchemaChange::RenameIndex(change) => change.table.iter_mut().collect(),
        SchemaChange::MaintainTable(change) => change.table.iter_mut().collect(),
        SchemaChange::Opaque(change) => match &mut change.touches {
            Touches::Table(table) | Touches::Surroundings(table) => vec![table],
            Touches::Nothing | Touches::Anything => Vec::new(),
        },
        SchemaChange::SetVariable(_) | SchemaChange::Transaction(_) => Vec::new(),
        SchemaChange::DropTable(change) => vec![&mut change.table],
        SchemaChange::RenameTable(change) => vec![&mut change.table],
        SchemaChange::ChangeTableOptions(change) => vec![&mut change.table],
        SchemaChange::DropColumn(change) => vec![&mut change.table],
        SchemaChange::RenameColumn(change) => vec![&mut change.table],
        SchemaChange::ChangeType(change) => vec![&mut change.table],
        SchemaChange::SetNotNull(change) => vec![&mut change.table],
        SchemaChange::DropNotNull(change) => vec![&mut change.table],
        SchemaChange::SetDefault(change) => vec![&mut change.table],
        SchemaChange::DropDefault(change) => vec![&mut change.table],
        SchemaChange::ChangeIdentity(change) => vec![&mut change.table],
        SchemaChange::ChangeGenerated(change) => vec![&mut change.table],
        SchemaChange::AddIndex(change) => vec![&mut change.table],
        SchemaChange::AddPrimaryKey(change) => vec![&mut change.table],
        SchemaChange::DropPrimaryKey(change) => vec![&mut change.table],
        SchemaChange::AddCheck(change) => vec![&mut change.table],
        SchemaChange::ValidateConstraint(change) => vec![&mut change.table],
        SchemaChange::DropConstraint(change) => vec![&mut change.table],
        SchemaChange::LockTable(change) => vec![&mut change.table],
        SchemaChange::RefreshView(change) => vec![&mut change.view],
        SchemaChange::DataRows(change) => vec![&mut change.table],
    }
}

fn with<'n>(own: &'n mut TableName, other: Option<&'n mut TableName>) -> Vec<&'n mut TableName> {
    std::iter::once(own).chain(other).collect()
}

fn reference_of(column: &mut Column) -> Option<&mut TableName> {
    column.references.as_mut().map(|key| &mut key.to_table)
}

fn other_of(action: &mut PartitionAction) -> Option<&mut TableName> {
    match action {
        PartitionAction::Exchange { with: table }
        | PartitionAction::Switch { to: table }
        | PartitionAction::ConvertToTable { to: table }
        | PartitionAction::ConvertFromTable { from: table } => Some(table),
        _ => None,
    }
}

fn names_of(object: &mut Object) -> Vec<&mut TableName> {
    std::iter::once(&mut object.name).chain(&mut object.table).collect()
}

fn names_of_target(target: &mut Target) -> Vec<&mut TableName> {
    match target {
        Target::Table(table) | Target::Column { table, .. } => vec![table],
        Target::Object(object) => names_of(object),
        Target::Other(_) => Vec::new(),
    }
}
