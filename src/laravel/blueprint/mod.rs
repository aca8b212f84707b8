//! One `Blueprint`: what a closure did to `$table`, compiled to the SQL that Laravel sends for it.
//!
//! Takes the calls in their order, the settings, and the catalog (which `change()` up to Laravel 10 diffs against);
//! gives the statements, each with a map back to the calls. Which calls a migration makes is the evaluator's to say.

mod bound;
mod call;
mod command;
mod definition;
mod doctrine;
mod foreign;
mod grammar;
mod lost;
mod majors;
mod methods;
mod modifiers;
mod names;
mod statement;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use thiserror::Error;

use self::bound::Bound;
use self::call::Call;
use self::definition::{Definition, Kind};
use super::{Arguments, Settings, Value};
use crate::catalog::Catalog;
use crate::source::Span;

pub use statement::CompiledStatement;

/// The table that a `Schema::` call is about, and what was asked of it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Blueprint {
    table: String,
    span: Span,
    /// In the order of the calls; `None` for a column that was taken out again.
    definitions: Vec<Option<Definition>>,
    /// `engine`, `charset`, `collation` and `temporary`.
    properties: BTreeMap<&'static str, Value>,
    /// The column that the next one follows.
    after: Option<Value>,
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
    /// PHP or Laravel throws for another reason.
    #[error("{message}")]
    Refused { message: String },
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

impl Blueprint {
    /// `Schema::table($table, …)`, and the first half of `Schema::create` and `Schema::drop`, which add a command by `call`.
    /// `span` is the whole `Schema::` call.
    pub fn new(table: &str, span: Span) -> Self {
        Self {
            table: table.to_owned(),
            span,
            definitions: Vec::new(),
            properties: BTreeMap::new(),
            after: None,
            swallowed: Vec::new(),
        }
    }

    /// A method on `$table`: `string`, `index`, `dropColumn`, `create`, …
    pub fn call(
        &mut self,
        method: &str,
        arguments: &Arguments,
        span: Span,
        settings: &Settings,
    ) -> Result<Called, CallError> {
        let form = call::method(method, settings)?;
        let bound = Bound::new(method, form.parameters, arguments, settings)?;
        Call { blueprint: self, span, settings }.act(form.act, bound)
    }

    /// A fluent call on what `call` gave. `span` is the whole chain up to and with this call.
    pub fn modify(
        &mut self,
        definition: DefinitionId,
        method: &str,
        arguments: &Arguments,
        span: Span,
        settings: &Settings,
    ) -> Result<Called, CallError> {
        let Some(modified) = self.definition_mut(definition) else { return Ok(Called::Nothing) };
        let kind = modified.kind;
        if kind == Kind::ForeignColumn
            && let Some(called) = foreign::modify(self, definition, method, arguments, span, settings)
        {
            return called;
        }
        let shorthand = modifiers::shorthand(method, settings).filter(|_| kind == Kind::ForeignKey);
        let (attribute, value) = match shorthand {
            Some((attribute, action)) => (attribute.to_owned(), Value::from(action)),
            None if modifiers::is_read(kind, method, settings) => {
                let given = arguments.0.first().map_or(&Value::Bool(true), |argument| &argument.value);
                (method.to_owned(), bound::known(method, "value", given)?)
            }
            None => {
                self.swallowed.push(Swallowed { method: method.to_owned(), span });
                return Ok(Called::Definition(definition));
            }
        };
        if let Some(modified) = self.definition_mut(definition) {
            modified.set(attribute, value);
            modified.span = span;
        }
        Ok(Called::Definition(definition))
    }

    /// `$table->engine = 'InnoDB'`, and so `charset`, `collation`, `temporary`, `after`. Any other property is never read.
    pub fn set_property(&mut self, name: &str, value: &Value, span: Span) -> Result<(), CallError> {
        let value = bound::known("$table", name, value)?;
        match ["engine", "charset", "collation", "temporary"].into_iter().find(|known| *known == name) {
            Some(known) => self.set(known, value),
            None if name == "after" => self.after = Some(value).filter(text::is_true),
            None => self.swallowed.push(Swallowed { method: name.to_owned(), span }),
        }
        Ok(())
    }

    /// `$table->after($column, function …)`: the columns added up to `end_after` follow `column` and each other.
    pub fn begin_after(&mut self, column: &str) {
        self.after = Some(Value::from(column));
    }

    pub fn end_after(&mut self) {
        self.after = None;
    }

    /// The fluent calls that Laravel's `Fluent` took without ever reading them, in the order made.
    pub fn swallowed(&self) -> &[Swallowed] {
        &self.swallowed
    }

    /// The statements that `build` sends, in their order. A blueprint that fails sends nothing at all.
    pub fn compile(&self, settings: &Settings, catalog: &Catalog) -> Result<Vec<CompiledStatement>, CompileError> {
        let implied = command::with_fluent_indexes(self, settings)?;
        grammar::compile(&implied, settings, catalog)
    }

    fn add(&mut self, definition: Definition) -> DefinitionId {
        self.definitions.push(Some(definition));
        DefinitionId(self.definitions.len() - 1)
    }

    fn add_column(&mut self, mut column: Definition) -> DefinitionId {
        if let Some(after) = self.after.take() {
            column.set("after", after);
            self.after = column.get("name").cloned();
        }
        self.add(column)
    }

    fn remove_column(&mut self, name: &str) {
        for definition in &mut self.definitions {
            *definition = definition.take().filter(|definition| !definition.is_column() || definition.name() != name);
        }
    }

    fn definition_mut(&mut self, id: DefinitionId) -> Option<&mut Definition> {
        self.definitions.get_mut(id.0).and_then(Option::as_mut)
    }

    /// The attribute of that definition; null if it has none.
    fn attribute(&self, id: DefinitionId, name: &str) -> Value {
        let definition = self.definitions.get(id.0).and_then(Option::as_ref);
        definition.and_then(|definition| definition.get(name)).cloned().unwrap_or(Value::Null)
    }

    fn set_on(&mut self, id: DefinitionId, attribute: &'static str, value: Value) {
        if let Some(definition) = self.definition_mut(id) {
            definition.set(attribute, value);
        }
    }

    fn set(&mut self, property: &'static str, value: Value) {
        self.properties.insert(property, value);
    }

    /// The property, unless it is null.
    fn property(&self, name: &str) -> Option<&Value> {
        self.properties.get(name).filter(|value| **value != Value::Null)
    }

    fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().flatten()
    }

    fn columns(&self) -> impl Iterator<Item = &Definition> {
        self.definitions().filter(|definition| definition.is_column())
    }

    /// The first command of that name.
    fn command(&self, name: &str) -> Option<&Definition> {
        self.definitions().find(|definition| !definition.is_column() && definition.name() == name)
    }

    fn is_creating(&self) -> bool {
        self.command("create").is_some()
    }
}
