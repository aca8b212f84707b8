//! How names are quoted and prefixed.

use super::context::{Context, name};
use crate::engine::Engine;
use crate::laravel::Value;
use crate::laravel::blueprint::CompileError;
use crate::laravel::blueprint::command::Command;
use crate::laravel::blueprint::majors::{HAS_JSON_PATHS, MARIADB_JSON_VALUE, PREFIX_GOES_TO_TABLE};
use crate::laravel::blueprint::text;

impl Context<'_> {
    /// A column's or an index's name; an expression stands as it is.
    pub(super) fn quote(&self, name: &Value) -> String {
        match name {
            Value::Raw(expression) => expression.clone(),
            name => self.quote_name(&text::text(name)),
        }
    }

    pub(super) fn quote_all(&self, names: &[Value]) -> String {
        names.iter().map(|name| self.quote(name)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn quote_name(&self, name: &str) -> String {
        if let Some((name, alias)) = split_alias(name) {
            return format!("{} as {}", self.quote_name(name), self.quote_part(alias));
        }
        if self.reads_json_paths() && name.contains("->") {
            return self.json_value(name);
        }
        match name.split_once('.') {
            Some((table, rest)) => {
                let rest: Vec<String> = rest.split('.').map(|part| self.quote_part(part)).collect();
                format!("{}.{}", self.quote_table(table), rest.join("."))
            }
            None => self.quote_part(name),
        }
    }

    /// A table's name with the connection's prefix.
    pub(super) fn quote_table(&self, table: &str) -> String {
        self.quote_table_with(&self.settings.prefix, table)
    }

    /// A table's name with that prefix in the place of the connection's.
    pub(super) fn quote_table_with(&self, prefix: &str, table: &str) -> String {
        if let Some((table, alias)) = split_alias(table) {
            let alias = self.quote_part(&format!("{prefix}{alias}"));
            return format!("{} as {alias}", self.quote_table_with(prefix, table));
        }
        match table.rsplit_once('.') {
            Some((schema, table)) if PREFIX_GOES_TO_TABLE.include(self.settings) => {
                let parts = format!("{schema}.{prefix}{table}");
                parts.split('.').map(|part| self.quote_part(part)).collect::<Vec<_>>().join(".")
            }
            Some(_) => self.quote_name(&format!("{prefix}{table}")),
            None => self.quote_part(&format!("{prefix}{table}")),
        }
    }

    pub(super) fn quote_part(&self, part: &str) -> String {
        match self.settings.engine {
            _ if part == "*" => part.to_owned(),
            // Laravel's schema grammar of SQL Server knows no brackets.
            Engine::Sqlserver => format!("\"{}\"", part.replace('"', "\"\"")),
            engine => engine.quote(part),
        }
    }

    /// Whether `column->path` reads a value out of JSON; elsewhere it is refused.
    pub(super) fn reads_json_paths(&self) -> bool {
        let engine = self.settings.engine;
        (engine.is_mysql_family() || engine == Engine::Sqlite) && HAS_JSON_PATHS.include(self.settings)
    }

    /// `column->path` as the engine reads a value out of JSON.
    pub(super) fn json_value(&self, selector: &str) -> String {
        let (field, path) = selector.split_once("->").unwrap_or((selector, ""));
        let path = if path.is_empty() { String::new() } else { format!(", {}", json_path(path)) };
        let field = self.quote_name(field);
        match self.settings.engine {
            Engine::Sqlite => format!("json_extract({field}{path})"),
            _ if self.has_mariadb_grammar() && MARIADB_JSON_VALUE.include(self.settings) => {
                format!("json_value({field}{path})")
            }
            _ => format!("json_unquote(json_extract({field}{path}))"),
        }
    }

    /// Where a name reads as a path into JSON, the grammars of PostgreSQL and SQL Server throw.
    pub(super) fn refuse_json_paths(&self, command: &Command) -> Result<(), CompileError> {
        let (names, span) = match command {
            Command::Named(command) => (command.list("columns"), command.span),
            Command::Add(columns) | Command::Change(columns) => {
                (columns.iter().map(|column| name(column)).collect(), self.span_of(columns))
            }
            _ => return Ok(()),
        };
        let is_path = |name: &Value| matches!(name, Value::Str(name) if name.contains("->"));
        if names.iter().any(is_path) && HAS_JSON_PATHS.include(self.settings) {
            let message = "This database engine does not support JSON operations.".to_owned();
            return Err(CompileError::Refused { message, span });
        }
        Ok(())
    }
}

fn split_alias(name: &str) -> Option<(&str, &str)> {
    let at = name.to_ascii_lowercase().find(" as ")?;
    let (before, after) = (name.get(..at)?, name.get(at + 4..)?);
    Some((before.trim_end(), after.trim_start()))
}

fn json_path(path: &str) -> String {
    let segments: Vec<String> = path.replace('\'', "''").split("->").map(json_segment).collect();
    let path = segments.join(".");
    let dot = if path.starts_with('[') { "" } else { "." };
    format!("'${dot}{path}'")
}

/// `key` or `key[0]`.
fn json_segment(segment: &str) -> String {
    match segment.find('[').filter(|_| segment.ends_with(']')).map(|at| segment.split_at(at)) {
        Some(("", places)) => places.to_owned(),
        Some((key, places)) => format!("\"{key}\"{places}"),
        None => format!("\"{segment}\""),
    }
}
