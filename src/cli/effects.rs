//! `phasewise effects`

use super::arguments::{EffectsArguments, Format};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::root::Root;
use super::{batch, terminal};
use crate::report::{effects, json};
use crate::source::Tree;

pub(super) fn run(arguments: &EffectsArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&arguments.scope.paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let batch = batch::choose(&arguments.scope, &workspace, notes)?;
    workspace.remark_on_dump(&batch, notes);
    let outcome = workspace.lint(&batch)?;
    terminal::print(|out| match arguments.format {
        Format::Text => effects::write(out, &outcome, &tree),
        Format::Json => json::write_effects(out, &outcome, &tree),
    })?;
    Ok(Exit::Clean)
}
