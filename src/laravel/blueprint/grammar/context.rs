//! What every grammar needs to compile a command, and the SQL that they share.

use super::types::ColumnType;
use crate::catalog::Catalog;
use crate::change::TableName;
use crate::engine::Engine;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::definition::Definition;
use crate::laravel::blueprint::majors::{
    ALL, CURRENT_IS_DEFAULT, DEFAULTS_ARE_ESCAPED, DOCTRINE_WINS, HAS_MARIADB, Majors, PRIMARY_COMMAND_WINS, since,
    until,
};
use crate::laravel::blueprint::{Blueprint, CompileError, CompiledStatement, text};
use crate::laravel::{Settings, Value};
use crate::source::Span;

pub(in crate::laravel::blueprint) type Compile = fn(&Context, &Command) -> Result<Vec<CompiledStatement>, CompileError>;

/// What a modifier adds to a column's definition; empty for nothing.
pub(in crate::laravel::blueprint) type Modifier = fn(&Context, &Definition) -> String;

/// The facts of one grammar.
pub(in crate::laravel::blueprint) struct Dialect {
    /// Of the class that Laravel names in its exceptions.
    pub grammar: &'static str,
    pub types: &'static [ColumnType],
    /// In the order in which they are written.
    pub modifiers: &'static [(Majors, Modifier)],
    /// The attributes of columns that an expression cannot stand for.
    pub strings: &'static [&'static str],
}

/// The blueprint at hand and what decides its SQL.
pub(in crate::laravel::blueprint) struct Context<'a> {
    pub blueprint: &'a Blueprint,
    pub settings: &'a Settings,
    pub catalog: &'a Catalog,
    pub dialect: &'static Dialect,
}

