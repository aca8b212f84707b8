//! The grammars: a command becomes the statements of one engine.
//!
//! What differs between engines and majors is in tables: the types, the modifiers in their order. A new engine brings its
//! tables and one function that compiles commands.

mod context;
mod identifiers;
mod mysql;
mod postgres;
mod types;

use super::command::commands;
use super::{Blueprint, CompileError, CompiledStatement};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::laravel::Settings;

pub(super) use context::Context;

/// The statements of a blueprint whose fluent indexes are commands already.
pub(super) fn compile(
    blueprint: &Blueprint,
    settings: &Settings,
    catalog: &Catalog,
) -> Result<Vec<CompiledStatement>, CompileError> {
    let (dialect, compile): (_, context::Compile) = match settings.engine {
        Engine::Mysql | Engine::Mariadb => (&mysql::DIALECT, mysql::compile),
        Engine::Postgresql => (&postgres::DIALECT, postgres::compile),
        engine @ (Engine::Sqlite | Engine::Sqlserver) => {
            let reason = format!("Laravel's SQL for {} is not compiled yet", engine.title());
            return Err(CompileError::Unknown { reason, span: blueprint.span });
        }
    };
    let context = Context { blueprint, settings, catalog, dialect };
    let mut statements = Vec::new();
    for command in commands(blueprint, settings) {
        statements.extend(compile(&context, &command)?);
    }
    Ok(statements)
}
