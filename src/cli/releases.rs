//! Which code runs while a batch ships, and what decided it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::arguments::{CodeArguments, ScopeArguments};
use super::code::{self, Place, Reader, exported};
use super::exit::Failure;
use super::notes::Notes;
use super::project::Workspace;
use crate::lint::{Batch, Release, Releases};
use crate::source::GitError;
use crate::usage::{Index, Schema};

/// The code around a batch, to be read when it is asked for.
pub(super) struct Around<'a> {
    reader: Reader,
    workspace: &'a Workspace<'a>,
    /// The releases that may run now.
    old: Old,
    notes: Notes,
    /// Why it could not be read.
    failure: RefCell<Option<Failure>>,
}

/// Which code runs now.
enum Old {
    /// Somebody said it: where each is, and what it is called.
    Said(Vec<(Place, String)>),
    /// One that would come back: what comes with the batch has come and is to go.
    Back(Place, String),
    /// As git tells it: the last release and where the batch began.
    Usual { since: Option<String>, paths: Vec<String> },
}

/// A commit that may be the one that runs now.
struct Candidate {
    commit: String,
    name: String,
    /// Why it is one.
    why: &'static str,
}

/// How much of a commit's name is shown.
const SHORT: usize = 9;

impl<'a> Around<'a> {
    /// The code around `batch`; `None` for an audit, whose deploys are long past. An error where the code that was named
    /// is not to be had.
    pub(super) fn new(
        arguments: &CodeArguments,
        scope: &ScopeArguments,
        batch: &Batch,
        workspace: &'a Workspace<'a>,
        notes: Notes,
    ) -> Result<Option<Self>, Failure> {
        let Batch::Together(keys) = batch else { return Ok(None) };
        let reader = Reader::new(workspace, !arguments.no_cache, notes);
        let old = match (&arguments.current, &arguments.against) {
            (Some(path), _) => {
                let place = code::place_of(path)?;
                let name = match &place {
                    Place::Facts(path) => exported(path)?.release,
                    _ => String::new(),
                };
                let shown = path.display().to_string();
                Old::Said(vec![(place, if name.is_empty() { shown } else { name })])
            }
            (None, Some(revision)) => Old::Said(vec![(reader.commit(revision)?, revision.clone())]),
            (None, None) => {
                let files = workspace.files().into_iter().filter(|(file, _)| keys.contains(file.key()));
                let paths = files.map(|(file, _)| format!("{}{}", reader.prefix(), file.path));
                Old::Usual { since: scope.since.clone(), paths: paths.collect::<BTreeSet<_>>().into_iter().collect() }
            }
        };
        Ok(Some(Self { reader, workspace, old, notes, failure: RefCell::new(None) }))
    }

    /// The code of releases on disk, by their names; what is read of it is kept in `cache`.
    pub(super) fn on_disk(
        releases: Vec<(PathBuf, String)>,
        cache: Option<PathBuf>,
        workspace: &'a Workspace<'a>,
        notes: Notes,
    ) -> Self {
        let reader = Reader::keeping(workspace, cache, notes);
        let places = releases.into_iter().map(|(directory, name)| (Place::Directory(directory), name)).collect();
        Self { reader, workspace, old: Old::Said(places), notes, failure: RefCell::new(None) }
    }

    /// The code of a release that would come back.
    pub(super) fn back(
        release: PathBuf,
        name: String,
        cache: Option<PathBuf>,
        workspace: &'a Workspace<'a>,
        notes: Notes,
    ) -> Self {
        let reader = Reader::keeping(workspace, cache, notes);
        Self { reader, workspace, old: Old::Back(Place::Directory(release), name), notes, failure: RefCell::new(None) }
    }

    /// Why the code could not be read, if somebody asked for it.
    pub(super) fn failure(self) -> Option<Failure> {
        self.failure.into_inner()
    }

