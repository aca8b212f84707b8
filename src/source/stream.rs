//! A text that is too long to be held: read from the front, a piece at a time.

use std::fs::File;
use std::io::Read;

use super::decode::{Decoder, recognise};
use super::tree::{ReadError, failed};

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;

/// A file that is being read. Its pieces, one after the other, are its text: cut anywhere, but never within a character.
#[derive(Debug)]
pub struct TextStream {
    path: String,
    file: File,
    decoder: Decoder,
    /// Bytes that were read to recognise the encoding, and not yet decoded.
    head: Vec<u8>,
    is_at_end: bool,
    text: String,
    not_utf8: Vec<usize>,
}

/// Some of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    pub text: &'t str,
    /// The offsets in `text` of bytes that are no UTF-8 and were read as Latin-1.
    pub not_utf8: &'t [usize],
}

impl TextStream {
    pub(super) fn open(on_disk: &std::path::Path, path: &str) -> Result<Self, ReadError> {
        let error = |error: std::io::Error| failed(path, &error);
        let mut file = File::open(on_disk).map_err(error)?;
        let mut head = Vec::new();
        file.by_ref().take(PIECE as u64).read_to_end(&mut head).map_err(error)?;
        let (encoding, mark) = recognise(&head).map_err(|binary| ReadError::binary(path, binary))?;
        head.drain(..mark);
        let decoder = Decoder::new(encoding);
        Ok(Self {
            path: path.to_owned(),
            file,
            decoder,
            head,
            is_at_end: false,
            text: String::new(),
            not_utf8: Vec::new(),
        })
    }

    /// The next piece; `None` at the end of the file.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>, ReadError> {
        if self.is_at_end {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.head);
        if bytes.is_empty() {
            let read = self.file.by_ref().take(PIECE as u64).read_to_end(&mut bytes);
            read.map_err(|error| failed(&self.path, &error))?;
        }
        self.is_at_end = bytes.is_empty();
        self.text.clear();
        self.not_utf8 = self.decoder.decode(&bytes, self.is_at_end, &mut self.text);
        Ok(Some(Piece { text: &self.text, not_utf8: &self.not_utf8 }))
    }
}
