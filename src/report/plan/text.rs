//! A plan on a terminal.

use std::io::{self, Write};

use super::{Sort, awaited, counted, floor, of_places, places, shown, tools, waited};
use crate::engine::Engine;
use crate::plan::{Deploy, Plan, Planned, Step, Unplanned, Work};
use crate::report::words;
use crate::source::Tree;

/// How many places of the code are shown for a step.
const PLACES: usize = 12;

pub fn write(out: &mut dyn Write, planned: &Planned, tree: &Tree) -> io::Result<()> {
    for plan in &planned.plans {
        write_plan(out, plan, planned)?;
    }
    for unplanned in &planned.unplanned {
        write_unplanned(out, unplanned, tree)?;
    }
    if planned.plans.is_empty() && planned.unplanned.is_empty() {
        writeln!(out, "nothing needs a plan on {}", words::engine(&planned.target))?;
    }
    Ok(())
}

fn write_plan(out: &mut dyn Write, plan: &Plan, planned: &Planned) -> io::Result<()> {
    let count = counted(plan.deploys.len(), "deploy");
    writeln!(out, "plan {}: {count} on {}", plan.id, words::engine(&planned.target))?;
    writeln!(out, "  {}", plan.title)?;
    for deploy in &plan.deploys {
        write_deploy(out, plan, deploy, planned.target.engine)?;
    }
    writeln!(out)
}

fn write_deploy(out: &mut dyn Write, plan: &Plan, deploy: &Deploy, engine: Engine) -> io::Result<()> {
    writeln!(out, "\ndeploy {}: {}", deploy.number, deploy.name)?;
    let mut awaited: Vec<usize> = deploy.steps.iter().flat_map(|step| awaited(plan, deploy.number, step)).collect();
    awaited.sort_unstable();
    awaited.dedup();
    if !awaited.is_empty() {
        let numbers: Vec<String> = awaited.iter().map(ToString::to_string).collect();
        writeln!(out, "  {:7} what deploy {} waits for", "after", numbers.join(" and deploy "))?;
    }
    for step in &deploy.steps {
        write_step(out, step, engine)?;
    }
    if deploy.rollback_floor > 0 {
        writeln!(out, "  {:7} {}", "back", floor(deploy.rollback_floor))?;
    }
    Ok(())
}

fn write_step(out: &mut dyn Write, step: &Step, engine: Engine) -> io::Result<()> {
    let lines: Vec<String> = match &step.work {
        Work::Migrate(migration) | Work::Copy(migration) => counted_once(migration.statements.iter().map(shown)),
        Work::Code { words, .. } => {
            std::iter::once(words.clone()).chain(some(places(step))).chain(of_places(step)).collect()
        }
        Work::Backfill(backfill) => std::iter::once(backfill.sql.clone()).chain(backfill.question.clone()).collect(),
        Work::Hold(hold) => vec![waited(hold)],
    };
    let text: Vec<&str> = lines.iter().flat_map(|line| line.trim_end().lines()).collect();
    for (at, line) in text.iter().enumerate() {
        let label = if at == 0 { Sort::of(step).word() } else { "" };
        writeln!(out, "  {label:7} {line}")?;
    }
    for (label, line) in tools(step, engine) {
        writeln!(out, "  {label:7} {line}")?;
    }
    if step.is_point_of_no_return {
        writeln!(out, "  {:7} there is no way back from here", "!")?;
    }
    Ok(())
}

/// Lines that say the same one after another stand once, with their number.
fn counted_once(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut once: Vec<(String, usize)> = Vec::new();
    for line in lines {
        match once.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            _ => once.push((line, 1)),
        }
    }
    once.into_iter().map(|(line, count)| if count == 1 { line } else { format!("{line} ({count} times)") }).collect()
}

/// The first places, and how many are left out.
fn some(mut places: Vec<String>) -> Vec<String> {
    let more = places.len().saturating_sub(PLACES);
    if more > 1 {
        places.truncate(PLACES);
        places.push(format!("and {more} more"));
    }
    places.iter().map(|place| format!("  {place}")).collect()
}

fn write_unplanned(out: &mut dyn Write, unplanned: &Unplanned, tree: &Tree) -> io::Result<()> {
    writeln!(out, "no plan [{}] {}: {}", unplanned.rule, words::place(unplanned.span, tree), unplanned.reason)?;
    if let Some(instead) = &unplanned.instead {
        writeln!(out, "  instead: {}", instead.trim_end().replace('\n', "\n           "))?;
    }
    Ok(())
}
