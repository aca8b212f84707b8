//! `phasewise init`: writes what ties phasewise to a project's deploys, its CI and its commits, and says what is left to
//! do by hand. What people wrote themselves it does not touch.

mod kit;
mod seen;

use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use self::kit::{Kit, Step};
use self::seen::Seen;
use super::arguments::InitArguments;
use super::batch::prefix;
use super::exit::{Exit, Failure};
use super::root::Root;
use super::{files, terminal};
use crate::emit::Operation;
use crate::source::{Tree, WorkTree};

#[derive(Debug, Error, Diagnostic)]
#[error("{} already there, with another content: {}", if paths.len() == 1 { "a file is" } else { "files are" }, list(paths))]
#[diagnostic(
    code(phasewise::init::exists),
    help("nothing was written; look at what they hold, then `--force` writes over them")
)]
struct ExistsError {
    paths: Vec<String>,
}

/// Where things go: the top of the repository, and the project in it.
struct Ground {
    top: PathBuf,
    /// The project below the top: empty, or a path that ends in `/`.
    prefix: String,
    tree: Tree,
}

pub(super) fn run(arguments: &InitArguments) -> Result<Exit, Failure> {
    let ground = Ground::find()?;
    let seen = Seen::look(&ground.tree, &ground.prefix);
    let mut kits: Vec<Kit> = arguments.deploy.iter().map(|tool| kit::of_deploy(*tool, &seen, &ground.prefix)).collect();
    kits.extend(arguments.ci.map(|ci| kit::of_ci(ci, &seen, &ground.prefix)));
    if arguments.pre_commit {
        kits.push(kit::of_pre_commit(&seen));
    }
    if kits.is_empty() {
        terminal::print(|out| seen::write(out, &seen))?;
        return Ok(Exit::Clean);
    }
    let operations = ground.operations(&kits, arguments.force)?;
    files::apply(&ground.top, &operations)?;
    let steps: Vec<&Step> = kits.iter().flat_map(|kit| &kit.steps).filter(|step| !ground.is_done(step)).collect();
    if operations.is_empty() && steps.is_empty() {
        terminal::print(|out| writeln!(out, "all is there already"))?;
    }
    terminal::print(|out| write(out, &operations, &steps))?;
    Ok(Exit::Clean)
}

impl Ground {
    fn find() -> Result<Self, Failure> {
        let root = Root::find(&[])?.directory;
        let top = WorkTree::around(&root).map_or_else(|_| root.clone(), |work_tree| work_tree.toplevel().to_owned());
        Ok(Self { prefix: prefix(&root, &top), tree: Tree::new(&top), top })
    }

    /// What is not there yet; an error where something else is.
    fn operations(&self, kits: &[Kit], is_forced: bool) -> Result<Vec<Operation>, ExistsError> {
        let (mut operations, mut others) = (Vec::new(), Vec::new());
        for (path, text) in kits.iter().flat_map(|kit| &kit.files) {
            let is_there = self.tree.exists(path);
            if is_there && self.tree.read(path).is_ok_and(|file| file.text == *text) {
                continue;
            }
            if is_there && !is_forced {
                others.push(path.clone());
            }
            operations.push(Operation::Write { path: path.clone(), text: text.clone() });
        }
        if others.is_empty() { Ok(operations) } else { Err(ExistsError { paths: others }) }
    }

    /// Whether what a step asks for is in its file already.
    fn is_done(&self, step: &Step) -> bool {
        let Some((file, mark)) = &step.shown_by else { return false };
        self.tree.read(file).is_ok_and(|file| file.text.contains(mark))
    }
}

fn write(out: &mut dyn Write, operations: &[Operation], steps: &[&Step]) -> io::Result<()> {
    operations.iter().try_for_each(|operation| writeln!(out, "wrote   {}", operation.path()))?;
    if !operations.is_empty() && !steps.is_empty() {
        writeln!(out)?;
    }
    if !steps.is_empty() {
        writeln!(out, "left to you")?;
    }
    for step in steps {
        writeln!(out, "\n  {}", step.words)?;
        step.lines.lines().try_for_each(|line| writeln!(out, "{}", format!("    {line}").trim_end()))?;
    }
    Ok(())
}

fn list(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}
