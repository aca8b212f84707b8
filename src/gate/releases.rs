//! The releases on disk: where they lie, which one is live, which were refused.

use std::cmp::Ordering;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::check::Check;
use super::question::Question;

/// What Deployer writes into a release that must not be rolled back to, and what it looks for.
const BAD: &str = "BAD_RELEASE";

/// Where a revision is written down: by Deployer and Capistrano alike.
const REVISION: &str = "REVISION";

/// A site: the releases of an application on this host, and the one that is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The release that is asked about.
    pub release: PathBuf,
    /// The live release; `None` before the first deploy.
    pub current: Option<PathBuf>,
    /// What stands at the path of `current`.
    pub link: Link,
    /// The directory of the releases.
    pub directory: PathBuf,
    /// The oldest first.
    pub releases: Vec<ReleaseDirectory>,
}

/// What stands where the link to the live release should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// It was said that nothing is live yet.
    NotYet,
    Missing(PathBuf),
    Symlink(PathBuf),
    /// A link to what is not there.
    Dangling(PathBuf),
    /// A directory: a rename would move the new link into it.
    Directory(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseDirectory {
    pub path: PathBuf,
    pub name: String,
    /// It was refused, or rolled back from.
    pub is_bad: bool,
}

#[derive(Debug, Error, Diagnostic)]
pub enum SiteError {
    #[error("`{path}` is no release: {reason}")]
    #[diagnostic(
        code(phasewise::gate::release),
        help("`--release` is the directory of the new release, after its code and vendor are in place")
    )]
    Release { path: String, reason: String },
    #[error("the releases in `{path}` cannot be listed: {reason}")]
    #[diagnostic(code(phasewise::gate::releases), help("name their directory with `--releases-dir`"))]
    Releases { path: String, reason: String },
}

impl Site {
    /// Looks at the site of `release`. `current` is the path of the link; `None` says that nothing is live yet.
    /// `directory` is where the releases lie; without it the one that `release` lies in.
    pub fn look(release: &Path, current: Option<&Path>, directory: Option<&Path>) -> Result<Self, SiteError> {
        let shown = release.display().to_string();
        let failed = |reason: String| SiteError::Release { path: shown.clone(), reason };
        let release = fs::canonicalize(release).map_err(|error| failed(error.to_string()))?;
        if !release.is_dir() {
            return Err(failed("it is a file".to_owned()));
        }
        let link = current.map_or(Ok(Link::NotYet), Link::look);
        let link = link.map_err(|error| failed(format!("what is live cannot be told: {error}")))?;
        let current = match &link {
            Link::Symlink(path) | Link::Directory(path) => fs::canonicalize(path).ok(),
            _ => None,
        };
        let directory = match directory {
            Some(directory) => fs::canonicalize(directory).map_err(|error| SiteError::Releases {
                path: directory.display().to_string(),
                reason: error.to_string(),
            })?,
            None => release.parent().unwrap_or(&release).to_owned(),
        };
        let releases = releases(&directory)?;
        Ok(Self { release, current, link, directory, releases })
    }

    /// Where the application keeps what outlives a release.
    pub fn shared(&self) -> PathBuf {
        let site = self.directory.parent().unwrap_or(&self.directory);
        let shared = site.join("shared");
        if shared.is_dir() { shared } else { site.to_owned() }
    }

    /// The releases that could come back: those beside the one that is asked about, but for refused ones.
    pub fn others(&self) -> impl Iterator<Item = &ReleaseDirectory> {
        self.releases.iter().filter(|one| one.path != self.release && !one.is_bad)
    }

