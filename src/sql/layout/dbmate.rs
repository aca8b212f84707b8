//! dbmate: `-- migrate:up` and `-- migrate:down` in one file, whose name begins with its version.
//!
//! A file may hold several pairs, each sent by itself, and each with options of its own: `transaction:false` (`pkg/dbmate`,
//! `migration.go`). So each pair is listed as a migration.

use std::ops::Range;

use super::directory::Directory;
use super::part::Part;
use super::{Layout, Listing, Migration};

/// A pair of blocks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blocks {
    pub up: Range<usize>,
    pub down: Option<Range<usize>>,
    pub refuses_transaction: bool,
}

pub(super) fn list(directory: &Directory<'_>) -> Option<Listing> {
    let (names, others): (Vec<&String>, Vec<&String>) =
        directory.files_in(".sql").partition(|name| name.starts_with(|letter: char| letter.is_ascii_digit()));
    let is_marked = |name: &&String| directory.text(name).is_some_and(|file| !blocks(&file.text).is_empty());
    if !names.iter().any(is_marked) {
        return None;
    }
    let mut migrations = Vec::new();
    for name in names {
        let stem = name.strip_suffix(".sql").unwrap_or(name);
        let path = directory.path_of(name);
        let migration = Migration::of_file(Layout::Dbmate, stem, path.clone());
        let Some(file) = directory.text(name) else {
            migrations.push(migration);
            continue;
        };
        let found = blocks(&file.text);
        if found.is_empty() {
            let complaint = Some("dbmate finds no `-- migrate:up` here, and refuses the file".to_owned());
            migrations.push(Migration { up: vec![Part { complaint, ..Part::bytes(&path, 0..0) }], ..migration });
            continue;
        }
        for (at, blocks) in found.into_iter().enumerate() {
            let name = if at == 0 { stem.to_owned() } else { format!("{stem} ({})", at + 1) };
            migrations.push(Migration {
                name,
                up: vec![Part::bytes(&path, blocks.up)],
                down: blocks.down.map(|down| vec![Part::bytes(&path, down)]),
                refuses_transaction: blocks.refuses_transaction,
                ..migration.clone()
            });
        }
    }
    let mut listing = Listing::new(Layout::Dbmate, migrations);
    directory.pass_over(&mut listing, &others);
    Some(listing)
}

pub(super) fn blocks(text: &str) -> Vec<Blocks> {
    let mut found: Vec<Blocks> = Vec::new();
    let mut at = 0;
    let mut is_up = false;
    let close = |found: &mut Vec<Blocks>, is_up: bool, end: usize| {
        let Some(last) = found.last_mut() else { return };
        match &mut last.down {
            Some(down) if !is_up => down.end = end,
            _ if is_up => last.up.end = end,
            _ => {}
        }
    };
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(mark) = line.strip_prefix("--").map(str::trim_start) else { continue };
        let mut words = mark.split_whitespace();
        match words.next() {
            Some("migrate:up") => {
                close(&mut found, is_up, start);
                let refuses_transaction = words.any(|word| word == "transaction:false");
                found.push(Blocks { up: at..text.len(), down: None, refuses_transaction });
                is_up = true;
            }
            Some("migrate:down") => {
                close(&mut found, is_up, start);
                if let Some(last) = found.last_mut() {
                    last.down = Some(at..text.len());
                }
                is_up = false;
            }
            _ => {}
        }
    }
    found
}
