//! How Laravel since 11 does to a SQLite table what `alter table` cannot: it writes the table anew under another name,
//! copies the rows, drops the old one, renames the new one and builds the indexes again.
//!
//! What it does not read from the live table is lost: checks, the conditions and expressions of indexes, triggers.

use super::standing::Standing;
use super::{create_index, push_keys};
use crate::laravel::Value;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::grammar::context::{Context, attribute, is_generated, name};
use crate::laravel::blueprint::majors::{PRAGMA_IS_LOWER_CASE, SQLITE_KNOWS_SCHEMAS};
use crate::laravel::blueprint::{CompileError, CompiledStatement};
use crate::source::Span;

/// The table as the commands so far leave it.
struct State {
    columns: Vec<Definition>,
    primary_key: Option<Definition>,
    indexes: Vec<Definition>,
    foreign_keys: Vec<Definition>,
}

/// The statements of one rebuild, after all of `commands`.
pub(super) fn rebuild(context: &Context, commands: &[Command]) -> Result<Vec<CompiledStatement>, CompileError> {
    let span = asked_by(context, commands);
    let mut state = State::standing(context, span)?;
    for command in commands {
        state.update(command);
    }

    let (old, new) = (context.table(), temporary_name(context));
    let copied = state.columns.iter().filter(|column| !is_generated(column));
    let copied = copied.map(|column| context.quote(&name(column))).collect::<Vec<_>>().join(", ");
    let mut statements = vec![
        state.create(context, &new, span)?,
        CompiledStatement::new(format!("insert into {new} ({copied}) select {copied} from {old}"), span),
        CompiledStatement::new(format!("drop table {old}"), span),
        CompiledStatement::new(format!("alter table {new} rename to {}", final_name(context)), span),
    ];
    let indexes = state.indexes.iter().filter(|index| !is_left_out(index));
    statements.extend(indexes.map(|index| CompiledStatement::new(create_index(context, index), index.span)));
    if context.settings.foreign_key_constraints {
        statements.insert(0, CompiledStatement::new(enforce_foreign_keys(context, false), span));
        statements.push(CompiledStatement::new(enforce_foreign_keys(context, true), span));
    }
    Ok(statements)
}

impl State {
    fn standing(context: &Context, span: Span) -> Result<Self, CompileError> {
        let standing = Standing::of(context, span)?;
        Ok(Self {
            columns: standing.columns()?,
            primary_key: standing.primary_key(),
            indexes: standing.indexes()?,
            foreign_keys: standing.foreign_keys(),
        })
    }

    fn update(&mut self, command: &Command) {
        match command {
            Command::Add(columns) => self.columns.extend(columns.iter().map(|column| (*column).clone())),
            Command::Change(columns) => columns.iter().for_each(|column| self.change(column)),
            Command::Named(command) => self.update_named(command),
            _ => {}
        }
    }

    fn update_named(&mut self, command: &Definition) {
        let dropped = command.list("columns");
        match command.name().as_str() {
            "renameColumn" => self.rename_column(&command.text("from"), &command.text("to")),
            "dropColumn" => self.columns.retain(|column| !dropped.contains(&name(column))),
            "primary" => self.primary_key = Some(command.clone()),
            "dropPrimary" => self.primary_key = None,
            "unique" | "index" => self.indexes.push(command.clone()),
            "renameIndex" => {
                let from = attribute(command, "from");
                if let Some(index) = self.indexes.iter_mut().find(|index| attribute(index, "index") == from) {
                    index.set("index", attribute(command, "to"));
                }
            }
            "dropIndex" | "dropUnique" => {
                let dropped = attribute(command, "index");
                self.indexes.retain(|index| attribute(index, "index") != dropped);
            }
            "foreign" => self.foreign_keys.push(command.clone()),
            "dropForeign" => self.foreign_keys.retain(|key| key.list("columns") != dropped),
            _ => {}
        }
    }

    fn change(&mut self, column: &Definition) {
        if let Some(standing) = self.columns.iter_mut().find(|standing| name(standing) == name(column)) {
            *standing = column.clone();
        }
    }

    /// Laravel replaces the name wherever it occurs in the columns of keys and indexes, within longer names too.
    fn rename_column(&mut self, from: &str, to: &str) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.name() == from) {
            column.set("name", to);
        }
        let keys = self.primary_key.iter_mut().chain(&mut self.indexes).chain(&mut self.foreign_keys);
        for key in keys.filter(|_| !from.is_empty()) {
            let renamed = |column: Value| match column {
                Value::Str(column) => Value::Str(column.replace(from, to)),
                other => other,
            };
            key.set("columns", key.list("columns").into_iter().map(renamed).collect::<Vec<_>>());
        }
    }

    fn create(&self, context: &Context, new_name: &str, span: Span) -> Result<CompiledStatement, CompileError> {
        let mut parts = Vec::new();
        for column in &self.columns {
            let column_type = match column.get("full_type_definition") {
                Some(_) => column.text("full_type_definition"),
                None => context.type_of(column)?,
            };
            let definition = format!("{} {column_type}{}", context.quote(&name(column)), context.modifiers(column));
            parts.push((definition, column.span));
        }
        let mut create = CompiledStatement::new(format!("create table {new_name} ("), span);
        create.push_list(parts);
        let counts = self.columns.iter().any(|column| column.is_true("autoIncrement"));
        push_keys(context, &mut create, self.foreign_keys.iter(), self.primary_key.as_ref().filter(|_| !counts));
        create.push(")");
        Ok(create)
    }
}

/// What asked for the rebuild: the one command that needs it, or else all of the blueprint.
fn asked_by(context: &Context, commands: &[Command]) -> Span {
    let mut last = commands.iter().rev().take_while(|command| command.needs_rebuild(context.settings));
    match (last.next(), last.next()) {
        (Some(Command::Change(columns)), None) => context.span_of(columns),
        (Some(Command::Named(command)), None) => command.span,
        _ => context.blueprint.span,
    }
}

fn temporary_name(context: &Context) -> String {
    let (settings, table) = (context.settings, &context.blueprint.table);
    if SQLITE_KNOWS_SCHEMAS.include(settings) {
        return context.quote_table_with(&format!("__temp__{}", settings.prefix), table);
    }
    let prefix = if settings.prefix_indexes { settings.prefix.as_str() } else { "" };
    context.quote_name(&format!("__temp__{prefix}{table}"))
}

fn final_name(context: &Context) -> String {
    match context.blueprint.table.split_once('.') {
        Some((_, table)) if SQLITE_KNOWS_SCHEMAS.include(context.settings) => context.quote_table(table),
        _ => context.table(),
    }
}

/// Laravel means to leave SQLite's own indexes out, but asks whether `sqlite_` begins with the name.
fn is_left_out(index: &Definition) -> bool {
    "sqlite_".starts_with(&index.text("index"))
}

fn enforce_foreign_keys(context: &Context, is_on: bool) -> String {
    if PRAGMA_IS_LOWER_CASE.include(context.settings) {
        format!("pragma foreign_keys = {}", u8::from(is_on))
    } else {
        format!("PRAGMA foreign_keys = {}", if is_on { "ON" } else { "OFF" })
    }
}
