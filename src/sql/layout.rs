//! Layouts of SQL migrations: which files of a directory are migrations, in which order they run, which part of each goes
//! up, and whether the runner puts a transaction around it.
//!
//! Takes names and texts, never reads a file. A new layout is one variant, one reader of names, and one line in `LAYOUTS`.

use std::ops::Range;

use crate::change::{SchemaChange, Statement};
use crate::engine::Engine;

/// Who runs the migrations, told by how their files are named or marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// `000001_create_users.up.sql` and `.down.sql`; sqlx names its reversible migrations alike.
    GolangMigrate,
    /// `V1_2__create_users.sql`, `U1_2__…` to undo it, `R__view.sql` whenever it changes.
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
    pub migrations: Vec<MigrationFiles>,
    /// Files of SQL that are no migrations of this layout, and that its runner would pass over.
    pub left_out: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFiles {
    /// What the runner would call it: `000001_create_users`.
    pub name: String,
    /// The file that goes up, and the one that goes back, as they were listed.
    pub up: String,
    pub down: Option<String>,
}

/// The parts of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sections {
    /// The runner whose marks the file has, if it has any.
    pub layout: Option<Layout>,
    /// The bytes that go up: the whole text where nothing marks a part.
    pub up: Range<usize>,
    pub down: Option<Range<usize>>,
    /// Whether the file asks to be run without a transaction.
    pub refuses_transaction: bool,
}

/// A file's name, taken apart.
struct Named {
    /// Versioned migrations before repeatable ones, by version, then by name.
    order: (bool, Vec<u64>, String),
    name: String,
    goes_up: bool,
}

type ReadName = fn(&str) -> Option<Named>;

/// The first layout of which a directory has a file is taken.
const LAYOUTS: &[(Layout, ReadName)] = &[
    (Layout::GolangMigrate, golang_migrate),
    (Layout::Flyway, flyway),
    (Layout::Diesel, diesel),
    (Layout::Plain, plain),
];

/// Recognises the layout of a directory by the names of its files (for Diesel: `directory/up.sql`); `None` where there is no
/// migration among them.
pub fn recognise(names: &[String]) -> Option<Listing> {
    LAYOUTS.iter().find_map(|(layout, read_name)| {
        let mut found: Vec<(Named, &String)> =
            names.iter().filter_map(|name| read_name(name).map(|named| (named, name))).collect();
        found.sort_by(|(left, _), (right, _)| left.order.cmp(&right.order));
        let migrations: Vec<MigrationFiles> = found
            .iter()
            .filter(|(named, _)| named.goes_up)
            .map(|(named, file)| {
                let goes_back = |(other, _): &&(Named, &String)| !other.goes_up && other.order == named.order;
                let down = found.iter().find(goes_back).map(|(_, file)| (*file).clone());
                MigrationFiles { name: named.name.clone(), up: (*file).clone(), down }
            })
            .collect();
        let is_sql = |name: &&String| name.strip_suffix(".sql").is_some();
        let left_out = names.iter().filter(|name| read_name(name).is_none()).filter(is_sql).cloned().collect();
        (!migrations.is_empty()).then_some(Listing { layout: *layout, migrations, left_out })
    })
}

fn golang_migrate(file: &str) -> Option<Named> {
    let stem = file.strip_suffix(".sql")?;
    let (name, goes_up) = match stem.strip_suffix(".up") {
        Some(name) => (name, true),
        None => (stem.strip_suffix(".down")?, false),
    };
    let (version, _) = name.split_once('_')?;
    Some(Named { order: (false, vec![version.parse().ok()?], String::new()), name: name.to_owned(), goes_up })
}

fn flyway(file: &str) -> Option<Named> {
    let name = file.strip_suffix(".sql")?;
    let (version, description) = name.split_once("__")?;
    let (kind, version) = version.split_at_checked(1)?;
    let order = match kind {
        "R" if version.is_empty() => (true, Vec::new(), description.to_owned()),
        "V" | "U" | "B" => {
            let parts = version.split(['.', '_']).map(|part| part.parse().ok());
            (false, parts.collect::<Option<Vec<u64>>>()?, String::new())
        }
        _ => return None,
    };
    Some(Named { order, name: name.to_owned(), goes_up: kind != "U" })
}

fn diesel(file: &str) -> Option<Named> {
    let (directory, file) = file.rsplit_once('/')?;
    let goes_up = match file {
        "up.sql" => true,
        "down.sql" => false,
        _ => return None,
    };
    let name = directory.rsplit('/').next().unwrap_or(directory);
    Some(Named { order: (false, Vec::new(), name.to_owned()), name: name.to_owned(), goes_up })
}

