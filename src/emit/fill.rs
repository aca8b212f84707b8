//! A backfill that can be written as a program which stops and goes on.

use super::error::EmitError;
use crate::plan::Step;
use crate::recipe::Backfill;

/// A backfill of one column, whose rows tell by themselves whether they are done.
pub(super) struct Fill<'a> {
    pub(super) backfill: &'a Backfill,
    pub(super) column: &'a str,
    /// The condition of the rows that still lack it.
    pub(super) only_where: &'a str,
}

impl<'a> Fill<'a> {
    pub(super) fn of(step: &Step, backfill: &'a Backfill) -> Result<Self, EmitError> {
        let (Some(column), Some(only_where)) = (&backfill.column, &backfill.only_where) else {
            let reason =
                "nothing in a row tells whether it was changed already, so a program that was stopped could not go on";
            let help = "change the rows with a program of your own, and take that out of the batch";
            return Err(EmitError::step(&step.id, reason, help));
        };
        Ok(Self { backfill, column, only_where })
    }
}
