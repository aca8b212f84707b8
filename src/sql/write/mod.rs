//! The way back: the SQL that asks an engine for a typed change.
//!
//! Takes a change, gives one statement without a semicolon; `None` where the engine has no statement for it alone, or
//! where the change does not say all that the statement would. What is written here is read again like any other SQL.

mod parts;

pub use parts::Dialect;

use crate::change::{
    AddIndex, AddPrimaryKey, ChangeType, CreateTable, DropColumn, DropConstraint, DropIndex, DropTable, RedefineColumn,
    RenameColumn, RenameIndex, SchemaChange, TableName,
};
use crate::engine::Engine;

/// The statement that asks for `change`.
pub fn statement(change: &SchemaChange, engine: Engine) -> Option<String> {
    let dialect = Dialect(engine);
    let alter = |table: &TableName, action: String| Some(format!("alter table {} {action}", dialect.table_name(table)));
    match change {
        SchemaChange::CreateTable(create) => dialect.create_table(create),
        SchemaChange::DropTable(drop) => Some(dialect.drop_table(drop)),
        SchemaChange::ChangeTableOptions(change) if change.converts_columns && engine.is_mysql_family() => {
            let charset = change.options.charset.as_ref()?;
            let collation = change.options.collation.as_ref().map_or(String::new(), |name| format!(" collate {name}"));
            alter(&change.table, format!("convert to character set {charset}{collation}"))
        }
        SchemaChange::RenameTable(rename) if engine == Engine::Sqlserver => {
            Some(format!("exec sp_rename '{}', '{}'", rename.table, rename.to.name))
        }
        SchemaChange::RenameTable(rename) if engine.is_mysql_family() => {
            Some(format!("rename table {} to {}", dialect.table_name(&rename.table), dialect.table_name(&rename.to)))
        }
        SchemaChange::RenameTable(rename) if rename.to.schema.is_some() && rename.to.schema != rename.table.schema => {
            let schema = rename.to.schema.as_ref().filter(|_| rename.to.name == rename.table.name)?;
            alter(&rename.table, format!("set schema {}", engine.quote(schema)))
        }
        SchemaChange::RenameTable(rename) => {
            alter(&rename.table, format!("rename to {}", engine.quote(&rename.to.name)))
        }
        SchemaChange::AddColumn(add) => {
            let word = if engine == Engine::Sqlserver { "add" } else { "add column" };
            alter(&add.table, format!("{word} {}", dialect.whole_column(&add.column)))
        }
        SchemaChange::DropColumn(drop) => alter(&drop.table, dialect.drop_column(drop)),
        SchemaChange::RenameColumn(rename) => Some(dialect.rename_column(rename)),
        SchemaChange::RedefineColumn(redefine) => alter(&redefine.table, dialect.redefine(redefine)?),
        SchemaChange::ChangeType(change) => alter(&change.table, dialect.change_type(change)?),
        SchemaChange::SetNotNull(set) => {
            alter(&set.table, dialect.of_column(&set.column, "set not null", engine == Engine::Postgresql)?)
        }
        SchemaChange::DropNotNull(drop) => {
            alter(&drop.table, dialect.of_column(&drop.column, "drop not null", engine == Engine::Postgresql)?)
        }
        SchemaChange::SetDefault(set) => {
            let default = format!("set default {}", dialect.default(&set.default));
            alter(&set.table, dialect.of_column(&set.column, &default, dialect.alters_defaults())?)
        }
        SchemaChange::DropDefault(drop) => {
            alter(&drop.table, dialect.of_column(&drop.column, "drop default", dialect.alters_defaults())?)
        }
        SchemaChange::AddIndex(add) => dialect.add_index(add),
        SchemaChange::DropIndex(drop) => dialect.drop_index(drop),
        SchemaChange::RenameIndex(rename) => dialect.rename_index(rename),
        SchemaChange::AddPrimaryKey(add) => alter(&add.table, dialect.add_primary_key(add)),
        SchemaChange::DropPrimaryKey(drop) => {
            engine.is_mysql_family().then(|| alter(&drop.table, "drop primary key".to_owned())).flatten()
        }
        SchemaChange::AddForeignKey(add) => {
            let validity = if add.is_not_valid { " not valid" } else { "" };
            alter(&add.table, format!("add {}{validity}", dialect.foreign_key(&add.foreign_key)))
        }
        SchemaChange::AddCheck(add) => alter(&add.table, format!("add {}", dialect.check(add))),
        SchemaChange::ValidateConstraint(validate) => {
            alter(&validate.table, format!("validate constraint {}", engine.quote(&validate.name)))
        }
        SchemaChange::DropConstraint(drop) => alter(&drop.table, dialect.drop_constraint(drop)),
        _ => None,
    }
}

