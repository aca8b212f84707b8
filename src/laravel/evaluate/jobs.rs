//! Work that a migration starts besides its own: jobs that run at once, files that it reads, commands of the shell.

use std::rc::Rc;

use super::arguments::Arguments;
use super::interpreter::{Evaluated, Interpreter};
use super::support::normalised;
use super::term::Term;
use crate::change::Touches;
use crate::php;
use crate::source::Span;

/// Texts of more bytes are not read into a migration.
const MAX_TEXT_FILE: usize = 1024 * 1024;

/// Whether a job that is dispatched by that name runs before the call returns.
pub(super) fn runs_at_once(method: &str) -> bool {
    matches!(method, "dispatchSync" | "dispatchNow" | "dispatch_sync" | "dispatch_now")
}

/// Functions of PHP that run a command, or code that is not at hand.
pub(super) fn is_shell(function: &str) -> bool {
    matches!(
        function,
        "exec"
            | "shell_exec"
            | "system"
            | "passthru"
            | "proc_open"
            | "popen"
            | "pcntl_exec"
            | "eval"
            | "create_function"
    )
}

impl Interpreter<'_> {
    /// A command may reach the database, whatever is done with what it prints.
    pub fn call_shell(&mut self, what: &str, arguments: &Arguments, span: Span) -> Evaluated {
        self.run_callbacks(arguments, span)?;
        if self.away.is_some() {
            self.lost_on_the_way();
        } else {
            self.opaque(what, Touches::Anything, &format!("runs `{what}`, which phasewise cannot follow"), span);
        }
        Ok(Term::unknown("it is what a command gave"))
    }

    /// `dispatch_sync(new Job)`
    pub fn run_job(&mut self, job: Option<&Term>, method: &str, span: Span) -> Evaluated {
        if let Some(Term::Object(id)) = job {
            let class = self.state.object(*id).map(|object| Rc::clone(&object.class));
            let handle = ["handle", "__invoke"].into_iter();
            let found =
                class.and_then(|class| handle.clone().find(|handle| self.find_method(&class, handle).is_some()));
            if let Some(handle) = found {
                return self.call_object(*id, handle, &Arguments::default(), span);
            }
        }
        let what = match job {
            Some(Term::Foreign(class)) => format!("{method}({class})"),
            _ => method.to_owned(),
        };
        self.call_shell(&what, &Arguments::default(), span)
    }

    /// `file_get_contents('dump.sql')` of a file of the project.
    pub fn read_text(&self, arguments: &Arguments, span: Span) -> Term {
        let path = arguments.text(0).map(|path| normalised(&path));
        let file = path.and_then(|path| self.application.tree().read(&path).ok());
        let Some(file) = file.filter(|file| file.text.len() <= MAX_TEXT_FILE) else {
            return Term::unknown("it is the text of a file that is not in the project");
        };
        let mut text = php::Text::new(file.text.clone(), span);
        if !text.value.is_empty() {
            text.map.add(0..text.value.len(), span);
        }
        Term::Text(Rc::new(text))
    }
}

/// `database_path('dump.sql')`: a path in the project.
pub(super) fn project_path(function: &str, arguments: &Arguments, span: Span) -> Option<Term> {
    let directory = match function {
        "base_path" => "",
        "app_path" => "app",
        "config_path" => "config",
        "database_path" => "database",
        "resource_path" => "resources",
        "public_path" => "public",
        "storage_path" => "storage",
        _ => return None,
    };
    let below = match arguments.at(0) {
        None => String::new(),
        Some(term) => term.as_string()?,
    };
    Some(Term::text(normalised(&format!("{directory}/{below}")), span))
}
