//! Files of SQL without a runner that is known: in the order of the numbers that their names begin with, then of the names.

use super::directory::Directory;
use super::part::Part;
use super::{Layout, Listing, Migration, numbered};

pub(super) fn list(directory: &Directory<'_>) -> Listing {
    let mut found: Vec<(Option<u64>, &str, &String)> = Vec::new();
    let mut downs: Vec<(&str, &String)> = Vec::new();
    for name in directory.files_in(".sql") {
        match numbered::direction(name) {
            Some((stem, false)) => downs.push((stem, name)),
            Some((stem, true)) => found.push((number(stem), stem, name)),
            None => {}
        }
    }
    found.sort();
    let migrations = found.iter().map(|(_, stem, name)| {
        let down = downs.iter().find(|(known, _)| known == stem);
        let down = down.map(|(_, name)| vec![Part::whole(&directory.path_of(name))]);
        Migration { down, ..Migration::of_file(Layout::Plain, stem, directory.path_of(name)) }
    });
    let mut listing = Listing::new(Layout::Plain, migrations.collect());
    let code = numbered::in_code(directory);
    if !code.is_empty() {
        let names: Vec<String> = code.iter().map(|name| format!("`{name}`")).collect();
        listing.remarks.push(format!(
            "not read, because they are not SQL: {} (in `{}`)",
            names.join(", "),
            directory.path
        ));
    }
    let lonely = downs.iter().filter(|(stem, _)| !found.iter().any(|(_, known, _)| known == stem));
    directory.pass_over(&mut listing, &lonely.map(|(_, name)| *name).collect::<Vec<_>>());
    listing
}

fn number(name: &str) -> Option<u64> {
    let end = name.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(name.len());
    name.get(..end)?.parse().ok()
}
