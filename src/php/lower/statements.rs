//! Statements.

use std::rc::Rc;

use php_ast::{ExprKind as Source, NamespaceBody, Stmt as SourceStmt, StmtKind as SourceKind};

use super::Lowering;
use crate::php::statement::{Branch, Catch, Foreach, Stmt, StmtKind, SwitchCase};
use crate::php::text::Text;

impl Lowering<'_> {
    pub(super) fn stmts(&mut self, statements: &[SourceStmt<'_, '_>]) -> Vec<Stmt> {
        let mut lowered = Vec::with_capacity(statements.len());
        for statement in statements {
            self.names.observe_stmt(statement);
            self.doc(statement.doc_comment);
            match &statement.kind {
                SourceKind::Namespace(namespace) => {
                    if let NamespaceBody::Braced(block) = &namespace.body {
                        lowered.extend(self.stmts(&block.stmts));
                    }
                }
                SourceKind::Use(declaration) => self.import(declaration),
                SourceKind::Nop => {}
                kind => lowered.push(Stmt { kind: self.stmt(kind), span: self.span(statement.span) }),
            }
        }
        lowered
    }

    /// The statements of a body that may or may not have braces.
    fn body(&mut self, statement: &SourceStmt<'_, '_>) -> Vec<Stmt> {
        match &statement.kind {
            SourceKind::Block(block) => self.stmts(&block.stmts),
            _ => self.stmts(std::slice::from_ref(statement)),
        }
    }

    fn stmt(&mut self, kind: &SourceKind<'_, '_>) -> StmtKind {
        match kind {
            SourceKind::Expression(expr) => StmtKind::Expr(self.expr(expr)),
            SourceKind::Echo(values) => StmtKind::Echo(self.exprs(values)),
            SourceKind::Return(value) => StmtKind::Return(value.map(|value| self.expr(value))),
            SourceKind::Block(block) => StmtKind::Block(self.stmts(&block.stmts)),
            SourceKind::Break(levels) => StmtKind::Break(levels_of(*levels)),
            SourceKind::Continue(levels) => StmtKind::Continue(levels_of(*levels)),
            SourceKind::Unset(targets) => StmtKind::Unset(self.exprs(targets)),
            SourceKind::Global(names) => StmtKind::Global(self.exprs(names)),
            SourceKind::Throw(value) => {
                let value = self.expr(value);
                let span = value.span;
                StmtKind::Expr(crate::php::Expr { kind: crate::php::ExprKind::Throw(Box::new(value)), span })
            }
            SourceKind::Function(function) => StmtKind::Function(Rc::new(self.function(function))),
            SourceKind::Class(class) => StmtKind::Class(Rc::new(self.class(class))),
            SourceKind::Interface(interface) => StmtKind::Class(Rc::new(self.interface(interface))),
            SourceKind::Trait(declaration) => StmtKind::Class(Rc::new(self.trait_class(declaration))),
            SourceKind::Enum(declaration) => StmtKind::Class(Rc::new(self.enumeration(declaration))),
            SourceKind::InlineHtml(html) => StmtKind::Html(self.html(html)),
            kind => self.compound(kind),
        }
    }

    fn compound(&mut self, kind: &SourceKind<'_, '_>) -> StmtKind {
        match kind {
            SourceKind::If(statement) => {
                let first =
                    Branch { condition: self.expr(&statement.condition), body: self.body(statement.then_branch) };
                let others = statement.elseif_branches.iter();
                let others = others
                    .map(|branch| Branch { condition: self.expr(&branch.condition), body: self.body(&branch.body) });
                let branches = std::iter::once(first).chain(others).collect();
                StmtKind::If { branches, otherwise: statement.else_branch.map(|body| self.body(body)) }
            }
            SourceKind::While(statement) => {
                StmtKind::While { condition: self.expr(&statement.condition), body: self.body(statement.body) }
            }
            SourceKind::DoWhile(statement) => {
                StmtKind::DoWhile { body: self.body(statement.body), condition: self.expr(&statement.condition) }
            }
            SourceKind::For(statement) => StmtKind::For {
                init: self.exprs(&statement.init),
                condition: self.exprs(&statement.condition),
                update: self.exprs(&statement.update),
                body: self.body(statement.body),
            },
            SourceKind::Foreach(statement) => StmtKind::Foreach(Box::new(Foreach {
                subject: self.expr(&statement.expr),
                key: statement.key.as_ref().map(|key| self.expr(key)),
                value: self.expr(&statement.value),
                by_reference: statement.by_ref,
                body: self.body(statement.body),
            })),
            SourceKind::Switch(statement) => {
                let subject = self.expr(&statement.expr);
                let cases = statement.body.cases.iter().map(|case| SwitchCase {
                    value: case.value.as_ref().map(|value| self.expr(value)),
                    body: self.stmts(&case.body),
                });
                StmtKind::Switch { subject, cases: cases.collect() }
            }
            SourceKind::TryCatch(statement) => self.try_catch(statement),
            kind => self.rare(kind),
        }
    }

    fn try_catch(&mut self, statement: &php_ast::TryCatchStmt<'_, '_>) -> StmtKind {
        let body = self.stmts(&statement.body.stmts);
        let catches = statement.catches.iter().map(|clause| Catch {
            classes: clause.types.iter().map(|name| self.full_name(name)).collect(),
            variable: clause.var.and_then(|name| name.as_str()).map(str::to_owned),
            body: self.stmts(&clause.body.stmts),
        });
        let catches = catches.collect();
        let finally = statement.finally.map_or_else(Vec::new, |block| self.stmts(&block.stmts));
        StmtKind::Try { body, catches, finally }
    }

    fn rare(&mut self, kind: &SourceKind<'_, '_>) -> StmtKind {
        match kind {
            SourceKind::Declare(declare) => StmtKind::Block(declare.body.map_or_else(Vec::new, |body| self.body(body))),
            SourceKind::Const(constants) => {
                let constants = constants.iter().map(|constant| {
                    self.doc(constant.doc_comment.as_ref());
                    (self.namespaced(constant.name.or_error()), self.expr(&constant.value))
                });
                StmtKind::Constants(constants.collect())
            }
            SourceKind::StaticVar(variables) => {
                let variables = variables.iter().map(|variable| {
                    (variable.name.or_error().to_owned(), variable.default.as_ref().map(|value| self.expr(value)))
                });
                StmtKind::StaticVariables(variables.collect())
            }
            SourceKind::HaltCompiler(_) => StmtKind::Other("__halt_compiler", Vec::new()),
            SourceKind::Goto(_) => StmtKind::Other("goto", Vec::new()),
            SourceKind::Label(_) => StmtKind::Other("label", Vec::new()),
            _ => StmtKind::Other("unreadable code", Vec::new()),
        }
    }

    fn html(&self, html: &str) -> Text {
        let file = self.source.id;
        let start = (html.as_ptr() as usize).saturating_sub(self.source.text.as_ptr() as usize) as u32;
        let map = crate::source::SourceMap::verbatim(file, start, html.len() as u32);
        Text { value: html.to_owned(), map }
    }
}

fn levels_of(levels: Option<&php_ast::Expr<'_, '_>>) -> u32 {
    match levels.map(|levels| &levels.kind) {
        Some(Source::Int(levels)) => u32::try_from(*levels).unwrap_or(1).max(1),
        _ => 1,
    }
}
