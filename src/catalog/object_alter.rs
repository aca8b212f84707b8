//! What ALTER does to one object beside tables.

use super::object::Object;
use crate::change::{Attribute, Default, Definition, Domain, ObjectAction, Sequence, ValuePlace};

impl Object {
    /// The object after the action; names and schemas are left to the catalog.
    pub(super) fn apply(&mut self, action: &ObjectAction) {
        match (action, &mut self.definition) {
            (ObjectAction::Redefine(definition), own) => {
                own.clone_from(definition);
                self.is_partial = false;
                self.later.clear();
            }
            (ObjectAction::Enable, _) => self.is_enabled = true,
            (ObjectAction::Disable, _) => self.is_enabled = false,
            (ObjectAction::SetSequenceOwner(owner), Definition::Sequence(sequence)) => sequence.owner.clone_from(owner),
            (ObjectAction::SetSequenceOwner(owner), own) => {
                *own = Definition::Sequence(Sequence { owner: owner.clone() });
            }
            (action, Definition::Enum(members)) => change_members(members, action),
            (action, Definition::Composite(attributes)) => change_attributes(attributes, action),
            (action, Definition::Domain(domain)) => change_domain(domain, action),
            (ObjectAction::RenameColumn { .. }, Definition::View(_)) => self.is_partial = true,
            (ObjectAction::AddTables(tables), Definition::Publication(own)) => {
                own.tables.extend(tables.iter().cloned());
            }
            (ObjectAction::DropTables(tables), Definition::Publication(own)) => {
                own.tables.retain(|table| !tables.contains(table));
            }
            (ObjectAction::SetTables(tables), Definition::Publication(own)) => own.tables.clone_from(tables),
            _ => {}
        }
    }
}

fn change_members(members: &mut Vec<String>, action: &ObjectAction) {
    match action {
        ObjectAction::AddValue { value, place, .. } if !members.contains(value) => {
            let of = |other: &String| members.iter().position(|member| member == other);
            let at = match place {
                Some(ValuePlace::Before(other)) => of(other),
                Some(ValuePlace::After(other)) => of(other).map(|at| at + 1),
                None => None,
            };
            members.insert(at.unwrap_or(members.len()), value.clone());
        }
        ObjectAction::RenameValue { value, to } => {
            members.iter_mut().filter(|member| *member == value).for_each(|member| member.clone_from(to));
        }
        _ => {}
    }
}

fn change_attributes(attributes: &mut Vec<Attribute>, action: &ObjectAction) {
    match action {
        ObjectAction::AddAttribute { attribute, .. } => attributes.push(attribute.clone()),
        ObjectAction::DropAttribute { name, .. } => attributes.retain(|attribute| attribute.name != *name),
        ObjectAction::ChangeAttribute { name, column_type, .. } => {
            let changed = attributes.iter_mut().filter(|attribute| attribute.name == *name);
            changed.for_each(|attribute| attribute.column_type.clone_from(column_type));
        }
        ObjectAction::RenameAttribute { name, to, .. } => {
            let renamed = attributes.iter_mut().filter(|attribute| attribute.name == *name);
            renamed.for_each(|attribute| attribute.name.clone_from(to));
        }
        _ => {}
    }
}

fn change_domain(domain: &mut Domain, action: &ObjectAction) {
    let is_named = |own: &Option<String>, name: &String| own.as_ref() == Some(name);
    match action {
        ObjectAction::AddCheck(check) => domain.checks.push(check.clone()),
        ObjectAction::DropConstraint { name, .. } => domain.checks.retain(|check| !is_named(&check.name, name)),
        ObjectAction::ValidateConstraint { name } => {
            let validated = domain.checks.iter_mut().filter(|check| is_named(&check.name, name));
            validated.for_each(|check| check.is_not_valid = false);
        }
        ObjectAction::RenameConstraint { name, to } => {
            let renamed = domain.checks.iter_mut().filter(|check| is_named(&check.name, name));
            renamed.for_each(|check| check.name = Some(to.clone()));
        }
        ObjectAction::SetNotNull => domain.is_nullable = false,
        ObjectAction::DropNotNull => domain.is_nullable = true,
        ObjectAction::SetDefault(default) => domain.default.clone_from(default),
        ObjectAction::DropDefault => domain.default = Default::None,
        _ => {}
    }
}
