//! Settings in files of `name=value`, and what Flyway's say of its migrations.

use toml::Value;

use super::directory::{ancestors, below, toml};
use super::error::LayoutError;
use crate::source::Tree;

/// What a project says of all its Flyway migrations.
#[derive(Debug, Default)]
pub(super) struct Flyway {
    /// The file that says it.
    pub path: String,
    pub url: Option<String>,
    pub locations: Vec<String>,
    pub placeholders: Vec<(String, String)>,
    /// It is told to leave `${name}` as it is, or to look for another sign.
    pub keeps_placeholders: bool,
    pub refuses_transaction: bool,
}

/// The settings of the nearest `flyway.toml` or `flyway.conf` around the directory `path`.
pub(super) fn flyway(tree: &Tree, path: &str) -> Result<Flyway, LayoutError> {
    for place in ancestors(path) {
        for name in ["flyway.toml", "conf/flyway.toml"] {
            let path = below(place, name);
            if let Some(value) = toml::<Value>(tree, &path)? {
                return Ok(of_toml(path, &value));
            }
        }
        for name in ["flyway.conf", "conf/flyway.conf"] {
            let path = below(place, name);
            if let Some(file) = tree.exists(&path).then(|| tree.read(&path)) {
                return Ok(of_properties(path, &properties(&file?.text)));
            }
        }
    }
    Ok(Flyway::default())
}

fn of_toml(path: String, value: &Value) -> Flyway {
    let flyway = value.get("flyway");
    let setting = |name: &str| flyway.and_then(|flyway| flyway.get(name));
    let environments = value.get("environments").and_then(Value::as_table).into_iter().flatten();
    let chosen = setting("environment").and_then(Value::as_str);
    let mut urls = environments
        .filter(|(name, _)| chosen.is_none_or(|chosen| chosen == name.as_str()))
        .filter_map(|(_, environment)| environment.get("url")?.as_str());
    let placeholders = setting("placeholders").and_then(Value::as_table).into_iter().flatten();
    let locations = setting("locations").and_then(Value::as_array).into_iter().flatten();
    Flyway {
        path,
        url: urls.next().or_else(|| setting("url")?.as_str()).map(str::to_owned),
        locations: locations.filter_map(Value::as_str).map(str::to_owned).collect(),
        placeholders: placeholders
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        keeps_placeholders: setting("placeholderReplacement").and_then(Value::as_bool) == Some(false)
            || setting("placeholderPrefix").is_some(),
        refuses_transaction: setting("executeInTransaction").and_then(Value::as_bool) == Some(false),
    }
}

fn of_properties(path: String, settings: &[(String, String)]) -> Flyway {
    let setting = |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let placeholder =
        |(name, value): &(String, String)| Some((name.strip_prefix("flyway.placeholders.")?.to_owned(), value.clone()));
    let locations = setting("flyway.locations").unwrap_or_default();
    Flyway {
        path,
        url: setting("flyway.url"),
        locations: locations.split(',').map(str::trim).filter(|place| !place.is_empty()).map(str::to_owned).collect(),
        placeholders: settings.iter().filter_map(placeholder).collect(),
        keeps_placeholders: setting("flyway.placeholderReplacement").is_some_and(|value| value == "false")
            || setting("flyway.placeholderPrefix").is_some(),
        refuses_transaction: setting("flyway.executeInTransaction").is_some_and(|value| value == "false"),
    }
}

/// The lines `name=value`, or `name: value`, of a text.
pub(super) fn properties(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!', ';']));
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').or_else(|| line.split_once(':'))?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    lines.filter_map(pair).collect()
}
