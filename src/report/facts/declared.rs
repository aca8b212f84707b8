//! Classes and functions as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::{KeyReport, NodeAt, back, each, ids, places};
use crate::usage::{
    ClassFacts, Constraint, FunctionFacts, MethodFacts, NodeId, RelationArgument, RelationFacts, ViewFacts,
};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "class")]
pub(super) struct ClassReport {
    name: String,
    line: u32,
    is_trait: bool,
    is_abstract: bool,
    parent: Option<String>,
    traits: Vec<String>,
    interfaces: Vec<String>,
    table: Option<String>,
    table_constant: Option<String>,
    primary_key: Option<String>,
    has_no_timestamps: bool,
    timestamps: Vec<(String, Option<String>)>,
    lists: Vec<(String, Vec<KeyReport>)>,
    relations: Vec<RelationReport>,
    methods: Vec<MethodReport>,
    properties: Vec<(String, Vec<String>)>,
    assigned: Vec<(String, NodeAt)>,
    calls: Vec<(String, Vec<NodeAt>)>,
    about: Vec<String>,
    constants: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "method")]
pub(super) struct MethodReport {
    name: String,
    line: u32,
    types: Vec<String>,
    returns: Vec<NodeAt>,
    takes_value: bool,
    takes_table: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "function")]
pub(super) struct FunctionReport {
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

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "view")]
pub(super) struct ViewReport {
    name: String,
    class: Option<u32>,
    variables: Vec<(String, NodeAt)>,
    hands_on: bool,
}

impl From<&ViewFacts> for ViewReport {
    fn from(view: &ViewFacts) -> Self {
        let variables = view.variables.iter().map(|(name, id)| (name.clone(), id.0)).collect();
        Self { name: view.name.clone(), class: view.class, variables, hands_on: view.hands_on }
    }
}

impl From<ViewReport> for ViewFacts {
    fn from(view: ViewReport) -> Self {
        let variables = view.variables.into_iter().map(|(name, at)| (name, NodeId(at))).collect();
        Self { name: view.name, class: view.class, variables, hands_on: view.hands_on }
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
            table_constant: class.table_constant.clone(),
            primary_key: class.primary_key.clone(),
            has_no_timestamps: class.has_no_timestamps,
            timestamps: class.timestamps.clone(),
            lists: class.lists.iter().map(|(list, keys)| (list.clone(), each(keys))).collect(),
            relations: each(&class.relations),
            methods: each(&class.methods),
            properties: class.properties.clone(),
            assigned: class.assigned.iter().map(|(name, id)| (name.clone(), id.0)).collect(),
            calls: class.calls.iter().map(|(name, given)| (name.clone(), places(given))).collect(),
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
            table_constant: class.table_constant,
            primary_key: class.primary_key,
            has_no_timestamps: class.has_no_timestamps,
            timestamps: class.timestamps,
            lists: class.lists.into_iter().map(|(list, keys)| (list, back(keys))).collect(),
            relations: back(class.relations),
            methods: back(class.methods),
            properties: class.properties,
            assigned: class.assigned.into_iter().map(|(name, at)| (name, NodeId(at))).collect(),
            calls: class.calls.into_iter().map(|(name, given)| (name, ids(given))).collect(),
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