    /// Whether `current` can be swapped by renaming a link over it.
    pub fn swap(&self) -> Check {
        let question = Question::Swap;
        let check = match &self.link {
            Link::NotYet => Check::pass(question, "nothing is live yet"),
            Link::Missing(path) => Check::pass(question, format!("`{}` is not there yet", path.display())),
            Link::Symlink(path) => match &self.current {
                Some(current) if *current == self.release => {
                    Check::pass(question, format!("`{}` leads to this very release", path.display()))
                }
                _ => Check::pass(question, format!("`{}` is a symbolic link", path.display())),
            },
            Link::Dangling(path) => {
                Check::fail(question, format!("`{}` leads to a release that is gone", path.display()))
                    .with_fix("find out what serves now; `--current -` says that nothing does")
            }
            Link::Directory(path) => Check::fail(question, format!("`{}` is a directory, not a link", path.display()))
                .with_fix("move its content to a release and make `current` a symbolic link to that, once, by hand"),
        };
        check.about(name(&self.release))
    }
}

impl Link {
    fn look(path: &Path) -> io::Result<Self> {
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Missing(path.to_owned())),
            Err(error) => return Err(error),
        };
        Ok(match (found.is_symlink(), path.exists()) {
            (true, true) => Self::Symlink(path.to_owned()),
            (true, false) => Self::Dangling(path.to_owned()),
            (false, _) => Self::Directory(path.to_owned()),
        })
    }
}

/// The name of a release: that of its directory.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The revision of a release, where a deploy tool wrote it down.
pub fn revision(release: &Path) -> Option<String> {
    let text = fs::read_to_string(release.join(REVISION)).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Marks a release so that no rollback takes it.
pub fn mark_bad(release: &Path, why: &str) -> io::Result<()> {
    let mut file = fs::File::create(release.join(BAD))?;
    writeln!(file, "{why}")
}

fn releases(directory: &Path) -> Result<Vec<ReleaseDirectory>, SiteError> {
    let failed =
        |error: io::Error| SiteError::Releases { path: directory.display().to_string(), reason: error.to_string() };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && !name.starts_with('.') {
            found.push(ReleaseDirectory { is_bad: path.join(BAD).exists(), path, name });
        }
    }
    found.sort_by(|left, right| by_age(&left.name, &right.name));
    Ok(found)
}

/// The order of names that are times or numbers: `9` before `10`. The times of directories say nothing: `rsync -a` sets
/// them to those of the source.
fn by_age(left: &str, right: &str) -> Ordering {
    let number = |name: &str| name.parse::<u128>().ok();
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.cmp(right),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::answer::Answer;

    #[test]
    fn releases_are_ordered_by_their_names() {
        let site = tempfile::tempdir().unwrap();
        for name in ["10", "9", ".hidden", "11"] {
            fs::create_dir_all(site.path().join("releases").join(name)).unwrap();
        }
        mark_bad(&site.path().join("releases/10"), "refused").unwrap();
        symlink(site.path().join("releases/9"), site.path().join("current")).unwrap();
        let found = Site::look(&site.path().join("releases/11"), Some(&site.path().join("current")), None).unwrap();
        let names: Vec<_> = found.releases.iter().map(|one| (one.name.as_str(), one.is_bad)).collect();
        assert_eq!(names, [("9", false), ("10", true), ("11", false)]);
        assert_eq!(found.others().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["9"]);
        assert!(found.current.as_ref().is_some_and(|path| path.ends_with("9")));
        assert_eq!(found.swap().answer, Answer::Yes);
    }

    #[test]
    fn what_is_no_link_cannot_be_swapped() {
        let site = tempfile::tempdir().unwrap();
        fs::create_dir_all(site.path().join("releases/1")).unwrap();
        fs::create_dir_all(site.path().join("current")).unwrap();
        let look = |current: &str| {
            Site::look(&site.path().join("releases/1"), Some(&site.path().join(current)), None).unwrap().swap().answer
        };
        assert_eq!(look("current"), Answer::No);
        assert_eq!(look("absent"), Answer::Yes);
        symlink("releases/0", site.path().join("dangling")).unwrap();
        assert_eq!(look("dangling"), Answer::No);
        assert!(Site::look(&site.path().join("releases/2"), None, None).is_err());
    }
}
