//! Which class inherits what from which.

use super::{ClassId, Index};
use crate::usage::facts::{ClassFacts, MethodFacts};

/// Longer chains of parents are cycles, or nobody's.
const MAX_LINEAGE: usize = 64;

impl Index {
    pub(in crate::usage) fn class_named(&self, name: &str) -> Option<ClassId> {
        let name = name.trim_start_matches('\\');
        if let Some(id) = self.by_name.get(name) {
            return Some(*id);
        }
        if let Some(id) = self.by_folded.get(&name.to_ascii_lowercase()) {
            return Some(*id);
        }
        // A name without namespace may be an alias; one class of that name alone in the project is meant then.
        if name.contains('\\') { None } else { self.by_basename.get(name).copied().flatten() }
    }

    /// The class, its traits, its parent, the parent's traits and so on; each once.
    pub(in crate::usage) fn lineage(&self, id: ClassId) -> Vec<ClassId> {
        let mut lineage: Vec<ClassId> = Vec::new();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if lineage.contains(&id) || lineage.len() >= MAX_LINEAGE {
                continue;
            }
            lineage.push(id);
            let Some(class) = self.class(id) else { continue };
            waiting.extend(class.parent.as_deref().and_then(|name| self.class_named(name)));
            waiting.extend(class.traits.iter().rev().filter_map(|name| self.class_named(name)));
        }
        lineage
    }

    pub(in crate::usage) fn lineage_facts(&self, id: ClassId) -> impl Iterator<Item = (ClassId, &ClassFacts)> {
        self.lineage(id).into_iter().filter_map(|id| Some((id, self.class(id)?)))
    }

    /// The names of classes that the class descends from and that are not in the project.
    pub(in crate::usage) fn foreign_parents(&self, id: ClassId) -> Vec<&str> {
        let all = self.lineage(id).into_iter().filter_map(|id| self.class(id));
        all.filter_map(|class| class.parent.as_deref()).filter(|name| self.class_named(name).is_none()).collect()
    }

    /// The traits of the class and of those above it, by their full names, whether the project has them or not.
    pub(in crate::usage) fn trait_names(&self, id: ClassId) -> Vec<&str> {
        let all = self.lineage(id).into_iter().filter_map(|id| self.class(id));
        all.flat_map(|class| class.traits.iter().map(String::as_str)).collect()
    }

    /// The method of that name, and the class that declares it.
    pub(in crate::usage) fn method(&self, id: ClassId, name: &str) -> Option<(ClassId, &MethodFacts)> {
        self.lineage_facts(id).find_map(|(owner, class)| {
            let method = class.methods.iter().find(|method| method.name.eq_ignore_ascii_case(name))?;
            Some((owner, method))
        })
    }

    /// The classes below one: those that extend it, use it or implement it, and those below them.
    pub(in crate::usage) fn heirs_of(&self, id: ClassId) -> Vec<ClassId> {
        let mut heirs: Vec<ClassId> = Vec::new();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            let Some(class) = self.class(id) else { continue };
            for heir in self.heirs.get(&class.name.to_ascii_lowercase()).into_iter().flatten() {
                if !heirs.contains(heir) && heirs.len() < 4 * MAX_LINEAGE {
                    heirs.push(*heir);
                    waiting.push(*heir);
                }
            }
        }
        heirs
    }

    /// The classes that `$this` may be in code that `id` holds: the class itself, and those that inherit the code.
    pub(in crate::usage) fn may_be(&self, id: ClassId) -> Vec<ClassId> {
        let class = self.class(id);
        let heirs = self.heirs_of(id);
        if heirs.is_empty() || class.is_some_and(|class| !class.is_trait && !class.is_abstract) {
            return std::iter::once(id).chain(heirs).collect();
        }
        heirs
    }
}
