//! What is said of a migration itself, in the words that rules take: what its front end noticed, and what could not be read.

use super::outcome::Unknown;
use super::project::Script;
use crate::change::{SchemaChange, Statement};
use crate::laravel::blueprint::Swallowed;
use crate::laravel::evaluate::{Evaluation, Habit, HabitKind};
use crate::rule::{Remark, RemarkKind};
use crate::sql;

/// All that is said of what a migration sends. What is told of a place for a better reason is not told as not understood.
pub(super) fn of_script(script: &Script, unknowns: &[Unknown]) -> Vec<Remark> {
    let mut remarks: Vec<Remark> = script.remarks.iter().cloned().chain(of_built_sql(&script.statements)).collect();
    let is_told = |unknown: &&Unknown| remarks.iter().any(|remark| remark.span == unknown.span);
    let others: Vec<Remark> = unknowns.iter().filter(|unknown| !is_told(unknown)).map(of_unknown).collect();
    remarks.extend(others);
    remarks
}

/// All that the evaluation of a Laravel migration noticed.
pub(super) fn of_evaluation(evaluation: &Evaluation) -> Vec<Remark> {
    evaluation.swallowed.iter().map(of_swallowed).chain(evaluation.habits.iter().map(of_habit)).collect()
}

/// A call that Laravel takes and never reads.
fn of_swallowed(call: &Swallowed) -> Remark {
    Remark {
        kind: RemarkKind::ModifierIgnored,
        span: call.span,
        reason: format!("Laravel takes `{}()` here and never reads it", call.method),
        what: call.method.clone(),
    }
}

fn of_habit(habit: &Habit) -> Remark {
    let kind = match habit.kind {
        HabitKind::RowsSkipped => RemarkKind::RowsSkipped,
        HabitKind::ModelUsed => RemarkKind::ModelUsed,
        HabitKind::SqlFromValues => RemarkKind::SqlFromValues,
    };
    Remark { kind, span: habit.span, what: habit.what.clone(), reason: habit.reason.clone() }
}

/// SQL that a statement puts together and runs, where a part of it is not known.
fn of_built_sql(statements: &[Statement]) -> impl Iterator<Item = Remark> {
    let changes = statements.iter().flat_map(|statement| &statement.changes);
    changes.filter_map(|change| match &change.what {
        SchemaChange::Opaque(opaque) if opaque.what == sql::BUILT && opaque.is_unknown() => Some(Remark {
            kind: RemarkKind::SqlFromValues,
            span: change.span,
            what: opaque.what.clone(),
            reason: opaque.reason.clone(),
        }),
        _ => None,
    })
}

/// Something that was not understood.
fn of_unknown(unknown: &Unknown) -> Remark {
    Remark { kind: RemarkKind::NotUnderstood, span: unknown.span, what: String::new(), reason: unknown.reason.clone() }
}
