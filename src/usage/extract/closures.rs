//! What a closure is given by the method that it is handed to, and what declared types stand for.

use super::Extractor;
use crate::usage::facts::{Node, NodeId};

/// What the methods of collections and queries that call back hand over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// The query itself, or all the rows.
    Same,
    /// One of the rows.
    One,
}

const HAND_OVER_ALL: [&str; 22] = [
    "where",
    "orWhere",
    "whereNot",
    "orWhereNot",
    "when",
    "unless",
    "tap",
    "chunk",
    "chunkById",
    "pipe",
    "whereNested",
    "having",
    "orHaving",
    "withTrashed",
    "through",
    "chunkWhile",
    "addNestedWhereQuery",
    "union",
    "unionAll",
    "each_chunk",
    "scopes",
    "macro",
];

const HAND_OVER_ONE: [&str; 36] = [
    "each",
    "eachById",
    "map",
    "filter",
    "reject",
    "flatMap",
    "mapWithKeys",
    "transform",
    "first",
    "last",
    "contains",
    "doesntContain",
    "partition",
    "sortBy",
    "sortByDesc",
    "sum",
    "avg",
    "average",
    "max",
    "min",
    "keyBy",
    "groupBy",
    "unique",
    "every",
    "some",
    "search",
    "mapToGroups",
    "mapToDictionary",
    "skipUntil",
    "skipWhile",
    "takeUntil",
    "takeWhile",
    "countBy",
    "firstWhere",
    "eachSpread",
    "lazyById",
];

/// Methods whose first argument names the relation that the closure is about.
pub(super) const ABOUT_RELATIONS: [&str; 22] = [
    "whereHas",
    "orWhereHas",
    "whereDoesntHave",
    "orWhereDoesntHave",
    "has",
    "orHas",
    "doesntHave",
    "orDoesntHave",
    "withWhereHas",
    "whereRelation",
    "orWhereRelation",
    "withCount",
    "withSum",
    "withExists",
    "withMax",
    "withMin",
    "withAvg",
    "with",
    "load",
    "loadMissing",
    "loadCount",
    "without",
];

/// Methods that give what the closure returns.
pub(super) const GIVE_BACK: [&str; 11] = [
    "transaction",
    "remember",
    "rememberForever",
    "sear",
    "withoutEvents",
    "withoutTimestamps",
    "unguarded",
    "rescue",
    "retry",
    "block",
    "flexible",
];

impl Extractor<'_> {
    /// What `method` of `on` hands to the parameter at `at` of a closure; `relation` is what its first argument names.
    pub(super) fn handed_over(
        &mut self,
        on: NodeId,
        method: &str,
        relation: Option<&str>,
        at: usize,
    ) -> Option<NodeId> {
        if let Some(relation) = relation.filter(|_| ABOUT_RELATIONS.contains(&method)) {
            return (at == 0).then(|| self.node(Node::Relation(on, relation.to_owned())));
        }
        if let Some(table) = relation.filter(|_| super::methods::is_join(method)) {
            let table = super::texts::table_and_alias(table).0;
            return (at == 0).then(|| self.node(Node::Joined(on, table)));
        }
        let given = if HAND_OVER_ALL.contains(&method) {
            Given::Same
        } else if HAND_OVER_ONE.contains(&method) {
            Given::One
        } else if method == "reduce" && at == 1 {
            return Some(self.node(Node::Element(on)));
        } else {
            return None;
        };
        match (given, at) {
            (Given::Same, 0) => Some(on),
            (Given::One, 0) => Some(self.node(Node::Element(on))),
            _ => None,
        }
    }

    /// What is declared to be of those types.
    pub(super) fn declared(&mut self, types: &[String]) -> NodeId {
        let members: Vec<NodeId> = types
            .iter()
            .filter_map(|name| match name.as_str() {
                "self" | "static" | "$this" => Some(self.node(Node::This)),
                name if is_class(name) => Some(self.node(Node::Typed(name.to_owned()))),
                _ => None,
            })
            .collect();
        self.either(members)
    }
}

/// Whether a type names a class.
pub(super) fn is_class(name: &str) -> bool {
    const BUILT_IN: [&str; 22] = [
        "int", "integer", "string", "bool", "boolean", "array", "float", "double", "null", "mixed", "object",
        "iterable", "callable", "void", "never", "false", "true", "self", "static", "parent", "resource", "$this",
    ];
    !name.is_empty() && !BUILT_IN.contains(&name)
}
