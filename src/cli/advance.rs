//! `phasewise advance`

use std::io::{self, Write};
use std::time::SystemTime;

use super::arguments::AdvanceArguments;
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::root::Root;
use super::{files, plans, terminal, usage};
use crate::emit::{self, Advance, DeployFile, InFlight, Operation, PlanFile, Situation, Use, Waiting};
use crate::finding::Date;
use crate::source::Tree;
use crate::usage::{Place, Query, Tier, Verdict, What};

pub(super) fn run(arguments: &AdvanceArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&[])?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let directory = plans::find(&workspace, &arguments.plan)?;
    let plan = PlanFile::read(&tree, &directory)?;
    let all = plans::read_all(&workspace)?;
    let (catalog, _) = workspace.schema(None);
    let in_flight = InFlight::of(all.iter().map(|(_, plan)| plan), &tree, &catalog);
    let situation = Situation {
        tree: &tree,
        directory: &directory,
        today: Date::of(SystemTime::now()),
        seen: &arguments.seen,
        uses: &|what| uses(&workspace, what, notes),
        in_flight: &in_flight,
        at: &|count| plans::at(&workspace, count),
    };
    match emit::advance(plan, &situation)? {
        Advance::Held(waiting) => {
            terminal::print(|out| write_held(out, &waiting, plans::id(&directory)))?;
            Ok(Exit::Findings)
        }
        Advance::Placed { plan, operations } => {
            files::apply(&root.directory, &operations)?;
            terminal::print(|out| {
                write_operations(out, &operations)?;
                write_state(out, &plan)
            })?;
            Ok(Exit::Clean)
        }
    }
}

/// Where the code uses a table, or a column of it.
fn uses(workspace: &Workspace, what: &str, notes: Notes) -> Use {
    if !workspace.is_laravel() {
        return Use::Unknown(vec!["the code of this project is not read".to_owned()]);
    }
    let (table, column) = what.split_once('.').map_or((what, None), |(table, column)| (table, Some(column.to_owned())));
    let query = Query { table: table.to_owned(), column, what: What::Gone };
    // What cannot be read cannot be proved either.
    let Ok(answer) = usage::answer(workspace, &query, notes) else {
        return Use::Unknown(vec!["the code of this project cannot be read".to_owned()]);
    };
    let is_judged = |place: &&Place| place.part.is_running() && matches!(place.tier, Tier::Certain | Tier::Likely);
    let places = answer.places.iter().filter(is_judged).map(|place| format!("{}:{}", place.file, place.line));
    let unproved = answer.unproved.iter().map(|place| format!("{}:{}: {}", place.file, place.line, place.reason));
    match answer.verdict {
        Verdict::SqlError | Verdict::Silent => Use::Used(places.collect()),
        Verdict::CannotProve => Use::Unknown(places.chain(unproved).collect()),
        Verdict::None => Use::None,
    }
}

fn write_held(out: &mut dyn Write, waiting: &[Waiting], id: &str) -> io::Result<()> {
    writeln!(out, "not yet: the next deploy of {id} waits\n")?;
    for waiting in waiting {
        writeln!(out, "  {}", waiting.step)?;
        writeln!(out, "    {}", waiting.words)?;
        waiting.evidence.iter().try_for_each(|line| writeln!(out, "    {line}"))?;
    }
    let seen: Vec<String> = waiting
        .iter()
        .filter(|waiting| waiting.can_be_seen)
        .map(|waiting| format!("--seen {}", waiting.step))
        .collect();
    if !seen.is_empty() {
        writeln!(out, "\nonce you have seen that it is so in production: phasewise advance {id} {}", seen.join(" "))?;
    }
    Ok(())
}

pub(super) fn write_operations(out: &mut dyn Write, operations: &[Operation]) -> io::Result<()> {
    for operation in operations {
        match operation {
            Operation::Write { path, .. } => writeln!(out, "wrote   {path}")?,
            Operation::Remove { path } => writeln!(out, "removed {path}")?,
        }
    }
    if !operations.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// Which deploy is in place, what it still needs, and what comes after it.
pub(super) fn write_state(out: &mut dyn Write, plan: &PlanFile) -> io::Result<()> {
    let Some(deploy) = plan.placed_deploys().last() else { return Ok(()) };
    let count = plan.deploys.len();
    writeln!(out, "deploy {} of {count} ({}) of {} is in place", deploy.number, deploy.name, plan.id)?;
    write_rest(out, deploy)?;
    if plan.placed == count {
        return writeln!(out, "  it is the last one");
    }
    let left: Vec<String> =
        plan.deploys.iter().skip(plan.placed).map(|deploy| format!("{} ({})", deploy.number, deploy.name)).collect();
    writeln!(out, "  then    deploy {}: phasewise advance {}", left.join(", "), plan.id)
}

fn write_rest(out: &mut dyn Write, deploy: &DeployFile) -> io::Result<()> {
    for step in &deploy.steps {
        if let Some(backfill) = &step.backfill {
            writeln!(out, "  run     {}", backfill.run)?;
        }
        for (at, command) in step.run.iter().enumerate() {
            writeln!(out, "  {:7} {command}", if at == 0 { "run" } else { "or" })?;
        }
        if let (Some(words), None) = (&step.words, &step.backfill) {
            writeln!(out, "  code    {}", words.replace('\n', "\n          "))?;
            step.places.iter().try_for_each(|place| writeln!(out, "            {place}"))?;
        }
        if let Some(hold) = &step.hold {
            writeln!(out, "  wait    {}", hold.words())?;
        }
    }
    Ok(())
}
