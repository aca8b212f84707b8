//! Which files changed, as git tells it. Runs the `git` command; reads no repository by itself.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use miette::Diagnostic;
use thiserror::Error;

use super::snapshot::TreeEntry;
use super::tree::MAX_FILE_BYTES;

/// Why git could not be asked, or did not answer.
#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum GitError {
    #[error("`git` could not be run: {reason}")]
    #[diagnostic(
        code(phasewise::git::missing),
        help("install git, or name the migrations to judge, or judge every one with `--all`")
    )]
    Missing { reason: String },
    #[error("the project is not in a git work tree")]
    #[diagnostic(
        code(phasewise::git::no_work_tree),
        help("run phasewise in a clone, or name the migrations to judge, or judge every one with `--all`")
    )]
    NoWorkTree,
    #[error("git does not know the revision `{revision}`")]
    #[diagnostic(
        code(phasewise::git::unknown_revision),
        help("a shallow clone in CI wants `fetch-depth: 0`; otherwise fetch it first, or check its name")
    )]
    UnknownRevision { revision: String },
    #[error("git knows no default branch here")]
    #[diagnostic(
        code(phasewise::git::no_default_branch),
        help("name the branch with `--since`; in CI check out with `fetch-depth: 0`")
    )]
    NoDefaultBranch,
    #[error("`{revision}` and HEAD have no common ancestor here")]
    #[diagnostic(
        code(phasewise::git::no_merge_base),
        help("the clone is too shallow, or the histories are unrelated; in CI check out with `fetch-depth: 0`")
    )]
    NoMergeBase { revision: String },
    #[error("`{revision}` has nothing at `{path}`")]
    #[diagnostic(code(phasewise::git::no_project), help("name a revision in which the project is there"))]
    NoProject { revision: String, path: String },
    #[error("git does not have the content of a file of the revision")]
    #[diagnostic(
        code(phasewise::git::missing_blob),
        help("the clone leaves contents out: fetch them with `git fetch --refetch --no-filter`, or clone in full")
    )]
    MissingBlob,
    #[error("`git {command}` failed: {reason}")]
    #[diagnostic(code(phasewise::git::failed))]
    Failed { command: String, reason: String },
}

/// A git work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkTree {
    toplevel: PathBuf,
    common_directory: PathBuf,
}

/// A file that is not as it was at a revision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedFile {
    /// Relative to the work tree's top, with `/`.
    pub path: String,
    pub state: FileState,
}

/// What became of a file since a revision. Files that are gone are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    Added,
    Modified,
    Renamed,
    /// Git does not track it, nor ignore it.
    Untracked,
}

impl WorkTree {
    /// The work tree that `directory` lies in.
    pub fn around(directory: &Path) -> Result<Self, GitError> {
        let output = run(directory, &["rev-parse", "--show-toplevel", "--git-common-dir"])?;
        let answer = text(&output.stdout);
        if let (true, Some((toplevel, common))) = (output.status.success(), answer.trim_end().rsplit_once('\n')) {
            let toplevel = PathBuf::from(toplevel.trim_end_matches('\r'));
            return Ok(Self { toplevel, common_directory: directory.join(common) });
        }
        let reason = text(&output.stderr);
        if reason.contains("not a git repository") || reason.contains("must be run in a work tree") {
            return Err(GitError::NoWorkTree);
        }
        Err(failure("rev-parse", &output))
    }

    pub fn toplevel(&self) -> &Path {
        &self.toplevel
    }

