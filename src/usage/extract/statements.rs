//! Statements, functions and closures.

use super::Extractor;
use super::closures::is_class;
use crate::php::{Closure, ExprKind, Foreach, Function, Stmt, StmtKind};
use crate::usage::facts::{ClassUse, FunctionFacts, Node, NodeId, Rest};

impl Extractor<'_> {
    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        self.take_doc_variables(statement.span);
        match &statement.kind {
            StmtKind::Expr(expr) => self.expressions([expr]),
            StmtKind::Echo(exprs) | StmtKind::Global(exprs) | StmtKind::Other(_, exprs) => self.expressions(exprs),
            StmtKind::Return(value) => {
                let returned = value.as_ref().map(|value| self.expression(value));
                if let (Some(returned), Some(returns)) = (returned, self.returns.last_mut()) {
                    returns.push(returned);
                }
            }
            StmtKind::Unset(exprs) => self.expressions(exprs),
            StmtKind::Block(body) => self.statements(body),
            StmtKind::Function(function) => self.named_function(function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::StaticVariables(variables) => {
                for value in variables.iter().filter_map(|(_, value)| value.as_ref()) {
                    self.expression(value);
                }
            }
            StmtKind::Constants(constants) => {
                for (_, value) in constants {
                    self.expression(value);
                }
            }
            StmtKind::Html(text) if self.is_template => self.fields_of(&text.value),
            StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Html(_) => {}
            branching => self.branching(branching),
        }
    }

    fn branching(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::If { branches, otherwise } => {
                for branch in branches {
                    self.expression(&branch.condition);
                    self.branch(&branch.body);
                }
                self.branch(otherwise.as_deref().unwrap_or_default());
            }
            StmtKind::While { condition, body } | StmtKind::DoWhile { body, condition } => {
                self.expect_given(body);
                self.expression(condition);
                self.branch(body);
            }
            StmtKind::For { init, condition, update, body } => {
                self.expressions(init);
                self.expect_given(body);
                self.expressions(condition);
                self.branch(body);
                self.expressions(update);
            }
            StmtKind::Foreach(foreach) => self.foreach(foreach),
            StmtKind::Switch { subject, cases } => {
                self.expression(subject);
                for case in cases {
                    self.expressions(&case.value);
                    self.branch(&case.body);
                }
            }
            StmtKind::Try { body, catches, finally } => {
                self.branch(body);
                for clause in catches {
                    self.branch(&clause.body);
                }
                self.statements(finally);
            }
            _ => {}
        }
    }

    fn branch(&mut self, body: &[Stmt]) {
        self.scope.depth += 1;
        self.statements(body);
        self.scope.depth -= 1;
    }

    fn foreach(&mut self, foreach: &Foreach) {
        let subject = self.expression(&foreach.subject);
        let element = self.node(Node::Element(subject));
        if let ExprKind::Variable(name) = &foreach.value.kind {
            let element = if self.is_unknown(subject) { self.unknown() } else { element };
            self.declare_variable(name, element);
            self.scope.shapes.remove(name);
            self.scope.written.remove(name);
            let listed = self.shape(&foreach.subject);
            let is_whole = listed.values.rest == Rest::Nothing;
            let keys: Vec<_> = listed.values.keys.into_iter().map(|key| (key.name, key.line)).collect();
            // What stands behind a key is not kept.
            self.keep_listed(name, (is_whole && keys.is_empty()).then_some(listed.texts));
            if let Some(ExprKind::Variable(key)) = foreach.key.as_ref().map(|key| &key.kind) {
                self.keep_listed(key, is_whole.then_some(keys));
            }
        } else {
            if let ExprKind::Array(items) = &foreach.value.kind {
                self.take_apart(items, element);
            } else {
                self.expression(&foreach.value);
            }
            if let Some(ExprKind::Variable(key)) = foreach.key.as_ref().map(|key| &key.kind) {
                self.forget_variable(key);
            }
        }
        self.expect_given(&foreach.body);
        self.branch(&foreach.body);
    }

    fn named_function(&mut self, function: &Function) {
        let (types, returns) = self.function(function, |_, _| None);
        let types = if types.is_empty() { self.doc_returns(function.span) } else { types };
        self.facts.functions.push(FunctionFacts { name: function.name.clone(), types, returns });
    }

    /// Walks a function in a scope of its own; gives the classes it is declared to return, and what it returns.
    pub(super) fn function(
        &mut self,
        function: &Function,
        parameter: impl Fn(&mut Self, usize) -> Option<NodeId>,
    ) -> (Vec<String>, Vec<NodeId>) {
        let around = std::mem::take(&mut self.scope);
        self.parameters(function, parameter);
        let returns = self.body(&function.body);
        self.scope = around;
        (function.types.iter().filter(|name| is_class(name)).cloned().collect(), returns)
    }

    /// Walks a closure, which may see the variables around it; gives what it returns.
    pub(super) fn closure(
        &mut self,
        closure: &Closure,
        parameter: impl Fn(&mut Self, usize) -> Option<NodeId>,
    ) -> NodeId {
        let around = self.scope.clone();
        self.scope.depth = 0;
        self.parameters(&closure.function, parameter);
        let returns = self.body(&closure.function.body);
        let by_reference: Vec<&String> = closure.uses.iter().filter(|(_, by)| *by).map(|(name, _)| name).collect();
        let inner = std::mem::replace(&mut self.scope, around);
        for name in by_reference {
            if let Some(shape) = inner.shapes.get(name) {
                self.scope.shapes.insert(name.clone(), shape.clone());
            }
        }
        self.either(returns)
    }

    fn body(&mut self, body: &[Stmt]) -> Vec<NodeId> {
        self.returns.push(Vec::new());
        self.statements(body);
        let mut returns = self.returns.pop().unwrap_or_default();
        returns.retain(|id| !self.is_unknown(*id));
        returns.dedup();
        returns
    }

    fn parameters(&mut self, function: &Function, given: impl Fn(&mut Self, usize) -> Option<NodeId>) {
        let documented = self.doc_parameters(function.span);
        for (at, parameter) in function.parameters.iter().enumerate() {
            let line = self.line(function.span);
            for class in parameter.types.iter().filter(|name| is_class(name)) {
                self.class_use(line, class, ClassUse::Hint);
            }
            if let Some(default) = &parameter.default {
                self.expression(default);
            }
            let mut node = self.declared(&parameter.types);
            let known = self.node_of(node).clone();
            // A bare builder or collection says less than what the closure is given to.
            if matches!(&known, Node::Unknown) || matches!(&known, Node::Typed(class) if is_generic(class)) {
                if let Some(given) = given(self, at) {
                    node = given;
                } else if let Some((_, types)) = documented.iter().find(|(name, _)| *name == parameter.name) {
                    let types = types.clone();
                    node = self.declared(&types);
                }
            }
            self.scope.shapes.remove(&parameter.name);
            self.scope.written.remove(&parameter.name);
            self.keep_listed(&parameter.name, None);
            let node = match self.node_of(node).clone() {
                Node::Unknown if function.name.is_empty() => self.node(Node::Variable(parameter.name.clone())),
                Node::Unknown => self.node(Node::Parameter(function.name.clone(), at as u32, parameter.name.clone())),
                Node::Typed(class) if function.name == "__construct" => self.node(Node::Injected(class)),
                _ => node,
            };
            self.declare_variable(&parameter.name, node);
        }
    }
}

/// Whether a type says nothing of whose rows it is about.
pub(super) fn is_generic(class: &str) -> bool {
    class.starts_with("Illuminate\\Database\\") || class.ends_with("Collection") || class.ends_with("\\Builder")
}
