//! The kinds of change. Names of columns and constraints are as the engine resolves them (see [`TableName`]).

use super::column::{Column, Default, Identity};
use super::index::{ForeignKey, Index};
use super::object::{AlterObject, CreateObject, DropObject};
use super::partition::{AttachPartition, ChangePartitions, DetachPartition};
use super::setting::{ChangeGenerated, ChangeTableSetting};
use super::table::{ColumnSource, TableName, TableOptions};
use super::types::ColumnType;
use super::upkeep::{ChangePrivileges, Comment, LockTable, MaintainTable, RefreshView};

/// One typed change of schema or data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaChange {
    CreateTable(CreateTable),
    DropTable(DropTable),
    RenameTable(RenameTable),
    ChangeTableOptions(ChangeTableOptions),

    AddColumn(AddColumn),
    DropColumn(DropColumn),
    RenameColumn(RenameColumn),
    RedefineColumn(RedefineColumn),
    ChangeType(ChangeType),
    SetNotNull(SetNotNull),
    DropNotNull(DropNotNull),
    SetDefault(SetDefault),
    DropDefault(DropDefault),
    ChangeIdentity(ChangeIdentity),
    ChangeGenerated(ChangeGenerated),

    AddIndex(AddIndex),
    DropIndex(DropIndex),
    RenameIndex(RenameIndex),
    AddPrimaryKey(AddPrimaryKey),
    DropPrimaryKey(DropPrimaryKey),
    AddForeignKey(AddForeignKey),
    AddCheck(AddCheck),
    ValidateConstraint(ValidateConstraint),
    DropConstraint(DropConstraint),

    AttachPartition(AttachPartition),
    DetachPartition(DetachPartition),
    ChangePartitions(ChangePartitions),
    ChangeTableSetting(ChangeTableSetting),
    MaintainTable(MaintainTable),
    LockTable(LockTable),

    CreateObject(CreateObject),
    AlterObject(AlterObject),
    DropObject(DropObject),
    RefreshView(RefreshView),
    ChangePrivileges(ChangePrivileges),
    Comment(Comment),

    DataRows(DataRows),
    SetVariable(SetVariable),
    Transaction(TransactionStep),
    Opaque(Opaque),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    pub table: TableName,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    /// The columns of a PRIMARY KEY clause; a key in a column definition is told by the column.
    pub primary_key: Vec<String>,
    /// The name that a PRIMARY KEY clause gives to its key.
    pub primary_key_name: Option<String>,
    pub foreign_keys: Vec<ForeignKey>,
    pub checks: Vec<AddCheck>,
    pub options: TableOptions,
    pub if_not_exists: bool,
    pub is_temporary: bool,
    /// PARTITION OF, INHERITS, LIKE: the tables that its other columns come from.
    pub sources: Vec<ColumnSource>,
    /// PARTITION BY.
    pub is_partitioned: bool,
    /// CREATE TABLE … AS, or something that was not understood: those listed, and those of its sources, are not all.
    pub has_more_columns: bool,
}

