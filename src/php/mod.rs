//! A PHP file as a tree with spans.
//!
//! Takes a source file, gives its statements, classes and comments with every name resolved against the file's namespace
//! and imports. A file that does not parse gives what could be read and the errors. What the code does is left to others.
//!
//! Chains (`$a->b()->c()`) and runs of binary operators are lists and not nests, so that no walk recurses along them:
//! the tree is as deep as its brackets are, which the parser bounds.

mod declaration;
mod expression;
mod lower;
mod name;
mod statement;
#[cfg(test)]
mod tests;
mod text;
mod walk;

pub use declaration::{
    Attribute, Case, Class, ClassConstant, ClassKind, Function, Method, Parameter, Property, TraitUse, Visibility,
};
pub use expression::{
    Argument, Arm, Assign, AssignKind, BinaryOp, CastType, Chain, Closure, Expr, ExprKind, Item, Link, LinkKind,
    MagicConstant, Match, Member, New, NewClass, Operation, Part, Ternary, UnaryOp,
};
pub use lower::read;
pub use name::{ClassName, FallbackName};
pub use statement::{Branch, Catch, Comment, File, Foreach, Stmt, StmtKind, SwitchCase, SyntaxError};
pub use text::Text;
pub use walk::{Node, walk_expr, walk_file, walk_stmts};
