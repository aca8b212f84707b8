//! SQLite's way of changing what ALTER TABLE cannot: the table is made anew, filled from the old one, and takes its name.
//!
//! Whoever wrote the statements, they are judged as the changes of columns and keys that they amount to. On other engines
//! the same loses what is written meanwhile, so there they stay what they are.

mod difference;

use std::borrow::Cow;

use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::{AddIndex, Change, CreateTable, Opaque, SchemaChange, Statement, TableName, Touches};
use crate::engine::Engine;
use crate::sql::{Copy, copied};

/// How many statements a rebuild may have.
const MAX_STATEMENTS: usize = 64;

/// The statements, with those that rebuild a table turned into what they change of it.
pub fn rebuilds_recognised<'s>(statements: &'s [Statement], catalog: &Catalog) -> Cow<'s, [Statement]> {
    if catalog.engine() != Engine::Sqlite {
        return Cow::Borrowed(statements);
    }
    let mut catalog = catalog.clone();
    let mut found: Vec<Statement> = Vec::with_capacity(statements.len());
    while let Some(rest) = statements.get(found.len()..).filter(|rest| !rest.is_empty()) {
        let rebuilt = Rebuild::begins(rest, &catalog).map(|rebuild| rewritten(&rebuild, rest, &catalog));
        let next = rebuilt.unwrap_or_else(|| rest.iter().take(1).cloned().collect());
        for statement in &next {
            catalog.apply_statement(statement);
        }
        found.extend(next);
    }
    Cow::Owned(found)
}

/// A table that is made anew.
struct Rebuild<'s> {
    table: TableName,
    created: &'s CreateTable,
    /// Where the statement stands that makes it.
    created_at: usize,
    copy: Copy,
    /// The indexes that are built on it.
    indexes: Vec<&'s AddIndex>,
    length: usize,
}

/// A rebuild as far as it has been followed.
#[derive(Default)]
struct Steps<'s> {
    created: Option<(usize, &'s CreateTable)>,
    copy: Option<Copy>,
    /// The table that is made anew, by the name it has before and after.
    old: Option<TableName>,
    /// Where its rows were put aside, if they were.
    aside: Option<TableName>,
    is_old_dropped: bool,
    indexes: Vec<&'s AddIndex>,
    /// The name that the new table took.
    taken: Option<TableName>,
}

impl<'s> Rebuild<'s> {
    /// The rebuild that the statements begin with.
    fn begins(statements: &'s [Statement], catalog: &Catalog) -> Option<Self> {
        let begins =
            |change: &Change| matches!(change.what, SchemaChange::CreateTable(_) | SchemaChange::RenameTable(_));
        statements.first().filter(|statement| statement.changes.iter().any(begins))?;
        let mut steps = Steps::default();
        let mut length = None;
        for (at, statement) in statements.iter().take(MAX_STATEMENTS).enumerate() {
            let goes_on = statement.guard.is_none()
                && statement.changes.iter().all(|change| steps.follow(&change.what, statement, at, catalog));
            if !goes_on {
                break;
            }
            // What follows may build its indexes, or merely end the transaction.
            if steps.is_done() && (length.is_none() || statement.changes.iter().any(is_index)) {
                length = Some(at + 1);
            }
        }
        let length = length?;
        let (created_at, created) = steps.created?;
        let table = steps.old.filter(|old| *old == steps.taken.unwrap_or_else(|| created.table.clone()))?;
        Some(Self { table, created, created_at, copy: steps.copy?, indexes: steps.indexes, length })
    }
}

fn is_index(change: &Change) -> bool {
    matches!(change.what, SchemaChange::AddIndex(_))
}

impl<'s> Steps<'s> {
    fn is_done(&self) -> bool {
        let is_named = match (&self.created, &self.aside) {
            (Some(_), Some(_)) => true,
            _ => self.taken.is_some(),
        };
        self.copy.is_some() && self.is_old_dropped && is_named
    }

