//! A batch of migrations: read, replayed, looked up, matched.
//!
//! The one place that brings the front ends, the catalog, the engines' effects and the rules together; the commands
//! `lint`, `sql` and `effects`, and later the planner and the gate, all call it.

mod judge;
mod outcome;
mod project;
mod rebuild;
mod run;
mod told;

pub use outcome::{JudgedChange, MigrationRead, Outcome, Unknown};
pub use project::{Direction, LaravelProject, MigrationFile, Project, Script, SqlMigration};
pub use run::{Batch, Lint};
