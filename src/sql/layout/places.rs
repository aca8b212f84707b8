//! Where the settings of runners say that migrations lie.

use serde_json::Value as Json;
use toml::Value as Toml;

use super::directory::{below, json, parent, toml};
use super::engine::literal;
use super::error::LayoutError;
use super::jdbc;
use crate::source::Tree;

pub(super) const DRIZZLE_CONFIGS: [&str; 5] =
    ["drizzle.config.ts", "drizzle.config.js", "drizzle.config.mjs", "drizzle.config.mts", "drizzle.config.json"];

/// Files of runners that stand at the root of a project.
pub const SIGNS: [&str; 14] = [
    "sqitch.plan",
    "sqitch.conf",
    "diesel.toml",
    "flyway.toml",
    "flyway.conf",
    "liquibase.properties",
    "atlas.hcl",
    "drizzle.config.ts",
    "drizzle.config.js",
    "drizzle.config.mjs",
    "drizzle.config.mts",
    "drizzle.config.json",
    "prisma.config.ts",
    "schema.prisma",
];

/// A directory of migrations, and the file that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Relative to the project's root; empty for the root itself.
    pub directory: String,
    pub source: String,
}

/// The directories that the project's settings name, whether they are there or not.
pub fn places(tree: &Tree) -> Result<Vec<Place>, LayoutError> {
    let mut found = Vec::new();
    let mut add = |directory: &str, source: &str| {
        let directory = below("", directory);
        if !directory.starts_with('/') && !directory.split('/').any(|part| part == "..") {
            found.push(Place { directory, source: source.to_owned() });
        }
    };
    if tree.exists("sqitch.plan") {
        add("", "sqitch.plan");
    } else if let Some(top) = setting(tree, "sqitch.conf", &["top_dir"]) {
        add(&top, "sqitch.conf");
    }
    if let Some(value) = toml::<Toml>(tree, "diesel.toml")?
        && let Some(directory) = value.get("migrations_directory").and_then(|table| table.get("dir")?.as_str())
    {
        add(directory, "diesel.toml");
    }
    let flyway = jdbc::flyway(tree, "")?;
    if !flyway.path.is_empty() && flyway.locations.is_empty() && tree.exists("sql") {
        add("sql", &flyway.path);
    }
    for location in &flyway.locations {
        match location.split_once(':') {
            Some(("classpath", place)) => add(&below("src/main/resources", place), &flyway.path),
            Some(("filesystem", place)) => add(place, &flyway.path),
            Some(_) => {}
            None => add(&below("src/main/resources", location), &flyway.path),
        }
    }
    for properties in ["liquibase.properties", "src/main/resources/liquibase.properties"] {
        if let Some(changelog) = setting(tree, properties, &["changeLogFile", "changelogFile", "changelog-file"]) {
            let changelog = changelog.trim_start_matches("classpath:").trim_start_matches('/').to_owned();
            let in_resources = below("src/main/resources", &changelog);
            let path = if tree.exists(&in_resources) { in_resources } else { changelog };
            add(parent(&path), properties);
        }
    }
    for config in DRIZZLE_CONFIGS {
        if let Ok(file) = tree.read(config) {
            add(literal(&file.text, "out").unwrap_or("drizzle"), config);
        }
    }
    if tree.exists("schema.prisma") && tree.exists("migrations") {
        add("migrations", "schema.prisma");
    }
    let package = json::<Json>(tree, "package.json").ok().flatten();
    if let Some(schema) = package.as_ref().and_then(|package| package.get("prisma")?.get("schema")?.as_str()) {
        let beside = below(parent(&below("", schema)), "migrations");
        let inside = below(&below("", schema), "migrations");
        add(if tree.exists(&inside) { &inside } else { &beside }, "package.json");
    }
    if let Ok(file) = tree.read("atlas.hcl")
        && let Some(directory) = literal(&file.text, "dir").and_then(|dir| dir.strip_prefix("file://"))
    {
        add(directory.split('?').next().unwrap_or_default(), "atlas.hcl");
    }
    for path in [".env", ".env.example"] {
        if let Some(directory) = setting(tree, path, &["GOOSE_MIGRATION_DIR", "DBMATE_MIGRATIONS_DIR"]) {
            add(directory.trim_matches(['"', '\'']), path);
        }
    }
    Ok(found)
}

/// The value of the first of those names in a file of `name=value`.
fn setting(tree: &Tree, path: &str, names: &[&str]) -> Option<String> {
    let file = tree.read(path).ok()?;
    let settings = jdbc::properties(&file.text);
    let is_named = |(name, _): &(String, String)| names.iter().any(|wanted| name.rsplit('.').next() == Some(wanted));
    settings.into_iter().find(is_named).map(|(_, value)| value)
}
