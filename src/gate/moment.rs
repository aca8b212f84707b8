//! Points in time, as records have them: `2026-11-22T23:40:00Z`.

use std::time::{Duration, SystemTime};

/// That time, to the second, in UTC.
pub fn written(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// The time that was written; `None` where that is none.
pub fn read(text: &str) -> Option<SystemTime> {
    humantime::parse_rfc3339(text).ok()
}

/// A duration for people, to the second: `2h 5m`.
pub fn spelled(duration: Duration) -> String {
    humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string()
}
