//! Fluent calls that make something new: the foreign key behind `foreignId(…)->constrained()`.

use super::bound::Bound;
use super::call::Call;
use super::majors::{CONSTRAINED_ASKS_MODEL, Majors, between, since, until};
use super::methods::{Default, Parameter};
use super::{Blueprint, CallError, Called, DefinitionId, names, text};
use crate::laravel::{Arguments, Settings, Value};
use crate::source::Span;

/// `constrained` and `references` on what `foreignId` and its kin gave; `None` for any other method.
pub(super) fn modify(
    blueprint: &mut Blueprint,
    column: DefinitionId,
    method: &str,
    arguments: &Arguments,
    span: Span,
    settings: &Settings,
) -> Option<Result<Called, CallError>> {
    let is_constrained = method.eq_ignore_ascii_case("constrained");
    if !is_constrained && !method.eq_ignore_ascii_case("references") {
        return None;
    }
    let forms = if is_constrained { CONSTRAINED } else { REFERENCES };
    let (_, parameters) = forms.iter().find(|(majors, _)| majors.include(settings))?;
    Some(Bound::new(method, parameters, arguments, settings).and_then(|bound| {
        let mut call = Call { blueprint, span, settings };
        let key = call.refer(column, &bound)?;
        if is_constrained {
            call.constrain(column, key, &bound);
        }
        Ok(Called::Definition(key))
    }))
}

impl Call<'_> {
    fn refer(&mut self, column: DefinitionId, bound: &Bound) -> Result<DefinitionId, CallError> {
        let name = self.blueprint.attribute(column, "name");
        let key = self.foreign(vec![name], bound.if_true("indexName"))?;
        let referred = self.referred_column(column, bound);
        self.blueprint.set_on(key, "references", referred);
        Ok(key)
    }

    fn constrain(&mut self, column: DefinitionId, key: DefinitionId, bound: &Bound) {
        let table = match (bound.get("table"), self.blueprint.attribute(column, "table")) {
            (Value::Null, Value::Null) => {
                let name = text::text(&self.blueprint.attribute(column, "name"));
                let referred = text::text(&self.referred_column(column, bound));
                Value::from(names::referred_table(&name, &referred))
            }
            (Value::Null, table) => table,
            (table, _) => table.clone(),
        };
        self.blueprint.set_on(key, "on", table);
    }

    fn referred_column(&self, column: DefinitionId, bound: &Bound) -> Value {
        match (bound.get("column"), self.blueprint.attribute(column, "referencesModelColumn")) {
            (Value::Null, Value::Null) if CONSTRAINED_ASKS_MODEL.include(self.settings) => Value::from("id"),
            (Value::Null, referred) => referred,
            (given, _) => given.clone(),
        }
    }
}

const fn parameter(name: &'static str, default: Default) -> Parameter {
    Parameter { name, default }
}

const TABLE: Parameter = parameter("table", Default::Null);
const COLUMN: Parameter = parameter("column", Default::Null);
const ID: Parameter = parameter("column", Default::Text("id"));
const REQUIRED_COLUMN: Parameter = parameter("column", Default::Required);
const INDEX_NAME: Parameter = parameter("indexName", Default::Null);

type Forms = &'static [(Majors, &'static [Parameter])];

const CONSTRAINED: Forms =
    &[(until(9), &[TABLE, ID]), (between(10, 10), &[TABLE, ID, INDEX_NAME]), (since(11), &[TABLE, COLUMN, INDEX_NAME])];

const REFERENCES: Forms = &[(until(9), &[REQUIRED_COLUMN]), (since(10), &[REQUIRED_COLUMN, INDEX_NAME])];
