//! What migrations do, typed: one struct per kind of change.
//!
//! The front ends make changes, the catalog replays them, rules and engines judge them. A change says what was asked for
//! and where; what it means for a table that stands is the catalog's to say.

mod column;
mod describe;
mod index;
mod kind;
mod statement;
mod table;
mod types;

pub use column::{Column, ColumnCheck, Default, Generated, Identity, Place};
pub use index::{ForeignKey, Index, IndexKind, IndexPart, ReferentialAction};
pub use kind::{
    AddCheck, AddColumn, AddForeignKey, AddIndex, AddPrimaryKey, ChangeIdentity, ChangeTableOptions, ChangeType,
    CreateTable, DataKind, DataRows, DropColumn, DropConstraint, DropDefault, DropIndex, DropNotNull, DropPrimaryKey,
    DropTable, Opaque, RedefineColumn, RenameColumn, RenameIndex, RenameTable, SchemaChange, SetDefault, SetNotNull,
    SetVariable, Touches, TransactionStep, ValidateConstraint,
};
pub use statement::{Change, OnlineClauses, Problem, Statement};
pub use table::{TableName, TableOptions};
pub use types::ColumnType;
