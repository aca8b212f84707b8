//! A step as files of SQL, named and marked as the project's runner wants them.

use std::collections::BTreeMap;

use super::error::EmitError;
use super::guard::Guard;
use super::way_back::way_back;
use super::written::{Rollback, copied_back, is_copied, with_comments};
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement, TableName, Touches};
use crate::engine::Engine;
use crate::lint::{Lint, MigrationFile, Script};
use crate::plan::{Migration, Step};
use crate::source::SourceMap;
use crate::sql;
use crate::sql::layout::Layout;
use crate::sql::write::Dialect;

/// Stands in a path for the number or the time that a migration gets once it is put in place.
pub(super) const AT: &str = "{at}";

/// What a runner finds of a migration: paths with [`AT`], the one that goes up first.
pub(super) struct SqlFiles {
    pub(super) files: Vec<(String, String)>,
    pub(super) sql: Vec<String>,
    pub(super) rollback: Rollback,
}

/// The layout of a project's migrations, by the example of one of its author's.
pub(super) struct Example<'a> {
    pub(super) layout: Layout,
    /// Where its file lies; for Diesel where its directory lies.
    pub(super) directory: &'a str,
    pub(super) file: &'a str,
    pub(super) has_down: bool,
}

/// The statements of a migration as texts, each way.
struct Ways {
    up: String,
    down: Option<String>,
    is_outside: bool,
}

