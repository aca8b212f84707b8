//! What the variables of a template stand for: what those give it that show it.

use std::collections::{BTreeSet, HashMap};

use super::resolve::add;
use super::{ClassId, File, Index, Type};
use crate::eloquent::inflect::class_basename;

/// Where a template is shown: the file, and the place in its `views`.
pub(super) type Showing = (usize, usize);

/// The classes of Laravel whose heirs hand their public properties to the template that they show.
const HANDING: [&str; 4] = ["Component", "Mailable", "Page", "Widget"];

/// The templates that are shown, by name.
pub(super) fn shown(files: &[File]) -> HashMap<String, Vec<Showing>> {
    let mut shown: HashMap<String, Vec<Showing>> = HashMap::new();
    for (at, file) in files.iter().enumerate() {
        for (place, view) in file.facts.views.iter().enumerate() {
            shown.entry(name_of(&view.name)).or_default().push((at, place));
        }
    }
    shown
}

/// `shop::orders/show` is `orders.show`.
fn name_of(name: &str) -> String {
    name.rsplit("::").next().unwrap_or(name).replace('/', ".")
}

/// The name of the template at `path`: what stands below its directory of views.
fn template_at(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".blade.php")?;
    let below = stem.rsplit_once("/views/").or_else(|| stem.rsplit_once("/Views/"))?.1;
    Some(below.replace('/', "."))
}

impl Index {
    /// What a variable of a template stands for; nothing of another file's.
    pub(super) fn given_to_template(&self, file: usize, name: &str) -> Vec<Type> {
        let mut types = Vec::new();
        self.gather(file, name, &mut BTreeSet::new(), &mut types);
        types.retain(|of| *of != Type::Other);
        types
    }

    fn gather(&self, file: usize, name: &str, seen: &mut BTreeSet<usize>, types: &mut Vec<Type>) {
        let template = self.files.get(file).and_then(|file| template_at(&file.path));
        let Some(showings) = template.filter(|_| seen.insert(file)).and_then(|template| self.shown.get(&template))
        else {
            return;
        };
        for (at, place) in showings {
            let Some(view) = self.files.get(*at).and_then(|file| file.facts.views.get(*place)) else { continue };
            let context = view.class.and_then(|class| self.class_at(*at, class));
            if let Some((_, id)) = view.variables.iter().find(|(known, _)| known == name) {
                add(types, self.types_in(*at, context, *id));
            } else if view.hands_on {
                self.gather(*at, name, seen, types);
            } else if let Some(class) = context.filter(|class| self.hands_properties(*class)) {
                add(types, self.declared_property(class, name));
            }
        }
    }

    fn hands_properties(&self, class: ClassId) -> bool {
        self.foreign_parents(class).into_iter().any(|parent| HANDING.contains(&class_basename(parent)))
    }
}
