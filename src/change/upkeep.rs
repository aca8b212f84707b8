//! Work on tables and views that leaves their shape as it is, and who may use them.

use super::object::Target;
use super::table::TableName;

/// VACUUM, ANALYZE, REINDEX, OPTIMIZE and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaintainTable {
    /// `None` for every table, or where only the index is named.
    pub table: Option<TableName>,
    /// REINDEX INDEX, and CLUSTER … USING.
    pub index: Option<String>,
    pub what: Maintenance,
    pub is_concurrent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintenance {
    Vacuum,
    VacuumFull,
    Analyze,
    Cluster,
    /// PostgreSQL's REPACK.
    Repack,
    Reindex,
    Optimize,
    Repair,
    Check,
    /// The MySQL family's FORCE and SQL Server's REBUILD: every row is written anew.
    Rebuild,
}

/// REFRESH MATERIALIZED VIEW.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshView {
    pub view: TableName,
    pub is_concurrent: bool,
    /// WITH NO DATA: nobody can read it from now on.
    pub empties: bool,
}

/// LOCK TABLE, of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockTable {
    pub table: TableName,
    pub mode: LockMode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
    /// The MySQL family's READ: nobody writes.
    Read,
    /// The MySQL family's WRITE: nobody else reads or writes.
    Write,
}

/// GRANT, REVOKE and their kin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePrivileges {
    pub action: PrivilegeAction,
    /// What the rights are on; `None` for the membership in a role.
    pub on: Option<Target>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivilegeAction {
    Grant,
    /// REVOKE, and SQL Server's DENY.
    Revoke,
    /// REASSIGN OWNED: what a role owns belongs to another.
    Reassign,
    /// DROP OWNED: what a role owns is dropped, and its rights are gone.
    DropOwned,
    /// ALTER DEFAULT PRIVILEGES: the rights on what is made later.
    Default,
}

/// COMMENT ON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub on: Target,
    /// `None` takes it away.
    pub text: Option<String>,
}

impl Maintenance {
    /// As it is written, upper-case.
    pub fn words(self) -> &'static str {
        match self {
            Self::Vacuum => "VACUUM",
            Self::VacuumFull => "VACUUM FULL",
            Self::Analyze => "ANALYZE",
            Self::Cluster => "CLUSTER",
            Self::Repack => "REPACK",
            Self::Reindex => "REINDEX",
            Self::Optimize => "OPTIMIZE",
            Self::Repair => "REPAIR",
            Self::Check => "CHECK",
            Self::Rebuild => "REBUILD",
        }
    }
}

impl LockMode {
    /// As it is written, upper-case.
    pub fn words(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::Read => "READ",
            Self::Write => "WRITE",
        }
    }
}

impl PrivilegeAction {
    /// As it is written, upper-case.
    pub fn words(self) -> &'static str {
        match self {
            Self::Grant => "GRANT",
            Self::Revoke => "REVOKE",
            Self::Reassign => "REASSIGN OWNED",
            Self::DropOwned => "DROP OWNED",
            Self::Default => "ALTER DEFAULT PRIVILEGES",
        }
    }
}
