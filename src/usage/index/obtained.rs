//! Which models code ever gets a row of: a relation of a model that nobody has a row of is followed by nobody.

use std::collections::BTreeSet;

use super::{ClassId, Index};
use crate::answer::Answer;
use crate::usage::facts::{ClassUse, Use, UseKind};

/// Methods whose parameters Laravel fills: with a model of the container's, or with the row that a route names.
const FILLED: [&str; 6] = ["__construct", "__invoke", "boot", "handle", "mount", "register"];

impl Index {
    /// Whether code may have a row of the model: it asks for one, makes one, is handed one by Laravel, or comes to one by a
    /// relation of a model of which it has a row.
    pub(in crate::usage) fn is_obtained(&self, model: ClassId) -> bool {
        self.obtained.get_or_init(|| self.find_obtained()).contains(&model)
    }

    fn find_obtained(&self) -> BTreeSet<ClassId> {
        let relation_lines = self.relation_lines();
        let sources = self.uses().filter_map(|(at, file, used)| {
            let UseKind::Class { name, how } = &used.kind else { return None };
            let id = self.class_named(name)?;
            let is_own = self.file_of(id) == at && *how != ClassUse::New;
            let is_source = match how {
                ClassUse::Hint => self.is_filled(at, used) || file.path.contains("Controller"),
                _ => !relation_lines.contains(&(at, used.line)),
            };
            (is_source && !is_own).then_some(id)
        });
        let mut waiting: Vec<ClassId> = sources.chain(self.login_models()).collect();
        let mut obtained = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !obtained.insert(id) {
                continue;
            }
            // Who asks a class for rows may be given those of the classes below it.
            waiting.extend(self.heirs_of(id));
            waiting.extend(self.led_to_from(id));
        }
        obtained
    }

    /// Whether a parameter is filled by Laravel: in code outside of any class, as routes are, or of such a method.
    fn is_filled(&self, at: usize, used: &Use) -> bool {
        let Some(class) = self.class_around(at, used).and_then(|id| self.class(id)) else { return true };
        let method = used.method.and_then(|at| class.methods.get(at as usize));
        method.is_some_and(|method| FILLED.contains(&method.name.as_str()))
    }

    /// The models to which the relations of a model lead that are followed, or may be.
    fn led_to_from(&self, own: ClassId) -> Vec<ClassId> {
        let mut found = Vec::new();
        for (_, class) in self.lineage_facts(own) {
            for relation in &class.relations {
                if self.is_relation_used(own, &relation.name) == Answer::No {
                    continue;
                }
                match self.target_of(own, relation).and_then(|name| self.class_named(&name)) {
                    Some(target) => found.push(target),
                    // What a `morphTo` leads to is said by the rows: any model may be it.
                    None => found.extend(self.class_ids().filter(|id| self.has_morphs(*id))),
                }
            }
        }
        found
    }

    fn has_morphs(&self, id: ClassId) -> bool {
        self.lineage_facts(id)
            .any(|(_, class)| class.relations.iter().any(|relation| relation.kind.starts_with("morph")))
    }

    /// Where relations are declared: that they name a model is known by the relation.
    pub(in crate::usage) fn relation_lines(&self) -> BTreeSet<(usize, u32)> {
        let classes = self.class_ids().filter_map(|id| Some((self.file_of(id), self.class(id)?)));
        classes.flat_map(|(file, class)| class.relations.iter().map(move |relation| (file, relation.line))).collect()
    }
}
