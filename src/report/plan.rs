//! A plan for people: what happens in which deploy, what is waited for, and where there is no way back.

use std::io::{self, Write};

use super::words;
use crate::plan::{Deploy, Plan, Planned, Step, Unplanned, Work};
use crate::recipe::Hold;
use crate::source::Tree;

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
    let count = plan.deploys.len();
    let deploys = if count == 1 { "1 deploy".to_owned() } else { format!("{count} deploys") };
    writeln!(out, "plan {}: {deploys} on {}", plan.id, words::engine(&planned.target))?;
    writeln!(out, "  {}", plan.title)?;
    for deploy in &plan.deploys {
        write_deploy(out, deploy)?;
    }
    writeln!(out)
}

fn write_deploy(out: &mut dyn Write, deploy: &Deploy) -> io::Result<()> {
    writeln!(out, "\ndeploy {}: {}", deploy.number, deploy.name)?;
    for step in &deploy.steps {
        write_step(out, step)?;
    }
    if deploy.rollback_floor > 0 {
        writeln!(out, "  back    no release before that of deploy {} may come back", deploy.rollback_floor)?;
    }
    Ok(())
}

fn write_step(out: &mut dyn Write, step: &Step) -> io::Result<()> {
    let (label, lines) = match &step.work {
        Work::Migrate(migration) => {
            ("migrate", migration.statements.iter().map(|statement| statement.sql.clone()).collect())
        }
        Work::Code { words, .. } => ("code", vec![words.clone()]),
        Work::Backfill(backfill) => {
            ("fill", std::iter::once(backfill.sql.clone()).chain(backfill.question.clone()).collect())
        }
        Work::Hold(hold) => ("wait", vec![waited(hold)]),
    };
    let text: Vec<&str> = lines.iter().flat_map(|line| line.trim_end().lines()).collect();
    for (at, line) in text.iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        writeln!(out, "  {label:7} {line}")?;
    }
    if step.is_point_of_no_return {
        writeln!(out, "  {:7} there is no way back from here", "!")?;
    }
    Ok(())
}

fn waited(hold: &Hold) -> String {
    match hold {
        Hold::Drained => "until no process of an older release runs: web workers, queue workers, scheduler".to_owned(),
        Hold::Unreferenced { what } => format!("until no code of the live release uses `{what}`"),
        Hold::NoRow { query } => format!("until this gives no row: {query}"),
        Hold::Approved { what } => format!("until a person approves: {what}"),
    }
}

fn write_unplanned(out: &mut dyn Write, unplanned: &Unplanned, tree: &Tree) -> io::Result<()> {
    writeln!(out, "no plan [{}] {}: {}", unplanned.rule, words::place(unplanned.span, tree), unplanned.reason)?;
    if let Some(instead) = &unplanned.instead {
        writeln!(out, "  instead: {}", instead.trim_end().replace('\n', "\n           "))?;
    }
    Ok(())
}
