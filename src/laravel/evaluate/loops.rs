//! Loops. Over known values they run as often as PHP would run them; over anything else their body is evaluated once,
//! with what changes from round to round unknown.

use std::rc::Rc;

use super::array::Array;
use super::branch::{Condition, Flow};
use super::interpreter::{Evaluated, Guard, GuardKind, Interpreter, stop};
use super::term::{Term, key_term};
use crate::answer::Answer;
use crate::php::{Expr, ExprKind, Foreach, Node, Stmt, StmtKind, walk_stmts};
use crate::source::Span;

/// How often one loop may go round.
const MAX_ROUNDS: usize = 10_000;

impl Interpreter<'_> {
    pub fn while_loop(&mut self, condition: &Expr, body: &[Stmt], span: Span) -> Evaluated<Flow> {
        for _ in 0..MAX_ROUNDS {
            match self.eval(condition)?.truth() {
                Answer::No => return Ok(Flow::Next),
                Answer::Yes => {}
                Answer::Unknown => {
                    let text = format!("while ({})", self.source(condition.span));
                    return self.once(&text, false, body, |_| Ok(()));
                }
            }
            match self.round(body)? {
                Round::Left(flow) => return Ok(flow),
                Round::MayBeLeft if is_always_true(condition) => {
                    let text = format!("more rounds of while ({})", self.source(condition.span));
                    return self.once(&text, false, body, |_| Ok(()));
                }
                Round::MayBeLeft | Round::Done => {}
            }
        }
        Err(endless(span))
    }

    pub fn do_while_loop(&mut self, condition: &Expr, body: &[Stmt], span: Span) -> Evaluated<Flow> {
        match self.round(body)? {
            Round::Left(flow) => Ok(flow),
            Round::MayBeLeft | Round::Done => self.while_loop(condition, body, span),
        }
    }

    pub fn for_loop(
        &mut self,
        init: &[Expr],
        condition: &[Expr],
        update: &[Expr],
        body: &[Stmt],
        span: Span,
    ) -> Evaluated<Flow> {
        self.eval_all(init)?;
        for _ in 0..MAX_ROUNDS {
            match self.eval_all(condition)?.map_or(Answer::Yes, |term| term.truth()) {
                Answer::No => return Ok(Flow::Next),
                Answer::Yes => {}
                Answer::Unknown => {
                    let text =
                        format!("for ({})", condition.last().map_or(String::new(), |last| self.source(last.span)));
                    return self.once(&text, false, body, |_| Ok(()));
                }
            }
            match (self.round(body)?, condition) {
                (Round::Left(flow), _) => return Ok(flow),
                (Round::MayBeLeft, []) => return self.once("more rounds of for (;;)", false, body, |_| Ok(())),
                (Round::MayBeLeft | Round::Done, _) => {}
            }
            self.eval_all(update)?;
        }
        Err(endless(span))
    }

    pub fn foreach(&mut self, foreach: &Foreach, span: Span) -> Evaluated<Flow> {
        let subject = self.eval(&foreach.subject)?;
        match &subject {
            Term::Array(array) | Term::Collection(array) if !array.is_open => {
                self.foreach_known(foreach, &Rc::clone(array), span)
            }
            Term::Null => Ok(Flow::Next),
            _ => {
                let text =
                    format!("foreach ({} as {})", self.source(foreach.subject.span), self.source(foreach.value.span));
                let (item, is_chunked) = match &subject {
                    Term::Rows(query) | Term::Query(query) => (Term::Row(Rc::new(query.row())), query.is_chunked),
                    Term::Array(_) | Term::Collection(_) => {
                        (Term::unknown("it is one of a list that is not fully known"), false)
                    }
                    other => (Term::unknown(other.why_unknown()), false),
                };
                let go_through = |this: &mut Self| {
                    this.once(&text, is_chunked, &foreach.body, |this| {
                        if let Some(key) = &foreach.key {
                            this.assign(key, Term::unknown("it is a key of rows"))?;
                        }
                        this.assign(&foreach.value, item)
                    })
                };
                match &subject {
                    Term::Rows(query) => self.in_pages(query, go_through),
                    _ => go_through(self),
                }
            }
        }
    }

    fn foreach_known(&mut self, foreach: &Foreach, array: &Array, span: Span) -> Evaluated<Flow> {
        if array.len() > MAX_ROUNDS {
            return Err(endless(span));
        }
        for (key, item) in array.iter() {
            self.assign(&foreach.value, item.clone())?;
            if let Some(target) = &foreach.key {
                self.assign(target, key_term(key, foreach.subject.span))?;
            }
            let round = self.round(&foreach.body)?;
            if foreach.by_reference {
                let changed = self.eval(&foreach.value)?;
                self.write_back(&foreach.subject, key, changed)?;
            }
            if let Round::Left(flow) = round {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// `foreach (… as &$item)`: what became of the item.
    fn write_back(&mut self, subject: &Expr, key: &crate::laravel::Key, item: Term) -> Evaluated<()> {
        if let Term::Array(array) = self.eval(subject)? {
            let mut array = Array::clone(&array);
            array.insert(key.clone(), item);
            self.assign(subject, Term::Array(Rc::new(array)))?;
        }
        Ok(())
    }

    /// One round of a loop.
    fn round(&mut self, body: &[Stmt]) -> Evaluated<Round> {
        let guards = self.guards.len();
        let flow = self.run(body)?;
        Ok(match flow {
            Flow::Next | Flow::Continue(1) => {
                let may_be_left = self.guards.len() > guards;
                self.guards.truncate(guards);
                if may_be_left { Round::MayBeLeft } else { Round::Done }
            }
            Flow::Break(1) => {
                self.guards.truncate(guards);
                Round::Left(Flow::Next)
            }
            Flow::Break(levels) => Round::Left(Flow::Break(levels - 1)),
            Flow::Continue(levels) => Round::Left(Flow::Continue(levels - 1)),
            flow @ Flow::Return(_) => Round::Left(flow),
        })
    }

    /// Evaluates a loop's body once, for a number of rounds that is not known.
    fn once(
        &mut self,
        text: &str,
        is_chunked: bool,
        body: &[Stmt],
        begin: impl FnOnce(&mut Self) -> Evaluated<()>,
    ) -> Evaluated<Flow> {
        for name in assigned(body) {
            self.set_variable(&name, Term::unknown(format!("`${name}` changes in a loop")));
        }
        let mut condition = Condition::new(text, &format!("no more of `{text}`"));
        condition.holds = Guard { text: text.into(), kind: GuardKind::Rows { is_chunked } };
        self.fork_flows(
            &condition,
            |this| {
                begin(this)?;
                Ok(match this.round(body)? {
                    Round::Left(flow) => flow,
                    Round::MayBeLeft | Round::Done => Flow::Next,
                })
            },
            |_| Ok(Flow::Next),
        )
    }

    /// Calls a function for each of an unknown number of rows.
    pub fn for_each_row(
        &mut self,
        text: &str,
        is_chunked: bool,
        call: impl FnOnce(&mut Self) -> Evaluated,
    ) -> Evaluated {
        let mut condition = Condition::new(text, "");
        condition.holds = Guard { text: text.into(), kind: GuardKind::Rows { is_chunked } };
        self.fork_terms(&condition, call, |_| Ok(Term::Null))
    }

    fn eval_all(&mut self, exprs: &[Expr]) -> Evaluated<Option<Term>> {
        let mut last = None;
        for expr in exprs {
            last = Some(self.eval(expr)?);
        }
        Ok(last)
    }
}

/// How a round of a loop ended.
enum Round {
    Done,
    /// An undecided branch left the loop, or its function, or went on to the next round.
    MayBeLeft,
    Left(Flow),
}

fn is_always_true(condition: &Expr) -> bool {
    matches!(condition.kind, ExprKind::Bool(true) | ExprKind::Int(1))
}

/// The variables that a loop's body changes.
fn assigned(body: &[Stmt]) -> Vec<String> {
    let mut names = Vec::new();
    walk_stmts(body, &mut |node| match node {
        Node::Expr(Expr { kind: ExprKind::Assign(assign), .. }) => names.extend(target_name(&assign.target)),
        Node::Expr(Expr { kind: ExprKind::Step { target, .. }, .. }) => names.extend(target_name(target)),
        Node::Stmt(Stmt { kind: StmtKind::Foreach(foreach), .. }) => names.extend(target_name(&foreach.value)),
        _ => {}
    });
    names
}

fn target_name(target: &Expr) -> Option<String> {
    match &target.kind {
        ExprKind::Variable(name) if name != "this" => Some(name.clone()),
        ExprKind::Chain(chain) => target_name(&chain.base),
        _ => None,
    }
}

fn endless(span: Span) -> super::interpreter::Interrupt {
    stop(format!("a loop goes round more than the {MAX_ROUNDS} times that phasewise follows"), span)
}
