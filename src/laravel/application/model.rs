//! Models: the table and the key behind a class.

use std::rc::Rc;

use super::Application;
use crate::eloquent;
use crate::laravel::{Model, ModelKey};
use crate::php::{Class, Expr, ExprKind, StmtKind};

impl Application<'_> {
    /// What is known of the model of that name; `None` where the class is not a model, or cannot be read.
    pub fn model(&self, class: &str) -> Option<Model> {
        if let Some(known) = self.models.borrow().get(class) {
            return known.clone();
        }
        let model = match self.class(class) {
            Some(declared) => self.read_model(class, &declared),
            // A model of a package, or one that is gone by now: what conventions say.
            None if class.contains("\\Models\\") => Some(conventional(class)),
            None => None,
        };
        self.models.borrow_mut().insert(class.to_owned(), model.clone());
        model
    }

    fn read_model(&self, name: &str, class: &Rc<Class>) -> Option<Model> {
        let mut lineage = vec![Rc::clone(class)];
        let base = loop {
            let parent = lineage.last()?.parent.clone()?;
            if eloquent::is_base(&parent) {
                break parent;
            }
            match self.class(&parent) {
                Some(class) if lineage.len() < 32 => lineage.push(class),
                _ => break parent,
            }
        };
        if !eloquent::is_model_base(&base) {
            return None;
        }
        let traits: Vec<Rc<Class>> = lineage.iter().flat_map(|class| self.traits_of(class)).collect();
        let all = || lineage.iter().chain(&traits);
        let property = |name: &str| all().find_map(|class| class.property(name)?.default.as_ref());
        let table =
            property("table").and_then(text_of).or_else(|| all().find_map(|class| returned_text(class, "getTable")));
        let uses = |name: &str| {
            lineage
                .iter()
                .flat_map(|class| &class.traits)
                .flat_map(|used| &used.traits)
                .any(|used| used.ends_with(name))
        };
        let key_name = property("primaryKey").and_then(text_of).unwrap_or_else(|| "id".to_owned());
        // A model may give unique ids to other columns than its key: `uniqueIds()`.
        let unique_ids = all().find_map(|class| returned_texts(class, "uniqueIds"));
        let has_unique_key = unique_ids.is_none_or(|columns| columns.contains(&key_name));
        let is_text = property("keyType").and_then(text_of).is_some_and(|key| key == "string");
        let key_type = if has_unique_key && uses("\\HasUlids") {
            ModelKey::Ulid
        } else if (has_unique_key && (uses("\\HasUuids") || uses("\\HasVersion4Uuids"))) || is_text {
            ModelKey::Uuid
        } else {
            ModelKey::Int
        };
        Some(Model {
            class: name.to_owned(),
            table: table.unwrap_or_else(|| eloquent::table_of(name)),
            key_name,
            key_type,
        })
    }

    fn traits_of(&self, class: &Class) -> Vec<Rc<Class>> {
        class.traits.iter().flat_map(|used| &used.traits).filter_map(|name| self.class(name)).collect()
    }
}

/// What Laravel takes for granted of a model that says nothing else.
pub(crate) fn conventional(class: &str) -> Model {
    Model {
        class: class.to_owned(),
        table: eloquent::table_of(class),
        key_name: "id".to_owned(),
        key_type: ModelKey::Int,
    }
}

fn text_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Text(text) => Some(text.value.clone()),
        _ => None,
    }
}

/// The text that a method of one `return` gives.
fn returned_text(class: &Class, method: &str) -> Option<String> {
    text_of(returned(class, method)?)
}

/// The list of texts that a method of one `return` gives.
fn returned_texts(class: &Class, method: &str) -> Option<Vec<String>> {
    match &returned(class, method)?.kind {
        ExprKind::Array(items) => items.iter().map(|item| text_of(item.value.as_ref()?)).collect(),
        _ => None,
    }
}

/// What a method of one `return` gives.
fn returned<'c>(class: &'c Class, method: &str) -> Option<&'c Expr> {
    match class.method(method)?.function.body.as_slice() {
        [only] => match &only.kind {
            StmtKind::Return(value) => value.as_ref(),
            _ => None,
        },
        _ => None,
    }
}
