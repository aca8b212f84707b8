//! `phasewise gate attest`: another host says which release it runs.

use std::fs;
use std::path::PathBuf;

use super::arguments::{AttestArguments, SiteArguments};
use super::asked::{self, Place};
use super::record;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::root::Root;
use crate::gate::decision::{Decision, GateExit};
use crate::gate::ledger::{Event, Record};
use crate::gate::releases::{self, Site};
use crate::source::Tree;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum AttestError {
    #[error("there is no release `{0}` here, by its directory, its name or its revision")]
    #[diagnostic(
        code(phasewise::gate::attest),
        help(
            "what plans a release has in place is read from it, so it must lie here too; name the releases with `--releases-dir`"
        )
    )]
    Unknown(String),
}

pub(super) fn run(arguments: &AttestArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.voice);
    let release = find(&arguments.site)?;
    let site = Site::look(&release, None, arguments.site.around.releases_dir.as_deref())?;
    let place = Place::at(site, arguments.site.around.audit_dir.as_deref())?;
    let root = Root::find(std::slice::from_ref(&place.site.release))?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, Notes::Quiet)?;
    let record = Record {
        plans: asked::placed(&tree, &workspace.plans()),
        host: arguments.host.clone(),
        ..record::record(Event::Attested, &record::id(), &place.site, arguments.actor.as_deref())
    };
    place.ledger.append(&record)?;
    notes.detail(&format!("recorded in `{}`", place.ledger.path().display()));
    let words = format!("{} runs release {}", arguments.host, releases::name(&place.site.release));
    Ok(Decision { exit: GateExit::Go, obstacle: None, words })
}

/// The release by its directory; or by its name or revision among those in the directory of releases.
fn find(arguments: &SiteArguments) -> Result<PathBuf, AttestError> {
    let said = &arguments.release;
    if said.is_dir() {
        return Ok(said.clone());
    }
    let name = said.display().to_string();
    let releases = arguments.around.releases_dir.as_ref().and_then(|directory| fs::read_dir(directory).ok());
    let mut known = releases.into_iter().flatten().flatten().map(|entry| entry.path());
    known
        .find(|path| releases::name(path) == name || releases::revision(path).as_deref() == Some(&name))
        .ok_or(AttestError::Unknown(name))
}
