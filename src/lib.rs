//! phasewise tells whether a schema change can be deployed while the application keeps serving.
//!
//! It compiles Laravel migrations to the SQL that Laravel sends, reads that SQL (and SQL files) into typed
//! changes, replays them into a catalog, looks up what each change does on the engine at hand, and matches
//! rules against the result. `ARCHITECTURE.md` is the map; modules are declared here in reading order.

mod spelling;

pub mod answer;
mod embedded;
mod template;
pub mod yaml;

mod eloquent;
pub mod engine;
pub mod source;

pub mod php;

pub mod change;

pub mod catalog;
pub mod sql;

pub mod effect;
pub mod finding;
pub mod laravel;
pub mod usage;

pub mod rule;

pub mod lint;

pub mod recipe;

pub mod plan;

pub mod database;

pub mod emit;

pub mod gate;

pub mod report;

pub mod cli;
