//! A directory that may hold migrations, as the layouts look at it.

use std::rc::Rc;

use serde::de::DeserializeOwned;

use super::error::LayoutError;
use super::{Layout, Listing};
use crate::source::{SourceFile, Tree};

/// A directory with the names of what lies in it.
pub(super) struct Directory<'t> {
    pub tree: &'t Tree,
    /// Relative to the project's root; empty for the root itself.
    pub path: String,
    pub files: Vec<String>,
    pub directories: Vec<String>,
}

impl<'t> Directory<'t> {
    pub(super) fn new(tree: &'t Tree, path: &str) -> Self {
        Self { tree, path: path.to_owned(), files: tree.list(path), directories: tree.directories(path) }
    }

    pub(super) fn path_of(&self, name: &str) -> String {
        below(&self.path, name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.tree.exists(&self.path_of(name))
    }

    /// The names of the files whose name ends so.
    pub(super) fn files_in(&self, ending: &str) -> impl Iterator<Item = &String> {
        let ending = ending.to_owned();
        self.files.iter().filter(move |name| name.ends_with(&ending))
    }

    /// The text of a file that can be read. One that cannot is told when it is its turn to run.
    pub(super) fn text(&self, name: &str) -> Option<Rc<SourceFile>> {
        self.tree.read(&self.path_of(name)).ok()
    }

    /// The names of the files below, with the directories between, in which a name is no hidden one.
    pub(super) fn files_below(&self) -> Vec<String> {
        let mut names = self.files.clone();
        for inner in self.directories.iter().filter(|name| !name.starts_with('.')) {
            let inner_names = Directory::new(self.tree, &self.path_of(inner)).files_below();
            names.extend(inner_names.into_iter().map(|name| format!("{inner}/{name}")));
        }
        names
    }

    /// Says in `listing` which directories are called as files of SQL are, and hold none of its migrations.
    pub(super) fn tell_misnamed(&self, listing: &mut Listing) {
        let holds_some = |name: &str| {
            let inside = format!("{}/", self.path_of(name));
            listing.migrations.iter().any(|migration| migration.path.starts_with(&inside))
        };
        let misnamed = self.directories.iter().filter(|name| is_sql(name) && !holds_some(name));
        let quoted: Vec<String> = misnamed.map(|name| format!("`{name}`")).collect();
        if !quoted.is_empty() {
            let (place, names) = (self.shown(), quoted.join(", "));
            listing.remarks.push(format!("passed over, because they are directories: {names} (in `{place}`)"));
        }
    }

    fn shown(&self) -> &str {
        if self.path.is_empty() { "." } else { &self.path }
    }

    /// Says in `listing` which files its runner passes over.
    pub(super) fn pass_over(&self, listing: &mut Listing, names: &[&String]) {
        if names.is_empty() {
            return;
        }
        let layout = listing.layout.name();
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let place = self.shown();
        listing.remarks.push(format!("{layout} passes over these files of `{place}`: {}", quoted.join(", ")));
        for other in [Layout::Flyway, Layout::GolangMigrate] {
            let looks_like = |name: &&&String| match other {
                Layout::Flyway => super::flyway::is_name(name),
                _ => super::golang_migrate::is_name(name),
            };
            if listing.layout != other && names.iter().any(|name| looks_like(&name)) {
                listing.remarks.push(format!(
                    "`{place}` holds two layouts, {layout} and {}, of which {layout} is read",
                    other.name()
                ));
            }
        }
    }
}

/// Whether a file's name says that it is SQL; runners want it in lower case.
pub(super) fn is_sql(name: &str) -> bool {
    name.strip_suffix(".sql").is_some()
}

/// The file `name` of the directory `directory`.
pub(super) fn below(directory: &str, name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    match (directory, name) {
        ("", _) => name.to_owned(),
        (_, "" | ".") => directory.to_owned(),
        _ => format!("{directory}/{name}"),
    }
}

/// The directory that `path` lies in; empty for the root.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// `path` and the directories around it, up to the root.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let here = next?;
        next = (!here.is_empty()).then(|| parent(here));
        Some(here)
    })
}

/// The values of a TOML file; `None` where there is no such file.
pub(super) fn toml<T: DeserializeOwned>(tree: &Tree, path: &str) -> Result<Option<T>, LayoutError> {
    if !tree.exists(path) {
        return Ok(None);
    }
    let file = tree.read(path)?;
    let read = toml::from_str(&file.text);
    read.map(Some).map_err(|error| LayoutError::broken(&file, error.message(), error.span()))
}

/// The values of a JSON file; `None` where there is no such file.
pub(super) fn json<T: DeserializeOwned>(tree: &Tree, path: &str) -> Result<Option<T>, LayoutError> {
    if !tree.exists(path) {
        return Ok(None);
    }
    let file = tree.read(path)?;
    serde_json::from_str(&file.text).map(Some).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let start: usize = file.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let at = file.text.floor_char_boundary(start + error.column().saturating_sub(1));
        LayoutError::broken(&file, message, Some(at..at))
    })
}
