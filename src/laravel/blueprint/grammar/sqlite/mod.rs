//! The grammar of SQLite.
//!
//! What SQLite's `alter table` cannot do, Laravel leaves to doctrine/dbal up to Laravel 10, and since 11 rebuilds the table
//! for it, which is in `rebuild`.

mod modifiers;
mod rebuild;
mod standing;
mod types;

use self::standing::Standing;
use super::context::{Context, Dialect, actions, attribute};
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{
    DROP_NEEDS_DOCTRINE, RENAME_NEEDS_DOCTRINE, SQLITE_KNOWS_SCHEMAS, SQLITE_REBUILDS, STORED_IS_NOT_ADDED, since,
};
use crate::laravel::blueprint::{CompileError, CompiledStatement, doctrine, text};

pub(in crate::laravel::blueprint) const DIALECT: Dialect =
    Dialect { grammar: "SQLiteGrammar", types: types::TYPES, modifiers: modifiers::MODIFIERS, strings: &["collation"] };

pub(in crate::laravel::blueprint) fn compile(
    context: &Context,
    command: &Command,
) -> Result<Vec<CompiledStatement>, CompileError> {
    match command {
        Command::Create => create(context).map(|create| vec![create]),
        Command::Add(columns) => add(context, columns),
        Command::Change(columns) if !SQLITE_REBUILDS.include(context.settings) => doctrine::change(context, columns),
        Command::Named(command) => named(context, command),
        Command::Rebuild(commands) => rebuild::rebuild(context, commands),
        Command::Change(_) | Command::Start(_) | Command::Comment(_) | Command::Default(_) => Ok(Vec::new()),
    }
}

/// What Laravel up to 10 refuses before it compiles anything.
pub(in crate::laravel::blueprint) fn refuse_commands(context: &Context) -> Result<(), CompileError> {
    if SQLITE_REBUILDS.include(context.settings) {
        return Ok(());
    }
    let commands = || context.blueprint.definitions().filter(|definition| !definition.is_column());
    let refused = |command: &Definition, message: &str| {
        Err(CompileError::Refused { message: message.to_owned(), span: command.span })
    };
    let mut by_doctrine = commands().filter(|command| matches!(command.name().as_str(), "dropColumn" | "renameColumn"));
    if let Some(second) = by_doctrine.nth(1).filter(|_| context.asks_doctrine(DROP_NEEDS_DOCTRINE)) {
        return refused(
            second,
            "SQLite doesn't support multiple calls to dropColumn / renameColumn in a single modification.",
        );
    }
    match commands().find(|command| command.name() == "dropForeign") {
        Some(drop) => {
            refused(drop, "SQLite doesn't support dropping foreign keys (you would need to re-create the table).")
        }
        None => Ok(()),
    }
}

fn create(context: &Context) -> Result<CompiledStatement, CompileError> {
    let blueprint = context.blueprint;
    let mut parts = Vec::new();
    for column in blueprint.columns().filter(|column| !column.is_changed()) {
        parts.push((context.column(column)?, column.span));
    }
    let is_temporary = blueprint.property("temporary").is_some_and(text::is_true);
    let create = if is_temporary { "create temporary" } else { "create" };
    let mut statement = CompiledStatement::new(format!("{create} table {} (", context.table()), blueprint.span);
    statement.push_list(parts);
    let commands = blueprint.definitions().filter(|definition| !definition.is_column());
    push_keys(context, &mut statement, commands.filter(|key| key.name() == "foreign"), blueprint.command("primary"));
    statement.push(")");
    Ok(statement)
}

/// The keys that end a table's definition. Laravel writes the comma before each, even where no column precedes it.
fn push_keys<'a>(
    context: &Context,
    statement: &mut CompiledStatement,
    foreign_keys: impl Iterator<Item = &'a Definition>,
    primary_key: Option<&Definition>,
) {
    for key in foreign_keys {
        let clause = format!(
            ", foreign key({}) references {}({}){}",
            context.quote_all(&key.list("columns")),
            context.referred(key.get("on")),
            context.quote_all(&key.list("references")),
            actions(key),
        );
        statement.push_part(&clause, key.span);
    }
    if let Some(key) = primary_key {
        statement.push_part(&format!(", primary key ({})", context.quote_all(&key.list("columns"))), key.span);
    }
}

