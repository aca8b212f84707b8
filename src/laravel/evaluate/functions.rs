//! Functions: the project's own, PHP's on known values, and the helpers of Laravel.

use std::rc::Rc;

use super::arguments::Arguments;
use super::calls::Scope;
use super::interpreter::{Evaluated, Interpreter};
use super::jobs::{is_shell, project_path};
use super::term::{Connection, Term};
use super::{lists, strings};
use crate::answer::Answer;
use crate::php::FallbackName;
use crate::source::Span;

/// Functions that leave tables and rows alone, and whose value is not computed here.
const INERT: [&str; 67] = [
    "abort",
    "array_rand",
    "base64_decode",
    "bcrypt",
    "bin2hex",
    "cache",
    "class_basename",
    "clock",
    "crc32",
    "date",
    "debug_backtrace",
    "decrypt",
    "dump",
    "dd",
    "encrypt",
    "error_log",
    "event",
    "fake",
    "file_exists",
    "fopen",
    "fclose",
    "fgetcsv",
    "flush",
    "fwrite",
    "gc_collect_cycles",
    "gettype",
    "glob",
    "hash",
    "hash_hmac",
    "hrtime",
    "ini_get",
    "ini_set",
    "info",
    "is_dir",
    "is_file",
    "json_decode",
    "logger",
    "md5",
    "memory_get_usage",
    "microtime",
    "mkdir",
    "mt_rand",
    "now",
    "ob_start",
    "parse_url",
    "php_sapi_name",
    "phpversion",
    "preg_match_all",
    "printf",
    "rand",
    "random_bytes",
    "random_int",
    "report",
    "set_time_limit",
    "serialize",
    "sha1",
    "sleep",
    "strtotime",
    "time",
    "today",
    "trans",
    "__",
    "uniqid",
    "unlink",
    "unserialize",
    "usleep",
    "var_dump",
];

