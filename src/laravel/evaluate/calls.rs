//! Calls of code that is at hand: closures, functions and methods.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::arguments::Arguments;
use super::array::Array;
use super::branch::Flow;
use super::facade::injected;
use super::interpreter::{Evaluated, Frame, Interpreter};
use super::state::{CellId, either};
use super::term::{Closure, Code, Term};
use crate::laravel::Key;
use crate::php::{self, Expr, ExprKind, FallbackName, Function, LinkKind, Node, walk_stmts};
use crate::source::Span;

/// What a function runs with.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub this: Option<Term>,
    /// The class that the code stands in, and the one that `static` is.
    pub class: Option<Rc<php::Class>>,
    pub static_class: Option<Rc<php::Class>>,
    pub captured: BTreeMap<String, CellId>,
}

impl Interpreter<'_> {
    /// Calls anything that may be callable.
    pub fn call(&mut self, callee: &Term, arguments: &Arguments, span: Span) -> Evaluated {
        match to_closure(callee) {
            Some(closure) => self.call_closure(&closure, arguments, span),
            None => Ok(Term::unknown(callee.why_unknown())),
        }
    }

    pub fn call_value(&mut self, callee: &Term, terms: Vec<Term>, span: Span) -> Evaluated {
        self.call(callee, &Arguments::of(terms, span), span)
    }

    pub fn call_closure(&mut self, closure: &Closure, arguments: &Arguments, span: Span) -> Evaluated {
        match &closure.code {
            Code::Closure(code) => {
                let captured = self.captured_for_call(closure, code);
                let (class, static_class) = (closure.class.clone(), closure.class.clone());
                let scope = Scope { this: closure.this.clone(), class, static_class, captured };
                self.invoke(&code.function, scope, arguments, span)
            }
            Code::Function(name) => {
                let name = FallbackName { full: name.clone(), global: None };
                self.call_function(&name, arguments, span)
            }
            Code::Method(object, method) => self.call_method(object, method, arguments, span),
            Code::StaticMethod(class, method) => {
                let class = php::ClassName::Named(class.trim_start_matches('\\').to_owned());
                self.call_static(&class, method, arguments, span)
            }
        }
    }

    pub fn closure(&mut self, closure: &Rc<php::Closure>) -> Term {
        let mut captured = BTreeMap::new();
        if closure.is_arrow {
            for name in self.state.variables.keys().cloned().collect::<Vec<_>>() {
                let copy = self.copy_of(&name);
                captured.insert(name, copy);
            }
        }
        for (name, by_reference) in &closure.uses {
            let cell = if *by_reference { self.cell_of(name) } else { self.copy_of(name) };
            captured.insert(name.clone(), cell);
        }
        let frame = self.frame();
        Term::Closure(Rc::new(Closure {
            code: Code::Closure(Rc::clone(closure)),
            captured,
            this: frame.and_then(|frame| frame.this.clone()),
            class: frame.and_then(|frame| frame.class.clone()),
        }))
    }

    /// The cell of a variable; an unset one is set to null, as a reference to it does.
    pub fn cell_of(&mut self, name: &str) -> CellId {
        if let Some(cell) = self.state.variables.get(name) {
            return *cell;
        }
        let cell = self.new_cell();
        self.state.set_variable(name, Term::Null, cell);
        cell
    }

    fn copy_of(&mut self, name: &str) -> CellId {
        let term = self.variable(name);
        let cell = self.new_cell();
        self.state.set_cell(cell, term);
        cell
    }

    /// What a closure took by value is its own again in each call.
    fn captured_for_call(&mut self, closure: &Closure, code: &php::Closure) -> BTreeMap<String, CellId> {
        let is_shared = |name: &str| code.uses.iter().any(|(used, by_reference)| used == name && *by_reference);
        let mut captured = closure.captured.clone();
        for (name, cell) in &mut captured {
            if !is_shared(name) {
                let term = self.state.cell(*cell);
                *cell = self.new_cell();
                self.state.set_cell(*cell, term);
            }
        }
        captured
    }

    /// `f(...)`, `$this->f(...)`, `A::f(...)`
    pub fn callable(&mut self, callee: &Expr) -> Evaluated {
        let code = match &callee.kind {
            ExprKind::Function(name) => Code::Function(name.full.clone()),
            ExprKind::Chain(chain) => {
                let Some((last, before)) = chain.links.split_last() else { return Ok(Term::Null) };
                match (&last.kind, &chain.base.kind) {
                    (LinkKind::Method { name, .. }, _) => {
                        let object = self.links(&chain.base, before)?;
                        Code::Method(object, self.member(name)?.unwrap_or_default())
                    }
                    (LinkKind::StaticMethod { name, .. }, ExprKind::Class(class)) => {
                        let class = self.class_name(class).unwrap_or_default();
                        Code::StaticMethod(class, self.member(name)?.unwrap_or_default())
                    }
                    _ => return Ok(Term::unknown("it is a callable that is not known")),
                }
            }
            _ => return self.eval(callee),
        };
        Ok(Term::Closure(Rc::new(Closure { code, captured: BTreeMap::new(), this: None, class: None })))
    }

    /// Runs a function's body with its parameters bound, and gives what it returns.
    pub fn invoke(&mut self, function: &Rc<Function>, scope: Scope, arguments: &Arguments, span: Span) -> Evaluated {
        if self.away.is_none() && !self.home.contains(&function.span.file) {
            let call = (span, called(function, scope.class.as_deref()));
            let otherwise = Term::unknown(format!("it comes from `{}`, which phasewise cannot follow", call.1));
            return self.away(call, otherwise, |this| this.invoke_here(function, scope, arguments, span));
        }
        self.invoke_here(function, scope, arguments, span)
    }

    fn invoke_here(&mut self, function: &Rc<Function>, scope: Scope, arguments: &Arguments, span: Span) -> Evaluated {
        let references = self.references(function, arguments);
        let outer_discarded = self.discarded;
        let outer = std::mem::replace(&mut self.state.variables, scope.captured);
        let frame = Frame {
            function: function.name.clone(),
            this: scope.this,
            class: scope.class,
            static_class: scope.static_class,
            exits: Vec::new(),
        };
        let result = self.in_frame(frame, span, |this| {
            this.bind(function, arguments, &references)?;
            this.step(span, |this| this.run(&function.body))
        });
        self.discarded = outer_discarded;
        let (flow, exits) = match result {
            Ok(done) => done,
            Err(interrupt) => {
                self.state.variables = outer;
                return Err(interrupt);
            }
        };
        let mut returned = match flow {
            Flow::Return(term) => term,
            _ => Term::Null,
        };
        for (term, state) in exits {
            let why = format!("it hangs on how `{}` was left", function.name);
            let here = self.state.clone();
            self.state = here.or(state, &why);
            returned = either(returned, &term, &why);
        }
        self.state.variables = outer;
        Ok(if is_generator(function) { Term::unknown("it is a generator") } else { returned })
    }

    /// The cells of the variables that are passed by reference.
    fn references(&mut self, function: &Function, arguments: &Arguments) -> BTreeMap<String, CellId> {
        let mut references = BTreeMap::new();
        for (parameter, argument) in function.parameters.iter().zip(&arguments.list) {
            if let (true, Some(variable)) = (parameter.by_reference, &argument.variable) {
                references.insert(parameter.name.clone(), self.cell_of(variable));
            }
        }
        references
    }

    fn bind(
        &mut self,
        function: &Function,
        arguments: &Arguments,
        references: &BTreeMap<String, CellId>,
    ) -> Evaluated<()> {
        for (at, parameter) in function.parameters.iter().enumerate() {
            let term = if parameter.is_variadic {
                rest_of(arguments, at)
            } else if let Some(term) = arguments.get(at, &parameter.name) {
                term.clone()
            } else if arguments.is_open {
                Term::unknown("it is part of an unknown list")
            } else if let Some(default) = &parameter.default {
                self.eval(default)?
            } else {
                injected(&parameter.types)
            };
            if let (true, Term::Object(this)) = (parameter.is_promoted, self.variable("this")) {
                self.state.set_property(this, &parameter.name, term.clone());
            }
            if let Some(cell) = references.get(&parameter.name) {
                self.state.variables.insert(parameter.name.clone(), *cell);
            } else {
                let cell = self.new_cell();
                self.state.variables.insert(parameter.name.clone(), cell);
                self.state.set_cell(cell, term);
            }
        }
        Ok(())
    }
}

