//! What breaks the atomicity of a release: in scripts and recipes, in nginx, in PHP-FPM, in the application.
//!
//! Takes texts and gives complaints with their lines. It reads commands, it does not run them: what a script puts together
//! at run time is not seen.

pub mod ailment;
pub mod application;
mod command;
pub mod fpm;
pub mod nginx;
pub mod recipe;
pub mod script;

use ailment::Ailment;

/// Something that breaks atomicity, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    pub file: String,
    /// From 1.
    pub line: usize,
    pub ailment: Ailment,
    /// The line as it is written, or what is missing there.
    pub shown: String,
}

impl Complaint {
    fn new(file: &str, line: usize, ailment: Ailment, shown: &str) -> Self {
        Self { file: file.to_owned(), line, ailment, shown: shown.trim().to_owned() }
    }
}
