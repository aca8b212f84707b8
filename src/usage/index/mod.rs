//! The facts of all files, and what their symbols stand for.

mod classes;
mod models;
mod obtained;
mod relations;
mod resolve;
mod templates;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(super) use models::{Model, package_table};
pub(super) use resolve::{Form, Type};

use super::facts::{ClassFacts, ClassUse, FileFacts, Node, NodeId, TextRole, Use, UseKind};
use super::judge;
use super::part::Part;
use super::query::{Answer, Query, Schema};
use crate::answer;

/// An application's code, ready for questions.
#[derive(Debug)]
pub struct Index {
    files: Vec<File>,
    classes: Vec<ClassPlace>,
    by_name: HashMap<String, ClassId>,
    /// The same in lower case, as PHP compares them.
    by_folded: HashMap<String, ClassId>,
    /// Classes in namespaces by their names alone; `None` where several have it.
    by_basename: HashMap<String, Option<ClassId>>,
    /// The classes that extend, implement or use the one named, in lower case.
    heirs: BTreeMap<String, Vec<ClassId>>,
    functions: HashMap<String, (usize, usize)>,
    /// Every name that is said where relations are asked for.
    names: HashSet<String>,
    /// Every other word in strings: a relation may be asked for by one of them.
    said: HashSet<String>,
    /// The nodes that reach something by a name.
    reached: HashMap<String, Vec<(usize, NodeId)>>,
    /// Where templates are shown, by the template's name.
    shown: HashMap<String, Vec<templates::Showing>>,
    /// Classes whose objects code makes with arguments, by `new` or as jobs and events.
    made: BTreeSet<String>,
    models: RefCell<HashMap<ClassId, Option<Model>>>,
    obtained: OnceCell<BTreeSet<ClassId>>,
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
    /// Of each node, what it goes back to.
    roots: Vec<Root>,
}

/// What an expression goes back to, where that matters.
#[derive(Debug, Clone, Copy, Default)]
struct Root {
    /// The object around, or what it was given.
    is_this: bool,
    /// A table whose name is computed.
    is_computed_table: bool,
}

impl File {
    fn new(path: String, facts: FileFacts) -> Self {
        let mut roots: Vec<Root> = Vec::with_capacity(facts.nodes.len());
        for node in &facts.nodes {
            let of = |id: &NodeId| roots.get(id.0 as usize).copied().unwrap_or_default();
            roots.push(match node {
                Node::This | Node::Parameter(..) | Node::Injected(_) => Root { is_this: true, ..Root::default() },
                // One whose name is known stands for the table.
                Node::Call(inner, name) if name == "table" || name == "from" => {
                    Root { is_computed_table: true, ..of(inner) }
                }
                Node::Named(inner, _) | Node::Call(inner, _) | Node::Element(inner) | Node::Joined(inner, _) => {
                    of(inner)
                }
                Node::Property(inner, _) | Node::Relation(inner, _) => Root { is_computed_table: false, ..of(inner) },
                Node::Either(inner) => Root { is_this: inner.iter().any(|id| of(id).is_this), ..Root::default() },
                _ => Root::default(),
            });
        }
        Self { part: Part::of(&path), path, facts, roots }
    }

