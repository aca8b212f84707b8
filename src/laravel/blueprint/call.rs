//! What the methods of `$table` do to the blueprint.

use super::bound::Bound;
use super::definition::{Definition, Kind};
use super::majors::{CONSTRAINED_ASKS_MODEL, EXPRESSIONS_ARE_STRINGS, MODELS_HAVE_ULIDS};
use super::methods::{Act, Dropped, Fixed, ForeignKeyType, IsNullable, Method, MorphKey, forms};
use super::{Blueprint, CallError, Called, DefinitionId, names, text};
use crate::laravel::{Key, Model, ModelKey, Settings, Value};
use crate::source::Span;

/// The form that the method has in the Laravel at hand.
pub(super) fn method(name: &str, settings: &Settings) -> Result<&'static Method, CallError> {
    let mut forms = forms(name).peekable();
    if forms.peek().is_none() {
        return Err(CallError::UnknownMethod { method: name.to_owned() });
    }
    forms.find(|method| method.majors.include(settings)).ok_or_else(|| CallError::NotInThisLaravel {
        message: format!("Method Illuminate\\Database\\Schema\\Blueprint::{name} does not exist."),
    })
}

/// One call under way.
pub(super) struct Call<'a> {
    pub blueprint: &'a mut Blueprint,
    pub span: Span,
    pub settings: &'a Settings,
}

