//! A plan as files, and how they move from deploy to deploy.
//!
//! Takes a plan and the project it is for; gives texts and where they go: the plan file, migrations in the project's own
//! style, backfills. What is written is read again by our own front ends, and is what the plan says or nothing. Nothing
//! here touches the disk: whoever asks writes all of it or none.

mod abort;
mod advance;
mod ask;
mod blueprint;
mod check;
mod command;
mod copy_tool;
mod error;
mod fill;
mod guard;
mod in_flight;
mod laravel;
mod names;
mod php;
mod plan_file;
mod script;
mod sql_files;
mod way_back;
mod write;
mod written;

pub use abort::abort;
pub use advance::{Advance, Situation, Use, Waiting, advance};
pub use ask::lock;
pub use check::faults;
pub use copy_tool::{ToolCommand, commands};
pub use error::EmitError;
pub use in_flight::{Clash, InFlight, Part};
pub use plan_file::{BackfillFile, DeployFile, HoldFile, NAME, PlanFile, StepFile, schema};
pub use write::{Emission, directory, emit, engine, last_number};

/// A file that comes or goes. Paths are relative to the project's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    Write { path: String, text: String },
    Remove { path: String },
}

impl Operation {
    pub fn path(&self) -> &str {
        match self {
            Self::Write { path, .. } | Self::Remove { path } => path,
        }
    }
}