impl Example<'_> {
    /// The files of a step named `stem`, for the tables as they stand before it.
    pub(super) fn write(
        &self,
        lint: &Lint<'_>,
        (step, migration): (&Step, &Migration),
        catalog: &Catalog,
        (name, words): (&str, &str),
    ) -> Result<SqlFiles, EmitError> {
        let engine = catalog.engine();
        let mut guarded = migration.clone();
        let writes_transaction = self.layout == Layout::Plain && migration.is_one_transaction();
        guarded.is_in_transaction = migration.is_in_transaction && (writes_transaction || self.begins_transactions());
        let guard = Guard::of(&guarded, engine);
        let guard = if writes_transaction { guard.in_transaction(engine) } else { guard };
        guarded.is_in_transaction = migration.is_in_transaction && !writes_transaction;
        let body = match step.table.as_ref().filter(|_| is_copied(step)) {
            Some(table) => where_empty(table, &migration.statements, engine),
            None => body(&migration.statements, &guard, self.layout, engine),
        };
        let body = with_ignored(lint, (step, guarded.is_in_transaction), &body, catalog);
        check(lint, step, &body, &migration.statements)?;
        let back = way_back(&migration.statements, catalog);
        let (down, rollback) = match back {
            Ok(back) if is_copied(step) && !back.is_empty() => {
                let sql: Vec<String> = back.iter().map(|statement| statement.sql.clone()).collect();
                let down = step.table.as_ref().map(|table| where_empty(table, &back, engine));
                (down, copied_back(&sql))
            }
            Ok(back) => {
                let sql = back.iter().map(|statement| statement.sql.clone()).collect();
                let guard = if back.is_empty() { Guard::default() } else { guard.clone() };
                (Some(self::body(&back, &guard, self.layout, engine)), Rollback::Sql(sql))
            }
            Err(reason) => (None, Rollback::None(reason)),
        };
        let down = match (&rollback, down) {
            (Rollback::None(_), Some(down)) => down,
            (Rollback::None(reason), None) => format!("-- This cannot be taken back: {}.\n", one_line(reason)),
            (Rollback::Sql(sql), _) if sql.is_empty() => "-- There is nothing to take back.\n".to_owned(),
            (Rollback::Sql(_), down) => down.unwrap_or_default(),
        };
        let up = format!("-- {}\n{body}", one_line(words));
        let is_outside = !migration.is_in_transaction && engine.has_transactional_ddl();
        let sent = guard.before.iter().cloned();
        let sent = sent.chain(migration.statements.iter().map(|statement| statement.sql.clone()));
        let ways = Ways { up, down: Some(down), is_outside };
        Ok(SqlFiles {
            files: self.files(name, &ways)?,
            sql: sent.chain(guard.after.iter().cloned()).collect(),
            rollback,
        })
    }

    /// A migration that goes one way.
    pub(super) fn one_way(
        &self,
        stem: &str,
        words: &str,
        statements: &[Statement],
        engine: Engine,
    ) -> Result<Vec<(String, String)>, EmitError> {
        let body = body(statements, &Guard::default(), self.layout, engine);
        let up = format!("-- {}\n{body}", one_line(words));
        self.files(stem, &Ways { up, down: None, is_outside: false })
    }

    fn begins_transactions(&self) -> bool {
        !matches!(self.layout, Layout::Plain | Layout::GolangMigrate)
    }

    fn files(&self, stem: &str, ways: &Ways) -> Result<Vec<(String, String)>, EmitError> {
        let path = |name: String| match self.directory {
            "" => name,
            directory => format!("{directory}/{name}"),
        };
        let Ways { up, down, is_outside } = ways;
        let no_transaction = |line: &str| if *is_outside { format!("{line}\n") } else { String::new() };
        let down_text = down.clone().unwrap_or_default();
        let pair = |up_name: &str, down_name: Option<&str>, head: String| {
            let mut files = vec![(path(up_name.to_owned()), format!("{head}{up}"))];
            if let (Some(name), Some(down)) = (down_name, down) {
                files.push((path(name.to_owned()), format!("{head}{down}")));
            }
            files
        };
        Ok(match self.layout {
            Layout::GolangMigrate => {
                let (up, down) = (format!("{AT}_{stem}.up.sql"), format!("{AT}_{stem}.down.sql"));
                pair(&up, Some(&down), String::new())
            }
            Layout::Sqlx | Layout::Plain => {
                let head =
                    if self.layout == Layout::Sqlx { no_transaction("-- no-transaction") } else { String::new() };
                let is_pair = self.file.ends_with(".up.sql");
                let up = if is_pair { format!("{AT}_{stem}.up.sql") } else { format!("{AT}_{stem}.sql") };
                let down = format!("{AT}_{stem}.down.sql");
                pair(&up, self.has_down.then_some(down.as_str()), head)
            }
            Layout::Flyway | Layout::Refinery => {
                let undo = format!("U{AT}__{stem}.sql");
                let undo = (self.has_down && self.layout == Layout::Flyway).then_some(undo.as_str());
                pair(&format!("V{AT}__{stem}.sql"), undo, String::new())
            }
            Layout::Dbmate => {
                let option = if *is_outside { " transaction:false" } else { "" };
                let text = format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down_text}");
                vec![(path(format!("{AT}_{stem}.sql")), text)]
            }
            Layout::Goose => {
                let head = no_transaction("-- +goose NO TRANSACTION");
                let text = format!("{head}-- +goose Up\n{up}\n-- +goose Down\n{down_text}");
                vec![(path(format!("{AT}_{stem}.sql")), text)]
            }
            Layout::Diesel => {
                let place = format!("{AT}_{stem}");
                let mut files = pair(&format!("{place}/up.sql"), Some(&format!("{place}/down.sql")), String::new());
                if *is_outside {
                    files.push((path(format!("{place}/metadata.toml")), "run_in_transaction = false\n".to_owned()));
                }
                files
            }
            layout => return Err(EmitError::Layout { runner: layout.name() }),
        })
    }
}

/// The number that orders the author's file, and how many digits it is written with; `None` where it has none.
pub(super) fn number(layout: Layout, file: &str) -> Option<(u64, usize)> {
    let name = match layout {
        Layout::Flyway | Layout::Refinery => file.strip_prefix('V')?.split("__").next()?,
        _ => file.split('_').next()?,
    };
    let digits = name.replace('-', "");
    Some((digits.parse().ok()?, digits.len()))
}

fn body(statements: &[Statement], guard: &Guard, layout: Layout, engine: Engine) -> String {
    let settings = |lines: &[String]| lines.iter().map(|line| format!("{line};\n")).collect::<Vec<_>>().concat();
    let written: String = statements.iter().map(|statement| one(statement, layout, engine)).collect();
    format!("{}{written}{}", settings(&guard.before), settings(&guard.after))
}

