//! What the Rust packages around a directory depend on.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

use super::directory::{ancestors, below, toml};
use super::error::LayoutError;
use crate::source::Tree;

/// A dependency, the `Cargo.toml` that names it, and the features it is taken with.
pub(super) struct Dependency {
    pub manifest: String,
    pub features: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct Manifest {
    dependencies: BTreeMap<String, Value>,
    dev_dependencies: BTreeMap<String, Value>,
    build_dependencies: BTreeMap<String, Value>,
    workspace: Workspace,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Workspace {
    dependencies: BTreeMap<String, Value>,
}

/// The dependency `name` of the nearest package, or workspace, around the directory `path`.
pub(super) fn dependency(tree: &Tree, path: &str, name: &str) -> Result<Option<Dependency>, LayoutError> {
    let mut found: Option<Dependency> = None;
    for place in ancestors(path) {
        let manifest = below(place, "Cargo.toml");
        let Some(read) = toml::<Manifest>(tree, &manifest)? else { continue };
        let tables = [read.dependencies, read.dev_dependencies, read.build_dependencies, read.workspace.dependencies];
        let mut features: Vec<String> = Vec::new();
        let mut is_named = false;
        for value in tables.iter().filter_map(|table| table.get(name)) {
            is_named = true;
            let listed = value.get("features").and_then(Value::as_array).into_iter().flatten();
            features.extend(listed.filter_map(Value::as_str).map(str::to_owned));
        }
        match &mut found {
            _ if !is_named => {}
            // `workspace = true` leaves its features to the workspace around it.
            Some(found) => found.features.extend(features),
            None => found = Some(Dependency { manifest, features }),
        }
    }
    Ok(found)
}
