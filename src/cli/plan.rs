//! `phasewise plan`

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::advance::{write_operations, write_state};
use super::arguments::{PlanArguments, PlanFormat};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::plans::PlansError;
use super::project::Workspace;
use super::releases::Around;
use super::root::Root;
use super::{batch, files, plans, terminal};
use crate::emit::{Emission, EmitError, InFlight, Operation, PlanFile};
use crate::lint::{Batch, Code};
use crate::plan::{Packing, Planned};
use crate::report::json;
use crate::report::plan::{graph, html, markdown, text};
use crate::source::Tree;

pub(super) fn run(arguments: &PlanArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&arguments.scope.paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    if let Some(named) = &arguments.check {
        return check(&workspace, named);
    }
    if let Some(named) = &arguments.abort {
        return abort(&workspace, named);
    }
    match plans::before(&workspace, &root)? {
        None => plan(&workspace, (&BTreeSet::new(), &[]), arguments, notes),
        Some(before) => {
            let workspace = Workspace::open(&before.root, &before.tree, &arguments.target, Notes::Quiet)?;
            plan(&workspace, (&before.intents, &before.plans), arguments, notes)
        }
    }
}

/// Plans the batch, and with it the migrations that were planned before.
fn plan(
    workspace: &Workspace,
    (planned_before, plans_before): (&BTreeSet<String>, &[(String, PlanFile)]),
    arguments: &PlanArguments,
    notes: Notes,
) -> Result<Exit, Failure> {
    let mut batch = batch::choose(&arguments.scope, workspace, notes)?;
    if let (Batch::Together(keys), None) = (&mut batch, &workspace.named) {
        keys.extend(workspace.migrations().into_iter().filter(|key| planned_before.contains(key)));
    }
    workspace.remark_on_dump(&batch, notes);
    let packing = if arguments.compact { Packing::Compact } else { Packing::Usual };
    let around = Around::new(&arguments.code, &arguments.scope, &batch, workspace, notes)?;
    let code = around.as_ref().map(|around| Code::unfinished(|schema| around.read(schema)));
    let planned = workspace.plan(&batch, packing, code.as_ref())?;
    drop(code);
    if let Some(failure) = around.and_then(Around::failure) {
        return Err(failure);
    }
    if arguments.write {
        return write(workspace, &planned, plans_before, arguments.force);
    }
    show(workspace, &planned, arguments.format)?;
    Ok(if planned.unplanned.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn show(workspace: &Workspace, planned: &Planned, format: PlanFormat) -> Result<(), Failure> {
    let tree = workspace.tree;
    let yaml = match format {
        PlanFormat::Yaml => plan_files(workspace, planned)?,
        _ => String::new(),
    };
    terminal::print(|out| match format {
        PlanFormat::Text => text::write(out, planned, tree),
        PlanFormat::Yaml => write!(out, "{yaml}"),
        PlanFormat::Json => json::write_plan(out, planned, tree),
        PlanFormat::Markdown => markdown::write(out, planned, tree),
        PlanFormat::Html => html::write(out, planned, tree),
        PlanFormat::Mermaid => graph::write_mermaid(out, planned),
        PlanFormat::Dot => graph::write_dot(out, planned),
    })
}

/// The plan files, each a document.
fn plan_files(workspace: &Workspace, planned: &Planned) -> Result<String, Failure> {
    let mut documents = Vec::new();
    for plan in &planned.plans {
        documents.push(workspace.emit(plan)?.plan.text()?);
    }
    Ok(documents.join("---\n"))
}

/// Writes all plans with the migrations of their first deploys, or nothing.
fn write(
    workspace: &Workspace,
    planned: &Planned,
    plans_before: &[(String, PlanFile)],
    is_forced: bool,
) -> Result<Exit, Failure> {
    if !planned.unplanned.is_empty() {
        show(workspace, planned, PlanFormat::Text)?;
        return Err(PlansError::Unplanned.into());
    }
    let mut operations: Vec<Operation> = Vec::new();
    let mut written: Vec<PlanFile> = Vec::new();
    // What stands on the disk counts here, not what stood before an earlier plan.
    let tree = Tree::new(workspace.root());
    let emissions = planned.plans.iter().map(|plan| workspace.emit(plan)).collect::<Result<Vec<Emission>, _>>()?;
    let is_part_of_these = |plan: &PlanFile| {
        let covers = |emission: &Emission| plan.intents.iter().all(|intent| emission.plan.intents.contains(intent));
        emissions.iter().any(covers)
    };
    let merged: Vec<_> = plans_before.iter().filter(|(_, plan)| is_part_of_these(plan)).collect();
    let others: Vec<(String, PlanFile)> = plans::read_all_in(workspace, &tree)?
        .into_iter()
        .filter(|(directory, _)| !merged.iter().any(|(merged, _)| merged == directory))
        .filter(|(directory, _)| !emissions.iter().any(|emission| emission.directory == *directory))
        .collect();
    for emission in emissions {
        written.push(emission.plan.clone());
        operations.extend(emission.operations(
            &tree,
            &merged.iter().map(|(_, plan)| plan).collect::<Vec<_>>(),
            is_forced,
        )?);
    }
    operations.extend(plans::without_merged(&merged, &written, &operations, &tree));
    let (catalog, _) = workspace.schema(None);
    let in_flight = InFlight::of(others.iter().map(|(_, plan)| plan).chain(&written), &tree, &catalog);
    let is_new = |id: &str| written.iter().any(|plan| plan.id == id);
    let clash = in_flight.clashes.iter().find(|clash| is_new(&clash.first.0) || is_new(&clash.second.0));
    if let Some(clash) = clash {
        return Err(EmitError::Clash(Box::new(clash.clone())).into());
    }
    files::apply(workspace.root(), &operations)?;
    terminal::print(|out| {
        write_operations(out, &operations)?;
        if written.is_empty() {
            text::write(out, planned, workspace.tree)?;
        }
        for plan in &written {
            write_state(out, plan)?;
            write_asked(out, plan)?;
        }
        write_together(out, &in_flight)
    })?;
    Ok(Exit::Clean)
}

/// What only a person knows, and where to say it.
fn write_asked(out: &mut dyn Write, plan: &PlanFile) -> io::Result<()> {
    for step in plan.steps().filter(|step| step.backfill.is_some()) {
        if let (Some(question), Some(file)) = (&step.words, step.files.first()) {
            writeln!(out, "  answer  {question}\n          in {}", file.path)?;
        }
    }
    Ok(())
}

/// An empty name is for all of them.
fn check(workspace: &Workspace, named: &str) -> Result<Exit, Failure> {
    let all = plans::read_all(workspace)?;
    let (catalog, _) = workspace.schema(None);
    let in_flight = InFlight::of(all.iter().map(|(_, plan)| plan), workspace.tree, &catalog);
    let plans = match named {
        "" => all.clone(),
        named => {
            let directory = plans::find(workspace, named)?;
            let plan = PlanFile::read(workspace.tree, &directory)?;
            vec![(directory, plan)]
        }
    };
    let mut checked = Vec::new();
    for (directory, plan) in plans {
        let faults = workspace.faults(&plan, &directory);
        checked.push((plan, faults));
    }
    terminal::print(|out| {
        checked.iter().try_for_each(|(plan, faults)| write_checked(out, plan, faults))?;
        write_together(out, &in_flight)
    })?;
    if !in_flight.clashes.is_empty() {
        return Ok(Exit::Unusable);
    }
    let is_clean = checked.iter().all(|(_, faults)| faults.is_empty());
    Ok(if is_clean { Exit::Clean } else { Exit::Findings })
}

/// In which releases the deploys of several plans come, and what cannot come together.
fn write_together(out: &mut dyn Write, in_flight: &InFlight<'_>) -> io::Result<()> {
    let releases = in_flight.releases();
    if !releases.is_empty() {
        writeln!(out, "\nseveral plans are under way; release by release:")?;
    }
    for (at, release) in releases.iter().enumerate() {
        let label = if at == 0 { "in place" } else { "then" };
        for (at, part) in release.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            writeln!(out, "  {label:9} deploy {} ({}) of {}", part.number, part.name, part.plan)?;
        }
    }
    for clash in &in_flight.clashes {
        let ((first, step), (second, other)) = (&clash.first, &clash.second);
        writeln!(out, "\nclash: step `{step}` of {first} and step `{other}` of {second}: {}", clash.reason)?;
        writeln!(
            out,
            "  bring {first} to its end with `phasewise advance` first, or give one up: `phasewise plan --abort {second}`"
        )?;
    }
    Ok(())
}

fn write_checked(out: &mut dyn Write, plan: &PlanFile, faults: &[String]) -> io::Result<()> {
    let (id, placed, count) = (&plan.id, plan.placed, plan.deploys.len());
    if faults.is_empty() {
        let state = if plan.aborted { ", given up" } else { "" };
        return writeln!(out, "{id}: as planned, deploy {placed} of {count}{state}");
    }
    writeln!(out, "{id}: deploy {placed} of {count}")?;
    faults.iter().try_for_each(|fault| writeln!(out, "  {fault}"))
}

fn abort(workspace: &Workspace, named: &str) -> Result<Exit, Failure> {
    let directory = plans::find(workspace, named)?;
    let plan = PlanFile::read(workspace.tree, &directory)?;
    let (plan, operations) = workspace.abort(plan, &directory)?;
    files::apply(workspace.root(), &operations)?;
    terminal::print(|out| {
        write_operations(out, &operations)?;
        writeln!(out, "{} is given up; once these migrations have run, all is as it was before it", plan.id)
    })?;
    Ok(Exit::Clean)
}
