//! All integration tests, in one binary: one module per area.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may fail, reads fixtures and runs the binary"
)]

mod catalog;
mod cli;
mod effects;
mod layers;
mod report;
