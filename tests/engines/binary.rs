//! Asks the binary for the SQL of migrations: `phasewise sql --format json`.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// One migration in one direction, as `phasewise sql` prints it.
#[derive(Debug, Deserialize)]
pub(crate) struct Migration {
    /// Its name.
    #[serde(rename = "migration")]
    pub(crate) name: String,
    pub(crate) statements: Vec<Statement>,
    pub(crate) unknown: Vec<Unknown>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// As SQL literals.
    pub(crate) bindings: Vec<String>,
    /// The undecided condition under which it is sent.
    pub(crate) guard: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Unknown {
    pub(crate) line: u32,
    pub(crate) reason: String,
}

impl Statement {
    /// The statement with its bindings written into it.
    pub(crate) fn with_bindings(&self) -> String {
        let mut bindings = self.bindings.iter();
        let mut quote = None;
        let mut sql = String::new();
        for letter in self.sql.chars() {
            match (quote, letter) {
                (None, '?') => sql.push_str(bindings.next().map_or("?", String::as_str)),
                (None, '\'' | '"' | '`') => {
                    quote = Some(letter);
                    sql.push(letter);
                }
                (Some(open), _) if open == letter => {
                    quote = None;
                    sql.push(letter);
                }
                _ => sql.push(letter),
            }
        }
        sql
    }
}

/// The SQL of every migration under `path`, in the order they run in. `arguments` say for which engine and Laravel.
#[track_caller]
pub(crate) fn sql(path: &Path, arguments: &[&str]) -> Vec<Migration> {
    let output = Command::new(env!("CARGO_BIN_EXE_phasewise"))
        .args(["sql", "--all", "--format", "json"])
        .args(arguments)
        .arg(path)
        .current_dir(path)
        .output()
        .expect("the binary is built");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`phasewise sql` ends with {}: {errors}", output.status);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("`phasewise sql` prints other JSON than agreed: {error}\n{errors}"))
}
