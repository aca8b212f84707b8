//! The kinds of objects beside tables.

use std::fmt;

/// What an object is. Kinds that the schema of an application seldom has are told by name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    View,
    MaterializedView,
    Trigger,
    EventTrigger,
    Rule,
    Policy,
    Function,
    Procedure,
    /// PostgreSQL's ROUTINE: a function, a procedure or an aggregate.
    Routine,
    Aggregate,
    /// MariaDB's PACKAGE and PACKAGE BODY.
    Package,
    Type,
    Domain,
    Sequence,
    Extension,
    Schema,
    Database,
    Event,
    /// ROLE, USER, GROUP and LOGIN.
    Role,
    Publication,
    Subscription,
    Statistics,
    /// ALTER INDEX: how it is stored. What it covers is changed by kinds of their own.
    Index,
    Synonym,
    /// ALTER SYSTEM: the server.
    System,
    AccessMethod,
    Cast,
    Collation,
    Conversion,
    ForeignDataWrapper,
    Instance,
    Language,
    LargeObject,
    Operator,
    PropertyGraph,
    ResourceGroup,
    Server,
    SpatialReferenceSystem,
    Tablespace,
    TextSearch,
    Transform,
    UserMapping,
}

impl ObjectKind {
    /// Each with its name in rule files and outputs.
    pub const ALL: [(Self, &'static str); 42] = [
        (Self::View, "view"),
        (Self::MaterializedView, "materialized-view"),
        (Self::Trigger, "trigger"),
        (Self::EventTrigger, "event-trigger"),
        (Self::Rule, "rule"),
        (Self::Policy, "policy"),
        (Self::Function, "function"),
        (Self::Procedure, "procedure"),
        (Self::Routine, "routine"),
        (Self::Aggregate, "aggregate"),
        (Self::Package, "package"),
        (Self::Type, "type"),
        (Self::Domain, "domain"),
        (Self::Sequence, "sequence"),
        (Self::Extension, "extension"),
        (Self::Schema, "schema"),
        (Self::Database, "database"),
        (Self::Event, "event"),
        (Self::Role, "role"),
        (Self::Publication, "publication"),
        (Self::Subscription, "subscription"),
        (Self::Statistics, "statistics"),
        (Self::Index, "index"),
        (Self::Synonym, "synonym"),
        (Self::System, "system"),
        (Self::AccessMethod, "access-method"),
        (Self::Cast, "cast"),
        (Self::Collation, "collation"),
        (Self::Conversion, "conversion"),
        (Self::ForeignDataWrapper, "foreign-data-wrapper"),
        (Self::Instance, "instance"),
        (Self::Language, "language"),
        (Self::LargeObject, "large-object"),
        (Self::Operator, "operator"),
        (Self::PropertyGraph, "property-graph"),
        (Self::ResourceGroup, "resource-group"),
        (Self::Server, "server"),
        (Self::SpatialReferenceSystem, "spatial-reference-system"),
        (Self::Tablespace, "tablespace"),
        (Self::TextSearch, "text-search"),
        (Self::Transform, "transform"),
        (Self::UserMapping, "user-mapping"),
    ];

    /// Its name in rule files and outputs: `materialized-view`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Whether it holds rows for readers, under a name that no table can have beside it.
    pub fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MaterializedView)
    }
}

/// For people: `materialized view`.
impl fmt::Display for ObjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name().replace('-', " "))
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectKind;

    #[test]
    fn each_kind_has_a_name_of_its_own() {
        for (kind, name) in ObjectKind::ALL {
            assert_eq!(kind.name(), name);
            assert_eq!(ObjectKind::from_name(name), Some(kind));
        }
    }
}
