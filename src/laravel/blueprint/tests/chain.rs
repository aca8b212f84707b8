//! Just enough PHP for the tests: `string('c', 100)->nullable(); index(['a', 'b'])`.

use super::span;
use crate::laravel::blueprint::{Blueprint, CallError, Called};
use crate::laravel::{Argument, Arguments, Key, Settings, Value};

/// One statement: calls on what the call before them gave.
pub(super) struct Chain {
    start: usize,
    calls: Vec<Call>,
}

struct Call {
    name: String,
    arguments: Arguments,
    end: usize,
}

impl Chain {
    pub(super) fn run(&self, blueprint: &mut Blueprint, settings: &Settings) -> Result<(), CallError> {
        let mut called = None;
        for call in &self.calls {
            let span = span(self.start, call.end);
            called = Some(match called {
                None => blueprint.call(&call.name, &call.arguments, span, settings)?,
                Some(Called::Definition(id)) => blueprint.modify(id, &call.name, &call.arguments, span, settings)?,
                Some(Called::Nothing) => panic!("`{}` is called on nothing", call.name),
            });
        }
        Ok(())
    }
}

pub(super) fn parse(text: &str) -> Vec<Chain> {
    let mut parser = Parser { text, at: 0 };
    let mut chains = Vec::new();
    while !parser.is_at_end() {
        chains.push(parser.chain());
        parser.eat(";");
    }
    chains
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn is_at_end(&mut self) -> bool {
        self.skip_space();
        self.rest().is_empty()
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn expect(&mut self, token: &str) {
        assert!(self.eat(token), "`{token}` expected at `{}`", self.rest());
    }

    fn word(&mut self) -> String {
        self.skip_space();
        let is_part = |letter: char| letter.is_alphanumeric() || "_\\.-".contains(letter);
        let end = self.rest().find(|letter| !is_part(letter)).unwrap_or(self.rest().len());
        let end = self.rest()[..end].find("->").unwrap_or(end);
        let word = self.rest()[..end].to_owned();
        self.at += end;
        word
    }

    fn chain(&mut self) -> Chain {
        self.skip_space();
        let start = self.at;
        let mut calls = Vec::new();
        loop {
            let name = self.word();
            let arguments = self.arguments();
            calls.push(Call { name, arguments, end: self.at });
            if !self.eat("->") {
                return Chain { start, calls };
            }
        }
    }

    fn arguments(&mut self) -> Arguments {
        self.expect("(");
        let mut arguments = Vec::new();
        while !self.eat(")") {
            let start = self.at;
            let value = self.value();
            arguments.push(match value {
                Value::Class(name) if self.eat(":") => {
                    Argument { name: Some(name), value: self.value(), span: span(start, self.at) }
                }
                value => Argument { name: None, value, span: span(start, self.at) },
            });
            self.eat(",");
        }
        Arguments(arguments)
    }

    fn value(&mut self) -> Value {
        if self.eat("'") {
            let end = self.rest().find('\'').unwrap();
            let text = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Value::Str(text);
        }
        if self.eat("\"") {
            let end = self.rest().find('"').unwrap();
            let text = self.rest()[..end].to_owned();
            self.at += end + 1;
            return Value::Str(text);
        }
        if self.eat("[") {
            return self.array();
        }
        let word = self.word();
        match word.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "unknown" => Value::Unknown("read from the database".to_owned()),
            "new" => {
                self.word();
                Value::Raw(self.only_string())
            }
            "raw" => Value::Raw(self.only_string()),
            _ if self.eat("::class") => Value::Class(word),
            number => match (number.parse::<i64>(), number.parse::<f64>()) {
                (Ok(number), _) => Value::Int(number),
                (_, Ok(number)) => Value::Float(number),
                _ => Value::Class(word),
            },
        }
    }

    fn only_string(&mut self) -> String {
        let arguments = self.arguments();
        let Some(Argument { value: Value::Str(text), .. }) = arguments.0.first() else {
            panic!("a string is expected")
        };
        text.clone()
    }

    fn array(&mut self) -> Value {
        let mut items = Vec::new();
        while !self.eat("]") {
            let value = self.value();
            if let (true, Value::Str(key)) = (self.eat("=>"), &value) {
                items.push((Key::Str(key.clone()), self.value()));
            } else {
                items.push((Key::Int(i64::try_from(items.len()).unwrap()), value));
            }
            self.eat(",");
        }
        Value::Array(items)
    }
}
