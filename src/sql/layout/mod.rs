//! Layouts of SQL migrations: which files of a directory are migrations, in which order they run, which part of each goes
//! up and which back, and whether the runner puts a transaction around it.
//!
//! One file for each runner. A new layout is one variant, its name, one reader in `LAYOUTS`, and a line in `transaction`.

mod atlas;
mod cargo;
mod dbmate;
mod diesel;
mod directory;
mod drizzle;
mod engine;
mod error;
mod flyway;
mod golang_migrate;
mod goose;
mod jdbc;
mod liquibase;
mod numbered;
mod part;
mod places;
mod plain;
mod prisma;
mod refinery;
mod sqitch;
mod sqlx;
mod transaction;

#[cfg(test)]
mod tests;

pub use engine::{EngineEvidence, engine};
pub use error::LayoutError;
pub use liquibase::changesets;
pub use part::Part;
pub use places::{Place, SIGNS, places};
pub use transaction::runs_in_transaction;

use crate::source::Tree;
use directory::Directory;

/// Who runs the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// A plan, and scripts to deploy, revert and verify each change of it.
    Sqitch,
    /// `0000_name.sql` in the order of `meta/_journal.json`; or `<timestamp>_name/migration.sql` beside a snapshot.
    Drizzle,
    /// `<timestamp>_name/migration.sql`.
    Prisma,
    /// Changesets in files of SQL, in the order of a changelog.
    Liquibase,
    /// `<version>_name.sql`, listed in `atlas.sum`.
    Atlas,
    /// `<version>_name.sql`, or `.up.sql` and `.down.sql`, of a Rust project that depends on sqlx.
    Sqlx,
    /// `000001_create_users.up.sql` and `.down.sql`.
    GolangMigrate,
    /// `V1__name.sql` of a Rust project that depends on refinery; `U1__name.sql` where the order is not strict.
    Refinery,
    /// `V1_2__create_users.sql`, `U1_2__…` to undo it, `B1_2__…` in place of all before it, `R__view.sql` when it changes.
    Flyway,
    /// A directory with `up.sql` and `down.sql` for each migration.
    Diesel,
    /// `-- migrate:up` and `-- migrate:down` in one file.
    Dbmate,
    /// `-- +goose Up` and `-- +goose Down` in one file.
    Goose,
    /// One file for each migration, in the order of the numbers that their names begin with, then of the names.
    Plain,
}

/// The migrations of a directory, in the order in which they run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub layout: Layout,
    pub migrations: Vec<Migration>,
    /// What a person should know who takes the list for all that there is.
    pub remarks: Vec<String>,
}

/// One migration. Paths are relative to the project's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// What the runner would call it: `000001_create_users`.
    pub name: String,
    /// The file that makes it a migration, which it shares with others where `shares_file`.
    pub path: String,
    pub shares_file: bool,
    pub layout: Layout,
    pub up: Vec<Part>,
    /// What undoes it; `None` where nothing does, empty where nothing need be done.
    pub down: Option<Vec<Part>>,
    /// Whether its runner runs it anew when its text has changed.
    pub runs_again: bool,
    /// Whether it asks to be run without a transaction.
    pub refuses_transaction: bool,
}

