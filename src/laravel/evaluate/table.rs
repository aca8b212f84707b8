//! `$table`: the calls of a schema closure, gathered into blueprints and compiled when it ends.

use super::arguments::Arguments;
use super::calls::Scope;
use super::interpreter::{Evaluated, Interpreter};
use super::term::{Closure, Definition, TableId, Term};
use crate::change::{Opaque, TableName, Touches};
use crate::laravel::blueprint::{Blueprint, CallError, Called, CompileError};
use crate::laravel::{Argument, Value};
use crate::source::Span;

/// A table while it is described.
#[derive(Debug)]
pub(super) struct Draft {
    /// As the schema builder is given it, without the connection's prefix.
    pub name: String,
    span: Span,
    /// Whether it is being created: then calls without a guard all belong to the first segment.
    is_created: bool,
    segments: Vec<Segment>,
}

/// The calls made one after another under one guard.
#[derive(Debug)]
struct Segment {
    guard: Option<String>,
    blueprint: Blueprint,
    opaque: Vec<(Opaque, Span)>,
}

impl Draft {
    fn segment(&mut self, guard: Option<String>) -> usize {
        let base = self.segments.first().map(|segment| &segment.guard);
        if self.is_created && base == Some(&guard) {
            return 0;
        }
        if self.segments.last().is_none_or(|last| last.guard != guard) {
            let blueprint = Blueprint::new(&self.name, self.span);
            self.segments.push(Segment { guard, blueprint, opaque: Vec::new() });
        }
        self.segments.len() - 1
    }

    pub fn add_opaque(&mut self, guard: Option<String>, opaque: Opaque, span: Span) {
        let at = self.segment(guard);
        if let Some(segment) = self.segments.get_mut(at) {
            segment.opaque.push((opaque, span));
        }
    }
}

