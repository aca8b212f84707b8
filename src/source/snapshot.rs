//! The files of a project at one moment: as they lie in its directory, or as a git revision has them.
//!
//! A revision is read blob by blob; nothing is checked out. Each file goes by the id that git gives its content, so that
//! what was worked out from it once can be known again, wherever the same content stands.

use std::collections::BTreeMap;
use std::path::Path;

use sha1::{Digest, Sha1};

use super::git::{GitError, WorkTree};
use super::tree::{ReadError, Tree, decoded};

/// The files that were asked for, sorted by path.
#[derive(Debug)]
pub struct Snapshot {
    files: Vec<SnapshotFile>,
    /// The paths of submodules, which a revision names and does not hold.
    submodules: Vec<String>,
    contents: Contents,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFile {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// What git calls the content; empty where it was not read.
    pub blob: String,
}

#[derive(Debug)]
enum Contents {
    /// Read already, by path.
    Read(BTreeMap<String, Result<String, ReadError>>),
    InGit(WorkTree),
}

/// An entry of a tree of git.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TreeEntry {
    pub mode: String,
    pub blob: String,
    pub path: String,
}

/// How git says that an entry is a commit of another repository.
const SUBMODULE: &str = "160000";

/// How git says that an entry is a symbolic link; what it leads to stands elsewhere in the tree, or outside of it.
const LINK: &str = "120000";

impl Snapshot {
    /// The files below the root of `tree` that are wanted; directories that `enters` refuses are passed over.
    pub fn of_directory(tree: &Tree, enters: &dyn Fn(&str) -> bool, is_wanted: &dyn Fn(&str) -> bool) -> Self {
        let (mut files, mut read) = (Vec::new(), BTreeMap::new());
        for path in tree.files(enters).into_iter().filter(|path| is_wanted(path)) {
            let (blob, text) = match read_blob(&tree.root().join(&path), &path) {
                Ok((blob, text)) => (blob, Ok(text)),
                Err(error) => (String::new(), Err(error)),
            };
            read.insert(path.clone(), text);
            files.push(SnapshotFile { path, blob });
        }
        Self { files, submodules: Vec::new(), contents: Contents::Read(read) }
    }

    /// The files that `commit` has below `prefix` (empty, or a path below the work tree's top that ends in `/`).
    pub fn of_commit(
        git: &WorkTree,
        commit: &str,
        prefix: &str,
        enters: &dyn Fn(&str) -> bool,
        is_wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Self, GitError> {
        let (mut files, mut submodules) = (Vec::new(), Vec::new());
        for TreeEntry { mode, blob, path } in git.entries(commit, prefix)? {
            match mode.as_str() {
                SUBMODULE if enters(&path) => submodules.push(path),
                SUBMODULE | LINK => {}
                _ if is_wanted(&path) => files.push(SnapshotFile { path, blob }),
                _ => {}
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Self { files, submodules, contents: Contents::InGit(git.clone()) })
    }

    pub fn files(&self) -> &[SnapshotFile] {
        &self.files
    }

    pub fn submodules(&self) -> &[String] {
        &self.submodules
    }

    /// The paths that differ from the one before them in nothing but case: of each pair a disk may hold only one.
    pub fn collisions(&self) -> Vec<(&str, &str)> {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        let others = self.files.iter().filter_map(|file| {
            let other = seen.insert(file.path.to_lowercase(), &file.path)?;
            Some((other, file.path.as_str()))
        });
        others.collect()
    }

    /// The texts of files of this snapshot, in the order in which they are asked for.
    pub fn texts(&self, files: &[&SnapshotFile]) -> Result<Vec<Result<String, ReadError>>, GitError> {
        match &self.contents {
            Contents::Read(read) => {
                let missing = |path: &str| Err(ReadError::Missing { path: path.to_owned() });
                Ok(files
                    .iter()
                    .map(|file| read.get(&file.path).cloned().unwrap_or_else(|| missing(&file.path)))
                    .collect())
            }
            Contents::InGit(git) => {
                let blobs: Vec<&str> = files.iter().map(|file| file.blob.as_str()).collect();
                let mut texts = Vec::new();
                git.read_blobs(&blobs, &mut |at, content| {
                    let path = files.get(at).map_or("", |file| &file.path);
                    texts.push(match content {
                        Ok(bytes) => decoded(&bytes, path).map(|(text, _)| text),
                        Err(bytes) => Err(ReadError::TooLarge { path: path.to_owned(), bytes }),
                    });
                })?;
                Ok(texts)
            }
        }
    }
}

/// What git would call the file, and its text.
fn read_blob(on_disk: &Path, path: &str) -> Result<(String, String), ReadError> {
    let bytes = super::tree::bytes(on_disk, path)?;
    let text = decoded(&bytes, path)?.0;
    Ok((blob_id(&bytes), text))
}

/// The name of a content in a repository of git that counts in SHA-1.
fn blob_id(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_called_what_git_calls_it() {
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn a_commit_has_the_files_of_a_directory_and_names_its_submodules() {
        let (directory, git) = super::super::git::tests::repository();
        let write = |path: &str, content: &[u8]| {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        write("shop/app/A.php", b"<?php // 1");
        write("shop/app/binary.php", b"<?php\0\0\0");
        write("shop/vendor/B.php", b"<?php // 2");
        git(&["add", "."]);
        git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},shop/modules/pay", "1".repeat(40))]);
        // Only one of them can lie on some disks, so that it is entered by its content alone.
        let blob = blob_id(b"<?php // 1");
        git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},shop/app/a.php")]);
        git(&["commit", "--quiet", "--message=1"]);

        let tree = WorkTree::around(directory.path()).unwrap();
        let enters = |path: &str| !path.starts_with("vendor");
        let is_wanted = |path: &str| path.contains(".php") && enters(path);
        let there = Snapshot::of_commit(&tree, "HEAD", "shop/", &enters, &is_wanted).unwrap();
        let paths: Vec<_> = there.files().iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["app/A.php", "app/a.php", "app/binary.php"]);
        assert_eq!(there.submodules(), ["modules/pay"]);
        assert_eq!(there.collisions(), [("app/A.php", "app/a.php")]);
        let wanted: Vec<_> = there.files().iter().collect();
        let texts = there.texts(&wanted).unwrap();
        assert_eq!(texts[0].as_deref(), Ok("<?php // 1"));
        assert_eq!(texts[1].as_deref(), Ok("<?php // 1"));
        assert!(matches!(&texts[2], Err(ReadError::Binary { path, .. }) if path == "app/binary.php"));

        let here = Snapshot::of_directory(&Tree::new(directory.path().join("shop")), &enters, &is_wanted);
        assert_eq!(here.files()[0], there.files()[0]);
        let missing = Snapshot::of_commit(&tree, "HEAD", "blog/", &enters, &is_wanted).unwrap_err();
        assert!(matches!(missing, GitError::NoProject { .. }));
    }
}
