//! A step as a Laravel migration.
//!
//! Each statement is written with `Schema` and `Blueprint` where what those send is the very change, and as
//! `DB::statement` otherwise. What is written is evaluated by our own front end: what it sends is what the plan file says.

use std::collections::BTreeMap;

use super::blueprint;
use super::error::EmitError;
use super::guard::{self, Guard};
use super::php;
use super::way_back::way_back;
use super::written::{self, Rollback, Written, is_copied};
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement};
use crate::laravel::evaluate::{Direction, Evaluation, evaluate};
use crate::lint::{LaravelProject, Lint, MigrationFile, Script};
use crate::php as tree;
use crate::plan::{Migration, Step};

/// Where statements stand in a method.
const INDENT: usize = 8;

/// What writes the migrations of one project.
pub(super) struct Author<'a> {
    pub(super) lint: &'a Lint<'a>,
    pub(super) project: &'a LaravelProject<'a>,
}

impl Author<'_> {
    /// The migration of a step, for the tables as they stand before it. `words` say what it is part of.
    pub(super) fn write(
        &self,
        step: &Step,
        migration: &Migration,
        catalog: &Catalog,
        words: &str,
    ) -> Result<Written, EmitError> {
        let guard = Guard::of(migration, catalog.engine());
        let where_empty = self.where_empty(step);
        let up = where_empty.clone() + &self.body(step, &migration.statements, &guard, catalog)?;
        let mut after = catalog.clone();
        migration.statements.iter().for_each(|statement| after.apply_statement(statement));
        let back = way_back(&migration.statements, catalog);
        let (down, rollback) = match &back {
            Ok(statements) if statements.is_empty() => {
                (format!("{:INDENT$}// There is nothing to take back.\n", ""), Rollback::Sql(Vec::new()))
            }
            Ok(statements) => {
                let sql: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
                let down = where_empty + &self.body(step, statements, &guard, &after)?;
                (down, if is_copied(step) { written::copied_back(&sql) } else { Rollback::Sql(sql) })
            }
            Err(reason) => (refusal(reason), Rollback::None(reason.clone())),
        };
        let text = class(words, migration, catalog, &up, &down);
        let text = self.with_ignored(step, &text, catalog);
        let sent = self.evaluate(&text, Direction::Up, catalog);
        check(step, &migration.statements, &sent)?;
        Ok(Written { text, sql: sent.statements.into_iter().map(|statement| statement.sql).collect(), rollback })
    }

    /// What leaves a table with rows to the tool that copies it.
    fn where_empty(&self, step: &Step) -> String {
        let Some(table) = step.table.as_ref().filter(|_| is_copied(step)) else { return String::new() };
        let table = table.to_string();
        let table = php::quoted(table.strip_prefix(&self.project.settings.prefix).unwrap_or(&table));
        format!(
            "{:INDENT$}// Where the table has rows, a tool makes this change while the application writes: the plan says how.\n\
             {:INDENT$}if (DB::table({table})->exists()) {{\n{:INDENT$}    return;\n{:INDENT$}}}\n\n",
            "", "", "", ""
        )
    }

    fn body(
        &self,
        step: &Step,
        statements: &[Statement],
        guard: &Guard,
        catalog: &Catalog,
    ) -> Result<String, EmitError> {
        let plain = |sql: &String| format!("{:INDENT$}DB::statement({});\n", "", php::quoted(sql));
        let mut parts: Vec<String> = Vec::new();
        if !guard.before.is_empty() {
            parts.push(guard.before.iter().map(plain).collect());
        }
        let mut catalog = catalog.clone();
        for statement in statements {
            parts.push(self.statement(&step.id, statement, &catalog)?);
            catalog.apply_statement(statement);
        }
        if !guard.after.is_empty() {
            parts.push(guard.after.iter().map(plain).collect());
        }
        Ok(parts.join("\n"))
    }

    fn statement(&self, step: &str, statement: &Statement, catalog: &Catalog) -> Result<String, EmitError> {
        let prefix = &self.project.settings.prefix;
        let sends_it = |code: &String| {
            let sent = self.evaluate(&class_around(code), Direction::Up, catalog);
            sent.problems.is_empty() && sent.swallowed.is_empty() && is_same(&sent.statements, statement)
        };
        if let Some(code) = blueprint::candidates(statement, prefix, INDENT).into_iter().find(sends_it) {
            return Ok(code);
        }
        if statement.sql.is_empty() {
            let reason = "what it does to rows stands in PHP, and no SQL is known for it";
            return Err(EmitError::step(step, reason, "put it in a migration of its own"));
        }
        let method = if guard::is_unprepared(statement) { "unprepared" } else { "statement" };
        let sql = php::quoted(statement.sql.trim_end());
        let bindings: Option<Vec<String>> = statement.bindings.iter().map(|literal| php::of_literal(literal)).collect();
        let bindings = bindings.ok_or_else(|| {
            EmitError::step(step, "a value that it binds is not known", "put it in a migration of its own")
        })?;
        let bindings = if bindings.is_empty() { String::new() } else { format!(", [{}]", bindings.join(", ")) };
        Ok(format!("{:INDENT$}DB::{method}({sql}{bindings});\n", ""))
    }

    /// The text with a comment above each line whose finding the plan settles, so that it lints clean by itself.
    fn with_ignored(&self, step: &Step, text: &str, catalog: &Catalog) -> String {
        let (file, sent) = self.read(text, Direction::Up, catalog);
        let script =
            Script { is_in_transaction: sent.within_transaction, statements: sent.statements, ..Script::default() };
        let mut before = catalog.clone();
        before.begin_batch();
        let named = MigrationFile { name: step.id.clone(), path: file.path.clone(), shares_file: false };
        let outcome = self.lint.deploy(&before, &named, &script, &BTreeMap::new());
        let mut ignored: Vec<(usize, String)> = Vec::new();
        for finding in outcome.findings.iter().filter(|finding| finding.is_open() && finding.span.file == file.id) {
            let Some(settled) = step.settles.iter().find(|settled| settled.rule == finding.rule) else { continue };
            let line = file.position(finding.span.start).line;
            ignored.push((line, format!("phasewise-ignore {}: {}", settled.rule, php::in_comment(&settled.words))));
        }
        ignored.sort();
        ignored.dedup();
        written::with_comments(text, &ignored, "//")
    }

    fn evaluate(&self, text: &str, direction: Direction, catalog: &Catalog) -> Evaluation {
        self.read(text, direction, catalog).1
    }

    fn read(
        &self,
        text: &str,
        direction: Direction,
        catalog: &Catalog,
    ) -> (std::rc::Rc<crate::source::SourceFile>, Evaluation) {
        let file = self.lint.tree.put("a migration of the plan", text.to_owned());
        let read = tree::read(&file);
        let evaluation = evaluate(&read, direction, &self.project.application, &self.project.settings, catalog);
        (file, evaluation)
    }
}

