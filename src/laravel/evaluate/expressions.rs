//! Expressions.

use std::rc::Rc;

use super::array::Array;
use super::branch::Condition;
use super::interpreter::{Evaluated, Interpreter, Interrupt};
use super::operators;
use super::term::{Closure, Code, Term};
use crate::answer::Answer;
use crate::php::{
    self, Assign, AssignKind, BinaryOp, ClassName, Expr, ExprKind, FallbackName, Item, MagicConstant, Match, NewClass,
    Operation, Part, Ternary,
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
            ExprKind::Constant(name) => Ok(self.constant(name, span)),
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
            ExprKind::New(new) => {
                let arguments = self.arguments(&new.arguments)?;
                match &new.class {
                    NewClass::Named(name) => match self.class_name(name) {
                        Some(name) => self.instantiate(&name, arguments, expr.span),
                        None => Ok(Term::unknown("its class is not known")),
                    },
                    NewClass::Anonymous(class) => self.instantiate_class(class, arguments, expr.span),
                    NewClass::Dynamic(class) => match self.eval(class)?.as_string() {
                        Some(name) => self.instantiate(name.trim_start_matches('\\'), arguments, expr.span),
                        None => Ok(Term::unknown("its class is not known")),
                    },
                }
            }
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

    pub fn variable(&self, name: &str) -> Term {
        if name == "this" {
            return self.frame().and_then(|frame| frame.this.clone()).unwrap_or(Term::Null);
        }
        self.state.variable(name).cloned().unwrap_or(Term::Null)
    }

    fn template(&mut self, parts: &[Part], span: Span) -> Evaluated {
        let mut joined = Term::text("", span);
        for part in parts {
            let term = match part {
                Part::Text(text) => Term::Text(Rc::clone(text)),
                Part::Expr(expr) => placed(self.eval(expr)?, expr.span),
            };
            joined = self.concat(&joined, &term, span)?;
        }
        Ok(joined)
    }

    pub fn concat(&mut self, left: &Term, right: &Term, span: Span) -> Evaluated {
        let joined = operators::concat(left, right, span);
        if let Term::Text(text) = &joined {
            self.charge(text.value.len() / 512, span)?;
        }
        Ok(joined)
    }

    fn constant(&self, name: &FallbackName, span: Span) -> Term {
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

    /// `&&` and `||`: the right side runs unless the left one decides.
    fn short_circuit(&mut self, left: &Term, right: &Expr, decides: Answer) -> Evaluated {
        let truth = left.truth();
        if truth == decides {
            return Ok(Term::Bool(decides.is_yes()));
        }
        if truth != Answer::Unknown {
            let right = self.eval(right)?;
            return Ok(truth_term(right.truth(), &right.why_unknown()));
        }
        let condition =
            Condition::new("what stands before `&&` or `||` holds", "what stands before `&&` or `||` fails");
        let right = self.fork_terms(&condition, |this| this.eval(right), |this| this.eval(right))?;
        let joined = if decides.is_yes() { truth.or(right.truth()) } else { truth.and(right.truth()) };
        Ok(truth_term(joined, &left.why_unknown()))
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

    fn ternary(&mut self, ternary: &Ternary) -> Evaluated {
        let condition = self.eval(&ternary.condition)?;
        match (condition.truth(), &ternary.then) {
            (Answer::Yes, None) => Ok(condition),
            (Answer::Yes, Some(then)) => self.eval(then),
            (Answer::No, _) => self.eval(&ternary.otherwise),
            (Answer::Unknown, then) => {
                let undecided = self.condition(&ternary.condition);
                self.fork_terms(
                    &undecided,
                    |this| then.as_ref().map_or(Ok(condition), |then| this.eval(then)),
                    |this| this.eval(&ternary.otherwise),
                )
            }
        }
    }

    fn coalesce(&mut self, left: &Expr, right: &Expr) -> Evaluated {
        match self.peek(left)? {
            Term::Null => self.eval(right),
            Term::Unknown(unknown) => {
                let text = self.source(left.span);
                let condition = Condition::new(&format!("isset({text})"), &format!("! isset({text})"));
                self.fork_terms(&condition, |_| Ok(Term::Unknown(unknown)), |this| this.eval(right))
            }
            term => Ok(term),
        }
    }

    fn match_arms(&mut self, source: &Match, span: Span) -> Evaluated {
        let subject = self.eval(&source.subject)?;
        self.match_from(source, &subject, 0, span)
    }

    fn match_from(&mut self, source: &Match, subject: &Term, at: usize, span: Span) -> Evaluated {
        for (place, arm) in source.arms.iter().enumerate().skip(at) {
            let mut matches = Answer::No;
            for condition in &arm.conditions {
                let term = self.eval(condition)?;
                matches = matches.or(operators::identical(subject, &term));
                if matches.is_yes() {
                    return self.eval(&arm.body);
                }
            }
            if matches == Answer::Unknown {
                let labels: Vec<_> = arm.conditions.iter().map(|label| self.source(label.span)).collect();
                let text = format!("{} === {}", self.source(source.subject.span), labels.join(" or "));
                let condition = Condition::new(&text, &format!("! ({text})"));
                return self.fork_terms(
                    &condition,
                    |this| this.eval(&arm.body),
                    |this| this.match_from(source, subject, place + 1, span),
                );
            }
        }
        match source.arms.iter().find(|arm| arm.conditions.is_empty()) {
            Some(default) => self.eval(&default.body),
            None => Err(Interrupt::Throw { what: "UnhandledMatchError".to_owned(), span }),
        }
    }

    fn closure(&mut self, closure: &Rc<php::Closure>) -> Term {
        let mut captured = std::collections::BTreeMap::new();
        if closure.is_arrow {
            for name in self.state.variables.keys().cloned().collect::<Vec<_>>() {
                let copy = self.copy_of(&name);
                captured.insert(name, copy);
            }
        }
        for (name, by_reference) in &closure.uses {
            let cell = if *by_reference { self.cell_of(name) } else { self.copy_of(name) };
            captured.insert(name.clone(), cell);
        }
        let frame = self.frame();
        Term::Closure(Rc::new(Closure {
            code: Code::Closure(Rc::clone(closure)),
            captured,
            this: frame.and_then(|frame| frame.this.clone()),
            class: frame.and_then(|frame| frame.class.clone()),
        }))
    }

    /// The cell of a variable; an unset one is set to null, as a reference to it does.
    pub fn cell_of(&mut self, name: &str) -> super::state::CellId {
        if let Some(cell) = self.state.variables.get(name) {
            return *cell;
        }
        let cell = self.new_cell();
        self.state.set_variable(name, Term::Null, cell);
        cell
    }

    fn copy_of(&mut self, name: &str) -> super::state::CellId {
        let term = self.variable(name);
        let cell = self.new_cell();
        self.state.set_cell(cell, term);
        cell
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

/// A part of a text that is put together at `span`: what comes from elsewhere comes from there.
pub(super) fn placed(term: Term, span: Span) -> Term {
    match &term {
        Term::Text(text) if text.map.whole.file != span.file || !contains(span, text.map.whole) => {
            let mut part = php::Text::new(text.value.clone(), span);
            if !part.value.is_empty() {
                part.map.add(0..part.value.len(), span);
            }
            Term::Text(Rc::new(part))
        }
        _ => term,
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

pub(super) fn truth_term(answer: Answer, why: &str) -> Term {
    match answer {
        Answer::Yes => Term::Bool(true),
        Answer::No => Term::Bool(false),
        Answer::Unknown => Term::unknown(why),
    }
}
