//! Which table a name without a schema is about: PostgreSQL's `search_path`, USE, and temporary tables that hide others.
//!
//! Names are completed while a script is read. A script begins in the schema that its connection looks in by default,
//! because runners open a connection for themselves and put back what a migration has set.

use std::collections::BTreeSet;

use super::named::names_in;
use crate::change::{DropTable, Opaque, SchemaChange, SetVariable, TableName, Touches, TransactionStep};
use crate::engine::Engine;

/// What names mean at one place of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    engine: Engine,
    /// The schemas that are looked in, in this order; none for the engine's own.
    path: Vec<String>,
    /// The path that ends with the transaction.
    local_path: Option<Vec<String>>,
    /// The database that the script chose before it named a table: its own, whose name changes nothing.
    home: Option<String>,
    /// Another database, that the script went over to.
    away: Option<String>,
    has_named: bool,
    /// Tables that only this session has.
    temporary: BTreeSet<String>,
    /// Tables that the script made in a schema.
    made: BTreeSet<TableName>,
}

impl Names {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            path: Vec::new(),
            local_path: None,
            home: None,
            away: None,
            has_named: false,
            temporary: BTreeSet::new(),
            made: BTreeSet::new(),
        }
    }

    /// Completes the names in `change`, and takes note of what it does to those after it. `stands` tells whether a table is
    /// known.
    pub(super) fn resolve(&mut self, change: &mut SchemaChange, stands: &dyn Fn(&TableName) -> bool) {
        if let SchemaChange::CreateTable(create) = change {
            create.is_temporary |= self.is_of_session_by_name(&create.table);
        }
        match change {
            SchemaChange::SetVariable(set) => self.set(set),
            SchemaChange::Transaction(TransactionStep::Commit | TransactionStep::Rollback) => self.local_path = None,
            SchemaChange::Opaque(opaque) if opaque.what == DROP_TEMPORARY => self.forget_temporary(opaque),
            change if self.is_of_session(change) => self.follow_temporary(change),
            change => {
                let is_new = matches!(change, SchemaChange::CreateTable(_));
                for (at, name) in names_in(change).into_iter().enumerate() {
                    self.has_named = true;
                    self.complete(name, is_new && at == 0, stands);
                }
                if let SchemaChange::CreateTable(create) = change {
                    self.temporary.remove(&self.key(&create.table.name));
                    self.made.insert(create.table.clone());
                }
            }
        }
    }

    /// Takes note of USE.
    pub(super) fn enter(&mut self, database: &str) {
        if self.home.is_none() && !self.has_named {
            self.home = Some(database.to_owned());
        }
        let is_home = self.home.as_deref().is_some_and(|home| home.eq_ignore_ascii_case(database));
        self.away = (!is_home).then(|| database.to_owned());
    }

    fn set(&mut self, set: &SetVariable) {
        if self.engine != Engine::Postgresql || set.name != "search_path" {
            return;
        }
        let path = schemas(&set.value);
        if set.is_local {
            self.local_path = Some(path);
        } else {
            (self.path, self.local_path) = (path, None);
        }
    }

    fn complete(&self, name: &mut TableName, is_new: bool, stands: &dyn Fn(&TableName) -> bool) {
        match self.engine {
            Engine::Postgresql if name.schema.is_none() => {
                let path = self.local_path.as_ref().unwrap_or(&self.path);
                let inside = |schema: &String| TableName {
                    schema: Some(schema.clone()).filter(|schema| schema != "public"),
                    name: name.name.clone(),
                };
                let known = path.iter().map(inside).find(|name| is_new || self.made.contains(name) || stands(name));
                if let Some(found) = known.or_else(|| path.first().map(inside)) {
                    *name = found;
                }
            }
            Engine::Mysql | Engine::Mariadb => match (&self.away, &self.home) {
                (Some(away), _) if name.schema.is_none() => name.schema = Some(away.clone()),
                (_, Some(home)) if name.schema.as_ref() == Some(home) => name.schema = None,
                _ => {}
            },
            Engine::Sqlserver => {
                if let Some(away) = &self.away {
                    name.schema = Some(format!("{away}.{}", name.schema.as_deref().unwrap_or("dbo")));
                }
            }
            _ => {}
        }
    }

    /// Whether the change is about a table that no other session sees.
    fn is_of_session(&self, change: &SchemaChange) -> bool {
        if let SchemaChange::CreateTable(create) = change {
            return create.is_temporary;
        }
        let is_hidden = |name: &TableName| name.schema.is_none() && self.temporary.contains(&self.key(&name.name));
        change.table().is_some_and(|name| self.is_of_session_by_name(name) || is_hidden(name))
    }

    /// `#t`, `pg_temp.t`, `temp.t`.
    fn is_of_session_by_name(&self, name: &TableName) -> bool {
        match self.engine {
            Engine::Postgresql => name.schema.as_deref() == Some("pg_temp"),
            Engine::Sqlite => name.schema.as_deref().is_some_and(|schema| schema.eq_ignore_ascii_case("temp")),
            Engine::Sqlserver => name.name.starts_with('#'),
            Engine::Mysql | Engine::Mariadb => false,
        }
    }

    fn key(&self, name: &str) -> String {
        if self.engine == Engine::Postgresql { name.to_owned() } else { name.to_ascii_lowercase() }
    }

    fn follow_temporary(&mut self, change: &mut SchemaChange) {
        let Some(table) = change.table().cloned() else { return };
        match change {
            SchemaChange::CreateTable(_) => {
                self.temporary.insert(self.key(&table.name));
                return;
            }
            SchemaChange::DropTable(DropTable { .. }) => {
                self.temporary.remove(&self.key(&table.name));
            }
            SchemaChange::RenameTable(rename) => {
                self.temporary.remove(&self.key(&table.name));
                self.temporary.insert(self.key(&rename.to.name));
            }
            _ => {}
        }
        let what = match &*change {
            SchemaChange::Opaque(opaque) => opaque.what.clone(),
            change => change.kind().replace('-', " ").to_ascii_uppercase(),
        };
        *change = SchemaChange::Opaque(of_session(what));
    }

    fn forget_temporary(&mut self, opaque: &mut Opaque) {
        if let Some(table) = opaque.touches.table() {
            self.temporary.remove(&self.key(&table.name));
        }
        *opaque = of_session(opaque.what.clone());
    }
}

/// What DROP TEMPORARY TABLE is called.
pub(super) const DROP_TEMPORARY: &str = "DROP TEMPORARY TABLE";

fn of_session(what: String) -> Opaque {
    Opaque { what, touches: Touches::Nothing, reason: "only this session has the table".to_owned() }
}

/// The schemas of a `search_path`, without those that the engine looks in anyway.
fn schemas(path: &str) -> Vec<String> {
    if path.eq_ignore_ascii_case("default") {
        return Vec::new();
    }
    let schema = |part: &str| match part.trim().strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => part.trim().trim_matches('\'').to_ascii_lowercase(),
    };
    let is_own = |schema: &String| !matches!(schema.as_str(), "" | "$user" | "pg_catalog" | "pg_temp");
    path.split(',').map(schema).filter(is_own).collect()
}
