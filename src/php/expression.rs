//! Expressions.

use std::rc::Rc;

use super::declaration::{Class, Function};
use super::name::{ClassName, FallbackName};
use super::statement::Stmt;
use super::text::Text;
use crate::source::Span;

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<Text>),
    /// An interpolated string or heredoc.
    Template(Vec<Part>),
    Variable(String),
    /// `$$name`, `${…}`
    VariableVariable(Box<Expr>),
    Constant(FallbackName),
    /// A class where it is used: before `::`, or after `instanceof`.
    Class(ClassName),
    /// A function where it is called.
    Function(FallbackName),
    Magic(MagicConstant),
    /// An array, or the pattern of a destructuring assignment.
    Array(Vec<Item>),
    Assign(Box<Assign>),
    /// `++$a`, `$a--`
    Step {
        target: Box<Expr>,
        by: i64,
        gives_old: bool,
    },
    /// A run of binary operators, applied from left to right.
    Operation(Box<Operation>),
    Unary(UnaryOp, Box<Expr>),
    Cast(CastType, Box<Expr>),
    Ternary(Box<Ternary>),
    /// `a ?? b`
    Coalesce(Box<Expr>, Box<Expr>),
    /// What is reached from a first expression by `->`, `::`, `[…]` and `(…)`.
    Chain(Box<Chain>),
    New(Box<New>),
    Closure(Rc<Closure>),
    Match(Box<Match>),
    Isset(Vec<Expr>),
    Empty(Box<Expr>),
    Throw(Box<Expr>),
    Exit(Option<Box<Expr>>),
    Print(Box<Expr>),
    Yield(Vec<Expr>),
    Include(Box<Expr>),
    Clone(Box<Expr>),
    /// `f(...)`, `$a->f(...)`: the call without its arguments.
    Callable(Box<Expr>),
    /// Something that this tree has no form for, and the expressions in it.
    Other(&'static str, Vec<Expr>),
}

/// A part of an interpolated string.
#[derive(Debug)]
pub enum Part {
    Text(Rc<Text>),
    Expr(Expr),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MagicConstant {
    Class,
    Dir,
    File,
    Function,
    Line,
    Method,
    Namespace,
    Trait,
    Property,
}

#[derive(Debug)]
pub struct Item {
    pub key: Option<Expr>,
    /// `None` where a pattern leaves a place out.
    pub value: Option<Expr>,
    pub is_spread: bool,
    pub by_reference: bool,
}

#[derive(Debug)]
pub struct Assign {
    pub target: Expr,
    pub value: Expr,
    pub kind: AssignKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignKind {
    Plain,
    Reference,
    /// `+=`, `.=`, …
    With(BinaryOp),
    /// `??=`
    Coalesce,
}

/// `first op right op right …`: each operator takes what is to its left as a whole.
#[derive(Debug)]
pub struct Operation {
    pub first: Expr,
    pub rest: Vec<(BinaryOp, Expr)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Concat,
    Equal,
    NotEqual,
    Identical,
    NotIdentical,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Spaceship,
    And,
    Or,
    Xor,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Instanceof,
    Pipe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Plus,
    Not,
    BitNot,
    /// `@`
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CastType {
    Int,
    Float,
    String,
    Bool,
    Array,
    Object,
    Null,
}

#[derive(Debug)]
pub struct Ternary {
    pub condition: Expr,
    /// `None` for `a ?: b`.
    pub then: Option<Expr>,
    pub otherwise: Expr,
}

#[derive(Debug)]
pub struct Chain {
    pub base: Expr,
    /// Never empty.
    pub links: Vec<Link>,
}

/// One step of a chain. `span` runs from the start of the chain to the end of this link.
#[derive(Debug)]
pub struct Link {
    pub kind: LinkKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum LinkKind {
    /// `->name`
    Property { name: Member, is_nullsafe: bool },
    /// `->name(…)`
    Method { name: Member, arguments: Vec<Argument>, is_nullsafe: bool },
    /// `[…]`, or `[]` where one is appended.
    Index(Option<Expr>),
    /// `::$name`
    StaticProperty(Member),
    /// `::name(…)`
    StaticMethod { name: Member, arguments: Vec<Argument> },
    /// `::NAME`, and `::class`
    Constant(Member),
    /// `(…)` on a function or a callable value.
    Call(Vec<Argument>),
}

/// The name after `->` or `::`.
#[derive(Debug)]
pub enum Member {
    Name(String, Span),
    Dynamic(Expr),
}

#[derive(Debug)]
pub struct Argument {
    pub name: Option<String>,
    pub value: Expr,
    pub is_spread: bool,
}

#[derive(Debug)]
pub struct New {
    pub class: NewClass,
    pub arguments: Vec<Argument>,
}

#[derive(Debug)]
pub enum NewClass {
    Named(ClassName),
    Anonymous(Rc<Class>),
    Dynamic(Expr),
}

#[derive(Debug)]
pub struct Closure {
    pub function: Rc<Function>,
    /// What `use (…)` takes, and whether by reference.
    pub uses: Vec<(String, bool)>,
    /// `fn`: sees the variables around it, and its body is one `return`.
    pub is_arrow: bool,
}

#[derive(Debug)]
pub struct Match {
    pub subject: Expr,
    pub arms: Vec<Arm>,
}

#[derive(Debug)]
pub struct Arm {
    /// Empty for `default`.
    pub conditions: Vec<Expr>,
    pub body: Expr,
}

impl Member {
    /// The name, where it stands in the code.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name, _) => Some(name),
            Self::Dynamic(_) => None,
        }
    }
}

impl Closure {
    pub fn body(&self) -> &[Stmt] {
        &self.function.body
    }
}
