//! One file's facts as they are written, and the way from and to `usage`'s own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::declared::{ClassReport, FunctionReport, ViewReport};
use crate::usage::{
    Access, ClassUse, Computed, FileFacts, Key, Node, NodeId, Package, Rest, TextRole, Use, UseKind, Values,
};

/// A place in `nodes`.
pub(super) type NodeAt = u32;

/// What one file says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "file")]
pub(super) struct FileReport {
    classes: Vec<ClassReport>,
    functions: Vec<FunctionReport>,
    /// What expressions stand for; each refers only to those before it.
    nodes: Vec<NodeReport>,
    uses: Vec<UseReport>,
    /// What templates are given.
    views: Vec<ViewReport>,
    /// The packages that bring tables along, where this is `composer.lock`.
    packages: Vec<PackageReport>,
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
    Parameter(String, u32, String),
    Injected(String),
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
    Values { on: NodeAt, method: String, values: ValuesReport },
    Save { on: NodeAt, values: ValuesReport },
    Sql { on: Option<NodeAt>, text: String },
    Rule { table: String, column: Option<String> },
    Table { name: String },
    Class { name: String, how: ClassUseReport },
    Text { text: String, role: TextRoleReport, of: Option<String>, on: Option<NodeAt> },
    Dynamic { on: Option<NodeAt>, what: ComputedReport },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "values")]
struct ValuesReport {
    keys: Vec<KeyReport>,
    rest: RestReport,
    /// The request that values come from.
    from: Option<NodeAt>,
}

/// What there may be beside the keys that are known.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "rest")]
enum RestReport {
    Nothing,
    Unlisted,
    Anything,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "package")]
struct PackageReport {
    name: String,
    major: u32,
    line: u32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "key")]
pub(super) struct KeyReport {
    name: String,
    line: u32,
    null: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "class-use")]
enum ClassUseReport {
    New,
    Made,
    Static,
    Hint,
    Name,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "computed")]
enum ComputedReport {
    Attribute,
    Column,
    Table,
    Sql,
    Class,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "text-role")]
enum TextRoleReport {
    Key,
    Value,
    Argument,
    Field,
    Quiet,
    Other,
}

pub(super) fn each<'a, A: 'a, B: From<&'a A>>(all: &'a [A]) -> Vec<B> {
    all.iter().map(B::from).collect()
}

pub(super) fn back<A: Into<B>, B>(all: Vec<A>) -> Vec<B> {
    all.into_iter().map(A::into).collect()
}

pub(super) fn places(ids: &[NodeId]) -> Vec<NodeAt> {
    ids.iter().map(|id| id.0).collect()
}

pub(super) fn ids(places: Vec<NodeAt>) -> Vec<NodeId> {
    places.into_iter().map(NodeId).collect()
}

