//! The plans of a project: where they lie, and which one is meant.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use miette::Diagnostic;
use thiserror::Error;

use super::batch;
use super::project::Workspace;
use super::root::Root;
use crate::emit::{EmitError, NAME, Operation, PlanFile};
use crate::finding::Date;
use crate::source::{Tree, WorkTree};

#[derive(Debug, Error, Diagnostic)]
pub(super) enum PlansError {
    #[error("there is no plan `{named}` in `{plans}`")]
    #[diagnostic(code(phasewise::plans::none), help("{help}"))]
    None { named: String, plans: String, help: String },
    #[error("not all of it can be planned, so nothing was written")]
    #[diagnostic(
        code(phasewise::plans::unplanned),
        help("take what cannot be planned out of these migrations, or let it stand with `phasewise-ignore`")
    )]
    Unplanned,
}

/// The directories of all plans, by id.
pub(super) fn all(workspace: &Workspace) -> Vec<String> {
    let plans = workspace.plans();
    let inner = workspace.tree.directories(&plans).into_iter().map(|name| format!("{plans}/{name}"));
    inner.filter(|directory| workspace.tree.exists(&format!("{directory}/{NAME}"))).collect()
}

/// The directory of the plan that is named by its id, its directory or its file.
pub(super) fn find(workspace: &Workspace, named: &str) -> Result<String, PlansError> {
    let plans = workspace.plans();
    let directory = named.strip_suffix(NAME).unwrap_or(named).trim_end_matches('/');
    let below_root = std::fs::canonicalize(Path::new(directory)).ok().and_then(|path| {
        let below = path.strip_prefix(workspace.root()).ok()?;
        Some(below.to_string_lossy().replace('\\', "/"))
    });
    let candidates = [Some(format!("{plans}/{directory}")), below_root, Some(directory.to_owned())];
    let is_plan = |directory: &String| workspace.tree.exists(&format!("{directory}/{NAME}"));
    candidates.into_iter().flatten().find(is_plan).ok_or_else(|| {
        let known: Vec<String> = all(workspace).iter().map(|directory| format!("`{}`", id(directory))).collect();
        let help = match known.as_slice() {
            [] => "`phasewise plan --write` writes one".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        PlansError::None { named: named.to_owned(), plans, help }
    })
}

pub(super) fn id(directory: &str) -> &str {
    directory.rsplit('/').next().unwrap_or(directory)
}

/// All plans, each with its directory.
pub(super) fn read_all(workspace: &Workspace) -> Result<Vec<(String, PlanFile)>, EmitError> {
    read_all_in(workspace, workspace.tree)
}

/// All plans as `tree` has them, each with its directory.
pub(super) fn read_all_in(workspace: &Workspace, tree: &Tree) -> Result<Vec<(String, PlanFile)>, EmitError> {
    let plans = workspace.plans();
    let directories = tree.directories(&plans).into_iter().map(|name| format!("{plans}/{name}"));
    let read = |directory: String| Ok((directory.clone(), PlanFile::read(tree, &directory)?));
    directories.filter(|directory| tree.exists(&format!("{directory}/{NAME}"))).map(read).collect()
}

/// What goes of plans that became part of `written`: their own files, unless those were written just now.
pub(super) fn without_merged(
    merged: &[&(String, PlanFile)],
    written: &[PlanFile],
    operations: &[Operation],
    tree: &Tree,
) -> Vec<Operation> {
    let gone = merged.iter().filter(|(_, plan)| !written.iter().any(|other| other.id == plan.id));
    let paths = gone.flat_map(|(directory, plan)| {
        plan.locks.keys().cloned().chain([format!("{directory}/{NAME}")]).collect::<Vec<_>>()
    });
    let is_kept = |path: &String| {
        operations.iter().any(|operation| operation.path() == path)
            || written.iter().any(|plan| plan.locks.contains_key(path))
    };
    paths.filter(|path| tree.exists(path) && !is_kept(path)).map(|path| Operation::Remove { path }).collect()
}

/// The project as it was before plans were written that are still being made, whose first deploy is all that is in place:
/// with the author's migrations, without those that came in their place. So it can be planned again, and gives the same.
pub(super) struct Before {
    pub(super) tree: Tree,
    pub(super) root: Root,
    /// The author's migrations.
    pub(super) intents: BTreeSet<String>,
    /// The plans, each with its directory.
    pub(super) plans: Vec<(String, PlanFile)>,
}

/// `None` where there is no such plan.
pub(super) fn before(workspace: &Workspace, root: &Root) -> Result<Option<Before>, EmitError> {
    let tree = Tree::new(&root.directory);
    let mut root = root.clone();
    let mut intents = BTreeSet::new();
    let mut plans = Vec::new();
    let published = Published::of(workspace);
    for (directory, plan) in read_all(workspace)? {
        if plan.placed > 1 || plan.aborted || !is_being_made(&plan, &directory, &root, published.as_ref()) {
            continue;
        }
        let own: Vec<String> =
            plan.intents.iter().flat_map(|intent| &intent.files).map(|file| file.path.clone()).collect();
        plan.locks.keys().for_each(|path| tree.hide(path));
        for file in plan.intents.iter().flat_map(|intent| &intent.files) {
            tree.put(&file.path, file.text.clone());
        }
        let named = root.named.len();
        root.named.retain(|path| !plan.locks.contains_key(path));
        if root.named.len() < named {
            root.named.extend(own.iter().cloned());
        }
        intents.extend(own);
        plans.push((directory, plan));
    }
    Ok((!intents.is_empty()).then_some(Before { tree, root, intents, plans }))
}

/// What the default branch has, where git tells.
struct Published {
    git: WorkTree,
    base: String,
    prefix: String,
}

impl Published {
    fn of(workspace: &Workspace) -> Option<Self> {
        let git = WorkTree::around(workspace.root()).ok()?;
        let base = git.merge_base(&git.default_branch().ok()?).ok()?;
        let prefix = batch::prefix(workspace.root(), git.toplevel());
        Some(Self { git, base, prefix })
    }
}

/// Whether a plan is part of what is planned now, rather than under way: somebody names it, or the default branch does not
/// have it yet.
fn is_being_made(plan: &PlanFile, directory: &str, root: &Root, published: Option<&Published>) -> bool {
    if !root.named.is_empty() {
        let own = |path: &String| {
            plan.locks.contains_key(path)
                || plan.intents.iter().flat_map(|intent| &intent.files).any(|file| file.path == *path)
        };
        return root.named.iter().any(own);
    }
    published.is_none_or(|published| {
        let path = format!("{}{directory}/{NAME}", published.prefix);
        published.git.text_at(&published.base, &path).is_err()
    })
}

/// What orders a migration that comes now, the `count`th of several: Laravel's time, a time of 14 digits, or the number
/// after the last one of its directory.
pub(super) fn at(workspace: &Workspace, count: usize) -> String {
    let moment = SystemTime::now() + Duration::from_secs(count as u64);
    if workspace.is_laravel() {
        return stamp(moment, "_");
    }
    match workspace.last_number() {
        Some((last, width)) if width < 12 => format!("{:0width$}", last + 1 + count as u64),
        _ => stamp(moment, ""),
    }
}

/// `2026_11_30_181500`, or without anything between.
fn stamp(moment: SystemTime, between: &str) -> String {
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs() % 86_400;
    let time = format!("{:02}{:02}{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}{between}{time}", Date::of(moment).to_string().replace('-', between))
}
