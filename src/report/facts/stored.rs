//! One file's facts as they are written, and the way from and to `usage`'s own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::usage::{
    Access, ClassFacts, ClassUse, Constraint, FileFacts, FunctionFacts, Key, MethodFacts, Node, NodeId,
    RelationArgument, RelationFacts, TextRole, Use, UseKind,
};

/// A place in `nodes`.
type NodeAt = u32;

/// What one file says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "file")]
pub(super) struct FileReport {
    classes: Vec<ClassReport>,
    functions: Vec<FunctionReport>,
    /// What expressions stand for; each refers only to those before it.
    nodes: Vec<NodeReport>,
    uses: Vec<UseReport>,
    /// `strict` of the MySQL connection, where the file says so.
    strict: Option<bool>,
    /// Where the file stops making sense: the line, and why.
    problem: Option<(u32, String)>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "node")]
enum NodeReport {
    Unknown,
    This,
    Class(String),
    New(String),
    Typed(String),
    Table(String),
    Variable(String),
    Named(NodeAt, String),
    Property(NodeAt, String),
    Call(NodeAt, String),
    Function(String),
    Element(NodeAt),
    Relation(NodeAt, String),
    Joined(NodeAt, String),
    LoggedIn,
    Either(Vec<NodeAt>),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "use")]
struct UseReport {
    line: u32,
    class: Option<u32>,
    method: Option<u32>,
    kind: UseKindReport,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "use-kind")]
enum UseKindReport {
    Property { on: NodeAt, name: String, writes: bool },
    Index { on: NodeAt, name: String, writes: bool },
    Column { on: NodeAt, method: String, table: Option<String>, name: String },
    Values { on: NodeAt, method: String, keys: Vec<KeyReport>, open: bool },
    Save { on: NodeAt, keys: Vec<KeyReport>, open: bool },
    Sql { on: Option<NodeAt>, text: String },
    Rule { table: String, column: Option<String> },
    Table { name: String },
    Class { name: String, how: ClassUseReport },
    Text { text: String, role: TextRoleReport, of: Option<String> },
    Dynamic { on: Option<NodeAt>, reason: String },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "key")]
struct KeyReport {
    name: String,
    line: u32,
    null: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "class-use")]
enum ClassUseReport {
    New,
    Static,
    Hint,
    Name,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "text-role")]
enum TextRoleReport {
    Key,
    Value,
    Argument,
    Field,
    Other,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "class")]
struct ClassReport {
    name: String,
    line: u32,
    is_trait: bool,
    is_abstract: bool,
    parent: Option<String>,
    traits: Vec<String>,
    interfaces: Vec<String>,
    table: Option<String>,
    primary_key: Option<String>,
    has_no_timestamps: bool,
    timestamps: Vec<(String, Option<String>)>,
    lists: Vec<(String, Vec<KeyReport>)>,
    relations: Vec<RelationReport>,
    methods: Vec<MethodReport>,
    properties: Vec<(String, Vec<String>)>,
    assigned: Vec<(String, NodeAt)>,
    about: Vec<String>,
    constants: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "method")]
struct MethodReport {
    name: String,
    line: u32,
    types: Vec<String>,
    returns: Vec<NodeAt>,
    takes_value: bool,
    takes_table: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "function")]
struct FunctionReport {
    name: String,
    types: Vec<String>,
    returns: Vec<NodeAt>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "relation")]
struct RelationReport {
    name: String,
    line: u32,
    kind: String,
    arguments: Vec<ArgumentReport>,
    constraints: Vec<ConstraintReport>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "argument")]
enum ArgumentReport {
    Class(String),
    Own,
    Text(String),
    Null,
    Unknown,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "constraint")]
struct ConstraintReport {
    method: String,
    names: Vec<String>,
    line: u32,
}

fn each<'a, A: 'a, B: From<&'a A>>(all: &'a [A]) -> Vec<B> {
    all.iter().map(B::from).collect()
}

fn back<A: Into<B>, B>(all: Vec<A>) -> Vec<B> {
    all.into_iter().map(A::into).collect()
}

fn places(ids: &[NodeId]) -> Vec<NodeAt> {
    ids.iter().map(|id| id.0).collect()
}

fn ids(places: Vec<NodeAt>) -> Vec<NodeId> {
    places.into_iter().map(NodeId).collect()
}

