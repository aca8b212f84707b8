//! `phasewise effects`

use super::arguments::{EffectsArguments, Format};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::{batch, terminal};
use crate::report::{effects, json};

pub(super) fn run(arguments: &EffectsArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let workspace = Workspace::open(&arguments.scope, &arguments.target, notes)?;
    let batch = batch::choose(&arguments.scope, &workspace, notes)?;
    let outcome = workspace.lint(&batch)?;
    terminal::print(|out| match arguments.format {
        Format::Text => effects::write(out, &outcome, &workspace.tree),
        Format::Json => json::write_effects(out, &outcome, &workspace.tree),
    })?;
    Ok(Exit::Clean)
}
