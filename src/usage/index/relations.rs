//! Relations: what they lead to, and the columns they join by, said or by convention.

use super::models::package_table;
use super::{ClassId, Index};
use crate::eloquent::inflect::{class_basename, plural, snake};
use crate::usage::facts::{RelationArgument, RelationFacts};

/// A table and a column of it that a relation names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::usage) struct Named {
    pub table: String,
    /// `None` for the table alone.
    pub column: Option<String>,
    pub line: u32,
}

/// What a relation needs of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::usage) struct RelationKeys {
    pub names: Vec<Named>,
    pub pivot: Option<String>,
}

/// A class that a relation leads to, in the project or not.
#[derive(Debug, Clone)]
struct Target {
    name: String,
    table: String,
    key: String,
}

impl Index {
    /// The relation of that name, and the class that declares it.
    pub(in crate::usage) fn relation(&self, id: ClassId, name: &str) -> Option<(ClassId, &RelationFacts)> {
        self.lineage_facts(id).find_map(|(owner, class)| {
            class.relations.iter().find(|relation| relation.name == name).map(|relation| (owner, relation))
        })
    }

    /// The full name of the class that a relation of `own` leads to.
    pub(in crate::usage) fn target_of(&self, own: ClassId, relation: &RelationFacts) -> Option<String> {
        if relation.kind == "morphTo" {
            return None;
        }
        self.class_argument(own, relation, 0)
    }

    fn class_argument(&self, own: ClassId, relation: &RelationFacts, at: usize) -> Option<String> {
        match relation.arguments.get(at)? {
            RelationArgument::Class(name) => Some(name.clone()),
            RelationArgument::Own => self.class(own).map(|class| class.name.clone()),
            // `'User'` as Laravel 4 allowed it.
            RelationArgument::Text(name) => {
                self.class_named(name).and_then(|id| self.class(id)).map(|class| class.name.clone())
            }
            RelationArgument::Null | RelationArgument::Unknown => None,
        }
    }

    fn target(&self, name: &str) -> Option<Target> {
        if let Some(model) = self.class_named(name).and_then(|id| self.model(id)) {
            return Some(Target { name: model.name, table: model.table, key: model.primary_key });
        }
        Some(Target { name: name.to_owned(), table: package_table(name)?, key: "id".to_owned() })
    }

    /// The tables and columns that a relation of the model `own` needs.
    pub(in crate::usage) fn relation_keys(&self, own: ClassId, relation: &RelationFacts) -> RelationKeys {
        let mut keys = Keys { relation, found: RelationKeys::default() };
        let Some(model) = self.model(own) else { return keys.found };
        let target = self.class_argument(own, relation, 0).and_then(|name| self.target(&name));
        let own_key = foreign_key(&model.name, &model.primary_key);
        let own_table = model.table.as_str();
        match (relation.kind.as_str(), target) {
            ("belongsTo", Some(target)) => {
                // The third argument is the other's key, the fourth the relation's name.
                let name = keys.text(3).unwrap_or_else(|| relation.name.clone());
                keys.column(own_table, 1, Some(format!("{}_{}", snake(&name), target.key)));
                keys.column(&target.table, 2, None);
                keys.table(&target.table);
            }
            ("hasOne" | "hasMany", Some(target)) => {
                keys.column(&target.table, 1, Some(own_key));
                keys.column(own_table, 2, None);
                keys.table(&target.table);
            }
            ("belongsToMany", Some(target)) => {
                let mut segments = [snake(class_basename(&model.name)), snake(class_basename(&target.name))];
                segments.sort();
                let pivot = self.pivot_table(&keys, segments.join("_"));
                keys.column(&pivot, 2, Some(own_key));
                keys.column(&pivot, 3, Some(foreign_key(&target.name, &target.key)));
                keys.column(own_table, 4, None);
                keys.column(&target.table, 5, None);
                keys.table(&target.table);
                keys.pivot(&pivot);
            }
            ("morphTo", _) => {
                let name = snake(&keys.text(0).unwrap_or_else(|| relation.name.clone()));
                keys.column(own_table, 1, Some(format!("{name}_type")));
                keys.column(own_table, 2, Some(format!("{name}_id")));
            }
            ("morphOne" | "morphMany", Some(target)) => {
                let name = keys.text(1);
                keys.column(&target.table, 2, name.as_ref().map(|name| format!("{name}_type")));
                keys.column(&target.table, 3, name.as_ref().map(|name| format!("{name}_id")));
                keys.column(own_table, 4, None);
                keys.table(&target.table);
            }
            ("morphToMany" | "morphedByMany", Some(target)) => {
                let Some(name) = keys.text(1) else { return keys.found };
                let pivot = keys.text(2).unwrap_or_else(|| plural(&name));
                let (near, far) = if relation.kind == "morphToMany" {
                    (format!("{name}_id"), foreign_key(&target.name, &target.key))
                } else {
                    (own_key, format!("{name}_id"))
                };
                keys.column(&pivot, 3, Some(near));
                keys.column(&pivot, 4, Some(far));
                keys.column(&pivot, usize::MAX, Some(format!("{name}_type")));
                keys.table(&target.table);
                keys.pivot(&pivot);
            }
            ("hasManyThrough" | "hasOneThrough", Some(target)) => {
                let Some(through) = self.class_argument(own, relation, 1).and_then(|name| self.target(&name)) else {
                    return keys.found;
                };
                keys.column(&through.table, 2, Some(own_key));
                keys.column(&target.table, 3, Some(foreign_key(&through.name, &through.key)));
                keys.column(own_table, 4, None);
                keys.column(&through.table, 5, None);
                keys.table(&target.table);
                keys.table(&through.table);
            }
            _ => {}
        }
        keys.constrain();
        keys.found
    }

