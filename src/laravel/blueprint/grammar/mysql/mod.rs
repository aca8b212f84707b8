//! The grammar of MySQL and MariaDB.

mod legacy_rename;
mod modifiers;
mod types;

use super::context::{Context, Dialect, attribute, name, quoted};
use crate::laravel::Value;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{
    CHANGE_NEEDS_DOCTRINE, PRIMARY_HAS_NAME, PRIMARY_IN_CREATE, RENAME_NEEDS_DOCTRINE, START_IS_A_COMMAND, since,
};
use crate::laravel::blueprint::{CompileError, CompiledStatement, doctrine, text};

pub(in crate::laravel::blueprint) const DIALECT: Dialect = Dialect {
    grammar: "MySqlGrammar",
    types: types::TYPES,
    modifiers: modifiers::MODIFIERS,
    strings: &["charset", "collation"],
};

pub(in crate::laravel::blueprint) fn compile(
    context: &Context,
    command: &Command,
) -> Result<Vec<CompiledStatement>, CompileError> {
    match command {
        Command::Create => create(context),
        Command::Add(columns) => add(context, columns),
        Command::Change(columns) if context.asks_doctrine(CHANGE_NEEDS_DOCTRINE) => doctrine::change(context, columns),
        Command::Change(columns) => Ok(vec![change(context, columns)?]),
        Command::Named(command) if command.name() == "renameColumn" => rename_column(context, command),
        Command::Named(command) => named(context, command),
        Command::Start(column) => Ok(start(context, column).into_iter().collect()),
        Command::Comment(_) | Command::Default(_) | Command::Rebuild(_) => Ok(Vec::new()),
    }
}

fn create(context: &Context) -> Result<Vec<CompiledStatement>, CompileError> {
    let blueprint = context.blueprint;
    let mut parts = Vec::new();
    for column in blueprint.columns().filter(|column| !column.is_changed()) {
        parts.push((context.column(column)?, column.span));
    }
    if let Some(primary) = blueprint.command("primary").filter(|_| PRIMARY_IN_CREATE.include(context.settings)) {
        parts.push((format!("primary key {}", key_parts(context, primary)), primary.span));
    }
    let is_temporary = blueprint.property("temporary").is_some_and(text::is_true);
    let create = if is_temporary { "create temporary" } else { "create" };
    let mut statement = CompiledStatement::new(format!("{create} table {} (", context.table()), blueprint.span);
    statement.push_list(parts);
    statement.push(")");
    statement.push(&table_options(context));
    let mut statements = vec![statement];
    statements.extend(starts(context));
    Ok(statements)
}

