//! From bytes to text: UTF-8, UTF-16 with a mark, and what is neither, told rather than guessed away.
//!
//! A byte that is no UTF-8 is read as Latin-1 would have it, and its place is kept, so that a report can say from where on
//! a text may not be what its author saw. What is no text at all is named by what it is.

/// How a text is encoded, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16 { is_big_endian: bool },
}

/// Bytes by which formats that are no text begin: what each is, and the way out.
const MAGIC: &[(&[u8], &str, &str)] = &[
    (
        b"PGDMP",
        "a dump in pg_dump's custom format",
        "make a plain one with `pg_dump -Fp`, or `pg_restore -f schema.sql`",
    ),
    (b"\x1f\x8b", "compressed with gzip", "unpack it with `gunzip`"),
    (b"BZh", "compressed with bzip2", "unpack it with `bunzip2`"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it with `unxz`"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it with `unzstd`"),
    (b"PK\x03\x04", "a zip archive", "unpack it with `unzip`"),
    (b"SQLite format 3\0", "an SQLite database", "write its schema to a file with `sqlite3 FILE .schema`"),
];

/// How much of a file tells whether it is text, as git decides it.
const LOOKED_AT: usize = 8000;

/// What a file is that is no text, and the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binary {
    pub what: &'static str,
    pub help: &'static str,
}

/// How the text that begins with `head` is encoded, and how many bytes its mark takes.
pub(super) fn recognise(head: &[u8]) -> Result<(Encoding, usize), Binary> {
    if let Some((_, what, help)) = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(Binary { what, help });
    }
    match head {
        [0xef, 0xbb, 0xbf, ..] => return Ok((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => return Ok((Encoding::Utf16 { is_big_endian: false }, 2)),
        [0xfe, 0xff, ..] => return Ok((Encoding::Utf16 { is_big_endian: true }, 2)),
        // ASCII in two bytes each, without a mark.
        [first, 0, second, 0, ..] if *first > 0 && *second > 0 => {
            return Ok((Encoding::Utf16 { is_big_endian: false }, 0));
        }
        [0, first, 0, second, ..] if *first > 0 && *second > 0 => {
            return Ok((Encoding::Utf16 { is_big_endian: true }, 0));
        }
        _ => {}
    }
    if head.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
        return Err(Binary { what: "not text", help: "name a file of SQL or PHP" });
    }
    Ok((Encoding::Utf8, 0))
}

/// Turns bytes into text piece by piece; characters may be cut anywhere between two pieces.
#[derive(Debug)]
pub(super) struct Decoder {
    encoding: Encoding,
    /// The bytes of a character that has begun.
    begun: Vec<u8>,
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, begun: Vec::new() }
    }

    /// Appends what `bytes` say to `text`; gives the offsets in `text` where bytes were that are not valid.
    pub(super) fn decode(&mut self, bytes: &[u8], is_last: bool, text: &mut String) -> Vec<usize> {
        self.begun.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.begun);
        match self.encoding {
            Encoding::Utf8 => self.decode_utf8(&bytes, is_last, text),
            Encoding::Utf16 { is_big_endian } => self.decode_utf16(&bytes, is_big_endian, is_last, text),
        }
    }

    fn decode_utf8(&mut self, bytes: &[u8], is_last: bool, text: &mut String) -> Vec<usize> {
        let mut invalid_at = Vec::new();
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            if !is_last && chunks.peek().is_none() && may_go_on(invalid) {
                self.begun = invalid.to_vec();
                break;
            }
            invalid_at.push(text.len());
            text.extend(invalid.iter().copied().map(char::from));
        }
        invalid_at
    }

    fn decode_utf16(&mut self, bytes: &[u8], is_big_endian: bool, is_last: bool, text: &mut String) -> Vec<usize> {
        let (pairs, odd) = bytes.as_chunks::<2>();
        let unit = |pair: &[u8; 2]| if is_big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
        let ends_in_half = pairs.last().is_some_and(|pair| (0xd800..0xdc00).contains(&unit(pair)));
        let whole = if ends_in_half && !is_last { pairs.len() - 1 } else { pairs.len() };
        let (now, later) = pairs.split_at(whole);
        self.begun = later.iter().flatten().chain(odd).copied().collect();
        let mut invalid_at = Vec::new();
        for character in char::decode_utf16(now.iter().map(unit)) {
            let character = character.unwrap_or_else(|_| {
                invalid_at.push(text.len());
                char::REPLACEMENT_CHARACTER
            });
            text.push(character);
        }
        if is_last && !odd.is_empty() {
            invalid_at.push(text.len());
            self.begun.clear();
        }
        invalid_at
    }
}

/// Whether more bytes could make a character of these.
fn may_go_on(invalid: &[u8]) -> bool {
    std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text, and what of it was not valid, however the bytes are cut.
    #[track_caller]
    fn check(bytes: &[u8]) -> (String, Option<usize>) {
        let (encoding, mark) = recognise(bytes).unwrap();
        let whole = decoded(encoding, &bytes[mark..], usize::MAX);
        for size in 1..4 {
            assert_eq!(decoded(encoding, &bytes[mark..], size), whole, "in pieces of {size}");
        }
        whole
    }

    fn decoded(encoding: Encoding, bytes: &[u8], size: usize) -> (String, Option<usize>) {
        let (mut decoder, mut text, mut first) = (Decoder::new(encoding), String::new(), None);
        let mut rest = bytes;
        loop {
            let (piece, later) = rest.split_at(size.min(rest.len()));
            rest = later;
            let invalid = decoder.decode(piece, rest.is_empty(), &mut text);
            first = first.or(invalid.first().copied());
            if rest.is_empty() {
                return (text, first);
            }
        }
    }

    #[test]
    fn text_is_read_whatever_its_encoding() {
        assert_eq!(check("café €".as_bytes()), ("café €".to_owned(), None));
        assert_eq!(check(b"\xef\xbb\xbfa"), ("a".to_owned(), None));
        assert_eq!(check(b"caf\xe9; b\xfc"), ("café; bü".to_owned(), Some(3)));
        assert_eq!(check(b"a\xe2\x82"), ("aâ\u{82}".to_owned(), Some(1)));
        let utf16 = |text: &str, mark: &[u8], to: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(text.encode_utf16().flat_map(to)).collect::<Vec<u8>>()
        };
        assert_eq!(check(&utf16("aé😀b", b"\xff\xfe", u16::to_le_bytes)), ("aé😀b".to_owned(), None));
        assert_eq!(check(&utf16("aé😀b", b"\xfe\xff", u16::to_be_bytes)), ("aé😀b".to_owned(), None));
        assert_eq!(check(&utf16("SET", b"", u16::to_le_bytes)), ("SET".to_owned(), None));
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(recognise(b"PGDMP\x01").unwrap_err().what, "a dump in pg_dump's custom format");
        assert_eq!(recognise(b"\x1f\x8b\x08").unwrap_err().what, "compressed with gzip");
        assert_eq!(recognise(b"CREATE\0\0\0").unwrap_err().what, "not text");
    }
}
