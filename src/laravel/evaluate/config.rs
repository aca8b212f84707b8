//! Configuration files: PHP that returns an array.

use super::branch::Flow;
use super::interpreter::Interpreter;
use crate::catalog::Catalog;
use crate::laravel::{Application, Settings, Value};
use crate::php;

/// What the file returns; the parts of it that hang on something unknown are unknown.
pub(crate) fn evaluate_config(file: &php::File, application: &Application, settings: &Settings) -> Value {
    let catalog = Catalog::new(settings.engine);
    let mut interpreter = Interpreter::new(application, settings.clone(), catalog);
    match interpreter.run(&file.statements) {
        Ok(Flow::Return(term)) => term.to_value(),
        _ => Value::Unknown("the configuration file cannot be evaluated".to_owned()),
    }
}