impl Interpreter<'_> {
    /// One `Schema::create`, `table`, `drop`, …: the command, then what the closure does, then the SQL of it all.
    pub fn describe(
        &mut self,
        name: &str,
        command: Option<(&str, Vec<Argument>)>,
        closure: Option<&Closure>,
        span: Span,
    ) -> Evaluated {
        let is_created = matches!(command, Some(("create", _)));
        let id = TableId(self.drafts.len());
        self.drafts.push(Draft { name: name.to_owned(), span, is_created, segments: Vec::new() });
        if let Some((method, arguments)) = command
            && let Err(error) = self.call_blueprint(id, method, &crate::laravel::Arguments(arguments), span)
        {
            self.call_failed(id, method, &error, span);
        }
        if let Some(closure) = closure {
            let arguments = Arguments::of(vec![Term::Table(id)], span);
            self.call_closure(closure, &arguments, span)?;
        }
        self.compile(id);
        Ok(Term::Null)
    }

    fn compile(&mut self, id: TableId) {
        let segments = self.drafts.get_mut(id.0).map(|draft| std::mem::take(&mut draft.segments));
        let outer = self.guard_text();
        for segment in segments.unwrap_or_default() {
            let outside = self.output.statements.len();
            let before = (segment.guard != outer).then(|| self.state.catalog.clone());
            let table = self.draft_table(id);
            let lost = segment.blueprint.lost_modifiers(&table, &self.settings, &self.state.catalog);
            match segment.blueprint.compile(&self.settings, &self.state.catalog) {
                Ok(compiled) => {
                    for statement in compiled {
                        self.send_sql(&statement.sql, &statement.map, &[]);
                    }
                }
                Err(CompileError::Refused { message, span }) => {
                    self.problem(format!("Laravel refuses it: {message}"), span);
                }
                Err(CompileError::Unknown { reason, span }) => {
                    self.opaque("$table", Touches::Table(table), &reason, span);
                }
            }
            for (opaque, span) in &segment.opaque {
                self.opaque(&opaque.what, opaque.touches.clone(), &opaque.reason, *span);
            }
            for statement in self.output.statements.iter_mut().skip(outside) {
                statement.guard.clone_from(&segment.guard);
                let is_changed =
                    |column: &str| statement.changes.iter().any(|change| change.what.column() == Some(column));
                statement.lost = lost.iter().filter(|lost| is_changed(&lost.column)).cloned().collect();
            }
            if let Some(before) = before {
                self.state.catalog = before.or(&self.state.catalog);
            }
            self.output.swallowed.extend(segment.blueprint.swallowed().iter().cloned());
        }
    }

    fn draft_table(&self, id: TableId) -> TableName {
        self.table_name(self.drafts.get(id.0).map_or("", |draft| &draft.name))
    }

    pub fn call_table(&mut self, id: TableId, method: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let span = self.macro_call.unwrap_or(span);
        match (method, arguments.at(0), arguments.at(1)) {
            ("after", Some(column), Some(Term::Closure(closure))) => {
                let (column, closure) = (column.as_string(), closure.clone());
                return self.after(id, column.as_deref(), &closure, span);
            }
            ("getTable", ..) => {
                let name = self.drafts.get(id.0).map(|draft| draft.name.clone());
                return Ok(Term::text(name.unwrap_or_default(), span));
            }
            ("getPrefix", ..) => return Ok(Term::text(self.settings.prefix.clone(), span)),
            ("getColumns" | "getCommands" | "getChangedColumns" | "getAddedColumns" | "hasMacro", ..) => {
                return Ok(Term::unknown("it is what the blueprint gathered so far"));
            }
            ("when" | "unless", Some(_), Some(Term::Closure(_))) => {
                self.call_when(&Term::Table(id), method == "when", arguments, span)?;
                return Ok(Term::Table(id));
            }
            _ => {}
        }
        let values = self.values(arguments);
        match self.call_blueprint(id, method, &values, span) {
            Ok(term) => Ok(term),
            Err(CallError::UnknownMethod { .. }) if self.application.macro_named(method).is_some() => {
                self.call_macro(id, method, arguments, span)
            }
            Err(error) => {
                self.call_failed(id, method, &error, span);
                Ok(Term::Inert)
            }
        }
    }

    /// A macro: its code runs with the table as `$this`.
    pub fn call_macro(&mut self, id: TableId, name: &str, arguments: &Arguments, span: Span) -> Evaluated {
        self.run_macro(Term::Table(id), name, arguments, span)
    }

    /// Runs a macro's code with `this` as `$this`. What it asks for, its call asked for.
    pub fn run_macro(&mut self, this: Term, name: &str, arguments: &Arguments, span: Span) -> Evaluated {
        let Some(code) = self.application.macro_named(name) else { return Ok(Term::Inert) };
        let scope = Scope { this: Some(this), ..Scope::default() };
        let outer = self.macro_call;
        self.macro_call = outer.or(Some(span));
        let result = self.invoke(&code.function, scope, arguments, span);
        self.macro_call = outer;
        result
    }

    fn after(&mut self, id: TableId, column: Option<&str>, closure: &Closure, span: Span) -> Evaluated {
        let Some(column) = column else {
            self.lose_table(id, "$table->after", "the column that it follows is not known", span);
            return Ok(Term::Null);
        };
        if let Some(blueprint) = self.blueprint(id).map(|(_, blueprint)| blueprint) {
            blueprint.begin_after(column);
        }
        self.call_closure(closure, &Arguments::of(vec![Term::Table(id)], span), span)?;
        if let Some(blueprint) = self.blueprint(id).map(|(_, blueprint)| blueprint) {
            blueprint.end_after();
        }
        Ok(Term::Null)
    }

    /// The blueprint that a call under the present guard goes to.
    fn blueprint(&mut self, id: TableId) -> Option<(usize, &mut Blueprint)> {
        let guard = self.guard_text();
        let draft = self.drafts.get_mut(id.0)?;
        let at = draft.segment(guard);
        draft.segments.get_mut(at).map(|segment| (at, &mut segment.blueprint))
    }

    fn call_blueprint(
        &mut self,
        id: TableId,
        method: &str,
        values: &crate::laravel::Arguments,
        span: Span,
    ) -> Result<Term, CallError> {
        let settings = self.settings.clone();
        let Some((segment, blueprint)) = self.blueprint(id) else { return Ok(Term::Null) };
        Ok(match blueprint.call(method, values, span, &settings)? {
            Called::Definition(definition) => Term::Definition(Definition { table: id, segment, id: definition }),
            Called::Nothing => Term::Null,
        })
    }

    fn call_failed(&mut self, id: TableId, method: &str, error: &CallError, span: Span) {
        match error {
            CallError::UnknownMethod { .. } => {
                let reason = format!("`{method}` is a macro that phasewise does not know");
                self.lose_table(id, &format!("$table->{method}"), &reason, span);
            }
            CallError::UnknownArgument { reason } => {
                let reason = format!("an argument of `{method}` is not known: {reason}");
                self.lose_table(id, &format!("$table->{method}"), &reason, span);
            }
            CallError::NotInThisLaravel { .. } | CallError::Missing { .. } | CallError::Refused { .. } => {
                self.problem(format!("Laravel refuses it: {error}"), span);
            }
        }
    }

    pub fn call_definition(
        &mut self,
        definition: Definition,
        method: &str,
        arguments: &Arguments,
        span: Span,
    ) -> Evaluated {
        if let ("when" | "unless", Some(Term::Closure(_))) = (method, arguments.at(1)) {
            self.call_when(&Term::Definition(definition), method == "when", arguments, span)?;
            return Ok(Term::Definition(definition));
        }
        let span = self.macro_call.unwrap_or(span);
        let values = self.values(arguments);
        let guard = self.guard_text();
        let settings = self.settings.clone();
        let Some(draft) = self.drafts.get_mut(definition.table.0) else { return Ok(Term::Null) };
        let Some(segment) = draft.segments.get_mut(definition.segment) else { return Ok(Term::Null) };
        if segment.guard != guard {
            let reason = format!("`{method}` hangs on `{}`", guard.unwrap_or_default());
            self.lose_table(definition.table, &format!("->{method}"), &reason, span);
            return Ok(Term::Definition(definition));
        }
        match segment.blueprint.modify(definition.id, method, &values, span, &settings) {
            Ok(Called::Definition(id)) => Ok(Term::Definition(Definition { id, ..definition })),
            Ok(Called::Nothing) => Ok(Term::Null),
            Err(error) => {
                self.call_failed(definition.table, method, &error, span);
                Ok(Term::Definition(definition))
            }
        }
    }

    /// `$table->engine = 'InnoDB'`
    pub fn set_table_property(&mut self, id: TableId, name: &str, term: &Term, span: Span) {
        let value: Value = term.to_value();
        let Some((_, blueprint)) = self.blueprint(id) else { return };
        if let Err(error) = blueprint.set_property(name, &value, span) {
            self.call_failed(id, name, &error, span);
        }
    }
}
