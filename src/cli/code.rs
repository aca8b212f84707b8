//! The code of an application at one moment, read for who uses which table: the project's directory, a revision in git, or
//! the facts that a release left behind.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::batch;
use super::exit::Failure;
use super::kept::Kept;
use super::notes::Notes;
use super::project::Workspace;
use crate::report::facts::{self, ReleaseFacts};
use crate::source::{GitError, ReadError, Snapshot, SnapshotFile, Tree, WorkTree};
use crate::usage::{FileFacts, Reading, facts_of_all, is_entered};

/// How much text is held at once while files are read.
const CHUNK: usize = 256;

/// Where code is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// A project's directory.
    Directory(PathBuf),
    /// A file of exported facts.
    Facts(PathBuf),
    /// A commit of the repository around the project.
    Commit(String),
}

/// Reads code, and keeps what it read.
#[derive(Debug)]
pub(super) struct Reader {
    /// The repository around the project, and where the project lies in it.
    git: Option<(WorkTree, String)>,
    kept: RefCell<Kept>,
    reading: Reading,
    /// Files that change the schema, and so are no code that runs on it.
    passed_over: BTreeSet<String>,
    notes: Notes,
}

/// Code that was read.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) files: Vec<(String, FileFacts)>,
    /// What its texts are taken from; `None` where only facts are there.
    snapshot: Option<Snapshot>,
}

#[derive(Debug, Error, Diagnostic)]
enum CodeError {
    #[error("a revision is asked for, and the project is in no git repository")]
    #[diagnostic(
        code(phasewise::usage::no_repository),
        help("run phasewise in a clone, or name the directory of that code with `--current`")
    )]
    NoRepository,
    #[error("git does not know the revision `{revision}`, and the clone is shallow: it holds only the last commits")]
    #[diagnostic(
        code(phasewise::usage::shallow),
        help("fetch the rest with `git fetch --unshallow --tags`; in CI check out with `fetch-depth: 0`")
    )]
    Shallow { revision: String },
}

impl Reader {
    /// A reader for the code of a project.
    pub(super) fn new(workspace: &Workspace<'_>, may_keep: bool, notes: Notes) -> Self {
        let git = WorkTree::around(workspace.root()).ok().map(|git| {
            let prefix = batch::prefix(workspace.root(), git.toplevel());
            (git, prefix)
        });
        let kept = match &git {
            Some((git, _)) if may_keep => Kept::open(git, notes),
            _ => Kept::default(),
        };
        Self::of(workspace, git, kept, notes)
    }

    /// A reader for releases, which are in no repository; what it reads is kept in `cache`.
    pub(super) fn keeping(workspace: &Workspace<'_>, cache: Option<PathBuf>, notes: Notes) -> Self {
        let kept = cache.map_or_else(Kept::default, |path| Kept::at(path, notes));
        Self::of(workspace, None, kept, notes)
    }

    fn of(workspace: &Workspace<'_>, git: Option<(WorkTree, String)>, kept: Kept, notes: Notes) -> Self {
        let reading = if workspace.is_laravel() { Reading::Laravel } else { Reading::Sql };
        Self { git, kept: RefCell::new(kept), reading, passed_over: workspace.scripts_of_schema(), notes }
    }

    pub(super) fn git(&self) -> Option<&WorkTree> {
        self.git.as_ref().map(|(git, _)| git)
    }

    /// Where the project lies in its repository: empty, or a path that ends in `/`.
    pub(super) fn prefix(&self) -> &str {
        self.git.as_ref().map_or("", |(_, prefix)| prefix)
    }

