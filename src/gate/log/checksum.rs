//! The checksums that runners keep of the texts they ran.

use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// CRC-32 over the lines without what ends them, as a signed number (`ChecksumCalculator.java` of Flyway).
pub(super) fn flyway(text: &str) -> String {
    let mut hasher = crc32fast::Hasher::new();
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    text.split(['\n', '\r']).for_each(|line| hasher.update(line.as_bytes()));
    hasher.finalize().cast_signed().to_string()
}

/// SHA-384 over the file (`sqlx-core/src/migrate/migration.rs`). A byte order mark counts, which is not in the texts that
/// are read here: so both are right.
pub(super) fn sqlx(text: &str) -> [String; 2] {
    [text.to_owned(), format!("{BYTE_ORDER_MARK}{text}")].map(|text| hexadecimal(&Sha384::digest(text)))
}

/// SHA-256 over the file, with whichever line ends (`schema-engine`, `checksum.rs`: `script_matches_checksum`).
pub(super) fn prisma(text: &str) -> [String; 6] {
    let unix = text.replace("\r\n", "\n");
    let dos = unix.replace('\n', "\r\n");
    let marked = |text: &str| format!("{BYTE_ORDER_MARK}{text}");
    let texts = [marked(text), marked(&unix), marked(&dos), text.to_owned(), unix, dos];
    texts.map(|text| hexadecimal(&Sha256::digest(text)))
}

/// SipHash-1-3 over name, version and text, each as Rust hashes it; versions have 32 bits, or 64 where the project asks for
/// it (`refinery_core/src/runner.rs`, `Migration::unapplied`; `util.rs`, `SchemaVersion`).
pub(super) fn refinery(file: &str, text: &str) -> Vec<String> {
    let Some((version, name)) = file.trim_start_matches(['V', 'U']).split_once("__") else { return Vec::new() };
    let Ok(version) = version.parse::<i64>() else { return Vec::new() };
    let of = |hash_version: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        hash_version(&mut hasher);
        text.hash(&mut hasher);
        hasher.finish().to_string()
    };
    let short = i32::try_from(version).ok().map(|version| of(&|hasher| version.hash(hasher)));
    short.into_iter().chain([of(&|hasher| version.hash(hasher))]).collect()
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_the_mark_mean_nothing_to_flyway() {
        // CRC-32 of `123456789` is cbf43926 in every description of it.
        assert_eq!(flyway("123456789"), 0xcbf4_3926_u32.cast_signed().to_string());
        assert_eq!(flyway("\u{feff}1234\r\n56789\n"), flyway("123456789"));
    }

    #[test]
    fn digests_are_the_published_ones() {
        // FIPS 180-2, appendices B.1 and D.1.
        assert!(prisma("abc").contains(&"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned()));
        let long = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
        assert_eq!(sqlx("abc")[0], long);
    }

    #[test]
    fn prisma_takes_either_line_end() {
        let [_, _, _, dos, _, _] = prisma("a\r\nb");
        assert!(prisma("a\nb").contains(&dos));
        assert!(!prisma("a b").contains(&dos));
    }
}
