//! Writing several files, all of them or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::emit::Operation;

#[derive(Debug, Error, Diagnostic)]
#[error("`{path}` cannot be {what}: {error}")]
#[diagnostic(code(phasewise::files::unwritable), help("nothing was changed"))]
pub(super) struct FilesError {
    path: String,
    what: &'static str,
    error: io::Error,
}

/// What was done so far, and how it is undone.
#[derive(Default)]
struct Undo {
    directories: Vec<PathBuf>,
    beside: Vec<PathBuf>,
    /// What stood at a path before; `None` where nothing did.
    before: Vec<(PathBuf, Option<Vec<u8>>)>,
}

/// Does all that `operations` say below `root`. Every text is written beside its place first, so that what can fail fails
/// before anything has changed; then each takes its place, and what goes, goes last.
pub(super) fn apply(root: &Path, operations: &[Operation]) -> Result<(), FilesError> {
    let mut undo = Undo::default();
    let done = write_all(root, operations, &mut undo);
    if done.is_err() {
        undo.run();
    }
    done
}

fn write_all(root: &Path, operations: &[Operation], undo: &mut Undo) -> Result<(), FilesError> {
    let mut placed = Vec::new();
    for operation in operations {
        if let Operation::Write { path, text } = operation {
            let beside = write_beside(&root.join(path), text, undo).map_err(failed(path, "written"))?;
            placed.push((path, beside));
        }
    }
    for (path, beside) in placed {
        undo.remember(&root.join(path)).map_err(failed(path, "read"))?;
        fs::rename(&beside, root.join(path)).map_err(failed(path, "written"))?;
    }
    for operation in operations {
        if let Operation::Remove { path } = operation {
            undo.remember(&root.join(path)).map_err(failed(path, "read"))?;
            fs::remove_file(root.join(path)).map_err(failed(path, "removed"))?;
        }
    }
    for operation in operations {
        if let (Operation::Remove { path }, Some(directory)) = (operation, root.join(operation.path()).parent()) {
            // The directory of a deploy that has moved on; any other is not empty, or is kept by what it is.
            if path.contains("/deploy-") {
                let _ = fs::remove_dir(directory);
            }
        }
    }
    Ok(())
}

fn failed<'a>(path: &'a str, what: &'static str) -> impl Fn(io::Error) -> FilesError + 'a {
    move |error| FilesError { path: path.to_owned(), what, error }
}

fn write_beside(path: &Path, text: &str, undo: &mut Undo) -> io::Result<PathBuf> {
    let directory = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let new: Vec<&Path> = directory.ancestors().take_while(|above| !above.exists()).collect();
    undo.directories.extend(new.iter().rev().map(|above| above.to_path_buf()));
    fs::create_dir_all(directory)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let beside = directory.join(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    undo.beside.push(beside.clone());
    fs::write(&beside, text)?;
    if text.starts_with("#!") {
        make_executable(&beside)?;
    }
    Ok(beside)
}

/// Whoever may read it may run it.
#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

impl Undo {
    fn remember(&mut self, path: &Path) -> io::Result<()> {
        let before = if path.exists() { Some(fs::read(path)?) } else { None };
        self.before.push((path.to_owned(), before));
        Ok(())
    }

    /// The error that is told is the one that matters.
    fn run(self) {
        for beside in self.beside {
            let _ = fs::remove_file(beside);
        }
        for (path, before) in self.before.into_iter().rev() {
            let _ = match before {
                Some(bytes) => fs::write(path, bytes),
                None => fs::remove_file(path),
            };
        }
        for directory in self.directories.into_iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &str, text: &str) -> Operation {
        Operation::Write { path: path.to_owned(), text: text.to_owned() }
    }

    fn remove(path: &str) -> Operation {
        Operation::Remove { path: path.to_owned() }
    }

    /// Every file below the directory with its text.
    fn shown(directory: &Path) -> String {
        let mut lines = Vec::new();
        let mut open = vec![directory.to_owned()];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(directory).unwrap().display().to_string();
                if path.is_dir() {
                    lines.push(format!("{name}/"));
                    open.push(path);
                } else {
                    lines.push(format!("{name}: {}", fs::read_to_string(&path).unwrap()));
                }
            }
        }
        lines.sort();
        lines.join("\n")
    }

    #[test]
    fn all_is_written() {
        let directory = tempfile::tempdir().unwrap();
        apply(directory.path(), &[write("a", "old"), write("plans/deploy-2/b", "b")]).unwrap();
        apply(directory.path(), &[write("a", "new"), write("c/d", "d"), remove("plans/deploy-2/b")]).unwrap();
        assert_eq!(shown(directory.path()), "a: new\nc/\nc/d: d\nplans/");
    }

    /// Wherever it fails: at a directory that is a file, at a place that is taken by a directory, at a file that is gone.
    #[test]
    fn a_failure_leaves_all_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        apply(directory.path(), &[write("a", "old"), write("d/e", "e")]).unwrap();
        let before = shown(directory.path());
        for last in [write("a/b", "below a file"), write("d", "in place of a directory"), remove("gone")] {
            let operations = [write("a", "new"), write("new/f", "f"), remove("d/e"), last];
            apply(directory.path(), &operations).unwrap_err();
            assert_eq!(shown(directory.path()), before);
        }
    }
}
