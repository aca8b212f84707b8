//! Which migrations are judged, and what decided it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::arguments::ScopeArguments;
use super::notes::Notes;
use super::project::Workspace;
use crate::lint::Batch;
use crate::source::{FileState, GitError, WorkTree};
use crate::sql::layout;

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

/// The keys of the project's migrations that were added since HEAD left `revision`, committed or not; and of those changed
/// since that their runner runs anew.
fn new_since(git: &WorkTree, revision: &str, workspace: &Workspace) -> Result<BTreeSet<String>, GitError> {
    let base = git.merge_base(revision)?;
    let prefix = prefix(workspace.root(), git.toplevel());
    let migrations = workspace.files();
    let directories = directories(workspace, &prefix);
    if directories.is_empty() {
        return Ok(BTreeSet::new());
    }
    let changed = git.changed_since(&base, &directories)?;
    let states: BTreeMap<&str, FileState> =
        changed.iter().filter_map(|file| Some((file.path.strip_prefix(&prefix)?, file.state))).collect();
    let mut new = BTreeSet::new();
    let mut before: BTreeMap<String, Changesets> = BTreeMap::new();
    for (file, runs_again) in &migrations {
        let Some(state) = states.get(file.path.as_str()) else { continue };
        let is_new = match state {
            state if state.is_new() => true,
            _ if file.shares_file => {
                let known = before.entry(file.path.clone()).or_insert_with(|| {
                    Changesets::between(git, &base, &format!("{prefix}{}", file.path), &file.path, workspace)
                });
                known.is_new(&file.name, *runs_again)
            }
            _ => *runs_again,
        };
        if is_new {
            new.insert(file.key().to_owned());
        }
    }
    Ok(new)
}

/// The migrations of one file by name, each with its text: as they were, and as they are.
#[derive(Default)]
struct Changesets {
    before: BTreeMap<String, String>,
    now: BTreeMap<String, String>,
}

impl Changesets {
    fn between(git: &WorkTree, base: &str, path_in_git: &str, path: &str, workspace: &Workspace) -> Self {
        let read = |text: &str| layout::changesets(path, text).unwrap_or_default();
        let before = git.text_at(base, path_in_git).map(|text| read(&text)).unwrap_or_default();
        let now = workspace.tree.read(path).map(|file| read(&file.text)).unwrap_or_default();
        Self { before, now }
    }

    fn is_new(&self, name: &str, runs_again: bool) -> bool {
        match self.before.get(name) {
            None => true,
            Some(text) => runs_again && self.now.get(name) != Some(text),
        }
    }
}

/// The directories of the migrations, relative to the top of the work tree, below which the project lies at `prefix`.
pub(super) fn directories(workspace: &Workspace, prefix: &str) -> Vec<String> {
    let paths = workspace.files().into_iter().map(|(file, _)| format!("{prefix}{}", file.path));
    let directories: BTreeSet<String> =
        paths.map(|path| path.rsplit_once('/').map_or(".", |(directory, _)| directory).to_owned()).collect();
    directories.into_iter().collect()
}

/// Where the project's root lies below the top of the work tree: empty, or a path that ends in `/`.
pub(super) fn prefix(root: &Path, toplevel: &Path) -> String {
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
