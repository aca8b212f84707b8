//! Results in the formats that people and machines read.
//!
//! Takes what a command found and a place to write to; each format is a file here with its own structs, so that the
//! types below can change while the formats stay as they are. What is written depends on nothing but its input.

mod code;
pub mod doctor;
pub mod effects;
pub mod facts;
mod fingerprint;
pub mod gate;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod markdown;
mod objects;
pub mod page;
mod places;
pub mod plan;
mod prose;
pub mod sarif;
mod snippet;
pub mod sql;
pub mod tables;
mod tally;
pub mod text;
pub mod usage;
mod words;

pub use places::Places;
pub use tally::Tally;