    /// The branch that releases are cut from: what `origin/HEAD` points to, else `main`, else `master`, each at origin
    /// before here.
    pub fn default_branch(&self) -> Result<String, GitError> {
        let remote = self.run(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
        let remote_head = text(&remote.stdout).trim().to_owned();
        let named = ["origin/main", "main", "origin/master", "master"].map(str::to_owned);
        for branch in std::iter::once(remote_head).chain(named).filter(|branch| !branch.is_empty()) {
            if self.commit(&branch).is_ok() {
                return Ok(branch);
            }
        }
        Err(GitError::NoDefaultBranch)
    }

    /// The commit that `revision` names.
    pub fn commit(&self, revision: &str) -> Result<String, GitError> {
        let unknown = || GitError::UnknownRevision { revision: revision.to_owned() };
        if revision.is_empty() || revision.starts_with('-') {
            return Err(unknown());
        }
        let commit = format!("{revision}^{{commit}}");
        let output = self.run(&["rev-parse", "--quiet", "--verify", &commit])?;
        if output.status.success() { Ok(text(&output.stdout).trim().to_owned()) } else { Err(unknown()) }
    }

    /// The commit where HEAD's history left that of `revision`.
    pub fn merge_base(&self, revision: &str) -> Result<String, GitError> {
        let commit = self.commit(revision)?;
        let output = self.run(&["merge-base", &commit, "HEAD"])?;
        if output.status.success() {
            Ok(text(&output.stdout).trim().to_owned())
        } else {
            Err(GitError::NoMergeBase { revision: revision.to_owned() })
        }
    }

    /// The files below `directories` (relative to the top) that the work tree has and `commit` has not, or has otherwise;
    /// sorted by path.
    pub fn changed_since(&self, commit: &str, directories: &[String]) -> Result<Vec<ChangedFile>, GitError> {
        let mut diff = vec!["diff", "--name-status", "-z", "--find-renames", "--no-ext-diff", commit, "--"];
        diff.extend(directories.iter().map(String::as_str));
        let mut files = statuses(&self.answer(&diff)?);
        let mut untracked = vec!["ls-files", "--others", "--exclude-standard", "-z", "--"];
        untracked.extend(directories.iter().map(String::as_str));
        let names = self.answer(&untracked)?;
        files.extend(
            names
                .split('\0')
                .filter(|path| !path.is_empty())
                .map(|path| ChangedFile { path: path.to_owned(), state: FileState::Untracked }),
        );
        files.sort();
        Ok(files)
    }

    /// The files below `directories` (relative to the top) that `commit` has.
    pub fn files_at(&self, commit: &str, directories: &[String]) -> Result<Vec<String>, GitError> {
        let mut list = vec!["ls-tree", "-r", "--name-only", "--full-tree", "-z", commit, "--"];
        list.extend(directories.iter().map(String::as_str));
        let names = self.answer(&list)?;
        Ok(names.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
    }

    /// The text of the file at `path`, relative to the top, as it was at `commit`.
    pub fn text_at(&self, commit: &str, path: &str) -> Result<String, GitError> {
        self.answer(&["cat-file", "blob", &format!("{commit}:{path}")])
    }

    /// The last tag among the ancestors of `commit` and itself, if there is one.
    pub fn last_tag(&self, commit: &str) -> Result<Option<String>, GitError> {
        let output = self.run(&["describe", "--tags", "--abbrev=0", commit])?;
        Ok(output.status.success().then(|| text(&output.stdout).trim().to_owned()).filter(|tag| !tag.is_empty()))
    }

    /// The first of the ancestors of `commit`, and itself, that came before all of those `paths` (relative to the top);
    /// `None` where the history begins with one of them.
    pub fn before(&self, commit: &str, paths: &[String]) -> Result<Option<String>, GitError> {
        let mut log = vec!["log", "--format=%H", "--diff-filter=A", "--no-renames", commit, "--"];
        log.extend(paths.iter().map(String::as_str));
        let added = self.answer(&log)?;
        let Some(first) = added.lines().last() else { return Ok(Some(commit.to_owned())) };
        Ok(self.commit(&format!("{first}^")).ok())
    }

    /// Whether `commit` has one of the files at those paths, relative to the top.
    pub fn has_any(&self, commit: &str, paths: &[String]) -> Result<bool, GitError> {
        let mut list = vec!["ls-tree", "-r", "--name-only", "--full-tree", "-z", commit, "--"];
        list.extend(paths.iter().map(String::as_str));
        Ok(!paths.is_empty() && !self.answer(&list)?.is_empty())
    }

    /// Whether the history ends before its beginning.
    pub fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.answer(&["rev-parse", "--is-shallow-repository"])?.trim() == "true")
    }

