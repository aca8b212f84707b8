//! `phasewise gate`: at the deploy itself. Whatever it says before, its last line on stderr tells how it ended, and why.

mod arguments;
mod asked;
mod attest;
mod check;
mod code;
mod confirm;
mod doctor;
mod exec;
mod half;
mod live;
mod lock;
mod record;
mod rollback;
mod status;
mod verdict;
mod wish;

use std::process::ExitCode;

use super::exit::Failure;
use super::terminal;
use crate::gate::decision::Decision;

pub(super) use arguments::GateArguments;
pub(super) use wish::GateWish;

use arguments::GateCommand;

pub(super) fn run(arguments: GateArguments) -> ExitCode {
    let decided = match arguments.command {
        GateCommand::Check(arguments) => check::run(&arguments),
        GateCommand::Exec(arguments) => exec::run(&arguments),
        GateCommand::Confirm(arguments) => confirm::run(&arguments),
        GateCommand::Rollback(arguments) => rollback::run(&arguments),
        GateCommand::Status(arguments) => status::run(arguments),
        GateCommand::Attest(arguments) => attest::run(&arguments),
        GateCommand::Doctor(arguments) => doctor::run(&arguments),
    };
    let decision = decided.unwrap_or_else(unusable);
    terminal::say(&decision.line());
    ExitCode::from(decision.exit.code())
}

/// Says how a gate ended whose arguments are none.
pub(super) fn say_unparsed(message: &clap::Error) {
    let text = message.to_string();
    let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    terminal::say(&verdict::unusable(line).line());
}

/// What could not be asked at all. That nobody reads the output is no way through the gate.
fn unusable(failure: Failure) -> Decision {
    match failure {
        Failure::BrokenPipe => verdict::unusable("nobody reads the output".to_owned()),
        Failure::Report(report) => {
            terminal::complain(report.as_ref());
            verdict::unusable(report.to_string())
        }
    }
}
