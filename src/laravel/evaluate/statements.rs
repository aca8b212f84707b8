//! Statements, one after another.

use std::rc::Rc;

use super::branch::{Condition, Flow};
use super::interpreter::{Evaluated, Interpreter, Interrupt};
use super::operators;
use super::state::State;
use super::term::Term;
use crate::answer::Answer;
use crate::php::{Branch, Catch, Expr, ExprKind, LinkKind, Member, Stmt, StmtKind, SwitchCase};
use crate::source::Span;

impl Interpreter<'_> {
    pub fn run(&mut self, statements: &[Stmt]) -> Evaluated<Flow> {
        for statement in statements {
            let flow = self.step(statement.span, |this| this.statement(statement))?;
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &Stmt) -> Evaluated<Flow> {
        match &statement.kind {
            StmtKind::Expr(expr) => {
                self.discarded = Some(expr.span);
                let term = self.eval(expr)?;
                self.keep_changed(expr, term);
                Ok(Flow::Next)
            }
            StmtKind::Echo(exprs) => {
                for expr in exprs {
                    self.eval(expr)?;
                }
                Ok(Flow::Next)
            }
            StmtKind::Return(value) => {
                if let (Some(value), true) = (value, self.frame().is_some_and(|frame| frame.is_discarded)) {
                    self.discarded = Some(value.span);
                }
                let term = value.as_ref().map_or(Ok(Term::Null), |value| self.eval(value))?;
                Ok(Flow::Return(term))
            }
            StmtKind::Block(body) => self.run(body),
            StmtKind::If { branches, otherwise } => self.branches(branches, otherwise.as_deref().unwrap_or_default()),
            StmtKind::Switch { subject, cases } => self.switch(subject, cases),
            StmtKind::Break(levels) => Ok(Flow::Break(*levels)),
            StmtKind::Continue(levels) => Ok(Flow::Continue(*levels)),
            StmtKind::While { condition, body } => self.while_loop(condition, body, statement.span),
            StmtKind::DoWhile { body, condition } => self.do_while_loop(condition, body, statement.span),
            StmtKind::For { init, condition, update, body } => {
                self.for_loop(init, condition, update, body, statement.span)
            }
            StmtKind::Foreach(foreach) => self.foreach(foreach, statement.span),
            StmtKind::Try { body, catches, finally } => self.try_catch(body, catches, finally),
            _ => self.declaration(statement),
        }
    }

    /// `$query->where(…);` changes the builder that the variable holds, `$items->push(…);` its collection.
    fn keep_changed(&mut self, expr: &Expr, term: Term) {
        let ExprKind::Chain(chain) = &expr.kind else { return };
        let ExprKind::Variable(name) = &chain.base.kind else { return };
        match (self.variable(name), &term) {
            (Term::Query(_), Term::Query(_)) => self.set_variable(name, term),
            (Term::Collection(_), _) => {
                let mut methods = chain.links.iter().map(|link| match &link.kind {
                    LinkKind::Method { name: Member::Name(name, _), .. } => name.as_str(),
                    _ => "",
                });
                match (chain.links.as_slice(), methods.next(), &term) {
                    ([_], Some("push" | "add" | "put"), Term::Collection(_)) => self.set_variable(name, term),
                    (_, Some(first), _) if changes_collection(first) || methods.any(changes_collection) => {
                        self.set_variable(name, Term::unknown("it is a collection that was changed"));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn declaration(&mut self, statement: &Stmt) -> Evaluated<Flow> {
        match &statement.kind {
            StmtKind::Unset(targets) => {
                for target in targets {
                    self.unset(target)?;
                }
            }
            StmtKind::StaticVariables(variables) => {
                for (name, value) in variables {
                    let term = value.as_ref().map_or(Ok(Term::Null), |value| self.eval(value))?;
                    self.set_variable(name, term);
                }
            }
            StmtKind::Global(names) => {
                for name in names {
                    if let ExprKind::Variable(name) = &name.kind {
                        self.set_variable(name, Term::unknown(format!("`${name}` is a global variable")));
                    }
                }
            }
            StmtKind::Function(function) => {
                self.functions.insert(function.name.to_ascii_lowercase(), Rc::clone(function));
            }
            StmtKind::Class(class) => self.application.declare(class),
            StmtKind::Other(what, _) => {
                self.problem(format!("`{what}` is not evaluated"), statement.span);
            }
            _ => {}
        }
        Ok(Flow::Next)
    }

    fn branches(&mut self, branches: &[Branch], otherwise: &[Stmt]) -> Evaluated<Flow> {
        let Some((branch, rest)) = branches.split_first() else { return self.run(otherwise) };
        let condition = self.eval(&branch.condition)?;
        match condition.truth() {
            Answer::Yes => self.run(&branch.body),
            Answer::No => self.branches(rest, otherwise),
            Answer::Unknown => {
                let condition = self.condition(&branch.condition);
                self.fork_flows(&condition, |this| this.run(&branch.body), |this| this.branches(rest, otherwise))
            }
        }
    }

    fn switch(&mut self, subject: &Expr, cases: &[SwitchCase]) -> Evaluated<Flow> {
        let value = self.eval(subject)?;
        let flow = self.switch_from(subject, &value, cases, 0)?;
        Ok(match flow {
            Flow::Break(1) | Flow::Continue(1) => Flow::Next,
            Flow::Break(levels) => Flow::Break(levels - 1),
            Flow::Continue(levels) => Flow::Continue(levels - 1),
            flow => flow,
        })
    }

    /// Tries the cases from the one at `at` on; where one may or may not match, both ways are taken.
    fn switch_from(&mut self, subject: &Expr, value: &Term, cases: &[SwitchCase], at: usize) -> Evaluated<Flow> {
        for (place, case) in cases.iter().enumerate().skip(at) {
            let Some(label) = &case.value else { continue };
            let term = self.eval(label)?;
            match operators::equal(value, &term) {
                Answer::Yes => return self.fall_through(cases, place),
                Answer::No => {}
                Answer::Unknown => {
                    let (subject_text, label_text) = (self.source(subject.span), self.source(label.span));
                    let condition = Condition::new(
                        &format!("{subject_text} == {label_text}"),
                        &format!("{subject_text} != {label_text}"),
                    );
                    return self.fork_flows(
                        &condition,
                        |this| this.fall_through(cases, place).map(out_of_switch),
                        |this| this.switch_from(subject, value, cases, place + 1).map(out_of_switch),
                    );
                }
            }
        }
        match cases.iter().position(|case| case.value.is_none()) {
            Some(default) => self.fall_through(cases, default),
            None => Ok(Flow::Next),
        }
    }

    fn fall_through(&mut self, cases: &[SwitchCase], from: usize) -> Evaluated<Flow> {
        for case in cases.get(from..).unwrap_or_default() {
            let flow = self.run(&case.body)?;
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn try_catch(&mut self, body: &[Stmt], catches: &[Catch], finally: &[Stmt]) -> Evaluated<Flow> {
        let before = self.state.clone();
        let result = match self.run(body) {
            Err(Interrupt::Throw { what, span }) => self.catch_thrown(what, span, catches),
            Ok(flow) => self.catch_possible(flow, &before, catches),
            Err(interrupt) => Err(interrupt),
        };
        if finally.is_empty() {
            return result;
        }
        match self.run(finally)? {
            Flow::Next => result,
            flow => Ok(flow),
        }
    }

    /// The first clause that catches what was thrown; one of which that is not known may or may not do so.
    fn catch_thrown(&mut self, what: String, span: Span, catches: &[Catch]) -> Evaluated<Flow> {
        let Some((clause, rest)) = catches.split_first() else { return Err(Interrupt::Throw { what, span }) };
        let is_sure = |class: &String| class == &what || matches!(class.as_str(), "Throwable" | "Exception");
        if clause.classes.iter().any(is_sure) {
            return self.run_catch(clause);
        }
        let condition = condition_of(clause);
        self.fork_flows(&condition, |this| this.run_catch(clause), |this| this.catch_thrown(what, span, rest))
    }

    /// Nothing in the body is known to throw, but the database may refuse a statement: what came after that one did not
    /// happen.
    fn catch_possible(&mut self, flow: Flow, before: &State, catches: &[Catch]) -> Evaluated<Flow> {
        let Some((clause, rest)) = catches.split_first() else { return Ok(flow) };
        let condition = condition_of(clause);
        self.fork_flows(
            &condition,
            |this| {
                let after = this.state.clone();
                this.state = before.clone().or(after, "it hangs on where an exception was thrown");
                this.run_catch(clause)
            },
            |this| this.catch_possible(flow, before, rest),
        )
    }

    fn run_catch(&mut self, clause: &Catch) -> Evaluated<Flow> {
        if let Some(variable) = &clause.variable {
            self.set_variable(variable, Term::unknown("it is a caught exception"));
        }
        self.run(&clause.body)
    }
}

/// Methods that change the collection that they are called on.
fn changes_collection(method: &str) -> bool {
    matches!(
        method,
        "push" | "add" | "put" | "prepend" | "forget" | "pull" | "pop" | "shift" | "splice" | "transform" | "getOrPut"
    )
}

fn condition_of(clause: &Catch) -> Condition {
    let class = clause.classes.join("|");
    Condition::new(&format!("`{class}` is caught"), &format!("no `{class}` is caught"))
}

/// A `break` of an undecided case ends the switch, which no guard after it needs to tell.
fn out_of_switch(flow: Flow) -> Flow {
    match flow {
        Flow::Break(1) | Flow::Continue(1) => Flow::Next,
        flow => flow,
    }
}
