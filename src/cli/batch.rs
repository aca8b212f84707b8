//! Which migrations are judged, and what decided it.

use std::collections::BTreeSet;
use std::path::Path;

use super::arguments::ScopeArguments;
use super::notes::Notes;
use super::project::Workspace;
use crate::lint::Batch;
use crate::source::{GitError, WorkTree};

/// The batch that the arguments ask for.
pub(super) fn choose(arguments: &ScopeArguments, workspace: &Workspace, notes: Notes) -> Result<Batch, GitError> {
    if let Some(revision) = &arguments.since {
        let git = WorkTree::around(workspace.root())?;
        let mut new = new_since(&git, revision, workspace)?;
        new.retain(|path| workspace.named.as_ref().is_none_or(|named| named.contains(path)));
        notes.detail(&format!("batch: {} new since `{revision}`", counted(new.len())));
        return Ok(Batch::Together(new));
    }
    let every = || workspace.migrations().into_iter().collect();
    match &workspace.named {
        None if arguments.all => {
            notes.detail("batch: every migration, each as a deploy of its own (`--all`)");
            Ok(Batch::EachAlone(every()))
        }
        None => Ok(usual(workspace, notes)),
        Some(named) if arguments.all => {
            notes.detail(&format!("batch: {} named, each as a deploy of its own (`--all`)", counted(named.len())));
            Ok(Batch::EachAlone(named.clone()))
        }
        // A directory holds a history rather than a deploy.
        Some(named) if arguments.paths.iter().any(|path| path.is_dir()) => {
            notes.detail(&format!("batch: {} there, each as a deploy of its own", counted(named.len())));
            Ok(Batch::EachAlone(named.clone()))
        }
        Some(named) => {
            notes.detail(&format!("batch: {} named, in one deploy", counted(named.len())));
            Ok(Batch::Together(named.clone()))
        }
    }
}

/// What git says the default branch does not have. Where git has no say, or HEAD has nothing of its own, every migration.
fn usual(workspace: &Workspace, notes: Notes) -> Batch {
    let every = || Batch::EachAlone(workspace.migrations().into_iter().collect());
    match not_on_default_branch(workspace) {
        Ok(Some((branch, new))) if new.is_empty() => {
            notes.remark(&format!("`{branch}` has every migration that is here; `--all` judges them all the same"));
            Batch::Together(new)
        }
        Ok(Some((branch, new))) => {
            notes.detail(&format!("batch: {} that `{branch}` does not have", counted(new.len())));
            Batch::Together(new)
        }
        Ok(None) => {
            notes.remark(
                "nothing here is newer than the default branch: every migration is judged, each as a deploy of its own",
            );
            every()
        }
        Err(error) => {
            notes.remark(&format!("{error}: every migration is judged, each as a deploy of its own"));
            every()
        }
    }
}

/// The default branch, and what it does not have; `None` where HEAD has nothing of its own.
fn not_on_default_branch(workspace: &Workspace) -> Result<Option<(String, BTreeSet<String>)>, GitError> {
    let git = WorkTree::around(workspace.root())?;
    let branch = git.default_branch()?;
    let new = new_since(&git, &branch, workspace)?;
    let has_own_commits = git.merge_base(&branch)? != git.commit("HEAD")?;
    Ok((has_own_commits || !new.is_empty()).then_some((branch, new)))
}

/// The project's migrations that were added since HEAD left `revision`, committed or not.
fn new_since(git: &WorkTree, revision: &str, workspace: &Workspace) -> Result<BTreeSet<String>, GitError> {
    let base = git.merge_base(revision)?;
    let prefix = prefix(workspace.root(), git.toplevel());
    let migrations = workspace.migrations();
    let directories: BTreeSet<String> = migrations
        .iter()
        .map(|path| format!("{prefix}{path}"))
        .map(|path| path.rsplit_once('/').map_or(".", |(directory, _)| directory).to_owned())
        .collect();
    if directories.is_empty() {
        return Ok(BTreeSet::new());
    }
    let changed = git.changed_since(&base, &directories.into_iter().collect::<Vec<_>>())?;
    let is_new: BTreeSet<&str> =
        changed.iter().filter(|file| file.state.is_new()).filter_map(|file| file.path.strip_prefix(&prefix)).collect();
    Ok(migrations.into_iter().filter(|path| is_new.contains(path.as_str())).collect())
}

/// Where the project's root lies below the top of the work tree: empty, or a path that ends in `/`.
fn prefix(root: &Path, toplevel: &Path) -> String {
    let below = root.strip_prefix(toplevel).unwrap_or(Path::new(""));
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if parts.is_empty() { String::new() } else { parts.join("/") + "/" }
}

/// Where the project lies in its repository: empty, or a path that ends in `/`; empty too where there is none.
pub(super) fn prefix_of(workspace: &Workspace) -> String {
    WorkTree::around(workspace.root()).map_or_else(|_| String::new(), |git| prefix(workspace.root(), git.toplevel()))
}

fn counted(count: usize) -> String {
    if count == 1 { "1 migration".to_owned() } else { format!("{count} migrations") }
}
