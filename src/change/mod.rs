//! What migrations do, typed: one struct per kind of change.
//!
//! The front ends make changes, the catalog replays them, rules and engines judge them. A change says what was asked for
//! and where; what it means for a table that stands is the catalog's to say.

mod column;
mod describe;
mod describe_object;
mod index;
mod kind;
mod lost;
mod object;
mod object_kind;
mod others;
mod partition;
mod reach;
mod setting;
mod statement;
mod table;
mod types;
mod upkeep;

pub use column::{Column, ColumnCheck, Default, Generated, Identity, Place};
pub use index::{ForeignKey, Index, IndexKind, IndexPart, ReferentialAction};
pub use kind::{
    AddCheck, AddColumn, AddForeignKey, AddIndex, AddPrimaryKey, ChangeIdentity, ChangeTableOptions, ChangeType,
    CreateTable, DataKind, DataRows, DropColumn, DropConstraint, DropDefault, DropIndex, DropNotNull, DropPrimaryKey,
    DropTable, Opaque, RedefineColumn, RenameColumn, RenameIndex, RenameTable, SchemaChange, SetDefault, SetNotNull,
    SetVariable, Touches, TransactionStep, ValidateConstraint,
};
pub use lost::{LostModifier, Modifier};
pub use object::{
    AlterObject, Attribute, CreateObject, Definition, Domain, DomainCheck, DropObject, Object, ObjectAction, Policy,
    Publication, Routine, Sequence, Target, Trigger, TriggerEvent, TriggerTiming, ValuePlace, ViewQuery,
};
pub use object_kind::ObjectKind;
pub use partition::{AttachPartition, ChangePartitions, DetachPartition, PartitionAction};
pub use setting::{ChangeGenerated, ChangeTableSetting, TableSetting};
pub use statement::{Change, OnlineClauses, Problem, Statement};
pub use table::{ColumnSource, Copied, TableName, TableOptions};
pub use types::ColumnType;
pub use upkeep::{
    ChangePrivileges, Comment, LockMode, LockTable, MaintainTable, Maintenance, PrivilegeAction, RefreshView,
};
