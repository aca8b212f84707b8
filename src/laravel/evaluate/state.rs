//! What changes while a migration runs: variables, objects, and the tables as they stand. An undecided branch runs each
//! side on a state of its own; then the two are one again, and what differs is unknown.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::array::Array;
use super::operators;
use super::term::{ObjectId, Term};
use crate::catalog::Catalog;
use crate::php;
use crate::sql::Reader;

/// Where a variable's value is kept. Variables that are bound by reference share a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CellId(pub u32);

#[derive(Debug, Clone)]
pub(crate) struct State {
    /// The variables of the function that runs.
    pub variables: BTreeMap<String, CellId>,
    cells: BTreeMap<CellId, Term>,
    objects: BTreeMap<ObjectId, Rc<Object>>,
    /// Static properties, by class and name.
    pub statics: BTreeMap<(String, String), Term>,
    pub catalog: Catalog,
    /// What statements sent so far have set: how SQL is quoted, where names are looked up.
    pub session: Reader,
}

/// An object of a class of the project.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub class: Rc<php::Class>,
    pub properties: BTreeMap<String, Term>,
}

impl State {
    pub fn new(catalog: Catalog, session: Reader) -> Self {
        Self {
            variables: BTreeMap::new(),
            cells: BTreeMap::new(),
            objects: BTreeMap::new(),
            statics: BTreeMap::new(),
            catalog,
            session,
        }
    }

    pub fn variable(&self, name: &str) -> Option<&Term> {
        self.cells.get(self.variables.get(name)?)
    }

    /// Sets a variable; `new_cell` is taken if it has none yet.
    pub fn set_variable(&mut self, name: &str, term: Term, new_cell: CellId) {
        let cell = *self.variables.entry(name.to_owned()).or_insert(new_cell);
        self.cells.insert(cell, term);
    }

    pub fn cell(&self, cell: CellId) -> Term {
        self.cells.get(&cell).cloned().unwrap_or(Term::Null)
    }

    pub fn set_cell(&mut self, cell: CellId, term: Term) {
        self.cells.insert(cell, term);
    }

    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(&id).map(Rc::as_ref)
    }

    pub fn add_object(&mut self, id: ObjectId, object: Object) {
        self.objects.insert(id, Rc::new(object));
    }

    pub fn set_property(&mut self, id: ObjectId, name: &str, term: Term) {
        if let Some(object) = self.objects.get_mut(&id) {
            Rc::make_mut(object).properties.insert(name.to_owned(), term);
        }
    }

    /// The state where either this one or `other` is what happened; `why` says what decides.
    #[must_use]
    pub fn or(mut self, other: Self, why: &str) -> Self {
        let mut variables = std::mem::take(&mut self.variables);
        for (name, cell) in &other.variables {
            match variables.get(name) {
                Some(known) if known == cell => {}
                Some(known) => {
                    // Each side made a variable of its own.
                    let (here, there) = (self.cell(*known), other.cell(*cell));
                    self.cells.insert(*known, either(here, &there, why));
                }
                None => {
                    variables.insert(name.clone(), *cell);
                    self.cells.insert(*cell, Term::unknown(why));
                }
            }
        }
        for (name, cell) in &variables {
            if !other.variables.contains_key(name) {
                self.cells.insert(*cell, Term::unknown(why));
            }
        }
        self.variables = variables;
        merge(&mut self.cells, other.cells, |here, there| either(here, &there, why));
        merge(&mut self.statics, other.statics, |here, there| either(here, &there, why));
        merge(&mut self.objects, other.objects, |here, there| {
            if Rc::ptr_eq(&here, &there) {
                return here;
            }
            let mut object = Rc::unwrap_or_clone(here);
            merge(&mut object.properties, there.properties.clone(), |here, there| either(here, &there, why));
            Rc::new(object)
        });
        self.catalog = self.catalog.or(&other.catalog);
        self
    }
}

/// Takes what is only in `there`, and combines what is in both.
fn merge<K: Ord, V: Clone>(here: &mut BTreeMap<K, V>, there: BTreeMap<K, V>, combine: impl Fn(V, V) -> V) {
    for (key, value) in there {
        match here.get_mut(&key) {
            Some(known) => *known = combine(known.clone(), value),
            None => {
                here.insert(key, value);
            }
        }
    }
}

/// The term where either of two is what was computed.
pub(crate) fn either(here: Term, there: &Term, why: &str) -> Term {
    match (&here, there) {
        (Term::Row(left), Term::Row(right)) if left.is_like(right) => Term::Row(Rc::new(left.with_columns(right))),
        _ if is_same(&here, there) => here,
        _ => Term::unknown(why),
    }
}

/// Whether two terms say the same, what is not known of them included.
fn is_same(left: &Term, right: &Term) -> bool {
    match (left, right) {
        (Term::Array(left), Term::Array(right)) | (Term::Collection(left), Term::Collection(right)) => {
            Rc::ptr_eq(left, right) || is_same_array(left, right)
        }
        (Term::Unknown(left), Term::Unknown(right)) => left == right,
        (Term::Query(left), Term::Query(right)) | (Term::Rows(left), Term::Rows(right)) => left == right,
        (Term::Row(left), Term::Row(right)) => left == right,
        (Term::Foreign(left), Term::Foreign(right)) => left == right,
        (Term::Inert, Term::Inert) => true,
        _ => operators::identical(left, right).is_yes(),
    }
}

fn is_same_array(left: &Array, right: &Array) -> bool {
    left.len() == right.len()
        && left.is_open == right.is_open
        && left
            .iter()
            .zip(right.iter())
            .all(|((left_key, left), (right_key, right))| left_key == right_key && is_same(left, right))
}
