//! A session's SQL, read text after text: what earlier statements set decides how later ones are read.

use std::ops::Range;

use super::cursor::Cursor;
use super::modes::{Modes, Quoting};
use super::names::Names;
use super::reading::Reading;
use super::split::{PieceKind, Splitter, State};
use super::text::Texts;
use super::tokens::{Token, tokenize};
use super::{Script, batch, blank_to, statement};
use crate::change::{Change, DropDefault, OnlineClauses, Opaque, Problem, SchemaChange, Statement, TableName, Touches};
use crate::engine::Engine;
use crate::source::{Comment, SourceMap, Span};

/// Reads the texts that one session is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    modes: Modes,
    names: Names,
    texts: Texts,
    splitting: State,
}

/// Tells whether a table is known to stand: a name without schema may be of any schema in the `search_path`.
pub type Stands<'a> = &'a dyn Fn(&TableName) -> bool;

impl Reader {
    pub fn new(engine: Engine) -> Self {
        let modes = Modes::new(engine);
        let splitting = State::new(modes.quoting);
        Self { modes, names: Names::new(engine), texts: Texts::default(), splitting }
    }

    /// With the `sql_mode` that the connection is opened with (MySQL family).
    #[must_use]
    pub fn opened_in(mut self, sql_mode: Option<&str>) -> Self {
        if let Some(sql_mode) = sql_mode {
            self.modes = self.modes.opened_in(sql_mode);
            self.splitting = State::new(self.modes.quoting);
        }
        self
    }

    /// Reads a text that is sent as a whole.
    pub fn read(&mut self, text: &str, map: &SourceMap, stands: Stands<'_>) -> Script {
        let (script, _) = self.read_part(text, map, true, stands);
        self.splitting = State::new(self.modes.quoting);
        script
    }

    /// Reads the first part of a text, or the next one: what is complete in it, and how many bytes those are. The rest is to
    /// be given again with what follows it. `is_last` says that nothing does.
    pub fn read_part(&mut self, text: &str, map: &SourceMap, is_last: bool, stands: Stands<'_>) -> (Script, usize) {
        let mut script = Script::default();
        let mut code = String::with_capacity(text.len());
        let mut splitter = Splitter::new(text, is_last, self.splitting.clone());
        while let Some(piece) = splitter.next() {
            script.problems.extend(splitter.unclosed.iter().map(|unclosed| Problem {
                span: map.span(unclosed.range.clone()),
                reason: format!("nothing closes this {}", unclosed.what),
            }));
            let comment = |range: Range<usize>| Comment {
                span: map.span(range.clone()),
                text: text.get(range).unwrap_or_default().to_owned(),
            };
            script.comments.extend(splitter.comments().map(comment));
            match piece.kind {
                PieceKind::Statement => {
                    blank_to(&mut code, piece.range.start);
                    for blank in splitter.blanks() {
                        code.push_str(text.get(code.len()..blank.start).unwrap_or_default());
                        blank_to(&mut code, blank.end);
                    }
                    code.push_str(text.get(code.len()..piece.range.end).unwrap_or_default());
                    let sent = Sent { code: &code, text, map, range: piece.range };
                    self.read_statements(&sent, stands, &mut script);
                    splitter.state.quoting = self.modes.quoting;
                }
                PieceKind::RunningCommand => {
                    let sql = text.get(piece.range.clone()).unwrap_or_default().trim();
                    script.statements.push(client_run(sql, map.span(piece.range)));
                }
                PieceKind::Comment => script.comments.push(comment(piece.range)),
                PieceKind::Space | PieceKind::Delimiter | PieceKind::Command | PieceKind::Rows => {}
            }
        }
        if is_last && splitter.state.is_versioned() {
            let reason = "nothing closes the `/*!` comment that is read as code".to_owned();
            let last = text.floor_char_boundary(text.len().saturating_sub(1));
            script.problems.push(Problem { span: map.span(last..text.len()), reason });
        }
        self.splitting = splitter.state.clone();
        self.texts.leave_text();
        (script, splitter.at())
    }

    pub fn engine(&self) -> Engine {
        self.modes.quoting.engine
    }

    /// How the text that comes next is read.
    pub(super) fn quoting(&self) -> Quoting {
        self.modes.quoting
    }

    /// Reads the statement at `range` of `text`, whose `code` is blank where it is no code; no table is known to stand.
    pub(super) fn read_sent(
        &mut self,
        code: &str,
        text: &str,
        map: &SourceMap,
        range: Range<usize>,
        script: &mut Script,
    ) {
        self.read_statements(&Sent { code, text, map, range }, &|_| false, script);
    }

