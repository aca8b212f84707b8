//! The grammar of PostgreSQL.

mod index;
mod modifiers;
mod types;

use super::context::{Context, Dialect, attribute, name, quoted};
use crate::laravel::Value;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{
    CHANGE_NEEDS_DOCTRINE, CHANGE_RESETS_COMMENT, NAMES_LEAVE_SCHEMA_OUT, PREFIX_IS_IN_ALL_NAMES,
    PRIMARY_NAME_HAS_PREFIX, RENAME_NEEDS_DOCTRINE, START_BY_SETVAL, START_IS_A_COMMAND,
};
use crate::laravel::blueprint::{CompileError, CompiledStatement, doctrine, text};

pub(in crate::laravel::blueprint) const DIALECT: Dialect = Dialect {
    grammar: "PostgresGrammar",
    types: types::TYPES,
    modifiers: modifiers::MODIFIERS,
    strings: &["generatedAs"],
};

pub(in crate::laravel::blueprint) fn compile(
    context: &Context,
    command: &Command,
) -> Result<Vec<CompiledStatement>, CompileError> {
    context.refuse_json_paths(command)?;
    match command {
        Command::Create => create(context),
        Command::Add(columns) => add(context, columns),
        Command::Change(columns) if context.asks_doctrine(CHANGE_NEEDS_DOCTRINE) => doctrine::change(context, columns),
        Command::Change(columns) => Ok(vec![change(context, columns)?]),
        Command::Named(command) if command.name() == "renameColumn" => rename_column(context, command),
        Command::Named(command) => Ok(named(context, command)),
        Command::Start(column) => Ok(start(context, column).into_iter().collect()),
        Command::Comment(column) => Ok(comment(context, column).into_iter().collect()),
        Command::Default(_) | Command::Rebuild(_) => Ok(Vec::new()),
    }
}

fn create(context: &Context) -> Result<Vec<CompiledStatement>, CompileError> {
    let blueprint = context.blueprint;
    let mut parts = Vec::new();
    for column in blueprint.columns().filter(|column| !column.is_changed()) {
        parts.push((context.column(column)?, column.span));
    }
    let is_temporary = blueprint.property("temporary").is_some_and(text::is_true);
    let create = if is_temporary { "create temporary" } else { "create" };
    let mut statement = CompiledStatement::new(format!("{create} table {} (", context.table()), blueprint.span);
    statement.push_list(parts);
    statement.push(")");
    let mut statements = vec![statement];
    statements.extend(starts(context));
    Ok(statements)
}

fn add(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let mut parts = Vec::new();
    for column in columns {
        parts.push((format!("add column {}", context.column(column)?), column.span));
    }
    let mut statements = vec![alter(context, columns, parts)];
    statements.extend(starts(context));
    Ok(statements)
}

fn change(context: &Context, columns: &[&Definition]) -> Result<CompiledStatement, CompileError> {
    let mut parts = Vec::new();
    for column in columns {
        let prefix = format!("alter column {}", context.quote(&name(column)));
        for change in modifiers::changes(context, column)? {
            parts.push((format!("{prefix} {change}"), column.span));
        }
    }
    Ok(alter(context, columns, parts))
}

fn alter(context: &Context, columns: &[&Definition], parts: Vec<(String, crate::source::Span)>) -> CompiledStatement {
    let mut statement = CompiledStatement::new(format!("alter table {} ", context.table()), context.span_of(columns));
    statement.push_list(parts);
    statement
}

fn rename_column(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if context.asks_doctrine(RENAME_NEEDS_DOCTRINE) {
        return doctrine::rename(context, command);
    }
    let (from, to) = (attribute(command, "from"), attribute(command, "to"));
    let sql =
        format!("alter table {} rename column {} to {}", context.table(), context.quote(&from), context.quote(&to));
    Ok(Context::statement(sql, command))
}

