//! Classes of the project: methods, properties, constants, enums, objects.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::arguments::Arguments;
use super::calls::Scope;
use super::facade::{constant_of_framework, injected, new_of_framework};
use super::interpreter::{Evaluated, Frame, Interpreter};
use super::state::Object;
use super::term::{Case, ObjectId, Term};
use crate::answer::Answer;
use crate::php::{Class, ClassKind, ClassName, Expr, Function};
use crate::source::Span;

/// How many classes and traits one class may be made of.
const MAX_LINEAGE: usize = 64;

/// A method as it was found.
pub(super) struct Found {
    pub function: Rc<Function>,
    /// The class whose code it is; a trait's is that of the class that uses it.
    pub class: Rc<Class>,
    pub is_static: bool,
}

impl Interpreter<'_> {
    /// The class that the code at work names, if it can be read.
    pub fn class_of(&self, name: &ClassName) -> Option<Rc<Class>> {
        let frame = self.frame()?;
        match name {
            ClassName::Named(name) => self.application.class(name),
            ClassName::SelfClass => frame.class.clone(),
            ClassName::StaticClass => frame.static_class.clone(),
            ClassName::ParentClass => self.application.class(frame.class.as_ref()?.parent.as_ref()?),
        }
    }

    /// The class, its traits, its parent, that one's traits, and so on, as far as they can be read.
    pub fn lineage(&self, class: &Rc<Class>) -> Vec<Rc<Class>> {
        let mut lineage = vec![Rc::clone(class)];
        let mut at = 0;
        while let Some(class) = lineage.get(at).cloned() {
            let mut place = at + 1;
            for name in class.traits.iter().flat_map(|used| &used.traits) {
                if let Some(used) = self.application.class(name) {
                    lineage.insert(place, used);
                    place += 1;
                }
            }
            if let Some(parent) = class.parent.as_ref().and_then(|parent| self.application.class(parent)) {
                lineage.push(parent);
            }
            at += 1;
            if lineage.len() > MAX_LINEAGE {
                break;
            }
        }
        lineage
    }

    pub fn find_method(&self, class: &Rc<Class>, name: &str) -> Option<Found> {
        let mut owner = Rc::clone(class);
        for member in self.lineage(class) {
            if member.kind != ClassKind::Trait {
                owner = Rc::clone(&member);
            }
            let alias = owner.traits.iter().flat_map(|used| &used.aliases).find(|(_, alias)| alias == name);
            let name = match alias {
                Some((original, _)) if member.kind == ClassKind::Trait => original,
                _ => name,
            };
            if let Some(method) = member.method(name).filter(|method| !method.is_abstract) {
                return Some(Found {
                    function: Rc::clone(&method.function),
                    class: owner,
                    is_static: method.is_static,
                });
            }
        }
        None
    }

    /// Whether the class is, extends or implements the one of that name.
    pub fn is_a(&self, class: &Rc<Class>, name: &str) -> Answer {
        let lineage = self.lineage(class);
        let is_named = |class: &Rc<Class>| {
            class.name.as_deref() == Some(name)
                || class.parent.as_deref() == Some(name)
                || class.interfaces.iter().any(|interface| interface == name)
        };
        if lineage.iter().any(is_named) {
            return Answer::Yes;
        }
        let is_read =
            |class: &Rc<Class>| class.parent.as_ref().is_none_or(|parent| self.application.class(parent).is_some());
        if lineage.iter().all(is_read) { Answer::No } else { Answer::Unknown }
    }

    pub fn instantiate(&mut self, name: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(term) = new_of_framework(name, arguments, span) {
            return Ok(term);
        }
        if let Some(model) = self.application.model(name) {
            return Ok(Term::Row(Rc::new(super::query::Row::of_model(&model))));
        }
        match self.application.class(name) {
            Some(class) => self.instantiate_class(&class, arguments, span),
            None => Ok(Term::Foreign(name.into())),
        }
    }

    pub fn instantiate_class(&mut self, class: &Rc<Class>, arguments: &Arguments, span: Span) -> Evaluated {
        let id = self.new_object();
        self.state.add_object(id, Object { class: Rc::clone(class), properties: BTreeMap::new() });
        for member in self.lineage(class).into_iter().rev() {
            for property in member.properties.iter().filter(|property| !property.is_static) {
                let default = match &property.default {
                    Some(default) => self.in_class(&member, default)?,
                    None if property.types.is_empty() => Term::Null,
                    None => injected(&property.types),
                };
                self.state.set_property(id, &property.name, default);
            }
        }
        if let Some(constructor) = self.find_method(class, "__construct") {
            let scope = Scope {
                this: Some(Term::Object(id)),
                class: Some(constructor.class),
                static_class: Some(Rc::clone(class)),
                captured: BTreeMap::new(),
            };
            self.invoke(&constructor.function, scope, arguments, span)?;
        }
        Ok(Term::Object(id))
    }

    pub fn clone_object(&mut self, term: Term) -> Term {
        let Term::Object(id) = term else { return term };
        let Some(object) = self.state.object(id).cloned() else { return term };
        let copy = self.new_object();
        self.state.add_object(copy, object);
        Term::Object(copy)
    }

    /// A constant expression of a class.
    fn in_class(&mut self, class: &Rc<Class>, expr: &Expr) -> Evaluated {
        let frame = Frame { class: Some(Rc::clone(class)), static_class: Some(Rc::clone(class)), ..Frame::default() };
        self.in_frame(frame, expr.span, |this| this.eval(expr)).map(|(term, _)| term)
    }

    pub fn call_object(&mut self, id: ObjectId, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let Some(class) = self.state.object(id).map(|object| Rc::clone(&object.class)) else {
            return Ok(Term::unknown("the object is not known"));
        };
        if let Some(found) = self.find_method(&class, method) {
            let this = (!found.is_static).then_some(Term::Object(id));
            let scope = Scope { this, class: Some(found.class), static_class: Some(class), captured: BTreeMap::new() };
            return self.invoke(&found.function, scope, arguments, span);
        }
        if let Some(Term::Closure(closure)) = self.state.object(id).and_then(|object| object.properties.get(method)) {
            let closure = Rc::clone(closure);
            return self.call_closure(&closure, arguments, span);
        }
        let name = class.name.clone().unwrap_or_else(|| "$this".to_owned());
        self.call_inherited(&class, &name, method, arguments, span)
    }

    pub fn property(&mut self, term: &Term, name: &str, span: Span) -> Term {
        match term {
            Term::Object(id) => {
                let object = self.state.object(*id);
                let known = object.and_then(|object| object.properties.get(name)).cloned();
                known.unwrap_or_else(|| Term::unknown(format!("`->{name}` is not set where it can be seen")))
            }
            Term::Case(case) => match name {
                "value" => case.value.clone(),
                _ => Term::text(case.name.clone(), span),
            },
            Term::Null => Term::Null,
            Term::Foreign(what) => Term::Foreign(Rc::clone(what)),
            Term::Row(row) => self
                .related(row, name)
                .map_or_else(|| Term::unknown("it comes from the database"), |query| Term::Rows(Rc::new(query))),
            Term::Inert => Term::Inert,
            other => Term::unknown(other.why_unknown()),
        }
    }

    pub fn class_constant(&mut self, name: &ClassName, constant: &str) -> Evaluated {
        let full = self.class_name(name);
        let Some(class) = self.class_of(name) else {
            let full = full.unwrap_or_default();
            return Ok(constant_of_framework(&full, constant));
        };
        for member in self.lineage(&class) {
            if let Some(case) = member.cases.iter().find(|case| case.name == constant) {
                let value = case.value.as_ref().map_or(Ok(Term::Null), |value| self.in_class(&member, value))?;
                let case = Case { class: Rc::clone(&member), name: constant.to_owned(), value };
                return Ok(Term::Case(Rc::new(case)));
            }
            if let Some(found) = member.constant(constant) {
                return self.in_class(&member, &found.value);
            }
            for interface in &member.interfaces {
                let found = self.application.class(interface);
                if let Some(interface) = found
                    && let Some(found) = interface.constant(constant)
                {
                    return self.in_class(&interface, &found.value);
                }
            }
        }
        Ok(Term::unknown(format!("`{}::{constant}` cannot be read", full.unwrap_or_default())))
    }

    pub fn cases(&mut self, class: &Rc<Class>) -> Evaluated {
        let mut cases = Vec::new();
        for case in &class.cases {
            let name = ClassName::Named(class.name.clone().unwrap_or_default());
            cases.push(self.class_constant(&name, &case.name)?);
        }
        Ok(Term::list(cases))
    }

    pub fn static_property(&mut self, name: &ClassName, property: &str) -> Evaluated {
        let key = self.static_key(name, property);
        if let Some(term) = key.as_ref().and_then(|key| self.state.statics.get(key)) {
            return Ok(term.clone());
        }
        let Some(class) = self.class_of(name) else { return Ok(Term::unknown("its class cannot be read")) };
        for member in self.lineage(&class) {
            if let Some(found) = member.property(property) {
                return found.default.as_ref().map_or(Ok(Term::Null), |default| self.in_class(&member, default));
            }
        }
        Ok(Term::unknown(format!("`{name}::${property}` is not declared")))
    }
}
