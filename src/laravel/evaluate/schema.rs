//! The schema builder: what it sends, and what it answers from the tables as they stand.

use super::arguments::Arguments;
use super::branch::Condition;
use super::calls::to_closure;
use super::expressions::truth_term;
use super::interpreter::{Evaluated, Interpreter, stop};
use super::term::{Connection, Term};
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::Touches;
use crate::engine::Engine;
use crate::laravel::{Argument, Settings};
use crate::source::{SourceMap, Span};

impl Interpreter<'_> {
    pub fn call_schema(
        &mut self,
        connection: &Connection,
        method: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        if method == "connection" {
            return Ok(Term::Schema(self.connection_of(arguments.at(0), connection)));
        }
        if method == "getConnection" {
            return Ok(Term::Connection(connection.clone()));
        }
        self.on_connection(connection, span, |this| this.schema_call(method, arguments, span))
    }

    /// Runs with the settings of another connection. Nothing is known of the tables of another database.
    pub fn on_connection(
        &mut self,
        connection: &Connection,
        span: Span,
        run: impl FnOnce(&mut Self) -> Evaluated,
    ) -> Evaluated {
        let Some(name) = &connection.name else { return run(self) };
        let Some(settings) = self.application.settings_of(name, &self.settings) else {
            return run(self);
        };
        if settings.engine != self.settings.engine {
            self.problem(
                format!("the connection `{name}` is {}, which is not linted here", settings.engine.title()),
                span,
            );
            return Ok(Term::unknown("it comes from another database"));
        }
        let outer_settings = std::mem::replace(&mut self.settings, settings);
        let outer_catalog = (!self.application.is_same_database(name)).then(|| {
            let mut unknown = Catalog::new(self.settings.engine);
            unknown.forget_absences();
            std::mem::replace(&mut self.state.catalog, unknown)
        });
        let result = run(self);
        self.settings = outer_settings;
        if let Some(catalog) = outer_catalog {
            self.state.catalog = catalog;
        }
        result
    }

    pub fn connection_of(&self, name: Option<&Term>, current: &Connection) -> Connection {
        match name {
            None | Some(Term::Null) => current.clone(),
            Some(term) => match term.as_string() {
                Some(name) if !self.application.is_default_connection(&name) => Connection { name: Some(name.into()) },
                _ => Connection { name: None },
            },
        }
    }

    fn schema_call(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        match method {
            "create" | "table" | "drop" | "dropIfExists" | "rename" | "dropColumns" => {
                self.change_table(method, arguments, span)
            }
            "hasTable" | "hasColumn" | "hasColumns" | "hasIndex" => Ok(self.has(method, arguments)),
            "whenTableHasColumn" | "whenTableDoesntHaveColumn" | "whenTableHasIndex" | "whenTableDoesntHaveIndex" => {
                self.when_table(method, arguments, span)
            }
            "disableForeignKeyConstraints" | "enableForeignKeyConstraints" => {
                self.toggle_foreign_keys(method == "enableForeignKeyConstraints", span);
                Ok(Term::Bool(true))
            }
            "withoutForeignKeyConstraints" => {
                let Some(callback) = arguments.at(0) else { return Ok(Term::Null) };
                self.toggle_foreign_keys(false, span);
                let result = self.call_value(callback, Vec::new(), span)?;
                self.toggle_foreign_keys(true, span);
                Ok(result)
            }
            "defaultStringLength" => {
                if let Some(length) = arguments.at(0).and_then(Term::as_int) {
                    self.settings.string_length = u32::try_from(length).unwrap_or(255);
                }
                Ok(Term::Null)
            }
            "dropAllTables" | "dropAllViews" | "dropAllTypes" | "createDatabase" | "dropDatabaseIfExists" => {
                self.opaque(method, Touches::Anything, &format!("`{method}` is not replayed"), span);
                Ok(Term::Null)
            }
            _ => {
                let name = format!("Schema::{method}");
                if self.application.macro_named(&name).is_some() {
                    return self.run_macro(Term::Schema(Connection { name: None }), &name, arguments, span);
                }
                self.run_callbacks(arguments, span)?;
                if !is_question_or_setting(method) {
                    self.opaque(
                        &format!("Schema::{method}"),
                        Touches::Anything,
                        &format!("`Schema::{method}` is a macro that phasewise does not know"),
                        span,
                    );
                }
                let listed = self.list_of_table(method, arguments, span);
                Ok(listed.unwrap_or_else(|| Term::unknown(format!("`Schema::{method}` asks the database"))))
            }
        }
    }

    fn change_table(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let first = if method == "rename" { "from" } else { "table" };
        let name = arguments.get(0, first);
        let Some(name) = name.and_then(Term::as_string) else {
            let why = name.map_or_else(|| "it is missing".to_owned(), Term::why_unknown);
            let reason = format!("the table's name is not known: {why}");
            self.opaque(&format!("Schema::{method}"), Touches::Anything, &reason, span);
            return Ok(Term::Null);
        };
        let takes_closure = matches!(method, "table" | "create");
        let callback = arguments.get(1, "callback").filter(|_| takes_closure);
        let closure = callback.and_then(to_closure);
        let values = || {
            let rest = self.values(arguments).0.into_iter().skip(1);
            rest.filter(|argument| argument.name.as_deref() != Some(first)).collect::<Vec<Argument>>()
        };
        let command = match method {
            "table" => None,
            "create" => Some(("create", Vec::new())),
            "dropColumns" => Some(("dropColumn", values())),
            "rename" => Some(("rename", values())),
            "drop" => Some(("drop", Vec::new())),
            _ => Some(("dropIfExists", Vec::new())),
        };
        if takes_closure && closure.is_none() {
            return Err(stop(format!("`Schema::{method}` needs a closure"), span));
        }
        self.describe(&name, command, closure.as_deref(), span)
    }

    fn has(&self, method: &str, arguments: &Arguments) -> Term {
        let Some(table) = arguments.get(0, "table").and_then(Term::as_string) else {
            return Term::unknown("the table's name is not known");
        };
        let table = self.table_name(&table);
        let catalog = &self.state.catalog;
        let answer = match (method, arguments.at(1)) {
            ("hasTable", _) => catalog.has_table(&table),
            ("hasColumn", Some(column)) => {
                column.as_string().map_or(Answer::Unknown, |column| catalog.has_column(&table, &column))
            }
            ("hasColumns", Some(Term::Array(columns))) if columns.is_known() => {
                let names = columns.values().filter_map(Term::as_string);
                Answer::all(names.map(|column| catalog.has_column(&table, &column)))
            }
            ("hasIndex", Some(index)) => self.has_index(&table, index, arguments.at(2)),
            _ => Answer::Unknown,
        };
        // Nobody listed what stands in another schema, or another database of the MySQL family.
        let answer = if table.schema.is_some() { answer.or(Answer::Unknown) } else { answer };
        truth_term(answer, "the tables before this migration are not fully known")
    }

    fn has_index(&self, name: &crate::change::TableName, index: &Term, kind: Option<&Term>) -> Answer {
        let catalog = &self.state.catalog;
        let engine = catalog.engine();
        let Some(table) = catalog.table(name) else { return catalog.has_table(name) };
        let columns: Vec<String> = match index {
            Term::Array(columns) => columns.values().filter_map(Term::as_string).collect(),
            index => {
                let Some(index) = index.as_string() else { return Answer::Unknown };
                return match kind {
                    None => table.has_index(&index, engine),
                    Some(_) => table.has_index(&index, engine).and(Answer::Unknown),
                };
            }
        };
        let kind = kind.and_then(Term::as_string);
        let is_it = |found: &crate::catalog::Index| {
            found.definition.columns().eq(columns.iter().map(String::as_str))
                && (kind.as_deref() != Some("unique") || found.definition.is_unique)
        };
        let is_primary = table.primary_key == columns && kind.as_deref().is_none_or(|kind| kind != "unique");
        match is_primary || table.indexes.iter().any(is_it) {
            true => Answer::Yes,
            false if table.is_partial => Answer::Unknown,
            false => Answer::No,
        }
    }

    fn when_table(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let question = if method.ends_with("Column") { "hasColumn" } else { "hasIndex" };
        let wants = !method.contains("Doesnt");
        let callback = arguments.get(2, "callback").or_else(|| arguments.at(2)).cloned();
        let (Some(table), Some(callback)) = (arguments.at(0).and_then(Term::as_string), callback) else {
            return Ok(Term::Null);
        };
        let Some(closure) = to_closure(&callback) else { return Ok(Term::Null) };
        let subject = Arguments { list: arguments.list.iter().take(2).cloned().collect(), is_open: false };
        let answer = self.has(question, &subject).truth();
        let call = |this: &mut Self| this.describe(&table, None, Some(&closure), span);
        match answer {
            Answer::Unknown => {
                let texts: Vec<_> = subject.list.iter().map(|argument| self.source(argument.span)).collect();
                let holds = format!("Schema::{question}({})", texts.join(", "));
                let fails = format!("! {holds}");
                let condition = if wants { Condition::new(&holds, &fails) } else { Condition::new(&fails, &holds) };
                self.fork_terms(&condition, call, |_| Ok(Term::Null))
            }
            answer if answer.is_yes() == wants => call(self),
            _ => Ok(Term::Null),
        }
    }

    fn toggle_foreign_keys(&mut self, is_on: bool, span: Span) {
        let sql = foreign_key_sql(&self.settings, is_on);
        self.send_sql(&sql, &SourceMap::new(span), &[]);
    }

    /// `->when($condition, function ($it) { … })` of the builder, of `$table` and of a column.
    pub fn call_when(&mut self, it: &Term, wants: bool, arguments: &Arguments, span: Span) -> Evaluated {
        let Some(condition) = arguments.list.first() else { return Ok(it.clone()) };
        let truth = if wants { condition.term.truth() } else { !condition.term.truth() };
        let callbacks = [arguments.at(1).cloned(), arguments.at(2).cloned()];
        let [then, otherwise] = callbacks;
        let value = condition.term.clone();
        let call = |this: &mut Self, callback: Option<Term>| match callback {
            Some(callback) => this.call_value(&callback, vec![it.clone(), value.clone()], span),
            None => Ok(it.clone()),
        };
        match truth {
            Answer::Yes => call(self, then),
            Answer::No => call(self, otherwise),
            Answer::Unknown => {
                let text = self.source(condition.span);
                let (holds, fails) = (text.clone(), format!("! ({text})"));
                let condition = if wants { Condition::new(&holds, &fails) } else { Condition::new(&fails, &holds) };
                self.fork_terms(&condition, |this| call(this, then), |this| call(this, otherwise))
            }
        }
    }
}

