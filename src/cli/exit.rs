//! How a command ends.

use std::io;
use std::process::ExitCode;

use miette::Diagnostic;
use thiserror::Error;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Clean,
    /// There are findings at or above the level asked for.
    Findings,
    /// Usage, configuration or input are such that nothing, or not all, could be judged.
    Unusable,
}

/// Why a command did not come to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// Whoever read the output has enough.
    BrokenPipe,
    Report(Box<dyn Diagnostic + Send + Sync>),
}

#[derive(Debug, Error, Diagnostic)]
#[error("the output could not be written: {0}")]
#[diagnostic(code(phasewise::output))]
struct OutputError(io::Error);

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Unusable => Self::from(2),
        }
    }
}

impl Failure {
    /// Stdout could not be written.
    pub(super) fn of_output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Report(Box::new(OutputError(error))),
        }
    }
}

impl<E: Diagnostic + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Report(Box::new(error))
    }
}

/// Prints what clap has to say: help and version to stdout, a mistake to stderr.
pub(super) fn after_parsing(message: &clap::Error) -> ExitCode {
    let exit = if message.use_stderr() { Exit::Unusable } else { Exit::Clean };
    match message.print() {
        Ok(()) => exit.into(),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean.into(),
        Err(_) => Exit::Unusable.into(),
    }
}
