//! Who answers a call: the project's classes, a facade or object of the framework, or nobody that is at hand.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::arguments::Arguments;
use super::calls::{Scope, to_closure};
use super::interpreter::{Evaluated, Interpreter};
use super::term::{Connection, Term};
use crate::change::Touches;
use crate::php::{Class, ClassKind, ClassName};
use crate::source::Span;

/// What a class of the framework is to a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facade {
    Schema,
    Database,
    Strings,
    Arrays,
    Config,
    Container,
    Artisan,
    Raw,
    /// The base class of models.
    Model,
    /// `Bus`
    Jobs,
    /// `File`
    Files,
    /// `Process`
    Shell,
    Closure,
    /// Cannot touch the database.
    Inert,
}

/// Facades and classes whose calls have no effect on tables: logs, caches, dates, files, the console.
const INERT: [&str; 50] = [
    "ArrayObject",
    "Auth",
    "Blade",
    "Cache",
    "Carbon",
    "CarbonImmutable",
    "CarbonPeriod",
    "ConsoleOutput",
    "Context",
    "Cookie",
    "Crypt",
    "Date",
    "DateInterval",
    "DateTime",
    "DateTimeImmutable",
    "DateTimeZone",
    "Event",
    "Exception",
    "Factory",
    "Feature",
    "Gate",
    "Hash",
    "Http",
    "InvalidArgumentException",
    "Lang",
    "Log",
    "Lottery",
    "Mail",
    "Notification",
    "Number",
    "Password",
    "ProgressBar",
    "Queue",
    "RateLimiter",
    "Redirect",
    "Redis",
    "Request",
    "Response",
    "Route",
    "RuntimeException",
    "Session",
    "Sleep",
    "Storage",
    "Stringable",
    "URL",
    "Ulid",
    "Uuid",
    "Validator",
    "View",
    "stdClass",
];

/// The namespaces in which those names are what they seem to be.
const INERT_NAMESPACES: [&str; 11] = [
    "",
    "Illuminate\\Support\\Facades",
    "Illuminate\\Support",
    "Carbon",
    "Ramsey\\Uuid",
    "Symfony\\Component\\Uid",
    "Symfony\\Component\\Console\\Output",
    "Symfony\\Component\\Console\\Helper",
    "Laravel\\Pennant",
    "Faker",
    "Webpatser\\Uuid",
];

fn facade(class: &str) -> Option<Facade> {
    let (namespace, short) = class.rsplit_once('\\').unwrap_or(("", class));
    let is_facade = matches!(namespace, "" | "Illuminate\\Support\\Facades");
    match (namespace, short) {
        (_, "Schema") if is_facade => Some(Facade::Schema),
        (_, "DB") if is_facade => Some(Facade::Database),
        ("Illuminate\\Database\\Capsule", "Manager") => Some(Facade::Database),
        (_, "Config") if is_facade => Some(Facade::Config),
        (_, "App") if is_facade => Some(Facade::Container),
        (_, "Artisan") if is_facade => Some(Facade::Artisan),
        (_, "Bus") if is_facade => Some(Facade::Jobs),
        (_, "File") if is_facade => Some(Facade::Files),
        (_, "Process") if is_facade => Some(Facade::Shell),
        ("", "Closure") => Some(Facade::Closure),
        ("" | "Illuminate\\Support", "Str") => Some(Facade::Strings),
        ("" | "Illuminate\\Support", "Arr") => Some(Facade::Arrays),
        ("Illuminate\\Database\\Query", "Expression") => Some(Facade::Raw),
        ("Illuminate\\Database\\Eloquent", "Model") | ("", "Eloquent") => Some(Facade::Model),
        _ if INERT.contains(&short) && INERT_NAMESPACES.contains(&namespace) => Some(Facade::Inert),
        _ => None,
    }
}

