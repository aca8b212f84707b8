//! What changes do to the objects beside tables, and what changes of tables do to them.

use std::collections::BTreeSet;

use super::object::Object;
use super::table::same_name;
use super::{Catalog, Column, Era, expression};
use crate::answer::Answer;
use crate::change::{
    self, AlterObject, CreateObject, Definition, DropObject, ObjectAction, ObjectKind, Sequence, TableName,
    TableSetting, Trigger,
};
use crate::engine::Engine;

impl Catalog {
    pub(super) fn create_object(&mut self, create: &CreateObject) {
        let key = self.object_key(&create.object);
        let stands = self.objects.get(&key).is_some();
        if create.is_temporary || (create.if_not_exists && stands) {
            return;
        }
        if key.kind == ObjectKind::View && !self.gives_way_to_view(&key.name) {
            return;
        }
        let is_overload = key.kind == ObjectKind::Function && stands && !create.replaces;
        let before = self.objects.get(&key);
        let object = Object {
            object: self.kept_object(&create.object),
            definition: if is_overload { Definition::Unsaid } else { self.kept_definition(&create.definition) },
            is_enabled: true,
            stood_before_batch: self.era == Era::History || before.is_some_and(|object| object.stood_before_batch),
            is_partial: is_overload,
            later: BTreeSet::new(),
        };
        self.objects.insert(&key, object);
    }

    /// Whether a view can have that name. A table that is known in full keeps it: the server refuses. One of which little
    /// is known was none.
    fn gives_way_to_view(&mut self, name: &TableName) -> bool {
        if self.tables.get(name).is_some_and(|table| !table.is_partial) && !self.doubtful.contains(name) {
            return false;
        }
        self.strike(name);
        true
    }

    /// Drops the object, and the views that read it: PostgreSQL takes them along or refuses, others leave them, broken.
    pub(super) fn drop_object(&mut self, drop: &DropObject) {
        let key = self.object_key(&drop.object);
        if self.objects.get(&key).is_some_and(|object| object.is_partial && key.kind == ObjectKind::Function) {
            // One of several that share the name.
            self.objects.doubt(&key);
            return;
        }
        let is_view = key.kind == ObjectKind::View;
        if is_view && self.engine == Engine::Postgresql {
            self.drop_views_on(&key.name);
        }
        self.objects.remove(&key);
    }

    fn drop_views_on(&mut self, name: &TableName) {
        let views: Vec<change::Object> = self.views_on(name).iter().map(|view| self.object_key(&view.object)).collect();
        for view in views {
            self.objects.remove(&view);
        }
    }

    /// Changes the object; one that is not listed is from now on, as partly known.
    pub(super) fn alter_object(&mut self, alter: &AlterObject) {
        let key = self.object_key(&alter.object);
        // Indexes stand with their tables.
        let kind = alter.object.kind;
        if matches!(kind, ObjectKind::System | ObjectKind::Role | ObjectKind::Database | ObjectKind::Index) {
            return;
        }
        match &alter.action {
            ObjectAction::Rename { to } => {
                let name = TableName { schema: key.name.schema.clone(), name: to.clone() };
                self.rename_object(&alter.object, name);
            }
            ObjectAction::SetSchema { schema } => {
                let name = TableName { schema: Some(schema.clone()), name: key.name.name };
                self.rename_object(&alter.object, name);
            }
            action => {
                let action = match action {
                    ObjectAction::Redefine(definition) => ObjectAction::Redefine(self.kept_definition(definition)),
                    ObjectAction::SetSequenceOwner(Some((table, column))) => {
                        ObjectAction::SetSequenceOwner(Some((self.key(table), column.clone())))
                    }
                    action => action.clone(),
                };
                self.list_object(&alter.object);
                self.objects.get_mut(&key).into_iter().for_each(|object| object.apply(&action));
                self.objects.note(&key);
            }
        }
    }

    /// Lists the object as partly known if it is not listed.
    fn list_object(&mut self, object: &change::Object) {
        let key = self.object_key(object);
        let unknown = Object {
            object: self.kept_object(object),
            definition: Definition::Unsaid,
            is_enabled: true,
            stood_before_batch: true,
            is_partial: true,
            later: BTreeSet::new(),
        };
        let known = self.objects.take(&key).unwrap_or(unknown);
        self.objects.insert(&key, known);
    }