fn add(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let mut statements = Vec::new();
    for column in columns {
        let definition = context.column(column)?;
        if !(STORED_IS_NOT_ADDED.include(context.settings) && is_stored(&definition)) {
            let sql = format!("alter table {} add column {definition}", context.table());
            statements.push(CompiledStatement::new(sql, column.span));
        }
    }
    Ok(statements)
}

/// Laravel looks for `as (…) stored` anywhere in the definition.
fn is_stored(definition: &str) -> bool {
    definition.split_once("as (").is_some_and(|(_, rest)| rest.contains(") stored"))
}

/// A command that Laravel's grammar has no method for is skipped, and so is what a rebuild does.
fn named(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if let Some(refused) = refusal(context, command) {
        return Err(refused);
    }
    let table = context.table();
    let sql = match command.name().as_str() {
        "unique" | "index" => create_index(context, command),
        "drop" => format!("drop table {table}"),
        "dropIfExists" => format!("drop table if exists {table}"),
        "dropColumn" => return drop_columns(context, command),
        "dropUnique" | "dropIndex" => drop_index(context, command),
        "rename" => format!("alter table {table} rename to {}", context.quote_table(&command.text("to"))),
        "renameColumn" if context.asks_doctrine(RENAME_NEEDS_DOCTRINE) => return doctrine::rename(context, command),
        "renameColumn" => {
            let (from, to) = (attribute(command, "from"), attribute(command, "to"));
            format!("alter table {table} rename column {} to {}", context.quote(&from), context.quote(&to))
        }
        "renameIndex" if !SQLITE_REBUILDS.include(context.settings) => {
            return Err(doctrine::unpredictable(context, command));
        }
        "renameIndex" => return rename_index(context, command),
        _ => return Ok(Vec::new()),
    };
    Ok(Context::statement(sql, command))
}

fn refusal(context: &Context, command: &Definition) -> Option<CompileError> {
    let message = match command.name().as_str() {
        "spatialIndex" | "dropSpatialIndex" => "The database driver in use does not support spatial indexes.",
        "dropForeign" if command.list("columns").is_empty() => {
            "This database driver does not support dropping foreign keys by name."
        }
        _ => return context.refusal(command),
    };
    Some(CompileError::Refused { message: message.to_owned(), span: command.span })
}

fn drop_columns(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    if context.asks_doctrine(DROP_NEEDS_DOCTRINE) {
        return Err(doctrine::unpredictable(context, command));
    }
    if Command::Named(command).needs_rebuild(context.settings) && since(11).include(context.settings) {
        return Ok(Vec::new());
    }
    let table = context.table();
    let columns = command.list("columns");
    let drop = |column| format!("alter table {table} drop column {}", context.quote(column));
    Ok(columns.iter().map(|column| CompiledStatement::new(drop(column), command.span)).collect())
}

fn create_index(context: &Context, index: &Definition) -> String {
    let (schema, table) = schema_and_table(context);
    let unique = if index.name() == "unique" { "unique " } else { "" };
    format!(
        "create {unique}index {schema}{} on {table} ({})",
        context.quote(&attribute(index, "index")),
        context.quote_all(&index.list("columns")),
    )
}

fn drop_index(context: &Context, index: &Definition) -> String {
    let (schema, _) = schema_and_table(context);
    format!("drop index {schema}{}", context.quote(&attribute(index, "index")))
}

/// The schema of an index with its dot, and the table that it is on.
fn schema_and_table(context: &Context) -> (String, String) {
    match context.blueprint.table.split_once('.') {
        Some((schema, table)) if SQLITE_KNOWS_SCHEMAS.include(context.settings) => {
            (format!("{}.", context.quote_part(schema)), context.quote_table(table))
        }
        _ => (String::new(), context.table()),
    }
}

/// Drops the index and creates it anew: its columns are those of the live one, its condition and expressions are lost.
fn rename_index(context: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    let mut index = Standing::of(context, command.span)?.index(&command.text("from"))?;
    let dropped = drop_index(context, &index);
    index.set("index", attribute(command, "to"));
    Ok([dropped, create_index(context, &index)].map(|sql| CompiledStatement::new(sql, command.span)).into())
}
