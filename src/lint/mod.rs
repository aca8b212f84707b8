//! A batch of migrations: read, replayed, looked up, matched.
//!
//! The one place that brings the front ends, the catalog, the engines' effects and the rules together; the commands
//! `lint`, `sql` and `effects`, and later the planner and the gate, all call it.

mod code;
mod deploy;
mod discharge;
mod example;
mod judge;
mod object;
mod outcome;
mod pattern;
mod policy;
mod project;
mod published;
mod rebuild;
mod remarks;
mod run;
mod sizes;
mod starting_schema;
mod told;
mod way_back;

pub use code::{Code, Release, Releases};
pub use deploy::Shipment;
pub use example::{Difference, ExampleFinding, ExampleJudge, Expectation, runs};
pub use outcome::{JudgedChange, MigrationRead, Outcome, Unknown};
pub use pattern::Pattern;
pub use policy::{Policy, Severities, fits_table};
pub use project::{Direction, LaravelProject, MigrationFile, Project, Script, SqlMigration};
pub use published::{Later, Published};
pub use rebuild::rebuilds_recognised;
pub use run::{Batch, Lint};
pub use sizes::{STATS_VERSION, Sizes, Stats, TableSize, Threshold};
pub use starting_schema::{Role, StartingSchema, StartingSchemaError};
