//! `Str`, `Arr`, `config()`, `env()` and the container.

use std::rc::Rc;

use super::arguments::Arguments;
use super::facade::injected;
use super::interpreter::{Evaluated, Interpreter, stop};
use super::lists;
use super::strings;
use super::term::{Connection, Term};
use crate::change::Touches;
use crate::eloquent::inflect;
use crate::laravel::{Key, Value};
use crate::source::Span;

impl Interpreter<'_> {
    pub fn call_str(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let Some(subject) = arguments.text(0) else {
            self.run_callbacks(arguments, span)?;
            return Ok(Term::unknown(format!("`Str::{method}` is not computed")));
        };
        let second = arguments.text(1);
        let text = match (method, &second) {
            ("snake", None) => inflect::snake(&subject),
            ("plural", None) => inflect::plural(&subject),
            ("studly", _) => studly(&subject),
            ("camel", _) => strings::lower_first(&studly(&subject)),
            ("kebab", _) => inflect::snake(&subject).replace('_', "-"),
            ("lower", _) => subject.to_lowercase(),
            ("upper", _) => subject.to_uppercase(),
            ("ucfirst", _) => strings::capitalise(&subject),
            ("title", _) => subject.split(' ').map(strings::capitalise).collect::<Vec<_>>().join(" "),
            ("after", Some(mark)) => subject.split_once(mark.as_str()).map_or(&*subject, |(_, after)| after).to_owned(),
            ("afterLast", Some(mark)) => {
                subject.rsplit_once(mark.as_str()).map_or(&*subject, |(_, after)| after).to_owned()
            }
            ("before", Some(mark)) => {
                subject.split_once(mark.as_str()).map_or(&*subject, |(before, _)| before).to_owned()
            }
            ("beforeLast", Some(mark)) => {
                subject.rsplit_once(mark.as_str()).map_or(&*subject, |(before, _)| before).to_owned()
            }
            ("finish", Some(end)) => format!("{}{end}", subject.trim_end_matches(end.as_str())),
            ("start", Some(start)) => format!("{start}{}", subject.trim_start_matches(start.as_str())),
            ("slug", _) => slug(&subject, second.as_deref().unwrap_or("-")),
            ("limit", None) if subject.chars().count() <= 100 => subject,
            ("startsWith", Some(start)) => return Ok(Term::Bool(subject.starts_with(start.as_str()))),
            ("endsWith", Some(end)) => return Ok(Term::Bool(subject.ends_with(end.as_str()))),
            ("contains", Some(part)) => return Ok(Term::Bool(subject.contains(part.as_str()))),
            ("length", _) => return Ok(Term::count(subject.chars().count())),
            ("replace", _) => {
                return Ok(strings::call("str_replace", arguments, span)
                    .unwrap_or_else(|| Term::unknown("`Str::replace` is not computed")));
            }
            _ => return Ok(Term::unknown(format!("`Str::{method}` is not computed"))),
        };
        Ok(Term::text(text, span))
    }

    pub fn call_arr(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let known = match (method, arguments.at(0), arguments.text(1)) {
            ("get", Some(subject), Some(path)) => Some(lists::get_path(subject, &path, arguments.at(2))),
            ("wrap", Some(array @ Term::Array(_)), _) => Some(array.clone()),
            ("wrap", Some(Term::Null) | None, _) => Some(Term::list([])),
            ("wrap", Some(term), _) if !term.is_unknown() => Some(Term::list([term.clone()])),
            ("pluck", ..) => lists::call("array_column", arguments, span),
            ("first", Some(Term::Array(array)), None) => array.values().next().cloned(),
            _ => None,
        };
        if let Some(term) = known {
            return Ok(term);
        }
        if let Some(Term::Array(array)) = arguments.at(0) {
            let array = Rc::clone(array);
            let rest = Arguments { list: arguments.list.iter().skip(1).cloned().collect(), is_open: arguments.is_open };
            return Ok(match self.call_collection(&array, method, &rest, span)? {
                Term::Collection(array) => Term::Array(array),
                term => term,
            });
        }
        Ok(Term::unknown(format!("`Arr::{method}` is not computed")))
    }

    /// `config('a.b')`, `Config::get('a.b', 'default')`
    pub fn call_config(&mut self, method: &str, arguments: &Arguments, span: Span) -> Term {
        if method == "set" || matches!(arguments.at(0), Some(Term::Array(_))) {
            return Term::Null;
        }
        let Some(key) = arguments.text(0) else { return Term::unknown("the key of the configuration is not known") };
        match self.configured(&key, span) {
            Term::Null => arguments.at(1).cloned().unwrap_or(Term::Null),
            term if method == "has" => {
                if term.is_unknown() {
                    term
                } else {
                    Term::Bool(true)
                }
            }
            term => term,
        }
    }

    /// The default connection and its driver are those that are linted for, whatever the configuration says.
    pub fn configured(&self, key: &str, span: Span) -> Term {
        if key == "app.env" {
            return Term::unknown("it hangs on where the application runs");
        }
        if key == "database.default" {
            let name = self.application.connection_name(self.settings.engine);
            return name.map_or_else(
                || Term::text(super::database::driver_name(&self.settings), span),
                |name| Term::text(name, span),
            );
        }
        let is_driver = key.strip_prefix("database.connections.").and_then(|rest| rest.strip_suffix(".driver"));
        if let Some(connection) = is_driver
            && self.application.is_default_connection(connection)
        {
            return Term::text(super::database::driver_name(&self.settings), span);
        }
        Term::from_value(&self.application.config(key), span)
    }

    pub fn environment(&self, arguments: &Arguments, span: Span) -> Term {
        let known = arguments.text(0).and_then(|name| self.application.environment(&name));
        let term = match known {
            Some(value) => Term::from_value(&value, span),
            None => arguments.at(1).cloned().unwrap_or(Term::Null),
        };
        match arguments.text(0) {
            Some(name) if !self.application.is_live() && self.is_switch(&name, &term) => {
                Term::unknown(format!("it hangs on `{name}` in the environment"))
            }
            _ => term,
        }
    }

    /// Whether a variable of the environment switches something, of which nobody can tell here how it is set where the
    /// migration will run. Names are what the project says they are, those of the database's connection above all, and
    /// so is what its configuration has switched on: most applications run with that.
    fn is_switch(&self, name: &str, term: &Term) -> bool {
        let is_name = matches!(term, Term::Text(_)) && name != "APP_ENV";
        let is_configured_on = self.home.is_empty() && term.truth().is_yes();
        !(is_name || name.starts_with("DB_") || is_configured_on)
    }

    pub fn call_container(&mut self, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        match method {
            "make" | "get" | "makeWith" | "resolve" => match arguments.at(0).cloned() {
                Some(name) => self.resolve(&name, span),
                None => Ok(Term::Null),
            },
            "environment" | "runningUnitTests" | "isProduction" | "isLocal" | "runningInConsole" => {
                Ok(Term::unknown("it hangs on where the application runs"))
            }
            _ => {
                self.run_callbacks(arguments, span)?;
                Ok(Term::Inert)
            }
        }
    }

    /// What the container makes of a name.
    pub fn resolve(&mut self, name: &Term, span: Span) -> Evaluated {
        let Some(name) = name.as_string() else { return Ok(Term::unknown("what is resolved is not known")) };
        Ok(match name.as_str() {
            "db" | "db.connection" => Term::Connection(Connection { name: None }),
            "db.schema" => Term::Schema(Connection { name: None }),
            "config" | "log" | "cache" | "cache.store" | "events" | "files" | "translator" | "hash" => Term::Inert,
            _ if name.contains("Permission\\PermissionRegistrar") => Term::Inert,
            _ => match self.application.class(&name) {
                Some(_) => return self.instantiate(&name, &Arguments::default(), span),
                None if name.starts_with(char::is_lowercase) && !name.contains('\\') => Term::Foreign(name.into()),
                None => injected(&[name]),
            },
        })
    }

    /// `require` of a file that returns something.
    pub fn include(&mut self, path: &Term, span: Span) -> Evaluated {
        let path = path.as_string().map(|path| normalised(&path));
        let Some(file) = path.and_then(|path| self.application.file(&path)) else {
            let reason = "the file that is included is not in the project";
            if self.discarded == Some(span) && self.away.is_none() {
                self.opaque("include", Touches::Anything, reason, span);
            }
            return Ok(Term::unknown(reason));
        };
        if !file.errors.is_empty() {
            return Err(stop("the included file is not valid PHP", span));
        }
        match self.run(&file.statements)? {
            super::branch::Flow::Return(term) => Ok(term),
            _ => Ok(Term::Int(1)),
        }
    }
}

pub(super) fn normalised(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn studly(text: &str) -> String {
    text.split(['-', '_', ' ']).map(strings::capitalise).collect()
}

fn slug(text: &str, separator: &str) -> String {
    let words = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(separator)
}

/// The value at `path` in an array of values.
pub(crate) fn value_at(value: &Value, path: &str) -> Value {
    let mut value = value;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let Value::Array(items) = value else {
            return match value {
                Value::Unknown(_) => value.clone(),
                _ => Value::Null,
            };
        };
        let key = super::term::key_of(part);
        match items.iter().find(|(known, _): &&(Key, Value)| *known == key) {
            Some((_, found)) => value = found,
            None => return Value::Null,
        }
    }
    value.clone()
}
