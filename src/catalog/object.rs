//! What stands beside tables: views, triggers, types, sequences, routines, and what reads or belongs to which table.
//!
//! The answers are those of tables: what no known migration made may stand all the same where something was not read.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rpds::{RedBlackTreeMap, RedBlackTreeSet};

use super::Catalog;
use super::log::Log;
use super::table::{kept, same_name};
use super::ties::Ties;
use crate::answer::Answer;
use crate::change::{self, Definition, ObjectKind, TableName, ViewQuery};
use crate::engine::Engine;

/// A view, a trigger, a type or another object, as far as the history tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What it is, and its name and table as they are kept.
    pub object: change::Object,
    pub definition: Definition,
    /// Of a trigger, a rule or an event: whether it runs.
    pub is_enabled: bool,
    /// Whether it stood when the batch began.
    pub stood_before_batch: bool,
    /// Whether its definition may be another one than this.
    pub is_partial: bool,
    /// Of a view: columns that its tables were given after it was made. Its `*` is not those, for engines write out what it
    /// stood for when the view was made; SQLite alone looks anew each time.
    pub later: BTreeSet<(TableName, String)>,
}

/// All objects at one point of the history. Cloning is cheap: what does not change is shared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Objects {
    standing: RedBlackTreeMap<change::Object, Rc<Object>>,
    /// Those that were dropped or renamed away.
    absent: RedBlackTreeSet<change::Object>,
    /// Those that are listed, but stand only if something that could not be decided went that way.
    doubtful: RedBlackTreeSet<change::Object>,
    /// Whether there may be objects that are not listed, though all tables are.
    pub is_partial: bool,
    /// By the table, or the view, that they are part of, read or list.
    ties: Ties<TableName, change::Object>,
    /// Those that may be known in full, by nothing.
    whole: Ties<(), change::Object>,
    /// Those that the batch made, by nothing.
    fresh: Ties<(), change::Object>,
    /// All that were changed so far.
    log: Log<change::Object>,
}

impl Object {
    /// The query of a view.
    pub fn query(&self) -> Option<&ViewQuery> {
        match &self.definition {
            Definition::View(query) => Some(query),
            _ => None,
        }
    }

    pub fn is_view(&self) -> bool {
        self.object.kind.is_view()
    }

    /// The tables and views that it is part of, reads or lists.
    fn names(&self) -> impl Iterator<Item = &TableName> {
        let (listed, owner): (&[TableName], _) = match &self.definition {
            Definition::View(query) => (&query.reads, None),
            Definition::Publication(publication) => (&publication.tables, None),
            Definition::Sequence(change::Sequence { owner: Some((table, _)) }) => (&[], Some(table)),
            _ => (&[], None),
        };
        self.object.table.iter().chain(owner).chain(listed)
    }

    /// Whether it is a view whose query names that table.
    pub fn reads(&self, table: &TableName) -> bool {
        self.query().is_some_and(|query| query.reads.contains(table))
    }
}

