//! Expressions.

use std::rc::Rc;

use super::array::Array;
use super::interpreter::{Evaluated, Interpreter, Interrupt};
use super::operators;
use super::templates::placed;
use super::term::Term;
use crate::answer::Answer;
use crate::php::{
    Assign, AssignKind, BinaryOp, ClassName, Expr, ExprKind, FallbackName, Item, MagicConstant, New, NewClass,
    Operation,
};
use crate::source::Span;

impl Interpreter<'_> {
    pub fn eval(&mut self, expr: &Expr) -> Evaluated {
        self.step(expr.span, |this| this.expression(expr))
    }

    fn expression(&mut self, expr: &Expr) -> Evaluated {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => Ok(Term::Null),
            ExprKind::Bool(value) => Ok(Term::Bool(*value)),
            ExprKind::Int(value) => Ok(Term::Int(*value)),
            ExprKind::Float(value) => Ok(Term::Float(*value)),
            ExprKind::Text(text) => Ok(Term::Text(Rc::clone(text))),
            ExprKind::Template(parts) => self.template(parts, span),
            ExprKind::Variable(name) => Ok(self.variable(name)),
            ExprKind::Constant(name) => Ok(constant(name, span)),
            ExprKind::Class(name) => {
                let name = self.class_name(name);
                Ok(name.map_or_else(
                    || Term::unknown("it is a class that is not known"),
                    |name| Term::ClassString(name.into()),
                ))
            }
            ExprKind::Function(name) => Ok(Term::text(name.full.clone(), span)),
            ExprKind::Magic(constant) => Ok(self.magic(*constant, span)),
            ExprKind::Array(items) => self.array(items),
            ExprKind::Assign(assign) => self.assignment(assign, span),
            ExprKind::Step { target, by, gives_old } => {
                let old = self.eval(target)?;
                let new = operators::binary(BinaryOp::Add, &old, &Term::Int(*by), span);
                self.assign(target, new.clone())?;
                Ok(if *gives_old { old } else { new })
            }
            ExprKind::Operation(operation) => self.operation(operation, span),
            ExprKind::Unary(op, operand) => Ok(operators::unary(*op, &self.eval(operand)?)),
            ExprKind::Cast(to, operand) => Ok(operators::cast(*to, &self.eval(operand)?, span)),
            ExprKind::Ternary(ternary) => self.ternary(ternary),
            ExprKind::Coalesce(left, right) => self.coalesce(left, right),
            ExprKind::Chain(chain) => self.chain(chain),
            ExprKind::Closure(closure) => Ok(self.closure(closure)),
            ExprKind::Match(source) => self.match_arms(source, span),
            _ => self.rare_expression(expr),
        }
    }

    fn rare_expression(&mut self, expr: &Expr) -> Evaluated {
        match &expr.kind {
            ExprKind::New(new) => self.new_object_of(new, expr.span),
            ExprKind::Isset(exprs) => {
                let mut answers = Vec::new();
                for expr in exprs {
                    answers.push(self.is_set(expr)?);
                }
                Ok(truth_term(Answer::all(answers), "it hangs on what is set"))
            }
            ExprKind::Empty(inner) => {
                let is_empty = !self.peek(inner)?.truth();
                Ok(truth_term(is_empty, "it hangs on what is empty"))
            }
            ExprKind::Throw(inner) => {
                let what = match &inner.kind {
                    ExprKind::New(new) => match &new.class {
                        NewClass::Named(name) => name.to_string(),
                        _ => "an exception".to_owned(),
                    },
                    _ => "an exception".to_owned(),
                };
                Err(Interrupt::Throw { what, span: expr.span })
            }
            ExprKind::Exit(_) => Err(Interrupt::Exit),
            ExprKind::Print(inner) => self.eval(inner).map(|_| Term::Int(1)),
            ExprKind::Clone(inner) => {
                let term = self.eval(inner)?;
                Ok(self.clone_object(term))
            }
            ExprKind::Callable(inner) => self.callable(inner),
            ExprKind::VariableVariable(name) => match self.eval(name)?.as_string() {
                Some(name) => Ok(self.variable(&name)),
                None => Ok(Term::unknown("the variable's name is not known")),
            },
            ExprKind::Include(inner) => {
                let path = self.eval(inner)?;
                self.include(&path, expr.span)
            }
            ExprKind::Yield(_) => Ok(Term::unknown("it is what a generator is sent")),
            ExprKind::Other(what, parts) => {
                for part in parts {
                    self.eval(part)?;
                }
                Ok(Term::unknown(format!("`{what}` is not evaluated")))
            }
            _ => Ok(Term::Null),
        }
    }

    fn new_object_of(&mut self, new: &New, span: Span) -> Evaluated {
        let arguments = self.arguments(&new.arguments)?;
        match &new.class {
            NewClass::Named(name) => match self.class_name(name) {
                Some(name) => self.instantiate(&name, &arguments, span),
                None => Ok(Term::unknown("its class is not known")),
            },
            NewClass::Anonymous(class) => self.instantiate_class(class, &arguments, span),
            NewClass::Dynamic(class) => match self.eval(class)?.as_string() {
                Some(name) => self.instantiate(name.trim_start_matches('\\'), &arguments, span),
                None => Ok(Term::unknown("its class is not known")),
            },
        }
    }

    pub fn variable(&self, name: &str) -> Term {
        if name == "this" {
            return self.frame().and_then(|frame| frame.this.clone()).unwrap_or(Term::Null);
        }
        self.state.variable(name).cloned().unwrap_or(Term::Null)
    }

    fn magic(&self, constant: MagicConstant, span: Span) -> Term {
        let frame = self.frame();
        let class = frame.and_then(|frame| frame.class.as_ref()).and_then(|class| class.name.clone());
        let path = || self.application.tree().file(span.file).path.clone();
        match constant {
            MagicConstant::Class => Term::text(class.unwrap_or_default(), span),
            MagicConstant::Function => Term::text(frame.map(|frame| frame.function.clone()).unwrap_or_default(), span),
            MagicConstant::File => Term::text(path(), span),
            MagicConstant::Dir => {
                Term::text(path().rsplit_once('/').map_or(String::new(), |(directory, _)| directory.to_owned()), span)
            }
            _ => Term::unknown("it is a constant of the place in the code"),
        }
    }

    fn array(&mut self, items: &[Item]) -> Evaluated {
        let mut array = Array::default();
        for item in items {
            let Some(value) = &item.value else { continue };
            if item.is_spread {
                match self.eval(value)? {
                    Term::Array(spread) | Term::Collection(spread) => array.merge(&spread),
                    _ => array.is_open = true,
                }
                continue;
            }
            let key = item.key.as_ref().map(|key| self.eval(key)).transpose()?;
            let term = self.eval(value)?;
            match key.as_ref().map(Term::as_key) {
                None => array.push(term),
                Some(Some(key)) => array.insert(key, term),
                Some(None) => array.is_open = true,
            }
        }
        Ok(Term::Array(Rc::new(array)))
    }

    fn assignment(&mut self, assign: &Assign, span: Span) -> Evaluated {
        let term = match assign.kind {
            AssignKind::Plain => self.eval(&assign.value)?,
            AssignKind::Reference => return self.bind_reference(&assign.target, &assign.value),
            AssignKind::With(op) => {
                let old = self.eval(&assign.target)?;
                let right = self.eval(&assign.value)?;
                if op == BinaryOp::Concat {
                    self.concat(&old, &right, span)?
                } else {
                    operators::binary(op, &old, &right, span)
                }
            }
            AssignKind::Coalesce => {
                let old = self.peek(&assign.target)?;
                match old {
                    Term::Null => self.eval(&assign.value)?,
                    old => return Ok(old),
                }
            }
        };
        self.assign(&assign.target, term.clone())?;
        Ok(term)
    }

    fn bind_reference(&mut self, target: &Expr, value: &Expr) -> Evaluated {
        if let (ExprKind::Variable(target), ExprKind::Variable(value)) = (&target.kind, &value.kind) {
            let cell = self.cell_of(value);
            self.state.variables.insert(target.clone(), cell);
            return Ok(self.variable(value));
        }
        let term = self.eval(value)?;
        self.assign(target, term.clone())?;
        Ok(term)
    }

    fn operation(&mut self, operation: &Operation, span: Span) -> Evaluated {
        let mut left = self.eval(&operation.first)?;
        for (op, right) in &operation.rest {
            left = match op {
                BinaryOp::And => self.short_circuit(&left, right, Answer::No)?,
                BinaryOp::Or => self.short_circuit(&left, right, Answer::Yes)?,
                BinaryOp::Instanceof => self.instance_of(&left, right)?,
                BinaryOp::Pipe => {
                    let function = self.eval(right)?;
                    self.call_value(&function, vec![left], right.span)?
                }
                BinaryOp::Concat => {
                    let part = placed(self.eval(right)?, right.span);
                    self.concat(&left, &part, span)?
                }
                op => {
                    let right = self.eval(right)?;
                    operators::binary(*op, &left, &right, span)
                }
            };
        }
        Ok(left)
    }

    fn instance_of(&mut self, left: &Term, right: &Expr) -> Evaluated {
        let class = self.eval(right)?.as_string();
        let answer = match (left, class) {
            (Term::Object(id), Some(class)) => {
                self.state.object(*id).map_or(Answer::Unknown, |object| self.is_a(&object.class, &class))
            }
            (Term::Null | Term::Bool(_) | Term::Int(_) | Term::Text(_) | Term::Array(_), _) => Answer::No,
            (Term::Connection(_), Some(class)) => self.is_connection_class(&class),
            _ => Answer::Unknown,
        };
        Ok(truth_term(answer, "its class is not known"))
    }

    fn is_set(&mut self, expr: &Expr) -> Evaluated<Answer> {
        Ok(match self.peek(expr)? {
            Term::Null => Answer::No,
            Term::Unknown(_) | Term::Row(_) => Answer::Unknown,
            _ => Answer::Yes,
        })
    }

    /// Evaluates what may not be there: `null` then, and no word about it.
    pub fn peek(&mut self, expr: &Expr) -> Evaluated {
        self.eval(expr)
    }

    /// The full name of a class as the code at work names it.
    pub fn class_name(&self, name: &ClassName) -> Option<String> {
        let frame = self.frame()?;
        match name {
            ClassName::Named(name) => Some(name.clone()),
            ClassName::SelfClass => frame.class.as_ref().and_then(|class| class.name.clone()),
            ClassName::StaticClass => frame.static_class.as_ref().and_then(|class| class.name.clone()),
            ClassName::ParentClass => frame.class.as_ref().and_then(|class| class.parent.clone()),
        }
    }
}

pub(super) fn truth_term(answer: Answer, why: &str) -> Term {
    match answer {
        Answer::Yes => Term::Bool(true),
        Answer::No => Term::Bool(false),
        Answer::Unknown => Term::unknown(why),
    }
}

/// A global constant.
fn constant(name: &FallbackName, span: Span) -> Term {
    match name.short() {
        "PHP_EOL" => Term::text("\n", span),
        "PHP_INT_MAX" => Term::Int(i64::MAX),
        "PHP_INT_SIZE" => Term::Int(8),
        "DIRECTORY_SEPARATOR" => Term::text("/", span),
        "ENT_QUOTES" | "SORT_STRING" | "JSON_THROW_ON_ERROR" | "JSON_PRETTY_PRINT" | "JSON_UNESCAPED_UNICODE" => {
            Term::Int(0)
        }
        "ARRAY_FILTER_USE_KEY" => Term::Int(2),
        "ARRAY_FILTER_USE_BOTH" => Term::Int(1),
        short => Term::unknown(format!("the constant `{short}` is not known")),
    }
}
