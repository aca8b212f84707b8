//! refinery: `V1__name.sql`, or `U1__name.sql` where versions need not come in order; both go up, and nothing goes back.
//!
//! Told from Flyway by the package around it. A migration may be a module of Rust (`refinery_core/src/util.rs`, `STEM_RE`).

use super::directory::{Directory, is_sql};
use super::error::LayoutError;
use super::{Layout, Listing, Migration, cargo, numbered};

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let files = directory.files_below();
    let mut found: Vec<((u64, u64), &String)> = files.iter().filter_map(|file| Some((version(file)?, file))).collect();
    let has_sql = found.iter().any(|(_, file)| is_sql(file));
    if !has_sql || cargo::dependency(directory.tree, &directory.path, "refinery")?.is_none() {
        return Ok(None);
    }
    found.sort();
    for ((version, first), (other, second)) in found.iter().zip(found.iter().skip(1)) {
        if version == other {
            return Err(numbered::duplicate(directory, Layout::Refinery, version.0.to_string(), first, second));
        }
    }
    let migrations = found.iter().map(|(_, file)| {
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        let name = stem.rsplit('/').next().unwrap_or(stem);
        let path = directory.path_of(file);
        match extension {
            "sql" => Migration::of_file(Layout::Refinery, name, path),
            _ => Migration::in_code(Layout::Refinery, name, path),
        }
    });
    let mut listing = Listing::new(Layout::Refinery, migrations.collect());
    let passed_over = files.iter().filter(|file| is_sql(file) && version(file).is_none());
    directory.pass_over(&mut listing, &passed_over.collect::<Vec<_>>());
    Ok(Some(listing))
}

fn version(file: &str) -> Option<(u64, u64)> {
    let name = file.rsplit('/').next()?;
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".rs"))?;
    let (version, _) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