impl CreateTable {
    /// A table of which no more is said than that it is made.
    pub fn empty(table: TableName) -> Self {
        Self {
            table,
            columns: Vec::new(),
            indexes: Vec::new(),
            primary_key: Vec::new(),
            primary_key_name: None,
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            options: TableOptions::default(),
            if_not_exists: false,
            is_temporary: false,
            sources: Vec::new(),
            is_partitioned: false,
            has_more_columns: false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropTable {
    pub table: TableName,
    pub if_exists: bool,
    pub cascade: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameTable {
    pub table: TableName,
    pub to: TableName,
}

/// ENGINE, CHARSET, COMMENT and the like of a table that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTableOptions {
    pub table: TableName,
    pub options: TableOptions,
    /// CONVERT TO CHARACTER SET: the columns change too.
    pub converts_columns: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddColumn {
    pub table: TableName,
    pub column: Column,
    pub if_not_exists: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropColumn {
    pub table: TableName,
    pub column: String,
    pub if_exists: bool,
    pub cascade: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameColumn {
    pub table: TableName,
    pub column: String,
    pub to: String,
}

/// MySQL's MODIFY and CHANGE: the column is as `definition` says from now on, and what that does not say is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedefineColumn {
    pub table: TableName,
    /// The name before; `definition.name` is the name after.
    pub column: String,
    pub definition: Column,
}

/// ALTER COLUMN … TYPE, which keeps nullability and default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeType {
    pub table: TableName,
    pub column: String,
    pub column_type: ColumnType,
    pub collation: Option<String>,
    /// The expression of USING, as written.
    pub using: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetNotNull {
    pub table: TableName,
    pub column: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropNotNull {
    pub table: TableName,
    pub column: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDefault {
    pub table: TableName,
    pub column: String,
    pub default: Default,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropDefault {
    pub table: TableName,
    pub column: String,
}

/// PostgreSQL's ADD GENERATED … AS IDENTITY, SET GENERATED and DROP IDENTITY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeIdentity {
    pub table: TableName,
    pub column: String,
    /// `None` drops it.
    pub identity: Option<Identity>,
    /// DROP IDENTITY IF EXISTS, which does nothing to a column that has none.
    pub if_exists: bool,
}

/// CREATE INDEX, ADD INDEX, and constraints that stand on an index: UNIQUE, and PostgreSQL's EXCLUDE, which is not unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddIndex {
    pub table: TableName,
    pub index: Index,
    /// A constraint rather than an index alone.
    pub is_constraint: bool,
    /// PostgreSQL: the standing index that becomes the constraint.
    pub using_index: Option<String>,
    pub is_concurrent: bool,
    pub if_not_exists: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropIndex {
    /// `None` where the statement does not say (PostgreSQL): the catalog knows whose index it is.
    pub table: Option<TableName>,
    pub name: String,
    pub is_concurrent: bool,
    pub if_exists: bool,
}

/// RENAME INDEX, ALTER INDEX … RENAME, and PostgreSQL's RENAME CONSTRAINT, the only one there that names a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameIndex {
    pub table: Option<TableName>,
    pub name: String,
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPrimaryKey {
    pub table: TableName,
    pub name: Option<String>,
    /// Empty with `using_index`.
    pub columns: Vec<String>,
    pub using_index: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropPrimaryKey {
    pub table: TableName,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddForeignKey {
    pub table: TableName,
    pub foreign_key: ForeignKey,
    pub is_not_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheck {
    pub table: TableName,
    pub name: Option<String>,
    /// The condition, as written.
    pub condition: String,
    pub is_not_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidateConstraint {
    pub table: TableName,
    pub name: String,
}

/// DROP CONSTRAINT, DROP FOREIGN KEY, DROP CHECK: whatever goes by that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropConstraint {
    pub table: TableName,
    pub name: String,
    pub if_exists: bool,
    pub cascade: bool,
}

/// Rows are written, whether by SQL or by the query builder or a model of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRows {
    pub table: TableName,
    pub kind: DataKind,
    /// The columns that it sets, where they are known.
    pub columns: Vec<String>,
    /// Whether a condition or a limit picks the rows, one that is always true left out: `None` where that could not be read.
    pub has_condition: Option<bool>,
    /// Whether the statement says how many rows it can be: those it lists, those equal to given values, those between two
    /// values, or so many as its limit. `WHERE status IS NULL` picks rows and bounds nothing. `None` where that could not be read.
    pub is_bounded: Option<bool>,
    /// Whether it runs once for each piece of the rows (chunkById and kin), and so never holds all of them.
    pub is_chunked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataKind {
    Insert,
    Update,
    Delete,
    Truncate,
}

/// SET: a setting of the session or the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetVariable {
    /// Lower-case, without `@@` and scope: `lock_timeout`, `foreign_key_checks`.
    pub name: String,
    /// As written, unquoted.
    pub value: String,
    /// SET LOCAL: until the transaction ends.
    pub is_local: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStep {
    Begin,
    Commit,
    Rollback,
}

/// Something that could not be read as a change. It may have done anything to the table it names, or to any table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// Its leading words, upper-case: `CREATE TRIGGER`; for PHP, what was called.
    pub what: String,
    pub touches: Touches,
    /// Why it was not read.
    pub reason: String,
}

/// What an opaque change may have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touches {
    /// Known to leave every table's shape and rows alone (GRANT, COMMENT, SELECT).
    Nothing,
    /// Concerns this table, whose columns, keys and stored rows are known to stay (CREATE TRIGGER, OWNER TO, VACUUM FULL).
    Surroundings(TableName),
    /// This table, and no other.
    Table(TableName),
    Anything,
}

impl Touches {
    /// The table that it names.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::Surroundings(table) | Self::Table(table) => Some(table),
            Self::Nothing | Self::Anything => None,
        }
    }
}

impl Opaque {
    /// Whether it may have done something that is not known; others are known to leave every table's shape and rows alone.
    pub fn is_unknown(&self) -> bool {
        matches!(self.touches, Touches::Table(_) | Touches::Anything)
    }
}
