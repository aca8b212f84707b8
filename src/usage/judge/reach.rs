//! Whether what a use is reached from is the table in question.

use std::collections::BTreeSet;

use crate::eloquent::inflect::{class_basename, plural, snake};
use crate::usage::facts::{Node, NodeId, Use, UseKind};
use crate::usage::index::{ClassId, Form, Index, Model, Type};
use crate::usage::query::Tier;

/// The table or column that is asked about, and what is known of it.
#[derive(Debug)]
pub(super) struct Subject<'q> {
    pub table: &'q str,
    pub column: Option<&'q str>,
    pub models: Vec<Model>,
    /// The files that name one of its models, or are named after one.
    about: BTreeSet<usize>,
    /// No other table has a column of that name, and it is no word that means something else.
    pub is_telling: bool,
}

/// How a receiver relates to the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is a row or a query of it.
    Is(Tier, Form, String),
    /// It is something else.
    Not,
    Unknown,
}

impl<'q> Subject<'q> {
    pub fn new(index: &Index, table: &'q str, column: Option<&'q str>) -> Self {
        let models = index.models_of(table);
        let is_telling = column.is_some_and(|column| {
            column.contains('_') && column.len() > 5 && index.schema.is_only(table, column) && !is_usual(column)
        });
        let mut subject = Self { table, column, models, about: BTreeSet::new(), is_telling };
        subject.about = (0..index.files().len()).filter(|file| subject.is_file_about(index, *file)).collect();
        subject
    }

    pub fn is_column(&self, name: &str) -> bool {
        self.column == Some(name)
    }

    pub fn has_model(&self, id: ClassId) -> bool {
        self.models.iter().any(|model| model.class == id)
    }

    pub fn is_about(&self, file: usize) -> bool {
        self.about.contains(&file)
    }

    /// Whether a table's name in code is that of the subject; a class's name stands for its table.
    pub fn is_table(&self, index: &Index, name: &str) -> bool {
        name == self.table || (name.contains('\\') && index.class_named(name).is_some_and(|id| self.has_model(id)))
    }

    fn is_file_about(&self, index: &Index, at: usize) -> bool {
        let Some(file) = index.files().get(at) else { return false };
        let names = || self.models.iter().map(|model| class_basename(&model.name));
        file.facts.uses.iter().any(|used| match &used.kind {
            UseKind::Class { name, .. } => index.class_named(name).is_some_and(|id| self.has_model(id)),
            _ => false,
        }) || file.facts.classes.iter().any(|class| {
            let class = class_basename(&class.name);
            names().any(|name| {
                class.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_uppercase))
                    || class == format!("Create{name}")
            })
        }) || (file.path.ends_with(".blade.php")
            && names().any(|name| {
                let name = snake(name);
                file.path.split(['/', '.', '_', '-']).any(|part| part == name || part == plural(&name))
            }))
    }

    /// How what `id` stands for in a use relates to the table.
    pub fn reach(&self, index: &Index, file: usize, used: &Use, id: NodeId) -> Reach {
        let context = index.class_around(file, used);
        let types = index.types_in(file, context, id);
        if let Some(form) = types.iter().find_map(|of| self.form_of(index, of)) {
            return Reach::Is(Tier::Certain, form, self.told(index, file, id));
        }
        if types.iter().any(|of| matches!(of, Type::Joined(table) if table == self.table)) {
            let lacks = |of: &Type| index.schema.has_column(&table_of(index, of)?, self.column?).map(|has| !has);
            return match types.iter().find_map(lacks) {
                Some(true) => Reach::Is(Tier::Likely, Form::Query, "the query joins the table".to_owned()),
                _ => Reach::Unknown,
            };
        }
        if let Some(class) = types.iter().find_map(|of| match of {
            Type::Object(class) => Some(*class),
            _ => None,
        }) {
            return self.reach_of_object(index, class, file, id);
        }
        if !types.is_empty() {
            return Reach::Not;
        }
        self.reach_by_name(index, file, id)
    }

    fn form_of(&self, index: &Index, of: &Type) -> Option<Form> {
        match of {
            Type::Model { class, form } => self.has_model(*class).then_some(*form),
            Type::Table { table, form } => (table == self.table).then_some(*form),
            Type::Pivot(class) => self.pivots(index, *class).then_some(Form::Row),
            _ => None,
        }
    }

    /// Whether a model is reached through the table as a pivot.
    fn pivots(&self, index: &Index, class: ClassId) -> bool {
        index.class_ids().any(|own| {
            let Some(facts) = index.class(own) else { return false };
            facts.relations.iter().filter(|relation| relation.kind.ends_with("Many") && relation.kind != "hasMany").any(
                |relation| {
                    let target = || index.target_of(own, relation).and_then(|name| index.class_named(&name));
                    (own == class || target() == Some(class))
                        && index.relation_keys(own, relation).pivot.as_deref() == Some(self.table)
                },
            )
        })
    }

    /// A resource, a transformer or a policy of the model hands its attributes on.
    fn reach_of_object(&self, index: &Index, class: ClassId, file: usize, id: NodeId) -> Reach {
        let Some(facts) = index.class(class) else { return Reach::Not };
        let is_this = matches!(index.node(file, id), Node::This)
            || matches!(index.node(file, id), Node::Property(inner, name) if name == "resource" && matches!(index.node(file, *inner), Node::This));
        let stands_for = facts.about.iter().filter_map(|name| index.class_named(name)).any(|id| self.has_model(id));
        let name = class_basename(&facts.name);
        let by_name = ["Resource", "Transformer", "Presenter", "Decorator", "ResourceObject"].iter().any(|end| {
            name.strip_suffix(end).is_some_and(|of| self.models.iter().any(|model| class_basename(&model.name) == of))
        });
        if is_this && (stands_for || by_name) {
            return Reach::Is(Tier::Likely, Form::Row, format!("`{name}` stands for a row"));
        }
        Reach::Not
    }

    /// By the name of a variable or an attribute alone: `$user`, `$post->user`.
    fn reach_by_name(&self, index: &Index, file: usize, id: NodeId) -> Reach {
        let Some((name, form)) = name_of(index, file, id) else { return Reach::Unknown };
        let lower = name.replace('_', "").to_ascii_lowercase();
        let fits = self.models.iter().any(|model| {
            let one = class_basename(&model.name).to_ascii_lowercase();
            match form {
                Form::Rows | Form::Query => lower == plural(&one) || lower == one,
                _ => lower == one,
            }
        });
        if fits { Reach::Is(Tier::Likely, form, format!("`${name}` is named after the model")) } else { Reach::Unknown }
    }

    /// How the receiver is known.
    fn told(&self, index: &Index, file: usize, id: NodeId) -> String {
        let model =
            self.models.first().map_or_else(|| format!("`{}`", self.table), |model| format!("`{}`", model.name));
        match shown(index, file, id) {
            Some(text) => format!("`{text}` is {model}"),
            None => format!("it is {model}"),
        }
    }
}

