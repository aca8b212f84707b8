//! What git says of migrations that others may have run: which of them are another now, and which sort after a new one.

use std::collections::BTreeMap;

use super::arguments::ScopeArguments;
use super::batch::{directories, prefix};
use super::project::Workspace;
use crate::lint::{Batch, Later, MigrationFile, Published};
use crate::source::{FileState, GitError, WorkTree};

/// What the branch has: the revision of `--since`, else the default branch. `None` where all or certain files are asked for,
/// or git has no say.
pub(super) fn of(arguments: &ScopeArguments, batch: &Batch, workspace: &Workspace) -> Option<Published> {
    if arguments.since.is_none() && (arguments.all || workspace.named.is_some()) {
        return None;
    }
    let git = WorkTree::around(workspace.root()).ok()?;
    let branch = match &arguments.since {
        Some(revision) => revision.clone(),
        None => git.default_branch().ok()?,
    };
    read(&git, &branch, batch, workspace).ok()
}

fn read(git: &WorkTree, branch: &str, batch: &Batch, workspace: &Workspace) -> Result<Published, GitError> {
    let prefix = prefix(workspace.root(), git.toplevel());
    let directories = directories(workspace, &prefix);
    if directories.is_empty() {
        return Ok(Published::default());
    }
    let files = workspace.files();
    let base = git.merge_base(branch)?;
    let mut published = Published::default();
    for changed in git.changed_since(&base, &directories)? {
        let path = changed.path.strip_prefix(&prefix).unwrap_or(&changed.path);
        let is_run_once = files.iter().any(|(file, runs_again)| file.path == path && !runs_again && !file.shares_file);
        if changed.state == FileState::Modified && is_run_once {
            published.edited.insert(path.to_owned(), git.text_at(&base, &changed.path)?);
        }
    }
    let tip = git.commit(branch)?;
    let known = git.files_at(&tip, &directories)?;
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let is_new = |file: &MigrationFile| matches!(batch, Batch::Together(_)) && batch.holds(file);
    for (new, _) in files.iter().filter(|(file, runs_again)| is_new(file) && !runs_again && !file.shares_file) {
        let mut later = Vec::new();
        for path in known.iter().filter(|path| sorts_after(path, new)) {
            if !texts.contains_key(path) {
                texts.insert(path.clone(), git.text_at(&tip, path)?);
            }
            let text = texts.get(path).cloned().unwrap_or_default();
            later.push(Later { name: stem(path).to_owned(), text });
        }
        if !later.is_empty() {
            published.later.insert(new.key().to_owned(), later);
        }
    }
    Ok(published)
}

/// Whether a file of the branch sorts after the migration. Names are told apart by the number that they begin with, where both
/// have one of as many digits; others are not compared.
fn sorts_after(path: &str, migration: &MigrationFile) -> bool {
    let number = |path: &str| -> String {
        stem(path).chars().take_while(|letter| letter.is_ascii_digit() || *letter == '_').collect()
    };
    let (theirs, own) = (number(path), number(&migration.path));
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).count();
    digits(&own) > 0 && digits(&own) == digits(&theirs) && theirs > own && !path.contains(".down.")
}

/// The file's name, up to its first dot.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}