    /// Gives the object another name, which views that read it and columns of its type follow on PostgreSQL.
    pub(super) fn rename_object(&mut self, object: &change::Object, to: TableName) {
        self.list_object(object);
        let from = self.object_key(object);
        let Some(mut moved) = self.objects.get(&from).cloned() else { return };
        moved.object.name = self.object_key(&change::Object { name: to, ..object.clone() }).name;
        let to = moved.object.name.clone();
        self.objects.remove(&from);
        let key = self.object_key(&moved.object);
        self.objects.insert(&key, moved);
        match from.kind {
            ObjectKind::View => self.redirect_views(&from.name, &to),
            ObjectKind::Type => self.rename_type(&from.name, &to),
            _ => {}
        }
    }

    /// Columns keep their type under its new name.
    fn rename_type(&mut self, from: &TableName, to: &TableName) {
        let (from, to) = (from.to_string(), to.to_string());
        let is_of_it = |column: &Column| column.definition.column_type.name == from;
        self.change_tables(
            |table| table.columns.iter().any(is_of_it),
            |table| {
                for column in table.columns.iter_mut().filter(|column| is_of_it(column)) {
                    column.definition.column_type.name.clone_from(&to);
                }
            },
        );
    }

    /// PostgreSQL's views follow what they read; others go on naming what they were written with.
    fn redirect_views(&mut self, from: &TableName, to: &TableName) {
        if self.engine != Engine::Postgresql {
            return;
        }
        for key in self.objects.keys_tied_to(from) {
            if let Some(object) = self.objects.get_mut(&key)
                && let Definition::View(query) = &mut object.definition
                && query.reads.contains(from)
            {
                query.reads.retain(|table| table != from);
                query.reads.push(to.clone());
                query.reads.sort();
                expression::rename_column(&mut query.text, &from.name, &to.name, Engine::Postgresql);
                let redirected = |(table, column)| (if table == *from { to.clone() } else { table }, column);
                object.later = std::mem::take(&mut object.later).into_iter().map(redirected).collect();
                self.objects.note(&key);
            }
        }
    }

    /// Views that stand do not have a column that is added now behind their `*`.
    pub(super) fn hide_from_views(&mut self, table: &TableName, column: &str) {
        if self.engine == Engine::Sqlite {
            return;
        }
        let table = self.key(table);
        for key in self.objects.keys_tied_to(&table) {
            if let Some(view) = self.objects.get_mut(&key).filter(|object| object.reads(&table)) {
                view.later.insert((table.clone(), column.to_owned()));
            }
        }
    }

    /// What goes with a table: its triggers, rules and policies, the sequences of its columns, and on PostgreSQL the views.
    pub(super) fn drop_objects_of(&mut self, table: &TableName) {
        if self.engine == Engine::Postgresql {
            self.drop_views_on(table);
        }
        let engine = self.engine;
        self.drop_objects_where(table, |object| {
            object.object.table.as_ref() == Some(table) || object.is_owned_by(table, None, engine)
        });
    }

    /// What goes with a column: the sequence that it owns, and what PostgreSQL's CASCADE takes, or may take.
    pub(super) fn drop_objects_of_column(&mut self, drop: &change::DropColumn) {
        let (table, engine) = (self.key(&drop.table), self.engine);
        self.drop_objects_where(&table, |object| object.is_owned_by(&table, Some(&drop.column), engine));
        if engine != Engine::Postgresql || !drop.cascade {
            return;
        }
        let views: Vec<change::Object> = self
            .objects
            .tied_to(&table)
            .filter(|(_, view)| view.reads(&table))
            .map(|(_, view)| view.object.clone())
            .collect();
        for view in views {
            let key = self.object_key(&view);
            match self.view_names(&key, &table, &drop.column) {
                Answer::No => {}
                Answer::Unknown => self.objects.doubt(&key),
                Answer::Yes => {
                    self.drop_views_on(&key.name);
                    self.objects.remove(&key);
                }
            }
        }
    }

    /// Drops what has to do with that table and is such.
    fn drop_objects_where(&mut self, table: &TableName, is_such: impl Fn(&Object) -> bool) {
        let gone = self.objects.tied_to(table).filter(|(_, object)| is_such(object)).map(|(key, _)| key.clone());
        for key in gone.collect::<Vec<_>>() {
            self.objects.remove(&key);
        }
    }