fn plain(file: &str) -> Option<Named> {
    let name = file.strip_suffix(".sql")?;
    let end = name.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(name.len());
    let number = name.get(..end).and_then(|digits| digits.parse().ok());
    Some(Named { order: (false, number.into_iter().collect(), name.to_owned()), name: name.to_owned(), goes_up: true })
}

/// A line that a runner reads for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Up(Layout),
    Down(Layout),
    NoTransaction,
}

/// Finds the parts of a file that dbmate or goose would run, and what it says of transactions (sqlx: `-- no-transaction`).
pub fn sections(text: &str) -> Sections {
    let mut sections = Sections { layout: None, up: 0..text.len(), down: None, refuses_transaction: false };
    let mut at = 0;
    let mut part = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(mark) = mark(line) else { continue };
        sections.refuses_transaction |= mark == Mark::NoTransaction || line.contains("transaction:false");
        if mark != Mark::NoTransaction {
            sections.close(part, start);
            part = Some((mark, at));
        }
    }
    sections.close(part, text.len());
    sections
}

impl Layout {
    pub fn name(self) -> &'static str {
        match self {
            Self::GolangMigrate => "golang-migrate",
            Self::Flyway => "Flyway",
            Self::Diesel => "Diesel",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Plain => "plain files",
        }
    }
}

impl Sections {
    fn close(&mut self, part: Option<(Mark, usize)>, end: usize) {
        match part {
            Some((Mark::Up(layout), start)) => {
                self.layout = Some(layout);
                self.up = start..end;
            }
            Some((Mark::Down(layout), start)) => {
                if self.layout.replace(layout).is_none() {
                    self.up = 0..0;
                }
                self.down = Some(start..end);
            }
            _ => {}
        }
    }
}

fn mark(line: &str) -> Option<Mark> {
    let comment = line.trim().strip_prefix("--")?.trim();
    let mut words = comment.split_whitespace();
    match (words.next()?, words.next()) {
        ("migrate:up", _) => Some(Mark::Up(Layout::Dbmate)),
        ("migrate:down", _) => Some(Mark::Down(Layout::Dbmate)),
        ("+goose", Some(word)) if word.eq_ignore_ascii_case("up") => Some(Mark::Up(Layout::Goose)),
        ("+goose", Some(word)) if word.eq_ignore_ascii_case("down") => Some(Mark::Down(Layout::Goose)),
        ("+goose", Some(word)) if word.eq_ignore_ascii_case("no") => Some(Mark::NoTransaction),
        ("no-transaction", None) => Some(Mark::NoTransaction),
        _ => None,
    }
}

/// Whether the statements of one migration run in one transaction that the migration does not write itself.
///
/// - golang-migrate sends a file as one simple query. PostgreSQL runs several statements of one in an implicit transaction and
///   a single one by itself (PostgreSQL documentation, 55.2.2.1 "Multiple Statements in a Simple Query").
/// - Flyway, dbmate, goose and Diesel open a transaction unless the file refuses it; Flyway does without for a migration that
///   holds a statement which cannot run in one.
/// - Plain files are taken to be sent statement by statement, as `psql -f` does.
///
/// MySQL and MariaDB commit at each schema change, so that no transaction lasts there.
pub fn runs_in_transaction(
    layout: Layout,
    engine: Engine,
    statements: &[Statement],
    refuses_transaction: bool,
) -> bool {
    if engine.is_mysql_family() || refuses_transaction {
        return false;
    }
    let mut changes = statements.iter().flat_map(|statement| &statement.changes).map(|change| &change.what);
    match layout {
        Layout::GolangMigrate => {
            let writes_its_own = changes.any(|change| matches!(change, SchemaChange::Transaction(_)));
            engine == Engine::Postgresql && statements.len() > 1 && !writes_its_own
        }
        Layout::Flyway => !changes.any(is_concurrent),
        Layout::Dbmate | Layout::Goose | Layout::Diesel => true,
        Layout::Plain => false,
    }
}

