//! Branches that cannot be decided: both sides run, each on a state of its own.

use std::rc::Rc;

use super::interpreter::{Evaluated, Guard, GuardKind, Interpreter, Interrupt};
use super::state::{State, either};
use super::term::Term;
use crate::php::{Expr, ExprKind, UnaryOp};

/// What becomes of the code after a statement.
#[derive(Debug, Clone)]
pub(super) enum Flow {
    Next,
    Return(Term),
    Break(u32),
    Continue(u32),
}

impl Interpreter<'_> {
    /// Runs `then` where `condition` holds and `otherwise` where it does not.
    pub fn fork<T>(
        &mut self,
        condition: &Condition,
        then: impl FnOnce(&mut Self) -> Evaluated<T>,
        otherwise: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> Evaluated<Forked<T>> {
        let before = self.state.clone();
        let (first, left_by_first) = self.guarded(&condition.holds, then);
        let after_first = std::mem::replace(&mut self.state, before);
        let (second, left_by_second) = self.guarded(&condition.fails, otherwise);
        match (first, second) {
            (Ok(first), Ok(second)) => Ok(Forked::Both(Box::new(Sides {
                first: Side { result: first, guards: left_by_first },
                after_first,
                second: Side { result: second, guards: left_by_second },
            }))),
            // A branch that throws ends the migration: if it goes on, it took the other one.
            (Ok(first), Err(Interrupt::Throw { .. } | Interrupt::Exit(_))) => {
                self.state = after_first;
                self.guards.extend(left_by_first);
                Ok(Forked::One(first))
            }
            (Err(Interrupt::Throw { .. } | Interrupt::Exit(_)), Ok(second)) => {
                self.guards.extend(left_by_second);
                Ok(Forked::One(second))
            }
            (Err(interrupt), _) | (_, Err(interrupt)) => Err(interrupt),
        }
    }

    /// As `fork`, for terms: a term that differs is unknown.
    pub fn fork_terms(
        &mut self,
        condition: &Condition,
        then: impl FnOnce(&mut Self) -> Evaluated,
        otherwise: impl FnOnce(&mut Self) -> Evaluated,
    ) -> Evaluated {
        match self.fork(condition, then, otherwise)? {
            Forked::One(term) => Ok(term),
            Forked::Both(sides) => {
                let Sides { first, after_first, second } = *sides;
                self.outlast(condition, first.guards, second.guards);
                self.join(after_first, condition);
                Ok(either(first.result, &second.result, &condition.why()))
            }
        }
    }

    /// As `fork`, for statements: a side that leaves the function or loop guards what follows it.
    pub fn fork_flows(
        &mut self,
        condition: &Condition,
        then: impl FnOnce(&mut Self) -> Evaluated<Flow>,
        otherwise: impl FnOnce(&mut Self) -> Evaluated<Flow>,
    ) -> Evaluated<Flow> {
        let Sides { first, after_first, second } = match self.fork(condition, then, otherwise)? {
            Forked::One(flow) => return Ok(flow),
            Forked::Both(sides) => *sides,
        };
        match (first.result, second.result) {
            (Flow::Next, Flow::Next) => {
                self.outlast(condition, first.guards, second.guards);
                self.join(after_first, condition);
                Ok(Flow::Next)
            }
            (Flow::Next, out) => {
                let after_second = std::mem::replace(&mut self.state, after_first);
                self.leave(out, after_second);
                self.guards.push(condition.holds.clone());
                self.guards.extend(first.guards);
                Ok(Flow::Next)
            }
            (out, Flow::Next) => {
                self.leave(out, after_first);
                self.guards.push(condition.fails.clone());
                self.guards.extend(second.guards);
                Ok(Flow::Next)
            }
            (first, second) => Ok(self.one_way_out(first, second, after_first, condition)),
        }
    }

    /// What leaves the function inside of one side guards all that follows, if that side was taken.
    fn outlast(&mut self, condition: &Condition, first: Vec<Guard>, second: Vec<Guard>) {
        let in_first = first.into_iter().map(|guard| guard.or(&condition.fails));
        let in_second = second.into_iter().map(|guard| guard.or(&condition.holds));
        self.guards.extend(in_first.chain(in_second));
    }

    fn one_way_out(&mut self, first: Flow, second: Flow, after_first: State, condition: &Condition) -> Flow {
        match (first, second) {
            (Flow::Return(first), Flow::Return(second)) => {
                self.join(after_first, condition);
                Flow::Return(either(first, &second, &condition.why()))
            }
            (first, second @ Flow::Return(_)) => {
                let after_second = std::mem::replace(&mut self.state, after_first);
                self.leave(second, after_second);
                first
            }
            (first, second) => {
                self.leave(first, after_first);
                second
            }
        }
    }

    /// One side left: by `return`, to be joined when the function ends, or by `break`, whose state is joined at once.
    fn leave(&mut self, flow: Flow, state: State) {
        match flow {
            Flow::Return(term) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.exits.push((term, state));
                }
            }
            Flow::Break(_) | Flow::Continue(_) | Flow::Next => {
                let here = self.state.clone();
                self.state = here.or(state, "it hangs on how a loop was left");
            }
        }
    }

    fn join(&mut self, other: State, condition: &Condition) {
        let here = self.state.clone();
        self.state = here.or(other, &condition.why());
    }

    /// Runs under a guard. Also gives the guards that were to outlast it: those of ways out of the function.
    pub fn guarded<T>(
        &mut self,
        guard: &Guard,
        run: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> (Evaluated<T>, Vec<Guard>) {
        let depth = self.guards.len();
        self.guards.push(guard.clone());
        let result = run(self);
        let left = self.guards.split_off(depth).split_off(1);
        (result, left)
    }

    /// The condition `expr`, as its guards say it.
    pub fn condition(&self, expr: &Expr) -> Condition {
        let text = self.source(expr.span);
        match &expr.kind {
            ExprKind::Unary(UnaryOp::Not, inner) => Condition::new(&text, &self.source(inner.span)),
            ExprKind::Variable(_) | ExprKind::Chain(_) | ExprKind::Constant(_) => {
                Condition::new(&text, &format!("! {text}"))
            }
            _ => Condition::new(&text, &format!("! ({text})")),
        }
    }
}

impl Guard {
    fn or(&self, other: &Self) -> Self {
        let text = format!("({} || {})", in_brackets(&other.text), in_brackets(&self.text));
        Self { text: text.into(), kind: GuardKind::Condition }
    }
}

fn in_brackets(text: &str) -> String {
    let needs_them = [" && ", " || ", " ? ", " and ", " or "].iter().any(|operator| text.contains(operator));
    if needs_them && !text.starts_with('(') { format!("({text})") } else { text.to_owned() }
}

/// What `fork` came to.
pub(super) enum Forked<T> {
    /// Only one side goes on; the state is its state.
    One(T),
    /// The state is that of the second side.
    Both(Box<Sides<T>>),
}

pub(super) struct Sides<T> {
    first: Side<T>,
    after_first: State,
    second: Side<T>,
}

struct Side<T> {
    result: T,
    /// The guards that ways out of the function inside of it leave behind.
    guards: Vec<Guard>,
}

/// An undecided condition, and its opposite.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub holds: Guard,
    pub fails: Guard,
}

impl Condition {
    pub fn new(holds: &str, fails: &str) -> Self {
        let guard = |text: &str| Guard { text: Rc::from(text), kind: GuardKind::Condition };
        Self { holds: guard(holds), fails: guard(fails) }
    }

    pub fn why(&self) -> String {
        format!("it hangs on `{}`", self.holds.text)
    }
}
