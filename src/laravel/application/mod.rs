//! The Laravel application around the migrations: its classes, its configuration, and which Laravel and database it runs on.
//!
//! Takes the tree of files; gives classes by name, read when they are asked for, and the settings that migrations are
//! compiled for, each with where it was found. Nothing of it runs: configuration is evaluated as migrations are.

mod autoload;
mod configuration;
mod connection;
mod dotenv;
mod dump;
mod environment;
mod lock;
mod macros;
mod model;
mod packages;
mod providers;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use self::autoload::Autoload;
pub use self::connection::{Connection, ConnectionError, LiveApplication};
use self::environment::Environment;
use self::lock::Lock;
pub(crate) use self::model::conventional;
pub use self::packages::{PackageMigrations, migrations_of_vendor, vendor_has_migration};
use self::providers::SchemaDefaults;
use super::value::{Model, Value};
use crate::php::{self, Class, Function};
use crate::source::Tree;

/// Where Laravel looks for migrations.
const MIGRATIONS: &str = "database/migrations";

/// An application. Files are read once, when something in them is asked for.
#[derive(Debug)]
pub struct Application<'t> {
    tree: &'t Tree,
    autoload: Autoload,
    environment: Environment,
    lock: Lock,
    files: RefCell<HashMap<String, Option<Rc<php::File>>>>,
    classes: RefCell<HashMap<String, Option<Rc<Class>>>>,
    functions: RefCell<Option<HashMap<String, Rc<Function>>>>,
    models: RefCell<HashMap<String, Option<Model>>>,
    configuration: RefCell<BTreeMap<String, Rc<Value>>>,
    schema_defaults: RefCell<Option<SchemaDefaults>>,
    macros: RefCell<HashMap<String, Rc<php::Closure>>>,
    has_read_macros: Cell<bool>,
}

/// Something that was found out about the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub value: String,
    /// The file that says so, or `default`.
    pub source: String,
}

impl<'t> Application<'t> {
    pub fn open(tree: &'t Tree) -> Self {
        Self {
            tree,
            autoload: Autoload::read(tree),
            environment: Environment::read(tree),
            lock: Lock::read(tree),
            files: RefCell::default(),
            classes: RefCell::default(),
            functions: RefCell::default(),
            models: RefCell::default(),
            configuration: RefCell::default(),
            schema_defaults: RefCell::default(),
            macros: RefCell::default(),
            has_read_macros: Cell::default(),
        }
    }

    pub fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// The paths of the migrations in `directories` (`database/migrations` if there are none), in the order they run:
    /// by file name, whichever directory they are in.
    pub fn migrations(&self, directories: &[String]) -> Vec<String> {
        let default = [MIGRATIONS.to_owned()];
        let directories = if directories.is_empty() { &default[..] } else { directories };
        let paths = directories.iter().flat_map(|directory| {
            let names = self.tree.list(directory).into_iter();
            names.filter(|name| is_php(name)).map(move |name| below(directory, name))
        });
        let mut paths: Vec<String> = paths.collect();
        paths.sort_by(|left, right| file_name(left).cmp(file_name(right)).then_with(|| left.cmp(right)));
        paths
    }

    /// The file at `path`, parsed; `None` where it cannot be read.
    pub fn file(&self, path: &str) -> Option<Rc<php::File>> {
        if let Some(known) = self.files.borrow().get(path) {
            return known.clone();
        }
        let file = self.tree.read(path).ok().map(|source| Rc::new(php::read(&source)));
        self.files.borrow_mut().insert(path.to_owned(), file.clone());
        file
    }

    /// The class of that full name, if the project has it.
    pub fn class(&self, name: &str) -> Option<Rc<Class>> {
        if let Some(known) = self.classes.borrow().get(name) {
            return known.clone();
        }
        if name.starts_with("Illuminate\\") {
            // Laravel's classes are known by what they do; an application that overrides their files changes no SQL.
            return None;
        }
        // A class that is looked for while its own file is read is not there yet.
        self.classes.borrow_mut().insert(name.to_owned(), None);
        let found = self.autoload.paths_of(name).into_iter().find_map(|path| {
            let file = self.file(&path)?;
            autoload::classes_of(&file).into_iter().find(|class| class.name.as_deref() == Some(name))
        });
        let found = found.or_else(|| self.class(&self.alias(name)?));
        self.classes.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// What `config/app.php` says a name without namespace stands for.
    fn alias(&self, name: &str) -> Option<String> {
        if name.contains('\\') || name.is_empty() {
            return None;
        }
        match self.config(&format!("app.aliases.{name}")) {
            Value::Class(class) | Value::Str(class) if class != name => Some(class),
            _ => None,
        }
    }

    /// Makes a class known that a migration declares.
    pub fn declare(&self, class: &Rc<Class>) {
        if let Some(name) = &class.name {
            self.classes.borrow_mut().insert(name.clone(), Some(Rc::clone(class)));
        }
    }

    /// A function of the files that Composer always loads.
    pub fn function(&self, name: &str) -> Option<Rc<Function>> {
        if self.functions.borrow().is_none() {
            let mut functions = HashMap::new();
            for path in self.autoload.files() {
                if let Some(file) = self.file(path) {
                    autoload::collect_functions(&file, &mut functions);
                }
            }
            *self.functions.borrow_mut() = Some(functions);
        }
        self.functions.borrow().as_ref()?.get(&name.to_ascii_lowercase()).cloned()
    }

    /// Whether what its Laravel sends is known, rather than taken from the nearest major that is.
    pub fn is_major_known(&self) -> bool {
        self.lock.is_known()
    }

    /// Whether the variables are those that it runs with.
    pub(crate) fn is_live(&self) -> bool {
        self.environment.is_live
    }

    /// A variable of `.env`, or of `.env.example` where there is none.
    pub fn environment(&self, name: &str) -> Option<Value> {
        self.environment.value(name)
    }
}

fn is_php(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "php")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path of a file in a directory; the root's is empty.
fn below(directory: &str, name: String) -> String {
    if directory.is_empty() { name } else { format!("{directory}/{name}") }
}
