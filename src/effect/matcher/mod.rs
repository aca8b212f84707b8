//! Typed matchers of changes, as rule files and engine files write them: `add-column: { nullable: false }`.
//!
//! One struct for each kind of change, with the facts that this kind has and no other. A fact that is left out fits
//! anything; one that the catalog does not know makes the answer unknown.

mod column;
mod constraint;
mod data;
mod index;
mod kind;
mod object;
mod redefinition;
mod table;
mod upkeep;

use schemars::JsonSchema;
use serde::Deserialize;

use super::fact::Verdict;
use super::subject::Subject;
use crate::change::SchemaChange;

use column::{
    AddColumnMatch, ChangeIdentityMatch, DropColumnMatch, DropDefaultMatch, NullabilityMatch, RenameColumnMatch,
    SetDefaultMatch,
};
use constraint::{
    AddCheckMatch, AddForeignKeyMatch, AddPrimaryKeyMatch, DropConstraintMatch, DropPrimaryKeyMatch,
    ValidateConstraintMatch,
};
use data::{DataRowsMatch, OpaqueMatch, SetVariableMatch, TransactionMatch};
use index::{AddIndexMatch, DropIndexMatch, RenameIndexMatch};
use object::{AlterObjectMatch, ChangePrivilegesMatch, CommentMatch, CreateObjectMatch, DropObjectMatch};
use redefinition::{ChangeTypeMatch, RedefineColumnMatch};
use table::{ChangeTableOptionsMatch, CreateTableMatch, DropTableMatch, RenameTableMatch};
use upkeep::{
    AttachPartitionMatch, ChangeGeneratedMatch, ChangePartitionsMatch, ChangeTableSettingMatch, DetachPartitionMatch,
    LockTableMatch, MaintainTableMatch, RefreshViewMatch,
};

pub use column::proving_check;
pub use index::standing_key;
pub use kind::{ByKind, Kind};
pub use table::TableMatch;

/// A kind of change, and what must be true of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeMatch {
    /// A change of any kind.
    Any(NoFacts),
    CreateTable(CreateTableMatch),
    DropTable(DropTableMatch),
    RenameTable(RenameTableMatch),
    ChangeTableOptions(ChangeTableOptionsMatch),
    AddColumn(AddColumnMatch),
    DropColumn(DropColumnMatch),
    RenameColumn(RenameColumnMatch),
    RedefineColumn(RedefineColumnMatch),
    ChangeType(ChangeTypeMatch),
    SetNotNull(NullabilityMatch),
    DropNotNull(NullabilityMatch),
    SetDefault(SetDefaultMatch),
    DropDefault(DropDefaultMatch),
    ChangeIdentity(ChangeIdentityMatch),
    AddIndex(AddIndexMatch),
    DropIndex(DropIndexMatch),
    RenameIndex(RenameIndexMatch),
    AddPrimaryKey(AddPrimaryKeyMatch),
    DropPrimaryKey(DropPrimaryKeyMatch),
    AddForeignKey(AddForeignKeyMatch),
    AddCheck(AddCheckMatch),
    ValidateConstraint(ValidateConstraintMatch),
    DropConstraint(DropConstraintMatch),
    ChangeGenerated(ChangeGeneratedMatch),
    AttachPartition(AttachPartitionMatch),
    DetachPartition(DetachPartitionMatch),
    ChangePartitions(ChangePartitionsMatch),
    ChangeTableSetting(ChangeTableSettingMatch),
    MaintainTable(MaintainTableMatch),
    LockTable(LockTableMatch),
    CreateObject(CreateObjectMatch),
    AlterObject(AlterObjectMatch),
    DropObject(DropObjectMatch),
    RefreshView(RefreshViewMatch),
    ChangePrivileges(ChangePrivilegesMatch),
    Comment(CommentMatch),
    DataRows(DataRowsMatch),
    SetVariable(SetVariableMatch),
    Transaction(TransactionMatch),
    Opaque(OpaqueMatch),
}

/// A kind of which nothing is asked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFacts {}