    /// Triggers, sequences and publications follow their table to its new name.
    pub(super) fn redirect_objects(&mut self, from: &TableName, to: &TableName) {
        self.redirect_views(from, to);
        let redirect = |table: &mut TableName| {
            if table == from {
                table.clone_from(to);
            }
        };
        for key in self.objects.keys_tied_to(from) {
            let Some(mut object) = self.objects.take(&key) else { continue };
            object.object.table.iter_mut().for_each(redirect);
            match &mut object.definition {
                Definition::Sequence(Sequence { owner: Some((table, _)) }) => redirect(table),
                Definition::Publication(publication) => publication.tables.iter_mut().for_each(redirect),
                _ => {}
            }
            let key = self.object_key(&object.object);
            self.objects.put(&key, object);
        }
    }

    /// Sequences, UPDATE OF triggers and PostgreSQL's views follow a column to its new name.
    pub(super) fn redirect_column(&mut self, table: &TableName, from: &str, to: &str) {
        let (table, engine) = (self.key(table), self.engine);
        let rename = |name: &mut String| {
            if same_name(name, from, engine) {
                to.clone_into(name);
            }
        };
        for key in self.objects.keys_tied_to(&table) {
            let named = self.view_names(&key, &table, from);
            let Some(object) = self.objects.get_mut(&key) else { continue };
            let later = std::mem::take(&mut object.later).into_iter();
            object.later = later
                .map(|(of, mut column)| {
                    if of == table {
                        rename(&mut column);
                    }
                    (of, column)
                })
                .collect();
            let is_of_table = object.object.table.as_ref() == Some(&table);
            match &mut object.definition {
                Definition::Sequence(Sequence { owner: Some((of, column)) }) if *of == table => rename(column),
                Definition::Trigger(Trigger { columns, .. }) if is_of_table => columns.iter_mut().for_each(rename),
                Definition::View(query) if engine == Engine::Postgresql => match named {
                    Answer::No => {}
                    Answer::Unknown => query.is_partial = true,
                    Answer::Yes => expression::rename_column(&mut query.text, from, to, engine),
                },
                _ => {}
            }
        }
    }

    /// ENABLE TRIGGER and DISABLE TRIGGER of ALTER TABLE, and the same for rules.
    pub(super) fn switch_objects(&mut self, table: &TableName, setting: &TableSetting) {
        let (kind, name, is_enabled) = match setting {
            TableSetting::EnableTrigger(name) => (ObjectKind::Trigger, name.as_ref(), true),
            TableSetting::DisableTrigger(name) => (ObjectKind::Trigger, name.as_ref(), false),
            TableSetting::EnableRule(name) => (ObjectKind::Rule, Some(name), true),
            TableSetting::DisableRule(name) => (ObjectKind::Rule, Some(name), false),
            _ => return,
        };
        let (key, engine) = (self.key(table), self.engine);
        for tied in self.objects.keys_tied_to(&key) {
            let Some(object) = self.objects.get_mut(&tied) else { continue };
            let is_named = name.is_none_or(|name| same_name(&object.object.name.name, name, engine));
            if object.object.kind == kind && object.object.table.as_ref() == Some(&key) && is_named {
                object.is_enabled = is_enabled;
            }
        }
    }

    /// The object under the names by which it and its table are kept.
    fn kept_object(&self, object: &change::Object) -> change::Object {
        let name = self.object_key(object).name;
        change::Object { kind: object.kind, name, table: object.table.as_ref().map(|table| self.key(table)) }
    }

    fn kept_definition(&self, definition: &Definition) -> Definition {
        let mut definition = definition.clone();
        match &mut definition {
            Definition::View(query) => {
                query.reads = query.reads.iter().map(|table| self.key(table)).collect();
                query.reads.sort();
                query.reads.dedup();
            }
            Definition::Sequence(Sequence { owner: Some((table, _)) }) => *table = self.key(table),
            Definition::Publication(publication) => {
                publication.tables = publication.tables.iter().map(|table| self.key(table)).collect();
            }
            _ => {}
        }
        definition
    }
}
