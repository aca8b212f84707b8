//! `phasewise plan`

use super::arguments::{Format, PlanArguments};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::root::Root;
use super::{batch, terminal};
use crate::plan::Packing;
use crate::report::{json, plan};
use crate::source::Tree;

pub(super) fn run(arguments: &PlanArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&arguments.scope.paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let batch = batch::choose(&arguments.scope, &workspace, notes)?;
    workspace.remark_on_dump(&batch, notes);
    let packing = if arguments.compact { Packing::Compact } else { Packing::Usual };
    let planned = workspace.plan(&batch, packing)?;
    terminal::print(|out| match arguments.format {
        Format::Text => plan::write(out, &planned, &tree),
        Format::Json => json::write_plan(out, &planned, &tree),
    })?;
    Ok(if planned.unplanned.is_empty() { Exit::Clean } else { Exit::Findings })
}
