//! Names that begin with a version, and the pairs of files that go up and back.

use std::collections::BTreeMap;

use super::directory::Directory;
use super::error::LayoutError;
use super::part::{Part, language};
use super::{Layout, Listing, Migration};

/// `12_name` taken apart: the version and the name as a whole.
pub(super) fn version(stem: &str) -> Option<u64> {
    let (version, _) = stem.split_once('_')?;
    version.parse().ok()
}

/// A file's name without `.up.sql`, `.down.sql` or `.sql`, and whether it goes up.
pub(super) fn direction(name: &str) -> Option<(&str, bool)> {
    let stem = name.strip_suffix(".sql")?;
    Some(match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, true),
        (_, Some(stem)) => (stem, false),
        _ => (stem, true),
    })
}

/// The migrations of files named `<version>_name`, each with the file of its version that goes back.
///
/// `is_migration` picks the files; two of the same version and direction are refused, as the runners do.
pub(super) fn list(
    directory: &Directory<'_>,
    layout: Layout,
    is_migration: fn(&str) -> bool,
) -> Result<Option<Listing>, LayoutError> {
    let mut ups: BTreeMap<u64, &String> = BTreeMap::new();
    let mut downs: BTreeMap<u64, &String> = BTreeMap::new();
    let mut passed_over = Vec::new();
    for name in directory.files_in(".sql") {
        let named = direction(name).filter(|_| is_migration(name));
        let Some((version, goes_up)) = named.and_then(|(stem, goes_up)| Some((version(stem)?, goes_up))) else {
            passed_over.push(name);
            continue;
        };
        let files = if goes_up { &mut ups } else { &mut downs };
        if let Some(first) = files.insert(version, name) {
            return Err(duplicate(directory, layout, version.to_string(), first, name));
        }
    }
    if ups.is_empty() {
        return Ok(None);
    }
    let migrations = ups.iter().map(|(version, name)| {
        let stem = direction(name).map_or(name.as_str(), |(stem, _)| stem);
        let down = downs.get(version).map(|name| vec![Part::whole(&directory.path_of(name))]);
        Migration { down, ..Migration::of_file(layout, stem, directory.path_of(name)) }
    });
    let mut listing = Listing::new(layout, migrations.collect());
    let lonely = downs.iter().filter(|(version, _)| !ups.contains_key(version)).map(|(_, name)| *name);
    passed_over.extend(lonely);
    directory.pass_over(&mut listing, &passed_over);
    Ok(Some(listing))
}

pub(super) fn duplicate(
    directory: &Directory<'_>,
    layout: Layout,
    version: String,
    first: &str,
    second: &str,
) -> LayoutError {
    LayoutError::Duplicate {
        runner: layout.name(),
        version,
        first: directory.path_of(first),
        second: directory.path_of(second),
    }
}

/// The files of the directory in a programming language whose names look like migrations: `00002_name.go`.
pub(super) fn in_code<'d>(directory: &'d Directory<'_>) -> Vec<&'d String> {
    let is_migration = |name: &&String| {
        let is_code = name.rsplit_once('.').is_some_and(|(_, extension)| language(extension).is_some());
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        is_code && digits > 0 && name.as_bytes().get(digits).is_some_and(|byte| matches!(byte, b'_' | b'-'))
    };
    directory.files.iter().filter(is_migration).filter(|name| !name.contains("_test.")).collect()
}
