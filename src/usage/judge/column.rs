//! A column that is gone: whoever names it in SQL fails, whoever reads it gets null.

use super::reach::{Reach, Subject, is_of_rows};
use super::{Found, Judgement, convention, reason};
use crate::sql;
use crate::usage::extract::is_of_columns;
use crate::usage::facts::{Access, Computed, NodeId, Rest, TextRole, Use, UseKind, Values};
use crate::usage::index::{File, Form, Index};
use crate::usage::query::{Effect, PlaceKind, Tier};

pub(super) fn judge(index: &Index, subject: &Subject<'_>, found: &mut Found) {
    convention::judge(index, subject, found);
    for (at, file, used) in index.uses() {
        let judge = Judge { index, subject, at, file, used };
        judge.judge(found);
    }
}

struct Judge<'j> {
    index: &'j Index,
    subject: &'j Subject<'j>,
    at: usize,
    file: &'j File,
    used: &'j Use,
}

impl Judge<'_> {
    fn judge(&self, found: &mut Found) {
        match &self.used.kind {
            UseKind::Property { on, name, access } if self.subject.is_column(name) => {
                self.attribute(*on, *access, found);
            }
            UseKind::Index { on, name, access } if self.subject.is_column(name) => self.index_of(*on, *access, found),
            UseKind::Column { on, method, table, name } if self.subject.is_column(name) => {
                self.column(*on, method, table.as_deref(), found);
            }
            UseKind::Values { on, method, values } => self.values(*on, method, values, found),
            UseKind::Sql { on, text } => self.sql(*on, text, found),
            UseKind::Rule { table, column } => {
                let is_it = column.as_deref().is_some_and(|column| self.subject.is_column(column));
                if is_it && self.subject.is_table(self.index, table) {
                    self.add(found, PlaceKind::Rule, Tier::Certain, Effect::SqlError, "the rule asks the table");
                }
            }
            UseKind::Text { text, role, of, on } => {
                let is_settled = || on.is_some_and(|on| self.is_settled(on, of.as_deref()));
                if text.contains('.') || !is_settled() {
                    self.text(text, *role, found);
                }
            }
            UseKind::Dynamic { on, what } => self.dynamic(*on, *what, found),
            _ => {}
        }
    }

    fn add(&self, found: &mut Found, kind: PlaceKind, tier: Tier, effect: Effect, why: &str) {
        found.add(self.file, self.used.line, Judgement::new(kind, tier, effect, why));
    }

    fn reach(&self, on: NodeId) -> Reach {
        // `$this->attributes['name']` is an attribute of `$this`.
        let raw = match self.index.node(self.at, on) {
            crate::usage::facts::Node::Property(inner, name) if matches!(name.as_str(), "attributes" | "original") => {
                *inner
            }
            _ => on,
        };
        self.subject.reach(self.index, self.at, self.used, raw)
    }

    /// A tier for what is reached from something unknown.
    fn unknown_tier(&self) -> Tier {
        if self.subject.is_telling { Tier::Likely } else { Tier::Possible }
    }

    fn attribute(&self, on: NodeId, access: Access, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        let (kind, effect) = match access {
            Access::Read => (PlaceKind::Read, Effect::Silent),
            Access::Write => (PlaceKind::Write, Effect::SqlError),
        };
        match self.reach(on) {
            Reach::Is(tier, _, why) => {
                let is_hidden = access == Access::Read && convention::is_hidden(self.index, self.subject, column);
                let effect = if is_hidden { Effect::Inert } else { effect };
                self.add(found, kind, tier, effect, &why);
            }
            Reach::Unknown => self.add(found, kind, self.unknown_tier(), effect, "no other table has such a column"),
            Reach::Not => {}
        }
    }

    fn index_of(&self, on: NodeId, access: Access, found: &mut Found) {
        match self.reach(on) {
            Reach::Is(Tier::Certain, ..) => self.attribute(on, access, found),
            Reach::Not => {}
            Reach::Is(..) | Reach::Unknown => self.mass(found),
        }
    }

    /// A key of an array that may be mass-assigned.
    fn mass(&self, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        let is_fillable = self.subject.models.iter().any(|model| self.index.is_fillable(model.class, column));
        if is_fillable && self.subject.is_about(self.at) {
            self.add(found, PlaceKind::Value, Tier::LikelyMass, Effect::SqlError, "the model lets it be mass-assigned");
        } else {
            self.add(found, PlaceKind::Text, Tier::Possible, Effect::SqlError, "the same word");
        }
    }

    /// A field of a form is a column only where mass assignment makes it one; what does otherwise is told where it does.
    fn field(&self, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        if self.subject.models.is_empty()
            || self.subject.models.iter().any(|model| self.index.is_fillable(model.class, column))
        {
            self.mass(found);
        } else {
            self.add(found, PlaceKind::Text, Tier::Possible, Effect::Inert, "a form has a field of that name");
        }
    }

    fn column(&self, on: NodeId, method: &str, table: Option<&str>, found: &mut Found) {
        if let Some(table) = table {
            if table == self.subject.table {
                self.add(found, PlaceKind::Query, Tier::Certain, Effect::SqlError, "it is named with the table");
            }
            return;
        }
        if method.contains("Pivot") {
            return self.pivot_column(on, found);
        }
        match self.reach(on) {
            Reach::Is(tier, form, why) => {
                let (kind, effect) = effect_of(method, form);
                self.add(found, kind, tier, effect, &why);
            }
            Reach::Unknown => {
                self.add(
                    found,
                    PlaceKind::Query,
                    self.unknown_tier(),
                    Effect::SqlError,
                    "no other table has such a column",
                );
            }
            Reach::Not => {}
        }
    }

    fn pivot_column(&self, on: NodeId, found: &mut Found) {
        if let Some((own, relation)) =
            self.index.relation_before(self.at, self.index.class_around(self.at, self.used), on)
            && self.index.relation_keys(own, relation).pivot.as_deref() == Some(self.subject.table)
        {
            self.add(found, PlaceKind::Query, Tier::Certain, Effect::SqlError, "it is a column of the pivot");
        }
    }

    fn values(&self, on: NodeId, method: &str, values: &Values, found: &mut Found) {
        let key = values.keys.iter().find(|key| self.subject.is_column(&key.name));
        let reach = self.reach_of_values(on, method);
        if values.rest > Rest::Nothing && key.is_none() {
            match &reach {
                Reach::Is(_, form, _) => return self.open_values(method, *form, values, found),
                Reach::Unknown if self.index.begins_at_computed_table(self.at, on) => {
                    return self.open_values(method, Form::Query, values, found);
                }
                _ => {}
            }
        }
        let Some(key) = key else { return };
        let judgement = match reach {
            Reach::Is(tier, form, why) => {
                if self.discards(method, form) {
                    Judgement::new(
                        PlaceKind::Value,
                        Tier::Possible,
                        Effect::Inert,
                        "the model does not let it be mass-assigned",
                    )
                } else {
                    Judgement::new(PlaceKind::Value, tier, Effect::SqlError, why)
                }
            }
            Reach::Unknown if self.subject.is_telling => {
                Judgement::new(PlaceKind::Value, Tier::Likely, Effect::SqlError, "no other table has such a column")
            }
            Reach::Unknown => return,
            Reach::Not => return,
        };
        found.add(self.file, key.line, judgement);
    }

    /// Values of a pivot are written through the relation.
    fn reach_of_values(&self, on: NodeId, method: &str) -> Reach {
        if !matches!(
            method,
            "attach" | "sync" | "syncWithoutDetaching" | "toggle" | "updateExistingPivot" | "syncWithPivotValues"
        ) {
            return self.reach(on);
        }
        match self.index.relation_before(self.at, self.index.class_around(self.at, self.used), on) {
            Some((own, relation))
                if self.index.relation_keys(own, relation).pivot.as_deref() == Some(self.subject.table) =>
            {
                Reach::Is(Tier::Certain, Form::Query, "it is written to the pivot".to_owned())
            }
            Some(_) => Reach::Not,
            None => Reach::Unknown,
        }
    }

    /// Whether mass assignment throws the column away.
    fn discards(&self, method: &str, form: Form) -> bool {
        let column = self.subject.column.unwrap_or_default();
        let is_mass = match method {
            "create" | "fill" | "make" | "new" | "firstOrCreate" | "firstOrNew" | "updateOrCreate" | "newInstance"
            | "createMany" | "createQuietly" | "createOrFirst" => true,
            "update" | "updateQuietly" | "updateOrFail" => form != Form::Query,
            _ => false,
        };
        is_mass
            && !self.subject.models.is_empty()
            && !self.subject.models.iter().any(|model| self.index.is_fillable(model.class, column))
    }

    /// Values that are not known go into the table.
    fn open_values(&self, method: &str, form: Form, values: &Values, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        let is_possible = !self.discards(method, form);
        let ruled = values.from.is_some_and(|from| self.index.has_rule(self.at, from, column));
        if is_possible && ruled {
            self.add(found, PlaceKind::Value, Tier::Likely, Effect::SqlError, "the request has a rule for it");
        } else if is_possible {
            found.doubt(self.file, self.used.line, &format!("`{method}` is given values that come from elsewhere"));
        }
    }

    fn sql(&self, on: Option<NodeId>, text: &str, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        if !contains_word(text, column) {
            return;
        }
        let mentions = sql::mentions(text);
        for (qualifier, name) in &mentions.names {
            if name != column {
                continue;
            }
            let is_here = match qualifier {
                Some(qualifier) => mentions.table(qualifier).unwrap_or(qualifier) == self.subject.table,
                None => mentions.tables.iter().any(|(table, _)| table == self.subject.table),
            };
            let tier = if is_here && (qualifier.is_some() || mentions.tables.len() == 1) {
                Tier::Certain
            } else if is_here {
                Tier::Likely
            } else if qualifier.is_none() && mentions.tables.is_empty() {
                match on.map_or(Reach::Unknown, |on| self.reach(on)) {
                    Reach::Is(tier, ..) => tier,
                    Reach::Unknown => self.unknown_tier(),
                    Reach::Not => continue,
                }
            } else {
                continue;
            };
            self.add(found, PlaceKind::Sql, tier, Effect::SqlError, "the SQL names it");
        }
    }

    fn text(&self, text: &str, role: TextRole, found: &mut Found) {
        let column = self.subject.column.unwrap_or_default();
        let (table, name) = text.rsplit_once('.').map_or((None, text), |(table, name)| (Some(table), name));
        if name != column {
            return;
        }
        match (table, role) {
            (Some(table), TextRole::Argument | TextRole::Value)
                if table == self.subject.table && !self.file.path.ends_with(".blade.php") =>
            {
                self.add(found, PlaceKind::Text, Tier::Likely, Effect::SqlError, "it is named with the table");
            }
            (_, TextRole::Quiet) => {}
            (None, TextRole::Key) => self.mass(found),
            (None, TextRole::Field) => self.field(found),
            _ => self.add(found, PlaceKind::Text, Tier::Possible, Effect::SqlError, "the same word"),
        }
    }

    /// What is computed may be the column where it is asked of the table's rows, or of a table that is computed too. A table
    /// that is computed names no column by itself.
    fn dynamic(&self, on: Option<NodeId>, what: Computed, found: &mut Found) {
        let may_be = match on {
            None => what != Computed::Table,
            Some(on) => match self.reach(on) {
                Reach::Is(..) => true,
                Reach::Not => false,
                Reach::Unknown => self.index.begins_at_computed_table(self.at, on),
            },
        };
        if may_be {
            found.doubt(self.file, self.used.line, reason(what));
        }
    }

    /// Whether a string is handed to a call that tells by itself what it is: one that asks rows of another table, or one of
    /// this table that is known to take columns or values.
    fn is_settled(&self, on: NodeId, method: Option<&str>) -> bool {
        match self.reach(on) {
            Reach::Is(..) => method.is_none_or(is_of_columns),
            Reach::Not => is_of_rows(self.index, self.at, self.used, on),
            Reach::Unknown => false,
        }
    }
}

