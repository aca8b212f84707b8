//! Finds the migration in its file, and runs it.

use std::rc::Rc;

use super::arguments::Arguments;
use super::branch::Flow;
use super::interpreter::{Evaluated, Interpreter, Interrupt};
use super::term::{ObjectId, Term};
use super::{Direction, Evaluation};
use crate::answer::Answer;
use crate::catalog::Catalog;
use crate::change::{Problem, Touches};
use crate::laravel::{Application, Settings};
use crate::php::{self, Class, StmtKind};
use crate::source::Span;

/// The class that every migration extends.
const BASE: &str = "Illuminate\\Database\\Migrations\\Migration";

/// Evaluates a migration file, for the tables as they stand before it.
pub fn evaluate(
    file: &php::File,
    direction: Direction,
    application: &Application,
    settings: &Settings,
    catalog: &Catalog,
) -> Evaluation {
    let mut interpreter = Interpreter::new(application, settings.clone(), catalog.clone());
    let mut evaluation = Evaluation {
        statements: Vec::new(),
        problems: Vec::new(),
        swallowed: Vec::new(),
        habits: Vec::new(),
        within_transaction: true,
        should_run: Answer::Yes,
        connection: None,
    };
    for error in &file.errors {
        interpreter.opaque("PHP", Touches::Anything, &format!("PHP cannot read it: {}", error.message), error.span);
    }
    if file.errors.is_empty()
        && let Err(interrupt) = interpreter.migrate(file, direction, &mut evaluation)
    {
        interpreter.interrupted(interrupt);
    }
    let output = interpreter.output;
    Evaluation {
        statements: output.statements,
        problems: output.problems,
        swallowed: output.swallowed,
        habits: output.habits,
        ..evaluation
    }
}

impl Interpreter<'_> {
    fn migrate(&mut self, file: &php::File, direction: Direction, evaluation: &mut Evaluation) -> Evaluated<()> {
        let start = Span::new(file.id, 0, 0);
        self.home.push(file.id);
        let Some(id) = self.migration_object(file)? else {
            self.problem("not a Laravel migration: the file neither returns an object nor declares a class", start);
            return Ok(());
        };
        evaluation.within_transaction = !matches!(self.migration_property(id, "withinTransaction"), Term::Bool(false));
        self.is_in_runners_transaction = evaluation.within_transaction && self.settings.engine.has_transactional_ddl();
        let connection = self.own_connection(id, start)?.as_string().filter(|name| !name.is_empty());
        evaluation.connection = connection.filter(|name| !application_default(self, name));
        if let Some(class) = self.state.object(id).map(|object| Rc::clone(&object.class)) {
            let lineage = self.lineage(&class);
            self.home.extend(lineage.iter().map(|class| class.span.file));
            if self.find_method(&class, "shouldRun").is_some() {
                evaluation.should_run = self.call_object(id, "shouldRun", &Arguments::default(), start)?.truth();
            }
            let method = match direction {
                Direction::Up => "up",
                Direction::Down => "down",
            };
            let has_any = ["up", "down"].iter().any(|method| self.find_method(&class, method).is_some());
            if self.find_method(&class, method).is_some() {
                self.run_method(id, method, evaluation.connection.as_deref(), start)?;
            } else if let Some(unread) = self.unread_part(&class) {
                let reason = format!("`{method}` may come from `{unread}`, which is not in the project");
                self.opaque(method, Touches::Anything, &reason, class.span);
            } else if !has_any && class.parent.as_deref() != Some(BASE) {
                self.problem("not a Laravel migration: its class has neither `up` nor `down`", class.span);
            }
        }
        Ok(())
    }

    /// The migration's own connection is the default one while it runs.
    fn run_method(&mut self, id: ObjectId, method: &str, connection: Option<&str>, span: Span) -> Evaluated<()> {
        let connection = super::term::Connection { name: connection.map(Rc::from) };
        self.discarded = Some(span);
        self.on_connection(&connection, span, |this| this.call_object(id, method, &Arguments::default(), span))?;
        Ok(())
    }

    /// `return new class extends Migration { … }`, or the class that the file declares.
    fn migration_object(&mut self, file: &php::File) -> Evaluated<Option<ObjectId>> {
        let classes: Vec<Rc<Class>> = file
            .statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                StmtKind::Class(class) if class.kind == php::ClassKind::Class => Some(Rc::clone(class)),
                _ => None,
            })
            .collect();
        for statement in &file.statements {
            if let StmtKind::Class(class) = &statement.kind {
                self.application.declare(class);
            }
        }
        if let Flow::Return(term) = self.run(&file.statements)? {
            if self.frame().is_some_and(|frame| !frame.exits.is_empty()) {
                let reason = "which migration the file returns hangs on a condition";
                self.opaque("return", Touches::Anything, reason, Span::new(file.id, 0, 0));
            }
            return Ok(match term {
                Term::Object(id) => Some(id),
                _ => None,
            });
        }
        let is_migration = |class: &&Rc<Class>| class.method("up").is_some() && !class.is_abstract;
        let chosen = classes.iter().find(|class| self.is_named_after(class, file) && !class.is_abstract);
        let chosen = chosen.or_else(|| classes.iter().find(is_migration));
        let chosen = chosen.or_else(|| classes.iter().find(|class| class.parent.is_some() && !class.is_abstract));
        let Some(class) = chosen.filter(|class| class.parent.is_some()).cloned() else { return Ok(None) };
        match self.instantiate_class(&class, &Arguments::default(), class.span)? {
            Term::Object(id) => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    /// `2014_10_12_000000_create_users_table.php` holds `CreateUsersTable`.
    fn is_named_after(&self, class: &Class, file: &php::File) -> bool {
        let path = self.application.tree().file(file.id).path.clone();
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".php");
        let words = stem.split('_').skip_while(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let studly: String = words.map(super::strings::capitalise).collect();
        class.short_name().is_some_and(|name| name.eq_ignore_ascii_case(&studly))
    }

    /// The name of the connection that the migration asks for.
    fn own_connection(&mut self, id: ObjectId, start: Span) -> Evaluated {
        let class = self.state.object(id).map(|object| Rc::clone(&object.class));
        if class.is_none_or(|class| self.find_method(&class, "getConnection").is_none()) {
            return Ok(self.migration_property(id, "connection"));
        }
        self.call_object(id, "getConnection", &Arguments::default(), start)
    }

    /// A parent or trait of the migration that cannot be read.
    fn unread_part(&self, class: &Rc<Class>) -> Option<String> {
        self.lineage(class).iter().find_map(|class| {
            let parts = class.parent.iter().chain(class.traits.iter().flat_map(|used| &used.traits));
            parts.filter(|name| *name != BASE).find(|name| self.application.class(name).is_none()).cloned()
        })
    }

    fn migration_property(&self, id: ObjectId, name: &str) -> Term {
        let object = self.state.object(id);
        object.and_then(|object| object.properties.get(name)).cloned().unwrap_or(Term::Null)
    }

    fn interrupted(&mut self, interrupt: Interrupt) {
        match interrupt {
            Interrupt::Stop(Problem { span, reason }) => self.opaque("what follows", Touches::Anything, &reason, span),
            Interrupt::Throw { what, span } => self.problem(format!("throws `{what}` whenever it gets here"), span),
            Interrupt::Exit(span) => self.problem("`exit` ends it here, before it is logged as run", span),
        }
    }
}

fn application_default(interpreter: &Interpreter, name: &str) -> bool {
    interpreter.application.is_default_connection(name)
}
