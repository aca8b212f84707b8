//! Macros on `$table`: those that providers define, those that the configuration describes, and those of well-known packages.

use std::collections::HashMap;
use std::rc::Rc;

use super::Application;
use crate::php::{self, Closure, Expr, ExprKind, LinkKind, Node, walk_file};

/// Calls that common packages bring, as the calls on `$table` that they come to.
const OF_PACKAGES: [(&str, &str); 2] = [
    // kalnoy/nestedset, `NestedSet::columns`
    ("nestedSet", NESTED_SET),
    ("Kalnoy\\Nestedset\\NestedSet::columns", NESTED_SET),
];

const NESTED_SET: &str = "$table->unsignedInteger('_lft')->default(0); $table->unsignedInteger('_rgt')->default(0); \
    $table->unsignedInteger('parent_id')->nullable(); $table->index(['_lft', '_rgt', 'parent_id']);";

impl Application<'_> {
    /// Says what a macro does: `calls` are PHP statements on `$table`. `name` is that of a method of `$table`, or
    /// `Class::method` for a static call that is handed `$table`.
    ///
    /// Of the facades, the macros of providers go by `DB::method` and `Schema::method`.
    pub fn define_macro(&self, name: &str, calls: &str) -> Result<(), Vec<php::SyntaxError>> {
        let text = format!("<?php\nfunction (...$arguments) {{\n$table = $this;\n{calls}\n}};\n");
        let file = php::read(&self.tree.put(&format!("macro {name}"), text));
        match closures(&file).into_iter().next().filter(|_| file.errors.is_empty()) {
            Some(closure) => {
                self.macros.borrow_mut().insert(name.to_owned(), closure);
                Ok(())
            }
            None => Err(file.errors),
        }
    }

    /// The code behind a macro, to be run with the table as `$this`.
    pub(crate) fn macro_named(&self, name: &str) -> Option<Rc<Closure>> {
        if let Some(known) = self.macros.borrow().get(name) {
            return Some(Rc::clone(known));
        }
        if !self.has_read_macros.replace(true) {
            let found = self.macros_of_providers();
            self.macros.borrow_mut().extend(found);
            return self.macro_named(name);
        }
        let (_, calls) = OF_PACKAGES.iter().find(|(known, _)| *known == name)?;
        self.define_macro(name, calls).ok()?;
        self.macros.borrow().get(name).cloned()
    }

    /// `Blueprint::macro('name', function () { … })`
    fn macros_of_providers(&self) -> HashMap<String, Rc<Closure>> {
        let mut macros = HashMap::new();
        for path in self.provider_files() {
            let Some(file) = self.file(&path) else { continue };
            walk_file(&file, &mut |node| {
                if let Node::Expr(expr) = node {
                    macros.extend(macro_of(expr));
                }
            });
        }
        macros
    }
}

fn macro_of(expr: &Expr) -> Option<(String, Rc<Closure>)> {
    let ExprKind::Chain(chain) = &expr.kind else { return None };
    let ExprKind::Class(class) = &chain.base.kind else { return None };
    let LinkKind::StaticMethod { name, arguments } = &chain.links.first()?.kind else { return None };
    if name.name() != Some("macro") {
        return None;
    }
    let prefix = match class.to_string().as_str() {
        "Illuminate\\Database\\Schema\\Blueprint" => "",
        "Illuminate\\Support\\Facades\\DB" | "DB" | "Illuminate\\Database\\Connection" => "DB::",
        "Illuminate\\Support\\Facades\\Schema" | "Schema" | "Illuminate\\Database\\Schema\\Builder" => "Schema::",
        _ => return None,
    };
    match arguments.as_slice() {
        [name, code] => match (&name.value.kind, &code.value.kind) {
            (ExprKind::Text(name), ExprKind::Closure(closure)) => {
                Some((format!("{prefix}{}", name.value), Rc::clone(closure)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn closures(file: &php::File) -> Vec<Rc<Closure>> {
    let mut found = Vec::new();
    walk_file(file, &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Closure(closure), .. }) = node {
            found.push(Rc::clone(closure));
        }
    });
    found
}