impl Call<'_> {
    pub(super) fn act(&mut self, act: Act, bound: Bound) -> Result<Called, CallError> {
        let definition = match act {
            Act::Column(column_type, fixed) => self.column(Kind::Column, column_type, fixed, bound),
            Act::ForeignColumn(column_type, fixed) => self.column(Kind::ForeignColumn, column_type, fixed, bound),
            Act::AnyColumn => self.any_column(&bound),
            Act::ForeignFor(key_type) => self.foreign_for(key_type, &bound)?,
            Act::Index(kind) => self.index(kind, &bound)?,
            Act::RawIndex => {
                let columns = vec![Value::Raw(bound.text("expression"))];
                self.index_command(Kind::Index, "index", "index", columns, bound.if_true("name"))?
            }
            Act::Foreign => {
                let columns = text::list(Some(bound.get("columns")));
                self.foreign(columns, bound.if_true("name"))?
            }
            Act::DropIndex(command, kind) => self.drop_index(command, kind, bound.get("index"))?,
            Act::DropConstrainedForeignId => self.drop_constrained(bound.get("column"))?,
            Act::DropForeignFor(dropped) => self.drop_foreign_for(dropped, &bound)?,
            Act::DropColumn => self.drop_columns(text::list(Some(bound.get("column")))),
            Act::DropColumns => {
                let mut columns = text::list(Some(bound.get("columns")));
                if !matches!(bound.get("columns"), Value::Array(_)) {
                    columns.extend(bound.rest);
                }
                self.drop_columns(columns)
            }
            Act::Command(name) => self.command(name, bound),
            _ => {
                self.act_for_nothing(act, &bound)?;
                return Ok(Called::Nothing);
            }
        };
        Ok(Called::Definition(definition))
    }

    /// The methods that give nothing back which later calls could modify.
    fn act_for_nothing(&mut self, act: Act, bound: &Bound) -> Result<(), CallError> {
        match act {
            Act::Timestamps(column_type) => {
                for name in ["created_at", "updated_at"] {
                    let mut column = Definition::new(Kind::Column, name, self.span);
                    column.set("type", column_type);
                    column.set("precision", bound.get("precision").clone());
                    column.set("nullable", true);
                    self.blueprint.add_column(column);
                }
            }
            Act::Morphs(key, is_nullable) => self.morphs(key, is_nullable, bound)?,
            Act::DropMorphs => {
                let columns = ["type", "id"].map(|part| Value::from(format!("{}_{part}", bound.text("name"))));
                let name = match bound.if_true("indexName") {
                    Some(name) => name.clone(),
                    None => Value::from(columns.to_vec()),
                };
                self.drop_index("dropIndex", "index", &name)?;
                self.drop_columns(columns.to_vec());
            }
            Act::DropThese(columns) => {
                self.drop_columns(columns.iter().copied().map(Value::from).collect());
            }
            Act::RemoveColumn => self.blueprint.remove_column(&bound.text("name")),
            Act::SetProperty(name) => self.blueprint.set(name, bound.get(name).clone()),
            Act::Temporary => self.blueprint.set("temporary", Value::Bool(true)),
            Act::InnoDb => self.blueprint.set("engine", Value::from("InnoDB")),
            _ => {}
        }
        Ok(())
    }

    fn column(
        &mut self,
        kind: Kind,
        column_type: &'static str,
        fixed: &[(&'static str, Fixed)],
        bound: Bound,
    ) -> DefinitionId {
        let mut column = Definition::new(kind, Value::Null, self.span);
        column.set("type", column_type);
        for (at, (parameter, value)) in bound.into_values().enumerate() {
            column.set(if at == 0 { "name" } else { parameter }, value);
        }
        for (attribute, value) in fixed {
            column.set(*attribute, value_of(*value));
        }
        self.blueprint.add_column(column)
    }

    fn any_column(&mut self, bound: &Bound) -> DefinitionId {
        let mut column = Definition::new(Kind::Column, bound.get("name").clone(), self.span);
        column.set("type", bound.get("type").clone());
        if let Value::Array(parameters) = bound.get("parameters") {
            for (key, value) in parameters {
                if let Key::Str(attribute) = key {
                    column.set(attribute.clone(), value.clone());
                }
            }
        }
        self.blueprint.add_column(column)
    }

    fn foreign_for(&mut self, key_type: ForeignKeyType, bound: &Bound) -> Result<DefinitionId, CallError> {
        let model = known_model(bound)?;
        let mut column = Definition::new(Kind::ForeignColumn, foreign_column(&model, bound), self.span);
        let has_ulid = match key_type {
            ForeignKeyType::OfModel => model.key_type == ModelKey::Ulid && MODELS_HAVE_ULIDS.include(self.settings),
            ForeignKeyType::Uuid => false,
            ForeignKeyType::Ulid => true,
        };
        if key_type == ForeignKeyType::OfModel && model.key_type == ModelKey::Int {
            column.set("type", "bigInteger");
            column.set("autoIncrement", false);
            column.set("unsigned", true);
        } else if has_ulid {
            column.set("type", "char");
            column.set("length", Value::Int(26));
        } else {
            column.set("type", "uuid");
        }
        if CONSTRAINED_ASKS_MODEL.include(self.settings) {
            column.set("table", model.table);
            column.set("referencesModelColumn", model.key_name);
        }
        Ok(self.blueprint.add_column(column))
    }

    fn morphs(&mut self, key: MorphKey, IsNullable(is_nullable): IsNullable, bound: &Bound) -> Result<(), CallError> {
        let name = bound.text("name");
        let (type_column, id_column) = (format!("{name}_type"), format!("{name}_id"));
        let mut first = Definition::new(Kind::Column, type_column.as_str(), self.span);
        first.set("type", "string");
        first.set("length", Value::Int(i64::from(self.settings.string_length)));
        let mut second = Definition::new(Kind::Column, id_column.as_str(), self.span);
        for (attribute, value) in attributes_of_morph_key(key, self.settings) {
            second.set(*attribute, value_of(*value));
        }
        for column in [&mut first, &mut second] {
            column.set("nullable", is_nullable);
        }
        let added = [self.blueprint.add_column(first), self.blueprint.add_column(second)];
        if let Some(after) = bound.find("after") {
            // Even a null takes away what `after(…, function)` had set.
            let type_column = if *after == Value::Null { Value::Null } else { Value::from(type_column.as_str()) };
            for (id, after) in added.into_iter().zip([after.clone(), type_column]) {
                self.blueprint.set_on(id, "after", after);
            }
        }
        let columns = vec![Value::from(type_column), Value::from(id_column)];
        self.index_command(Kind::Index, "index", "index", columns, bound.if_true("indexName")).map(|_| ())
    }

    fn index(&mut self, kind: &'static str, bound: &Bound) -> Result<DefinitionId, CallError> {
        let columns = text::list(Some(bound.get("columns")));
        let index = self.index_command(Kind::Index, kind, kind, columns, bound.if_true("name"))?;
        for attribute in ["algorithm", "operatorClass"] {
            self.blueprint.set_on(index, attribute, bound.get(attribute).clone());
        }
        Ok(index)
    }

    /// `name` is the index's own name; without one, it gets the conventional name of its kind.
    pub(super) fn index_command(
        &mut self,
        definition: Kind,
        command: &'static str,
        kind: &str,
        columns: Vec<Value>,
        name: Option<&Value>,
    ) -> Result<DefinitionId, CallError> {
        let name = match name {
            Some(name) => name.clone(),
            None => Value::from(self.index_name(kind, &columns)?),
        };
        let mut index = Definition::new(definition, command, self.span);
        index.set("index", name);
        index.set("columns", columns);
        Ok(self.blueprint.add(index))
    }

    pub(super) fn foreign(&mut self, columns: Vec<Value>, name: Option<&Value>) -> Result<DefinitionId, CallError> {
        self.index_command(Kind::ForeignKey, "foreign", "foreign", columns, name)
    }

    fn index_name(&self, kind: &str, columns: &[Value]) -> Result<String, CallError> {
        let is_refused = |column: &Value| matches!(column, Value::Raw(_));
        if columns.iter().any(is_refused) && !EXPRESSIONS_ARE_STRINGS.include(self.settings) {
            return Err(CallError::Refused { message: text::EXPRESSION_IN_STRING.to_owned() });
        }
        let columns: Vec<String> = columns.iter().map(text::text).collect();
        Ok(names::index(&self.blueprint.table, &columns, kind, self.settings))
    }

    pub(super) fn drop_index(
        &mut self,
        command: &'static str,
        kind: &str,
        index: &Value,
    ) -> Result<DefinitionId, CallError> {
        if let Value::Array(_) = index {
            return self.index_command(Kind::Index, command, kind, text::list(Some(index)), None);
        }
        let name = Some(index).filter(|name| text::is_true(name));
        self.index_command(Kind::Index, command, command, Vec::new(), name)
    }

    fn drop_constrained(&mut self, column: &Value) -> Result<DefinitionId, CallError> {
        self.drop_index("dropForeign", "foreign", &Value::from(vec![column.clone()]))?;
        Ok(self.drop_columns(text::list(Some(column))))
    }

    fn drop_foreign_for(&mut self, dropped: Dropped, bound: &Bound) -> Result<DefinitionId, CallError> {
        let column = foreign_column(&known_model(bound)?, bound);
        match dropped {
            Dropped::Key => self.drop_index("dropForeign", "foreign", &Value::from(vec![column])),
            Dropped::Column => Ok(self.drop_columns(vec![column])),
            Dropped::KeyAndColumn => self.drop_constrained(&column),
        }
    }

    fn drop_columns(&mut self, columns: Vec<Value>) -> DefinitionId {
        let mut drop = Definition::new(Kind::DropColumn, "dropColumn", self.span);
        drop.set("columns", columns);
        self.blueprint.add(drop)
    }

    fn command(&mut self, name: &'static str, bound: Bound) -> DefinitionId {
        let mut command = Definition::new(Kind::OtherCommand, name, self.span);
        for (parameter, value) in bound.into_values() {
            command.set(parameter, value);
        }
        self.blueprint.add(command)
    }
}

fn value_of(fixed: Fixed) -> Value {
    match fixed {
        Fixed::Yes => Value::Bool(true),
        Fixed::No => Value::Bool(false),
        Fixed::Number(number) => Value::Int(number),
        Fixed::Text(text) => Value::from(text),
    }
}

fn attributes_of_morph_key(key: MorphKey, settings: &Settings) -> &'static [(&'static str, Fixed)] {
    match (key, settings.morph_key.as_str()) {
        (MorphKey::Uuid, _) | (MorphKey::ByDefault, "uuid") => &[("type", Fixed::Text("uuid"))],
        (MorphKey::Ulid, _) | (MorphKey::ByDefault, "ulid") => {
            &[("type", Fixed::Text("char")), ("length", Fixed::Number(26))]
        }
        _ => &[("type", Fixed::Text("bigInteger")), ("unsigned", Fixed::Yes)],
    }
}

fn known_model(bound: &Bound) -> Result<Model, CallError> {
    names::model(bound.get("model"))
        .ok_or_else(|| CallError::UnknownArgument { reason: "the argument `$model` names no model".to_owned() })
}

fn foreign_column(model: &Model, bound: &Bound) -> Value {
    bound.if_true("column").cloned().unwrap_or_else(|| Value::from(names::foreign_key(model)))
}
