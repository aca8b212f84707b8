//! A plan for people: what happens in which deploy, what is waited for, and where there is no way back.
//!
//! One file for each format; what they say of a step is said here once.

mod drawing;
pub mod graph;
pub mod html;
pub mod markdown;
pub mod text;

use super::prose;
use crate::change::{SchemaChange, Statement};
use crate::emit;
use crate::engine::Engine;
use crate::plan::{Migration, Plan, Step, Work};
use crate::recipe::{Backfill, Hold};

/// What a step is, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Schema,
    Copy,
    Code,
    Rows,
    Hold,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Schema, Self::Copy, Self::Code, Self::Rows, Self::Hold];

    fn of(step: &Step) -> Self {
        match &step.work {
            Work::Migrate(_) => Self::Schema,
            Work::Copy(_) => Self::Copy,
            Work::Code { .. } => Self::Code,
            Work::Backfill(_) => Self::Rows,
            Work::Hold(_) => Self::Hold,
        }
    }

    /// The word before a step.
    fn word(self) -> &'static str {
        match self {
            Self::Schema => "migrate",
            Self::Copy => "copy",
            Self::Code => "code",
            Self::Rows => "fill",
            Self::Hold => "wait",
        }
    }

    /// What all of its sort are, for a legend.
    fn title(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Copy => "schema, by a tool that copies the table online",
            Self::Code => "code",
            Self::Rows => "rows",
            Self::Hold => "seen to be true before it goes on",
        }
    }
}

/// A step in a few words.
fn title(step: &Step) -> String {
    match &step.work {
        Work::Migrate(migration) | Work::Copy(migration) => describe(migration),
        Work::Code { words, .. } => prose::paragraphs(words).join(" "),
        Work::Backfill(Backfill { table, column: Some(column), .. }) => format!("fill `{table}.{column}`"),
        Work::Backfill(Backfill { table, .. }) => format!("change rows of `{table}`"),
        Work::Hold(Hold::Drained) => "no older release runs any more".to_owned(),
        Work::Hold(Hold::Unreferenced { what }) => format!("nothing uses `{what}`"),
        Work::Hold(Hold::NoRow { .. }) => {
            let of = step.table.as_ref().map_or(String::new(), |table| format!(" of `{table}`"));
            format!("no row{of} is in the way")
        }
        Work::Hold(Hold::Approved { what }) => format!("approved: {}", prose::paragraphs(what).join(" ")),
    }
}

fn describe(migration: &Migration) -> String {
    let changes = migration.statements.iter().flat_map(|statement| &statement.changes);
    let changes = changes.filter(|change| !matches!(change.what, SchemaChange::SetVariable(_)));
    changes.map(|change| change.what.description()).collect::<Vec<_>>().join(", ")
}

/// What a statement sends; of one that stands in PHP, what it does.
fn shown(statement: &Statement) -> String {
    if statement.sql.is_empty() {
        let changes = statement.changes.iter().map(|change| change.what.description());
        return format!("in PHP: {}", changes.collect::<Vec<_>>().join(", "));
    }
    statement.sql.trim_end().to_owned()
}

/// What is sent, one statement each.
fn statements(step: &Step) -> Vec<String> {
    match &step.work {
        Work::Migrate(migration) | Work::Copy(migration) => migration.statements.iter().map(shown).collect(),
        Work::Backfill(backfill) => vec![backfill.sql.clone()],
        Work::Hold(Hold::NoRow { query }) => vec![query.clone()],
        Work::Code { .. } | Work::Hold(_) => Vec::new(),
    }
}

/// What somebody runs so that a tool makes the change, each with what there is to know, after `run` or `or`; and what other
/// tools refuse, after `not`.
fn tools(step: &Step, engine: Engine) -> Vec<(&'static str, String)> {
    let (commands, refused) = emit::commands(step, engine);
    let one = |command: emit::ToolCommand| match command.mind {
        Some(mind) => format!("{} ({mind})", command.command),
        None => command.command,
    };
    let labels = std::iter::once("run").chain(std::iter::repeat("or"));
    let commands = labels.zip(commands.into_iter().map(one));
    commands.chain(refused.into_iter().map(|refused| ("not", refused))).collect()
}

/// What is waited for, as what comes after "wait".
fn waited(hold: &Hold) -> String {
    match hold {
        Hold::Drained => "until no process of an older release runs: web workers, queue workers, scheduler".to_owned(),
        Hold::Unreferenced { what } => format!("until no code of the live release uses `{what}`"),
        Hold::NoRow { query } => format!("until this gives no row: {query}"),
        Hold::Approved { what } => format!("until a person approves: {what}"),
    }
}

/// The deploys before number `number` whose holds a step of it needs, directly or by way of its own deploy.
fn awaited(plan: &Plan, number: usize, step: &Step) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = step.needs.clone();
    while let Some(id) = open.pop() {
        for deploy in &plan.deploys {
            match deploy.steps.iter().find(|step| step.id == id) {
                Some(need) if deploy.number == number => open.extend(need.needs.clone()),
                Some(Step { work: Work::Hold(_), .. }) => found.push(deploy.number),
                _ => {}
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// Where the code has to change for a step, each place as `file:line`.
fn places(step: &Step) -> Vec<String> {
    step.places.iter().flat_map(|places| &places.known).map(ToString::to_string).collect()
}

/// What looking through the code leaves open, or that nothing there has to change; `None` where there is nothing to say.
fn of_places(step: &Step) -> Option<String> {
    let places = step.places.as_ref()?;
    let shown_by = &places.shown_by;
    match (places.known.is_empty(), places.in_doubt) {
        (true, 0) => Some("nothing in the code has to change for it".to_owned()),
        (_, 0) => None,
        (is_none, count) => {
            let more = if is_none { "" } else { " more" };
            Some(format!("perhaps {}{more}: `phasewise usage {shown_by}`", counted(count, "place")))
        }
    }
}

/// Why no release before that of a deploy may come back.
fn floor(number: usize) -> String {
    format!("no release before that of deploy {number} may come back")
}
