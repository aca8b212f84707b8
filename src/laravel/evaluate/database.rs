//! `DB` and connections: SQL that the migration writes itself, transactions, and what the engine decides.

use std::rc::Rc;

use super::arguments::Arguments;
use super::facade::raw;
use super::interpreter::{Evaluated, Interpreter};
use super::query::Query;
use super::schema::is_question_or_setting;
use super::term::{Connection, FROM_DATABASE, Term};
use crate::answer::Answer;
use crate::change::{Touches, TransactionStep};
use crate::engine::Engine;
use crate::laravel::Settings;
use crate::source::Span;

impl Interpreter<'_> {
    pub fn call_database(
        &mut self,
        connection: &Connection,
        method: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        match method {
            "connection" => Ok(Term::Connection(self.connection_of(arguments.at(0), connection))),
            "getSchemaBuilder" | "schema" => Ok(Term::Schema(connection.clone())),
            "raw" => {
                arguments.at(0).into_iter().for_each(|sql| self.note_built_sql(sql, span));
                Ok(raw(arguments.at(0), span))
            }
            "query" if !arguments.list.is_empty() => {
                self.on_connection(connection, span, |this| Ok(this.ask(arguments, span)))
            }
            "table" | "query" => {
                let table = if method == "table" { arguments.text(0) } else { None };
                Ok(Term::Query(Rc::new(Query::of_table(table, connection.clone()))))
            }
            "transaction" => match arguments.at(0).cloned() {
                Some(callback) => {
                    self.begin_transaction(span);
                    let result = self.call_value(&callback, vec![Term::Connection(connection.clone())], span);
                    self.end_transaction(TransactionStep::Commit, span);
                    result
                }
                None => Ok(Term::Null),
            },
            "beginTransaction" => {
                self.begin_transaction(span);
                Ok(Term::Null)
            }
            "commit" => {
                self.end_transaction(TransactionStep::Commit, span);
                Ok(Term::Null)
            }
            "rollBack" | "rollback" => {
                self.end_transaction(TransactionStep::Rollback, span);
                Ok(Term::Null)
            }
            // PDO is asked through the connection, which is all that is known of it.
            "getPdo" | "getPDO" | "getReadPdo" | "getDoctrineConnection" => Ok(Term::Connection(connection.clone())),
            "enableQueryLog"
            | "disableQueryLog"
            | "listen"
            | "reconnect"
            | "purge"
            | "disconnect"
            | "useWriteConnectionWhenReading"
            | "setDefaultConnection"
            | "unsetEventDispatcher"
            | "recordsHaveBeenModified"
            | "flushQueryLog" => Ok(Term::Null),
            _ => self.on_connection(connection, span, |this| this.database_call(method, arguments, span)),
        }
    }

    fn database_call(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        match method {
            "statement" | "unprepared" | "insert" | "update" | "delete" | "affectingStatement" | "exec"
            | "executeStatement" | "executeUpdate" => {
                let bindings = bindings_of(arguments.get(1, "bindings"));
                if arguments.list.is_empty() && arguments.is_open {
                    self.send_term(Some(&Term::unknown("an unknown list is spread into the call")), &bindings, span);
                }
                self.send_term(arguments.get(0, "query").or_else(|| arguments.at(0)), &bindings, span);
                Ok(Term::unknown("it is what the database answers"))
            }
            "getDoctrineSchemaManager" => Ok(Term::SchemaManager),
            "select"
            | "selectOne"
            | "selectFromWriteConnection"
            | "selectResultSets"
            | "scalar"
            | "cursor"
            | "executeQuery" => Ok(self.ask(arguments, span)),
            "prepare" => {
                let given = self.ask(arguments, span);
                let is_known = arguments.at(0).is_some_and(|query| !query.is_unknown());
                Ok(if is_known { Term::Inert } else { given })
            }
            "getAttribute" if matches!(arguments.at(0), Some(Term::Int(PDO_DRIVER_NAME))) => {
                Ok(Term::text(pdo_driver(&self.settings), span))
            }
            "getDriverName" => Ok(Term::text(driver_name(&self.settings), span)),
            "getConfig" => Ok(self.connection_setting(arguments, span)),
            "getTablePrefix" => Ok(Term::text(self.settings.prefix.clone(), span)),
            "isMaria" if self.settings.engine.is_mysql_family() => {
                Ok(Term::Bool(self.settings.engine == Engine::Mariadb))
            }
            "getName" | "getDefaultConnection" => Ok(self.configured("database.default", span)),
            "withoutPretending" | "pretend" | "afterCommit" => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::Null)
            }
            _ => {
                let name = format!("DB::{method}");
                if self.application.macro_named(&name).is_some() {
                    return self.run_macro(Term::Connection(Connection { name: None }), &name, arguments, span);
                }
                self.run_callbacks(arguments, span)?;
                if !is_question_or_setting(method) {
                    let reason = format!("`DB::{method}` is a macro that phasewise does not know");
                    self.opaque(&format!("DB::{method}"), Touches::Anything, &reason, span);
                }
                Ok(Term::unknown(format!("`{method}` asks the database")))
            }
        }
    }

    /// What is sent for the rows that it gives. Nothing says that it only reads.
    fn ask(&mut self, arguments: &Arguments, span: Span) -> Term {
        if let Some(query) = arguments.get(0, "query").or_else(|| arguments.at(0))
            && self.may_write(query, span)
        {
            self.send_term(Some(query), &bindings_of(arguments.get(1, "bindings")), span);
            return Term::Inert;
        }
        Term::unknown(FROM_DATABASE)
    }

    fn connection_setting(&self, arguments: &Arguments, span: Span) -> Term {
        match arguments.text(0).as_deref() {
            Some("driver") => Term::text(driver_name(&self.settings), span),
            Some("prefix") => Term::text(self.settings.prefix.clone(), span),
            Some("prefix_indexes") => Term::Bool(self.settings.prefix_indexes),
            Some(option) => {
                let default = self.application.config("database.default");
                let crate::laravel::Value::Str(default) = default else {
                    return Term::unknown("the default connection is not known");
                };
                Term::from_value(&self.application.config(&format!("database.connections.{default}.{option}")), span)
            }
            None => Term::unknown("it is a connection's configuration"),
        }
    }

    /// `DB::connection() instanceof MySqlConnection`
    pub fn is_connection_class(&self, class: &str) -> Answer {
        let engine = match class.rsplit('\\').next() {
            Some("MySqlConnection") => return self.settings.engine.is_mysql_family().into(),
            Some("MariaDbConnection") => Engine::Mariadb,
            Some("PostgresConnection") => Engine::Postgresql,
            Some("SQLiteConnection") => Engine::Sqlite,
            Some("SqlServerConnection") => Engine::Sqlserver,
            _ => return Answer::Unknown,
        };
        (self.settings.engine == engine).into()
    }
}