    /// The pivot's table: said as a table, as a class (`Membership::class`), by `using(…)`, or by convention.
    fn pivot_table(&self, keys: &Keys<'_>, conventional: String) -> String {
        match keys.relation.arguments.get(1) {
            Some(RelationArgument::Text(table)) => table.rsplit('.').next().unwrap_or(table).to_owned(),
            Some(RelationArgument::Class(class)) => self.target(class).map_or(conventional, |target| target.table),
            _ => conventional,
        }
    }
}

/// The keys of a relation as they are gathered.
struct Keys<'r> {
    relation: &'r RelationFacts,
    found: RelationKeys,
}

impl Keys<'_> {
    fn text(&self, at: usize) -> Option<String> {
        match self.relation.arguments.get(at)? {
            RelationArgument::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The column that the argument at `at` names; `conventional` where there is none. What is computed is not known.
    fn column(&mut self, table: &str, at: usize, conventional: Option<String>) {
        let column = match self.relation.arguments.get(at) {
            Some(RelationArgument::Text(text)) => Some(text.rsplit('.').next().unwrap_or(text).to_owned()),
            Some(RelationArgument::Null) | None => conventional,
            Some(_) => None,
        };
        if let Some(column) = column {
            self.push(table, Some(column), self.relation.line);
        }
    }

    fn table(&mut self, table: &str) {
        self.push(table, None, self.relation.line);
    }

    fn pivot(&mut self, table: &str) {
        self.table(table);
        self.found.pivot = Some(table.to_owned());
    }

    fn push(&mut self, table: &str, column: Option<String>, line: u32) {
        self.found.names.push(Named { table: table.to_owned(), column, line });
    }

    /// `withPivot('a')`, `withTimestamps()`, `wherePivot('b', …)`
    fn constrain(&mut self) {
        let Some(pivot) = self.found.pivot.clone() else { return };
        for constraint in &self.relation.constraints {
            let names: &[String] = match constraint.method.as_str() {
                "withPivot" => &constraint.names,
                "wherePivot" | "orWherePivot" | "wherePivotIn" | "wherePivotNotIn" | "orderByPivot"
                | "wherePivotNull" | "wherePivotNotNull" | "withPivotValue" => {
                    constraint.names.get(..1).unwrap_or_default()
                }
                "withTimestamps" => {
                    for name in ["created_at", "updated_at"] {
                        self.push(&pivot, Some(name.to_owned()), constraint.line);
                    }
                    continue;
                }
                _ => continue,
            };
            for name in names {
                self.push(&pivot, Some(name.clone()), constraint.line);
            }
        }
    }
}

/// `getForeignKey()`: the class's name in snake case, with its key.
fn foreign_key(class: &str, key: &str) -> String {
    format!("{}_{key}", snake(class_basename(class)))
}