impl Catalog {
    /// Everything that stands beside tables.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.standing.values().map(Rc::as_ref)
    }

    /// That object, if it is known to stand.
    pub fn object(&self, object: &change::Object) -> Option<&Object> {
        self.objects.get(&self.object_key(object))
    }

    pub fn has_object(&self, object: &change::Object) -> Answer {
        let key = self.object_key(object);
        match self.objects.standing.contains_key(&key) {
            true if self.objects.doubtful.contains(&key) => Answer::Unknown,
            true => Answer::Yes,
            false if self.may_have_others() && !self.objects.absent.contains(&key) => Answer::Unknown,
            false => Answer::No,
        }
    }

    /// The view of that name, materialized or not, if it is known to stand.
    pub fn view(&self, name: &TableName) -> Option<&Object> {
        self.object(&change::Object::new(ObjectKind::View, name.clone()))
    }

    /// Whether a view of that name stands. A name that a table has is none of a view.
    pub fn has_view(&self, name: &TableName) -> Answer {
        let answer = self.has_object(&change::Object::new(ObjectKind::View, name.clone()));
        let is_table = self.table(name).map_or(Answer::No, |_| self.has_table(name));
        if answer.is_yes() { answer } else { answer.and(!is_table) }
    }

    /// The views that read that table or view, those that read it through others included, in the order of their names.
    pub fn views_on(&self, name: &TableName) -> Vec<&Object> {
        let mut found: BTreeMap<&change::Object, &Object> = BTreeMap::new();
        let mut sources = vec![self.key(name)];
        while let Some(source) = sources.pop() {
            for (key, view) in self.objects.tied_to(&source) {
                if view.reads(&source) && found.insert(key, view).is_none() {
                    sources.push(key.name.clone());
                }
            }
        }
        found.into_values().collect()
    }

    /// The triggers of that table, whether they run or not.
    pub fn triggers_on(&self, name: &TableName) -> impl Iterator<Item = &Object> {
        let key = self.key(name);
        self.objects.tied_to(&key).map(|(_, object)| object).filter(move |object| {
            object.object.kind == ObjectKind::Trigger && object.object.table.as_ref() == Some(&key)
        })
    }

    /// The type or domain that goes by that name, written with its schema or without: `mood`, `app.mood`.
    pub fn type_named(&self, name: &str) -> Option<&Object> {
        let name = match name.split_once('.') {
            Some((schema, name)) => TableName { schema: Some(schema.to_owned()), name: name.to_owned() },
            None => TableName::new(name),
        };
        self.object(&change::Object::new(ObjectKind::Type, name))
    }

    /// Whether a view reads that table.
    pub fn is_read_by_view(&self, name: &TableName) -> Answer {
        self.answer_from(name, self.views_on(name).into_iter())
    }

    /// Whether that table has a trigger that runs.
    pub fn has_trigger(&self, name: &TableName) -> Answer {
        self.answer_from(name, self.triggers_on(name).filter(|trigger| trigger.is_enabled))
    }

    /// Whether a view that is known reads that table itself.
    pub fn view_reads(&self, name: &TableName) -> Answer {
        let table = self.key(name);
        let views = self.objects.tied_to(&table).filter(|(_, object)| object.reads(&table));
        Answer::any(views.map(|(key, view)| {
            let is_certain = !view.is_partial && !self.objects.doubtful.contains(key);
            if is_certain { Answer::Yes } else { Answer::Unknown }
        }))
    }

    /// Whether the object stood before the batch. One that no known migration made but that is asked for must have been
    /// made elsewhere, unless something unread in this batch may have made it.
    pub fn is_object_in_use(&self, object: &change::Object) -> Answer {
        match self.object(object) {
            Some(object) => object.stood_before_batch.into(),
            None if self.objects.absent.contains(&self.object_key(object)) => Answer::No,
            None if self.has_opaque_batch => Answer::Unknown,
            None => Answer::Yes,
        }
    }

    /// Whether that column is one that a view is known to read: unknown where the query may mean another table's, or
    /// may be another by now.
    pub fn view_depends(&self, name: &TableName, column: &str) -> Answer {
        let table = self.key(name);
        Answer::any(self.objects.tied_to(&table).map(|(view, _)| self.view_names(view, &table, column)))
    }

    /// Whether that object is a view that reads the column.
    pub(super) fn view_names(&self, view: &change::Object, table: &TableName, column: &str) -> Answer {
        let Some(object) = self.objects.get(view).filter(|object| object.reads(table)) else {
            return Answer::No;
        };
        let is_certain = !object.is_partial && !self.objects.doubtful.contains(view);
        let is_later = object.later.iter().any(|(of, name)| of == table && same_name(name, column, self.engine));
        let answer = object.query().map_or(Answer::No, |query| self.query_names(query, table, column, !is_later));
        if is_certain { answer } else { answer.and(Answer::Unknown) }
    }

    fn query_names(&self, query: &ViewQuery, table: &TableName, column: &str, is_in_all: bool) -> Answer {
        let others: Vec<&TableName> = query.reads.iter().filter(|other| *other != table).collect();
        let in_others = Answer::any(others.iter().map(|other| self.has_column(other, column)));
        let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
        let answer = super::query::names_column(&query.text, column, &table.name, &names, in_others, is_in_all);
        // What could not be read may name it too.
        if query.is_partial { answer.or(Answer::Unknown) } else { answer }
    }

    /// Found for certain is yes; not found is unknown where there may be others.
    fn answer_from<'o>(&'o self, table: &TableName, mut found: impl Iterator<Item = &'o Object>) -> Answer {
        let is_certain = |object: &Object| !self.objects.doubtful.contains(&self.object_key(&object.object));
        let is_complete = self.table(table).is_some_and(|table| !table.is_partial) && !self.may_have_others();
        let mut has_any = false;
        let has_certain = found.any(|object| {
            has_any = true;
            is_certain(object)
        });
        match (has_certain, has_any || !is_complete) {
            (true, _) => Answer::Yes,
            (false, true) => Answer::Unknown,
            (false, false) => Answer::No,
        }
    }

    fn may_have_others(&self) -> bool {
        self.is_partial || self.objects.is_partial
    }

    /// The name under which an object is kept: kinds that share their names count as one, and a trigger is told by its
    /// table on PostgreSQL alone.
    pub(super) fn object_key(&self, object: &change::Object) -> change::Object {
        let kind = match object.kind {
            ObjectKind::MaterializedView => ObjectKind::View,
            ObjectKind::Domain => ObjectKind::Type,
            ObjectKind::Routine | ObjectKind::Aggregate => ObjectKind::Function,
            ObjectKind::Procedure if self.engine == Engine::Postgresql => ObjectKind::Function,
            kind => kind,
        };
        let table = object.table.as_ref().filter(|_| self.engine == Engine::Postgresql || kind == ObjectKind::Rule);
        let name = match kind {
            // Those have no schema of their own.
            ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy => {
                TableName::new(kept(&object.name.name, self.engine))
            }
            _ => self.key(&object.name),
        };
        change::Object { kind, name, table: table.map(|table| self.key(table)) }
    }
}

