//! One file, walked once: each place that may use a column, with what it is reached from as a symbol.

mod blade;
mod calls;
mod chains;
mod classes;
mod closures;
mod computed;
mod doc;
mod expressions;
mod literals;
mod methods;
mod relations;
mod scope;
mod shape;
mod statements;
mod texts;
mod views;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::facts::{ClassUse, FileFacts, Node, NodeId, Use, UseKind};
use super::package;
use super::part::extension;
use crate::php;
use crate::source::{Span, Tree};
use scope::Scope;

/// Whether the strings that a method of a model or a query takes are columns or values by column.
pub(super) fn is_of_columns(method: &str) -> bool {
    methods::columns_of(method).is_some() || methods::values_of(method).is_some()
}

/// What the file at `path` says. The path tells what kind of file it is; nothing else depends on it.
pub fn facts(path: &str, text: &str) -> FileFacts {
    if path.ends_with(".blade.php") {
        return blade::facts(text);
    }
    if path.strip_suffix("composer.lock").is_some() {
        return FileFacts { packages: package::installed(text), ..FileFacts::default() };
    }
    if extension(path) != "php" {
        return literals::facts(path, text);
    }
    let tree = Tree::default();
    let source = tree.put(path, text.to_owned());
    let file = php::read(&source);
    let mut extractor = Extractor::new(&source.text, 0);
    extractor.is_config = path.starts_with("config/");
    extractor.imports.clone_from(&file.imports);
    extractor.comments = doc::Comments::new(&file);
    if let Some(error) = file.errors.first() {
        let line = source.position(error.span.start).line as u32;
        extractor.facts.problem = Some((line, error.message.clone()));
    }
    extractor.statements(&file.statements);
    extractor.facts
}

/// What of the path of a file its facts depend on, in a word.
pub fn kind_of(path: &str) -> &'static str {
    match extension(path) {
        "php" if path.ends_with(".blade.php") => "template",
        "php" if path.starts_with("config/") => "config",
        "php" => "php",
        "sql" => "sql",
        "lock" => "lock",
        _ => "strings",
    }
}

/// A thread's stack: deeply nested code is walked on it without growing it anew for each file.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// The facts of many files, each a path and its text, on as many threads as there are processors; in the same order.
pub fn facts_of_all(files: &[(String, String)]) -> Vec<FileFacts> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((path, text)) = files.get(at) else { return done };
            done.push((at, facts(path, text)));
        }
    };
    let mut all: Vec<(usize, FileFacts)> = std::thread::scope(|scope| {
        let spawned: Vec<_> = (0..threads)
            .filter_map(|_| std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok())
            .collect();
        spawned.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, facts)| facts).collect()
}

/// A file on its way to facts.
#[derive(Debug, Default)]
struct Extractor<'a> {
    text: &'a str,
    /// The offset of each line's first byte.
    line_starts: Vec<u32>,
    facts: FileFacts,
    known: HashMap<Node, NodeId>,
    imports: Vec<(String, String)>,
    comments: doc::Comments,
    /// The class and the method around, as indexes into the facts.
    class: Option<u32>,
    method: Option<u32>,
    scope: Scope,
    /// What the functions around return, the innermost last.
    returns: Vec<Vec<NodeId>>,
    /// The keys of the arrays around, the innermost last.
    keys: Vec<String>,
    /// The call whose argument is walked, where that is a string or an array of them.
    handed_to: Option<HandedTo>,
    is_config: bool,
    is_template: bool,
}

/// A call that is handed strings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct HandedTo {
    on: NodeId,
    method: String,
    /// Whether it takes no columns.
    is_quiet: bool,
}

impl<'a> Extractor<'a> {
    /// Reads `text`, whose first line is the line `lines_before + 1` of its file.
    fn new(text: &'a str, lines_before: u32) -> Self {
        let mut extractor = Self::default();
        extractor.aim(text, lines_before);
        extractor
    }

    fn aim(&mut self, text: &'a str, lines_before: u32) {
        self.text = text;
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        self.line_starts = std::iter::repeat_n(0, lines_before as usize + 1).chain(breaks).collect();
    }

    fn line(&self, span: Span) -> u32 {
        self.line_at(span.start)
    }

    fn line_at(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    fn node(&mut self, node: Node) -> NodeId {
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let id = NodeId(self.facts.nodes.len() as u32);
        self.facts.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    fn unknown(&mut self) -> NodeId {
        self.node(Node::Unknown)
    }

    fn node_of(&self, id: NodeId) -> &Node {
        self.facts.nodes.get(id.0 as usize).unwrap_or(&Node::Unknown)
    }

    fn is_unknown(&self, id: NodeId) -> bool {
        *self.node_of(id) == Node::Unknown
    }

    /// Any of those that are known.
    fn either(&mut self, ids: impl IntoIterator<Item = NodeId>) -> NodeId {
        let mut members: Vec<NodeId> = Vec::new();
        for id in ids {
            let inner = match self.node_of(id) {
                Node::Either(inner) => inner.clone(),
                Node::Unknown => Vec::new(),
                _ => vec![id],
            };
            for id in inner {
                if !members.contains(&id) {
                    members.push(id);
                }
            }
        }
        match members.as_slice() {
            [] => self.unknown(),
            [only] => *only,
            _ => self.node(Node::Either(members)),
        }
    }

    fn emit(&mut self, line: u32, kind: UseKind) {
        self.facts.uses.push(Use { line, class: self.class, method: self.method, kind });
    }

    fn class_use(&mut self, line: u32, name: &str, how: ClassUse) {
        self.emit(line, UseKind::Class { name: name.to_owned(), how });
    }
}
