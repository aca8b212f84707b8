//! Compares the SQL that phasewise gives for Laravel migrations with what Debian's Laravel 8.83 sends for the same files.

mod case;
mod comparison;
mod process;
mod templates;

pub(crate) mod random;
pub(crate) mod shop;
