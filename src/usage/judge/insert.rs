//! A column that wants a value: whoever inserts a row without one, or sets it to NULL, fails.

use super::reach::{Reach, Subject};
use super::{Found, Judgement};
use crate::usage::facts::{Access, Key, NodeId, Rest, Use, UseKind, Values};
use crate::usage::index::{File, Form, Index};
use crate::usage::query::{Effect, PlaceKind, Tier, What};

pub(super) const INSERTS: [&str; 19] = [
    "create",
    "forceCreate",
    "insert",
    "insertGetId",
    "insertOrIgnore",
    "updateOrInsert",
    "firstOrCreate",
    "updateOrCreate",
    "createMany",
    "upsert",
    "createOrFirst",
    "createQuietly",
    "forceCreateQuietly",
    "createManyQuietly",
    "attach",
    "sync",
    "syncWithoutDetaching",
    "toggle",
    "fillAndInsert",
];

pub(super) fn judge(index: &Index, subject: &Subject<'_>, what: What, found: &mut Found) {
    if is_always_given(index, subject) {
        return;
    }
    let is_heard_of = is_heard_of(index, subject);
    for (at, file, used) in index.uses() {
        Judge { index, subject, at, file, used, what, is_heard_of }.judge(found);
    }
}

struct Judge<'j> {
    index: &'j Index,
    subject: &'j Subject<'j>,
    at: usize,
    file: &'j File,
    used: &'j Use,
    what: What,
    /// Whether the code has the column's name anywhere; if not, no value that comes from elsewhere is for it.
    is_heard_of: bool,
}

impl Judge<'_> {
    fn judge(&self, found: &mut Found) {
        match &self.used.kind {
            UseKind::Values { on, method, values } => {
                if INSERTS.contains(&method.as_str()) && self.is_insert(*on, method) {
                    self.row(values, method, Some(*on), found);
                } else if self.what != What::Omitted {
                    self.nulls(*on, &values.keys, found);
                }
            }
            UseKind::Save { on, values } => {
                if let Reach::Is(Tier::Certain, Form::Fresh, _) = self.reach(*on) {
                    self.row(values, "save", None, found);
                } else if self.what != What::Omitted {
                    self.nulls(*on, &values.keys, found);
                }
            }
            _ => {}
        }
    }

    fn reach(&self, on: NodeId) -> Reach {
        self.subject.reach(self.index, self.at, self.used, on)
    }

    fn pivot(&self, on: NodeId) -> Option<String> {
        let (own, relation) = self.index.relation_before(self.at, self.index.class_around(self.at, self.used), on)?;
        self.index.relation_keys(own, relation).pivot
    }

    fn is_insert(&self, on: NodeId, method: &str) -> bool {
        if matches!(method, "attach" | "sync" | "syncWithoutDetaching" | "toggle") {
            return self.pivot(on).as_deref() == Some(self.subject.table);
        }
        matches!(self.reach(on), Reach::Is(Tier::Certain, ..))
    }

    /// A row that is inserted with those keys, and perhaps others.
    fn row(&self, values: &Values, method: &str, on: Option<NodeId>, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        let given = values.keys.iter().filter(|key| key.name == column).collect::<Vec<_>>();
        if let Some(null) = given.iter().find(|key| key.is_null).filter(|_| given.iter().all(|key| key.is_null)) {
            let judgement = Judgement::new(PlaceKind::Insert, Tier::Certain, Effect::SqlError, "NULL is inserted");
            return found.add(self.file, null.line, judgement);
        }
        if self.what == What::NullSet || !given.is_empty() || on.is_some_and(|on| self.is_given_by_relation(on, column))
        {
            return;
        }
        let is_blocked = !self.subject.models.is_empty()
            && !self.subject.models.iter().any(|model| self.index.is_fillable(model.class, column));
        if values.from.is_some_and(|from| self.index.has_rule(self.at, from, column)) {
            return;
        }
        let is_closed = values.rest == Rest::Nothing;
        let tier = if is_closed || (is_blocked && is_mass(method)) {
            Tier::Certain
        } else if values.rest == Rest::Unlisted || !self.is_heard_of {
            Tier::Likely
        } else {
            found.doubt(self.file, self.used.line, &format!("`{method}` inserts values that come from elsewhere"));
            Tier::Possible
        };
        let why = if is_closed { "the row is inserted without it" } else { "nothing is known to give it a value" };
        found.add(self.file, self.used.line, Judgement::new(PlaceKind::Insert, tier, Effect::SqlError, why));
    }

    /// `$user->posts()->create(…)` gives the post its user.
    fn is_given_by_relation(&self, on: NodeId, column: &str) -> bool {
        let Some((own, relation)) =
            self.index.relation_before(self.at, self.index.class_around(self.at, self.used), on)
        else {
            return false;
        };
        let names = self.index.relation_keys(own, relation).names;
        names.iter().any(|named| named.table == self.subject.table && named.column.as_deref() == Some(column))
    }

    /// NULL that is set on a row that is there.
    fn nulls(&self, on: NodeId, keys: &[Key], found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        for key in keys.iter().filter(|key| key.name == column && key.is_null) {
            if let Reach::Is(tier, ..) = self.reach(on) {
                found.add(
                    self.file,
                    key.line,
                    Judgement::new(PlaceKind::Value, tier, Effect::SqlError, "it is set to NULL"),
                );
            }
        }
    }
}

