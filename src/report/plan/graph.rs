//! A plan as a graph for other tools to draw: Mermaid and Graphviz.

use std::io::{self, Write};

use super::{Sort, title};
use crate::plan::{Plan, Planned, Step};

/// How much of a step's words a node shows.
const NODE_LETTERS: usize = 60;

/// One Mermaid flowchart for each plan.
pub fn write_mermaid(out: &mut dyn Write, planned: &Planned) -> io::Result<()> {
    planned.plans.iter().try_for_each(|plan| write_mermaid_of(out, plan))
}

pub(super) fn write_mermaid_of(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    writeln!(out, "flowchart TB")?;
    for deploy in &plan.deploys {
        writeln!(out, "  subgraph d{0}[\"deploy {0}: {1}\"]", deploy.number, in_mermaid(&deploy.name))?;
        for step in &deploy.steps {
            let label = format!("{}: {}", Sort::of(step).word(), shortened(&title(step)));
            let (open, close) = match Sort::of(step) {
                Sort::Schema | Sort::Copy => ("[", "]"),
                Sort::Code => ("(", ")"),
                Sort::Rows => ("[(", ")]"),
                Sort::Hold => ("{{", "}}"),
            };
            let way_back = if step.is_point_of_no_return { "<br/>no way back" } else { "" };
            writeln!(out, "    {}{open}\"{}{way_back}\"{close}", node(plan, step), in_mermaid(&label))?;
        }
        writeln!(out, "  end")?;
    }
    for (need, step) in edges(plan) {
        writeln!(out, "  {need} --> {step}")?;
    }
    let marked: Vec<_> = plan.steps().filter(|step| step.is_point_of_no_return).collect();
    if !marked.is_empty() {
        writeln!(out, "  classDef final stroke:#c02,stroke-width:3px")?;
    }
    marked.into_iter().try_for_each(|step| writeln!(out, "  class {} final", node(plan, step)))
}

/// One Graphviz digraph for each plan.
pub fn write_dot(out: &mut dyn Write, planned: &Planned) -> io::Result<()> {
    for plan in &planned.plans {
        writeln!(out, "digraph \"{}\" {{", in_dot(&plan.id))?;
        writeln!(out, "  rankdir=TB; node [fontname=\"sans-serif\"]; graph [fontname=\"sans-serif\"];")?;
        for deploy in &plan.deploys {
            writeln!(out, "  subgraph cluster_{} {{", deploy.number)?;
            writeln!(out, "    label=\"deploy {}: {}\";", deploy.number, in_dot(&deploy.name))?;
            for step in &deploy.steps {
                let shape = match Sort::of(step) {
                    Sort::Schema | Sort::Copy => "box",
                    Sort::Code => "note",
                    Sort::Rows => "cylinder",
                    Sort::Hold => "hexagon",
                };
                let label = format!("{}: {}", Sort::of(step).word(), shortened(&title(step)));
                let mark =
                    if step.is_point_of_no_return { ", color=red, penwidth=3, xlabel=\"no way back\"" } else { "" };
                writeln!(out, "    {} [shape={shape}, label=\"{}\"{mark}];", node(plan, step), in_dot(&label))?;
            }
            writeln!(out, "  }}")?;
        }
        edges(plan).try_for_each(|(need, step)| writeln!(out, "  {need} -> {step};"))?;
        writeln!(out, "}}")?;
    }
    Ok(())
}

/// A name that every tool takes, whatever the step's id holds.
fn node(plan: &Plan, step: &Step) -> String {
    let at = plan.steps().position(|other| other.id == step.id).unwrap_or_default();
    format!("s{}", at + 1)
}

fn edges(plan: &Plan) -> impl Iterator<Item = (String, String)> {
    plan.steps().flat_map(move |step| {
        let needed = plan.steps().filter(|need| step.needs.contains(&need.id));
        needed.map(|need| (node(plan, need), node(plan, step)))
    })
}

fn shortened(text: &str) -> String {
    let text = text.replace('`', "");
    if text.chars().count() <= NODE_LETTERS {
        return text;
    }
    let kept: String = text.chars().take(NODE_LETTERS).collect();
    format!("{}…", kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words))
}

/// Letters that mean something to Mermaid, or to the HTML that it makes, as its entity codes.
fn in_mermaid(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || " .,:;_-/+=()…".contains(letter);
    text.chars().map(|letter| if plain(letter) { letter.to_string() } else { format!("#{};", letter as u32) }).collect()
}

fn in_dot(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}