    /// Reads one statement, or SQL Server's batch of them.
    fn read_statements(&mut self, sent: &Sent<'_>, stands: Stands<'_>, script: &mut Script) {
        self.tell_unknown_mode(sent, script);
        let quoting = self.modes.quoting;
        let tokens = tokenize(sent.code, sent.range.clone(), quoting);
        let whole = Cursor::new(sent.code, &tokens.list, quoting);
        let mut parts = match (quoting.engine, &tokens.failure) {
            (Engine::Sqlserver, _) => batch::parts(whole),
            (_, None) => vec![batch::Part { cursor: whole, guard: None }],
            (_, Some(_)) => Vec::new(),
        };
        // What is no token belongs to the statement that came last.
        let broken = tokens.failure.as_ref().map(|_| match parts.pop() {
            Some(part) => part.cursor.range().start..sent.range.end,
            None => sent.range.clone(),
        });
        let is_alone = parts.len() == 1 && broken.is_none();
        // Whether the statement before only gave values to variables.
        let mut is_assigned = false;
        let mut start = sent.range.start;
        for mut part in parts {
            let range = if is_alone { sent.range.clone() } else { part.cursor.range() };
            let guard = part.guard.take();
            let mut reading = self.reading(guard.clone());
            statement::read(&mut part.cursor, &mut reading);
            let inner = reading.guard.take();
            reading.guard = match (guard, inner) {
                (Some(outer), Some(inner)) if outer != inner => Some(format!("{outer} AND {inner}")),
                (outer, inner) => outer.or(inner),
            };
            let goes_on = is_assigned && (reading.assigns || part_uses_variables(sent, &range));
            is_assigned = reading.assigns;
            let statement = self.finish(reading, sent, range.clone(), stands);
            match script.statements.last_mut().filter(|before| before.guard == statement.guard) {
                Some(before) if goes_on => {
                    sent.text.get(start..range.end).unwrap_or_default().clone_into(&mut before.sql);
                    join(before, statement);
                }
                Some(before) if !is_alone && drops_more(before, &statement) => {
                    sent.text.get(start..range.end).unwrap_or_default().clone_into(&mut before.sql);
                    before.span = before.span.to(statement.span);
                    before.changes = statement.changes;
                }
                _ => {
                    start = range.start;
                    script.statements.push(statement);
                }
            }
        }
        if let (Some(failure), Some(range)) = (tokens.failure, broken) {
            let mut reading = self.reading(None);
            let first = tokens.list.partition_point(|token: &Token| token.range().start < range.start);
            let rest = Cursor::new(sent.code, tokens.list.get(first..).unwrap_or_default(), quoting);
            let word = rest.word().unwrap_or_else(|| "?".to_owned());
            reading.opaque(range.clone(), &word, Touches::Anything, failure);
            let statement = self.finish(reading, sent, range, stands);
            script.statements.push(statement);
        }
    }

    fn reading(&mut self, guard: Option<String>) -> Reading {
        Reading { texts: std::mem::take(&mut self.texts), guard, ..Reading::default() }
    }

    /// The statement with its changes, after which the session is as it has set it.
    fn finish(&mut self, reading: Reading, sent: &Sent<'_>, range: Range<usize>, stands: Stands<'_>) -> Statement {
        self.texts = reading.texts;
        if let Some(database) = &reading.entered {
            self.names.enter(database);
        }
        let mut changes: Vec<Change> = reading
            .found
            .into_iter()
            .map(|found| Change { what: found.what, span: sent.map.span(found.range) })
            .collect();
        for change in &mut changes {
            self.names.resolve(&mut change.what, stands);
            if let SchemaChange::SetVariable(set) = &change.what {
                self.modes.follow(set);
            }
        }
        Statement {
            sql: sent.text.get(range.clone()).unwrap_or_default().trim().to_owned(),
            bindings: Vec::new(),
            span: sent.map.span(range),
            changes,
            guard: reading.guard,
            online: reading.online,
            lost: Vec::new(),
        }
    }

    /// Says once that a setting is not known, where something hangs on it.
    fn tell_unknown_mode(&mut self, sent: &Sent<'_>, script: &mut Script) {
        let Some(setting) = self.modes.unknown else { return };
        let code = sent.code.get(sent.range.clone()).unwrap_or_default();
        if let Some(at) = code.find(['"', '\\']) {
            self.modes.unknown = None;
            let at = sent.range.start + at;
            let reason = format!("what this means hangs on a `{setting}` that is not known");
            script.problems.push(Problem { span: sent.map.span(at..at + 1), reason });
        }
    }
}

/// `EXEC(@sql)`, which means nothing without the statements that gave the variable its value.
fn part_uses_variables(sent: &Sent<'_>, range: &Range<usize>) -> bool {
    let sql = sent.text.get(range.clone()).unwrap_or_default();
    sql.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case("exec")) && sql.contains('@')
}

/// Whether all that the statement before does is to drop the defaults of columns that this one drops. SQL Server wants that
/// first, and it means nothing beside.
fn drops_more(before: &Statement, statement: &Statement) -> bool {
    let is_dropped = |default: &DropDefault| {
        statement.changes.iter().any(|change| match &change.what {
            SchemaChange::DropColumn(drop) => drop.table.name == default.table.name && drop.column == default.column,
            _ => false,
        })
    };
    let is_part = |change: &Change| matches!(&change.what, SchemaChange::DropDefault(default) if is_dropped(default));
    !before.changes.is_empty() && before.changes.iter().all(is_part)
}

/// Makes one statement of two of which neither can be sent alone.
fn join(before: &mut Statement, after: Statement) {
    before.span = before.span.to(after.span);
    before.changes.extend(after.changes);
    let is_idle =
        |change: &Change| matches!(&change.what, SchemaChange::Opaque(opaque) if opaque.touches == Touches::Nothing);
    if !before.changes.iter().all(is_idle) {
        before.changes.retain(|change| !is_idle(change));
    }
}

/// A statement in the text that is sent.
struct Sent<'a> {
    code: &'a str,
    text: &'a str,
    map: &'a SourceMap,
    range: Range<usize>,
}

/// What psql runs on its own: a file, a shell command, the rows of a query.
pub(super) fn client_run(sql: &str, span: Span) -> Statement {
    let what = sql.split_whitespace().next().unwrap_or_default();
    let reason = format!("`{what}` of psql runs what is not read here");
    let opaque = Opaque { what: what.to_owned(), touches: Touches::Anything, reason };
    Statement {
        sql: String::new(),
        bindings: Vec::new(),
        span,
        changes: vec![Change { what: SchemaChange::Opaque(opaque), span }],
        guard: None,
        online: OnlineClauses::default(),
        lost: Vec::new(),
    }
}