impl ChangeMatch {
    /// Whether the change is of this kind, and all that is asked of it holds.
    pub fn matches(&self, subject: &Subject<'_>) -> Verdict {
        match (self, &subject.change.what) {
            (Self::Any(_), _) => Verdict::yes(),
            (Self::CreateTable(wanted), SchemaChange::CreateTable(change)) => wanted.matches(change, subject),
            (Self::DropTable(wanted), SchemaChange::DropTable(change)) => wanted.matches(change, subject),
            (Self::RenameTable(wanted), SchemaChange::RenameTable(change)) => wanted.matches(change, subject),
            (Self::ChangeTableOptions(wanted), SchemaChange::ChangeTableOptions(change)) => {
                wanted.matches(change, subject)
            }
            (Self::AddColumn(wanted), SchemaChange::AddColumn(change)) => wanted.matches(change, subject),
            (Self::DropColumn(wanted), SchemaChange::DropColumn(change)) => wanted.matches(change, subject),
            (Self::RenameColumn(wanted), SchemaChange::RenameColumn(change)) => wanted.matches(change, subject),
            (Self::RedefineColumn(wanted), SchemaChange::RedefineColumn(change)) => wanted.matches(change, subject),
            (Self::ChangeType(wanted), SchemaChange::ChangeType(change)) => wanted.matches(change, subject),
            (Self::SetNotNull(wanted), SchemaChange::SetNotNull(_)) => wanted.matches(subject, false),
            (Self::DropNotNull(wanted), SchemaChange::DropNotNull(_)) => wanted.matches(subject, true),
            (Self::SetDefault(wanted), SchemaChange::SetDefault(change)) => wanted.matches(change, subject),
            (Self::DropDefault(wanted), SchemaChange::DropDefault(_)) => wanted.matches(subject),
            (Self::ChangeIdentity(wanted), SchemaChange::ChangeIdentity(change)) => wanted.matches(change, subject),
            (Self::AddIndex(wanted), SchemaChange::AddIndex(change)) => wanted.matches(change, subject),
            (Self::DropIndex(wanted), SchemaChange::DropIndex(change)) => wanted.matches(change, subject),
            (Self::RenameIndex(wanted), SchemaChange::RenameIndex(change)) => wanted.matches(change),
            (Self::AddPrimaryKey(wanted), SchemaChange::AddPrimaryKey(change)) => wanted.matches(change, subject),
            (Self::DropPrimaryKey(wanted), SchemaChange::DropPrimaryKey(_)) => wanted.matches(subject),
            (Self::AddForeignKey(wanted), SchemaChange::AddForeignKey(change)) => wanted.matches(change, subject),
            (Self::AddCheck(wanted), SchemaChange::AddCheck(change)) => wanted.matches(change, subject),
            (Self::ValidateConstraint(wanted), SchemaChange::ValidateConstraint(change)) => {
                wanted.matches(change, subject)
            }
            (Self::DropConstraint(wanted), SchemaChange::DropConstraint(change)) => wanted.matches(change, subject),
            (Self::ChangeGenerated(wanted), SchemaChange::ChangeGenerated(change)) => wanted.matches(change),
            (Self::AttachPartition(wanted), SchemaChange::AttachPartition(change)) => wanted.matches(change),
            (Self::DetachPartition(wanted), SchemaChange::DetachPartition(change)) => wanted.matches(change),
            (Self::ChangePartitions(wanted), SchemaChange::ChangePartitions(change)) => wanted.matches(change),
            (Self::ChangeTableSetting(wanted), SchemaChange::ChangeTableSetting(change)) => wanted.matches(change),
            (Self::MaintainTable(wanted), SchemaChange::MaintainTable(change)) => wanted.matches(change),
            (Self::LockTable(wanted), SchemaChange::LockTable(change)) => wanted.matches(change),
            (Self::CreateObject(wanted), SchemaChange::CreateObject(change)) => wanted.matches(change, subject),
            (Self::AlterObject(wanted), SchemaChange::AlterObject(change)) => wanted.matches(change, subject),
            (Self::DropObject(wanted), SchemaChange::DropObject(change)) => wanted.matches(change, subject),
            (Self::RefreshView(wanted), SchemaChange::RefreshView(change)) => wanted.matches(change),
            (Self::ChangePrivileges(wanted), SchemaChange::ChangePrivileges(change)) => wanted.matches(change),
            (Self::Comment(wanted), SchemaChange::Comment(change)) => wanted.matches(change),
            (Self::DataRows(wanted), SchemaChange::DataRows(change)) => wanted.matches(change),
            (Self::SetVariable(wanted), SchemaChange::SetVariable(change)) => wanted.matches(change),
            (Self::Transaction(wanted), SchemaChange::Transaction(step)) => wanted.matches(*step),
            (Self::Opaque(wanted), SchemaChange::Opaque(change)) => wanted.matches(change),
            _ => Verdict::no(),
        }
    }

    /// The kind's name, as [`SchemaChange::kind`] gives it; `None` for any.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Self::Any(_) => return None,
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
            Self::SetDefault(_) => "set-default",
            Self::DropDefault(_) => "drop-default",
            Self::ChangeIdentity(_) => "change-identity",
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
        })
    }
}
