//! A change in words: its kind as data files and outputs name it, what it is about, and a phrase for people.

use super::describe_object;
use super::index::Index;
use super::kind::{AddIndex, DataKind, DataRows, RedefineColumn, SchemaChange, TransactionStep};
use super::object::Target;
use super::table::TableName;

impl SchemaChange {
    /// The kind's name in rule files and outputs: `add-column`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CreateTable(_) => "create-table",
            Self::DropTable(_) => "drop-table",
            Self::RenameTable(_) => "rename-table",
            Self::ChangeTableOptions(_) => "change-table-options",
            Self::AddColumn(_) => "add-column",
            Self::DropColumn(_) => "drop-column",
            Self::RenameColumn(_) => "rename-column",
            Self::RedefineColumn(_) => "redefine-column",
            Self::ChangeType(_) => "change-type",
            Self::SetNotNull(_) => "set-not-null",
            Self::DropNotNull(_) => "drop-not-null",
            Self::ChangeIdentity(_) => "change-identity",
            Self::SetDefault(_) => "set-default",
            Self::DropDefault(_) => "drop-default",
            Self::AddIndex(_) => "add-index",
            Self::DropIndex(_) => "drop-index",
            Self::RenameIndex(_) => "rename-index",
            Self::AddPrimaryKey(_) => "add-primary-key",
            Self::DropPrimaryKey(_) => "drop-primary-key",
            Self::AddForeignKey(_) => "add-foreign-key",
            Self::AddCheck(_) => "add-check",
            Self::ValidateConstraint(_) => "validate-constraint",
            Self::DropConstraint(_) => "drop-constraint",
            Self::ChangeGenerated(_) => "change-generated",
            Self::AttachPartition(_) => "attach-partition",
            Self::DetachPartition(_) => "detach-partition",
            Self::ChangePartitions(_) => "change-partitions",
            Self::ChangeTableSetting(_) => "change-table-setting",
            Self::MaintainTable(_) => "maintain-table",
            Self::LockTable(_) => "lock-table",
            Self::CreateObject(_) => "create-object",
            Self::AlterObject(_) => "alter-object",
            Self::DropObject(_) => "drop-object",
            Self::RefreshView(_) => "refresh-view",
            Self::ChangePrivileges(_) => "change-privileges",
            Self::Comment(_) => "comment",
            Self::DataRows(_) => "data-rows",
            Self::SetVariable(_) => "set-variable",
            Self::Transaction(_) => "transaction",
            Self::Opaque(_) => "opaque",
        }
    }

    /// The table it changes; `None` where it names none, or may touch any.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::CreateTable(change) => Some(&change.table),
            Self::DropTable(change) => Some(&change.table),
            Self::RenameTable(change) => Some(&change.table),
            Self::ChangeTableOptions(change) => Some(&change.table),
            Self::AddColumn(change) => Some(&change.table),
            Self::DropColumn(change) => Some(&change.table),
            Self::RenameColumn(change) => Some(&change.table),
            Self::RedefineColumn(change) => Some(&change.table),
            Self::ChangeType(change) => Some(&change.table),
            Self::SetNotNull(change) => Some(&change.table),
            Self::DropNotNull(change) => Some(&change.table),
            Self::ChangeIdentity(change) => Some(&change.table),
            Self::SetDefault(change) => Some(&change.table),
            Self::DropDefault(change) => Some(&change.table),
            Self::AddIndex(change) => Some(&change.table),
            Self::DropIndex(change) => change.table.as_ref(),
            Self::RenameIndex(change) => change.table.as_ref(),
            Self::AddPrimaryKey(change) => Some(&change.table),
            Self::DropPrimaryKey(change) => Some(&change.table),
            Self::AddForeignKey(change) => Some(&change.table),
            Self::AddCheck(change) => Some(&change.table),
            Self::ValidateConstraint(change) => Some(&change.table),
            Self::DropConstraint(change) => Some(&change.table),
            Self::ChangeGenerated(change) => Some(&change.table),
            Self::AttachPartition(change) => Some(&change.table),
            Self::DetachPartition(change) => Some(&change.table),
            Self::ChangePartitions(change) => Some(&change.table),
            Self::ChangeTableSetting(change) => Some(&change.table),
            Self::MaintainTable(change) => change.table.as_ref(),
            Self::LockTable(change) => Some(&change.table),
            Self::CreateObject(change) => change.object.table.as_ref(),
            Self::AlterObject(change) => change.object.table.as_ref(),
            Self::DropObject(change) => change.object.table.as_ref(),
            Self::ChangePrivileges(change) => change.on.as_ref().and_then(Target::table),
            Self::Comment(change) => change.on.table(),
            Self::DataRows(change) => Some(&change.table),
            Self::Opaque(change) => change.touches.table(),
            Self::RefreshView(_) | Self::SetVariable(_) | Self::Transaction(_) => None,
        }
    }

    /// The one column it changes, by its name before the change.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::AddColumn(change) => Some(&change.column.name),
            Self::DropColumn(change) => Some(&change.column),
            Self::RenameColumn(change) => Some(&change.column),
            Self::RedefineColumn(change) => Some(&change.column),
            Self::ChangeType(change) => Some(&change.column),
            Self::SetNotNull(change) => Some(&change.column),
            Self::DropNotNull(change) => Some(&change.column),
            Self::ChangeIdentity(change) => Some(&change.column),
            Self::SetDefault(change) => Some(&change.column),
            Self::DropDefault(change) => Some(&change.column),
            Self::ChangeGenerated(change) => Some(&change.column),
            Self::ChangeTableSetting(change) => change.column.as_deref(),
            _ => None,
        }
    }

    /// What it does, in words that finish "this migration would …": ``add column `orders.reference_code` ``.
    pub fn description(&self) -> String {
        match self {
            Self::CreateTable(change) => format!("create table `{}`", change.table),
            Self::DropTable(change) => format!("drop table `{}`", change.table),
            Self::RenameTable(change) => format!("rename table `{}` to `{}`", change.table, change.to),
            Self::ChangeTableOptions(change) => format!("change options of table `{}`", change.table),
            Self::AddColumn(change) => format!("add column `{}.{}`", change.table, change.column.name),
            Self::DropColumn(change) => format!("drop column `{}.{}`", change.table, change.column),
            Self::RenameColumn(change) => {
                format!("rename column `{}.{}` to `{}`", change.table, change.column, change.to)
            }
            Self::RedefineColumn(change) => redefinition(change),
            Self::ChangeType(change) => {
                format!("change type of column `{}.{}` to `{}`", change.table, change.column, change.column_type)
            }
            Self::SetNotNull(change) => format!("make column `{}.{}` NOT NULL", change.table, change.column),
            Self::DropNotNull(change) => format!("make column `{}.{}` nullable", change.table, change.column),
            Self::ChangeIdentity(change) => {
                let verb = if change.identity.is_some() { "set" } else { "drop" };
                format!("{verb} identity of column `{}.{}`", change.table, change.column)
            }
            Self::SetDefault(change) => format!("set default of column `{}.{}`", change.table, change.column),
            Self::DropDefault(change) => format!("drop default of column `{}.{}`", change.table, change.column),
            Self::AddIndex(change) => new_index(change),
            Self::DropIndex(change) => format!("drop index `{}`{}", change.name, of(change.table.as_ref())),
            Self::RenameIndex(change) => {
                format!("rename index `{}` to `{}`{}", change.name, change.to, of(change.table.as_ref()))
            }
            Self::AddPrimaryKey(change) => format!("add primary key to table `{}`", change.table),
            Self::DropPrimaryKey(change) => format!("drop primary key of table `{}`", change.table),
            Self::AddForeignKey(change) => {
                format!(
                    "add foreign key{} from `{}` to `{}`",
                    called(change.foreign_key.name.as_deref()),
                    change.table,
                    change.foreign_key.to_table
                )
            }
            Self::AddCheck(change) => {
                format!("add check{} to table `{}`", called(change.name.as_deref()), change.table)
            }
            Self::ValidateConstraint(change) => {
                format!("validate constraint `{}` of table `{}`", change.name, change.table)
            }
            Self::DropConstraint(change) => format!("drop constraint `{}` of table `{}`", change.name, change.table),
            Self::ChangeGenerated(change) => {
                let verb = if change.expression.is_some() { "set" } else { "drop" };
                format!("{verb} expression of column `{}.{}`", change.table, change.column)
            }
            Self::AttachPartition(_)
            | Self::DetachPartition(_)
            | Self::ChangePartitions(_)
            | Self::ChangeTableSetting(_)
            | Self::MaintainTable(_)
            | Self::LockTable(_)
            | Self::CreateObject(_)
            | Self::AlterObject(_)
            | Self::DropObject(_)
            | Self::RefreshView(_)
            | Self::ChangePrivileges(_)
            | Self::Comment(_) => describe_object::description(self),
            Self::DataRows(change) => data_change(change),
            Self::SetVariable(change) => format!("set `{}` to `{}`", change.name, change.value),
            Self::Transaction(step) => transaction_step(*step).to_owned(),
            Self::Opaque(change) => match self.table() {
                Some(table) => format!("run `{}` on table `{table}`", change.what),
                None => format!("run `{}`", change.what),
            },
        }
    }
}

