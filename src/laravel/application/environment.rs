//! `.env`, or `.env.example` in a checkout that has none.

use std::collections::BTreeMap;

use crate::laravel::Value;
use crate::source::Tree;

#[derive(Debug, Default)]
pub(super) struct Environment {
    pub path: Option<&'static str>,
    variables: BTreeMap<String, String>,
}

impl Environment {
    pub fn read(tree: &Tree) -> Self {
        let found = [".env", ".env.example"].into_iter().find_map(|path| Some((path, tree.read(path).ok()?)));
        let Some((path, file)) = found else { return Self::default() };
        let mut variables = BTreeMap::new();
        for line in file.text.lines() {
            let line = line.trim().trim_start_matches("export ");
            if let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                let value = expanded(&unquoted(value), &variables);
                variables.insert(name.trim().to_owned(), value);
            }
        }
        Self { path: Some(path), variables }
    }

    /// The variable as `env()` gives it.
    pub fn value(&self, name: &str) -> Option<Value> {
        let text = self.variables.get(name)?;
        Some(match text.to_lowercase().as_str() {
            "true" | "(true)" => Value::Bool(true),
            "false" | "(false)" => Value::Bool(false),
            "null" | "(null)" => Value::Null,
            "empty" | "(empty)" => Value::Str(String::new()),
            _ => Value::Str(text.clone()),
        })
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inside) = value.strip_prefix(quote).and_then(|rest| rest.split(quote).next()) {
            return inside.to_owned();
        }
    }
    value.split(" #").next().unwrap_or_default().trim().to_owned()
}

/// `${NAME}` in a value.
fn expanded(value: &str, variables: &BTreeMap<String, String>) -> String {
    variables.iter().fold(value.to_owned(), |value, (name, known)| value.replace(&format!("${{{name}}}"), known))
}
