//! What cannot be followed: calls of code that is not at hand, and what they may have done.

use super::arguments::Arguments;
use super::calls::to_closure;
use super::interpreter::{Evaluated, Interpreter};
use super::term::{Closure, Definition, TableId, Term};
use crate::change::{Change, OnlineClauses, Opaque, SchemaChange, Statement, TableName, Touches};
use crate::laravel::Key;
use crate::php::Class;
use crate::source::Span;
use std::rc::Rc;

/// Console commands that leave tables and rows alone.
const HARMLESS_COMMANDS: [&str; 12] = [
    "cache", "config", "view", "route", "event", "optimize", "queue", "storage", "key", "schedule", "package",
    "horizon",
];

impl Interpreter<'_> {
    /// A call of something that cannot be read. Where its value is all that is wanted it is taken to do nothing else;
    /// where it is there for what it does, it may have done anything.
    pub fn call_outside(&mut self, what: &str, arguments: &Arguments, span: Span) -> Evaluated {
        self.run_callbacks(arguments, span)?;
        let table = arguments.table();
        if let Some(table) = table.filter(|_| self.application.macro_named(what).is_some()) {
            return self.call_macro(table, what, arguments, span);
        }
        let reason = format!("calls `{what}`, which phasewise cannot follow");
        if self.away.is_some() && table.is_none() {
            // What the application's own code calls in turn is of no interest one by one.
            if self.discarded == Some(span) {
                self.lost_on_the_way();
            }
            return Ok(Term::Foreign(what.into()));
        }
        match table {
            Some(table) => self.lose_table(table, what, &reason, span),
            None if self.discarded == Some(span) => self.opaque(what, Touches::Anything, &reason, span),
            None => {}
        }
        Ok(Term::Foreign(what.into()))
    }

    /// A method that the class must have from a parent or trait that cannot be read.
    pub fn call_inherited(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        method: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        if method == "__construct" {
            return Ok(Term::Null);
        }
        if matches!(method, "dispatch" | "dispatchIf" | "dispatchUnless" | "dispatchAfterResponse") {
            // A job that a worker runs when it gets to it, and no part of the migration.
            return Ok(Term::Inert);
        }
        if method == "call" && class.parent.as_deref() == Some("Illuminate\\Database\\Seeder") {
            let seeders: Vec<String> = match arguments.at(0) {
                Some(Term::Array(seeders)) => seeders.values().filter_map(Term::as_string).collect(),
                Some(term) => term.as_string().into_iter().collect(),
                None => Vec::new(),
            };
            for seeder in seeders {
                self.seed(&seeder, span)?;
            }
            return Ok(Term::Null);
        }
        let is_migration = class.parent.as_deref() == Some("Illuminate\\Database\\Migrations\\Migration");
        if is_migration && method == "getConnection" {
            return Ok(Term::Null);
        }
        self.call_outside(&format!("{name}::{method}"), arguments, span)
    }

    /// Code outside of the migration was followed, but not to its end.
    pub fn lost_on_the_way(&mut self) {
        if let Some((span, what)) = self.away.clone() {
            self.problem(format!("calls `{what}`, parts of which phasewise cannot follow"), span);
        }
    }

    /// A call on, or of, something that is not known. Where nobody takes its value, it may have done anything.
    pub fn call_unknown(&mut self, it: &Term, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        self.run_callbacks(arguments, span)?;
        let reason = match it {
            Term::Null => format!("calls `{method}` on what is `null` as far as can be seen"),
            _ => format!("calls `{method}` on something that is not known: {}", it.why_unknown()),
        };
        let otherwise = Ok(Term::unknown(it.why_unknown()));
        if let Some(table) = arguments.table() {
            self.lose_table(table, method, &reason, span);
            return otherwise;
        }
        // What only calls back was followed by calling it back.
        let only_calls_back = arguments.terms().all(|term| matches!(term, Term::Closure(_)));
        if self.discarded != Some(span) || (only_calls_back && is_iteration(method)) {
            return otherwise;
        }
        let sql = arguments.at(0).filter(|term| matches!(term, Term::Text(_) | Term::Raw(_)));
        match sql {
            _ if self.away.is_some() => self.lost_on_the_way(),
            Some(sql) if is_sent(method) => self.send_term(Some(sql), &[], span),
            _ if super::query::is_write(method) || it.is_from_database() => self.problem(reason, span),
            _ => self.opaque(method, Touches::Anything, &reason, span),
        }
        otherwise
    }

    /// Something is called by a name that is not known.
    pub fn call_unnamed_static(&mut self, class: &str, span: Span) -> Term {
        let reason = "the name of the method that is called is not known";
        if self.away.is_some() {
            self.lost_on_the_way();
        } else if self.discarded == Some(span) || matches!(class.rsplit('\\').next(), Some("Schema" | "DB")) {
            self.opaque(class, Touches::Anything, reason, span);
        }
        Term::unknown(reason)
    }

    /// A method whose name is not known: of a table it may be anything.
    pub fn call_unnamed(&mut self, object: &Term, span: Span) -> Term {
        if let Term::Table(table) | Term::Definition(Definition { table, .. }) = object {
            self.lose_table(*table, "$table", "the name of the method that is called is not known", span);
            return object.clone();
        }
        let reason = "the name of the method that is called is not known";
        match object {
            Term::Schema(_) | Term::Connection(_) => self.opaque("Schema", Touches::Anything, reason, span),
            Term::Query(_) | Term::Row(_) if self.discarded == Some(span) => self.problem(reason, span),
            _ if self.discarded == Some(span) && self.away.is_none() => {
                self.opaque("a method", Touches::Anything, reason, span);
            }
            _ => {}
        }
        Term::unknown(reason)
    }

    /// Closures that were handed to something that may call them.
    pub fn run_callbacks(&mut self, arguments: &Arguments, span: Span) -> Evaluated<()> {
        for term in arguments.terms() {
            if let Some(closure) = self.callback(term) {
                let text = format!("a callback of `{}`", self.source(span).split('(').next().unwrap_or_default());
                self.for_each_row(&text, false, |this| {
                    let parameters = closure.parameter_count();
                    let unknown = || Term::unknown("it is handed to a callback");
                    this.call_closure(
                        &closure,
                        &Arguments::of((0..parameters).map(|_| unknown()).collect(), span),
                        span,
                    )
                })?;
            }
        }
        Ok(())
    }

    /// A closure, or a method of the project that is named as PHP names callables.
    fn callback(&self, term: &Term) -> Option<Rc<Closure>> {
        match term {
            Term::Closure(closure) => Some(Rc::clone(closure)),
            Term::Array(pair) if pair.len() == 2 => {
                let method = pair.get(&Key::Int(1)).and_then(Term::as_string)?;
                let class = match pair.get(&Key::Int(0))? {
                    Term::Object(id) => Rc::clone(&self.state.object(*id)?.class),
                    Term::ClassString(name) => self.application.class(name)?,
                    _ => return None,
                };
                self.find_method(&class, &method)?;
                to_closure(term)
            }
            _ => None,
        }
    }

    pub fn call_artisan(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if !matches!(method, "call" | "queue" | "callSilent") {
            return Ok(Term::Inert);
        }
        let command = arguments.text(0);
        if let Some(seeder) = self.seeder(command.as_deref(), arguments) {
            return self.seed(&seeder, span);
        }
        let group = command.as_deref().and_then(|command| command.split([':', ' ']).next());
        if group.is_some_and(|group| HARMLESS_COMMANDS.contains(&group)) {
            return Ok(Term::Int(0));
        }
        if self.away.is_some() {
            self.lost_on_the_way();
            return Ok(Term::unknown("it is what a command gave"));
        }
        let name = command.unwrap_or_else(|| "a command".to_owned());
        let reason = format!("runs the console command `{name}`, which phasewise cannot follow");
        self.opaque(&name, Touches::Anything, &reason, span);
        Ok(Term::unknown("it is what a command gave"))
    }

    /// The seeder that `db:seed` runs.
    fn seeder(&self, command: Option<&str>, arguments: &Arguments) -> Option<String> {
        let mut words = command?.split_whitespace();
        if words.next() != Some("db:seed") {
            return None;
        }
        let written = words.find_map(|word| word.strip_prefix("--class=")).map(str::to_owned);
        let given = match arguments.at(1) {
            Some(Term::Array(options)) => {
                options.get(&Key::Str("--class".to_owned())).map(Term::as_string).unwrap_or_default()
            }
            _ => None,
        };
        let name = written.or(given).unwrap_or_else(|| "DatabaseSeeder".to_owned());
        let name = name.trim_start_matches('\\').to_owned();
        let full = if name.contains('\\') { name.clone() } else { format!("Database\\Seeders\\{name}") };
        [full, name].into_iter().find(|name| self.application.class(name).is_some())
    }

    fn seed(&mut self, seeder: &str, span: Span) -> Evaluated {
        let object = self.instantiate(seeder, &Arguments::default(), span)?;
        self.call_method(&object, "run", &Arguments::default(), span)?;
        Ok(Term::Int(0))
    }

    /// A change of which no more is known than what it may touch.
    pub fn opaque(&mut self, what: &str, touches: Touches, reason: &str, span: Span) {
        let opaque = Opaque { what: what.to_owned(), touches, reason: reason.to_owned() };
        let change = Change { what: SchemaChange::Opaque(opaque), span };
        self.send(Statement {
            sql: String::new(),
            bindings: Vec::new(),
            span,
            changes: vec![change],
            guard: None,
            online: OnlineClauses::default(),
            lost: Vec::new(),
        });
    }

    /// Something happens to a table that is being described, but what is not known.
    pub fn lose_table(&mut self, table: TableId, what: &str, reason: &str, span: Span) {
        let guard = self.guard_text();
        if let Some(draft) = self.drafts.get_mut(table.0) {
            let touches = Touches::Table(TableName::new(draft.name.clone()));
            let opaque = Opaque { what: what.to_owned(), touches, reason: reason.to_owned() };
            draft.add_opaque(guard, opaque, span);
        }
    }
}

/// Whether a method of that name takes SQL, on whatever connection it is called.
fn is_sent(method: &str) -> bool {
    matches!(method, "statement" | "unprepared" | "exec" | "query" | "affectingStatement" | "executeStatement")
}

/// Methods of collections and queries that do nothing but call back.
fn is_iteration(method: &str) -> bool {
    matches!(method, "each" | "map" | "filter" | "reject" | "transform" | "flatMap" | "mapWithKeys" | "tap" | "every")
}