impl Interpreter<'_> {
    pub fn call_static(&mut self, class: &ClassName, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(class) = self.class_of(class) {
            return self.call_project_class(&class, method, arguments, span);
        }
        let Some(name) = self.class_name(class) else { return Ok(Term::unknown("the class is not known")) };
        if matches!(class, ClassName::ParentClass)
            && let Some(model) = self.class_name(&ClassName::StaticClass).and_then(|name| self.application.model(&name))
        {
            return self.call_model(&model, method, arguments, span);
        }
        if matches!(class, ClassName::ParentClass) && (name.starts_with("Illuminate\\") || method == "__construct") {
            // The framework's own constructors and hooks.
            return Ok(Term::Null);
        }
        match facade(&name) {
            Some(Facade::Schema) => self.call_schema(&Connection { name: None }, method, arguments, span),
            Some(Facade::Database) => self.call_database(&Connection { name: None }, method, arguments, span),
            Some(Facade::Strings) => self.call_str(method, arguments, span),
            Some(Facade::Arrays) => self.call_arr(method, arguments, span),
            Some(Facade::Config) => Ok(self.call_config(method, arguments, span)),
            Some(Facade::Container) => self.call_container(method, arguments, span),
            Some(Facade::Artisan) => self.call_artisan(method, arguments, span),
            Some(Facade::Shell) => self.call_shell(&format!("{name}::{method}"), arguments, span),
            Some(Facade::Jobs) if super::jobs::runs_at_once(method) => self.run_job(arguments.at(0), method, span),
            Some(Facade::Files) if method == "get" => Ok(self.read_text(arguments, span)),
            Some(Facade::Closure) => match (method, arguments.at(0).and_then(to_closure)) {
                ("fromCallable" | "bind", Some(closure)) => Ok(Term::Closure(closure)),
                _ => Ok(Term::unknown("it is a callable that is not known")),
            },
            Some(Facade::Inert | Facade::Raw | Facade::Model | Facade::Jobs | Facade::Files) => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::Inert)
            }
            None => self.call_unread_class(&name, method, arguments, span),
        }
    }

    /// A class that is not at hand. One that is asked as only models are is taken for a model that is gone by now.
    fn call_unread_class(&mut self, name: &str, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if name.contains("\\Jobs\\") && method.starts_with("dispatch") && !super::jobs::runs_at_once(method) {
            return Ok(Term::Inert);
        }
        let is_asked_as_model = super::query::is_of_queries(method) && arguments.table().is_none();
        let model = self.application.model(name);
        match model.or_else(|| is_asked_as_model.then(|| crate::laravel::application::conventional(name))) {
            Some(model) => self.call_model(&model, method, arguments, span),
            None => self.call_outside(&format!("{name}::{method}"), arguments, span),
        }
    }

    fn call_project_class(&mut self, class: &Rc<Class>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if class.kind == ClassKind::Enum && matches!(method, "cases" | "from" | "tryFrom") {
            return self.call_enum(class, method, arguments);
        }
        if let Some(found) = self.find_method(class, method) {
            // `parent::up()` and `self::add()` keep the object.
            let this = if found.is_static { None } else { self.frame().and_then(|frame| frame.this.clone()) };
            let static_class = match &this {
                Some(Term::Object(id)) => self.state.object(*id).map(|object| Rc::clone(&object.class)),
                _ => None,
            };
            let static_class = static_class.unwrap_or_else(|| Rc::clone(class));
            let scope =
                Scope { this, class: Some(found.class), static_class: Some(static_class), captured: BTreeMap::new() };
            return self.invoke(&found.function, scope, arguments, span);
        }
        let name = class.name.clone().unwrap_or_default();
        if let Some(model) = self.application.model(&name) {
            return self.call_model(&model, method, arguments, span);
        }
        self.call_inherited(class, &name, method, arguments, span)
    }

    fn call_enum(&mut self, class: &Rc<Class>, method: &str, arguments: &Arguments) -> Evaluated {
        let cases = self.cases(class)?;
        if method == "cases" {
            return Ok(cases);
        }
        let (Term::Array(cases), Some(value)) = (&cases, arguments.at(0)) else { return Ok(Term::Null) };
        let found = cases
            .values()
            .find(|case| matches!(case, Term::Case(case) if super::operators::identical(&case.value, value).is_yes()));
        Ok(found.cloned().unwrap_or_else(|| Term::unknown("the case is not known")))
    }

    pub fn call_method(&mut self, object: &Term, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        match object {
            Term::Table(table) => self.call_table(*table, method, arguments, span),
            Term::Definition(definition) => self.call_definition(*definition, method, arguments, span),
            Term::Schema(connection) => self.call_schema(connection, method, arguments, span),
            Term::Connection(connection) => self.call_database(connection, method, arguments, span),
            Term::SchemaManager => {
                if !super::inspection::is_question(method) {
                    let reason = format!("`{method}` of Doctrine's schema manager is not followed");
                    self.opaque(method, Touches::Anything, &reason, span);
                }
                Ok(self.call_schema_manager(method, arguments, span))
            }
            Term::Details(table) => Ok(self.call_details(table, method, arguments)),
            Term::Query(query) => self.call_query(query, method, arguments, span),
            Term::Rows(query) => self.call_rows(query, method, arguments, span),
            Term::Row(row) => self.call_row(row, method, arguments, span),
            Term::Object(id) => self.call_object(*id, method, arguments, span),
            Term::Collection(array) => self.call_collection(array, method, arguments, span),
            Term::Closure(closure) => match method {
                "__invoke" | "call" => self.call_closure(closure, arguments, span),
                _ => Ok(object.clone()),
            },
            Term::Case(case) => match self.find_method(&case.class, method) {
                Some(found) => self.call_case(object, &found, arguments, span),
                None => Ok(Term::unknown(format!("`{method}` of an enum cannot be read"))),
            },
            Term::Foreign(what) => self.call_foreign(what, method, arguments, span),
            Term::Inert => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::Inert)
            }
            Term::Unknown(_) => {
                self.call_unknown(object, method, arguments, span)?;
                Ok(object.clone())
            }
            Term::Null => {
                self.problem(format!("PHP refuses it: call to a member function {method}() on null"), span);
                Ok(Term::Inert)
            }
            _ => self.call_unknown(object, method, arguments, span),
        }
    }

    /// A method of an enum: its `$this` is the case.
    fn call_case(
        &mut self,
        case: &Term,
        found: &super::classes::Found,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        let Term::Case(inner) = case else { return Ok(Term::Null) };
        let scope = Scope {
            this: Some(case.clone()),
            class: Some(Rc::clone(&found.class)),
            static_class: Some(Rc::clone(&inner.class)),
            captured: BTreeMap::new(),
        };
        self.invoke(&found.function, scope, arguments, span)
    }

    /// An object of a class that the container or a constructor would have made.
    fn call_foreign(&mut self, what: &Rc<str>, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(class) = self.application.class(what) {
            let object = self.instantiate_class(&class, &Arguments::default(), span)?;
            return self.call_method(&object, method, arguments, span);
        }
        self.call_outside(&format!("{what}->{method}"), arguments, span)
    }
}