fn redefinition(change: &RedefineColumn) -> String {
    let RedefineColumn { table, column, definition } = change;
    let renaming = if *column == definition.name { String::new() } else { format!(" as `{}`", definition.name) };
    format!("redefine column `{table}.{column}`{renaming}")
}

fn new_index(change: &AddIndex) -> String {
    let unique = if change.index.is_unique { "unique " } else { "" };
    let what = if change.is_constraint { "constraint" } else { "index" };
    let name = change.index.name.as_deref();
    format!("add {unique}{what}{} on `{}`{}", called(name), change.table, parts(&change.index))
}

/// The columns of an index without a name, which only they can tell from another.
fn parts(index: &Index) -> String {
    let columns: Vec<&str> = index.columns().collect();
    if index.name.is_some() || columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) }
}

fn data_change(change: &DataRows) -> String {
    let table = &change.table;
    match change.kind {
        DataKind::Insert => format!("insert rows into table `{table}`"),
        DataKind::Update => format!("update rows of table `{table}`"),
        DataKind::Delete => format!("delete rows from table `{table}`"),
        DataKind::Truncate => format!("truncate table `{table}`"),
    }
}

fn transaction_step(step: TransactionStep) -> &'static str {
    match step {
        TransactionStep::Begin => "begin a transaction",
        TransactionStep::Commit => "commit the transaction",
        TransactionStep::Rollback => "roll the transaction back",
    }
}