impl From<&FileFacts> for FileReport {
    fn from(facts: &FileFacts) -> Self {
        Self {
            classes: each(&facts.classes),
            functions: each(&facts.functions),
            nodes: each(&facts.nodes),
            uses: each(&facts.uses),
            strict: facts.strict,
            problem: facts.problem.clone(),
        }
    }
}

impl FileReport {
    /// The facts; `None` where they refer to what is not there.
    pub(super) fn into_facts(self) -> Option<FileFacts> {
        let facts = FileFacts {
            classes: back(self.classes),
            functions: back(self.functions),
            nodes: back(self.nodes),
            uses: back(self.uses),
            strict: self.strict,
            problem: self.problem,
        };
        is_whole(&facts).then_some(facts)
    }
}

/// Whether every reference leads somewhere, and those between nodes lead backwards, so that following them ends.
fn is_whole(facts: &FileFacts) -> bool {
    let is_before = |at: usize, id: &NodeId| (id.0 as usize) < at;
    let is_there = |id: &NodeId| is_before(facts.nodes.len(), id);
    let nodes = facts.nodes.iter().enumerate().all(|(at, node)| match node {
        Node::Named(on, _)
        | Node::Property(on, _)
        | Node::Call(on, _)
        | Node::Element(on)
        | Node::Relation(on, _)
        | Node::Joined(on, _) => is_before(at, on),
        Node::Either(members) => members.iter().all(|member| is_before(at, member)),
        _ => true,
    });
    let uses = facts.uses.iter().all(|used| match &used.kind {
        UseKind::Property { on, .. }
        | UseKind::Index { on, .. }
        | UseKind::Column { on, .. }
        | UseKind::Values { on, .. }
        | UseKind::Save { on, .. } => is_there(on),
        UseKind::Sql { on, .. } | UseKind::Dynamic { on, .. } => on.as_ref().is_none_or(is_there),
        _ => true,
    });
    let functions = facts.functions.iter().flat_map(|function| &function.returns);
    let methods = facts.classes.iter().flat_map(|class| class.methods.iter().flat_map(|method| &method.returns));
    let assigned = facts.classes.iter().flat_map(|class| class.assigned.iter().map(|(_, id)| id));
    nodes && uses && functions.chain(methods).chain(assigned).all(is_there)
}

impl From<&Node> for NodeReport {
    fn from(node: &Node) -> Self {
        match node.clone() {
            Node::Unknown => Self::Unknown,
            Node::This => Self::This,
            Node::Class(name) => Self::Class(name),
            Node::New(name) => Self::New(name),
            Node::Typed(name) => Self::Typed(name),
            Node::Table(name) => Self::Table(name),
            Node::Variable(name) => Self::Variable(name),
            Node::Named(on, name) => Self::Named(on.0, name),
            Node::Property(on, name) => Self::Property(on.0, name),
            Node::Call(on, name) => Self::Call(on.0, name),
            Node::Function(name) => Self::Function(name),
            Node::Element(on) => Self::Element(on.0),
            Node::Relation(on, path) => Self::Relation(on.0, path),
            Node::Joined(on, table) => Self::Joined(on.0, table),
            Node::LoggedIn => Self::LoggedIn,
            Node::Either(members) => Self::Either(places(&members)),
        }
    }
}

impl From<NodeReport> for Node {
    fn from(node: NodeReport) -> Self {
        match node {
            NodeReport::Unknown => Self::Unknown,
            NodeReport::This => Self::This,
            NodeReport::Class(name) => Self::Class(name),
            NodeReport::New(name) => Self::New(name),
            NodeReport::Typed(name) => Self::Typed(name),
            NodeReport::Table(name) => Self::Table(name),
            NodeReport::Variable(name) => Self::Variable(name),
            NodeReport::Named(on, name) => Self::Named(NodeId(on), name),
            NodeReport::Property(on, name) => Self::Property(NodeId(on), name),
            NodeReport::Call(on, name) => Self::Call(NodeId(on), name),
            NodeReport::Function(name) => Self::Function(name),
            NodeReport::Element(on) => Self::Element(NodeId(on)),
            NodeReport::Relation(on, path) => Self::Relation(NodeId(on), path),
            NodeReport::Joined(on, table) => Self::Joined(NodeId(on), table),
            NodeReport::LoggedIn => Self::LoggedIn,
            NodeReport::Either(members) => Self::Either(ids(members)),
        }
    }
}

impl From<&Use> for UseReport {
    fn from(used: &Use) -> Self {
        Self { line: used.line, class: used.class, method: used.method, kind: UseKindReport::from(&used.kind) }
    }
}