/// The statement with ALGORITHM= and LOCK=, so that the server refuses to do it in a heavier way (MySQL family).
pub fn with_clauses(statement: &str, algorithm: &str, lock: Option<&str>) -> String {
    let lock = lock.map_or(String::new(), |lock| format!(", lock={lock}"));
    format!("{statement}, algorithm={algorithm}{lock}")
}

/// What a session says before it changes a table, so that it gives up rather than have everyone queue behind it.
pub fn guards(engine: Engine) -> &'static [&'static str] {
    match engine {
        // Below PostgreSQL's deadlock_timeout of a second: it is the migration that gives up, before the server looks for a
        // deadlock and ends whoever looks first, which may be a transaction of the application.
        Engine::Postgresql => &["set lock_timeout = '900ms'"],
        Engine::Mysql | Engine::Mariadb => &["set session lock_wait_timeout = 5"],
        Engine::Sqlserver => &["set lock_timeout 2000"],
        Engine::Sqlite => &["pragma busy_timeout = 2000"],
    }
}

impl Dialect {
    fn create_table(self, create: &CreateTable) -> Option<String> {
        if create.has_more_columns || !create.sources.is_empty() || create.is_partitioned {
            return None;
        }
        let mut parts: Vec<String> = create.columns.iter().map(|column| self.whole_column(column)).collect();
        if !create.primary_key.is_empty() {
            let name = self.named(create.primary_key_name.as_deref());
            parts.push(format!("{name} primary key ({})", self.names(&create.primary_key)).trim_start().to_owned());
        }
        parts.extend(create.indexes.iter().map(|index| match (index.is_unique, self.0.is_mysql_family()) {
            (true, _) => self.unique(index),
            (false, _) => self.added_index(index),
        }));
        parts.extend(create.foreign_keys.iter().map(|key| self.foreign_key(key)));
        parts.extend(create.checks.iter().map(|check| self.check(check)));
        let (name, options) = (self.table_name(&create.table), self.options(&create.options));
        Some(format!("create table {name} ({}){options}", parts.join(", ")))
    }

    fn drop_table(self, drop: &DropTable) -> String {
        let if_exists = if drop.if_exists { "if exists " } else { "" };
        let cascade = if drop.cascade { " cascade" } else { "" };
        format!("drop table {if_exists}{}{cascade}", self.table_name(&drop.table))
    }

    fn drop_column(self, drop: &DropColumn) -> String {
        let if_exists = if drop.if_exists { "if exists " } else { "" };
        let cascade = if drop.cascade { " cascade" } else { "" };
        format!("drop column {if_exists}{}{cascade}", self.0.quote(&drop.column))
    }

    fn rename_column(self, rename: &RenameColumn) -> String {
        let RenameColumn { table, column, to } = rename;
        if self.0 == Engine::Sqlserver {
            return format!("exec sp_rename '{table}.{column}', '{to}', 'COLUMN'");
        }
        let (table, column, to) = (self.table_name(table), self.0.quote(column), self.0.quote(to));
        format!("alter table {table} rename column {column} to {to}")
    }

    fn redefine(self, redefine: &RedefineColumn) -> Option<String> {
        let definition = self.whole_column(&redefine.definition);
        if !self.0.is_mysql_family() {
            return None;
        }
        Some(if redefine.column == redefine.definition.name {
            format!("modify column {definition}")
        } else {
            format!("change column {} {definition}", self.0.quote(&redefine.column))
        })
    }

