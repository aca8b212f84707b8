//! The grammar of SQL Server.

mod modifiers;
mod types;

use std::borrow::Cow;

use super::context::{Context, Dialect, attribute, name};
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{
    RENAME_NEEDS_DOCTRINE, SQLSERVER_CHANGE_NEEDS_DOCTRINE, SQLSERVER_QUOTES_IN_STRINGS, SQLSERVER_SPACES_LISTS,
    TEMPORARY_KEEPS_PREFIX,
};
use crate::laravel::blueprint::{Blueprint, CompileError, CompiledStatement, doctrine, text};

pub(in crate::laravel::blueprint) const DIALECT: Dialect = Dialect {
    grammar: "SqlServerGrammar",
    types: types::TYPES,
    modifiers: modifiers::MODIFIERS,
    strings: &["collation"],
};

/// The settings, with the prefix that up to Laravel 11 a temporary table of SQL Server puts in the place of any other.
pub(in crate::laravel::blueprint) fn settings<'a>(blueprint: &Blueprint, settings: &'a Settings) -> Cow<'a, Settings> {
    if settings.engine == Engine::Sqlserver && is_temporary(blueprint) && !TEMPORARY_KEEPS_PREFIX.include(settings) {
        return Cow::Owned(Settings { prefix: "#".to_owned(), ..settings.clone() });
    }
    Cow::Borrowed(settings)
}

pub(in crate::laravel::blueprint) fn compile(
    context: &Context,
    command: &Command,
) -> Result<Vec<CompiledStatement>, CompileError> {
    context.refuse_json_paths(command)?;
    match command {
        Command::Create => create(context).map(|create| vec![create]),
        Command::Add(columns) => add(context, columns).map(|add| vec![add]),
        Command::Change(columns) if context.asks_doctrine(SQLSERVER_CHANGE_NEEDS_DOCTRINE) => {
            doctrine::change(context, columns)
        }
        Command::Change(columns) => change(context, columns),
        Command::Named(command) => named(context, command),
        Command::Default(column) => Ok(default_of_changed(context, column).into_iter().collect()),
        Command::Start(_) | Command::Comment(_) | Command::Rebuild(_) => Ok(Vec::new()),
    }
}

fn is_temporary(blueprint: &Blueprint) -> bool {
    blueprint.property("temporary").is_some_and(text::is_true)
}

fn create(context: &Context) -> Result<CompiledStatement, CompileError> {
    let blueprint = context.blueprint;
    let has_hash = is_temporary(blueprint) && TEMPORARY_KEEPS_PREFIX.include(context.settings);
    let prefix = format!("{}{}", if has_hash { "#" } else { "" }, context.settings.prefix);
    let table = context.quote_table_with(&prefix, &blueprint.table);
    let mut parts = Vec::new();
    for column in blueprint.columns().filter(|column| !column.is_changed()) {
        parts.push((context.column(column)?, column.span));
    }
    let mut statement = CompiledStatement::new(format!("create table {table} ("), blueprint.span);
    statement.push_list(parts);
    statement.push(")");
    Ok(statement)
}

fn add(context: &Context, columns: &[&Definition]) -> Result<CompiledStatement, CompileError> {
    let mut parts = Vec::new();
    for column in columns {
        parts.push((context.column(column)?, column.span));
    }
    let alter = format!("alter table {} add ", context.table());
    let mut statement = CompiledStatement::new(alter, context.span_of(columns));
    statement.push_list(parts);
    Ok(statement)
}

/// A column with a default constraint cannot be altered, so those go first.
fn change(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let names: Vec<String> = columns.iter().map(|column| column.name()).collect();
    let drop = drop_defaults(context, &format!("'{}'", names.join("','")));
    let mut statements = vec![CompiledStatement::new(drop, context.span_of(columns))];
    for column in columns {
        let sql = format!("alter table {} alter column {}", context.table(), context.column(column)?);
        statements.push(CompiledStatement::new(sql, column.span));
    }
    Ok(statements)
}

fn default_of_changed(context: &Context, column: &Definition) -> Option<CompiledStatement> {
    // `useCurrent()` becomes a default when the type is written, which a new table does not do for a changed column.
    let has_default = column.get("default").is_some() || !context.blueprint.is_creating();
    let default = context.default(column).filter(|_| column.is_changed() && has_default)?;
    let column_name = context.quote(&name(column));
    let sql = format!("alter table {} add default {default} for {column_name}", context.table());
    Some(CompiledStatement::new(sql, column.span))
}

