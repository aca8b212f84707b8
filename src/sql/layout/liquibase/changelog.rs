//! Changelogs in YAML and JSON, and what any changelog says.

use std::ops::Range;

use serde_json::{Map, Value};

use super::xml;
use crate::source::SourceFile;
use crate::sql::layout::error::LayoutError;
use crate::yaml;

/// What a changelog holds, in order.
#[derive(Debug)]
pub(super) enum Entry {
    Include { path: String, is_relative: bool },
    IncludeAll { path: String, is_relative: bool },
    Property { name: String, value: String },
    Changeset(Changeset),
}

#[derive(Debug, Default)]
pub(super) struct Changeset {
    pub author: String,
    pub id: String,
    pub changes: Vec<Change>,
    /// `None` where it does not say how to go back.
    pub rollback: Option<Vec<Change>>,
    pub databases: Vec<String>,
    pub condition: Option<String>,
    pub delimiter: Option<String>,
    /// The contexts and labels for which it is meant, as written.
    pub filters: Vec<String>,
    pub runs_again: bool,
    pub refuses_transaction: bool,
    /// The bytes of the file that it stands in; in a changelog at least where it begins.
    pub place: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Change {
    /// SQL, as bytes of the file.
    Bytes(Vec<Range<usize>>),
    Sql(String),
    SqlFile {
        path: String,
        is_relative: bool,
    },
    /// One of Liquibase's own, by its name.
    Other(String),
}

/// Whether a file that is named so may be a changelog.
pub(super) fn is_name(name: &str) -> bool {
    [".xml", ".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending))
}

pub(super) fn read(file: &SourceFile) -> Result<Vec<Entry>, LayoutError> {
    if file.path.strip_suffix(".xml").is_some() {
        return xml::read(file);
    }
    let value: Value = yaml::read(&file.path, &file.text)?;
    let list = value.get("databaseChangeLog").and_then(Value::as_array);
    let list = list.ok_or_else(|| LayoutError::broken(file, "it has no list `databaseChangeLog`", None))?;
    let mut at = 0;
    Ok(list.iter().filter_map(Value::as_object).filter_map(|entry| read_entry(entry, file, &mut at)).collect())
}

fn read_entry(entry: &Map<String, Value>, file: &SourceFile, at: &mut usize) -> Option<Entry> {
    let (name, value) = entry.iter().next()?;
    let value = value.as_object()?;
    let is_relative = flag(value, "relativeToChangelogFile") == Some(true);
    Some(match name.as_str() {
        "include" => Entry::Include { path: text(value, "file")?, is_relative },
        "includeAll" => Entry::IncludeAll { path: text(value, "path")?, is_relative },
        "property" if !value.contains_key("dbms") && !value.contains_key("context") => {
            Entry::Property { name: text(value, "name")?, value: text(value, "value")? }
        }
        "changeSet" => Entry::Changeset(changeset(value, file, at)),
        _ => return None,
    })
}

fn changeset(value: &Map<String, Value>, file: &SourceFile, at: &mut usize) -> Changeset {
    let rest = file.text.get(*at..).unwrap_or_default();
    let start = rest.find("changeSet").map_or(*at, |found| *at + found);
    *at = start + "changeSet".len();
    let mut changeset = Changeset { place: start..start, ..Changeset::default() };
    for (name, value) in value {
        match (name.as_str(), scalar(value)) {
            ("id", Some(text)) => changeset.id = text,
            ("author", Some(text)) => changeset.author = text,
            ("changes", _) => changeset.changes = changes(value, &mut changeset.delimiter),
            ("rollback", _) => {
                let mut delimiter = None;
                changeset.rollback = Some(changes(value, &mut delimiter));
            }
            ("preConditions", _) => {
                let lists = value.as_array().into_iter().flatten();
                let said = lists.chain([value]).find_map(|value| value.get("onFail")?.as_str());
                changeset.precondition(said.unwrap_or("HALT"));
            }
            (name, Some(text)) => changeset.attribute(name, &text),
            _ => {}
        }
    }
    changeset
}

/// A list of changes, or a text of SQL.
fn changes(value: &Value, delimiter: &mut Option<String>) -> Vec<Change> {
    if let Some(sql) = value.as_str() {
        let is_empty = matches!(sql.trim(), "" | "empty" | "not required");
        return if is_empty { Vec::new() } else { vec![Change::Sql(sql.to_owned())] };
    }
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let entries = list.iter().filter_map(Value::as_object).flatten();
    let mut found = Vec::new();
    for (name, value) in entries {
        let is_relative =
            value.get("relativeToChangelogFile").is_some_and(|value| scalar(value).as_deref() == Some("true"));
        let setting = |name: &str| value.get(name).and_then(scalar);
        if let Some(text) = setting("endDelimiter") {
            *delimiter = Some(text);
        }
        found.push(match name.as_str() {
            "sql" => match value.as_str().map(str::to_owned).or_else(|| setting("sql")) {
                Some(sql) => Change::Sql(sql),
                None => Change::Other(name.clone()),
            },
            "sqlFile" => match setting("path") {
                Some(path) => Change::SqlFile { path, is_relative },
                None => Change::Other(name.clone()),
            },
            "tagDatabase" | "empty" | "output" | "comment" => continue,
            _ => Change::Other(name.clone()),
        });
    }
    found
}

impl Changeset {
    /// Takes an attribute that all kinds of changelog know.
    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        let is_true = value.eq_ignore_ascii_case("true");
        match name {
            "runInTransaction" => self.refuses_transaction = value.eq_ignore_ascii_case("false"),
            "runOnChange" | "runAlways" => self.runs_again |= is_true,
            "endDelimiter" => self.delimiter = Some(value.to_owned()),
            "dbms" => self.databases = value.split(',').map(|name| name.trim().to_ascii_lowercase()).collect(),
            "ignore" if is_true => self.databases = vec!["none".to_owned()],
            "context" | "contexts" | "contextFilter" | "labels" => self.filters.push(value.to_owned()),
            _ => {}
        }
    }

    /// A precondition that does not stop the deploy where it fails lets the changeset be left out.
    pub(super) fn precondition(&mut self, on_fail: &str) {
        if matches!(on_fail, "MARK_RAN" | "CONTINUE" | "WARN") {
            self.condition = Some("the preconditions of the changeset hold".to_owned());
        }
    }
}

fn text(map: &Map<String, Value>, name: &str) -> Option<String> {
    map.get(name).and_then(scalar)
}

fn flag(map: &Map<String, Value>, name: &str) -> Option<bool> {
    text(map, name)?.parse().ok()
}

/// A text, number or truth value as a text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