fn is_mass(method: &str) -> bool {
    matches!(
        method,
        "create" | "firstOrCreate" | "updateOrCreate" | "createMany" | "createQuietly" | "createOrFirst" | "save"
    )
}

/// Whether the model gives the column a value by itself: a default, a trait, a hook.
fn is_always_given(index: &Index, subject: &Subject<'_>) -> bool {
    let Some(column) = subject.column else { return false };
    let by_model = subject.models.iter().any(|model| {
        let has = |list: &str| {
            index.list(model.class, list).is_some_and(|keys| keys.iter().any(|key| key.name == column && !key.is_null))
        };
        let has_unique_ids = index
            .trait_names(model.class)
            .iter()
            .any(|name| ["HasUuids", "HasUlids", "HasVersion4Uuids"].iter().any(|end| name.ends_with(end)));
        has("attributes")
            || has("uniqueIds")
            || (has_unique_ids && model.primary_key == column)
            || (model.has_timestamps && matches!(column, "created_at" | "updated_at"))
    });
    by_model || index.uses().any(|(at, file, used)| is_hook(index, subject, at, file, used, column))
}

/// `static::creating(fn ($user) => $user->column = …)`, an observer's `creating(User $user)`.
fn is_hook(index: &Index, subject: &Subject<'_>, at: usize, file: &File, used: &Use, column: &str) -> bool {
    let is_write = match &used.kind {
        UseKind::Property { name, access: Access::Write, .. } | UseKind::Index { name, access: Access::Write, .. } => {
            name == column
        }
        _ => false,
    };
    if !is_write {
        return false;
    }
    let Some(id) = index.class_around(at, used) else { return false };
    let Some(class) = index.class(id) else { return false };
    let method = used.method.and_then(|at| class.methods.get(at as usize)).map(|method| method.name.as_str());
    let is_model = index.may_be(id).iter().any(|id| subject.has_model(*id));
    let is_event = |name: &str| matches!(name, "creating" | "saving");
    let in_boot =
        method.is_some_and(|name| name.starts_with("boot") || name.starts_with("initialize") || is_event(name));
    let is_observer = class.name.ends_with("Observer")
        && method.is_some_and(is_event)
        && subject.models.iter().any(|model| {
            file.facts.uses.iter().any(|used| matches!(&used.kind, UseKind::Class { name, .. } if *name == model.name))
        });
    (is_model && in_boot) || is_observer
}

/// Whether the column's name stands anywhere in code that runs.
fn is_heard_of(index: &Index, subject: &Subject<'_>) -> bool {
    let Some(column) = subject.column else { return true };
    index.uses().filter(|(_, file, _)| file.part.is_running()).any(|(_, _, used)| match &used.kind {
        UseKind::Property { name, .. } | UseKind::Index { name, .. } => name == column,
        UseKind::Text { text, .. } => text.rsplit('.').next() == Some(column),
        _ => false,
    })
}
