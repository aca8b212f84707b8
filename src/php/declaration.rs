//! Classes and functions.

use std::rc::Rc;

use super::expression::{Argument, Expr};
use super::statement::Stmt;
use crate::source::Span;

/// A class, interface, trait or enum.
#[derive(Debug)]
pub struct Class {
    pub kind: ClassKind,
    /// The full name; `None` for an anonymous class.
    pub name: Option<String>,
    /// The namespace that it stands in; empty for the global one.
    pub namespace: String,
    pub is_abstract: bool,
    /// The full name.
    pub parent: Option<String>,
    /// Full names; what an interface extends is here too.
    pub interfaces: Vec<String>,
    pub traits: Vec<TraitUse>,
    pub constants: Vec<ClassConstant>,
    pub cases: Vec<Case>,
    /// Promoted constructor parameters are told by the constructor's parameters alone.
    pub properties: Vec<Property>,
    pub methods: Vec<Method>,
    pub attributes: Vec<Attribute>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassKind {
    Class,
    Interface,
    Trait,
    Enum,
}

/// `use A, B { … }` in a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitUse {
    /// Full names.
    pub traits: Vec<String>,
    /// `a as b`: the method, and the further name it gets.
    pub aliases: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct ClassConstant {
    pub name: String,
    pub value: Expr,
}

/// A case of an enum.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub value: Option<Expr>,
}

#[derive(Debug)]
pub struct Property {
    pub name: String,
    pub default: Option<Expr>,
    pub types: Vec<String>,
    pub visibility: Visibility,
    pub is_static: bool,
    /// What stands in its hooks.
    pub hooks: Vec<Stmt>,
    pub attributes: Vec<Attribute>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Method {
    pub function: Rc<Function>,
    pub visibility: Visibility,
    pub is_static: bool,
    pub is_abstract: bool,
    pub attributes: Vec<Attribute>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    Public,
    Protected,
    Private,
}

/// A function, a method, or the code of a closure.
#[derive(Debug)]
pub struct Function {
    /// The full name of a function, the plain one of a method, empty for a closure.
    pub name: String,
    pub parameters: Vec<Parameter>,
    /// The classes and built-in types that it may return.
    pub types: Vec<String>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub default: Option<Expr>,
    /// The classes (full names) and built-in types (lower-case) of its type, `null` among them.
    pub types: Vec<String>,
    pub by_reference: bool,
    pub is_variadic: bool,
    /// A constructor parameter that is a property too.
    pub is_promoted: bool,
}

/// `#[Name(…)]`
#[derive(Debug)]
pub struct Attribute {
    /// The full name.
    pub name: String,
    pub arguments: Vec<Argument>,
}

impl Class {
    /// The method of that name in this class itself; PHP does not tell case apart.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.function.name.eq_ignore_ascii_case(name))
    }

    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    pub fn constant(&self, name: &str) -> Option<&ClassConstant> {
        self.constants.iter().find(|constant| constant.name == name)
    }

    /// The class's name without its namespace.
    pub fn short_name(&self) -> Option<&str> {
        self.name.as_deref().map(|name| name.rsplit('\\').next().unwrap_or(name))
    }
}
