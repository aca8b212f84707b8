//! The command line: arguments, configuration, and one file per command.
//!
//! Here alone the environment and the clock are read. Results go to stdout, everything else to stderr.

#![allow(clippy::disallowed_methods, reason = "this module is where the environment and the clock are read")]

mod advance;
mod arguments;
mod baseline;
mod batch;
mod code;
mod config;
mod dump;
mod effects;
mod exit;
mod explain;
mod files;
mod gate;
mod init;
mod kept;
mod lint;
mod migrations;
mod notes;
mod own_rules;
mod plan;
mod plans;
mod project;
mod published;
mod releases;
mod root;
mod schema;
mod sql;
mod stats;
mod terminal;
mod test_rules;
mod usage;
mod wishes;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::{Exit, Failure};

/// The JSON Schema of `phasewise.yaml`, for editors.
pub fn config_schema() -> schemars::Schema {
    wishes::schema()
}

/// Runs the command that `arguments` ask for, the program's name first among them.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed: Vec<OsString> = arguments.into_iter().collect();
    let is_gate = typed.get(1).is_some_and(|command| command == "gate");
    let arguments = match Arguments::try_parse_from(typed) {
        Ok(arguments) => arguments,
        Err(message) => {
            let code = exit::after_parsing(&message);
            if is_gate && message.use_stderr() {
                gate::say_unparsed(&message);
            }
            return code;
        }
    };
    let result = match arguments.command {
        Command::Gate(arguments) => return gate::run(arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Advance(arguments) => advance::run(&arguments),
        Command::Sql(arguments) => sql::run(&arguments),
        Command::Effects(arguments) => effects::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Usage(arguments) => usage::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::TestRules(arguments) => test_rules::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(Failure::BrokenPipe) => Exit::Clean.into(),
        Err(Failure::Report(report)) => {
            terminal::complain(report.as_ref());
            Exit::Unusable.into()
        }
    }
}
