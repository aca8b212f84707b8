//! Files, the places in them, and which of them changed.
//!
//! Takes paths and git revisions, gives text with spans. This is the only module that reads the disk or runs git;
//! what the text means is left to the front ends.

#![allow(clippy::disallowed_methods, reason = "this module is where the disk is read and git is run")]

mod comment;
mod decode;
mod file;
mod git;
mod map;
mod snapshot;
mod span;
mod stream;
mod tree;

pub use comment::Comment;
pub use file::{Excerpt, Position, SourceFile};
pub use git::{ChangedFile, FileState, GitError, WorkTree};
pub use map::SourceMap;
pub use snapshot::{Snapshot, SnapshotFile};
pub use span::{FileId, Span};
pub use stream::{Piece, TextStream};
pub use tree::{MAX_FILE_BYTES, ReadError, Tree};
