//! The SQL of blueprints, compared with what Laravel sends.

mod chain;
mod doctrine;
mod legacy_renames;
mod rebuilds;
mod recorded;
mod situations;
mod spans;

use self::chain::Chain;
use super::{Blueprint, CallError, CompileError, CompiledStatement};
use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::source::{FileId, Span, Tree};

/// Settings of a connection that says nothing of itself.
fn settings(engine: Engine, major: u8) -> Settings {
    Settings {
        major,
        has_doctrine: false,
        engine,
        version: None,
        prefix: String::new(),
        prefix_indexes: false,
        charset: None,
        collation: None,
        storage_engine: None,
        foreign_key_constraints: false,
        string_length: 255,
        morph_key: "int".to_owned(),
        time_precision: Some(0),
    }
}

/// What PHP would have thrown, or what is not known.
#[derive(Debug)]
enum Failure {
    Call(CallError),
    Compile(CompileError),
}

/// Runs chains of calls on `$table`, each of whose bytes count from the start of `calls`.
fn run(blueprint: &mut Blueprint, calls: &str, settings: &Settings) -> Result<(), CallError> {
    chain::parse(calls).iter().try_for_each(|chain: &Chain| chain.run(blueprint, settings))
}

fn compile(
    catalog: &Catalog,
    table: &str,
    calls: &str,
    settings: &Settings,
) -> Result<Vec<CompiledStatement>, Failure> {
    let mut blueprint = Blueprint::new(table, span(0, calls.len()));
    run(&mut blueprint, calls, settings).map_err(Failure::Call)?;
    blueprint.compile(settings, catalog).map_err(Failure::Compile)
}

/// The statements joined, or `!!` and the message.
fn sql(table: &str, calls: &str, settings: &Settings) -> String {
    sql_on(&Catalog::new(settings.engine), table, calls, settings)
}

fn sql_on(catalog: &Catalog, table: &str, calls: &str, settings: &Settings) -> String {
    match compile(catalog, table, calls, settings) {
        Ok(statements) => statements.into_iter().map(|statement| statement.sql).collect::<Vec<_>>().join(" ; "),
        // What Laravel throws where no macro has that name.
        Err(Failure::Call(CallError::UnknownMethod { method })) => {
            format!("!! Method Illuminate\\Database\\Schema\\Blueprint::{method} does not exist.")
        }
        Err(Failure::Call(error)) => format!("!! {error}"),
        Err(Failure::Compile(error)) => format!("!! {error}"),
    }
}

/// The one file whose bytes are the calls.
fn file() -> FileId {
    Tree::new("").put("calls.php", String::new()).id
}

fn span(start: usize, end: usize) -> Span {
    Span::new(file(), u32::try_from(start).unwrap(), u32::try_from(end).unwrap())
}