/// A command that Laravel's grammar has no method for is skipped.
fn named(context: &Context, command: &Definition) -> Vec<CompiledStatement> {
    let table = context.table();
    let index = || context.quote(&attribute(command, "index"));
    let sql = match command.name().as_str() {
        "primary" => format!("alter table {table} add primary key ({})", context.quote_all(&command.list("columns"))),
        "unique" => return index::unique(context, command),
        "index" => index::plain(context, command),
        "fulltext" => index::fulltext(context, command),
        "spatialIndex" => index::spatial(context, command),
        "vectorIndex" => index::vector(context, command),
        "foreign" => index::foreign(context, command),
        "drop" => format!("drop table {table}"),
        "dropIfExists" => format!("drop table if exists {table}"),
        "dropColumn" => drop_columns(context, command),
        "dropPrimary" => {
            format!("alter table {table} drop constraint {}", context.quote_name(&primary_key_name(context)))
        }
        "dropUnique" | "dropForeign" => format!("alter table {table} drop constraint {}", index()),
        "dropIndex" | "dropFullText" | "dropSpatialIndex" => format!("drop index {}", index()),
        "rename" => format!("alter table {table} rename to {}", context.quote_table(&command.text("to"))),
        "renameIndex" => {
            let (from, to) = (attribute(command, "from"), attribute(command, "to"));
            format!("alter index {} rename to {}", context.quote(&from), context.quote(&to))
        }
        "tableComment" => format!("comment on table {table} is {}", quoted(&command.text("comment"))),
        _ => return Vec::new(),
    };
    Context::statement(sql, command)
}

fn drop_columns(context: &Context, command: &Definition) -> String {
    let columns: Vec<String> =
        command.list("columns").iter().map(|column| format!("drop column {}", context.quote(column))).collect();
    format!("alter table {} {}", context.table(), columns.join(", "))
}

/// The table's name as part of the names that PostgreSQL itself gives.
fn table_in_names<'a>(context: &'a Context) -> &'a str {
    let table = context.blueprint.table.as_str();
    match table.rsplit_once('.') {
        Some((_, table)) if NAMES_LEAVE_SCHEMA_OUT.include(context.settings) => table,
        _ => table,
    }
}

fn primary_key_name(context: &Context) -> String {
    let prefix = if PRIMARY_NAME_HAS_PREFIX.include(context.settings) { prefix_in_names(context) } else { "" };
    format!("{prefix}{}_pkey", table_in_names(context))
}

fn prefix_in_names<'a>(context: &'a Context) -> &'a str {
    let settings = context.settings;
    if settings.prefix_indexes || PREFIX_IS_IN_ALL_NAMES.include(settings) { &settings.prefix } else { "" }
}

/// Up to Laravel 9 the statements that follow the one that adds the columns.
fn starts(context: &Context) -> Vec<CompiledStatement> {
    if START_IS_A_COMMAND.include(context.settings) {
        return Vec::new();
    }
    let added = context.blueprint.columns().filter(|column| !column.is_changed());
    let counting = added.filter(|column| column.get("autoIncrement") == Some(&Value::Bool(true)));
    counting.filter_map(|column| start(context, column)).collect()
}

fn start(context: &Context, column: &Definition) -> Option<CompiledStatement> {
    let value = Context::start_of(column)?;
    let column_name = column.name();
    let sql = if START_BY_SETVAL.include(context.settings) {
        format!("select setval(pg_get_serial_sequence('{}', '{column_name}'), {value}, false)", context.table())
    } else {
        let prefix = if NAMES_LEAVE_SCHEMA_OUT.include(context.settings) { prefix_in_names(context) } else { "" };
        format!("alter sequence {prefix}{}_{column_name}_seq restart with {value}", table_in_names(context))
    };
    Some(CompiledStatement::new(sql, column.span))
}

fn comment(context: &Context, column: &Definition) -> Option<CompiledStatement> {
    let resets = column.is_changed() && CHANGE_RESETS_COMMENT.include(context.settings);
    let comment = match column.get("comment") {
        Some(_) => quoted(&column.text("comment")),
        None if resets => "NULL".to_owned(),
        None => return None,
    };
    let sql = format!("comment on column {}.{} is {comment}", context.table(), context.quote(&name(column)));
    Some(CompiledStatement::new(sql, column.span))
}