/// A command that Laravel's grammar has no method for is skipped.
fn named(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if let Some(refused) = context.refusal(command) {
        return Err(refused);
    }
    let table = context.table();
    let index = || context.quote(&attribute(command, "index"));
    let columns = || context.quote_all(&command.list("columns"));
    let sql = match command.name().as_str() {
        "primary" => format!("alter table {table} add constraint {} primary key ({})", index(), columns()),
        "unique" => format!("create unique index {} on {table} ({}){}", index(), columns(), online(command)),
        "index" => format!("create index {} on {table} ({}){}", index(), columns(), online(command)),
        "spatialIndex" => format!("create spatial index {} on {table} ({})", index(), columns()),
        "foreign" => context.foreign_key(command),
        "drop" => format!("drop table {table}"),
        "dropIfExists" => drop_if_exists(context),
        "dropColumn" => drop_columns(context, command),
        "dropPrimary" | "dropForeign" => format!("alter table {table} drop constraint {}", index()),
        "dropUnique" | "dropIndex" | "dropSpatialIndex" => format!("drop index {} on {table}", index()),
        "rename" => rename(context, command),
        "renameColumn" if context.asks_doctrine(RENAME_NEEDS_DOCTRINE) => return doctrine::rename(context, command),
        "renameColumn" => rename_part(context, command, "COLUMN"),
        "renameIndex" => rename_part(context, command, "INDEX"),
        _ => return Ok(Vec::new()),
    };
    Ok(Context::statement(sql, command))
}

fn online(index: &Definition) -> &'static str {
    if index.is_true("online") { " with (online = on)" } else { "" }
}

fn drop_if_exists(context: &Context) -> String {
    let table = context.table();
    if SQLSERVER_QUOTES_IN_STRINGS.include(context.settings) {
        return format!("if object_id({}, 'U') is not null drop table {table}", string(&table));
    }
    let name = plain_name(context).replace('\'', "''");
    format!("if exists (select * from sys.sysobjects where id = object_id('{name}', 'U')) drop table {table}")
}

fn drop_columns(context: &Context, command: &Definition) -> String {
    let columns = command.list("columns");
    let separator = if SQLSERVER_SPACES_LISTS.include(context.settings) { "', '" } else { "','" };
    let names = format!("'{}'", columns.iter().map(text::text).collect::<Vec<_>>().join(separator));
    format!(
        "{};alter table {} drop column {}",
        drop_defaults(context, &names),
        context.table(),
        context.quote_all(&columns),
    )
}

/// Drops the default constraints of the columns, whose names SQL Server made up.
fn drop_defaults(context: &Context, columns: &str) -> String {
    let (table, name) = if SQLSERVER_QUOTES_IN_STRINGS.include(context.settings) {
        (context.table(), string(&context.table()))
    } else {
        let table = format!("[dbo].[{}]", plain_name(context));
        (table.clone(), format!("'{table}'"))
    };
    format!(
        "DECLARE @sql NVARCHAR(MAX) = '';\
         SELECT @sql += 'ALTER TABLE {table} DROP CONSTRAINT ' + OBJECT_NAME([default_object_id]) + ';' \
         FROM sys.columns \
         WHERE [object_id] = OBJECT_ID({name}) AND [name] in ({columns}) AND [default_object_id] <> 0;\
         EXEC(@sql)"
    )
}

fn rename(context: &Context, command: &Definition) -> String {
    let (from, to) = (context.table(), context.quote_table(&command.text("to")));
    let from = if SQLSERVER_QUOTES_IN_STRINGS.include(context.settings) { string(&from) } else { from };
    format!("sp_rename {from}, {to}")
}

/// Renames a column or an index. Up to Laravel 10 the two are not written alike.
fn rename_part(context: &Context, command: &Definition, kind: &str) -> String {
    let (from, to) = (attribute(command, "from"), context.quote(&attribute(command, "to")));
    if SQLSERVER_QUOTES_IN_STRINGS.include(context.settings) {
        let from = format!("{}.{}", context.table(), context.quote(&from));
        return format!("sp_rename {}, {to}, N'{kind}'", string(&from));
    }
    let from = context.quote_name(&format!("{}.{}", context.blueprint.table, text::text(&from)));
    let unicode = if kind == "INDEX" { "N" } else { "" };
    format!("sp_rename {unicode}'{from}', {to}, {unicode}'{kind}'")
}

/// The table's name with its prefix, without quotes.
fn plain_name(context: &Context) -> String {
    format!("{}{}", context.settings.prefix, context.blueprint.table)
}

/// A Unicode string, in which Laravel escapes nothing.
fn string(text: &str) -> String {
    format!("N'{text}'")
}
