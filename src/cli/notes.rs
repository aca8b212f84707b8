//! What a command says about itself on stderr: what it assumed, and with `-v` what it used and why.

use super::arguments::VoiceArguments;
use super::terminal;

/// How talkative the command is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    Quiet,
    /// What a person would not expect.
    Usual,
    /// All that was decided, and why.
    Verbose,
}

impl Notes {
    pub(super) fn new(voice: &VoiceArguments) -> Self {
        match (voice.quiet, voice.verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Usual,
        }
    }

    /// What a person should know to read the results.
    pub(super) fn remark(self, line: &str) {
        if self != Self::Quiet {
            terminal::say(&format!("note: {line}"));
        }
    }

    /// What was used, and why.
    pub(super) fn detail(self, line: &str) {
        if self == Self::Verbose {
            terminal::say(line);
        }
    }

    pub(super) fn is_verbose(self) -> bool {
        self == Self::Verbose
    }
}
