//! What ALTER TABLE changes beside columns and keys, and what a generated column is computed from.

use super::table::TableName;

/// PostgreSQL's SET EXPRESSION and DROP EXPRESSION.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeGenerated {
    pub table: TableName,
    pub column: String,
    /// As written; `None` makes it a column like others, with the values that it has.
    pub expression: Option<String>,
    pub if_exists: bool,
}

/// A property of a table, or of one of its columns, that is neither shape nor rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTableSetting {
    pub table: TableName,
    pub column: Option<String>,
    pub setting: TableSetting,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSetting {
    Logged,
    Unlogged,
    Tablespace,
    AccessMethod,
    /// SET (…), RESET (…): storage parameters of a table or options of a column; their names, lower-case.
    Parameters(Vec<String>),
    Owner,
    /// ENABLE TRIGGER; `None` for ALL and USER.
    EnableTrigger(Option<String>),
    DisableTrigger(Option<String>),
    EnableRule(String),
    DisableRule(String),
    EnableRowSecurity,
    DisableRowSecurity,
    /// FORCE ROW LEVEL SECURITY: policies hold for the owner too.
    ForceRowSecurity,
    UnforceRowSecurity,
    ReplicaIdentity,
    /// CLUSTER ON, SET WITHOUT CLUSTER: the index that CLUSTER follows.
    ClusterIndex,
    /// ALTER CONSTRAINT … DEFERRABLE.
    Deferrability(String),
    /// A constraint is no longer enforced: NOT ENFORCED, NOCHECK.
    NotEnforced(String),
    /// It inherits from that table from now on: its rows are seen there too.
    Inherit(TableName),
    NoInherit(TableName),
    /// It follows that composite type.
    OfType(TableName),
    NotOfType,
    /// SET STATISTICS of a column.
    Statistics,
    /// SET STORAGE of a column.
    Storage,
    /// SET COMPRESSION of a column.
    Compression,
    /// The sequence of an identity column, or `AUTO_INCREMENT`: where it goes on.
    Counter,
    /// A column that `*` leaves out, or an index that no query uses.
    Visible,
    Invisible,
    /// ENABLE KEYS.
    EnableKeys,
    DisableKeys,
    /// ORDER BY: the rows are written anew in that order.
    Order,
    /// MariaDB: rows of the past are kept.
    AddVersioning,
    /// MariaDB: rows of the past are gone.
    DropVersioning,
    AddPeriod,
    DropPeriod,
    /// DISCARD TABLESPACE: the rows are gone from the server.
    DiscardTablespace,
    ImportTablespace,
    /// Anything else; its leading words, upper-case.
    Other(String),
}

impl TableSetting {
    /// What [`name`](Self::name) gives.
    pub const NAMES: [&str; 38] = [
        "logged",
        "unlogged",
        "tablespace",
        "access-method",
        "parameters",
        "owner",
        "enable-trigger",
        "disable-trigger",
        "enable-rule",
        "disable-rule",
        "enable-row-security",
        "disable-row-security",
        "force-row-security",
        "unforce-row-security",
        "replica-identity",
        "cluster-index",
        "deferrability",
        "not-enforced",
        "inherit",
        "no-inherit",
        "of-type",
        "not-of-type",
        "statistics",
        "storage",
        "compression",
        "counter",
        "visible",
        "invisible",
        "enable-keys",
        "disable-keys",
        "order",
        "add-versioning",
        "drop-versioning",
        "add-period",
        "drop-period",
        "discard-tablespace",
        "import-tablespace",
        "other",
    ];

    /// Its name in rule files and outputs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Unlogged => "unlogged",
            Self::Tablespace => "tablespace",
            Self::AccessMethod => "access-method",
            Self::Parameters(_) => "parameters",
            Self::Owner => "owner",
            Self::EnableTrigger(_) => "enable-trigger",
            Self::DisableTrigger(_) => "disable-trigger",
            Self::EnableRule(_) => "enable-rule",
            Self::DisableRule(_) => "disable-rule",
            Self::EnableRowSecurity => "enable-row-security",
            Self::DisableRowSecurity => "disable-row-security",
            Self::ForceRowSecurity => "force-row-security",
            Self::UnforceRowSecurity => "unforce-row-security",
            Self::ReplicaIdentity => "replica-identity",
            Self::ClusterIndex => "cluster-index",
            Self::Deferrability(_) => "deferrability",
            Self::NotEnforced(_) => "not-enforced",
            Self::Inherit(_) => "inherit",
            Self::NoInherit(_) => "no-inherit",
            Self::OfType(_) => "of-type",
            Self::NotOfType => "not-of-type",
            Self::Statistics => "statistics",
            Self::Storage => "storage",
            Self::Compression => "compression",
            Self::Counter => "counter",
            Self::Visible => "visible",
            Self::Invisible => "invisible",
            Self::EnableKeys => "enable-keys",
            Self::DisableKeys => "disable-keys",
            Self::Order => "order",
            Self::AddVersioning => "add-versioning",
            Self::DropVersioning => "drop-versioning",
            Self::AddPeriod => "add-period",
            Self::DropPeriod => "drop-period",
            Self::DiscardTablespace => "discard-tablespace",
            Self::ImportTablespace => "import-tablespace",
            Self::Other(_) => "other",
        }
    }
}
