//! What a lint gives: every change of the batch with its effect, every finding, and what was not understood.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::catalog::Catalog;
use crate::change::{Change, Statement, TableName};
use crate::effect::{Effect, Trail};
use crate::engine::EngineVersion;
use crate::finding::{Breaks, Finding};
use crate::source::Span;

/// The result of linting a batch.
#[derive(Debug)]
pub struct Outcome {
    pub target: EngineVersion,
    /// The major of Laravel, where the project is one.
    pub laravel: Option<u8>,
    /// The migrations of the batch, in the order in which they run.
    pub migrations: Vec<MigrationRead>,
    pub changes: Vec<JudgedChange>,
    /// In the order of migrations, then of places.
    pub findings: Vec<Finding>,
    pub unknown: Vec<Unknown>,
    /// The tables whose size would have decided how bad a finding is, and is not known.
    pub unsized_tables: BTreeSet<TableName>,
    /// The tables as they stand after the batch.
    pub catalog: Catalog,
    /// Where things were done on the way.
    pub trail: Trail,
}

impl Outcome {
    /// The change that a finding is about.
    pub fn change_of(&self, finding: &Finding) -> Option<&JudgedChange> {
        self.changes.get(finding.change?)
    }
}

/// A migration of the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationRead {
    /// As its runner logs it.
    pub name: String,
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// Whether the runner wraps it in a transaction.
    pub is_in_transaction: bool,
}

/// A change of the batch, and what it does on the engine at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedChange {
    /// Its place in [`Outcome::migrations`].
    pub migration: usize,
    /// The statement it is part of, shared by the changes of one statement.
    pub statement: Rc<Statement>,
    pub change: Change,
    pub effect: Effect,
    pub breaks: Breaks,
}

/// Something in the batch, or in the history that it stands on, that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub span: Span,
    pub reason: String,
    /// Whether it stands in the history rather than in the batch.
    pub is_history: bool,
}
