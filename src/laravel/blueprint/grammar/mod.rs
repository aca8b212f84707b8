//! The grammars: a command becomes the statements of one engine.
//!
//! What differs between engines and majors is in tables: the types, the modifiers in their order. A new engine brings its
//! tables and one function that compiles commands.

mod context;
mod identifiers;
mod mysql;
mod postgres;
mod sqlite;
mod sqlserver;
mod types;

use super::command::commands;
use super::{Blueprint, CompileError, CompiledStatement};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::laravel::Settings;

pub(super) use context::Context;
pub(super) use types::is_numeric;

/// The statements of a blueprint whose fluent indexes are commands already.
pub(super) fn compile(
    blueprint: &Blueprint,
    settings: &Settings,
    catalog: &Catalog,
) -> Result<Vec<CompiledStatement>, CompileError> {
    let (dialect, compile): (_, context::Compile) = match settings.engine {
        Engine::Mysql | Engine::Mariadb => (&mysql::DIALECT, mysql::compile),
        Engine::Postgresql => (&postgres::DIALECT, postgres::compile),
        Engine::Sqlite => (&sqlite::DIALECT, sqlite::compile),
        Engine::Sqlserver => (&sqlserver::DIALECT, sqlserver::compile),
    };
    let settings = sqlserver::settings(blueprint, settings);
    let context = Context { blueprint, settings: &settings, catalog, dialect };
    if settings.engine == Engine::Sqlite {
        sqlite::refuse_commands(&context)?;
    }
    let mut statements = Vec::new();
    for command in commands(blueprint, &settings) {
        statements.extend(compile(&context, &command)?);
    }
    Ok(statements)
}
