//! A table of SQLite as Laravel reads it from the live database before it rebuilds it, read from the catalog instead.

use crate::answer::Answer;
use crate::catalog::{self, Table};
use crate::change::{self, Default, IndexPart, ReferentialAction, TableName};
use crate::engine::Engine;
use crate::laravel::Value;
use crate::laravel::blueprint::CompileError;
use crate::laravel::blueprint::definition::{Definition, Kind};
use crate::laravel::blueprint::grammar::context::Context;
use crate::laravel::blueprint::majors::SQLITE_KNOWS_SCHEMAS;
use crate::source::Span;

/// The table that a command is about. Laravel reads one that does not stand as one without columns.
pub(super) struct Standing<'a> {
    table: Option<&'a Table>,
    name: TableName,
    /// What asks for it.
    span: Span,
}

impl<'a> Standing<'a> {
    pub(super) fn of(context: &Context<'a>, span: Span) -> Result<Self, CompileError> {
        let name = live_name(context);
        let table = context.catalog.table(&name);
        if table.is_none() && context.catalog.has_table(&name) != Answer::No {
            let reason = format!("what Laravel does hangs on the table `{name}`, which no migration here defines");
            return Err(CompileError::Unknown { reason, span });
        }
        Ok(Self { table, name, span })
    }

    pub(super) fn columns(&self) -> Result<Vec<Definition>, CompileError> {
        self.refuse_partial()?;
        let columns = self.table.into_iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.map(|(table, column)| self.column(table, &column.definition)).collect()
    }

    pub(super) fn primary_key(&self) -> Option<Definition> {
        let columns = self.table.map(|table| &table.primary_key).filter(|columns| !columns.is_empty())?;
        let mut key = Definition::new(Kind::Index, "primary", self.span);
        key.set("columns", values(columns));
        Some(key)
    }

    /// The indexes by the order of their names, all in lower case, as Laravel's query gives them.
    pub(super) fn indexes(&self) -> Result<Vec<Definition>, CompileError> {
        let mut indexes: Vec<&catalog::Index> = self.table.into_iter().flat_map(|table| &table.indexes).collect();
        if let Some(index) = indexes.iter().find(|index| index.is_constraint) {
            let reason = format!("what SQLite calls the index behind the constraint `{}` is not known", index.name);
            return Err(self.unknown(reason));
        }
        indexes.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(indexes.into_iter().map(|index| self.index_definition(index)).collect())
    }

    /// The foreign keys, the last one declared first, as SQLite lists them.
    pub(super) fn foreign_keys(&self) -> Vec<Definition> {
        let keys = self.table.into_iter().flat_map(|table| table.foreign_keys.iter().rev());
        keys.map(|key| self.foreign_key(&key.definition)).collect()
    }

    /// The index that goes by that name, which Laravel compares in lower case.
    pub(super) fn index(&self, name: &str) -> Result<Definition, CompileError> {
        let indexes = self.table.into_iter().flat_map(|table| &table.indexes);
        if let Some(index) = indexes.into_iter().find(|index| index.name.to_lowercase() == name) {
            return Ok(self.index_definition(index));
        }
        self.refuse_partial()?;
        let message = if name == "primary" && self.table.is_some_and(has_row_id_key) {
            "SQLite does not support altering primary keys.".to_owned()
        } else {
            format!("Index [{name}] does not exist.")
        };
        Err(CompileError::Refused { message, span: self.span })
    }

    fn column(&self, table: &Table, column: &change::Column) -> Result<Definition, CompileError> {
        let column_type = column.column_type.to_string().to_lowercase();
        let mut definition = Definition::new(Kind::Column, column.name.as_str(), self.span);
        definition.set("type", column_type.split('(').next().unwrap_or_default());
        definition.set("autoIncrement", column.is_primary_key && has_row_id_key(table));
        definition.set("full_type_definition", column_type);
        definition.set("nullable", column.is_nullable);
        definition.set("collation", column.collation.as_ref().map_or(Value::Null, |name| name.to_lowercase().into()));
        if let Some(default) = default(&column.default) {
            definition.set("default", Value::Raw(format!("({default})")));
        }
        if let Some(generated) = &column.generated {
            if depth(&generated.expression) > DEEPEST_READ {
                let reason = format!("Laravel cannot read the brackets of the generated column `{}`", column.name);
                return Err(self.unknown(reason));
            }
            let attribute = if generated.is_stored { "storedAs" } else { "virtualAs" };
            definition.set(attribute, generated.expression.as_str());
        }
        Ok(definition)
    }