impl Objects {
    pub fn get(&self, key: &change::Object) -> Option<&Object> {
        self.standing.get(key).map(Rc::as_ref)
    }

    /// The object, to be changed; what it has to do with afterwards is to be [noted](Self::note).
    pub fn get_mut(&mut self, key: &change::Object) -> Option<&mut Object> {
        self.log.note(key);
        self.standing.get_mut(key).map(Rc::make_mut)
    }

    /// From here on, what is not listed may stand all the same.
    pub fn forget_absences(&mut self) {
        self.absent = RedBlackTreeSet::default();
        self.log.note_any();
    }

    /// From here on, what is listed may be another.
    pub fn lose_sight(&mut self) {
        for key in self.whole.take(&()) {
            self.get_mut(&key).into_iter().for_each(|object| object.is_partial = true);
        }
        debug_assert!(self.standing.values().all(|object| object.is_partial), "an object is still taken for known");
    }

    pub fn begin_batch(&mut self) {
        for key in self.fresh.take(&()) {
            self.get_mut(&key).into_iter().for_each(|object| object.stood_before_batch = true);
        }
        debug_assert!(
            self.standing.values().all(|object| object.stood_before_batch),
            "an object is still of the batch"
        );
    }

    pub fn insert(&mut self, key: &change::Object, object: Object) {
        self.absent.remove_mut(key);
        self.doubtful.remove_mut(key);
        self.put(key, object);
    }

    /// Puts the object there, as sure as it was before.
    pub fn put(&mut self, key: &change::Object, object: Object) {
        self.standing.insert_mut(key.clone(), Rc::new(object));
        self.log.note(key);
        self.note(key);
    }

    /// Takes note of what that object has to do with now.
    pub fn note(&mut self, key: &change::Object) {
        let Some(object) = self.standing.get(key) else { return };
        object.names().for_each(|name| self.ties.tie(name, key));
        if !object.is_partial {
            self.whole.tie(&(), key);
        }
        if !object.stood_before_batch {
            self.fresh.tie(&(), key);
        }
    }