    /// The directory that all work trees of the repository share, where git keeps what is its own.
    pub fn common_directory(&self) -> &Path {
        &self.common_directory
    }

    /// What `commit` has below `prefix`, each with its path from there.
    pub(super) fn entries(&self, commit: &str, prefix: &str) -> Result<Vec<TreeEntry>, GitError> {
        let below = format!("{commit}:{}", prefix.trim_end_matches('/'));
        let output = self.run(&["ls-tree", "-r", "-z", "--full-tree", &below])?;
        if !output.status.success() {
            let is_there = self.run(&["rev-parse", "--quiet", "--verify", &below])?.status.success();
            let no_project = || GitError::NoProject { revision: commit.to_owned(), path: prefix.to_owned() };
            return Err(if is_there { failure("ls-tree", &output) } else { no_project() });
        }
        let answer = text(&output.stdout);
        Ok(answer.split('\0').filter_map(entry).collect())
    }

    /// Hands each of those contents over, by its place in `blobs`; of one that is too large to be read its size.
    pub(super) fn read_blobs(
        &self,
        blobs: &[&str],
        take: &mut dyn FnMut(usize, Result<Vec<u8>, u64>),
    ) -> Result<(), GitError> {
        let mut child = command(&self.toplevel, &["cat-file", "--batch", "--buffer"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| GitError::Missing { reason: error.to_string() })?;
        let (Some(mut questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(cat_file_failed("it has no pipes"));
        };
        let asked = blobs.join("\n") + "\n";
        // Git answers while it is asked: who only asks waits for a full pipe for ever.
        let result = std::thread::scope(|scope| {
            scope.spawn(move || questions.write_all(asked.as_bytes()));
            let mut answers = BufReader::new(answers);
            (0..blobs.len()).try_for_each(|at| {
                take(at, next_blob(&mut answers)?);
                Ok(())
            })
        });
        child.wait().map_err(|error| cat_file_failed(&error.to_string()))?;
        result
    }

    fn answer(&self, arguments: &[&str]) -> Result<String, GitError> {
        let output = self.run(arguments)?;
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        Err(failure(arguments.first().copied().unwrap_or_default(), &output))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, GitError> {
        run(&self.toplevel, arguments)
    }
}

impl FileState {
    /// Whether a runner that logs migrations by name would take the file for one that it has not run.
    pub fn is_new(self) -> bool {
        matches!(self, Self::Added | Self::Renamed | Self::Untracked)
    }
}

fn run(directory: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    command(directory, arguments).output().map_err(|error| GitError::Missing { reason: error.to_string() })
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let settings = ["-c", "core.quotepath=false", "-c", "color.ui=false", "--literal-pathspecs"];
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(directory)
        .args(settings)
        .args(arguments.iter().map(OsStr::new))
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        // What a partial clone leaves out is not fetched from the network behind anybody's back.
        .env("GIT_NO_LAZY_FETCH", "1")
        // A hook runs with the repository of the commit in these, as seen from another directory.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_PREFIX");
    command
}

/// Reads an entry of `ls-tree -z`: mode, type and id, a tab, the path.
fn entry(line: &str) -> Option<TreeEntry> {
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, blob) = (words.next()?, words.nth(1)?);
    Some(TreeEntry { mode: mode.to_owned(), blob: blob.to_owned(), path: path.to_owned() })
}

/// Reads what `cat-file --batch` says of one blob: a line with its size, and its bytes; or that there is none.
fn next_blob(answers: &mut impl BufRead) -> Result<Result<Vec<u8>, u64>, GitError> {
    let failed = |error: std::io::Error| cat_file_failed(&error.to_string());
    let mut head = String::new();
    answers.read_line(&mut head).map_err(failed)?;
    let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
    let size = size.ok_or(GitError::MissingBlob)?;
    let mut ends = answers.by_ref().take(size + 1);
    if size > MAX_FILE_BYTES {
        std::io::copy(&mut ends, &mut std::io::sink()).map_err(failed)?;
        return Ok(Err(size));
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    ends.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != size + 1 {
        return Err(cat_file_failed("it ended too early"));
    }
    bytes.pop();
    Ok(Ok(bytes))
}

fn cat_file_failed(reason: &str) -> GitError {
    GitError::Failed { command: "cat-file".to_owned(), reason: reason.to_owned() }
}

/// Reads `diff --name-status -z`: a status and a path, or for a rename and a copy a status and two paths.
fn statuses(answer: &str) -> Vec<ChangedFile> {
    let mut fields = answer.split('\0');
    let mut files = Vec::new();
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        let (path, state) = match status.chars().next() {
            Some('R') => (fields.next().unwrap_or(path), FileState::Renamed),
            Some('C') => (fields.next().unwrap_or(path), FileState::Added),
            Some('A') => (path, FileState::Added),
            Some('M' | 'T' | 'U') => (path, FileState::Modified),
            _ => continue,
        };
        files.push(ChangedFile { path: path.to_owned(), state });
    }
    files
}

fn failure(command: &str, output: &Output) -> GitError {
    let reason = text(&output.stderr);
    let reason = reason.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    GitError::Failed { command: command.to_owned(), reason: reason.trim_start_matches("fatal: ").to_owned() }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A repository of its own, and how to run git in it.
    pub(in super::super) fn repository() -> (tempfile::TempDir, impl Fn(&[&str])) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_owned();
        let git = move |arguments: &[&str]| {
            let author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
            let output = run(&path, &[&author[..], arguments].concat()).unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        (directory, git)
    }

    #[test]
    fn a_rename_is_told_by_its_new_name_and_a_deletion_not_at_all() {
        let answer = "A\0a b.php\0R087\0old.php\0new.php\0D\0gone.php\0M\0é.php\0";
        let told: Vec<_> = statuses(answer).into_iter().map(|file| (file.path, file.state)).collect();
        assert_eq!(
            told,
            [
                ("a b.php".to_owned(), FileState::Added),
                ("new.php".to_owned(), FileState::Renamed),
                ("é.php".to_owned(), FileState::Modified),
            ]
        );
    }

    #[test]
    fn a_directory_outside_of_any_work_tree_is_told() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(WorkTree::around(directory.path()), Err(GitError::NoWorkTree)));
    }

