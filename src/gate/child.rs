//! The wrapped command: it has the terminal and the signals, and is told from a later process of its number.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

use super::processes;

/// What is passed on to the command, so that it decides how to end.
const FORWARDED: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// A command that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    signals: Signals,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
}

/// Catches signals from now on, so that none ends the gate between opening and seeing what came of it.
pub fn catch_signals() -> io::Result<Signals> {
    Signals::new(FORWARDED)
}

impl Running {
    /// Starts `command`, whose first word is the program, in `directory`, with these variables beside those of the gate.
    pub fn start(
        command: &[String],
        directory: Option<&PathBuf>,
        variables: &[(String, String)],
        signals: Signals,
    ) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut started = Command::new(program);
        started.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = directory {
            started.current_dir(directory);
        }
        Ok(Self { child: started.spawn()?, signals })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// When it began, in ticks since the machine did.
    pub fn began(&self) -> Option<u64> {
        processes::began(&Path::new("/proc").join(self.pid().to_string()))
    }

    /// Waits for the end, passing signals on; `meanwhile` is called a few times a second.
    pub fn wait(mut self, mut meanwhile: impl FnMut()) -> io::Result<End> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        let is_interactive = io::IsTerminal::is_terminal(&io::stdin());
        loop {
            for signal in self.signals.pending() {
                // What a terminal sends goes to the command as well.
                let is_there_already = is_interactive && matches!(signal, SIGINT | SIGQUIT);
                let named = Signal::from_named_raw(signal);
                if let (Some(pid), Some(signal), false) = (pid, named, is_there_already) {
                    let _ = kill_process(pid, signal);
                }
            }
            if let Some(status) = self.child.try_wait()? {
                return Ok(End::of(status));
            }
            meanwhile();
            std::thread::sleep(PAUSE);
        }
    }
}

const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

impl End {
    fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }

    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }

    /// What it ended with; `None` where a signal ended it.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Code(code) => Some(code),
            Self::Signal(_) => None,
        }
    }

    pub fn words(self) -> String {
        match self {
            Self::Code(code) => format!("it ended with {code}"),
            Self::Signal(signal) => format!("it was ended by signal {signal}"),
        }
    }
}
