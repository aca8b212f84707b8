//! The variables that `env()` reads: those of a checkout, or those of an application that runs.

use std::collections::BTreeMap;

use super::dotenv;
use crate::laravel::Value;
use crate::source::Tree;

#[derive(Default)]
pub(super) struct Environment {
    /// The file that was read.
    pub path: Option<String>,
    /// What Laravel would not start for.
    pub problem: Option<Problem>,
    /// Whether these are the variables that the application runs with, and no other.
    pub is_live: bool,
    variables: BTreeMap<String, String>,
    /// What was set before the file was read, which it does not overwrite.
    outside: BTreeMap<String, String>,
}

/// Why a file is not read.
pub(super) struct Problem {
    pub path: String,
    pub reason: String,
}

impl Environment {
    /// What a checkout says: `.env`, or `.env.example` where there is none.
    pub fn read(tree: &Tree) -> Self {
        let found = [".env", ".env.example"].into_iter().find(|path| tree.exists(path));
        Self::of(tree, found.map(str::to_owned), BTreeMap::new())
    }

    /// What a release says that runs with `outside` around it. Its file is named after `APP_ENV` where there is such a file
    /// (Laravel's `LoadEnvironmentVariables`).
    pub fn read_live(tree: &Tree, outside: BTreeMap<String, String>) -> Self {
        let own = outside.get("APP_ENV").filter(|name| !name.is_empty()).map(|name| format!(".env.{name}"));
        let path = own.into_iter().chain([".env".to_owned()]).find(|path| tree.exists(path));
        Self { is_live: true, ..Self::of(tree, path, outside) }
    }

    fn of(tree: &Tree, path: Option<String>, outside: BTreeMap<String, String>) -> Self {
        let Some(path) = path else { return Self { outside, ..Self::default() } };
        let (text, reason) = match tree.read(&path) {
            Ok(file) => (file.text.clone(), None),
            Err(error) => (String::new(), Some(error.to_string())),
        };
        let dotenv = dotenv::read(&text, &outside);
        let refused = dotenv.refused.map(|refusal| format!("line {}: {}", refusal.line, refusal.reason));
        let problem = reason.or(refused).map(|reason| Problem { path: path.clone(), reason });
        Self { path: Some(path), problem, is_live: false, variables: dotenv.variables, outside }
    }

    /// The variable as it is set.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.outside.get(name).or_else(|| self.variables.get(name)).map(String::as_str)
    }

    /// The variable as `env()` gives it (`Illuminate\Support\Env`).
    pub fn value(&self, name: &str) -> Option<Value> {
        let text = self.text(name)?;
        Some(match text.to_lowercase().as_str() {
            "true" | "(true)" => Value::Bool(true),
            "false" | "(false)" => Value::Bool(false),
            "null" | "(null)" => Value::Null,
            "empty" | "(empty)" => Value::Str(String::new()),
            _ => Value::Str(without_quotes(text).to_owned()),
        })
    }
}

/// Values that are never shown: one of them may be a password.
impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Environment").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Quotes that came through, as those of a variable that was set outside.
fn without_quotes(text: &str) -> &str {
    let inside = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    inside.filter(|inside| !inside.contains('\n')).unwrap_or(text)
}
