//! The files below one root, read once and kept.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use miette::Diagnostic;
use thiserror::Error;

use super::decode::{Binary, Decoder, recognise};
use super::file::{Excerpt, SourceFile};
use super::span::FileId;
use super::stream::TextStream;

/// A larger file is not read: no migration is that long, and a dump has its own reader.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file could not be read.
#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum ReadError {
    #[error("`{path}` does not exist")]
    #[diagnostic(
        code(phasewise::source::missing),
        help("check the path; it is looked up from the directory you are in")
    )]
    Missing { path: String },
    #[error("`{path}` cannot be read: {reason}")]
    #[diagnostic(code(phasewise::source::unreadable), help("check that it is a file and that you may read it"))]
    Unreadable { path: String, reason: String },
    #[error("`{path}` is {bytes} bytes long; phasewise reads at most {MAX_FILE_BYTES}")]
    #[diagnostic(code(phasewise::source::too_large), help("leave it out, or split it"))]
    TooLarge { path: String, bytes: u64 },
    #[error("`{path}` is {what}")]
    #[diagnostic(code(phasewise::source::binary))]
    Binary {
        path: String,
        what: &'static str,
        #[help]
        help: &'static str,
    },
}

impl ReadError {
    pub(super) fn binary(path: &str, binary: Binary) -> Self {
        Self::Binary { path: path.to_owned(), what: binary.what, help: binary.help }
    }
}

/// A project's directory and what was read of it. Each file is read once; texts that come from elsewhere (tests, rule
/// examples, git blobs) can be put in its place.
#[derive(Debug, Default)]
pub struct Tree {
    root: PathBuf,
    files: RefCell<Vec<Rc<SourceFile>>>,
    by_path: RefCell<HashMap<String, FileId>>,
    /// What is taken for absent, whatever the disk says.
    hidden: RefCell<HashSet<String>>,
}

impl Tree {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Reads the file at `path`, relative to the root and with `/`.
    pub fn read(&self, path: &str) -> Result<Rc<SourceFile>, ReadError> {
        if let Some(id) = self.by_path.borrow().get(path) {
            return Ok(self.file(*id));
        }
        if self.hidden.borrow().contains(path) {
            return Err(ReadError::Missing { path: path.to_owned() });
        }
        let (text, not_utf8_from) = read_text(&self.root.join(path), path)?;
        Ok(self.add(path, |id| SourceFile::new(id, path.to_owned(), text).not_utf8_from(not_utf8_from)))
    }

    /// Takes `text` as the content of `path`, whatever the disk says.
    pub fn put(&self, path: &str, text: String) -> Rc<SourceFile> {
        self.add(path, |id| SourceFile::new(id, path.to_owned(), text))
    }

    /// Takes the file at `path` for absent, whatever the disk says.
    pub fn hide(&self, path: &str) {
        self.hidden.borrow_mut().insert(path.to_owned());
    }

    /// Opens the file at `on_disk`, from the root, to be read a piece at a time, however long it is; messages call it
    /// `path`. Nothing of it is kept; `keep` takes what there is to point at.
    pub fn stream(&self, on_disk: &Path, path: &str) -> Result<(FileId, TextStream), ReadError> {
        let stream = TextStream::open(&self.root.join(on_disk), path)?;
        let mut files = self.files.borrow_mut();
        let id = FileId(files.len() as u32);
        files.push(Rc::new(SourceFile::of_excerpt(id, path.to_owned(), Excerpt::default())));
        Ok((id, stream))
    }

    /// Takes `excerpt` for all that is kept of the file that `id` names, in place of what was kept of it.
    ///
    /// # Panics
    /// When `id` came from another tree.
    #[expect(clippy::indexing_slicing, reason = "ids are only made here, for the vector indexed here")]
    pub fn keep(&self, id: FileId, excerpt: Excerpt) {
        let path = self.file(id).path.clone();
        self.files.borrow_mut()[id.0 as usize] = Rc::new(SourceFile::of_excerpt(id, path, excerpt));
    }

    fn add(&self, path: &str, make: impl FnOnce(FileId) -> SourceFile) -> Rc<SourceFile> {
        let mut files = self.files.borrow_mut();
        let id = FileId(files.len() as u32);
        let file = Rc::new(make(id));
        files.push(Rc::clone(&file));
        self.by_path.borrow_mut().insert(path.to_owned(), id);
        file
    }