fn is_concurrent(change: &SchemaChange) -> bool {
    match change {
        SchemaChange::AddIndex(add) => add.is_concurrent,
        SchemaChange::DropIndex(drop) => drop.is_concurrent,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str]) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let Some(listing) = recognise(&names) else { return "none".to_owned() };
        let migrations = listing.migrations.iter().map(|migration| {
            let down = migration.down.as_deref().unwrap_or("-");
            format!("{} = {}, {down}", migration.name, migration.up)
        });
        let left_out = listing.left_out.iter().map(|name| format!("(without {name})"));
        let head = std::iter::once(format!("{:?}", listing.layout));
        let lines: Vec<String> = head.chain(migrations).chain(left_out).collect();
        lines.join("\n")
    }

    #[test]
    fn golang_migrate_runs_by_number_and_has_a_way_back() {
        insta::assert_snapshot!(check(&["10_c.up.sql", "2_b.down.sql", "2_b.up.sql", "000001_a.up.sql", "README.md", "seed.sql"]), @r"
        GolangMigrate
        000001_a = 000001_a.up.sql, -
        2_b = 2_b.up.sql, 2_b.down.sql
        10_c = 10_c.up.sql, -
        (without seed.sql)
        ");
    }

    #[test]
    fn flyway_runs_versions_by_number_and_repeatables_last() {
        insta::assert_snapshot!(check(&["R__a_view.sql", "U1_2__b.sql", "V1.10__c.sql", "V1_2__b.sql", "V1__a.sql", "afterMigrate.sql"]), @r"
        Flyway
        V1__a = V1__a.sql, -
        V1_2__b = V1_2__b.sql, U1_2__b.sql
        V1.10__c = V1.10__c.sql, -
        R__a_view = R__a_view.sql, -
        (without afterMigrate.sql)
        ");
    }

    #[test]
    fn diesel_has_a_directory_for_each_migration() {
        insta::assert_snapshot!(check(&["2020-01-02-000000_b/up.sql", "2020-01-01-000000_a/down.sql", "2020-01-01-000000_a/up.sql"]), @r"
        Diesel
        2020-01-01-000000_a = 2020-01-01-000000_a/up.sql, 2020-01-01-000000_a/down.sql
        2020-01-02-000000_b = 2020-01-02-000000_b/up.sql, -
        ");
    }

    #[test]
    fn other_files_run_by_number_then_by_name() {
        insta::assert_snapshot!(check(&["10_b.sql", "9_c.sql", "9_a.sql", "init.sql", "notes.txt"]), @r"
        Plain
        init = init.sql, -
        9_a = 9_a.sql, -
        9_c = 9_c.sql, -
        10_b = 10_b.sql, -
        ");
        assert_eq!(check(&["notes.txt"]), "none");
    }

    #[test]
    fn marks_part_a_file() {
        let part = |text: &'static str| {
            let sections = sections(text);
            let down = sections.down.map(|down| &text[down]);
            (sections.layout, &text[sections.up], down, sections.refuses_transaction)
        };
        let dbmate = "-- migrate:up transaction:false\nCREATE INDEX;\n\n-- migrate:down\nDROP INDEX;\n";
        assert_eq!(part(dbmate), (Some(Layout::Dbmate), "CREATE INDEX;\n\n", Some("DROP INDEX;\n"), true));
        let goose =
            "-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose Down\nSELECT 2;";
        let up = "-- +goose StatementBegin\nSELECT 1;\n";
        assert_eq!(part(goose), (Some(Layout::Goose), up, Some("SELECT 2;"), true));
        assert_eq!(part("SELECT 1;"), (None, "SELECT 1;", None, false));
        assert_eq!(part("-- no-transaction\nSELECT 1;"), (None, "-- no-transaction\nSELECT 1;", None, true));
        assert_eq!(part("-- migrate:down\nSELECT 1;"), (Some(Layout::Dbmate), "", Some("SELECT 1;"), false));
    }

    #[test]
    fn a_file_of_one_statement_runs_by_itself() {
        let tree = crate::source::Tree::new("");
        let runs = |layout, engine, sql: &str| {
            let file = tree.put("a.sql", sql.to_owned());
            let map = crate::source::SourceMap::verbatim(file.id, 0, sql.len() as u32);
            runs_in_transaction(layout, engine, &crate::sql::read(sql, &map, engine).statements, false)
        };
        let one = "CREATE INDEX CONCURRENTLY i ON t (a)";
        let two = "ALTER TABLE t ADD a int; ALTER TABLE t ADD b int";
        assert!(!runs(Layout::GolangMigrate, Engine::Postgresql, one));
        assert!(runs(Layout::GolangMigrate, Engine::Postgresql, two));
        assert!(!runs(Layout::GolangMigrate, Engine::Postgresql, "BEGIN; SELECT 1; COMMIT"));
        assert!(!runs(Layout::GolangMigrate, Engine::Mysql, two));
        assert!(!runs(Layout::Flyway, Engine::Postgresql, one));
        assert!(runs(Layout::Flyway, Engine::Postgresql, two));
        assert!(runs(Layout::Goose, Engine::Postgresql, one));
        assert!(!runs(Layout::Plain, Engine::Postgresql, two));
    }
}