fn called(name: Option<&str>) -> String {
    name.map(|name| format!(" `{name}`")).unwrap_or_default()
}

fn of(table: Option<&TableName>) -> String {
    table.map(|table| format!(" of table `{table}`")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Column, ColumnType, IndexPart};
    use super::*;

    #[test]
    fn a_change_is_named_by_its_kind_and_told_in_words() {
        let column = Column::new("reference_code", ColumnType::named("varchar"));
        let change = SchemaChange::AddColumn(super::super::AddColumn {
            table: TableName::new("orders"),
            column,
            if_not_exists: false,
        });
        assert_eq!(change.kind(), "add-column");
        assert_eq!(change.table(), Some(&TableName::new("orders")));
        assert_eq!(change.column(), Some("reference_code"));
        assert_eq!(change.description(), "add column `orders.reference_code`");
    }

    #[test]
    fn an_index_without_a_name_is_told_by_its_columns() {
        let part = |name: &str| IndexPart::Column { name: name.to_owned(), length: None };
        let index = Index {
            name: None,
            kind: super::super::IndexKind::Btree,
            is_unique: true,
            parts: vec![part("shop_id"), part("email")],
            included: Vec::new(),
            condition: None,
        };
        let change = SchemaChange::AddIndex(AddIndex {
            table: TableName::new("users"),
            index,
            is_constraint: false,
            using_index: None,
            is_concurrent: false,
            if_not_exists: false,
        });
        assert_eq!(change.description(), "add unique index on `users` (shop_id, email)");
    }
}
