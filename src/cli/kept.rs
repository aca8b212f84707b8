//! What was read of application code before, kept by content in the repository's own directory: `.git/phasewise/usage`.
//!
//! Whoever reads the file finds a whole one, since it is replaced in one step; several runs at once lose at most what one
//! of them read. A file that is broken, or of another build, is as none.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::baseline::replace;
use super::notes::Notes;
use crate::report::facts;
use crate::source::WorkTree;
use crate::usage::{FileFacts, kind_of};

/// The format, and the code that read what is kept.
const HEAD: &str = concat!("phasewise usage 1 ", env!("PHASEWISE_READER"), "\n");

/// The bytes of a SHA-1, with which the file ends.
const SUM: usize = 20;

/// What no run asked for since is kept up to so many times what this one asked for.
const IDLE: usize = 4;

/// Facts by the kind of their file and its content.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// `None` where nothing is to be kept.
    path: Option<PathBuf>,
    /// The file as it was found.
    found: Vec<u8>,
    entries: BTreeMap<String, Entry>,
    is_changed: bool,
}

#[derive(Debug)]
struct Entry {
    facts: Bytes,
    is_asked_for: bool,
}

#[derive(Debug)]
enum Bytes {
    /// A part of the file that was found.
    Found(Range<usize>),
    New(Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    entries: Vec<(&'a str, &'a [u8])>,
}

impl Kept {
    /// What is kept in the repository around the project.
    pub(super) fn open(git: &WorkTree, notes: Notes) -> Self {
        Self::at(git.common_directory().join("phasewise").join("usage"), notes)
    }

    /// What is kept in that file.
    pub(super) fn at(path: PathBuf, notes: Notes) -> Self {
        let found = fs::read(&path).unwrap_or_default();
        let entries = read(&found).unwrap_or_else(|| {
            if !found.is_empty() {
                notes.detail(&format!("cache: `{}` is broken or of another build, and made anew", path.display()));
            }
            BTreeMap::new()
        });
        Self { path: Some(path), found, entries, is_changed: false }
    }

    /// What files say, each a path and the name of its content, in their order; `None` for one that was not read before.
    pub(super) fn get_all(&mut self, files: &[(&str, &str)]) -> Vec<Option<FileFacts>> {
        let keys: Vec<Option<String>> = files.iter().map(|(path, blob)| key(path, blob)).collect();
        for key in keys.iter().flatten() {
            self.entries.get_mut(key).into_iter().for_each(|entry| entry.is_asked_for = true);
        }
        let bytes: Vec<Option<&[u8]>> =
            keys.iter().map(|key| Some(self.bytes(self.entries.get(key.as_deref()?)?))).collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = bytes.len().div_ceil(threads).max(1);
        let decode = |bytes: &[Option<&[u8]>]| -> Vec<_> {
            bytes.iter().map(|bytes| bytes.and_then(facts::from_bytes)).collect()
        };
        std::thread::scope(|scope| {
            let parts: Vec<_> = bytes.chunks(share).map(|part| (part, scope.spawn(move || decode(part)))).collect();
            let decoded = parts.into_iter().flat_map(|(part, thread)| thread.join().unwrap_or(vec![None; part.len()]));
            decoded.collect()
        })
    }

    fn bytes<'a>(&'a self, entry: &'a Entry) -> &'a [u8] {
        match &entry.facts {
            Bytes::Found(range) => self.found.get(range.clone()).unwrap_or_default(),
            Bytes::New(bytes) => bytes,
        }
    }

    pub(super) fn put(&mut self, path: &str, blob: &str, facts: &FileFacts) {
        if let (Some(key), Some(facts)) = (key(path, blob), facts::to_bytes(facts)) {
            self.entries.insert(key, Entry { facts: Bytes::New(facts), is_asked_for: true });
            self.is_changed = true;
        }
    }

    /// Writes what is new; a directory that cannot be written keeps nothing, and the next run reads again.
    pub(super) fn save(&mut self, notes: Notes) {
        if !std::mem::take(&mut self.is_changed) {
            return;
        }
        let asked = self.entries.values().filter(|entry| entry.is_asked_for).count();
        if self.entries.len() > asked * (IDLE + 1) {
            self.entries.retain(|_, entry| entry.is_asked_for);
        }
        let Some(path) = &self.path else { return };
        let entries = self.entries.iter().map(|(key, entry)| (key.as_str(), self.bytes(entry))).collect();
        let Ok(body) = postcard::to_stdvec(&Written { entries }) else { return };
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            replace(path, |out| {
                out.write_all(HEAD.as_bytes())?;
                out.write_all(&body)?;
                out.write_all(&Sha1::digest(&body))
            })
        });
        match written {
            Ok(()) => notes.detail(&format!("cache: {} files in `{}`", self.entries.len(), path.display())),
            Err(error) => notes.detail(&format!("cache: `{}` cannot be written: {error}", path.display())),
        }
    }
}

/// `None` for a content that has no name.
fn key(path: &str, blob: &str) -> Option<String> {
    (!blob.is_empty()).then(|| format!("{} {blob}", kind_of(path)))
}

fn read(bytes: &[u8]) -> Option<BTreeMap<String, Entry>> {
    let rest = bytes.strip_prefix(HEAD.as_bytes())?;
    let (body, sum) = rest.split_at_checked(rest.len().checked_sub(SUM)?)?;
    if Sha1::digest(body).as_slice() != sum {
        return None;
    }
    let written: Written<'_> = postcard::from_bytes(body).ok()?;
    let entry = |(key, facts): (&str, &[u8])| {
        // Where the slice stands in what it is a part of.
        let start = facts.as_ptr() as usize - bytes.as_ptr() as usize;
        (key.to_owned(), Entry { facts: Bytes::Found(start..start + facts.len()), is_asked_for: false })
    };
    Some(written.entries.into_iter().map(entry).collect())
}