impl From<UseReport> for Use {
    fn from(used: UseReport) -> Self {
        Self { line: used.line, class: used.class, method: used.method, kind: used.kind.into() }
    }
}

fn writes(access: Access) -> bool {
    access == Access::Write
}

fn access(writes: bool) -> Access {
    if writes { Access::Write } else { Access::Read }
}

impl From<&UseKind> for UseKindReport {
    fn from(kind: &UseKind) -> Self {
        match kind.clone() {
            UseKind::Property { on, name, access } => Self::Property { on: on.0, name, writes: writes(access) },
            UseKind::Index { on, name, access } => Self::Index { on: on.0, name, writes: writes(access) },
            UseKind::Column { on, method, table, name } => Self::Column { on: on.0, method, table, name },
            UseKind::Values { on, method, keys, is_open } => {
                Self::Values { on: on.0, method, keys: each(&keys), open: is_open }
            }
            UseKind::Save { on, keys, is_open } => Self::Save { on: on.0, keys: each(&keys), open: is_open },
            UseKind::Sql { on, text } => Self::Sql { on: on.map(|on| on.0), text },
            UseKind::Rule { table, column } => Self::Rule { table, column },
            UseKind::Table { name } => Self::Table { name },
            UseKind::Class { name, how } => Self::Class { name, how: how.into() },
            UseKind::Text { text, role, of } => Self::Text { text, role: role.into(), of },
            UseKind::Dynamic { on, reason } => Self::Dynamic { on: on.map(|on| on.0), reason },
        }
    }
}

impl From<UseKindReport> for UseKind {
    fn from(kind: UseKindReport) -> Self {
        use UseKindReport as Written;
        match kind {
            Written::Property { on, name, writes } => Self::Property { on: NodeId(on), name, access: access(writes) },
            Written::Index { on, name, writes } => Self::Index { on: NodeId(on), name, access: access(writes) },
            Written::Column { on, method, table, name } => Self::Column { on: NodeId(on), method, table, name },
            Written::Values { on, method, keys, open } => {
                Self::Values { on: NodeId(on), method, keys: back(keys), is_open: open }
            }
            Written::Save { on, keys, open } => Self::Save { on: NodeId(on), keys: back(keys), is_open: open },
            Written::Sql { on, text } => Self::Sql { on: on.map(NodeId), text },
            Written::Rule { table, column } => Self::Rule { table, column },
            Written::Table { name } => Self::Table { name },
            Written::Class { name, how } => Self::Class { name, how: how.into() },
            Written::Text { text, role, of } => Self::Text { text, role: role.into(), of },
            Written::Dynamic { on, reason } => Self::Dynamic { on: on.map(NodeId), reason },
        }
    }
}

impl From<&Key> for KeyReport {
    fn from(key: &Key) -> Self {
        Self { name: key.name.clone(), line: key.line, null: key.is_null }
    }
}

impl From<KeyReport> for Key {
    fn from(key: KeyReport) -> Self {
        Self { name: key.name, line: key.line, is_null: key.null }
    }
}

impl From<ClassUse> for ClassUseReport {
    fn from(how: ClassUse) -> Self {
        match how {
            ClassUse::New => Self::New,
            ClassUse::Static => Self::Static,
            ClassUse::Hint => Self::Hint,
            ClassUse::Name => Self::Name,
        }
    }
}

impl From<ClassUseReport> for ClassUse {
    fn from(how: ClassUseReport) -> Self {
        match how {
            ClassUseReport::New => Self::New,
            ClassUseReport::Static => Self::Static,
            ClassUseReport::Hint => Self::Hint,
            ClassUseReport::Name => Self::Name,
        }
    }
}

impl From<TextRole> for TextRoleReport {
    fn from(role: TextRole) -> Self {
        match role {
            TextRole::Key => Self::Key,
            TextRole::Value => Self::Value,
            TextRole::Argument => Self::Argument,
            TextRole::Field => Self::Field,
            TextRole::Other => Self::Other,
        }
    }
}

impl From<TextRoleReport> for TextRole {
    fn from(role: TextRoleReport) -> Self {
        match role {
            TextRoleReport::Key => Self::Key,
            TextRoleReport::Value => Self::Value,
            TextRoleReport::Argument => Self::Argument,
            TextRoleReport::Field => Self::Field,
            TextRoleReport::Other => Self::Other,
        }
    }
}

