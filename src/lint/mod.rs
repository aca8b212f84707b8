//! A batch of migrations: read, replayed, looked up, matched.
//!
//! The one place that brings the front ends, the catalog, the engines' effects and the rules together; the commands
//! `lint` and `effects`, and later the planner and the gate, all call it.

mod outcome;

pub use outcome::{JudgedChange, MigrationRead, Outcome, Unknown};
