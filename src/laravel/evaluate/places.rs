//! What can stand on the left of `=`: variables, properties, places in arrays, and patterns of them.

use std::rc::Rc;

use super::array::Array;
use super::interpreter::{Evaluated, Interpreter};
use super::query::Row;
use super::term::Term;
use crate::laravel::Key;
use crate::php::{ClassName, Expr, ExprKind, Item, Link, LinkKind};

impl Interpreter<'_> {
    /// `list` and `[]` patterns, variables, properties and array places.
    pub fn assign(&mut self, target: &Expr, term: Term) -> Evaluated<()> {
        match &target.kind {
            ExprKind::Variable(name) => {
                self.set_variable(name, term);
                Ok(())
            }
            ExprKind::Array(items) => self.destructure(items, &term),
            ExprKind::Chain(chain) => {
                let Some((last, before)) = chain.links.split_last() else { return Ok(()) };
                self.assign_link(&chain.base, before, last, term)
            }
            _ => Ok(()),
        }
    }

    fn destructure(&mut self, items: &[Item], term: &Term) -> Evaluated<()> {
        for (place, item) in items.iter().enumerate() {
            let Some(target) = &item.value else { continue };
            let key = match &item.key {
                Some(key) => self.eval(key)?.as_key(),
                None => i64::try_from(place).ok().map(Key::Int),
            };
            let part = match (term, key) {
                (Term::Array(array), Some(key)) => array.get(&key).cloned().unwrap_or_else(|| {
                    if array.is_open { Term::unknown("the list is not fully known") } else { Term::Null }
                }),
                _ => Term::unknown(term.why_unknown()),
            };
            self.assign(target, part)?;
        }
        Ok(())
    }

    pub fn unset(&mut self, target: &Expr) -> Evaluated<()> {
        match &target.kind {
            ExprKind::Variable(name) => {
                self.state.variables.remove(name);
            }
            ExprKind::Chain(chain) => {
                let Some((last, before)) = chain.links.split_last() else { return Ok(()) };
                if let LinkKind::Index(Some(index)) = &last.kind {
                    let key = self.eval(index)?.as_key();
                    let container = self.links(&chain.base, before)?;
                    if let (Term::Array(array), Some(key)) = (container, key) {
                        let mut array = Array::clone(&array);
                        array.remove(&key);
                        self.assign_place(&chain.base, before, Term::Array(Rc::new(array)))?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Assigns to what the link `last` reaches.
    fn assign_link(&mut self, base: &Expr, before: &[Link], last: &Link, term: Term) -> Evaluated<()> {
        match &last.kind {
            LinkKind::Index(index) => {
                let key = index.as_ref().map(|index| self.eval(index)).transpose()?;
                let container = if before.is_empty() { self.eval(base)? } else { self.links(base, before)? };
                let changed = put(container, key.as_ref(), term);
                self.assign_place(base, before, changed)
            }
            LinkKind::Property { name, .. } => {
                let Some(name) = self.member(name)? else { return Ok(()) };
                let object = if before.is_empty() { self.eval(base)? } else { self.links(base, before)? };
                match object {
                    Term::Object(id) => {
                        self.state.set_property(id, &name, term);
                        Ok(())
                    }
                    Term::Table(table) => {
                        self.set_table_property(table, &name, &term, last.span);
                        Ok(())
                    }
                    Term::Row(row) => {
                        let mut row = Row::clone(&row);
                        row.columns.push(name);
                        self.assign_place(base, before, Term::Row(Rc::new(row)))
                    }
                    _ => Ok(()),
                }
            }
            LinkKind::StaticProperty(name) => {
                let Some(name) = self.member(name)? else { return Ok(()) };
                if let ExprKind::Class(class) = &base.kind
                    && let Some(key) = self.static_key(class, &name)
                {
                    self.state.statics.insert(key, term);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Assigns to what the links reach; to the base itself where there are none.
    fn assign_place(&mut self, base: &Expr, links: &[Link], term: Term) -> Evaluated<()> {
        match links.split_last() {
            Some((last, before)) => self.assign_link(base, before, last, term),
            None => self.assign(base, term),
        }
    }

    /// Where a static property is kept: with the class that declares it.
    pub fn static_key(&self, class: &ClassName, name: &str) -> Option<(String, String)> {
        let class = self.class_of(class)?;
        let owner = self.lineage(&class).into_iter().find(|class| class.property(name).is_some()).unwrap_or(class);
        Some((owner.name.clone().unwrap_or_default(), name.to_owned()))
    }
}

/// The container with `term` at `key`, or at its end.
fn put(container: Term, key: Option<&Term>, term: Term) -> Term {
    let (mut array, is_collection) = match container {
        Term::Array(array) => (Rc::unwrap_or_clone(array), false),
        Term::Collection(array) => (Rc::unwrap_or_clone(array), true),
        Term::Null => (Array::default(), false),
        other => return Term::unknown(other.why_unknown()),
    };
    match key.map(Term::as_key) {
        None => array.push(term),
        Some(Some(key)) => array.insert(key, term),
        Some(None) => array.is_open = true,
    }
    if is_collection { Term::Collection(Rc::new(array)) } else { Term::Array(Rc::new(array)) }
}