    #[test]
    fn what_is_new_since_a_commit_is_found_committed_or_not() {
        let (directory, git) = repository();
        let write = |path: &str, content: &str| {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        write("migrations/1.sql", "create table a (id int);\n");
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message=1"]);
        git(&["checkout", "--quiet", "-b", "feature"]);
        write("migrations/2.sql", "drop table a;\n");
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message=2"]);
        write("migrations/1.sql", "create table b (id int);\n");
        write("migrations/3.sql", "drop table b;\n");
        write("elsewhere/4.sql", "drop table c;\n");

        let tree = WorkTree::around(directory.path()).unwrap();
        assert_eq!(tree.default_branch().unwrap(), "main");
        let base = tree.merge_base("main").unwrap();
        let files = tree.changed_since(&base, &["migrations".to_owned()]).unwrap();
        let told: Vec<_> = files.iter().map(|file| (file.path.as_str(), file.state)).collect();
        assert_eq!(
            told,
            [
                ("migrations/1.sql", FileState::Modified),
                ("migrations/2.sql", FileState::Added),
                ("migrations/3.sql", FileState::Untracked),
            ]
        );
        let unknown = tree.merge_base("no-such-branch").unwrap_err();
        assert_eq!(unknown, GitError::UnknownRevision { revision: "no-such-branch".to_owned() });
    }
}
