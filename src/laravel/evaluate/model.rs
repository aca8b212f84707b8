//! Models: static calls, relations, and methods of their own.

use std::rc::Rc;

use super::arguments::Arguments;
use super::calls::Scope;
use super::interpreter::{Evaluated, Interpreter};
use super::query::{Query, Row};
use super::strings::capitalise;
use super::term::Term;
use crate::laravel::Model;
use crate::php::{ClassName, Expr, ExprKind, LinkKind, Member, Node, walk_stmts};
use crate::source::Span;

/// Methods of `Model` that say how models behave and write nothing.
const SETTINGS: [&str; 12] = [
    "unguard",
    "reguard",
    "unguarded",
    "withoutEvents",
    "withoutTimestamps",
    "preventLazyLoading",
    "withoutTouching",
    "flushEventListeners",
    "unsetEventDispatcher",
    "setEventDispatcher",
    "getEventDispatcher",
    "shouldBeStrict",
];

/// The relations of Eloquent.
const RELATIONS: [&str; 10] = [
    "hasOne",
    "hasMany",
    "belongsTo",
    "belongsToMany",
    "hasManyThrough",
    "hasOneThrough",
    "morphOne",
    "morphMany",
    "morphToMany",
    "morphedByMany",
];

impl Interpreter<'_> {
    /// `User::where(…)`, `User::create(…)`, `User::withoutEvents(…)`
    pub fn call_model(&mut self, model: &Model, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if SETTINGS.contains(&method) {
            let Some(callback @ Term::Closure(_)) = arguments.at(0).cloned() else { return Ok(Term::Inert) };
            return self.call_value(&callback, Vec::new(), span);
        }
        if method != "getTable" {
            self.note_model(&model.class, span);
        }
        let query = Rc::new(Query::of_model(model));
        match method {
            "query" | "newQuery" | "on" | "withoutGlobalScopes" | "withoutGlobalScope" | "with" => {
                Ok(Term::Query(query))
            }
            "factory" => Ok(Term::Foreign(format!("{}::factory", model.class).into())),
            _ => self.call_query(&query, method, arguments, span),
        }
    }

    /// A method that a model does not have from Eloquent: a relation, or one of its own.
    pub fn call_model_row(&mut self, row: &Rc<Row>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(query) = self.relation(row, method) {
            return Ok(Term::Query(Rc::new(query)));
        }
        let class = row.model.as_deref().and_then(|model| self.application.class(model));
        if let Some((class, found)) =
            class.and_then(|class| Some((Rc::clone(&class), self.find_method(&class, method)?)))
        {
            let scope = Scope {
                this: Some(Term::Row(Rc::clone(row))),
                class: Some(found.class),
                static_class: Some(class),
                ..Scope::default()
            };
            return self.invoke(&found.function, scope, arguments, span);
        }
        self.run_callbacks(arguments, span)?;
        if self.away.is_some() {
            if self.discarded == Some(span) {
                self.lost_on_the_way();
            }
        } else if self.discarded == Some(span) {
            let class = row.model.as_deref().unwrap_or("a row");
            self.problem(format!("calls `{class}::{method}`, which phasewise does not follow"), span);
        }
        Ok(Term::unknown("it comes from the database"))
    }

    /// The query behind a relation: the first class that the method hands to `hasMany` or its kin.
    fn relation(&self, row: &Row, method: &str) -> Option<Query> {
        let class = self.application.class(row.model.as_deref()?)?;
        let found = self.find_method(&class, method)?;
        let mut related = None;
        walk_stmts(&found.function.body, &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Chain(chain), .. }) = node {
                for link in &chain.links {
                    if let LinkKind::Method { name: Member::Name(name, _), arguments, .. } = &link.kind
                        && RELATIONS.contains(&name.as_str())
                        && let Some(first) = arguments.first()
                    {
                        related = related.take().or_else(|| class_of_constant(&first.value));
                    }
                }
            }
        });
        let model = self.application.model(&related?)?;
        Some(Query { has_condition: Some(true), is_bounded: Some(true), ..Query::of_model(&model) })
    }

    /// Whether the method is a scope of the query's model.
    pub fn is_scope(&self, query: &Query, method: &str) -> bool {
        let class = query.model.as_deref().and_then(|model| self.application.class(model));
        class.is_some_and(|class| {
            let scope = format!("scope{}", capitalise(method));
            self.find_method(&class, &scope).or_else(|| self.find_method(&class, method)).is_some()
        })
    }

    /// The rows of a relation that is read as a property.
    pub fn related(&self, row: &Row, name: &str) -> Option<Query> {
        self.relation(row, name)
    }
}

/// `User::class`
fn class_of_constant(expr: &Expr) -> Option<String> {
    let ExprKind::Chain(chain) = &expr.kind else { return None };
    match &chain.base.kind {
        ExprKind::Class(ClassName::Named(name)) => Some(name.clone()),
        _ => None,
    }
}
