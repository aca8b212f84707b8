//! `change()` and `renameColumn()` as doctrine/dbal sends them up to Laravel 10.

use super::definition::Definition;
use super::grammar::Context;
use super::{CompileError, CompiledStatement};

pub(super) fn change(context: &Context, columns: &[&Definition]) -> Result<Vec<CompiledStatement>, CompileError> {
    let span = context.span_of(columns);
    Err(CompileError::Refused { message: String::new(), span })
}

pub(super) fn rename(_: &Context, command: &Definition) -> Result<Vec<CompiledStatement>, CompileError> {
    Err(CompileError::Refused { message: String::new(), span: command.span })
}
