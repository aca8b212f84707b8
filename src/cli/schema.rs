//! `phasewise schema`: the tables as the migrations leave them.

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{Format, SchemaArguments};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::terminal;
use crate::report::{json, tables};

#[derive(Debug, Error, Diagnostic)]
#[error("there is no migration `{0}` here")]
#[diagnostic(code(phasewise::schema::no_migration), help("give its name or its path as `phasewise sql` prints them"))]
struct NoMigration(String);

pub(super) fn run(arguments: &SchemaArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let paths: Vec<_> = arguments.path.iter().cloned().collect();
    let root = super::root::Root::find(&paths)?;
    let tree = crate::source::Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let last =
        arguments.at.as_deref().map(|wanted| workspace.migration(wanted).ok_or_else(|| NoMigration(wanted.to_owned())));
    let (catalog, unknown) = workspace.schema(last.transpose()?.as_deref());
    for problem in &unknown {
        let file = tree.file(problem.span.file);
        let line = file.position(problem.span.start).line;
        notes.remark(&format!("not understood: {}:{line} {}", file.path, problem.reason));
    }
    terminal::print(|out| match arguments.format {
        Format::Text => tables::write(out, &catalog),
        Format::Json => json::write_schema(out, &catalog),
    })?;
    Ok(Exit::Clean)
}