impl From<&FileFacts> for FileReport {
    fn from(facts: &FileFacts) -> Self {
        Self {
            classes: each(&facts.classes),
            functions: each(&facts.functions),
            nodes: each(&facts.nodes),
            uses: each(&facts.uses),
            views: each(&facts.views),
            packages: each(&facts.packages),
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
            views: back(self.views),
            packages: back(self.packages),
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
        UseKind::Property { on, .. } | UseKind::Index { on, .. } | UseKind::Column { on, .. } => is_there(on),
        UseKind::Values { on, values, .. } | UseKind::Save { on, values } => {
            is_there(on) && values.from.as_ref().is_none_or(is_there)
        }
        UseKind::Sql { on, .. } | UseKind::Dynamic { on, .. } | UseKind::Text { on, .. } => {
            on.as_ref().is_none_or(is_there)
        }
        _ => true,
    });
    let functions = facts.functions.iter().flat_map(|function| &function.returns);
    let methods = facts.classes.iter().flat_map(|class| class.methods.iter().flat_map(|method| &method.returns));
    let assigned = facts.classes.iter().flat_map(|class| class.assigned.iter().map(|(_, id)| id));
    let called = facts.classes.iter().flat_map(|class| class.calls.iter().flat_map(|(_, ids)| ids));
    let shown = facts.views.iter().flat_map(|view| view.variables.iter().map(|(_, id)| id));
    nodes && uses && functions.chain(methods).chain(assigned).chain(called).chain(shown).all(is_there)
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
            Node::Parameter(method, at, name) => Self::Parameter(method, at, name),
            Node::Injected(name) => Self::Injected(name),
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
            NodeReport::Parameter(method, at, name) => Self::Parameter(method, at, name),
            NodeReport::Injected(name) => Self::Injected(name),
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
            UseKind::Values { on, method, values } => Self::Values { on: on.0, method, values: (&values).into() },
            UseKind::Save { on, values } => Self::Save { on: on.0, values: (&values).into() },
            UseKind::Sql { on, text } => Self::Sql { on: on.map(|on| on.0), text },
            UseKind::Rule { table, column } => Self::Rule { table, column },
            UseKind::Table { name } => Self::Table { name },
            UseKind::Class { name, how } => Self::Class { name, how: how.into() },
            UseKind::Text { text, role, of, on } => Self::Text { text, role: role.into(), of, on: on.map(|on| on.0) },
            UseKind::Dynamic { on, what } => Self::Dynamic { on: on.map(|on| on.0), what: what.into() },
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
            Written::Values { on, method, values } => Self::Values { on: NodeId(on), method, values: values.into() },
            Written::Save { on, values } => Self::Save { on: NodeId(on), values: values.into() },
            Written::Sql { on, text } => Self::Sql { on: on.map(NodeId), text },
            Written::Rule { table, column } => Self::Rule { table, column },
            Written::Table { name } => Self::Table { name },
            Written::Class { name, how } => Self::Class { name, how: how.into() },
            Written::Text { text, role, of, on } => Self::Text { text, role: role.into(), of, on: on.map(NodeId) },
            Written::Dynamic { on, what } => Self::Dynamic { on: on.map(NodeId), what: what.into() },
        }
    }
}

impl From<&Values> for ValuesReport {
    fn from(values: &Values) -> Self {
        let rest = match values.rest {
            Rest::Nothing => RestReport::Nothing,
            Rest::Unlisted => RestReport::Unlisted,
            Rest::Anything => RestReport::Anything,
        };
        Self { keys: each(&values.keys), rest, from: values.from.map(|from| from.0) }
    }
}

impl From<ValuesReport> for Values {
    fn from(values: ValuesReport) -> Self {
        let rest = match values.rest {
            RestReport::Nothing => Rest::Nothing,
            RestReport::Unlisted => Rest::Unlisted,
            RestReport::Anything => Rest::Anything,
        };
        Self { keys: back(values.keys), rest, from: values.from.map(NodeId) }
    }
}

impl From<&Package> for PackageReport {
    fn from(package: &Package) -> Self {
        Self { name: package.name.clone(), major: package.major, line: package.line }
    }
}

impl From<PackageReport> for Package {
    fn from(package: PackageReport) -> Self {
        Self { name: package.name, major: package.major, line: package.line }
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
            ClassUse::Made => Self::Made,
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
            ClassUseReport::Made => Self::Made,
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
            TextRole::Quiet => Self::Quiet,
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
            TextRoleReport::Quiet => Self::Quiet,
            TextRoleReport::Other => Self::Other,
        }
    }
}

impl From<Computed> for ComputedReport {
    fn from(what: Computed) -> Self {
        match what {
            Computed::Attribute => Self::Attribute,
            Computed::Column => Self::Column,
            Computed::Table => Self::Table,
            Computed::Sql => Self::Sql,
            Computed::Class => Self::Class,
        }
    }
}

impl From<ComputedReport> for Computed {
    fn from(what: ComputedReport) -> Self {
        match what {
            ComputedReport::Attribute => Self::Attribute,
            ComputedReport::Column => Self::Column,
            ComputedReport::Table => Self::Table,
            ComputedReport::Sql => Self::Sql,
            ComputedReport::Class => Self::Class,
        }
    }
}
