//! A plan as one page that stands by itself: the picture, then each deploy with its statements. No script, nothing from
//! the network; every name is escaped.

use std::io::{self, Write};

use super::{Sort, counted, drawing, floor, of_places, places, statements, title, tools};
use crate::engine::Engine;
use crate::plan::{Deploy, Plan, Planned, Step, Work};
use crate::report::junit::escaped;
use crate::report::words;
use crate::source::Tree;

const STYLE: &str = include_str!("plan.css");

pub fn write(out: &mut dyn Write, planned: &Planned, tree: &Tree) -> io::Result<()> {
    let engine = words::engine(&planned.target);
    let heading = match planned.plans.as_slice() {
        [] if planned.unplanned.is_empty() => "Nothing needs a plan".to_owned(),
        [] => "No plan".to_owned(),
        [plan] => plan.id.clone(),
        plans => counted(plans.len(), "plan"),
    };
    let heading = escaped(&heading);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{heading}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>"
    )?;
    writeln!(out, "<header><h1>{heading}</h1><p>{}</p></header>", escaped(&engine))?;
    for (at, plan) in planned.plans.iter().enumerate() {
        write_plan(out, plan, (&format!("p{}-", at + 1), planned.target.engine))?;
    }
    write_unplanned(out, planned, tree)?;
    writeln!(out, "</main>\n</body>\n</html>")
}

fn write_plan(out: &mut dyn Write, plan: &Plan, (prefix, engine): (&str, Engine)) -> io::Result<()> {
    writeln!(out, "<section class=\"plan\">\n<h2>{}</h2>", prose(&plan.title))?;
    write!(out, "<p class=\"legend\">{}: ", counted(plan.deploys.len(), "deploy"))?;
    for sort in Sort::ALL {
        write!(out, "<span class=\"key {}\">{}</span> ", sort.word(), sort.title())?;
    }
    writeln!(out, "</p>\n<figure>")?;
    drawing::write(out, plan, prefix)?;
    writeln!(out, "</figure>")?;
    plan.deploys.iter().try_for_each(|deploy| write_deploy(out, deploy, (prefix, engine)))?;
    writeln!(out, "</section>")
}

fn write_deploy(out: &mut dyn Write, deploy: &Deploy, at: (&str, Engine)) -> io::Result<()> {
    writeln!(out, "<section class=\"deploy\">\n<h3>Deploy {}: {}</h3>\n<ol>", deploy.number, escaped(&deploy.name))?;
    deploy.steps.iter().try_for_each(|step| write_step(out, step, at))?;
    writeln!(out, "</ol>")?;
    if deploy.rollback_floor > 0 {
        writeln!(out, "<p class=\"floor\">After it, {}.</p>", floor(deploy.rollback_floor))?;
    }
    writeln!(out, "</section>")
}

fn write_step(out: &mut dyn Write, step: &Step, (prefix, engine): (&str, Engine)) -> io::Result<()> {
    let word = Sort::of(step).word();
    let id = escaped(&format!("{prefix}{}", step.id));
    write!(out, "<li id=\"{id}\" class=\"{word}\"><span class=\"key {word}\">{word}</span> {}", prose(&title(step)))?;
    write!(out, " <small>{}</small>", escaped(&step.id))?;
    if let Work::Backfill(backfill) = &step.work
        && let Some(question) = &backfill.question
    {
        write!(out, "<p class=\"ask\">{}</p>", prose(question))?;
    }
    let statements = statements(step);
    if !statements.is_empty() {
        write!(out, "<pre><code>{}</code></pre>", escaped(&statements.join(";\n")))?;
    }
    if let Work::Migrate(migration) = &step.work
        && !migration.guards.is_empty()
    {
        write!(out, "<p class=\"guard\">under <code>{}</code></p>", escaped(&migration.guards.join("; ")))?;
    }
    for (label, line) in tools(step, engine) {
        write!(out, "<p class=\"guard\">{label} <code>{}</code></p>", escaped(&line))?;
    }
    let places = places(step);
    if !places.is_empty() {
        let items: Vec<String> =
            places.iter().map(|place| format!("<li><code>{}</code></li>", escaped(place))).collect();
        write!(out, "<ul>{}</ul>", items.join(""))?;
    }
    if let Some(words) = of_places(step) {
        write!(out, "<p class=\"guard\">{}</p>", prose(&words))?;
    }
    for settled in &step.settles {
        let (rule, words) = (escaped(&settled.rule), prose(&settled.words));
        write!(out, "<p class=\"settled\"><code>{rule}</code> does no harm here: {words}</p>")?;
    }
    if step.is_point_of_no_return {
        write!(out, "<p class=\"final\">There is no way back from here.</p>")?;
    }
    writeln!(out, "</li>")
}

fn write_unplanned(out: &mut dyn Write, planned: &Planned, tree: &Tree) -> io::Result<()> {
    if planned.unplanned.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"unplanned\">\n<h2>What cannot be planned</h2>\n<ul>")?;
    for unplanned in &planned.unplanned {
        let place = escaped(&words::place(unplanned.span, tree));
        write!(out, "<li><code>{}</code> at <code>{place}</code>: ", escaped(&unplanned.rule))?;
        write!(out, "{}", prose(&unplanned.reason))?;
        if let Some(instead) = &unplanned.instead {
            write!(out, "<p>Instead: {}</p>", prose(instead))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>\n</section>")
}

/// Prose in which names stand between backticks.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let part = escaped(part);
        if at % 2 == 1 { format!("<code>{part}</code>") } else { part }
    });
    parts.collect()
}
