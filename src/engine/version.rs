//! Versions of engines. A version that is written short (`8.0`) stands for every patch release of it, so whether it
//! lies in a range may be unknown.

use std::fmt;
use std::str::FromStr;

use miette::Diagnostic;
use thiserror::Error;

use super::Engine;
use crate::answer::Answer;

/// A version as it was written: one to three numbers; `text` keeps that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
    lowest: [u32; 3],
    highest: [u32; 3],
}

/// Versions from one to another, both included: `10-18`, `8.0.29-9.7`, `11+`, `5.7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    lowest: [u32; 3],
    highest: [u32; 3],
}

/// What a migration will run on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersion {
    pub engine: Engine,
    pub version: Version,
}

#[derive(Debug, Error, Diagnostic, Clone, PartialEq, Eq)]
pub enum VersionError {
    #[error("`{0}` is not a version")]
    #[diagnostic(code(phasewise::engine::version), help("write one to three numbers, such as `8.4` or `10.11.6`"))]
    NotAVersion(String),
    #[error("`{0}` is not a range of versions")]
    #[diagnostic(code(phasewise::engine::range), help("write `11-18`, `11+` or `11`"))]
    NotARange(String),
}

impl Version {
    /// Any version at all.
    pub fn unspecified() -> Self {
        Self { text: "any version".to_owned(), lowest: [0; 3], highest: [u32::MAX; 3] }
    }

    /// Whether every version that this stands for is older than those that `other` stands for.
    pub fn is_before(&self, other: &Self) -> bool {
        self.highest < other.lowest
    }

    /// Whether this version lies in `range`; unknown where it was written too short to tell.
    pub fn is_in(&self, range: &VersionRange) -> Answer {
        if self.lowest >= range.lowest && self.highest <= range.highest {
            Answer::Yes
        } else if self.highest < range.lowest || self.lowest > range.highest {
            Answer::No
        } else {
            Answer::Unknown
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let (lowest, highest) = bounds(text).ok_or_else(|| VersionError::NotAVersion(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), lowest, highest })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for VersionRange {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = || VersionError::NotARange(text.to_owned());
        if let Some(from) = text.strip_suffix('+') {
            let (lowest, _) = bounds(from.trim()).ok_or_else(error)?;
            return Ok(Self { lowest, highest: [u32::MAX; 3] });
        }
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (lowest, _) = bounds(from.trim()).ok_or_else(error)?;
        let (_, highest) = bounds(to.trim()).ok_or_else(error)?;
        if lowest > highest {
            return Err(error());
        }
        Ok(Self { lowest, highest })
    }
}

fn bounds(text: &str) -> Option<([u32; 3], [u32; 3])> {
    let numbers = text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
    if numbers.is_empty() || numbers.len() > 3 {
        return None;
    }
    let fill = |missing: u32| std::array::from_fn(|at| numbers.get(at).copied().unwrap_or(missing));
    Some((fill(0), fill(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(version: &str, range: &str) -> Answer {
        version.parse::<Version>().unwrap().is_in(&range.parse().unwrap())
    }

    #[test]
    fn a_short_version_is_in_a_range_only_when_all_of_it_is() {
        assert_eq!(is_in("8.0", "8.0.29-9.7"), Answer::Unknown);
        assert_eq!(is_in("8.0.35", "8.0.29-9.7"), Answer::Yes);
        assert_eq!(is_in("8.4", "8.0.29-9.7"), Answer::Yes);
        assert_eq!(is_in("5.7", "8.0.29-9.7"), Answer::No);
        assert_eq!(is_in("18", "11+"), Answer::Yes);
        assert_eq!(is_in("10.11", "10.5-11.1"), Answer::Yes);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!("eight".parse::<Version>().is_err());
        assert!("1.2.3.4".parse::<Version>().is_err());
        assert!("18-11".parse::<VersionRange>().is_err());
    }
}