    /// The objects that have to do with that table or view, in their order, and maybe others.
    pub fn tied_to(&self, name: &TableName) -> impl Iterator<Item = (&change::Object, &Object)> + use<'_> {
        debug_assert!(
            self.standing
                .iter()
                .filter(|(_, object)| object.names().any(|named| named == name))
                .all(|(key, _)| self.ties.of(name).any(|tied| tied == key)),
            "a tie to {name} was not noted"
        );
        self.ties.of(name).filter_map(|key| Some((key, self.get(key)?)))
    }

    /// The keys of those.
    pub fn keys_tied_to(&self, name: &TableName) -> Vec<change::Object> {
        self.tied_to(name).map(|(key, _)| key.clone()).collect()
    }

    /// The object may stand or not.
    pub fn doubt(&mut self, key: &change::Object) {
        self.doubtful.insert_mut(key.clone());
        self.log.note(key);
    }

    /// The object goes, and does not stand from here on.
    pub fn remove(&mut self, key: &change::Object) {
        self.take(key);
        self.doubtful.remove_mut(key);
        self.absent.insert_mut(key.clone());
    }

    /// The object goes, to be put elsewhere.
    pub fn take(&mut self, key: &change::Object) -> Option<Object> {
        let object = self.standing.get(key).cloned();
        self.standing.remove_mut(key);
        self.log.note(key);
        object.map(Rc::unwrap_or_clone)
    }

    /// Keeps what is left where either these or `other` stand.
    pub fn keep_either(&mut self, other: &Self) {
        debug_assert!(self.differs_as_noted(other), "a change was not noted");
        let apart = self.log.apart(&other.log);
        if apart.is_none() {
            self.log.note_any();
        }
        for key in apart.unwrap_or_else(|| self.keys(other)) {
            match (self.get(&key), other.standing.get(&key)) {
                (Some(here), Some(there)) if *here == **there => {}
                (Some(_), Some(there)) => {
                    self.get_mut(&key).into_iter().for_each(|here| here.keep_common(Object::clone(there)));
                }
                (Some(_), None) => self.doubt(&key),
                (None, Some(there)) => {
                    self.standing.insert_mut(key.clone(), Rc::clone(there));
                    self.doubt(&key);
                }
                (None, None) => {}
            }
            if other.doubtful.contains(&key) {
                self.doubt(&key);
            }
            if !other.absent.contains(&key) {
                self.absent.remove_mut(&key);
            }
            self.log.note(&key);
            self.note(&key);
        }
        self.is_partial |= other.is_partial;
    }

    /// All objects of which one of the two knows something.
    fn keys(&self, other: &Self) -> BTreeSet<change::Object> {
        let of = |objects: &Self| -> BTreeSet<change::Object> {
            objects.standing.keys().chain(objects.absent.iter()).chain(objects.doubtful.iter()).cloned().collect()
        };
        of(self).into_iter().chain(of(other)).collect()
    }

    /// Whether no more differs than what was noted.
    fn differs_as_noted(&self, other: &Self) -> bool {
        let Some(apart) = self.log.apart(&other.log) else { return true };
        let is_same = |key: &change::Object| {
            self.get(key) == other.get(key)
                && self.absent.contains(key) == other.absent.contains(key)
                && self.doubtful.contains(key) == other.doubtful.contains(key)
        };
        self.keys(other).difference(&apart).all(is_same)
    }
}

impl Object {
    /// One of two; a view reads what either does.
    fn keep_common(&mut self, there: Self) {
        self.is_partial = true;
        // A trigger that may run is taken for one that does.
        self.is_enabled |= there.is_enabled;
        match (&mut self.definition, there.definition) {
            (Definition::View(query), Definition::View(other)) => {
                query.reads.extend(other.reads);
                query.reads.sort();
                query.reads.dedup();
                query.is_partial = true;
            }
            (here, there) if *here != there => *here = Definition::Unsaid,
            _ => {}
        }
    }

    /// Whether it goes with a column: a sequence that the column owns.
    pub(super) fn is_owned_by(&self, table: &TableName, column: Option<&str>, engine: Engine) -> bool {
        let Definition::Sequence(change::Sequence { owner: Some((of, owner)) }) = &self.definition else {
            return false;
        };
        of == table && column.is_none_or(|column| same_name(owner, column, engine))
    }
}