    /// Reads the code, and says which it is.
    pub(super) fn read(&self, schema: &Schema) -> Releases {
        self.try_read(schema).unwrap_or_else(|failure| {
            *self.failure.borrow_mut() = Some(failure);
            Releases::default()
        })
    }

    fn try_read(&self, schema: &Schema) -> Result<Releases, Failure> {
        if let Old::Back(place, name) = &self.old {
            let old = self.release(place, name.clone(), schema)?;
            return Ok(Releases { old: old.into_iter().collect(), new: None });
        }
        let new = self.release(&Place::Directory(self.workspace.root().to_owned()), String::new(), schema)?;
        let Some(new) = new else {
            self.notes.remark("there is no application code here, so who uses what is changed is not known");
            return Ok(Releases::default());
        };
        let mut old = Vec::new();
        match &self.old {
            Old::Said(places) => {
                for (place, name) in places {
                    self.notes.detail(&format!("code that runs now: `{name}`"));
                    old.extend(self.release(place, name.clone(), schema)?);
                }
            }
            Old::Back(..) => {}
            Old::Usual { since, paths } => match self.candidates(since.as_deref(), paths) {
                Ok(candidates) => {
                    for Candidate { commit, name, .. } in &candidates {
                        match self.release(&Place::Commit(commit.clone()), name.clone(), schema) {
                            Ok(release) => old.extend(release),
                            Err(failure) if old.is_empty() => return Err(failure),
                            Err(_) => {}
                        }
                    }
                    self.tell(&candidates);
                }
                Err(error) => self.notes.remark(&format!(
                    "which code runs now is not known ({error}); name it with `--current DIR` or `--against REF`"
                )),
            },
        }
        Ok(Releases { old, new: Some(new) })
    }

    fn release(&self, place: &Place, name: String, schema: &Schema) -> Result<Option<Release>, Failure> {
        let mut code = self.reader.read(place)?;
        // What waits beside a plan does not run.
        let plans = format!("{}/", self.workspace.plans());
        code.files.retain(|(path, _)| !path.starts_with(&plans));
        if code.is_silent() {
            return Ok(None);
        }
        let is_proof = self.workspace.is_laravel();
        Ok(Some(Release { name, index: Index::new(code.files, schema.clone()), is_proof }))
    }

    /// The last release before the batch, and the code that the batch began from: one of them runs now.
    fn candidates(&self, since: Option<&str>, paths: &[String]) -> Result<Vec<Candidate>, GitError> {
        let git = self.reader.git().ok_or(GitError::NoWorkTree)?;
        let base = match since {
            Some(revision) => git.merge_base(revision)?,
            None => git.default_branch().and_then(|branch| git.merge_base(&branch)).or_else(|_| git.commit("HEAD"))?,
        };
        let base = if git.has_any(&base, paths)? {
            git.before(&base, paths)?.ok_or(GitError::NoMergeBase { revision: base })?
        } else {
            base
        };
        let short = base.get(..SHORT).unwrap_or(&base).to_owned();
        let start = Candidate { name: short, commit: base.clone(), why: "where these migrations begin" };
        let Some(tag) = git.last_tag(&base)? else {
            if git.is_shallow()? {
                self.notes.remark(
                    "the clone is shallow, so the last release is not known; in CI check out with `fetch-depth: 0`",
                );
            }
            return Ok(vec![start]);
        };
        let commit = git.commit(&tag)?;
        let release = Candidate { name: tag, commit, why: "the last tag before these migrations" };
        Ok(if release.commit == base { vec![release] } else { vec![release, start] })
    }

    fn tell(&self, candidates: &[Candidate]) {
        let told: Vec<String> = candidates.iter().map(|one| format!("`{}` ({})", one.name, one.why)).collect();
        self.notes.remark(&format!(
            "the code that runs now is taken to be {}; `--current` or `--against` says otherwise",
            told.join(" or ")
        ));
    }
}
