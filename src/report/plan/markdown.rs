//! A plan as a comment for a pull request: the picture, then each deploy as a list to tick off.

use std::io::{self, Write};

use super::{Sort, counted, floor, graph, of_places, places, statements, title, tools};
use crate::engine::Engine;
use crate::plan::{Deploy, Plan, Planned, Step, Work};
use crate::report::{markdown, words};
use crate::source::Tree;

pub fn write(out: &mut dyn Write, planned: &Planned, tree: &Tree) -> io::Result<()> {
    let engine = words::engine(&planned.target);
    for plan in &planned.plans {
        write_plan(out, plan, (&engine, planned.target.engine))?;
    }
    if !planned.unplanned.is_empty() {
        writeln!(out, "### phasewise: no plan\n")?;
    }
    for unplanned in &planned.unplanned {
        let place = words::place(unplanned.span, tree);
        writeln!(out, "- `{}` at {}: {}", unplanned.rule, code(&place), text(&unplanned.reason))?;
        if let Some(instead) = &unplanned.instead {
            writeln!(out, "  Instead: {}", text(instead))?;
        }
    }
    if planned.plans.is_empty() && planned.unplanned.is_empty() {
        writeln!(out, "### phasewise: nothing needs a plan on {engine}")?;
    }
    Ok(())
}

fn write_plan(out: &mut dyn Write, plan: &Plan, (title, engine): (&str, Engine)) -> io::Result<()> {
    writeln!(out, "### phasewise: {} on {title}\n", counted(plan.deploys.len(), "deploy"))?;
    writeln!(out, "{}\n", text(&plan.title))?;
    writeln!(out, "```mermaid")?;
    graph::write_mermaid_of(out, plan)?;
    writeln!(out, "```")?;
    plan.deploys.iter().try_for_each(|deploy| write_deploy(out, deploy, engine))
}

fn write_deploy(out: &mut dyn Write, deploy: &Deploy, engine: Engine) -> io::Result<()> {
    writeln!(out, "\n#### Deploy {}: {}\n", deploy.number, text(&deploy.name))?;
    for step in &deploy.steps {
        write_step(out, step, engine)?;
    }
    if deploy.rollback_floor > 0 {
        writeln!(out, "\nAfter it, {}.", floor(deploy.rollback_floor))?;
    }
    Ok(())
}

fn write_step(out: &mut dyn Write, step: &Step, engine: Engine) -> io::Result<()> {
    writeln!(out, "- [ ] **{}** {}", Sort::of(step).word(), text(&title(step)))?;
    if let Work::Backfill(backfill) = &step.work
        && let Some(question) = &backfill.question
    {
        writeln!(out, "  **{}**", text(question))?;
    }
    for place in places(step) {
        writeln!(out, "  - {}", code(&place))?;
    }
    if let Some(words) = of_places(step) {
        writeln!(out, "  - {}", text(&words))?;
    }
    let statements = statements(step);
    if !statements.is_empty() {
        let sql = statements.join(";\n");
        let fence = markdown::fence(&sql);
        writeln!(out, "\n  {fence}sql\n  {}\n  {fence}", sql.replace('\n', "\n  "))?;
    }
    for (label, line) in tools(step, engine) {
        writeln!(out, "  - {label} {}", code(&line))?;
    }
    if step.is_point_of_no_return {
        writeln!(out, "\n  **There is no way back from here.**")?;
    }
    Ok(())
}

/// Prose in which names stand between backticks; a name can break out of no line and start no tag.
fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A last backtick without another one opens nothing.
    let last = line.matches('`').count();
    let is_code = |at: usize| at % 2 == 1 && at < last;
    let parts = line.split('`').enumerate().map(|(at, part)| {
        if is_code(at) { part.to_owned() } else { part.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|") }
    });
    parts.collect::<Vec<_>>().join("`")
}

fn code(text: &str) -> String {
    let fence = "`".repeat(text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0) + 1);
    format!("{fence}{text}{fence}")
}
