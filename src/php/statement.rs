//! Files and statements.

use std::rc::Rc;

use super::declaration::{Class, Function};
use super::expression::Expr;
use super::text::Text;
use crate::source::{FileId, Span};

/// One file. Statements of braced namespaces stand among the others.
#[derive(Debug)]
pub struct File {
    pub id: FileId,
    pub statements: Vec<Stmt>,
    /// What `use` makes of names of classes: the short name, and the full one.
    pub imports: Vec<(String, String)>,
    /// Every comment, in the order of the file.
    pub comments: Vec<Comment>,
    /// Why PHP would refuse the file; what could be read is in the tree all the same.
    pub errors: Vec<SyntaxError>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// With its delimiters.
    pub text: String,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub span: Span,
}

#[derive(Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum StmtKind {
    Expr(Expr),
    Echo(Vec<Expr>),
    Return(Option<Expr>),
    Block(Vec<Stmt>),
    If {
        /// `if` and each `elseif`; never empty.
        branches: Vec<Branch>,
        otherwise: Option<Vec<Stmt>>,
    },
    While {
        condition: Expr,
        body: Vec<Stmt>,
    },
    DoWhile {
        body: Vec<Stmt>,
        condition: Expr,
    },
    For {
        init: Vec<Expr>,
        condition: Vec<Expr>,
        update: Vec<Expr>,
        body: Vec<Stmt>,
    },
    Foreach(Box<Foreach>),
    Switch {
        subject: Expr,
        cases: Vec<SwitchCase>,
    },
    /// How many loops or switches it leaves; at least 1.
    Break(u32),
    Continue(u32),
    Try {
        body: Vec<Stmt>,
        catches: Vec<Catch>,
        finally: Vec<Stmt>,
    },
    Unset(Vec<Expr>),
    Global(Vec<Expr>),
    /// `static $a = 1;`
    StaticVariables(Vec<(String, Option<Expr>)>),
    Function(Rc<Function>),
    Class(Rc<Class>),
    /// `const A = 1;`, with full names.
    Constants(Vec<(String, Expr)>),
    Html(Text),
    /// Something that this tree has no form for, and the expressions in it.
    Other(&'static str, Vec<Expr>),
}

#[derive(Debug)]
pub struct Branch {
    pub condition: Expr,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Foreach {
    pub subject: Expr,
    pub key: Option<Expr>,
    pub value: Expr,
    pub by_reference: bool,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct SwitchCase {
    /// `None` for `default`.
    pub value: Option<Expr>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Catch {
    /// Full names.
    pub classes: Vec<String>,
    pub variable: Option<String>,
    pub body: Vec<Stmt>,
}
