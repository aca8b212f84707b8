//! Laravel's majors, and what changed between them that is no row of a table.

use crate::laravel::Settings;

/// The majors, from one to another, in which something is so; both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Majors {
    first: u8,
    last: u8,
}

pub(super) const ALL: Majors = Majors { first: 8, last: 13 };

pub(super) const fn since(first: u8) -> Majors {
    Majors { first, last: ALL.last }
}

pub(super) const fn until(last: u8) -> Majors {
    Majors { first: ALL.first, last }
}

pub(super) const fn between(first: u8, last: u8) -> Majors {
    Majors { first, last }
}

impl Majors {
    /// Whether the Laravel at hand is one of them; majors to come are taken for the last one known.
    pub(super) fn include(self, settings: &Settings) -> bool {
        let major = settings.major.clamp(ALL.first, ALL.last);
        (self.first..=self.last).contains(&major)
    }
}

/// Commands run in the order of the calls, and each column is a statement of its own. Before, the changed columns come
/// first, then the added ones, all in one statement each, then the rest.
pub(super) const COMMANDS_IN_ORDER: Majors = since(11);
/// `change()` needs doctrine/dbal, whatever else is set.
pub(super) const CHANGE_NEEDS_DOCTRINE: Majors = until(9);
/// `renameColumn()` needs doctrine/dbal, whatever else is set.
pub(super) const RENAME_NEEDS_DOCTRINE: Majors = until(8);
/// SQLite's `dropColumn()` needs doctrine/dbal, whatever else is set.
pub(super) const DROP_NEEDS_DOCTRINE: Majors = until(8);
/// `change()` and `renameColumn()` go through doctrine/dbal where it is installed.
pub(super) const DOCTRINE_WINS: Majors = until(10);
/// doctrine/dbal declares each changed column of the MySQL family anew, whether it differs or not, with its charset.
pub(super) const DOCTRINE_CHANGES_ALL: Majors = until(9);
/// MariaDB has a driver and a grammar of its own.
pub(super) const HAS_MARIADB: Majors = since(11);
/// `unique(false)->change()` and its kin drop the index.
pub(super) const FALSE_DROPS_INDEX: Majors = since(9);
/// A column that becomes a primary auto-increment on MySQL has no index commands: its definition says it all.
pub(super) const MYSQL_CHANGE_DEFINES_PRIMARY: Majors = since(11);
/// `index()` on a vector column builds a vector index.
pub(super) const VECTOR_COLUMNS_HAVE_INDEX: Majors = since(12);
/// `from()` and `comment()` on a column are commands after all others. Before, `from()` belongs to the statement that adds
/// the column.
pub(super) const START_IS_A_COMMAND: Majors = since(10);
/// PostgreSQL's `change()` writes the comment anew, even if there is none.
pub(super) const CHANGE_RESETS_COMMENT: Majors = since(10);
/// `useCurrent()` overrides the default. Before, it stands beside it, as part of the type.
pub(super) const CURRENT_IS_DEFAULT: Majors = since(10);
/// A missing precision, and one that is null, are `Schema::defaultTimePrecision`. Before, a missing one is 0.
pub(super) const HAS_DEFAULT_PRECISION: Majors = since(12);
/// MySQL's `create table` takes the primary key in.
pub(super) const PRIMARY_IN_CREATE: Majors = since(10);
/// An auto-increment column does not make itself the primary key where the blueprint has a primary command.
pub(super) const PRIMARY_COMMAND_WINS: Majors = since(11);
/// MySQL's `add primary key` is written with a name, as other keys are.
pub(super) const PRIMARY_HAS_NAME: Majors = until(8);
/// Quotes in string defaults are doubled.
pub(super) const DEFAULTS_ARE_ESCAPED: Majors = since(12);
/// The prefix of `schema.table` goes to the table. Before, it goes to the schema, twice.
pub(super) const PREFIX_GOES_TO_TABLE: Majors = since(11);
/// `column->path` in a column's name is a path into JSON.
pub(super) const HAS_JSON_PATHS: Majors = since(9);
/// MariaDB's JSON paths use `json_value`.
pub(super) const MARIADB_JSON_VALUE: Majors = since(12);
/// MariaDB's uuid columns are `uuid` only where the server has that type.
pub(super) const MARIADB_UUID_ASKS_SERVER: Majors = since(12);
/// PostgreSQL's generated columns that are not stored say `virtual`.
pub(super) const POSTGRES_SAYS_VIRTUAL: Majors = since(12);
/// PostgreSQL's identity is part of the type.
pub(super) const IDENTITY_IN_TYPE: Majors = until(9);
/// PostgreSQL's sequences restart by `setval`.
pub(super) const START_BY_SETVAL: Majors = since(12);
/// PostgreSQL's names of sequences and primary keys are those of the table without its schema; before, a dot stays.
pub(super) const NAMES_LEAVE_SCHEMA_OUT: Majors = since(11);
/// PostgreSQL's names of primary keys begin with a prefix.
pub(super) const PRIMARY_NAME_HAS_PREFIX: Majors = since(10);
/// PostgreSQL's names of primary keys and sequences begin with the prefix, whether those of indexes do or not.
pub(super) const PREFIX_IS_IN_ALL_NAMES: Majors = since(12);
/// PostgreSQL: what `change()` does to a serial column: its type, default and identity stay.
pub(super) const CHANGE_KEEPS_SERIAL: Majors = since(11);
/// `foreignIdFor` knows ULIDs.
pub(super) const MODELS_HAVE_ULIDS: Majors = since(10);
/// `constrained()` after `foreignIdFor` refers to the model's own table and key.
pub(super) const CONSTRAINED_ASKS_MODEL: Majors = since(11);
/// Expressions turn into their text where a string is wanted.
pub(super) const EXPRESSIONS_ARE_STRINGS: Majors = until(9);
/// PostgreSQL's unique constraints stand on an index that is built first, where an algorithm asks for it.
pub(super) const UNIQUE_HAS_ALGORITHM: Majors = since(12);
/// SQLite: what `alter table` cannot do is done by rebuilding the table, without doctrine/dbal.
pub(super) const SQLITE_REBUILDS: Majors = since(11);
/// SQLite: `schema.table` is a table of an attached database, and its indexes are made there.
pub(super) const SQLITE_KNOWS_SCHEMAS: Majors = since(12);
/// SQLite: a stored generated column is not added to a table that stands, and nothing is said of it.
pub(super) const STORED_IS_NOT_ADDED: Majors = until(10);
/// SQLite: `pragma foreign_keys = 0`. Before, `PRAGMA foreign_keys = OFF`.
pub(super) const PRAGMA_IS_LOWER_CASE: Majors = since(12);
/// SQL Server's `change()` needs doctrine/dbal, whatever else is set.
pub(super) const SQLSERVER_CHANGE_NEEDS_DOCTRINE: Majors = until(9);
/// SQL Server: names of objects in strings are quoted, with prefix and schema, and the strings are Unicode's.
pub(super) const SQLSERVER_QUOTES_IN_STRINGS: Majors = since(11);
/// SQL Server: the names of dropped columns stand apart by comma and space.
pub(super) const SQLSERVER_SPACES_LISTS: Majors = since(12);
/// SQL Server: `temporary()` puts `#` before the prefix of the new table's name, and there alone. Before, `#` replaces the
/// prefix in all names of tables.
pub(super) const TEMPORARY_KEEPS_PREFIX: Majors = since(12);
