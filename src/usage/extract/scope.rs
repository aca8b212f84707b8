//! What the variables of a function stand for.

use std::collections::{HashMap, HashSet};

use super::Extractor;
use super::shape::Shape;
use crate::php::{Expr, ExprKind, Item, Node as Walked, Stmt, StmtKind, walk_stmts};
use crate::usage::facts::{Key, Node, NodeId};

/// The variables of one function, as far as it was walked.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    variables: HashMap<String, NodeId>,
    /// What is known of the arrays in variables.
    pub shapes: HashMap<String, Shape>,
    /// The strings that a variable may hold; `None` where it may hold others.
    names: HashMap<String, Option<Vec<(String, u32)>>>,
    /// The variables that hold SQL which was seen.
    pub sql: HashSet<String>,
    /// What was given to the properties of a variable, or of `$this->name`.
    pub written: HashMap<String, Shape>,
    /// The fields that a request was checked for.
    pub checked: Vec<Key>,
    /// Names that queries of this function give to tables.
    pub aliases: HashMap<String, String>,
    /// How many branches and loops are around: what is assigned there may not be.
    pub depth: u32,
}

impl Extractor<'_> {
    pub(super) fn variable(&mut self, name: &str) -> NodeId {
        if name == "this" {
            return self.node(Node::This);
        }
        match self.scope.variables.get(name).copied() {
            Some(id) if self.is_unknown(id) => self.node(Node::Variable(name.to_owned())),
            Some(id) => match self.node_of(id) {
                Node::Variable(_) | Node::Parameter(..) | Node::This => id,
                _ => self.node(Node::Named(id, name.to_owned())),
            },
            None => self.node(Node::Variable(name.to_owned())),
        }
    }

    /// The variable stands for `id`; in a branch, or for what it stood for before.
    pub(super) fn assign_variable(&mut self, name: &str, id: NodeId) {
        let id = match self.scope.variables.get(name).copied() {
            Some(before) if self.scope.depth > 0 => self.either([before, id]),
            _ => id,
        };
        self.scope.variables.insert(name.to_owned(), id);
    }

    /// A function's parameter, or a loop's variable.
    pub(super) fn declare_variable(&mut self, name: &str, id: NodeId) {
        self.scope.variables.insert(name.to_owned(), id);
    }

    pub(super) fn knows_variable(&self, name: &str) -> bool {
        self.scope.variables.contains_key(name)
    }

    /// What a variable that was given something stands for.
    pub(super) fn known_variable(&self, name: &str) -> Option<NodeId> {
        self.scope.variables.get(name).copied()
    }

    pub(super) fn is_request_variable(&self, name: &str) -> bool {
        self.known_variable(name).is_some_and(|id| match self.node_of(id) {
            Node::Typed(class) | Node::Injected(class) => class.ends_with("Request"),
            _ => false,
        })
    }

    /// Whether nothing was given to the variable but what the function was called with.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.scope.variables.get(name).is_some_and(
            |id| matches!(self.node_of(*id), Node::Variable(known) | Node::Parameter(_, _, known) if known == name),
        )
    }

    /// The strings that an expression may be, each with its line; `None` where it may be others.
    pub(super) fn names_said(&self, expr: &Expr) -> Option<Vec<(String, u32)>> {
        let all = |exprs: &[&Expr]| {
            let said: Option<Vec<_>> = exprs.iter().map(|expr| self.names_said(expr)).collect();
            said.map(|said| said.concat())
        };
        match &expr.kind {
            ExprKind::Variable(name) => self.scope.names.get(name).cloned().flatten(),
            ExprKind::Ternary(ternary) => all(&[ternary.then.as_ref()?, &ternary.otherwise]),
            ExprKind::Match(source) => all(&source.arms.iter().map(|arm| &arm.body).collect::<Vec<_>>()),
            ExprKind::Coalesce(left, right) => all(&[left, right]),
            _ => self.literal(expr).map(|text| vec![(text, self.line(expr.span))]),
        }
    }

    /// The variable holds the string that `value` is from here on; where it `keeps` what it was, it is put together.
    pub(super) fn keep_names(&mut self, name: &str, value: &Expr, keeps: bool) {
        let mut said = self.names_said(value).filter(|_| !keeps);
        if let Some(before) = self.scope.names.get(name).filter(|_| self.scope.depth > 0) {
            said = before.clone().zip(said).map(|(before, said)| [before, said].concat());
        }
        let is_new = self.scope.names.insert(name.to_owned(), said).is_none();
        let is_seen = Self::sql_text(value).is_some();
        if !is_seen {
            self.scope.sql.remove(name);
        } else if is_new || self.scope.depth == 0 && !keeps {
            self.scope.sql.insert(name.to_owned());
        }
    }

    /// The variables of a loop hold what stands in the list that it runs over, if all of that is known.
    pub(super) fn keep_listed(&mut self, name: &str, listed: Option<Vec<(String, u32)>>) {
        self.scope.names.insert(name.to_owned(), listed.filter(|listed| !listed.is_empty()));
        self.scope.sql.remove(name);
    }

    /// The variable is given something that is not looked at.
    pub(super) fn forget_variable(&mut self, name: &str) {
        self.scope.shapes.remove(name);
        self.scope.written.remove(name);
        self.keep_listed(name, None);
    }

    /// What a loop gives to a variable, the variable may hold wherever in the loop it is used.
    pub(super) fn expect_given(&mut self, body: &[Stmt]) {
        let mut given = Vec::new();
        walk_stmts(body, &mut |node| match node {
            Walked::Expr(Expr { kind: ExprKind::Assign(assign), .. }) => match &assign.target.kind {
                ExprKind::Variable(name) => given.push((name, Some(&assign.value))),
                ExprKind::Array(items) => given.extend(variables_in(items).map(|name| (name, None))),
                _ => {}
            },
            Walked::Stmt(Stmt { kind: StmtKind::Foreach(foreach), .. }) => {
                let targets = [Some(&foreach.value), foreach.key.as_ref()].into_iter().flatten();
                for target in targets {
                    match &target.kind {
                        ExprKind::Variable(name) => given.push((name, None)),
                        ExprKind::Array(items) => given.extend(variables_in(items).map(|name| (name, None))),
                        _ => {}
                    }
                }
            }
            _ => {}
        });
        for (name, value) in given {
            let said = value.and_then(|value| self.literal(value).map(|text| (text, self.line(value.span))));
            if let Some(before) = self.scope.names.get_mut(name) {
                *before = before.take().zip(said).map(|(before, said)| [before, vec![said]].concat());
            }
            if value.is_none_or(|value| Self::sql_text(value).is_none()) {
                self.scope.sql.remove(name);
            }
        }
    }

    /// The table that queries of this function call by that name.
    pub(super) fn table_named(&self, name: &str) -> String {
        self.scope.aliases.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// The variables that a list of targets gives something to.
fn variables_in(items: &[Item]) -> impl Iterator<Item = &String> {
    items.iter().filter_map(|item| match item.value.as_ref().map(|value| &value.kind) {
        Some(ExprKind::Variable(name)) => Some(name),
        _ => None,
    })
}
