//! The commands of a blueprint in the order in which they run: those that the migration called and those that its
//! columns imply.

use super::call::Call;
use super::definition::{Definition, Kind};
use super::majors::{
    ALL, COMMANDS_IN_ORDER, DOCTRINE_WINS, FALSE_DROPS_INDEX, MYSQL_CHANGE_DEFINES_PRIMARY, Majors, SQLITE_REBUILDS,
    START_IS_A_COMMAND, VECTOR_COLUMNS_HAVE_INDEX, since,
};
use super::{Blueprint, CallError, CompileError, DefinitionId, text};
use crate::engine::Engine;
use crate::laravel::{Settings, Value};
use crate::source::Span;

/// What a grammar turns into statements.
#[derive(Debug, Clone)]
pub(super) enum Command<'a> {
    Create,
    /// Adds these columns to the table.
    Add(Vec<&'a Definition>),
    /// Redefines these columns.
    Change(Vec<&'a Definition>),
    /// Every other command, by its name.
    Named(&'a Definition),
    /// Sets where the numbers of an auto-increment column start.
    Start(&'a Definition),
    /// Sets a column's comment, where that is a statement of its own.
    Comment(&'a Definition),
    /// Sets the default of a changed column, where that is a statement of its own.
    Default(&'a Definition),
    /// Copies the table into one that is as all these commands, the ones before it, want it (SQLite).
    Rebuild(Vec<Command<'a>>),
}

/// The blueprint with the index commands that `->unique()` and its kin on columns stand for.
pub(super) fn with_fluent_indexes(blueprint: &Blueprint, settings: &Settings) -> Result<Blueprint, CompileError> {
    let mut implied = blueprint.clone();
    for (at, column) in blueprint.definitions.iter().enumerate() {
        if let Some(column) = column.as_ref().filter(|column| column.is_column()) {
            add_fluent_index(&mut implied, DefinitionId(at), column, settings)
                .map_err(|error| refused(&error, column.span))?;
        }
    }
    Ok(implied)
}

/// The commands, in the order in which they run.
pub(super) fn commands<'a>(blueprint: &'a Blueprint, settings: &Settings) -> Vec<Command<'a>> {
    let mut commands = if COMMANDS_IN_ORDER.include(settings) {
        blueprint.definitions().filter_map(|definition| command(blueprint, definition)).collect()
    } else {
        batched(blueprint)
    };
    if settings.engine == Engine::Sqlite {
        let can_rebuild = SQLITE_REBUILDS.include(settings) && !blueprint.is_creating();
        return if can_rebuild { with_rebuilds(commands, settings) } else { commands };
    }
    for column in blueprint.columns() {
        if column.is_changed() && has_doctrine_written_it(settings) {
            continue;
        }
        if START_IS_A_COMMAND.include(settings) {
            commands.push(Command::Start(column));
            commands.push(Command::Default(column));
        }
        commands.push(Command::Comment(column));
    }
    commands
}

/// In Laravel 10 alone: before, there is no such exception; after, no doctrine/dbal.
fn has_doctrine_written_it(settings: &Settings) -> bool {
    settings.has_doctrine && START_IS_A_COMMAND.include(settings) && DOCTRINE_WINS.include(settings)
}

fn command<'a>(blueprint: &Blueprint, definition: &'a Definition) -> Option<Command<'a>> {
    if !definition.is_column() {
        return Some(named(definition));
    }
    let columns = vec![definition];
    match definition.is_changed() {
        _ if blueprint.is_creating() => None,
        true => Some(Command::Change(columns)),
        false => Some(Command::Add(columns)),
    }
}

fn named(definition: &Definition) -> Command<'_> {
    if definition.name() == "create" { Command::Create } else { Command::Named(definition) }
}

fn batched(blueprint: &Blueprint) -> Vec<Command<'_>> {
    let (changed, added): (Vec<_>, Vec<_>) = blueprint.columns().partition(|column| column.is_changed());
    let mut commands = Vec::new();
    if !blueprint.is_creating() {
        if !changed.is_empty() {
            commands.push(Command::Change(changed));
        }
        if !added.is_empty() {
            commands.push(Command::Add(added));
        }
    }
    commands.extend(blueprint.definitions().filter(|definition| !definition.is_column()).map(named));
    commands
}

/// The commands, with a rebuild after each row of those that SQLite's `alter table` cannot do.
fn with_rebuilds<'a>(commands: Vec<Command<'a>>, settings: &Settings) -> Vec<Command<'a>> {
    let mut done = Vec::new();
    let mut sent = Vec::new();
    let mut is_due = false;
    for command in commands {
        let needs_rebuild = command.needs_rebuild(settings);
        if is_due && !needs_rebuild {
            sent.push(Command::Rebuild(done.clone()));
        }
        is_due = needs_rebuild;
        done.push(command.clone());
        sent.push(command);
    }
    if is_due {
        sent.push(Command::Rebuild(done));
    }
    sent
}

impl Command<'_> {
    /// Whether SQLite has no statement for it, and Laravel rebuilds the table instead.
    pub(super) fn needs_rebuild(&self, settings: &Settings) -> bool {
        match self {
            Command::Change(_) => true,
            Command::Named(command) => match command.name().as_str() {
                "primary" | "dropPrimary" | "foreign" | "dropForeign" => true,
                "dropColumn" => settings.is_older_than("3.35+"),
                _ => false,
            },
            _ => false,
        }
    }
}

/// The modifiers that stand for an index, in the order in which Laravel looks for them, with the commands that add and
/// drop it.
const FLUENT_INDEXES: &[(&str, Majors, &str, &str)] = &[
    ("primary", ALL, "primary", "dropPrimary"),
    ("unique", ALL, "unique", "dropUnique"),
    ("index", ALL, "index", "dropIndex"),
    ("fulltext", ALL, "fulltext", "dropFullText"),
    ("fullText", ALL, "fulltext", "dropFullText"),
    ("spatialIndex", ALL, "spatialIndex", "dropSpatialIndex"),
    ("vectorIndex", since(12), "vectorIndex", "dropVectorIndex"),
];

/// The first such modifier of a column counts, and it alone.
fn add_fluent_index(
    blueprint: &mut Blueprint,
    id: DefinitionId,
    column: &Definition,
    settings: &Settings,
) -> Result<(), CallError> {
    if settings.engine.is_mysql_family()
        && MYSQL_CHANGE_DEFINES_PRIMARY.include(settings)
        && column.is_changed()
        && column.is_true("autoIncrement")
    {
        return Ok(());
    }
    for (modifier, majors, add, drop) in FLUENT_INDEXES {
        let Some(value) = column.get(modifier).filter(|_| majors.include(settings)) else { continue };
        let is_drop = *value == Value::Bool(false) && column.is_changed();
        let name = column.get("name").cloned().unwrap_or(Value::Null);
        let mut call = Call { blueprint, span: column.span, settings };
        if is_drop && FALSE_DROPS_INDEX.include(settings) {
            call.drop_index(drop, add, &Value::from(vec![name]))?;
        } else {
            let is_of_vector = *modifier == "index" && column.text("type") == "vector";
            let kind = if is_of_vector && VECTOR_COLUMNS_HAVE_INDEX.include(settings) { "vectorIndex" } else { add };
            let index_name = Some(value).filter(|value| **value != Value::Bool(true) && text::is_true(value));
            call.index_command(Kind::Index, kind, kind, vec![name], index_name)?;
        }
        blueprint.set_on(id, modifier, Value::Null);
        break;
    }
    Ok(())
}

fn refused(error: &CallError, span: Span) -> CompileError {
    CompileError::Refused { message: error.to_string(), span }
}
