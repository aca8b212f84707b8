//! Who locks a file of SQLite, as the kernel lists it: to ask SQLite itself would be to lock it.
//!
//! A writer holds the byte after the pending one, and readers hold the range behind it; with a write-ahead log it is a byte
//! of the file `-shm`, and readers are in nobody's way (SQLite, `src/os_unix.c`, `src/wal.c`). Since when, nobody says, so
//! that a lock is looked at until it is gone or as old as the limit.

use std::ops::RangeInclusive;
use std::os::unix::fs::MetadataExt as _;
use std::thread;
use std::time::{Duration, Instant};

use super::{Activity, Blind, OpenTransaction, Seen};
use crate::database::{DatabaseError, Session};

/// `PENDING_BYTE`, `RESERVED_BYTE`, and the bytes of `SHARED_FIRST`.
const OF_FILE: RangeInclusive<u64> = 0x4000_0000..=0x4000_0001 + 510;
/// `UNIX_SHM_BASE + WAL_WRITE_LOCK`
const OF_LOG: RangeInclusive<u64> = 120..=120;

const LOCKS: &str = "/proc/locks";
const STEP: Duration = Duration::from_millis(50);

pub(super) fn read(session: &mut Session, older_than: Duration) -> Result<Activity, DatabaseError> {
    let file = session.value("select file from pragma_database_list where name = 'main'")?.unwrap_or_default();
    let has_log = session.value("pragma journal_mode")?.as_deref() == Some("wal");
    let (file, bytes) = if has_log { (format!("{file}-shm"), OF_LOG) } else { (file, OF_FILE) };
    let nothing_else = Activity {
        transactions: Seen::all(Vec::new()),
        waits: Seen::all(Vec::new()),
        // They are transactions like any other.
        changes: Seen::all(Vec::new()),
    };
    Ok(match holders(&file, &bytes, older_than) {
        Ok(pids) => Activity {
            transactions: Seen::all(pids.into_iter().map(|pid| held(pid, older_than)).collect()),
            ..nothing_else
        },
        Err(reason) => {
            let help = "ask on the machine of the database, where the kernel lists locks".to_owned();
            Activity { transactions: Seen { found: Vec::new(), blind: Some(Blind { reason, help }) }, ..nothing_else }
        }
    })
}

fn held(pid: u64, age: Duration) -> OpenTransaction {
    OpenTransaction { session: pid.to_string(), who: None, age, table: None, statement: None }
}

/// The processes that hold one of the bytes for that long.
fn holders(file: &str, bytes: &RangeInclusive<u64>, for_long: Duration) -> Result<Vec<u64>, String> {
    // Without the file nobody locks it.
    let Ok(metadata) = std::fs::metadata(file) else { return Ok(Vec::new()) };
    let start = Instant::now();
    let now = || {
        let listed = std::fs::read_to_string(LOCKS).map_err(|error| format!("`{LOCKS}` cannot be read: {error}"))?;
        Ok::<_, String>(listed.lines().filter_map(|line| holder(line, metadata.ino(), bytes)).collect::<Vec<u64>>())
    };
    let mut holders = now()?;
    while !holders.is_empty() && start.elapsed() < for_long {
        thread::sleep(STEP);
        let still = now()?;
        holders.retain(|pid| still.contains(pid));
    }
    holders.retain(|pid| *pid != u64::from(std::process::id()));
    holders.sort_unstable();
    holders.dedup();
    Ok(holders)
}

/// The process of a line such as `1: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741825 1073741825`, if it is about the file.
/// The device is not looked at: layered file systems list another one than they show.
fn holder(line: &str, inode: u64, bytes: &RangeInclusive<u64>) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "->").collect();
    let [_, _, _, _, pid, place, from, to] = words.as_slice() else { return None };
    let is_it = place.rsplit(':').next()?.parse() == Ok(inode);
    let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().unwrap_or(u64::MAX));
    let is_within = from >= *bytes.start() && to <= *bytes.end();
    (is_it && is_within).then(|| pid.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_list_is_read() {
        let of = |line: &str| holder(line, 1234, &OF_FILE);
        assert_eq!(of("1: POSIX  ADVISORY  WRITE 4711 08:01:1234 1073741825 1073741825"), Some(4711));
        assert_eq!(of("2: POSIX  ADVISORY  READ 4712 00:2f:1234 1073741826 1073742335"), Some(4712));
        assert_eq!(of("3: POSIX  ADVISORY  WRITE 4711 08:01:1235 1073741825 1073741825"), None, "another file");
        assert_eq!(of("4: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF"), None, "not SQLite's");
        assert_eq!(of("5: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF"), None);
        assert_eq!(of(""), None);
    }
}