type Read = fn(&Directory<'_>) -> Result<Option<Listing>, LayoutError>;

/// What marks its directory comes before what only names its files, and that before what its files must be read for.
const LAYOUTS: [(Layout, Read); 13] = [
    (Layout::Sqitch, sqitch::list),
    (Layout::Drizzle, drizzle::list),
    (Layout::Prisma, prisma::list),
    (Layout::Liquibase, liquibase::list),
    (Layout::Sqlx, sqlx::list),
    (Layout::GolangMigrate, golang_migrate::list),
    (Layout::Refinery, refinery::list),
    (Layout::Flyway, flyway::list),
    (Layout::Diesel, diesel::list),
    (Layout::Dbmate, |directory| Ok(dbmate::list(directory))),
    (Layout::Goose, goose::list),
    (Layout::Atlas, atlas::list),
    (Layout::Plain, |directory| Ok(Some(plain::list(directory)))),
];

/// The migrations of a directory in the first layout that recognises it; `None` where there are none.
pub fn find(tree: &Tree, directory: &str) -> Result<Option<Listing>, LayoutError> {
    let directory = Directory::new(tree, directory);
    for (_, list) in LAYOUTS {
        if let Some(mut listing) = list(&directory)?.filter(|listing| !listing.migrations.is_empty()) {
            directory.tell_misnamed(&mut listing);
            return Ok(Some(listing));
        }
    }
    Ok(None)
}

/// The files of a directory that look like migrations and are in a language that is not read.
pub fn unread(tree: &Tree, directory: &str) -> Vec<String> {
    let directory = Directory::new(tree, directory);
    numbered::in_code(&directory).into_iter().map(|name| directory.path_of(name)).collect()
}

/// Directories below `directory` that hold migrations in a layout with a mark of its own; the first few, not far down.
pub fn directories_below(tree: &Tree, directory: &str) -> Vec<String> {
    const DEPTH: usize = 5;
    const ENOUGH: usize = 5;
    const LOOKS: usize = 2000;
    let mut looks = 0;
    let mut found = Vec::new();
    let mut level = vec![directory.to_owned()];
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for place in level {
            looks += 1;
            if looks > LOOKS || found.len() >= ENOUGH {
                return found;
            }
            let here = Directory::new(tree, &place);
            let is_listed = matches!(find(tree, &place), Ok(Some(listing)) if listing.layout != Layout::Plain || looks_numbered(&here));
            if is_listed {
                found.push(place);
            } else {
                let inner = here.directories.iter().filter(|name| !is_elsewhere(name));
                next.extend(inner.map(|name| here.path_of(name)));
            }
        }
        level = next;
    }
    found
}

fn looks_numbered(directory: &Directory<'_>) -> bool {
    directory.path.rsplit('/').next().is_some_and(|name| name.starts_with("migration"))
}

/// Whether what lies in such a directory is not the project's own.
fn is_elsewhere(name: &str) -> bool {
    name.starts_with('.') || ["node_modules", "vendor", "target", "build", "dist"].contains(&name)
}

impl Migration {
    fn of_file(layout: Layout, name: &str, path: String) -> Self {
        Self {
            name: name.to_owned(),
            up: vec![Part::whole(&path)],
            path,
            shares_file: false,
            layout,
            down: None,
            runs_again: false,
            refuses_transaction: false,
        }
    }

    /// A migration in a language that is not read.
    fn in_code(layout: Layout, name: &str, path: String) -> Self {
        let up = vec![Part::in_code(&path)];
        Self { up, ..Self::of_file(layout, name, path) }
    }
}

impl Listing {
    fn new(layout: Layout, migrations: Vec<Migration>) -> Self {
        Self { layout, migrations, remarks: Vec::new() }
    }
}

impl Layout {
    /// Whether each migration is expected to come with what undoes it.
    pub fn has_way_back(self) -> bool {
        matches!(self, Self::Sqitch | Self::GolangMigrate | Self::Diesel | Self::Dbmate | Self::Goose)
    }

    /// Whether the runner keeps a checksum of each migration that it ran, and stops where one does not fit.
    pub fn checks_texts(self) -> bool {
        matches!(self, Self::Flyway | Self::Sqlx | Self::Prisma | Self::Atlas | Self::Refinery | Self::Liquibase)
    }

    /// What the runner does with a migration that sorts before one that it ran; `None` where it runs it like any other.
    pub fn makes_of_gap(self) -> Option<&'static str> {
        match self {
            Self::Flyway => Some("Flyway refuses it, or leaves it out, unless `outOfOrder` is set"),
            Self::GolangMigrate => Some("golang-migrate only looks for later versions, and never runs it"),
            Self::Goose => Some("goose refuses it unless it is told `-allow-missing`"),
            Self::Refinery => Some("refinery refuses it"),
            Self::Atlas => Some("Atlas refuses it unless it is told how to execute it out of order"),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqitch => "Sqitch",
            Self::Drizzle => "Drizzle",
            Self::Prisma => "Prisma",
            Self::Liquibase => "Liquibase",
            Self::Atlas => "Atlas",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::Refinery => "refinery",
            Self::Flyway => "Flyway",
            Self::Diesel => "Diesel",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Plain => "plain files",
        }
    }
}
