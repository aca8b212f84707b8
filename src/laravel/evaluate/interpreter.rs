//! The interpreter: what it knows, its bounds, and how it can be stopped.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::habit::{Habit, Paging};
use super::state::{CellId, State};
use super::table::Draft;
use super::term::{ObjectId, Term};
use crate::catalog::Catalog;
use crate::change::{Problem, Statement};
use crate::laravel::blueprint::Swallowed;
use crate::laravel::{Application, Settings};
use crate::php;
use crate::source::{FileId, Span};
use crate::sql::Reader;

/// How much one migration may do: expressions evaluated, and what long strings and arrays cost on top.
const MAX_STEPS: u64 = 400_000;
/// How much of that one call of the application's own code may take.
const MAX_STEPS_AWAY: u64 = 20_000;
/// How deep calls may nest.
const MAX_CALLS: usize = 48;
/// Stack kept free, and the size of a new piece of it.
const RED_ZONE: usize = 128 * 1024;
const STACK_PIECE: usize = 2 * 1024 * 1024;

pub(super) struct Interpreter<'a> {
    pub application: &'a Application<'a>,
    /// Of the connection that statements go to.
    pub settings: Settings,
    pub state: State,
    pub output: Output,
    /// The tables that were described so far, by [`TableId`](super::term::TableId).
    pub drafts: Vec<Draft>,
    /// The undecided conditions under which the code that is at work runs.
    pub guards: Vec<Guard>,
    /// The pages of rows that the code at work goes through.
    pub pagings: Vec<Paging>,
    pub frames: Vec<Frame>,
    /// Functions declared by the files that were read.
    pub functions: BTreeMap<String, Rc<php::Function>>,
    /// The files that the migration is made of: its own, and those of its parents and traits.
    pub home: Vec<FileId>,
    /// The call by which the migration left its own code, and what it called.
    pub away: Option<(Span, String)>,
    /// The call of the macro that is at work: what the macro asks for, this call asked for.
    pub macro_call: Option<Span>,
    /// The expression whose value nobody takes: it is there for what it does.
    pub discarded: Option<Span>,
    /// Laravel opened a transaction around the migration.
    pub is_in_runners_transaction: bool,
    /// How many the migration itself has open, one in another.
    pub open_transactions: u32,
    steps: u64,
    /// Where steps end: sooner in code outside of the migration.
    step_limit: u64,
    next_id: u32,
}

#[derive(Debug, Default)]
pub(super) struct Output {
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
    pub swallowed: Vec<Swallowed>,
    pub habits: Vec<Habit>,
}

/// A condition that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guard {
    pub text: Rc<str>,
    pub kind: GuardKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuardKind {
    Condition,
    /// A loop over rows: what it does to rows needs no guard, what it does to tables does.
    Rows {
        is_chunked: bool,
    },
}

/// A function at work.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub function: String,
    pub this: Option<Term>,
    /// The class that the code stands in.
    pub class: Option<Rc<php::Class>>,
    /// What `static` is.
    pub static_class: Option<Rc<php::Class>>,
    /// Whether nobody takes what it returns.
    pub is_discarded: bool,
    /// Ways out that an undecided branch took: what it returned, and the state there.
    pub exits: Vec<(Term, State)>,
}

/// Why evaluation does not go on.
#[derive(Debug, Clone)]
pub(super) enum Interrupt {
    /// An exception, as PHP code could catch it.
    Throw { what: String, span: Span },
    /// `exit`
    Exit(Span),
    /// A bound was reached, or PHP would end with an error.
    Stop(Problem),
}

pub(super) type Evaluated<T = Term> = Result<T, Interrupt>;

impl<'a> Interpreter<'a> {
    pub fn new(application: &'a Application<'a>, settings: Settings, catalog: Catalog) -> Self {
        let sql_mode = application.sql_mode(settings.engine);
        let session = Reader::new(settings.engine).opened_in(sql_mode.as_deref());
        Self {
            application,
            settings,
            state: State::new(catalog, session),
            output: Output::default(),
            drafts: Vec::new(),
            guards: Vec::new(),
            pagings: Vec::new(),
            frames: vec![Frame::default()],
            functions: BTreeMap::new(),
            home: Vec::new(),
            away: None,
            macro_call: None,
            discarded: None,
            is_in_runners_transaction: false,
            open_transactions: 0,
            steps: 0,
            step_limit: MAX_STEPS,
            next_id: 0,
        }
    }

    /// Counts one step, and guards the stack.
    pub fn step<T>(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Evaluated<T>) -> Evaluated<T> {
        self.charge(1, span)?;
        stacker::maybe_grow(RED_ZONE, STACK_PIECE, || work(self))
    }

    pub fn charge(&mut self, steps: usize, span: Span) -> Evaluated<()> {
        self.steps += steps as u64;
        if self.steps > self.step_limit {
            return Err(stop("it takes more steps than phasewise follows", span));
        }
        Ok(())
    }

    /// Runs a function in a frame of its own.
    pub fn in_frame<T>(
        &mut self,
        frame: Frame,
        span: Span,
        run: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> Evaluated<(T, Vec<(Term, State)>)> {
        if self.frames.len() > MAX_CALLS {
            return Err(stop(format!("calls nest deeper than the {MAX_CALLS} levels that phasewise follows"), span));
        }
        self.frames.push(frame);
        let guards = self.guards.len();
        let result = run(self);
        self.guards.truncate(guards);
        let frame = self.frames.pop().unwrap_or_default();
        result.map(|value| (value, frame.exits))
    }

    /// Runs a call that leaves the migration's own code. A bound that it reaches ends the call, and not the migration.
    pub fn away<T>(
        &mut self,
        call: (Span, String),
        otherwise: T,
        run: impl FnOnce(&mut Self) -> Evaluated<T>,
    ) -> Evaluated<T> {
        self.away = Some(call);
        let outer = std::mem::replace(&mut self.step_limit, MAX_STEPS.min(self.steps + MAX_STEPS_AWAY));
        let result = run(self);
        self.step_limit = outer;
        let result = match result {
            Err(Interrupt::Stop(_)) => {
                self.lost_on_the_way();
                Ok(otherwise)
            }
            result => result,
        };
        self.away = None;
        result
    }

    pub fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    pub fn new_cell(&mut self) -> CellId {
        CellId(self.new_id())
    }

    pub fn new_object(&mut self) -> ObjectId {
        ObjectId(self.new_id())
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    pub fn set_variable(&mut self, name: &str, term: Term) {
        let cell = self.new_cell();
        self.state.set_variable(name, term, cell);
    }

    /// What `outer` gives is what `inner` gives: if nobody takes the one, nobody takes the other.
    pub fn pass_on(&mut self, outer: Span, inner: Span) {
        if self.discarded == Some(outer) {
            self.discarded = Some(inner);
        }
    }

    /// The source at `span`, on one line.
    pub fn source(&self, span: Span) -> String {
        let file = self.application.tree().file(span.file);
        file.slice(span.start, span.end).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn problem(&mut self, reason: impl Into<String>, span: Span) {
        let problem = Problem { span, reason: reason.into() };
        if !self.output.problems.contains(&problem) {
            self.output.problems.push(problem);
        }
    }
}

pub(super) fn stop(reason: impl Into<String>, span: Span) -> Interrupt {
    Interrupt::Stop(Problem { span, reason: reason.into() })
}