/// `new` of a class of the framework or of PHP.
pub(super) fn new_of_framework(name: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    match facade(name)? {
        Facade::Raw => Some(raw(arguments.at(0), span)),
        Facade::Inert => Some(Term::Inert),
        _ => None,
    }
}

/// A constant of a class that is not at hand.
pub(super) fn constant_of_framework(class: &str, constant: &str) -> Term {
    match (class, constant) {
        ("PDO", "ATTR_DRIVER_NAME") => Term::Int(super::database::PDO_DRIVER_NAME),
        ("PDO", name) if let Some(number) = option_of_pdo(name) => Term::Int(number),
        ("Pdo\\Mysql", name) if let Some(number) = option_of_pdo(&format!("MYSQL_{name}")) => Term::Int(number),
        _ => Term::unknown(format!("`{class}::{constant}` cannot be read")),
    }
}

/// The options that configurations give connections, by the numbers that PDO has for them (`ext/pdo/php_pdo_driver.h`,
/// `ext/pdo_mysql/php_pdo_mysql_int.h`).
fn option_of_pdo(name: &str) -> Option<i64> {
    Some(match name {
        "ATTR_TIMEOUT" => 2,
        "ATTR_ERRMODE" => 3,
        "ATTR_CASE" => 8,
        "ATTR_PERSISTENT" => 12,
        "ATTR_STRINGIFY_FETCHES" => 17,
        "ATTR_EMULATE_PREPARES" => 20,
        "MYSQL_ATTR_USE_BUFFERED_QUERY" => 1000,
        "MYSQL_ATTR_LOCAL_INFILE" => 1001,
        "MYSQL_ATTR_INIT_COMMAND" => 1002,
        "MYSQL_ATTR_COMPRESS" => 1003,
        "MYSQL_ATTR_SSL_KEY" => 1007,
        "MYSQL_ATTR_SSL_CERT" => 1008,
        "MYSQL_ATTR_SSL_CA" => 1009,
        "MYSQL_ATTR_SSL_CAPATH" => 1010,
        "MYSQL_ATTR_SSL_CIPHER" => 1011,
        "MYSQL_ATTR_MULTI_STATEMENTS" => 1013,
        "MYSQL_ATTR_SSL_VERIFY_SERVER_CERT" => 1014,
        _ => return None,
    })
}

/// What the container gives for a parameter or property of that type.
pub(super) fn injected(types: &[String]) -> Term {
    let Some(name) = types.iter().find(|name| name.contains('\\') || name.starts_with(char::is_uppercase)) else {
        return Term::Null;
    };
    match name.as_str() {
        "Illuminate\\Database\\Schema\\Builder" => Term::Schema(Connection { name: None }),
        "Illuminate\\Database\\Connection"
        | "Illuminate\\Database\\ConnectionInterface"
        | "Illuminate\\Database\\DatabaseManager"
        | "Illuminate\\Database\\ConnectionResolverInterface" => Term::Connection(Connection { name: None }),
        name if facade(name) == Some(Facade::Inert) => Term::Inert,
        name => Term::Foreign(name.into()),
    }
}

/// `DB::raw(…)`
pub(super) fn raw(value: Option<&Term>, span: Span) -> Term {
    match value {
        Some(Term::Text(text) | Term::Raw(text)) => Term::Raw(Rc::clone(text)),
        Some(term) => match term.as_string() {
            Some(text) => Term::Raw(Rc::new(crate::php::Text::new(text, span))),
            None => term.clone(),
        },
        None => Term::Null,
    }
}
