//! The shape of the crate: imports go down only, walls hold, files stay short.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// The modules from the bottom up. One line never imports another module of the same line.
const LAYERS: [&[&str]; 15] = [
    &["spelling"],
    &["answer", "yaml", "embedded", "template", "eloquent"],
    &["source", "engine"],
    &["php", "change"],
    &["sql", "catalog"],
    &["usage", "laravel", "effect", "finding"],
    &["rule"],
    &["lint"],
    &["recipe"],
    &["plan"],
    &["database"],
    &["emit"],
    &["gate"],
    &["release", "report"],
    &["cli"],
];

/// Crates that only one place may name.
const WALLS: [(&str, &str); 6] = [
    ("php_ast", "src/php/"),
    ("php_rs_parser", "src/php/"),
    ("sqlparser", "src/sql/"),
    ("serde_yaml", "src/yaml.rs"),
    ("postgres_client", "src/database/"),
    ("mysql_client", "src/database/"),
];

const MAX_LINES_OF_CODE: usize = 600;

struct Source {
    path: String,
    text: String,
    syntax: syn::File,
}

#[derive(Default)]
struct Paths {
    crate_modules: BTreeSet<String>,
    crates: BTreeSet<String>,
    derives_serialize: bool,
}

#[test]
fn imports_go_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((own_layer, own)) = layer_of(&source.path) else { continue };
        for other in Paths::of(&source).crate_modules {
            let Some(layer) = LAYERS.iter().position(|modules| modules.contains(&other.as_str())) else {
                panic!("{}: `crate::{other}` is in no layer", source.path);
            };
            if other != own && layer >= own_layer {
                wrong.push(format!("{}: `{own}` imports `{other}`", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that do not go down:\n{}", wrong.join("\n"));
}

#[test]
fn walls_hold() {
    let mut wrong = Vec::new();
    for source in sources() {
        let crates = Paths::of(&source).crates;
        for (name, place) in WALLS {
            if crates.contains(name) && !source.path.starts_with(place) {
                wrong.push(format!("{}: `{name}` belongs in {place}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_formats_are_serialised() {
    let may = ["emit", "gate", "report", "cli"];
    let wrong: Vec<_> = sources()
        .filter(|source| layer_of(&source.path).is_some_and(|(_, own)| !may.contains(&own)))
        .filter(|source| Paths::of(source).derives_serialize)
        .map(|source| source.path)
        .collect();
    assert!(wrong.is_empty(), "these derive `Serialize` below `report`: {wrong:?}");
}

#[test]
fn files_stay_short() {
    let long: Vec<_> = sources()
        .map(|source| (lines_of_code(&source.text), source.path))
        .filter(|(lines, _)| *lines > MAX_LINES_OF_CODE)
        .collect();
    assert!(long.is_empty(), "over {MAX_LINES_OF_CODE} lines of code: {long:?}");
}

#[test]
fn main_is_thin() {
    let main = sources().find(|source| source.path == "src/main.rs").unwrap();
    assert!(main.text.lines().count() < 20);
}

impl Paths {
    fn of(source: &Source) -> Self {
        let mut paths = Self::default();
        paths.visit_file(&source.syntax);
        paths
    }

    fn note(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => drop(self.crate_modules.insert(second.clone())),
            [first, ..] => drop(self.crates.insert(first.clone())),
            [] => {}
        }
    }

    fn note_use(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.note_use(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.note(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.note(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.note(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_use(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_use(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&segments);
        syn::visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("derive")
            && let Ok(derives) =
                attribute.parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
        {
            let is_serialize = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "Serialize");
            self.derives_serialize |= derives.iter().any(is_serialize);
        }
    }
}

fn layer_of(path: &str) -> Option<(usize, &'static str)> {
    let module = path.strip_prefix("src/")?.split(['/', '.']).next()?;
    LAYERS.iter().enumerate().find_map(|(layer, modules)| Some((layer, *modules.iter().find(|name| **name == module)?)))
}

/// Lines up to the inline tests.
fn lines_of_code(text: &str) -> usize {
    text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count()
}

fn sources() -> impl Iterator<Item = Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    files.into_iter().map(move |file| {
        let text = std::fs::read_to_string(&file).unwrap();
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let path = file.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        Source { path, text, syntax }
    })
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