/// What the blueprint says of the table, or else the connection.
fn table_options(context: &Context) -> String {
    let settings = context.settings;
    let option = |name: &str, configured: &Option<String>| {
        let own = context.blueprint.property(name).map(text::text);
        own.or_else(|| configured.clone())
    };
    [
        option("charset", &settings.charset).map(|charset| format!(" default character set {charset}")),
        option("collation", &settings.collation).map(|collation| format!(" collate '{collation}'")),
        option("engine", &settings.storage_engine).map(|engine| format!(" engine = {engine}")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn add(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let mut parts = Vec::new();
    for column in columns {
        parts.push((format!("add {}{}", context.column(column)?, online_clauses(column)), column.span));
    }
    let mut statement = CompiledStatement::new(format!("alter table {} ", context.table()), context.span_of(columns));
    statement.push_list(parts);
    let mut statements = vec![statement];
    statements.extend(starts(context));
    Ok(statements)
}

fn change(context: &Context, columns: &[&Definition]) -> Result<CompiledStatement, CompileError> {
    let mut parts = Vec::new();
    for column in columns {
        let (verb, new_name) = match column.get("renameTo") {
            None => ("modify", String::new()),
            Some(new_name) => ("change", format!(" {}", context.quote(new_name))),
        };
        let definition = format!("{}{}", context.type_of(column)?, context.modifiers(column));
        let column_name = context.quote(&name(column));
        parts.push((format!("{verb} {column_name}{new_name} {definition}{}", online_clauses(column)), column.span));
    }
    let mut statement = CompiledStatement::new(format!("alter table {} ", context.table()), context.span_of(columns));
    statement.push_list(parts);
    Ok(statement)
}

fn rename_column(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if context.asks_doctrine(RENAME_NEEDS_DOCTRINE) {
        return doctrine::rename(context, command);
    }
    let oldest = if context.has_mariadb_grammar() { "10.5.2+" } else { "8.0.3+" };
    if since(11).include(context.settings) && context.settings.is_older_than(oldest) {
        return legacy_rename::rename(context, command).map_err(|reason| CompileError::Unknown {
            reason: format!(
                "before {} Laravel declares a renamed column anew, and {reason}",
                oldest.trim_end_matches('+')
            ),
            span: command.span,
        });
    }
    let (from, to) = (attribute(command, "from"), attribute(command, "to"));
    let sql =
        format!("alter table {} rename column {} to {}", context.table(), context.quote(&from), context.quote(&to));
    Ok(Context::statement(sql, command))
}

/// A command that Laravel's grammar has no method for is skipped.
fn named(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    let table = context.table();
    let index = || context.quote(&attribute(command, "index"));
    let sql = match command.name().as_str() {
        "primary" if is_in_create(context, command) => return Ok(Vec::new()),
        "primary" if PRIMARY_HAS_NAME.include(context.settings) => key(context, command, "primary key"),
        "primary" => {
            format!("alter table {table} add primary key {}{}", key_parts(context, command), online_clauses(command))
        }
        "unique" => key(context, command, "unique"),
        "index" => key(context, command, "index"),
        "fulltext" => key(context, command, "fulltext"),
        "spatialIndex" => key(context, command, "spatial index"),
        "vectorIndex" => return vector_index(context, command),
        "foreign" => format!("{}{}", context.foreign_key(command), online_clauses(command)),
        "drop" => format!("drop table {table}"),
        "dropIfExists" => format!("drop table if exists {table}"),
        "dropColumn" => drop_columns(context, command),
        "dropPrimary" => format!("alter table {table} drop primary key"),
        "dropUnique" | "dropIndex" | "dropFullText" | "dropSpatialIndex" => {
            format!("alter table {table} drop index {}", index())
        }
        "dropForeign" => format!("alter table {table} drop foreign key {}", index()),
        "rename" => format!("rename table {table} to {}", context.quote_table(&command.text("to"))),
        "renameIndex" => {
            let (from, to) = (attribute(command, "from"), attribute(command, "to"));
            format!("alter table {table} rename index {} to {}", context.quote(&from), context.quote(&to))
        }
        "tableComment" => format!("alter table {table} comment = {}", quoted(&command.text("comment"))),
        _ => return Ok(Vec::new()),
    };
    Ok(Context::statement(sql, command))
}

/// The first primary command of a new table is part of the `create`.
fn is_in_create(context: &Context, command: &Definition) -> bool {
    let blueprint = context.blueprint;
    let is_first = blueprint.command("primary").is_some_and(|first| std::ptr::eq(first, command));
    is_first && blueprint.is_creating() && PRIMARY_IN_CREATE.include(context.settings)
}

fn key(context: &Context, command: &Definition, kind: &str) -> String {
    let algorithm =
        if command.is_true("algorithm") { format!(" using {}", command.text("algorithm")) } else { String::new() };
    format!(
        "alter table {} add {kind} {}{algorithm}({}){}",
        context.table(),
        context.quote(&attribute(command, "index")),
        context.quote_all(&command.list("columns")),
        online_clauses(command),
    )
}

fn key_parts(context: &Context, primary: &Definition) -> String {
    let algorithm =
        if primary.is_true("algorithm") { format!("using {}", primary.text("algorithm")) } else { String::new() };
    format!("{algorithm}({})", context.quote_all(&primary.list("columns")))
}

fn vector_index(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if !(context.has_mariadb_grammar() && since(13).include(context.settings)) {
        return context.refusal(command).map_or(Ok(Vec::new()), Err);
    }
    let options =
        command.get("operatorClass").map_or("M=6 DISTANCE=cosine".to_owned(), |_| command.text("operatorClass"));
    let sql = format!(
        "alter table {} add vector index {}({}) {options}{}",
        context.table(),
        context.quote(&attribute(command, "index")),
        context.quote_all(&command.list("columns")),
        online_clauses(command),
    );
    Ok(Context::statement(sql, command))
}

fn drop_columns(context: &Context, command: &Definition) -> String {
    let columns: Vec<String> =
        command.list("columns").iter().map(|column| format!("drop {}", context.quote(column))).collect();
    format!("alter table {} {}{}", context.table(), columns.join(", "), online_clauses(command))
}

/// `instant()` and `lock()`.
fn online_clauses(definition: &Definition) -> String {
    let instant = if definition.is_true("instant") { ", algorithm=instant" } else { "" };
    let lock = if definition.is_true("lock") { format!(", lock={}", definition.text("lock")) } else { String::new() };
    format!("{instant}{lock}")
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
    let sql = format!("alter table {} auto_increment = {value}", context.table());
    Some(CompiledStatement::new(sql, column.span))
}
