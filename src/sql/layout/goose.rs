//! goose: `-- +goose Up` and `-- +goose Down` in one file named `00001_name.sql`; or a migration in Go.
//!
//! The rules of the marks are those of `internal/sqlparser/parser.go`. Where `-- +goose ENVSUB ON` puts the environment's
//! values in place of `${NAME}`, the text is left as it is, since nobody here knows them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::directory::Directory;
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration, numbered};

/// The parts of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sections {
    pub up: Option<Range<usize>>,
    pub down: Option<Range<usize>>,
    pub refuses_transaction: bool,
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let is_marked =
        |name: &String| directory.text(name).is_some_and(|file| sections(&file.text) != Sections::default());
    if !directory.files_in(".sql").any(is_marked) {
        return Ok(None);
    }
    let mut found: BTreeMap<u64, &String> = BTreeMap::new();
    let mut passed_over = Vec::new();
    for name in directory.files_in(".sql").chain(numbered::in_code(directory)) {
        let Some(version) = numbered::version(name) else {
            passed_over.push(name);
            continue;
        };
        if let Some(first) = found.insert(version, name) {
            return Err(numbered::duplicate(directory, Layout::Goose, version.to_string(), first, name));
        }
    }
    let migrations = found.values().map(|name| migration(directory, name));
    let mut listing = Listing::new(Layout::Goose, migrations.collect());
    directory.pass_over(&mut listing, &passed_over);
    Ok(Some(listing))
}

fn migration(directory: &Directory<'_>, name: &str) -> Migration {
    let path = directory.path_of(name);
    let Some(stem) = name.strip_suffix(".sql") else {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        return Migration::in_code(Layout::Goose, stem, path);
    };
    let migration = Migration::of_file(Layout::Goose, stem, path.clone());
    let Some(file) = directory.text(name) else { return migration };
    let sections = sections(&file.text);
    let up = if let Some(up) = sections.up {
        Part::bytes(&path, up)
    } else {
        let complaint = Some("goose finds no `-- +goose Up` here, and refuses the file".to_owned());
        Part { complaint, ..Part::bytes(&path, 0..0) }
    };
    Migration {
        up: vec![up],
        down: sections.down.map(|down| vec![Part::bytes(&path, down)]),
        refuses_transaction: sections.refuses_transaction,
        ..migration
    }
}

pub(super) fn sections(text: &str) -> Sections {
    let mut sections = Sections::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(mark) = line.trim().strip_prefix("--").and_then(|line| line.trim_start().strip_prefix("+goose"))
        else {
            continue;
        };
        let words: Vec<String> = mark.split_whitespace().map(str::to_ascii_lowercase).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["up"] => sections.up = Some(at..text.len()),
            ["down"] => {
                if let Some(up) = &mut sections.up {
                    up.end = start;
                }
                sections.down = Some(at..text.len());
            }
            ["no", "transaction"] => sections.refuses_transaction = true,
            _ => {}
        }
    }
    sections
}