    fn change_type(self, change: &ChangeType) -> Option<String> {
        let ChangeType { column, column_type, collation, using, .. } = change;
        let collation = collation.as_ref().map_or(String::new(), |name| format!(" collate {}", self.collation(name)));
        let using = using.as_ref().map_or(String::new(), |expression| format!(" using {expression}"));
        match self.0 {
            Engine::Postgresql => {
                Some(format!("alter column {} type {column_type}{collation}{using}", self.0.quote(column)))
            }
            _ => None,
        }
    }

    fn of_column(self, column: &str, action: &str, is_known: bool) -> Option<String> {
        is_known.then(|| format!("alter column {} {action}", self.0.quote(column)))
    }

    /// Whether a default can be changed without saying the rest of the column.
    fn alters_defaults(self) -> bool {
        self.0 == Engine::Postgresql || self.0.is_mysql_family()
    }

    fn add_index(self, add: &AddIndex) -> Option<String> {
        let AddIndex { table, index, .. } = add;
        let alter = |action: String| Some(format!("alter table {} add {action}", self.table_name(table)));
        if let Some(standing) = &add.using_index {
            let name = self.named(index.name.as_deref());
            return alter(format!("{name} unique using index {}", self.0.quote(standing)).trim_start().to_owned());
        }
        match (add.is_constraint, self.0.is_mysql_family()) {
            // EXCLUDE has operators, which a change does not keep.
            (true, _) if !index.is_unique => None,
            (true, _) => alter(self.unique(index)),
            (false, true) => alter(self.added_index(index)),
            (false, false) => Some(self.create_index(table, index, add.is_concurrent)),
        }
    }

    fn drop_index(self, drop: &DropIndex) -> Option<String> {
        let if_exists = if drop.if_exists { "if exists " } else { "" };
        let name = self.0.quote(&drop.name);
        match self.0 {
            Engine::Mysql | Engine::Mariadb => {
                let table = drop.table.as_ref()?;
                Some(format!("alter table {} drop index {name}", self.table_name(table)))
            }
            Engine::Sqlserver => {
                let table = drop.table.as_ref()?;
                Some(format!("drop index {if_exists}{name} on {}", self.table_name(table)))
            }
            Engine::Postgresql | Engine::Sqlite => {
                let concurrently = if drop.is_concurrent { "concurrently " } else { "" };
                let schema = drop.table.as_ref().and_then(|table| table.schema.as_ref());
                let schema = schema.map_or(String::new(), |schema| self.0.quote(schema) + ".");
                Some(format!("drop index {concurrently}{if_exists}{schema}{name}"))
            }
        }
    }

    fn rename_index(self, rename: &RenameIndex) -> Option<String> {
        let (name, to) = (self.0.quote(&rename.name), self.0.quote(&rename.to));
        match (self.0, &rename.table) {
            (Engine::Mysql | Engine::Mariadb, Some(table)) => {
                Some(format!("alter table {} rename index {name} to {to}", self.table_name(table)))
            }
            (Engine::Postgresql, Some(table)) => {
                Some(format!("alter table {} rename constraint {name} to {to}", self.table_name(table)))
            }
            (Engine::Postgresql, None) => Some(format!("alter index {name} rename to {to}")),
            _ => None,
        }
    }

    fn add_primary_key(self, add: &AddPrimaryKey) -> String {
        let name = self.named(add.name.as_deref());
        let key = match &add.using_index {
            Some(index) => format!("primary key using index {}", self.0.quote(index)),
            None => format!("primary key ({})", self.names(&add.columns)),
        };
        format!("add{name} {key}")
    }

    fn drop_constraint(self, drop: &DropConstraint) -> String {
        let if_exists = if drop.if_exists { "if exists " } else { "" };
        let cascade = if drop.cascade { " cascade" } else { "" };
        format!("drop constraint {if_exists}{}{cascade}", self.0.quote(&drop.name))
    }
}
