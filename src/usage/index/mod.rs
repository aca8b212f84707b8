//! The facts of all files, and what their symbols stand for.

mod classes;
mod models;
mod relations;
mod resolve;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) use models::{Model, package_table};
pub(super) use resolve::{Form, Type};

use super::facts::{ClassFacts, FileFacts, Node, NodeId, TextRole, Use, UseKind};
use super::judge;
use super::part::Part;
use super::query::{Answer, Query, Schema};

/// An application's code, ready for questions.
#[derive(Debug)]
pub struct Index {
    files: Vec<File>,
    classes: Vec<ClassPlace>,
    by_name: HashMap<String, ClassId>,
    /// The classes that extend, implement or use the one named.
    heirs: BTreeMap<String, Vec<ClassId>>,
    functions: HashMap<String, (usize, usize)>,
    /// Every name that something is called or reached by: a relation that is in none of them is used nowhere.
    names: BTreeSet<String>,
    models: RefCell<HashMap<ClassId, Option<Model>>>,
    resolved: RefCell<HashMap<Place, Vec<Type>>>,
    pub(super) schema: Schema,
}

/// A node of a file, in code that runs in objects of a class.
type Place = (Option<ClassId>, usize, NodeId);

/// A file with its facts.
#[derive(Debug)]
pub(super) struct File {
    pub path: String,
    pub part: Part,
    pub facts: FileFacts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ClassId(pub u32);

#[derive(Debug, Clone, Copy)]
struct ClassPlace {
    file: usize,
    class: usize,
}

impl Index {
    /// An index over files, each with its path relative to the application, that run on `schema`.
    pub fn new(files: impl IntoIterator<Item = (String, FileFacts)>, schema: Schema) -> Self {
        let mut files: Vec<File> =
            files.into_iter().map(|(path, facts)| File { part: Part::of(&path), path, facts }).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut index = Self {
            files,
            classes: Vec::new(),
            by_name: HashMap::new(),
            heirs: BTreeMap::new(),
            functions: HashMap::new(),
            names: BTreeSet::new(),
            models: RefCell::default(),
            resolved: RefCell::default(),
            schema,
        };
        index.enter_classes();
        index.enter_names();
        index
    }

    /// What the code says to `query`.
    pub fn answer(&self, query: &Query) -> Answer {
        judge::answer(self, query)
    }

    fn enter_classes(&mut self) {
        for (file, facts) in self.files.iter().map(|file| &file.facts).enumerate() {
            for (at, class) in facts.classes.iter().enumerate() {
                let id = ClassId(self.classes.len() as u32);
                self.classes.push(ClassPlace { file, class: at });
                if !class.name.is_empty() {
                    self.by_name.entry(class.name.clone()).or_insert(id);
                }
                for above in class.parent.iter().chain(&class.traits).chain(&class.interfaces) {
                    self.heirs.entry(above.clone()).or_default().push(id);
                }
            }
            for (at, function) in facts.functions.iter().enumerate() {
                self.functions.entry(function.name.clone()).or_insert((file, at));
            }
        }
    }

    fn enter_names(&mut self) {
        let mut names = BTreeSet::new();
        for file in &self.files {
            for node in &file.facts.nodes {
                match node {
                    Node::Property(_, name) | Node::Call(_, name) => drop(names.insert(name.clone())),
                    Node::Relation(_, path) => names.extend(path.split('.').map(str::to_owned)),
                    _ => {}
                }
            }
            for used in &file.facts.uses {
                match &used.kind {
                    UseKind::Text { text, role, .. } if *role != TextRole::Field => {
                        names.extend(text.split('.').map(str::to_owned));
                    }
                    UseKind::Column { name, .. } => drop(names.insert(name.clone())),
                    _ => {}
                }
            }
            for class in &file.facts.classes {
                let lists = class.lists.iter().filter(|(list, _)| list == "with" || list == "touches");
                names.extend(
                    lists.flat_map(|(_, keys)| keys.iter().flat_map(|key| key.name.split('.').map(str::to_owned))),
                );
            }
        }
        self.names = names;
    }

    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// Every use, with the file that it is in.
    pub(super) fn uses(&self) -> impl Iterator<Item = (usize, &File, &Use)> {
        self.files.iter().enumerate().flat_map(|(at, file)| file.facts.uses.iter().map(move |used| (at, file, used)))
    }

    pub(super) fn node(&self, file: usize, id: NodeId) -> &Node {
        self.files.get(file).and_then(|file| file.facts.nodes.get(id.0 as usize)).unwrap_or(&Node::Unknown)
    }

    /// Whether something is called or reached by that name anywhere.
    pub(super) fn is_name_used(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn is_lenient(&self) -> bool {
        self.files.iter().any(|file| file.facts.strict == Some(false))
    }

    /// The class around a use.
    pub(super) fn class_around(&self, file: usize, used: &Use) -> Option<ClassId> {
        let class = used.class? as usize;
        let found = self.classes.partition_point(|place| (place.file, place.class) < (file, class));
        let place = self.classes.get(found)?;
        (place.file == file && place.class == class).then_some(ClassId(found as u32))
    }

    pub(super) fn class(&self, id: ClassId) -> Option<&ClassFacts> {
        let place = self.classes.get(id.0 as usize)?;
        self.files.get(place.file)?.facts.classes.get(place.class)
    }

    pub(super) fn file_of(&self, id: ClassId) -> usize {
        self.classes.get(id.0 as usize).map_or(usize::MAX, |place| place.file)
    }

    pub(super) fn class_ids(&self) -> impl Iterator<Item = ClassId> {
        (0..self.classes.len() as u32).map(ClassId)
    }
}
