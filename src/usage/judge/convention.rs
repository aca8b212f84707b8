//! What models say of their columns without code that runs: relations, lists, traits, accessors.

use super::reach::Subject;
use super::{Found, Judgement};
use crate::answer::Answer;
use crate::eloquent::inflect::snake;
use crate::usage::index::{File, Index, Model};
use crate::usage::query::{Effect, PlaceKind, Tier};

/// The places where models say that they need the column.
pub(super) fn judge(index: &Index, subject: &Subject<'_>, found: &mut Found) {
    let Some(column) = subject.column else { return };
    relations(index, subject, Some(column), found);
    for model in &subject.models {
        lists(index, model, column, found);
        traits(index, model, column, found);
    }
}

/// Relations that join by the column, or that lead to or through the table where no column is asked for.
pub(super) fn relations(index: &Index, subject: &Subject<'_>, column: Option<&str>, found: &mut Found) {
    for own in index.class_ids().filter(|id| index.model(*id).is_some()) {
        for (owner, facts) in index.lineage_facts(own) {
            // Those of a parent are its own, with its own keys.
            if owner != own && !facts.is_trait {
                continue;
            }
            // The relations of the table's own models say nothing of who asks for their rows.
            if column.is_none() && subject.has_model(own) {
                continue;
            }
            for relation in &facts.relations {
                let keys = index.relation_keys(own, relation);
                let named = keys.names.into_iter().find(|named| {
                    named.table == subject.table && (column.is_none() || named.column.as_deref() == column)
                });
                let Some(named) = named else { continue };
                let is_used = index.is_relation_used(own, &relation.name);
                let (tier, what) = match is_used {
                    _ if !index.is_obtained(own) => {
                        (Tier::Possible, "joins by it, and nobody is known to have a row to follow it from")
                    }
                    Answer::Yes => (Tier::Certain, "joins by it"),
                    Answer::Unknown => (Tier::Possible, "joins by it, and may be asked for by its name"),
                    Answer::No => (Tier::Possible, "joins by it, and is asked for nowhere"),
                };
                let why = format!("`{}` {what}", relation.name);
                if let Some(file) = index.files().get(index.file_of(owner)) {
                    if is_used == Answer::Unknown {
                        found.doubt(file, named.line, &why);
                    }
                    found.add(file, named.line, Judgement::new(PlaceKind::Relation, tier, Effect::SqlError, why));
                }
            }
        }
    }
}

fn lists(index: &Index, model: &Model, column: &str, found: &mut Found) {
    for (owner, facts) in index.lineage_facts(model.class) {
        let Some(file) = index.files().get(index.file_of(owner)) else { continue };
        for (list, keys) in &facts.lists {
            for key in keys.iter().filter(|key| key.name == column) {
                let judgement = match list.as_str() {
                    "attributes" => Judgement::new(
                        PlaceKind::Convention,
                        Tier::Certain,
                        Effect::SqlError,
                        "each new row gets it from `$attributes`",
                    ),
                    "with" | "touches" => continue,
                    list => {
                        Judgement::new(PlaceKind::Metadata, Tier::Certain, Effect::Inert, format!("it is in `${list}`"))
                    }
                };
                found.add(file, key.line, judgement);
            }
        }
    }
}

/// Columns that traits and Eloquent itself write and ask for.
fn traits(index: &Index, model: &Model, column: &str, found: &mut Found) {
    let Some(class) = index.class(model.class) else { return };
    let Some(file) = index.files().get(index.file_of(model.class)) else { return };
    let said = |constant: &str, default: &str| {
        let all = index.lineage_facts(model.class);
        let said = all.into_iter().find_map(|(_, class)| {
            class.timestamps.iter().find(|(name, _)| name == constant).map(|(_, value)| value.clone())
        });
        said.unwrap_or_else(|| Some(default.to_owned()))
    };
    let is = |name: Option<String>| name.as_deref() == Some(column);
    let why = if model.has_soft_deletes && is(said("DELETED_AT", "deleted_at")) {
        "every query of a model with `SoftDeletes` asks for it"
    } else if model.has_timestamps && (is(said("CREATED_AT", "created_at")) || is(said("UPDATED_AT", "updated_at"))) {
        "Eloquent writes it whenever a row is saved"
    } else if model.primary_key == column {
        "it is the model's key"
    } else if column == "remember_token" && is_for_login(index, model) {
        "Laravel writes it whenever somebody logs in"
    } else {
        return;
    };
    let tier = if is_used(index, model, file) { Tier::Certain } else { Tier::Possible };
    found.add(file, class.line, Judgement::new(PlaceKind::Convention, tier, Effect::SqlError, why));
}

fn is_for_login(index: &Index, model: &Model) -> bool {
    index.foreign_parents(model.class).contains(&"Illuminate\\Foundation\\Auth\\User")
        || index.trait_names(model.class).contains(&"Illuminate\\Auth\\Authenticatable")
}

/// Whether any file but the model's own names it.
fn is_used(index: &Index, model: &Model, own: &File) -> bool {
    index.uses().any(|(_, file, used)| {
        file.path != own.path
            && matches!(&used.kind, crate::usage::facts::UseKind::Class { name, .. } if *name == model.name)
    })
}

/// Whether an accessor stands before the column and never looks at it.
pub(super) fn is_hidden(index: &Index, subject: &Subject<'_>, column: &str) -> bool {
    subject.models.iter().any(|model| {
        index.lineage_facts(model.class).any(|(_, class)| {
            class.methods.iter().any(|method| {
                let named = method.name.strip_prefix("get").and_then(|rest| rest.strip_suffix("Attribute"));
                let is_accessor = named.is_some_and(|name| snake(name) == column)
                    || (snake(&method.name) == column
                        && method.types.iter().any(|name| name.ends_with("Casts\\Attribute")));
                is_accessor && !method.takes_value
            })
        })
    })
}
