//! `change()` and `renameColumn()` as doctrine/dbal 3 sends them up to Laravel 10: it looks at the column as it stands and
//! writes what differs, in capitals and without quotes. The catalog stands in for the live table.

mod column;
mod keywords;
mod mysql;
mod postgres;

use self::column::DbalColumn;
use self::keywords::quoted_if_reserved;
use super::definition::Definition;
use super::grammar::Context;
use super::{CompileError, CompiledStatement};
use crate::answer::Answer;
use crate::catalog::Table;
use crate::engine::Engine;
use crate::source::Span;

/// A column before and after `change()`.
struct Changed<'a> {
    name: String,
    before: DbalColumn,
    after: DbalColumn,
    call: &'a Definition,
}

pub(super) fn change(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let span = context.span_of(columns);
    if !context.settings.has_doctrine {
        let message = format!(
            "Changing columns for table \"{}\" requires Doctrine DBAL. Please install the doctrine/dbal package.",
            context.blueprint.table
        );
        return Err(CompileError::Refused { message, span });
    }
    if matches!(context.settings.engine, Engine::Sqlite | Engine::Sqlserver) {
        return Err(unwritten(context, span));
    }
    let mut changed = Vec::new();
    for call in columns {
        let before = standing(context, &call.name(), call.span)?;
        let after = before.changed(call, context.settings)?;
        changed.push(Changed { name: call.name(), before, after, call });
    }
    Ok(if context.settings.engine.is_mysql_family() {
        mysql::change(context, &changed, span).into_iter().collect()
    } else {
        postgres::change(context, &changed)
    })
}

/// Why it is not known what doctrine/dbal sends for the command; without it, what PHP throws.
pub(super) fn unpredictable(context: &Context, command: &Definition) -> CompileError {
    if !context.settings.has_doctrine {
        return missing_driver(context, command.span);
    }
    unwritten(context, command.span)
}

fn unwritten(context: &Context, span: Span) -> CompileError {
    let reason = format!("what doctrine/dbal sends to {} is not known", context.settings.engine.title());
    CompileError::Unknown { reason, span }
}

fn missing_driver(context: &Context, span: Span) -> CompileError {
    let driver = match context.settings.engine {
        Engine::Mysql | Engine::Mariadb => "AbstractMySQLDriver",
        Engine::Postgresql => "AbstractPostgreSQLDriver",
        Engine::Sqlite => "AbstractSQLiteDriver",
        Engine::Sqlserver => "AbstractSQLServerDriver",
    };
    let message = format!("Class \"Doctrine\\DBAL\\Driver\\{driver}\" not found");
    CompileError::Refused { message, span }
}

pub(super) fn rename(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    let is_mysql_family = context.settings.engine.is_mysql_family();
    if !context.settings.has_doctrine {
        return Err(missing_driver(context, command.span));
    }
    if !is_mysql_family && context.settings.engine != Engine::Postgresql {
        return Err(unwritten(context, command.span));
    }
    let (from, to) = (command.text("from"), command.text("to"));
    let column = standing(context, &from, command.span);
    let (table, old, new) = (table(context), name(context, &from), name(context, &to));
    let sql = if is_mysql_family {
        let column = DbalColumn { charset: None, collation: None, ..column? };
        format!("ALTER TABLE {table} CHANGE {old} {new} {}", mysql::declaration(&column, context.settings))
    } else {
        if let Err(refused @ CompileError::Refused { .. }) = column {
            return Err(refused);
        }
        format!("ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    };
    Ok(vec![CompiledStatement::new(sql, command.span)])
}

/// The column as it stands before the statement.
fn standing(context: &Context, column: &str, span: Span) -> Result<DbalColumn, CompileError> {
    let settings = context.settings;
    let table_name = context.live_table();
    let table = context.catalog.table(&table_name);
    if let Some(standing) = table.and_then(|table| table.column(column, settings.engine)) {
        let options = table.map(|table| &table.options);
        return DbalColumn::standing(&standing.definition, options, settings)
            .map_err(|reason| CompileError::Unknown { reason, span });
    }
    let has_column = |table: &Table| table.has_column(column, settings.engine);
    if table.map_or(Answer::Unknown, has_column).is_no() {
        let message = format!("There is no column with name \"{column}\" on table \"{table_name}\".");
        return Err(CompileError::Refused { message, span });
    }
    let reason =
        format!("doctrine/dbal diffs the column `{column}` of `{table_name}`, which no migration here defines");
    Err(CompileError::Unknown { reason, span })
}

fn table(context: &Context) -> String {
    let prefixed = format!("{}{}", context.settings.prefix, context.blueprint.table);
    prefixed.split('.').map(|part| name(context, part)).collect::<Vec<_>>().join(".")
}

fn name(context: &Context, name: &str) -> String {
    quoted_if_reserved(name, context.settings.engine)
}