/// Statements for where the table has no rows: where it has some, a tool makes the change (MySQL family).
fn where_empty(table: &TableName, statements: &[Statement], engine: Engine) -> String {
    let table = Dialect(engine).table_name(table);
    let one = |statement: &Statement| {
        let sql = statement.sql.trim_end().replace('\\', "\\\\").replace('\'', "''");
        format!(
            "SET @phasewise = IF(EXISTS (SELECT 1 FROM {table}), 'do 0', '{sql}');\nPREPARE phasewise FROM @phasewise;\n\
             EXECUTE phasewise;\nDEALLOCATE PREPARE phasewise;\n"
        )
    };
    let written: String = statements.iter().map(one).collect();
    format!(
        "-- Where the table has rows, a tool makes this change while the application writes: the plan says how.\n{written}"
    )
}

/// A statement that holds others between its words says where it ends.
fn one(statement: &Statement, layout: Layout, engine: Engine) -> String {
    let sql = statement.sql.trim_end();
    let is_compound = statement.changes.iter().any(|change| matches!(change.what, SchemaChange::CreateObject(_)))
        && sql.contains(';');
    match layout {
        Layout::Goose if is_compound => format!("-- +goose StatementBegin\n{sql};\n-- +goose StatementEnd\n"),
        Layout::Plain | Layout::Flyway if is_compound && engine.is_mysql_family() => {
            format!("DELIMITER //\n{sql} //\nDELIMITER ;\n")
        }
        _ => format!("{sql};\n"),
    }
}

fn with_ignored(lint: &Lint<'_>, (step, is_in_transaction): (&Step, bool), text: &str, catalog: &Catalog) -> String {
    let file = lint.tree.put("a migration of the plan", text.to_owned());
    let map = SourceMap::verbatim(file.id, 0, text.len() as u32);
    let statements = sql::read(text, &map, catalog.engine()).statements;
    let script = Script { statements, is_in_transaction, ..Script::default() };
    let mut before = catalog.clone();
    before.begin_batch();
    let named = MigrationFile { name: step.id.clone(), path: file.path.clone(), shares_file: false };
    let outcome = lint.deploy(&before, &named, &script, &BTreeMap::new());
    let mut ignored: Vec<(usize, String)> = Vec::new();
    for finding in outcome.findings.iter().filter(|finding| finding.is_open() && finding.span.file == file.id) {
        let Some(settled) = step.settles.iter().find(|settled| settled.rule == finding.rule) else { continue };
        let at = file.position(finding.span.start).line;
        ignored.push((at, format!("phasewise-ignore {}: {}", settled.rule, one_line(&settled.words))));
    }
    ignored.sort();
    ignored.dedup();
    with_comments(text, &ignored, "--")
}

/// The proof that the text is read as what the plan says.
fn check(lint: &Lint<'_>, step: &Step, text: &str, wanted: &[Statement]) -> Result<(), EmitError> {
    let file = lint.tree.put("a migration of the plan", text.to_owned());
    let map = SourceMap::verbatim(file.id, 0, text.len() as u32);
    let read = sql::read(text, &map, lint.target.engine);
    let changes = |statements: &[Statement]| -> Vec<SchemaChange> {
        let all = statements.iter().flat_map(|statement| &statement.changes).map(|change| change.what.clone());
        let is_around = |change: &SchemaChange| match change {
            SchemaChange::SetVariable(_) | SchemaChange::Transaction(_) => true,
            SchemaChange::Opaque(opaque) => is_copied(step) && opaque.touches == Touches::Nothing,
            _ => false,
        };
        all.filter(|change| !is_around(change)).collect()
    };
    if read.problems.is_empty() && changes(&read.statements) == changes(wanted) {
        return Ok(());
    }
    let reason = "what its file would send is not what the plan says";
    Err(EmitError::step(&step.id, reason, "this is a fault of phasewise: please report it"))
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