    fn root(&self, id: NodeId) -> Root {
        self.roots.get(id.0 as usize).copied().unwrap_or_default()
    }
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
        let files = files.into_iter().filter(|(_, facts)| !is_of_framework(facts));
        let mut files: Vec<File> = files.map(|(path, facts)| File::new(path, facts)).collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut index = Self {
            files,
            classes: Vec::new(),
            by_name: HashMap::new(),
            by_folded: HashMap::new(),
            by_basename: HashMap::new(),
            heirs: BTreeMap::new(),
            functions: HashMap::new(),
            names: HashSet::new(),
            said: HashSet::new(),
            reached: HashMap::new(),
            shown: HashMap::new(),
            made: BTreeSet::new(),
            models: RefCell::default(),
            obtained: OnceCell::new(),
            resolved: RefCell::default(),
            schema,
        };
        index.enter_classes();
        index.enter_names();
        index.enter_made();
        index.shown = templates::shown(&index.files);
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
                    self.by_folded.entry(class.name.to_ascii_lowercase()).or_insert(id);
                }
                if let Some((_, basename)) = class.name.rsplit_once('\\') {
                    let known = self.by_basename.entry(basename.to_owned());
                    known.and_modify(|known| *known = None).or_insert(Some(id));
                }
                for above in class.parent.iter().chain(&class.traits).chain(&class.interfaces) {
                    self.heirs.entry(above.to_ascii_lowercase()).or_default().push(id);
                }
            }
            for (at, function) in facts.functions.iter().enumerate() {
                self.functions.entry(function.name.clone()).or_insert((file, at));
            }
        }
    }

    fn enter_names(&mut self) {
        let (mut names, mut said) = (HashSet::new(), HashSet::new());
        for (at, file) in self.files.iter().enumerate() {
            for node in &file.facts.nodes {
                match node {
                    Node::Property(on, name) | Node::Call(on, name) => {
                        reach(&mut self.reached, name, (at, *on));
                    }
                    Node::Relation(on, path) => {
                        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                        reach(&mut self.reached, first, (at, *on));
                        if !rest.is_empty() {
                            say(&mut names, rest);
                        }
                    }
                    _ => {}
                }
            }
            for used in &file.facts.uses {
                if let UseKind::Text { text, role, of, .. } = &used.kind
                    && !of.as_deref().is_some_and(names_tables)
                {
                    // What a class lists for itself may be relations to load: `$with`, `$defaultIncludes`.
                    let is_listed = *role == TextRole::Value && used.class.is_some() && used.method.is_none();
                    say(if is_listed { &mut names } else { &mut said }, text);
                }
            }
            for class in &file.facts.classes {
                let lists = class.lists.iter().filter(|(list, _)| list == "with" || list == "touches");
                lists.flat_map(|(_, keys)| keys).for_each(|key| say(&mut names, &key.name));
            }
        }
        self.said = said;
        self.names = names;
    }

    fn enter_made(&mut self) {
        let uses = self.files.iter().flat_map(|file| &file.facts.uses);
        let made = uses.filter_map(|used| match &used.kind {
            UseKind::Class { name, how: ClassUse::Made } => Some(name.clone()),
            _ => None,
        });
        self.made = made.collect();
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

    /// Whether the relation of that name is asked for anywhere, of the model or of what may be one.
    pub(super) fn is_relation_used(&self, own: ClassId, name: &str) -> answer::Answer {
        let is_reached = |(file, on): &(usize, NodeId)| {
            let types = self.types_in(*file, None, *on);
            types.is_empty()
                || types.iter().any(|of| match of {
                    Type::Model { class, .. } => *class == own || self.lineage(*class).contains(&own),
                    _ => false,
                })
        };
        if self.names.contains(name) || self.reached.get(name).into_iter().flatten().any(is_reached) {
            answer::Answer::Yes
        } else if self.said.contains(name) {
            answer::Answer::Unknown
        } else {
            answer::Answer::No
        }
    }

    /// Whether a package is installed; unknown where `composer.lock` is not there.
    pub(super) fn is_installed(&self, package: &str) -> answer::Answer {
        let lock = self.files.iter().find(|file| file.path == "composer.lock");
        lock.map_or(answer::Answer::Unknown, |lock| {
            answer::Answer::from(lock.facts.packages.iter().any(|installed| installed.name == package))
        })
    }

    /// Whether something is called or reached by that name anywhere.
    pub(super) fn is_name_used(&self, name: &str) -> bool {
        self.reached.contains_key(name)
    }

    /// The class around a use.
    pub(super) fn class_around(&self, file: usize, used: &Use) -> Option<ClassId> {
        self.class_at(file, used.class?)
    }

    /// The class at that place of a file's.
    fn class_at(&self, file: usize, class: u32) -> Option<ClassId> {
        let class = class as usize;
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

/// Takes note of the names between dots. Most of them were said before.
fn say(names: &mut HashSet<String>, path: &str) {
    for name in path.split('.') {
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
}

/// Takes note of where something is reached by that name.
fn reach(reached: &mut HashMap<String, Vec<(usize, NodeId)>>, name: &str, place: (usize, NodeId)) {
    match reached.get_mut(name) {
        Some(places) => places.push(place),
        None => drop(reached.insert(name.to_owned(), vec![place])),
    }
}

/// Whether the strings that a method takes are names of tables.
fn names_tables(method: &str) -> bool {
    matches!(method, "table" | "from") || method.to_ascii_lowercase().ends_with("join")
}

/// Whether a file of the application takes the place of one of the framework's: what that does is known by its methods.
fn is_of_framework(facts: &FileFacts) -> bool {
    facts.classes.first().is_some_and(|class| class.name.starts_with("Illuminate\\"))
}
