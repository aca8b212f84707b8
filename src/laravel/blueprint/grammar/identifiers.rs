//! How names are quoted and prefixed.

use super::context::Context;
use crate::laravel::Value;
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
        if self.settings.engine.is_mysql_family() && HAS_JSON_PATHS.include(self.settings) && name.contains("->") {
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
        let prefix = &self.settings.prefix;
        if let Some((table, alias)) = split_alias(table) {
            return format!("{} as {}", self.quote_table(table), self.quote_part(&format!("{prefix}{alias}")));
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
        if part == "*" { part.to_owned() } else { self.settings.engine.quote(part) }
    }

    /// `column->path` as the MySQL family reads a value out of JSON.
    pub(super) fn json_value(&self, selector: &str) -> String {
        let (field, path) = selector.split_once("->").unwrap_or((selector, ""));
        let path = if path.is_empty() { String::new() } else { format!(", {}", json_path(path)) };
        let field = self.quote_name(field);
        if self.has_mariadb_grammar() && MARIADB_JSON_VALUE.include(self.settings) {
            format!("json_value({field}{path})")
        } else {
            format!("json_unquote(json_extract({field}{path}))")
        }
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
