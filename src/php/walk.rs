//! Visits every statement and expression of a tree, parents before children.

use super::declaration::{Class, Function};
use super::expression::{Argument, Expr, ExprKind, LinkKind, Member, NewClass, Part};
use super::statement::{File, Stmt, StmtKind};

/// What a walk comes by.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    Class(&'a Class),
    Function(&'a Function),
}

/// Visits everything in the file.
pub fn walk_file<'a>(file: &'a File, visit: &mut dyn FnMut(Node<'a>)) {
    walk_stmts(&file.statements, visit);
}

/// Visits the statements and everything in them.
pub fn walk_stmts<'a>(statements: &'a [Stmt], visit: &mut dyn FnMut(Node<'a>)) {
    for statement in statements {
        visit(Node::Stmt(statement));
        stmt_children(statement, visit);
    }
}

/// Visits the expression and everything in it.
pub fn walk_expr<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        visit(Node::Expr(expr));
        expr_children(expr, visit);
    });
}

fn walk_exprs<'a>(exprs: impl IntoIterator<Item = &'a Expr>, visit: &mut dyn FnMut(Node<'a>)) {
    exprs.into_iter().for_each(|expr| walk_expr(expr, visit));
}

fn stmt_children<'a>(statement: &'a Stmt, visit: &mut dyn FnMut(Node<'a>)) {
    match &statement.kind {
        StmtKind::Expr(expr) => walk_expr(expr, visit),
        StmtKind::Return(value) => walk_exprs(value, visit),
        StmtKind::Echo(exprs) | StmtKind::Unset(exprs) | StmtKind::Global(exprs) | StmtKind::Other(_, exprs) => {
            walk_exprs(exprs, visit);
        }
        StmtKind::Block(body) => walk_stmts(body, visit),
        StmtKind::If { branches, otherwise } => {
            for branch in branches {
                walk_expr(&branch.condition, visit);
                walk_stmts(&branch.body, visit);
            }
            walk_stmts(otherwise.as_deref().unwrap_or_default(), visit);
        }
        StmtKind::While { .. } | StmtKind::DoWhile { .. } | StmtKind::For { .. } | StmtKind::Foreach(_) => {
            loop_children(&statement.kind, visit);
        }
        StmtKind::Switch { subject, cases } => {
            walk_expr(subject, visit);
            for case in cases {
                walk_exprs(&case.value, visit);
                walk_stmts(&case.body, visit);
            }
        }
        StmtKind::Try { body, catches, finally } => {
            walk_stmts(body, visit);
            for clause in catches {
                walk_stmts(&clause.body, visit);
            }
            walk_stmts(finally, visit);
        }
        StmtKind::StaticVariables(variables) => {
            walk_exprs(variables.iter().filter_map(|(_, value)| value.as_ref()), visit);
        }
        StmtKind::Constants(constants) => walk_exprs(constants.iter().map(|(_, value)| value), visit),
        StmtKind::Function(function) => walk_function(function, visit),
        StmtKind::Class(class) => walk_class(class, visit),
        StmtKind::Break(_) | StmtKind::Continue(_) | StmtKind::Html(_) => {}
    }
}

fn loop_children<'a>(kind: &'a StmtKind, visit: &mut dyn FnMut(Node<'a>)) {
    match kind {
        StmtKind::While { condition, body } | StmtKind::DoWhile { body, condition } => {
            walk_expr(condition, visit);
            walk_stmts(body, visit);
        }
        StmtKind::For { init, condition, update, body } => {
            walk_exprs(init.iter().chain(condition).chain(update), visit);
            walk_stmts(body, visit);
        }
        StmtKind::Foreach(foreach) => {
            walk_expr(&foreach.subject, visit);
            walk_exprs(&foreach.key, visit);
            walk_expr(&foreach.value, visit);
            walk_stmts(&foreach.body, visit);
        }
        _ => {}
    }
}