/// What the grammars' `compileEnableForeignKeyConstraints` and its opposite give, without the semicolon.
fn foreign_key_sql(settings: &Settings, is_on: bool) -> String {
    match settings.engine {
        Engine::Mysql | Engine::Mariadb => format!("SET FOREIGN_KEY_CHECKS={}", u8::from(is_on)),
        Engine::Postgresql => format!("SET CONSTRAINTS ALL {}", if is_on { "IMMEDIATE" } else { "DEFERRED" }),
        Engine::Sqlite if settings.major >= 11 => format!("pragma foreign_keys = {}", u8::from(is_on)),
        Engine::Sqlite => format!("PRAGMA foreign_keys = {}", if is_on { "ON" } else { "OFF" }),
        Engine::Sqlserver if is_on => {
            "EXEC sp_msforeachtable @command1=\"print '?'\", @command2=\"ALTER TABLE ? WITH CHECK CHECK CONSTRAINT all\""
                .to_owned()
        }
        Engine::Sqlserver => "EXEC sp_msforeachtable \"ALTER TABLE ? NOCHECK CONSTRAINT all\"".to_owned(),
    }
}

/// Whether a method of the schema builder or of a connection only asks, or says how later calls behave.
pub(super) fn is_question_or_setting(method: &str) -> bool {
    const STARTS: [&str; 21] = [
        "get",
        "has",
        "is",
        "set",
        "use",
        "enable",
        "disable",
        "flush",
        "forget",
        "allow",
        "prevent",
        "default",
        "morph",
        "register",
        "unset",
        "query",
        "on",
        "log",
        "when",
        "blueprintResolver",
        "select",
    ];
    STARTS.iter().any(|start| method.starts_with(start))
        || matches!(
            method,
            "scalar"
                | "cursor"
                | "bind"
                | "bindings"
                | "prepareBindings"
                | "total"
                | "resetTotalQueryDuration"
                | "quote"
                | "escape"
                | "lastInsertId"
                | "inTransaction"
                | "transactionLevel"
                | "totalQueryDuration"
                | "errorInfo"
                | "errorCode"
        )
}