    /// Whether the change is the next step of a rebuild.
    fn follow(&mut self, change: &'s SchemaChange, statement: &Statement, at: usize, catalog: &Catalog) -> bool {
        match change {
            SchemaChange::SetVariable(_) => true,
            // One that ends half-way lets others write into what is dropped next.
            SchemaChange::Transaction(_) => (self.copy.is_none() && self.aside.is_none()) || self.is_done(),
            // What changes nothing; among it the drop of a table that nobody else sees.
            SchemaChange::Opaque(opaque) => opaque.touches == Touches::Nothing,
            SchemaChange::CreateTable(create) if create.is_temporary => self.follow_aside(create, statement),
            SchemaChange::CreateTable(create) => {
                let is_first = self.created.is_none() && !create.has_more_columns;
                self.created = Some((at, create));
                is_first
            }
            SchemaChange::DataRows(_) => self.follow_copy(statement),
            SchemaChange::DropTable(drop) => self.follow_drop(&drop.table, catalog),
            SchemaChange::RenameTable(rename) => self.follow_rename(&rename.table, &rename.to, catalog),
            SchemaChange::AddIndex(add) => {
                let created = self.created.map(|(_, create)| &create.table);
                let is_own = created == Some(&add.table) || self.taken.as_ref() == Some(&add.table);
                self.indexes.push(add);
                is_own
            }
            _ => false,
        }
    }

    /// The older trick: all rows are put aside in a table of the session.
    fn follow_aside(&mut self, create: &CreateTable, statement: &Statement) -> bool {
        let is_first = self.aside.is_none() && self.created.is_none();
        self.aside = Some(create.table.clone());
        self.old = copied(&statement.sql, Engine::Sqlite).map(|copy| copy.from);
        is_first && self.old.is_some()
    }

    fn follow_copy(&mut self, statement: &Statement) -> bool {
        let Some(copy) = copied(&statement.sql, Engine::Sqlite) else { return false };
        let is_into_new = self.created.is_some_and(|(_, create)| create.table == copy.to);
        let is_first = self.copy.is_none();
        let is_from_old = self.aside.as_ref().is_none_or(|aside| *aside == copy.from);
        self.copy = Some(copy);
        is_into_new && is_first && is_from_old
    }

    fn follow_drop(&mut self, table: &TableName, catalog: &Catalog) -> bool {
        let is_old = match (&self.aside, &self.copy) {
            // The rows are safe in the new table, or in what was put aside.
            (Some(aside), Some(_)) => aside == table,
            (Some(_), None) => self.created.is_none() && self.old.as_ref() == Some(table),
            (None, Some(copy)) => copy.from == *table,
            (None, None) => false,
        };
        if self.aside.is_none() {
            self.old = Some(table.clone());
        }
        let is_first = !self.is_old_dropped;
        self.is_old_dropped = true;
        is_old && is_first && (self.aside.is_some() || catalog.has_table(table) != Answer::No)
    }

    fn follow_rename(&mut self, from: &TableName, to: &TableName, catalog: &Catalog) -> bool {
        let Some((_, create)) = self.created else {
            let is_first = self.aside.is_none();
            (self.old, self.aside) = (Some(from.clone()), Some(to.clone()));
            return is_first && catalog.has_table(from) != Answer::No;
        };
        let is_new = create.table == *from && self.is_old_dropped && self.aside.is_none();
        // `ALTER TABLE main.new RENAME TO old` names no schema behind TO.
        self.taken = self.old.clone().filter(|old| old.name == to.name);
        is_new && self.taken.is_some()
    }
}