/// The proof that the file sends what the plan says.
fn check(step: &Step, wanted: &[Statement], sent: &Evaluation) -> Result<(), EmitError> {
    let changes = |statements: &[Statement]| -> Vec<SchemaChange> {
        let all = statements.iter().flat_map(|statement| &statement.changes).map(|change| change.what.clone());
        all.filter(|change| !matches!(change, SchemaChange::SetVariable(_))).collect()
    };
    if let Some(problem) = sent.problems.first() {
        return Err(EmitError::step(&step.id, &*problem.reason, "this is a fault of phasewise: please report it"));
    }
    if changes(wanted) == changes(&sent.statements) {
        return Ok(());
    }
    let reason = "what Laravel would send is not what the plan says";
    Err(EmitError::step(&step.id, reason, "this is a fault of phasewise: please report it"))
}

/// A migration that sends those statements, for which there is no way back.
pub(super) fn one_way(words: &str, statements: &[Statement], is_outside: bool) -> String {
    let call = |statement: &Statement| {
        let method = if guard::is_unprepared(statement) { "unprepared" } else { "statement" };
        format!("{:INDENT$}DB::{method}({});\n", "", php::quoted(&statement.sql))
    };
    let up: String = statements.iter().map(call).collect();
    let down = format!("{:INDENT$}// The plan was given up.\n", "");
    parts(Some(words), property(is_outside), &up, &down)
}

/// Whether those statements ask for the one change, in the same way.
fn is_same(sent: &[Statement], wanted: &Statement) -> bool {
    let [sent] = sent else { return false };
    let changes = |statement: &Statement| -> Vec<SchemaChange> {
        statement.changes.iter().map(|change| change.what.clone()).collect()
    };
    sent.online == wanted.online && sent.guard == wanted.guard && changes(sent) == changes(wanted)
}

fn refusal(reason: &str) -> String {
    format!(
        "{:INDENT$}throw new RuntimeException({});\n",
        "",
        php::quoted(&format!("This cannot be taken back: {reason}."))
    )
}

fn class_around(up: &str) -> String {
    parts(None, "", up, "")
}

fn class(words: &str, migration: &Migration, catalog: &Catalog, up: &str, down: &str) -> String {
    let is_outside = catalog.engine().has_transactional_ddl() && !migration.is_in_transaction;
    parts(Some(words), property(is_outside), up, down)
}

fn property(is_outside: bool) -> &'static str {
    if is_outside { "    public $withinTransaction = false;\n\n" } else { "" }
}

fn parts(words: Option<&str>, property: &str, up: &str, down: &str) -> String {
    let both = format!("{up}{down}");
    let mut uses = vec!["Illuminate\\Database\\Migrations\\Migration"];
    for (class, mark) in [
        ("Illuminate\\Database\\Schema\\Blueprint", "Blueprint"),
        ("Illuminate\\Support\\Facades\\DB", "DB::"),
        ("Illuminate\\Support\\Facades\\Schema", "Schema::"),
    ] {
        if both.contains(mark) {
            uses.push(class);
        }
    }
    let uses: Vec<String> = uses.iter().map(|class| format!("use {class};\n")).collect();
    let uses = uses.concat();
    let comment = words.map_or(String::new(), |words| {
        let options =
            textwrap::Options::new(115).break_words(false).word_separator(textwrap::WordSeparator::AsciiSpace);
        let lines = textwrap::wrap(words, options);
        let lines: Vec<String> = lines.iter().map(|line| format!(" * {}\n", php::in_comment(line))).collect();
        format!("/**\n{} */\n", lines.concat())
    });
    format!(
        "<?php\n\n{uses}\n{comment}return new class extends Migration\n{{\n{property}    public function up(): void\n    \
         {{\n{up}    }}\n\n    public function down(): void\n    {{\n{down}    }}\n}};\n"
    )
}
