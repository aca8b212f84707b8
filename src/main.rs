//! The `phasewise` command; see [`phasewise::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    phasewise::cli::run(std::env::args_os())
}