    /// Laravel reads the columns of an index and whether it is unique; expressions and conditions it does not.
    fn index_definition(&self, index: &catalog::Index) -> Definition {
        let kind = if index.definition.is_unique { "unique" } else { "index" };
        let mut definition = Definition::new(Kind::Index, kind, self.span);
        definition.set("index", index.name.to_lowercase());
        let columns = index.definition.parts.iter().filter_map(|part| match part {
            IndexPart::Column { name, .. } => Some(Value::from(name.as_str())),
            IndexPart::Expression(_) => None,
        });
        definition.set("columns", columns.collect::<Vec<_>>());
        definition
    }

    fn foreign_key(&self, key: &change::ForeignKey) -> Definition {
        let action = |action: Option<ReferentialAction>| action_sql(action.unwrap_or(ReferentialAction::NoAction));
        let mut definition = Definition::new(Kind::ForeignKey, "foreign", self.span);
        definition.set("columns", values(&key.columns));
        // Without quotes, whatever the name.
        definition.set("on", Value::Raw(key.to_table.name.clone()));
        let unnamed = [String::new()];
        definition.set("references", values(if key.to_columns.is_empty() { &unnamed } else { &key.to_columns }));
        definition.set("onDelete", action(key.on_delete));
        definition.set("onUpdate", action(key.on_update));
        definition
    }

    fn refuse_partial(&self) -> Result<(), CompileError> {
        if self.table.is_some_and(|table| table.is_partial) {
            return Err(
                self.unknown(format!("Laravel reads the table `{}` anew, and not all of it is known", self.name))
            );
        }
        Ok(())
    }

    fn unknown(&self, reason: String) -> CompileError {
        CompileError::Unknown { reason, span: self.span }
    }
}

/// The name under which Laravel looks the table up.
fn live_name(context: &Context) -> TableName {
    let prefix = &context.settings.prefix;
    match context.blueprint.table.split_once('.') {
        Some((schema, table)) if SQLITE_KNOWS_SCHEMAS.include(context.settings) => TableName {
            schema: Some(schema.to_owned()).filter(|schema| schema != "main"),
            name: format!("{prefix}{table}"),
        },
        _ => TableName::new(format!("{prefix}{}", context.blueprint.table).replace('.', "__")),
    }
}

/// Whether the primary key is one column of the type `integer`, which SQLite numbers the rows by.
fn has_row_id_key(table: &Table) -> bool {
    let [key] = table.primary_key.as_slice() else { return false };
    let column = table.column(key, Engine::Sqlite);
    column.is_some_and(|column| column.definition.column_type.to_string().eq_ignore_ascii_case("integer"))
}

/// The default as SQLite tells it: an expression without its brackets.
fn default(default: &Default) -> Option<String> {
    let text = match default {
        Default::None => return None,
        Default::Null => "NULL",
        Default::Literal(text) | Default::CurrentTimestamp(text) | Default::Expression(text) => text.as_str(),
    };
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    Some(inner.unwrap_or(text).trim().to_owned())
}

/// The brackets within brackets up to which Laravel's pattern reads a generated column's expression.
const DEEPEST_READ: usize = 2;

fn depth(expression: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for letter in expression.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn action_sql(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "no action",
        ReferentialAction::Restrict => "restrict",
        ReferentialAction::Cascade => "cascade",
        ReferentialAction::SetNull => "set null",
        ReferentialAction::SetDefault => "set default",
    }
}

fn values(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| Value::from(text.as_str())).collect()
}
