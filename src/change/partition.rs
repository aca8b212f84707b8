//! Partitions of a table.

use super::table::TableName;

/// PostgreSQL's ATTACH PARTITION: the rows of a table become another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachPartition {
    pub table: TableName,
    pub partition: TableName,
    /// `FOR VALUES …` or `DEFAULT`, as written.
    pub bounds: String,
}

/// PostgreSQL's DETACH PARTITION: who reads the table no longer sees those rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachPartition {
    pub table: TableName,
    pub partition: TableName,
    pub is_concurrent: bool,
    /// FINALIZE: ends what a concurrent one began.
    pub finalizes: bool,
}

/// What the MySQL family and SQL Server do to the partitions of a table, and PostgreSQL's SPLIT and MERGE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePartitions {
    pub table: TableName,
    pub action: PartitionAction,
    /// The partitions that it names; empty for ALL, or where they have numbers alone.
    pub partitions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionAction {
    Add,
    /// With every row in them.
    Drop,
    /// Every row in them.
    Truncate,
    /// REORGANIZE, and PostgreSQL's SPLIT and MERGE: rows move between partitions.
    Reorganize,
    /// COALESCE, and ADD … PARTITIONS of hash partitions: every row may move.
    Redistribute,
    /// The rows of a partition, and those of that table, change places.
    Exchange {
        with: TableName,
    },
    /// SQL Server's SWITCH: the rows go to that table.
    Switch {
        to: TableName,
    },
    /// MariaDB: CONVERT PARTITION … TO TABLE: its rows are a table's of their own.
    ConvertToTable {
        to: TableName,
    },
    /// MariaDB: CONVERT TABLE … TO PARTITION.
    ConvertFromTable {
        from: TableName,
    },
    /// DISCARD and IMPORT … TABLESPACE: the rows of a partition are those of a file.
    Discard,
    Import,
    /// PARTITION BY: every row is written anew, into partitions.
    PartitionBy,
    /// REMOVE PARTITIONING: every row is written anew, into one table.
    RemovePartitioning,
    Rebuild,
    Optimize,
    Analyze,
    Check,
    Repair,
}

impl PartitionAction {
    /// What [`name`](Self::name) gives.
    pub const NAMES: [&str; 18] = [
        "add",
        "drop",
        "truncate",
        "reorganize",
        "redistribute",
        "exchange",
        "switch",
        "convert-to-table",
        "convert-from-table",
        "discard",
        "import",
        "partition-by",
        "remove-partitioning",
        "rebuild",
        "optimize",
        "analyze",
        "check",
        "repair",
    ];

    /// Its name in rule files and outputs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Drop => "drop",
            Self::Truncate => "truncate",
            Self::Reorganize => "reorganize",
            Self::Redistribute => "redistribute",
            Self::Exchange { .. } => "exchange",
            Self::Switch { .. } => "switch",
            Self::ConvertToTable { .. } => "convert-to-table",
            Self::ConvertFromTable { .. } => "convert-from-table",
            Self::Discard => "discard",
            Self::Import => "import",
            Self::PartitionBy => "partition-by",
            Self::RemovePartitioning => "remove-partitioning",
            Self::Rebuild => "rebuild",
            Self::Optimize => "optimize",
            Self::Analyze => "analyze",
            Self::Check => "check",
            Self::Repair => "repair",
        }
    }

    /// The other table, whose rows it takes or which takes rows.
    pub fn other_table(&self) -> Option<&TableName> {
        match self {
            Self::Exchange { with: table }
            | Self::Switch { to: table }
            | Self::ConvertToTable { to: table }
            | Self::ConvertFromTable { from: table } => Some(table),
            _ => None,
        }
    }
}
