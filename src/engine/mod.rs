//! The database engines, their versions, and how they quote.

mod version;

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

pub use version::{EngineVersion, Version, VersionError, VersionRange};

/// A database engine. Laravel, and only Laravel, calls MariaDB `mysql` up to its major 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Mysql,
    Mariadb,
    Postgresql,
    Sqlite,
    Sqlserver,
}

impl Engine {
    pub const ALL: [Self; 5] = [Self::Mysql, Self::Mariadb, Self::Postgresql, Self::Sqlite, Self::Sqlserver];

    pub fn name(self) -> &'static str {
        match self {
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
            Self::Postgresql => "postgresql",
            Self::Sqlite => "sqlite",
            Self::Sqlserver => "sqlserver",
        }
    }

    /// The name as its maker writes it, for prose.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
            Self::Postgresql => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::Sqlserver => "SQL Server",
        }
    }

    /// Reads a name or an alias: `mysql`, `mariadb`, `postgresql`, `postgres`, `pgsql`, `sqlite`, `sqlserver`, `sqlsrv`, `mssql`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "mysql" => Some(Self::Mysql),
            "mariadb" => Some(Self::Mariadb),
            "postgresql" | "postgres" | "pgsql" => Some(Self::Postgresql),
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "sqlserver" | "sqlsrv" | "mssql" => Some(Self::Sqlserver),
            _ => None,
        }
    }

    pub fn is_mysql_family(self) -> bool {
        matches!(self, Self::Mysql | Self::Mariadb)
    }

    /// Whether it runs inside the application, as a database often does where it is developed alone.
    pub fn is_embedded(self) -> bool {
        self == Self::Sqlite
    }

    /// Whether DDL can be rolled back, and so Laravel runs each migration in a transaction there.
    pub fn has_transactional_ddl(self) -> bool {
        matches!(self, Self::Postgresql | Self::Sqlserver)
    }

    /// Whether a transaction that code opens holds its DDL as well, rather than being ended by it.
    pub fn keeps_ddl_in_transactions(self) -> bool {
        !self.is_mysql_family()
    }

    /// How many digits of a second a `timestamp` or `time` keeps that does not say.
    pub fn default_second_digits(self) -> u64 {
        match self {
            Self::Mysql | Self::Mariadb => 0,
            Self::Postgresql | Self::Sqlite => 6,
            Self::Sqlserver => 7,
        }
    }

    /// Quotes an identifier so that it can stand in a statement.
    pub fn quote(self, identifier: &str) -> String {
        match self {
            Self::Mysql | Self::Mariadb => format!("`{}`", identifier.replace('`', "``")),
            Self::Postgresql | Self::Sqlite => format!("\"{}\"", identifier.replace('"', "\"\"")),
            Self::Sqlserver => format!("[{}]", identifier.replace(']', "]]")),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