impl Context<'_> {
    /// The blueprint's table, quoted.
    pub(super) fn table(&self) -> String {
        self.quote_table(&self.blueprint.table)
    }

    /// The blueprint's table as the catalog knows it.
    pub(in crate::laravel::blueprint) fn live_table(&self) -> TableName {
        let prefix = &self.settings.prefix;
        match self.blueprint.table.rsplit_once('.') {
            Some((schema, table)) => TableName { schema: Some(schema.to_owned()), name: format!("{prefix}{table}") },
            None => TableName::new(format!("{prefix}{}", self.blueprint.table)),
        }
    }

    pub(super) fn has_mariadb_grammar(&self) -> bool {
        self.settings.engine == Engine::Mariadb && HAS_MARIADB.include(self.settings)
    }

    pub(super) fn grammar_name(&self) -> &'static str {
        if self.has_mariadb_grammar() { "MariaDbGrammar" } else { self.dialect.grammar }
    }

    /// Whether doctrine/dbal writes the SQL: where it must, or where it is there and wins.
    pub(super) fn asks_doctrine(&self, needed: Majors) -> bool {
        needed.include(self.settings) || (self.settings.has_doctrine && DOCTRINE_WINS.include(self.settings))
    }

    /// What asked for a statement about these columns.
    pub(in crate::laravel::blueprint) fn span_of(&self, columns: &[&Definition]) -> Span {
        match columns {
            [column] => column.span,
            _ => self.blueprint.span,
        }
    }

    /// A column's definition: name, type, modifiers.
    pub(super) fn column(&self, column: &Definition) -> Result<String, CompileError> {
        let mut sql = format!("{} {}", self.quote(&name(column)), self.type_of(column)?);
        sql.push_str(&self.modifiers(column));
        Ok(sql)
    }

    pub(super) fn modifiers(&self, column: &Definition) -> String {
        let modifiers = self.dialect.modifiers.iter().filter(|(majors, _)| majors.include(self.settings));
        modifiers.map(|(_, modifier)| modifier(self, column)).collect()
    }

    /// The default as SQL, if the column has one.
    pub(super) fn default(&self, column: &Definition) -> Option<String> {
        let current = self.current_default(column).filter(|_| CURRENT_IS_DEFAULT.include(self.settings));
        current.or_else(|| column.get("default").map(|value| self.default_value(value)))
    }

    fn default_value(&self, value: &Value) -> String {
        match value {
            Value::Raw(expression) => expression.clone(),
            Value::Bool(is_true) => format!("'{}'", u8::from(*is_true)),
            value if DEFAULTS_ARE_ESCAPED.include(self.settings) => quoted(&text::text(value)),
            value => format!("'{}'", text::text(value)),
        }
    }

    /// Whether an auto-increment column has to say that it is the primary key.
    pub(super) fn has_primary_command(&self) -> bool {
        PRIMARY_COMMAND_WINS.include(self.settings) && self.blueprint.command("primary").is_some()
    }

    /// Where the numbers of an auto-increment column start, if it says so.
    pub(super) fn start_of(column: &Definition) -> Option<String> {
        let attribute = if column.was_set("startingValue") { "startingValue" } else { "from" };
        let starts = column.is_true("autoIncrement") && column.is_true(attribute);
        starts.then(|| column.text(attribute))
    }

    /// ` as (…)` of a generated column, with what follows the brackets.
    pub(super) fn generated(&self, column: &Definition, json: &str, plain: &str, ending: &str) -> String {
        let expression = match column.get(json) {
            Some(Value::Str(selector)) if self.reads_json_paths() && selector.contains("->") => {
                self.json_value(selector)
            }
            Some(_) => column.text(json),
            None if column.get(plain).is_some() => column.text(plain),
            None => return String::new(),
        };
        format!(" as ({expression}){ending}")
    }

    /// `alter table … add constraint … foreign key …`, up to the actions.
    pub(super) fn foreign_key(&self, key: &Definition) -> String {
        format!(
            "alter table {} add constraint {} foreign key ({}) references {} ({}){}",
            self.table(),
            self.quote(&attribute(key, "index")),
            self.quote_all(&key.list("columns")),
            self.referred(key.get("on")),
            self.quote_all(&key.list("references")),
            actions(key),
        )
    }

    /// The table that a foreign key refers to.
    pub(super) fn referred(&self, table: Option<&Value>) -> String {
        match table {
            Some(Value::Raw(expression)) => expression.clone(),
            table => self.quote_table(&table.map(text::text).unwrap_or_default()),
        }
    }

    /// What Laravel throws for a command that the engine's grammar has nothing for, if it does not skip it.
    pub(super) fn refusal(&self, command: &Definition) -> Option<CompileError> {
        let name = command.name();
        let refused = REFUSED.iter().find(|(refused, majors, _)| *refused == name && majors.include(self.settings));
        refused.map(|(_, _, message)| CompileError::Refused { message: (*message).to_owned(), span: command.span })
    }

    /// What a named command takes its parts from: a statement over the whole of it.
    pub(super) fn statement(sql: String, command: &Definition) -> Vec<CompiledStatement> {
        vec![CompiledStatement::new(sql, command.span)]
    }
}

const REFUSED: &[(&str, Majors, &str)] = &[
    ("fulltext", ALL, "This database driver does not support fulltext index creation."),
    ("dropFullText", until(8), "This database driver does not support fulltext index creation."),
    ("dropFullText", since(9), "This database driver does not support fulltext index removal."),
    ("vectorIndex", since(12), "The database driver in use does not support vector indexes."),
];

/// What a foreign key does when the row that it refers to goes or changes.
pub(super) fn actions(key: &Definition) -> String {
    let action = |attribute: &str, clause: &str| {
        key.get(attribute).map(|_| format!(" {clause} {}", key.text(attribute))).unwrap_or_default()
    };
    format!("{}{}", action("onDelete", "on delete"), action("onUpdate", "on update"))
}

/// Whether the column's value is computed from others.
pub(super) fn is_generated(column: &Definition) -> bool {
    ["virtualAs", "virtualAsJson", "storedAs", "storedAsJson"].iter().any(|attribute| column.get(attribute).is_some())
}

/// The value of an attribute that is null where it was never set.
pub(super) fn attribute(definition: &Definition, attribute: &str) -> Value {
    definition.get(attribute).cloned().unwrap_or(Value::Null)
}

pub(super) fn name(column: &Definition) -> Value {
    attribute(column, "name")
}

/// A string literal with its quotes doubled.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