fn rest_of(arguments: &Arguments, at: usize) -> Term {
    let mut array = Array::empty(arguments.is_open);
    for argument in arguments.list.iter().skip(at) {
        match &argument.name {
            Some(name) => array.insert(Key::Str(name.clone()), argument.term.clone()),
            None => array.push(argument.term.clone()),
        }
    }
    Term::Array(Rc::new(array))
}

fn is_generator(function: &Function) -> bool {
    let mut yields = false;
    walk_stmts(&function.body, &mut |node| {
        yields |= matches!(node, Node::Expr(Expr { kind: ExprKind::Yield(_), .. }));
    });
    yields
}

/// What a function is called in prose.
fn called(function: &Function, class: Option<&php::Class>) -> String {
    match class.and_then(|class| class.name.as_deref()) {
        Some(class) => format!("{class}::{}", function.name),
        None => function.name.clone(),
    }
}

/// What PHP would call, from a closure, a name, or a pair of object and method.
pub(super) fn to_closure(term: &Term) -> Option<Rc<Closure>> {
    let code = match term {
        Term::Closure(closure) => return Some(Rc::clone(closure)),
        Term::Text(name) => match name.value.split_once("::") {
            Some((class, method)) => Code::StaticMethod(class.to_owned(), method.to_owned()),
            None => Code::Function(name.value.clone()),
        },
        Term::Array(pair) if pair.len() == 2 => {
            let method = pair.get(&Key::Int(1))?.as_string()?;
            match pair.get(&Key::Int(0))? {
                Term::ClassString(class) => Code::StaticMethod(class.to_string(), method),
                Term::Text(class) => Code::StaticMethod(class.value.clone(), method),
                object => Code::Method(object.clone(), method),
            }
        }
        Term::Object(_) => Code::Method(term.clone(), "__invoke".to_owned()),
        _ => return None,
    };
    Some(Rc::new(Closure { code, captured: BTreeMap::new(), this: None, class: None }))
}
