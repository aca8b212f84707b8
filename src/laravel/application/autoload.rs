//! Composer's autoloading: from the name of a class to the file that it may stand in.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::php::{self, Class, Function, Node, Stmt, StmtKind, walk_file};
use crate::source::Tree;

/// What `composer.json` says, for the project itself and for what only its tests load.
#[derive(Debug, Default)]
pub(super) struct Autoload {
    /// Prefixes with their directories, the longest first.
    psr4: Vec<(String, String)>,
    classmap: Vec<String>,
    files: Vec<String>,
}

impl Autoload {
    pub fn read(tree: &Tree) -> Self {
        let mut autoload = Self::default();
        let composer = tree.read("composer.json").ok().and_then(|file| serde_json::from_str::<Json>(&file.text).ok());
        for part in ["autoload", "autoload-dev"] {
            if let Some(part) = composer.as_ref().and_then(|composer| composer.get(part)) {
                autoload.add(part);
            }
        }
        if autoload.psr4.is_empty() {
            autoload.psr4.push(("App\\".to_owned(), "app/".to_owned()));
        }
        autoload.psr4.sort_by(|left, right| right.0.len().cmp(&left.0.len()).then_with(|| left.cmp(right)));
        autoload
    }

    fn add(&mut self, part: &Json) {
        for (prefix, directories) in part.get("psr-4").and_then(Json::as_object).into_iter().flatten() {
            for directory in strings(directories) {
                self.psr4.push((prefix.clone(), with_slash(&directory)));
            }
        }
        self.classmap.extend(part.get("classmap").map(strings).unwrap_or_default());
        self.files.extend(part.get("files").map(strings).unwrap_or_default());
    }

    /// Where the class may be declared.
    pub fn paths_of(&self, class: &str) -> Vec<String> {
        let in_namespaces = self.psr4.iter().filter_map(|(prefix, directory)| {
            let rest = class.strip_prefix(prefix.as_str())?;
            Some(format!("{directory}{}.php", rest.replace('\\', "/")))
        });
        let short = class.rsplit('\\').next().unwrap_or(class);
        let in_classmap = self.classmap.iter().flat_map(|place| match place.strip_suffix(".php") {
            Some(_) if place.ends_with(&format!("/{short}.php")) => vec![place.clone()],
            Some(_) => Vec::new(),
            None => {
                let directory = with_slash(place);
                ["", "seeds/", "seeders/", "factories/"].map(|inner| format!("{directory}{inner}{short}.php")).to_vec()
            }
        });
        in_namespaces.chain(in_classmap).collect()
    }

    /// The directories that namespaces stand for, without a trailing `/`.
    pub fn directories(&self) -> Vec<String> {
        self.psr4.iter().map(|(_, directory)| directory.trim_end_matches('/').to_owned()).collect()
    }

    pub fn files(&self) -> &[String] {
        &self.files
    }
}

/// The classes that the file declares at its top.
pub(super) fn classes_of(file: &php::File) -> Vec<Rc<Class>> {
    let class_of = |statement: &Stmt| match &statement.kind {
        StmtKind::Class(class) => Some(Rc::clone(class)),
        _ => None,
    };
    file.statements.iter().filter_map(class_of).collect()
}

/// The functions that the file declares, also those that it declares if nobody else has.
pub(super) fn collect_functions(file: &php::File, functions: &mut HashMap<String, Rc<Function>>) {
    walk_file(file, &mut |node| {
        if let Node::Stmt(Stmt { kind: StmtKind::Function(function), .. }) = node {
            functions.entry(function.name.to_ascii_lowercase()).or_insert_with(|| Rc::clone(function));
        }
    });
}

fn with_slash(directory: &str) -> String {
    let directory = directory.trim_start_matches("./").trim_end_matches('/');
    if directory.is_empty() { String::new() } else { format!("{directory}/") }
}

/// A string, or a list of them.
fn strings(json: &Json) -> Vec<String> {
    match json {
        Json::String(text) => vec![text.clone()],
        Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