/// `PDO::ATTR_DRIVER_NAME`
pub(super) const PDO_DRIVER_NAME: i64 = 16;

/// What PDO calls the engine: it has one driver for MySQL and MariaDB.
fn pdo_driver(settings: &Settings) -> &'static str {
    match settings.engine {
        Engine::Mariadb => "mysql",
        _ => driver_name(settings),
    }
}

/// What Laravel calls the engine. Up to 10 there is no driver `mariadb`.
pub(super) fn driver_name(settings: &Settings) -> &'static str {
    match settings.engine {
        Engine::Mysql => "mysql",
        Engine::Mariadb if settings.major <= 10 => "mysql",
        Engine::Mariadb => "mariadb",
        Engine::Postgresql => "pgsql",
        Engine::Sqlite => "sqlite",
        Engine::Sqlserver => "sqlsrv",
    }
}

/// The bindings as SQL literals; `?` for one that is not known.
fn bindings_of(term: Option<&Term>) -> Vec<String> {
    let Some(Term::Array(array)) = term else { return Vec::new() };
    array
        .values()
        .map(|term| match term {
            Term::Null => "NULL".to_owned(),
            // Laravel binds a boolean as an integer.
            Term::Bool(value) => i32::from(*value).to_string(),
            Term::Int(_) | Term::Float(_) | Term::Raw(_) => term.as_string().unwrap_or_default(),
            Term::Text(_) | Term::ClassString(_) => {
                format!("'{}'", term.as_string().unwrap_or_default().replace('\'', "''"))
            }
            _ => "?".to_owned(),
        })
        .collect()
}