impl From<&ClassFacts> for ClassReport {
    fn from(class: &ClassFacts) -> Self {
        Self {
            name: class.name.clone(),
            line: class.line,
            is_trait: class.is_trait,
            is_abstract: class.is_abstract,
            parent: class.parent.clone(),
            traits: class.traits.clone(),
            interfaces: class.interfaces.clone(),
            table: class.table.clone(),
            primary_key: class.primary_key.clone(),
            has_no_timestamps: class.has_no_timestamps,
            timestamps: class.timestamps.clone(),
            lists: class.lists.iter().map(|(list, keys)| (list.clone(), each(keys))).collect(),
            relations: each(&class.relations),
            methods: each(&class.methods),
            properties: class.properties.clone(),
            assigned: class.assigned.iter().map(|(name, id)| (name.clone(), id.0)).collect(),
            about: class.about.clone(),
            constants: class.constants.clone(),
        }
    }
}

impl From<ClassReport> for ClassFacts {
    fn from(class: ClassReport) -> Self {
        Self {
            name: class.name,
            line: class.line,
            is_trait: class.is_trait,
            is_abstract: class.is_abstract,
            parent: class.parent,
            traits: class.traits,
            interfaces: class.interfaces,
            table: class.table,
            primary_key: class.primary_key,
            has_no_timestamps: class.has_no_timestamps,
            timestamps: class.timestamps,
            lists: class.lists.into_iter().map(|(list, keys)| (list, back(keys))).collect(),
            relations: back(class.relations),
            methods: back(class.methods),
            properties: class.properties,
            assigned: class.assigned.into_iter().map(|(name, at)| (name, NodeId(at))).collect(),
            about: class.about,
            constants: class.constants,
        }
    }
}

impl From<&MethodFacts> for MethodReport {
    fn from(method: &MethodFacts) -> Self {
        Self {
            name: method.name.clone(),
            line: method.line,
            types: method.types.clone(),
            returns: places(&method.returns),
            takes_value: method.takes_value,
            takes_table: method.takes_table,
        }
    }
}

impl From<MethodReport> for MethodFacts {
    fn from(method: MethodReport) -> Self {
        Self {
            name: method.name,
            line: method.line,
            types: method.types,
            returns: ids(method.returns),
            takes_value: method.takes_value,
            takes_table: method.takes_table,
        }
    }
}

impl From<&FunctionFacts> for FunctionReport {
    fn from(function: &FunctionFacts) -> Self {
        Self { name: function.name.clone(), types: function.types.clone(), returns: places(&function.returns) }
    }
}

impl From<FunctionReport> for FunctionFacts {
    fn from(function: FunctionReport) -> Self {
        Self { name: function.name, types: function.types, returns: ids(function.returns) }
    }
}

impl From<&RelationFacts> for RelationReport {
    fn from(relation: &RelationFacts) -> Self {
        Self {
            name: relation.name.clone(),
            line: relation.line,
            kind: relation.kind.clone(),
            arguments: each(&relation.arguments),
            constraints: each(&relation.constraints),
        }
    }
}

impl From<RelationReport> for RelationFacts {
    fn from(relation: RelationReport) -> Self {
        Self {
            name: relation.name,
            line: relation.line,
            kind: relation.kind,
            arguments: back(relation.arguments),
            constraints: back(relation.constraints),
        }
    }
}

impl From<&RelationArgument> for ArgumentReport {
    fn from(argument: &RelationArgument) -> Self {
        match argument {
            RelationArgument::Class(name) => Self::Class(name.clone()),
            RelationArgument::Own => Self::Own,
            RelationArgument::Text(text) => Self::Text(text.clone()),
            RelationArgument::Null => Self::Null,
            RelationArgument::Unknown => Self::Unknown,
        }
    }
}

impl From<ArgumentReport> for RelationArgument {
    fn from(argument: ArgumentReport) -> Self {
        match argument {
            ArgumentReport::Class(name) => Self::Class(name),
            ArgumentReport::Own => Self::Own,
            ArgumentReport::Text(text) => Self::Text(text),
            ArgumentReport::Null => Self::Null,
            ArgumentReport::Unknown => Self::Unknown,
        }
    }
}

impl From<&Constraint> for ConstraintReport {
    fn from(constraint: &Constraint) -> Self {
        Self { method: constraint.method.clone(), names: constraint.names.clone(), line: constraint.line }
    }
}

impl From<ConstraintReport> for Constraint {
    fn from(constraint: ConstraintReport) -> Self {
        Self { method: constraint.method, names: constraint.names, line: constraint.line }
    }
}