fn expr_children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    match &expr.kind {
        ExprKind::Template(parts) => walk_exprs(
            parts.iter().filter_map(|part| match part {
                Part::Expr(expr) => Some(expr),
                Part::Text(_) => None,
            }),
            visit,
        ),
        ExprKind::VariableVariable(inner)
        | ExprKind::Unary(_, inner)
        | ExprKind::Cast(_, inner)
        | ExprKind::Empty(inner)
        | ExprKind::Throw(inner)
        | ExprKind::Print(inner)
        | ExprKind::Include(inner)
        | ExprKind::Clone(inner)
        | ExprKind::Callable(inner)
        | ExprKind::Step { target: inner, .. } => walk_expr(inner, visit),
        ExprKind::Array(items) => walk_exprs(items.iter().flat_map(|item| item.key.iter().chain(&item.value)), visit),
        ExprKind::Assign(assign) => walk_exprs([&assign.target, &assign.value], visit),
        ExprKind::Operation(operation) => {
            walk_exprs(std::iter::once(&operation.first).chain(operation.rest.iter().map(|(_, right)| right)), visit);
        }
        ExprKind::Coalesce(left, right) => walk_exprs([left.as_ref(), right.as_ref()], visit),
        ExprKind::Chain(chain) => {
            walk_expr(&chain.base, visit);
            chain.links.iter().for_each(|link| walk_link(&link.kind, visit));
        }
        ExprKind::Closure(closure) => walk_function(&closure.function, visit),
        ExprKind::Isset(exprs) | ExprKind::Yield(exprs) | ExprKind::Other(_, exprs) => walk_exprs(exprs, visit),
        ExprKind::Exit(status) => walk_exprs(status.as_deref(), visit),
        _ => branching_children(expr, visit),
    }
}

fn branching_children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Node<'a>)) {
    match &expr.kind {
        ExprKind::Ternary(ternary) => {
            walk_expr(&ternary.condition, visit);
            walk_exprs(&ternary.then, visit);
            walk_expr(&ternary.otherwise, visit);
        }
        ExprKind::New(new) => {
            match &new.class {
                NewClass::Anonymous(class) => walk_class(class, visit),
                NewClass::Dynamic(class) => walk_expr(class, visit),
                NewClass::Named(_) => {}
            }
            walk_arguments(&new.arguments, visit);
        }
        ExprKind::Match(source) => {
            walk_expr(&source.subject, visit);
            for arm in &source.arms {
                walk_exprs(&arm.conditions, visit);
                walk_expr(&arm.body, visit);
            }
        }
        // The rest has no children.
        _ => {}
    }
}

fn walk_link<'a>(link: &'a LinkKind, visit: &mut dyn FnMut(Node<'a>)) {
    match link {
        LinkKind::Property { name, .. } | LinkKind::StaticProperty(name) | LinkKind::Constant(name) => {
            walk_member(name, visit);
        }
        LinkKind::Method { name, arguments, .. } | LinkKind::StaticMethod { name, arguments } => {
            walk_member(name, visit);
            walk_arguments(arguments, visit);
        }
        LinkKind::Index(index) => walk_exprs(index, visit),
        LinkKind::Call(arguments) => walk_arguments(arguments, visit),
    }
}

fn walk_member<'a>(member: &'a Member, visit: &mut dyn FnMut(Node<'a>)) {
    if let Member::Dynamic(expr) = member {
        walk_expr(expr, visit);
    }
}

fn walk_arguments<'a>(arguments: &'a [Argument], visit: &mut dyn FnMut(Node<'a>)) {
    walk_exprs(arguments.iter().map(|argument| &argument.value), visit);
}

fn walk_function<'a>(function: &'a Function, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Function(function));
    walk_exprs(function.parameters.iter().filter_map(|parameter| parameter.default.as_ref()), visit);
    walk_stmts(&function.body, visit);
}

fn walk_class<'a>(class: &'a Class, visit: &mut dyn FnMut(Node<'a>)) {
    visit(Node::Class(class));
    class.attributes.iter().for_each(|attribute| walk_arguments(&attribute.arguments, visit));
    walk_exprs(class.constants.iter().map(|constant| &constant.value), visit);
    walk_exprs(class.cases.iter().filter_map(|case| case.value.as_ref()), visit);
    for property in &class.properties {
        walk_exprs(&property.default, visit);
        walk_stmts(&property.hooks, visit);
    }
    class.methods.iter().for_each(|method| walk_function(&method.function, visit));
}