impl Interpreter<'_> {
    pub fn call_function(&mut self, name: &FallbackName, arguments: &Arguments, span: Span) -> Evaluated {
        if let Some(function) = self.project_function(name) {
            return self.invoke(&function, Scope::default(), arguments, span);
        }
        let Some(short) = name.global().map(str::to_ascii_lowercase) else {
            return self.call_outside(&name.full, arguments, span);
        };
        if let Some(term) = strings::call(&short, arguments, span) {
            return Ok(term);
        }
        if let Some(term) = lists::call(&short, arguments, span) {
            return Ok(term);
        }
        if let Some(term) = self.call_with_callback(&short, arguments, span)? {
            return Ok(term);
        }
        if let Some(term) = self.ask_type(&short, arguments, span) {
            return Ok(term);
        }
        if let Some(term) = self.call_helper(&short, arguments, span)? {
            return Ok(term);
        }
        if is_shell(&short) {
            return self.call_shell(&short, arguments, span);
        }
        if INERT.contains(&short.as_str()) || strings::knows(&short) {
            self.run_callbacks(arguments, span)?;
            return Ok(Term::unknown(format!("`{short}()` is not computed")));
        }
        self.call_outside(&short, arguments, span)
    }

    /// Variables that a function may have set. One that was not set before is there to be set.
    pub fn forget_references(&mut self, function: &FallbackName, arguments: &Arguments) {
        if self.project_function(function).is_some() {
            return;
        }
        let from = match function.short() {
            "preg_match" | "preg_match_all" | "sscanf" => 2,
            "exec" | "system" | "passthru" | "parse_str" => 1,
            "sort" | "array_multisort" | "settype" => 0,
            _ => usize::MAX,
        };
        for (at, argument) in arguments.list.iter().enumerate() {
            if let Some(name) = &argument.variable
                && (at >= from || self.state.variable(name).is_none())
            {
                self.set_variable(name, Term::unknown(format!("`{}()` sets it", function.short())));
            }
        }
    }

    fn project_function(&mut self, name: &FallbackName) -> Option<Rc<crate::php::Function>> {
        let names = [Some(name.full.as_str()), name.global.as_deref()];
        names.into_iter().flatten().find_map(|name| {
            let known = self.functions.get(&name.to_ascii_lowercase()).cloned();
            known.or_else(|| self.application.function(name))
        })
    }

    /// Functions that call back.
    fn call_with_callback(&mut self, name: &str, arguments: &Arguments, span: Span) -> Evaluated<Option<Term>> {
        Ok(Some(match (name, arguments.at(0), arguments.at(1)) {
            ("array_map", Some(callback), Some(Term::Array(array))) if arguments.list.len() == 2 => {
                let (callback, array) = (callback.clone(), Rc::clone(array));
                Term::Array(Rc::new(self.map(&array, &callback, false, span)?))
            }
            ("array_filter", Some(Term::Array(array)), callback) => {
                let by_key = matches!(arguments.at(2), Some(Term::Int(2)));
                let (array, callback) = (Rc::clone(array), callback.cloned());
                Term::Array(Rc::new(self.filter(&array, callback.as_ref(), by_key, span)?))
            }
            ("array_walk", Some(Term::Array(array)), Some(callback)) => {
                let (array, callback) = (Rc::clone(array), callback.clone());
                self.map(&array, &callback, true, span)?;
                Term::Bool(true)
            }
            ("call_user_func", Some(callback), _) => {
                let callback = callback.clone();
                self.call(&callback, &arguments.rest(), span)?
            }
            ("call_user_func_array", Some(callback), Some(Term::Array(array))) => {
                let (callback, mut spread) = (callback.clone(), Arguments::of(array.values().cloned().collect(), span));
                spread.is_open = array.is_open;
                self.call(&callback, &spread, span)?
            }
            ("tap" | "with", Some(value), Some(callback)) => {
                let (value, callback) = (value.clone(), callback.clone());
                let result = self.call_value(&callback, vec![value.clone()], span)?;
                if name == "tap" { value } else { result }
            }
            ("value" | "rescue" | "retry", Some(callback @ Term::Closure(_)), _) => {
                let callback = callback.clone();
                self.call_value(&callback, Vec::new(), span)?
            }
            ("retry", _, Some(callback @ Term::Closure(_))) => {
                let callback = callback.clone();
                self.call_value(&callback, Vec::new(), span)?
            }
            ("value" | "tap" | "with", Some(value), _) => value.clone(),
            ("array_reduce", Some(Term::Array(array)), Some(callback)) => {
                let (array, callback) = (Rc::clone(array), callback.clone());
                let start = arguments.at(2).cloned().unwrap_or(Term::Null);
                self.reduce(&array, &callback, start, span)?
            }
            _ => return Ok(None),
        }))
    }

    /// `is_null`, `is_string`, `method_exists`, …
    fn ask_type(&self, name: &str, arguments: &Arguments, span: Span) -> Option<Term> {
        let term = arguments.at(0)?;
        let is_type = |names: &[&str]| match term.type_name() {
            Some(name) => Answer::from(names.contains(&name)),
            None => Answer::Unknown,
        };
        let answer = match name {
            "is_null" => is_type(&["NULL"]),
            "is_string" => is_type(&["string"]),
            "is_int" | "is_integer" | "is_long" => is_type(&["integer"]),
            "is_bool" => is_type(&["boolean"]),
            "is_float" | "is_double" => is_type(&["double"]),
            "is_array" => is_type(&["array"]),
            "is_object" => is_type(&["object"]),
            "is_callable" => Answer::from(matches!(term, Term::Closure(_))).or(Answer::Unknown),
            "is_numeric" => match term {
                Term::Text(text) => super::operators::number(&text.value).is_some().into(),
                _ => is_type(&["integer", "double"]),
            },
            "blank" => !term.truth(),
            "filled" => term.truth(),
            "class_exists" | "enum_exists" | "trait_exists" => {
                let name = term.as_string()?;
                let found = self.application.class(name.trim_start_matches('\\')).is_some();
                Answer::from(found).or(Answer::Unknown)
            }
            "method_exists" | "property_exists" => match term {
                Term::Object(id) => {
                    let object = self.state.object(*id)?;
                    let member = arguments.text(1)?;
                    let found = self.find_method(&object.class, &member).is_some();
                    Answer::from(found || object.properties.contains_key(&member))
                }
                _ => Answer::Unknown,
            },
            // Who has a connection has its driver, and of the other connections nothing is asked.
            "extension_loaded" if arguments.text(0).is_some_and(|name| name.starts_with("pdo_")) => Answer::Yes,
            "function_exists" | "defined" | "extension_loaded" => Answer::Unknown,
            "get_class" => {
                return match term {
                    Term::Object(id) => {
                        Some(Term::text(self.state.object(*id)?.class.name.clone().unwrap_or_default(), span))
                    }
                    _ => None,
                };
            }
            _ => return None,
        };
        Some(super::expressions::truth_term(answer, &format!("`{name}()` cannot be answered")))
    }

    /// Laravel's helpers.
    fn call_helper(&mut self, name: &str, arguments: &Arguments, span: Span) -> Evaluated<Option<Term>> {
        Ok(Some(match name {
            "collect" => match arguments.at(0) {
                Some(Term::Array(array) | Term::Collection(array)) => Term::Collection(Rc::clone(array)),
                Some(rows @ Term::Rows(_)) => rows.clone(),
                None => Term::Collection(Rc::default()),
                Some(other) => Term::unknown(other.why_unknown()),
            },
            "config" => self.call_config("get", arguments, span),
            "env" => self.environment(arguments, span),
            "app" | "resolve" => match arguments.at(0) {
                Some(name) => self.resolve(&name.clone(), span)?,
                None => Term::Foreign("app".into()),
            },
            "db" => Term::Connection(Connection { name: None }),
            "rescue_if" | "throw_if" | "throw_unless" | "abort_if" | "abort_unless" => Term::Null,
            "str" => arguments.at(0).cloned().unwrap_or(Term::Inert),
            "data_get" => match (arguments.at(0), arguments.text(1)) {
                (Some(subject), Some(path)) => lists::get_path(subject, &path, arguments.at(2)),
                _ => return Ok(None),
            },
            "file_get_contents" => self.read_text(arguments, span),
            "optional" => arguments.at(0).cloned().unwrap_or(Term::Null),
            "dispatch_sync" | "dispatch_now" => self.run_job(arguments.at(0), name, span)?,
            // It may be moved (`Application::storagePath`).
            "storage_path" if self.application.environment("LARAVEL_STORAGE_PATH").is_some() => {
                Term::unknown("`LARAVEL_STORAGE_PATH` moves it")
            }
            "base_path" | "app_path" | "config_path" | "database_path" | "resource_path" | "public_path"
            | "storage_path" => {
                let path = project_path(name, arguments, span);
                path.unwrap_or_else(|| Term::unknown("it is a path that is not known"))
            }
            "dispatch" => {
                self.call_outside("dispatch", arguments, span)?;
                Term::Null
            }
            "class_basename" => match arguments.text(0) {
                Some(name) => Term::text(name.rsplit('\\').next().unwrap_or_default(), span),
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }
}
