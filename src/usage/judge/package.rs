//! Tables that packages read and write by themselves.

use super::reach::Subject;
use super::{Found, Judgement};
use crate::usage::index::Index;
use crate::usage::package::{Owner, PackageTable};
use crate::usage::query::{Effect, PlaceKind, Tier, What};

pub(super) fn judge(index: &Index, subject: &Subject<'_>, what: What, found: &mut Found) {
    for file in index.files() {
        for package in &file.facts.packages {
            for table in package.tables().filter(|table| is_of(index, subject, table)) {
                let knows = subject.column.is_none_or(|column| table.columns.contains(&column));
                let (is_hit, kind, verb) = match (what, table.table) {
                    (What::Gone, _) => (knows, PlaceKind::Convention, "uses it"),
                    // Rows of an application's own model are not the package's to insert.
                    (_, Owner::ModelWith(_)) => continue,
                    (What::NullSet, _) => continue,
                    _ => (!knows, PlaceKind::Insert, "inserts rows without it"),
                };
                if is_hit {
                    let why = format!("`{}` {} {verb}", package.name, package.major);
                    found.add(file, package.line, Judgement::new(kind, Tier::Likely, Effect::SqlError, why));
                }
            }
        }
    }
}

fn is_of(index: &Index, subject: &Subject<'_>, table: &PackageTable) -> bool {
    match table.table {
        Owner::Table(name) => name == subject.table,
        Owner::ModelWith(used) => {
            subject.column.is_some()
                && subject.models.iter().any(|model| index.trait_names(model.class).contains(&used))
        }
    }
}
