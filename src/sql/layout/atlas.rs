//! Atlas: `<version>_name.sql` in the order of the names, listed in `atlas.sum`.
//!
//! Directives stand in the comments at the head of a file: `-- atlas:txmode none`, `-- atlas:delimiter`, and
//! `-- atlas:checkpoint` for a file that stands for all before it on a fresh database (`sql/migrate/dir.go`). Atlas also keeps
//! a sum of directories in the layouts of other runners; those are told by their names first.

use super::directory::Directory;
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration};

const SUM: &str = "atlas.sum";

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    if !directory.has(SUM) {
        return Ok(None);
    }
    let sum = directory.tree.read(&directory.path_of(SUM))?;
    let listed = sum.text.lines().skip(1).filter_map(|line| Some(line.rsplit_once(" h1:")?.0));
    if let Some(gone) = listed.clone().find(|name| !directory.has(name)) {
        return Err(LayoutError::missing(&sum, gone));
    }
    let mut migrations: Vec<Migration> = Vec::new();
    let mut covered = 0;
    for name in directory.files_in(".sql") {
        let migration = migration(directory, name);
        if directive(directory, name, "checkpoint").is_some() {
            covered += migrations.len();
            migrations.clear();
        }
        migrations.push(migration);
    }
    let mut listing = Listing::new(Layout::Atlas, migrations);
    if covered > 0 {
        listing.remarks.push(format!(
            "`{}` has a checkpoint: what it stands for is not run on a fresh database, and not read here ({covered} files)",
            directory.path
        ));
    }
    let known: Vec<&str> = listed.collect();
    let unlisted = directory.files_in(".sql").filter(|name| !known.contains(&name.as_str()));
    let unlisted: Vec<String> = unlisted.map(|name| format!("`{name}`")).collect();
    if !unlisted.is_empty() {
        listing.remarks.push(format!(
            "`{}` does not list {}, for which Atlas refuses the directory until `atlas migrate hash`",
            directory.path_of(SUM),
            unlisted.join(", ")
        ));
    }
    Ok(Some(listing))
}

fn migration(directory: &Directory<'_>, name: &str) -> Migration {
    let path = directory.path_of(name);
    let mut migration = Migration::of_file(Layout::Atlas, name.strip_suffix(".sql").unwrap_or(name), path.clone());
    migration.refuses_transaction = directive(directory, name, "txmode").is_some_and(|mode| mode == "none");
    if directive(directory, name, "txtar").is_some() {
        migration.up = vec![Part::unread(&path, "an archive of Atlas (`-- atlas:txtar`)", 0)];
    } else if let Some(delimiter) = directive(directory, name, "delimiter")
        && let Some(file) = directory.text(name)
    {
        let delimiter = delimiter.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r");
        migration.up = pieces(&file.text, &delimiter).map(|bytes| Part::bytes(&path, bytes)).collect();
    }
    migration
}

/// The value of a directive among the comments that the file begins with.
fn directive(directory: &Directory<'_>, name: &str, wanted: &str) -> Option<String> {
    let file = directory.text(name)?;
    let head = file.text.lines().take_while(|line| line.starts_with("--") || line.trim().is_empty());
    let mut found = head.filter_map(|line| line.strip_prefix("-- atlas:")?.strip_prefix(wanted));
    let value = found.find(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))?;
    Some(value.trim_matches(' ').trim_end().to_owned())
}

/// The ranges of a text between its delimiters.
pub(super) fn pieces<'t>(text: &'t str, delimiter: &'t str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    text.split(delimiter).map(move |piece| {
        let start = at;
        at += piece.len() + delimiter.len();
        start..start + piece.len()
    })
}