    /// The commit of a revision that somebody named.
    pub(super) fn commit(&self, revision: &str) -> Result<Place, Failure> {
        let git = self.git().ok_or(CodeError::NoRepository)?;
        match git.commit(revision) {
            Ok(commit) => Ok(Place::Commit(commit)),
            Err(GitError::UnknownRevision { .. }) if git.is_shallow()? => {
                Err(CodeError::Shallow { revision: revision.to_owned() }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The code at `place`.
    pub(super) fn read(&self, place: &Place) -> Result<Code, Failure> {
        let reads = |path: &str| self.reading.reads(path) && !self.passed_over.contains(path);
        let snapshot = match place {
            Place::Facts(path) => return Ok(Code { files: exported(path)?.files, snapshot: None }),
            Place::Directory(directory) => Snapshot::of_directory(&Tree::new(directory), &is_entered, &reads),
            Place::Commit(commit) => {
                let (git, prefix) = self.git.as_ref().ok_or(CodeError::NoRepository)?;
                Snapshot::of_commit(git, commit, prefix, &is_entered, &reads)?
            }
        };
        for (first, second) in snapshot.collisions() {
            self.notes.detail(&format!("`{first}` and `{second}` differ only in case: both are read"));
        }
        let mut files = self.read_files(&snapshot)?;
        self.kept.borrow_mut().save(self.notes);
        for path in snapshot.submodules() {
            self.notes.remark(&format!("`{path}` is a submodule, whose code is not looked into"));
            // What it does with a table nobody can tell.
            files.push((format!("{path}/"), unread("it is a submodule, whose code is elsewhere".to_owned())));
        }
        files.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(Code { files, snapshot: Some(snapshot) })
    }

    fn read_files(&self, snapshot: &Snapshot) -> Result<Vec<(String, FileFacts)>, Failure> {
        let mut kept = self.kept.borrow_mut();
        let (mut files, mut missing) = (Vec::new(), Vec::new());
        let wanted: Vec<_> = snapshot.files().iter().map(|file| (file.path.as_str(), file.blob.as_str())).collect();
        for (file, known) in snapshot.files().iter().zip(kept.get_all(&wanted)) {
            match known {
                Some(facts) => files.push((file.path.clone(), facts)),
                None => missing.push(file),
            }
        }
        for chunk in missing.chunks(CHUNK) {
            let mut texts = Vec::new();
            for (file, text) in chunk.iter().zip(snapshot.texts(chunk)?) {
                match text {
                    Ok(text) => texts.push((file.path.clone(), text)),
                    Err(error) => {
                        self.notes.remark(&format!("not read: {error}"));
                        files.push((file.path.clone(), unread(error.to_string())));
                    }
                }
            }
            let blobs: BTreeMap<&str, &str> =
                chunk.iter().map(|file| (file.path.as_str(), file.blob.as_str())).collect();
            let read = facts_of_all(&texts);
            for ((path, _), facts) in texts.into_iter().zip(read) {
                kept.put(&path, blobs.get(path.as_str()).copied().unwrap_or_default(), &facts);
                files.push((path, facts));
            }
        }
        Ok(files)
    }
}

impl Code {
    /// Whether no file says anything.
    pub(super) fn is_silent(&self) -> bool {
        self.files.iter().all(|(_, facts)| *facts == FileFacts::default())
    }

    /// Puts the texts of those files into `tree`, so that their lines can be shown.
    pub(super) fn show(&self, paths: &BTreeSet<&str>, tree: &Tree) -> Result<(), GitError> {
        let Some(snapshot) = &self.snapshot else { return Ok(()) };
        let wanted: Vec<&SnapshotFile> =
            snapshot.files().iter().filter(|file| paths.contains(file.path.as_str())).collect();
        for (file, text) in wanted.iter().zip(snapshot.texts(&wanted)?) {
            if let Ok(text) = text {
                tree.put(&file.path, text);
            }
        }
        Ok(())
    }
}

/// The facts in the file at `path`, as it was typed.
pub(super) fn exported(path: &Path) -> Result<ReleaseFacts, Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| ReadError::Unreadable { path: shown.clone(), reason: error.to_string() })?;
    Ok(facts::read(&shown, &text)?)
}

/// What stands for a file that cannot be read: it may use anything.
fn unread(reason: String) -> FileFacts {
    FileFacts { problem: Some((1, reason)), ..FileFacts::default() }
}

/// Why a place that was typed as `path` cannot be what it is taken for.
pub(super) fn place_of(path: &Path) -> Result<Place, ReadError> {
    match std::fs::canonicalize(path) {
        Ok(found) if found.is_dir() => Ok(Place::Directory(found)),
        Ok(found) => Ok(Place::Facts(found)),
        Err(_) => Err(ReadError::Missing { path: path.display().to_string() }),
    }
}
