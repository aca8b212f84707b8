//! What one file says, before anyone knows what the classes of others are.

use super::package::Package;

/// What a file says. The same text at the same kind of path gives the same facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFacts {
    pub classes: Vec<ClassFacts>,
    pub functions: Vec<FunctionFacts>,
    /// What expressions stand for; each refers only to those before it.
    pub nodes: Vec<Node>,
    pub uses: Vec<Use>,
    /// What templates are given.
    pub views: Vec<ViewFacts>,
    /// Where this is `composer.lock`: the packages that bring tables along.
    pub packages: Vec<Package>,
    /// Where the file stops making sense: the line, and why.
    pub problem: Option<(u32, String)>,
}

/// An index into [`FileFacts::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// What an expression stands for, as far as the file tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    Unknown,
    /// `$this`, or `static` and `self` before `::`.
    This,
    /// `User` before `::`.
    Class(String),
    /// `new User`
    New(String),
    /// Something declared to be of that class.
    Typed(String),
    /// `DB::table('users')`
    Table(String),
    /// A variable of which only the name is known.
    Variable(String),
    /// A parameter without a type: of that method, at that place, with that name.
    Parameter(String, u32, String),
    /// Something of that class that the constructor was given.
    Injected(String),
    /// What a variable of that name was given.
    Named(NodeId, String),
    /// `->name`
    Property(NodeId, String),
    /// `->name(…)`
    Call(NodeId, String),
    /// `name(…)`
    Function(String),
    /// One of several: what a loop runs over, `[0]`.
    Element(NodeId),
    /// What a relation, or several with dots between, leads to: `whereHas('posts.tags', …)`.
    Relation(NodeId, String),
    /// The rows of the first, joined with that table.
    Joined(NodeId, String),
    /// The user who is logged in.
    LoggedIn,
    Either(Vec<NodeId>),
}

/// A place that may use a table or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// From 1.
    pub line: u32,
    /// The class around it, in [`FileFacts::classes`], and the method, in [`ClassFacts::methods`].
    pub class: Option<u32>,
    pub method: Option<u32>,
    pub kind: UseKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UseKind {
    /// `->name`
    Property {
        on: NodeId,
        name: String,
        access: Access,
    },
    /// `['name']`
    Index {
        on: NodeId,
        name: String,
        access: Access,
    },
    /// A string that a method takes for a column: `->where('users.name', …)`.
    Column {
        on: NodeId,
        method: String,
        table: Option<String>,
        name: String,
    },
    /// An array of values by column: `->create(['name' => …])`, `new User([…])`.
    Values {
        on: NodeId,
        method: String,
        values: Values,
    },
    /// `->save()` of a variable to which those properties were given.
    Save {
        on: NodeId,
        values: Values,
    },
    /// SQL in a string, on a query or by itself.
    Sql {
        on: Option<NodeId>,
        text: String,
    },
    /// `unique:users,email`, `exists:App\User`
    Rule {
        table: String,
        column: Option<String>,
    },
    /// `DB::table('users')`, `->join('users', …)`
    Table {
        name: String,
    },
    Class {
        name: String,
        how: ClassUse,
    },
    /// A string that looks like a name; by itself or in an array handed to a call of that name.
    Text {
        text: String,
        role: TextRole,
        of: Option<String>,
        /// What the call is made on that it is handed to, by itself or in an array.
        on: Option<NodeId>,
    },
    /// Something that cannot be told; `on` what is asked, where that may be known.
    Dynamic {
        on: Option<NodeId>,
        what: Computed,
    },
}

/// What is written by column, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    pub keys: Vec<Key>,
    pub rest: Rest,
    /// The request that values come from: its class may have rules for them.
    pub from: Option<NodeId>,
}

/// What there may be beside the keys that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Rest {
    #[default]
    Nothing,
    /// Fields of a request; those that it is checked for are among the keys.
    Unlisted,
    Anything,
}

/// A key of an array of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub line: u32,
    pub is_null: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassUse {
    New,
    /// `new Job($user)`, `Job::dispatch($user)`: beside `New` or `Static`, where there are arguments.
    Made,
    /// `User::method(…)`
    Static,
    /// The type of a parameter or property, `instanceof`.
    Hint,
    /// `User::class`
    Name,
}

/// What is put together while the code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computed {
    /// The name of an attribute: `$user->{$name}`.
    Attribute,
    Column,
    Table,
    Sql,
    /// The class of a new object.
    Class,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRole {
    /// The key of an array.
    Key,
    /// A value of an array.
    Value,
    /// An argument of a call.
    Argument,
    /// The name of a field in a form.
    Field,
    /// In an array for what takes no columns: a request's rules, the data of a template.
    Quiet,
    Other,
}

/// A template that code shows, and the variables that it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewFacts {
    /// `orders.show`
    pub name: String,
    /// The class around, in [`FileFacts::classes`].
    pub class: Option<u32>,
    pub variables: Vec<(String, NodeId)>,
    /// Whether it gets all that the template has which names it.
    pub hands_on: bool,
}

/// A class, interface or trait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassFacts {
    /// The full name.
    pub name: String,
    pub line: u32,
    pub is_trait: bool,
    pub is_abstract: bool,
    pub parent: Option<String>,
    pub traits: Vec<String>,
    pub interfaces: Vec<String>,
    /// `$table`, or what `getTable` returns.
    pub table: Option<String>,
    /// `$table = self::TABLE`, where this class does not have the constant itself.
    pub table_constant: Option<String>,
    pub primary_key: Option<String>,
    /// `$timestamps = false`
    pub has_no_timestamps: bool,
    /// `const CREATED_AT` and `UPDATED_AT`, where they are said.
    pub timestamps: Vec<(String, Option<String>)>,
    /// The names in `$fillable`, `$casts`, `$attributes` and their kin.
    pub lists: Vec<(String, Vec<Key>)>,
    pub relations: Vec<RelationFacts>,
    pub methods: Vec<MethodFacts>,
    /// Declared types of properties, from code and doc comments.
    pub properties: Vec<(String, Vec<String>)>,
    /// What properties are given somewhere in the class.
    pub assigned: Vec<(String, NodeId)>,
    /// What its own methods are called with: `$this->method($user)`.
    pub calls: Vec<(String, Vec<NodeId>)>,
    /// Classes that doc comments say this one stands for (`@mixin User`) or is about (`@extends Builder<User>`).
    pub about: Vec<String>,
    /// String constants.
    pub constants: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MethodFacts {
    pub name: String,
    pub line: u32,
    /// Declared return types.
    pub types: Vec<String>,
    pub returns: Vec<NodeId>,
    /// Whether it takes arguments or looks at raw attributes: an accessor that does neither hides the column.
    pub takes_value: bool,
    /// Whether it queries a table whose name it is given.
    pub takes_table: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FunctionFacts {
    pub name: String,
    pub types: Vec<String>,
    pub returns: Vec<NodeId>,
}

/// A method that returns a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationFacts {
    /// The method's name.
    pub name: String,
    pub line: u32,
    /// `hasMany`, `belongsTo`, …
    pub kind: String,
    pub arguments: Vec<RelationArgument>,
    /// What is said of the pivot or the related table behind it: `withPivot('a')`, `wherePivot('b', …)`.
    pub constraints: Vec<Constraint>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationArgument {
    Class(String),
    /// `self::class`, `static::class`
    Own,
    Text(String),
    Null,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    pub method: String,
    pub names: Vec<String>,
    pub line: u32,
}
