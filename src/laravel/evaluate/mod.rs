//! What a migration sends: its PHP run as a small, total interpreter runs it.
//!
//! Takes a migration's tree, the application around it, and the tables as they stand; gives the statements in the order
//! sent. Whatever cannot be known is a term of its own, `Term::Unknown`, that spoils only what is made of it.
//! A condition that cannot be decided keeps both branches, whose statements carry it as their guard.

mod arguments;
mod array;
mod branch;
mod calls;
mod chain;
mod choices;
mod classes;
mod collection;
mod config;
mod database;
mod emit;
mod expressions;
mod facade;
mod format;
mod functions;
mod habit;
mod inspection;
mod interpreter;
mod jobs;
mod lists;
mod loops;
mod migration;
mod model;
mod opaque;
mod operators;
mod places;
mod query;
mod references;
mod rows;
mod schema;
mod state;
mod statements;
mod strings;
mod support;
mod table;
mod templates;
mod term;
#[cfg(test)]
mod tests;

use crate::answer::Answer;
use crate::change::{Problem, Statement};
use crate::laravel::blueprint::Swallowed;

pub(crate) use config::evaluate_config;
pub use habit::{Habit, HabitKind};
pub use migration::evaluate;
pub(crate) use support::value_at;

/// Which of a migration's methods runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// What a migration does.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// In the order sent. What could not be followed is an opaque change among them.
    pub statements: Vec<Statement>,
    /// What kept it from being evaluated, or would keep Laravel from running it.
    pub problems: Vec<Problem>,
    /// Fluent calls that Laravel takes and never reads.
    pub swallowed: Vec<Swallowed>,
    /// What it does that none of its statements shows.
    pub habits: Vec<Habit>,
    /// `public $withinTransaction`: whether Laravel may wrap it, on engines where it wraps.
    pub within_transaction: bool,
    /// What `shouldRun()` answers.
    pub should_run: Answer,
    /// `protected $connection`, where it is not the default one.
    pub connection: Option<String>,
}
