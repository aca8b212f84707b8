//! The plans of a project: where they lie, and which one is meant.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

use miette::Diagnostic;
use thiserror::Error;

use super::project::Workspace;
use super::root::Root;
use crate::emit::{EmitError, NAME, PlanFile};
use crate::finding::Date;
use crate::source::Tree;

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

/// The project as it was before plans were written whose first deploy is all that is in place: with the author's
/// migrations, without those that came in their place. So it can be planned again, and gives the same.
pub(super) struct Before {
    pub(super) tree: Tree,
    pub(super) root: Root,
    /// The author's migrations.
    pub(super) intents: BTreeSet<String>,
}

/// `None` where there is no such plan.
pub(super) fn before(workspace: &Workspace, root: &Root) -> Result<Option<Before>, EmitError> {
    let tree = Tree::new(&root.directory);
    let mut root = root.clone();
    let mut intents = BTreeSet::new();
    for directory in all(workspace) {
        let plan = PlanFile::read(workspace.tree, &directory)?;
        if plan.placed > 1 || plan.aborted {
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
    }
    Ok((!intents.is_empty()).then_some(Before { tree, root, intents }))
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