/// What a method does with a column that it names, on rows that are there or not fetched yet.
fn effect_of(method: &str, form: Form) -> (PlaceKind, Effect) {
    let of_attributes = [
        "getAttribute",
        "getAttributeValue",
        "getOriginal",
        "getRawOriginal",
        "only",
        "except",
        "makeHidden",
        "makeVisible",
        "append",
        "isDirty",
        "isClean",
        "wasChanged",
        "setVisible",
        "setHidden",
        "getAttributeFromArray",
        "hasAttribute",
        "originalIsEquivalent",
        "syncOriginalAttribute",
        "keyBy",
        "sortBy",
        "sortByDesc",
        "unique",
        "contains",
    ];
    match (method, form) {
        ("setAttribute", _) => (PlaceKind::Write, Effect::SqlError),
        ("increment" | "decrement" | "incrementEach" | "decrementEach", _) => (PlaceKind::Write, Effect::SqlError),
        (method, _) if of_attributes.contains(&method) => (PlaceKind::Read, Effect::Silent),
        (_, Form::Rows) => (PlaceKind::Read, Effect::Silent),
        _ => (PlaceKind::Query, Effect::SqlError),
    }
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let bytes = text.as_bytes();
        !is_part(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_part(bytes.get(at + word.len()))
    })
}
