//! The gate: may this release go ahead, or back?
//!
//! Takes what is really there (the runner's own table and the live schema, the releases on disk, the processes, what was
//! recorded before) beside what the release brings (its migrations as judged, its plans), and answers twelve questions
//! with yes, no or unknown. What cannot be known refuses where it matters. It writes two things: the ledger, and a mark in
//! a release that was refused.

#![allow(
    clippy::disallowed_methods,
    reason = "the gate looks at releases, processes and the clock, and runs a command"
)]

pub mod activity;
pub mod back;
pub mod check;
pub mod child;
pub mod decision;
pub mod doctor;
pub mod findings;
pub mod half;
pub mod holds;
pub mod ledger;
pub mod log;
pub mod moment;
pub mod needs;
pub mod pending;
pub mod plans;
pub mod processes;
pub mod question;
pub mod quiet;
pub mod releases;
pub mod schema;
pub mod validity;