/// The statements of a rebuild: the one that makes the table tells what the whole changes, and the others are part of that.
fn rewritten(rebuild: &Rebuild<'_>, statements: &[Statement], catalog: &Catalog) -> Vec<Statement> {
    let reason = format!("it is a step of making `{}` anew", rebuild.table);
    let idle = |change: &Change| match &change.what {
        SchemaChange::SetVariable(_) | SchemaChange::Transaction(_) | SchemaChange::Opaque(_) => change.clone(),
        what => {
            let what = what.kind().replace('-', " ").to_ascii_uppercase();
            let opaque = Opaque { what, touches: Touches::Nothing, reason: reason.clone() };
            Change { what: SchemaChange::Opaque(opaque), span: change.span }
        }
    };
    let rewrite = |(at, statement): (usize, &Statement)| {
        let changes = if at == rebuild.created_at {
            let changes = difference::changes(rebuild, catalog).into_iter();
            changes.map(|what| Change { what, span: statement.span }).collect()
        } else {
            statement.changes.iter().map(idle).collect()
        };
        Statement { changes, ..statement.clone() }
    };
    statements.iter().take(rebuild.length).enumerate().map(rewrite).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Era;
    use crate::source::{SourceMap, Tree};
    use crate::sql;

    const TABLE: &str = "CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, age varchar, \
         old text, CHECK (age > 0)); CREATE INDEX users_name_index ON users (name); CREATE UNIQUE INDEX users_age_unique ON users (age);";

    fn read(sql: &str, engine: Engine) -> Vec<Statement> {
        let file = Tree::new("").put("migration.sql", sql.to_owned());
        sql::read(sql, &SourceMap::verbatim(file.id, 0, sql.len() as u32), engine).statements
    }

    fn replay(catalog: &mut Catalog, statements: &[Statement]) {
        for statement in statements {
            catalog.apply_statement(statement);
        }
    }

    /// What each statement of a migration is judged as.
    fn check(engine: Engine, migration: &str) -> String {
        let mut catalog = Catalog::new(engine);
        catalog.enter(Era::History);
        replay(&mut catalog, &read(TABLE, engine));
        catalog.begin_batch();
        let statements = read(migration, engine);
        let found = rebuilds_recognised(&statements, &catalog);
        assert_eq!(found.len(), statements.len(), "every statement stays");
        let mut out = String::new();
        for change in found.iter().flat_map(|statement| &statement.changes) {
            if !matches!(&change.what, SchemaChange::Opaque(opaque) if opaque.touches == Touches::Nothing) {
                out.push_str(&change.what.description());
                out.push('\n');
            }
        }
        let mut replayed = catalog.clone();
        replay(&mut replayed, &statements);
        replay(&mut catalog, &found);
        let columns = |catalog: &Catalog| -> Option<Vec<String>> {
            let table = catalog.table(&TableName::new("users"))?;
            let mut names: Vec<_> = table.columns.iter().map(|column| column.definition.name.clone()).collect();
            names.sort();
            Some(names)
        };
        assert_eq!(columns(&catalog), columns(&replayed), "it ends in the same columns");
        out
    }

    const NEW: &str =
        "(id integer PRIMARY KEY AUTOINCREMENT NOT NULL, full_name varchar NOT NULL, age integer NOT NULL, nick text)";
    const COPY: &str = "(id, full_name, age) SELECT id, name, age FROM";

    #[test]
    fn a_new_table_that_takes_the_name_is_what_it_changes() {
        insta::assert_snapshot!(check(
            Engine::Sqlite,
            &format!(
                "PRAGMA foreign_keys = OFF; BEGIN; CREATE TABLE new_users {NEW}; INSERT INTO new_users {COPY} users; DROP TABLE users; \
                 ALTER TABLE new_users RENAME TO users; CREATE INDEX users_name_index ON users (full_name); COMMIT; PRAGMA foreign_keys = ON"
            )
        ));
    }

    #[test]
    fn an_old_table_that_is_put_aside_is_what_is_changed() {
        insta::assert_snapshot!(check(
            Engine::Sqlite,
            &format!(
                "ALTER TABLE users RENAME TO tmp; CREATE TABLE users {NEW}; INSERT INTO users {COPY} tmp; DROP TABLE tmp; \
                 ALTER TABLE users ADD later int"
            )
        ));
    }

    #[test]
    fn rows_that_a_table_of_the_session_keeps_are_the_same_rows() {
        insta::assert_snapshot!(check(
            Engine::Sqlite,
            &format!(
                "CREATE TEMPORARY TABLE __temp__users AS SELECT id, name, age, old FROM users; DROP TABLE users; \
                 CREATE TABLE users {NEW}; INSERT INTO users {COPY} __temp__users; DROP TABLE __temp__users"
            )
        ));
    }

    #[test]
    fn what_loses_rows_or_stops_midway_is_no_rebuild() {
        insta::assert_snapshot!(check(
            Engine::Sqlite,
            &format!(
                "CREATE TABLE n {NEW}; INSERT INTO n {COPY} users WHERE id > 5; DROP TABLE users; ALTER TABLE n RENAME TO users"
            )
        ));
        insta::assert_snapshot!(check(Engine::Sqlite, &format!("CREATE TABLE n {NEW}; INSERT INTO n {COPY} users")));
        insta::assert_snapshot!(check(
            Engine::Sqlite,
            &format!(
                "CREATE TABLE n {NEW}; INSERT INTO n {COPY} users; DROP TABLE users; ALTER TABLE n RENAME TO people"
            )
        ));
    }

    #[test]
    fn on_other_engines_writes_are_lost_meanwhile() {
        insta::assert_snapshot!(check(
            Engine::Postgresql,
            "CREATE TABLE n (id int, name text, age text, old text); INSERT INTO n SELECT * FROM users; DROP TABLE users; \
             ALTER TABLE n RENAME TO users"
        ));
    }
}