    /// The file that `id` names.
    ///
    /// # Panics
    /// When `id` came from another tree.
    #[expect(clippy::indexing_slicing, reason = "ids are only made here, for the vector indexed here")]
    pub fn file(&self, id: FileId) -> Rc<SourceFile> {
        Rc::clone(&self.files.borrow()[id.0 as usize])
    }

    /// Whether a file or directory stands at `path`.
    pub fn exists(&self, path: &str) -> bool {
        self.by_path.borrow().contains_key(path)
            || !self.hidden.borrow().contains(path) && self.root.join(path).exists()
    }

    /// The names of the directories directly in the directory `path`, sorted; none where there is no such directory.
    pub fn directories(&self, path: &str) -> Vec<String> {
        let known = self.below(path).into_iter().filter_map(|rest| Some(rest.split_once('/')?.0.to_owned()));
        sorted(self.on_disk(path, FileType::is_dir).chain(known))
    }

    /// The names of the files directly in the directory `path`, sorted; none where there is no such directory.
    pub fn list(&self, path: &str) -> Vec<String> {
        let known = self.below(path).into_iter().filter(|rest| !rest.contains('/'));
        let hidden = self.hidden.borrow();
        let is_hidden = |name: &String| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
            hidden.contains(&path)
        };
        sorted(self.on_disk(path, FileType::is_file).filter(|name| !is_hidden(name)).chain(known))
    }

    /// The paths of the files below the root, sorted; directories that `enters` refuses, by their path, are passed over.
    pub fn files(&self, enters: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut files = Vec::new();
        let mut waiting = vec![String::new()];
        while let Some(directory) = waiting.pop() {
            let below = |name: String| if directory.is_empty() { name } else { format!("{directory}/{name}") };
            files.extend(self.list(&directory).into_iter().map(below));
            waiting.extend(self.directories(&directory).into_iter().map(below).filter(|path| enters(path)));
        }
        files.sort();
        files
    }

    fn on_disk(&self, path: &str, is_wanted: fn(&FileType) -> bool) -> impl Iterator<Item = String> {
        let entries = std::fs::read_dir(self.root.join(path)).into_iter().flatten().flatten();
        let wanted = entries.filter(move |entry| file_type(entry).is_some_and(|found| is_wanted(&found)));
        wanted.filter_map(|entry| entry.file_name().into_string().ok())
    }

    /// The paths of the texts that were put below the directory `path`, relative to it.
    fn below(&self, path: &str) -> Vec<String> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        self.by_path.borrow().keys().filter_map(|known| known.strip_prefix(&prefix)).map(str::to_owned).collect()
    }
}

/// What the entry is, or leads to. The directory itself mostly says it.
fn file_type(entry: &DirEntry) -> Option<FileType> {
    let own = entry.file_type().ok()?;
    if own.is_symlink() { std::fs::metadata(entry.path()).ok().map(|found| found.file_type()) } else { Some(own) }
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let names: std::collections::BTreeSet<String> = names.collect();
    names.into_iter().collect()
}

/// The text, and the offset in it of the first byte that is no UTF-8.
fn read_text(on_disk: &Path, path: &str) -> Result<(String, Option<u32>), ReadError> {
    decoded(&bytes(on_disk, path)?, path)
}

/// What the file holds, if it is no longer than what is read.
pub(super) fn bytes(on_disk: &Path, path: &str) -> Result<Vec<u8>, ReadError> {
    let metadata = std::fs::metadata(on_disk).map_err(|error| failed(path, &error))?;
    if metadata.len() > MAX_FILE_BYTES {
        return Err(ReadError::TooLarge { path: path.to_owned(), bytes: metadata.len() });
    }
    std::fs::read(on_disk).map_err(|error| failed(path, &error))
}

/// The text that the bytes of `path` say, and the offset in it of the first byte that is no UTF-8.
pub(super) fn decoded(bytes: &[u8], path: &str) -> Result<(String, Option<u32>), ReadError> {
    let (encoding, mark) = recognise(bytes).map_err(|binary| ReadError::binary(path, binary))?;
    let mut text = String::with_capacity(bytes.len());
    let invalid = Decoder::new(encoding).decode(bytes.get(mark..).unwrap_or_default(), true, &mut text);
    Ok((text, invalid.first().map(|at| *at as u32)))
}

pub(super) fn failed(path: &str, error: &std::io::Error) -> ReadError {
    let path = path.to_owned();
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing { path },
        _ => ReadError::Unreadable { path, reason: error.to_string() },
    }
}
