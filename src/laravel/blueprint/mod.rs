//! One `Blueprint`: what a closure did to `$table`, compiled to the SQL that Laravel sends for it.
//!
//! Takes the calls in their order, the settings, and the catalog (which `change()` up to Laravel 10 diffs against);
//! gives the statements, each with a map back to the calls. Which calls a migration makes is the evaluator's to say.

use thiserror::Error;

use super::{Arguments, Settings, Value};
use crate::catalog::Catalog;
use crate::source::{SourceMap, Span};

/// The table that a `Schema::` call is about, and what was asked of it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    table: String,
    span: Span,
    swallowed: Vec<Swallowed>,
}

/// A column, index, foreign key or command that later fluent calls modify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefinitionId(usize);

/// What a call gave back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// Fluent calls on what came back modify this definition.
    Definition(DefinitionId),
    /// Nothing that later calls could modify.
    Nothing,
}

/// A fluent call that Laravel stores and never reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swallowed {
    pub method: String,
    pub span: Span,
}

/// Why a call could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallError {
    /// A macro of the application or of a package; without one, Laravel throws a `BadMethodCallException`.
    #[error("Blueprint has no method `{method}`; it may be a macro")]
    UnknownMethod { method: String },
    /// Laravel throws: the major at hand does not have the method yet, or no longer. `message` is the exception's.
    #[error("{message}")]
    NotInThisLaravel { message: String },
    /// PHP throws an `ArgumentCountError`.
    #[error("`{method}` needs its argument `${parameter}`")]
    Missing { method: String, parameter: &'static str },
    /// What the SQL hangs on is not known.
    #[error("{reason}")]
    UnknownArgument { reason: String },
}

/// Why a blueprint sends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CompileError {
    /// Laravel throws, and so sends nothing of the whole blueprint.
    #[error("{message}")]
    Refused { message: String, span: Span },
    /// What it sends hangs on something that is not known.
    #[error("{reason}")]
    Unknown { reason: String, span: Span },
}

/// One statement that Laravel sends, without a semicolon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledStatement {
    pub sql: String,
    pub map: SourceMap,
}

impl Blueprint {
    /// `Schema::table($table, …)`, and the first half of `Schema::create` and `Schema::drop`, which add a command by `call`.
    /// `span` is the whole `Schema::` call.
    pub fn new(table: &str, span: Span) -> Self {
        Self { table: table.to_owned(), span, swallowed: Vec::new() }
    }

    /// A method on `$table`: `string`, `index`, `dropColumn`, `create`, …
    pub fn call(
        &mut self,
        method: &str,
        _arguments: &Arguments,
        _span: Span,
        _settings: &Settings,
    ) -> Result<Called, CallError> {
        Err(CallError::UnknownMethod { method: method.to_owned() })
    }

    /// A fluent call on what `call` gave. `span` is the whole chain up to and with this call.
    pub fn modify(
        &mut self,
        definition: DefinitionId,
        method: &str,
        _arguments: &Arguments,
        span: Span,
        _settings: &Settings,
    ) -> Result<Called, CallError> {
        self.swallowed.push(Swallowed { method: method.to_owned(), span });
        Ok(Called::Definition(definition))
    }

    /// `$table->engine = 'InnoDB'`, and so `charset`, `collation`, `temporary`.
    pub fn set_property(&mut self, _name: &str, _value: &Value, _span: Span) -> Result<(), CallError> {
        Ok(())
    }

    /// `$table->after($column, function …)`: the columns added up to `end_after` follow `column` and each other.
    pub fn begin_after(&mut self, _column: &str) {}

    pub fn end_after(&mut self) {}

    /// The fluent calls that Laravel's `Fluent` took without ever reading them, in the order made.
    pub fn swallowed(&self) -> &[Swallowed] {
        &self.swallowed
    }

    /// The statements that `build` sends, in their order. A blueprint that fails sends nothing at all.
    pub fn compile(&self, _settings: &Settings, _catalog: &Catalog) -> Result<Vec<CompiledStatement>, CompileError> {
        Err(CompileError::Unknown { reason: format!("`{}` is not compiled yet", self.table), span: self.span })
    }
}