/// Whether what `id` stands for is rows of some table, and nothing else.
pub(super) fn is_of_rows(index: &Index, file: usize, used: &Use, id: NodeId) -> bool {
    let types = index.types_in(file, index.class_around(file, used), id);
    let is_rows = |of: &Type| matches!(of, Type::Model { .. } | Type::Table { .. } | Type::Pivot(_) | Type::Joined(_));
    !types.is_empty() && types.iter().all(is_rows)
}

fn table_of(index: &Index, of: &Type) -> Option<String> {
    match of {
        Type::Model { class, .. } => index.model(*class).map(|model| model.table),
        Type::Table { table, .. } => Some(table.clone()),
        _ => None,
    }
}

/// The name that a receiver goes by, and whether it is one of several of that name.
fn name_of(index: &Index, file: usize, id: NodeId) -> Option<(String, Form)> {
    match index.node(file, id) {
        Node::Variable(name) | Node::Parameter(_, _, name) | Node::Named(_, name) | Node::Property(_, name) => {
            Some((name.clone(), Form::Row))
        }
        Node::Element(inner) => {
            let (name, _) = name_of(index, file, *inner)?;
            Some((name, Form::Rows))
        }
        _ => None,
    }
}

/// A receiver of more parts is not told.
const MAX_PARTS: usize = 12;

/// A receiver as its code reads, where that is short.
fn shown(index: &Index, file: usize, id: NodeId) -> Option<String> {
    let (mut id, mut after) = (id, Vec::new());
    let first = loop {
        id = match index.node(file, id) {
            Node::Property(inner, name) => {
                after.push(format!("->{name}"));
                *inner
            }
            Node::Call(inner, name) => {
                after.push(format!("->{name}()"));
                *inner
            }
            Node::Relation(inner, path) => {
                after.push(format!(".{path}"));
                *inner
            }
            Node::Element(inner) | Node::Joined(inner, _) => *inner,
            node => break node,
        };
        if after.len() > MAX_PARTS {
            return None;
        }
    };
    let first = match first {
        Node::This => "$this".to_owned(),
        Node::Class(name) | Node::New(name) | Node::Typed(name) | Node::Injected(name) => {
            class_basename(name).to_owned()
        }
        Node::Table(name) => name.clone(),
        Node::Variable(name) | Node::Parameter(_, _, name) | Node::Named(_, name) => format!("${name}"),
        Node::LoggedIn => "user()".to_owned(),
        Node::Function(name) => format!("{name}()"),
        _ => return None,
    };
    after.reverse();
    Some(format!("{first}{}", after.concat()))
}

/// Names that mean something in frameworks and protocols, whichever table has them.
fn is_usual(column: &str) -> bool {
    const USUAL: [&str; 22] = [
        "created_at",
        "updated_at",
        "deleted_at",
        "remember_token",
        "email_verified_at",
        "user_id",
        "first_name",
        "last_name",
        "access_token",
        "refresh_token",
        "client_id",
        "client_secret",
        "expires_at",
        "expires_in",
        "grant_type",
        "file_name",
        "mime_type",
        "content_type",
        "ip_address",
        "user_agent",
        "sort_order",
        "is_active",
    ];
    USUAL.contains(&column)
}
