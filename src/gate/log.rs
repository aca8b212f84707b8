//! A runner's own table in the live database: what it ran, what failed half-way, and what was edited since.
//!
//! Takes a session and a runner; gives the entries, and where a migration of the release stands among them. How each runner
//! writes its table, and which row of several counts, is said where it is read.

mod checksum;
mod read;

use crate::sql::layout::Layout;

pub use self::read::{Entry, Log, State};

/// Who ran the migrations, and in which table it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runner {
    kind: Kind,
    /// As the database calls it, with the connection's prefix; with a schema before it where it is not the usual one.
    table: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Laravel,
    Flyway,
    GolangMigrate,
    Dbmate,
    Goose,
    Sqlx,
    Diesel,
    Refinery,
    Prisma,
    Liquibase,
}

/// A migration as the release has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationFile<'f> {
    /// As its runner names it: the file's name without the ending, for Liquibase `path::id::author`.
    pub name: &'f str,
    /// Of the whole file; `None` where it is shared with other migrations, or not UTF-8.
    pub text: Option<&'f str>,
    /// Whether its runner runs it anew when its text has changed.
    pub runs_again: bool,
}

/// Where a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Ran,
    /// The runner would run it now.
    Pending,
    /// It began and failed, and its runner refuses to go on before somebody cleans up.
    HalfWay,
    /// It ran, and with another text than the file has now.
    Edited,
}

impl Runner {
    pub fn laravel(table: impl Into<String>) -> Self {
        Self { kind: Kind::Laravel, table: table.into() }
    }

    /// The runner of a layout, with its usual table; `None` where its table is not read.
    pub fn of(layout: Layout) -> Option<Self> {
        let (kind, table) = match layout {
            Layout::Flyway => (Kind::Flyway, "flyway_schema_history"),
            Layout::GolangMigrate => (Kind::GolangMigrate, "schema_migrations"),
            Layout::Dbmate => (Kind::Dbmate, "schema_migrations"),
            Layout::Goose => (Kind::Goose, "goose_db_version"),
            Layout::Sqlx => (Kind::Sqlx, "_sqlx_migrations"),
            Layout::Diesel => (Kind::Diesel, "__diesel_schema_migrations"),
            Layout::Refinery => (Kind::Refinery, "refinery_schema_history"),
            Layout::Prisma => (Kind::Prisma, "_prisma_migrations"),
            Layout::Liquibase => (Kind::Liquibase, "databasechangelog"),
            Layout::Atlas | Layout::Drizzle | Layout::Sqitch | Layout::Plain => return None,
        };
        Some(Self { kind, table: table.to_owned() })
    }

    /// The same runner where it is told to use another table.
    #[must_use]
    pub fn with_table(self, table: impl Into<String>) -> Self {
        Self { table: table.into(), ..self }
    }

    pub fn table(&self) -> &str {
        &self.table
    }

    pub fn name(&self) -> &'static str {
        let layout = match self.kind {
            Kind::Laravel => return "Laravel",
            Kind::Flyway => Layout::Flyway,
            Kind::GolangMigrate => Layout::GolangMigrate,
            Kind::Dbmate => Layout::Dbmate,
            Kind::Goose => Layout::Goose,
            Kind::Sqlx => Layout::Sqlx,
            Kind::Diesel => Layout::Diesel,
            Kind::Refinery => Layout::Refinery,
            Kind::Prisma => Layout::Prisma,
            Kind::Liquibase => Layout::Liquibase,
        };
        layout.name()
    }

    /// Whether a migration that was edited after it ran is told from its table.
    pub fn tells_edits(&self) -> bool {
        matches!(self.kind, Kind::Flyway | Kind::Sqlx | Kind::Refinery | Kind::Prisma)
    }
}

impl Kind {
    /// How the runner calls a migration in its table.
    fn key(self, name: &str) -> String {
        let before = |mark: &str| name.split_once(mark).map_or(name, |(before, _)| before).to_owned();
        match self {
            Self::Laravel | Self::Prisma | Self::Liquibase => name.to_owned(),
            Self::Flyway => flyway_key(name),
            Self::GolangMigrate | Self::Goose | Self::Sqlx => number(&before("_")),
            Self::Dbmate => name.chars().take_while(char::is_ascii_digit).collect(),
            Self::Diesel => before("_").replace('-', ""),
            Self::Refinery => number(before("__").trim_start_matches(['V', 'U'])),
        }
    }
}

/// Without the zeros before it.
fn number(text: &str) -> String {
    text.parse::<i128>().map_or_else(|_| text.to_owned(), |number| number.to_string())
}

/// `V1_2__add_users` is version 1.2, and `R__view_of_users` is known by what it describes.
fn flyway_key(name: &str) -> String {
    let (version, description) = name.split_once("__").unwrap_or((name, ""));
    match version.split_at_checked(1) {
        Some(("R", "")) => description.replace('_', " "),
        Some((_, version)) => flyway_version(version),
        None => name.to_owned(),
    }
}

/// Zeros before a number and at the end mean nothing.
fn flyway_version(version: &str) -> String {
    let mut parts: Vec<String> = version.split(['.', '_']).map(number).collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| part == "0") {
        parts.pop();
    }
    parts.join(".")
}

impl Log {
    /// Where the migration stands.
    pub fn state_of(&self, file: &MigrationFile<'_>) -> Standing {
        let key = self.runner.kind.key(file.name);
        if self.runner.kind == Kind::GolangMigrate {
            return self.state_by_latest(&key);
        }
        if self.is_below_baseline(file.name, &key) {
            return Standing::Ran;
        }
        let Some(entry) = self.entries.iter().rev().find(|entry| entry.key == key) else { return Standing::Pending };
        match entry.state {
            State::Failed | State::Dirty => Standing::HalfWay,
            State::Done if !self.is_other_text(entry, file) => Standing::Ran,
            State::Done if file.runs_again => Standing::Pending,
            State::Done => Standing::Edited,
        }
    }

    /// The entries of which the release has no file.
    pub fn without_file<'f>(&self, files: impl IntoIterator<Item = MigrationFile<'f>>) -> Vec<&Entry> {
        let keys: Vec<String> = files.into_iter().map(|file| self.runner.kind.key(file.name)).collect();
        self.entries.iter().filter(|entry| !keys.contains(&entry.key)).collect()
    }

    fn is_other_text(&self, entry: &Entry, file: &MigrationFile<'_>) -> bool {
        let (Some(logged), Some(text)) = (&entry.checksum, file.text) else { return false };
        let fits = match self.runner.kind {
            Kind::Flyway => checksum::flyway(text) == *logged,
            Kind::Sqlx => checksum::sqlx(text).contains(logged),
            Kind::Prisma => checksum::prisma(text).contains(logged),
            Kind::Refinery => checksum::refinery(file.name, text).contains(logged),
            _ => true,
        };
        !fits
    }

    /// golang-migrate keeps the latest version alone: it and everything before it ran.
    fn state_by_latest(&self, key: &str) -> Standing {
        let latest = self.entries.last().and_then(|entry| Some((entry.key.parse::<i128>().ok()?, entry.state)));
        let (Some((latest, state)), Ok(own)) = (latest, key.parse::<i128>()) else { return Standing::Pending };
        match own.cmp(&latest) {
            std::cmp::Ordering::Less => Standing::Ran,
            std::cmp::Ordering::Equal if state == State::Done => Standing::Ran,
            std::cmp::Ordering::Equal => Standing::HalfWay,
            std::cmp::Ordering::Greater => Standing::Pending,
        }
    }

    /// Flyway takes what is not after its baseline for done before it came.
    fn is_below_baseline(&self, name: &str, key: &str) -> bool {
        let parts = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u64>>();
        let is_versioned = !name.starts_with("R__");
        self.baseline.as_ref().is_some_and(|baseline| is_versioned && parts(key) <= parts(baseline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(layout: Layout, entries: &[(&str, State, Option<&str>)]) -> Log {
        let runner = Runner::of(layout).unwrap();
        let entry = |(name, state, checksum): &(&str, State, Option<&str>)| Entry {
            name: (*name).to_owned(),
            key: runner.kind.key(name),
            batch: None,
            state: *state,
            checksum: checksum.map(str::to_owned),
        };
        let entries = entries.iter().map(entry).collect();
        Log { runner, is_there: true, entries, baseline: None }
    }

    fn file<'f>(name: &'f str, text: &'f str) -> MigrationFile<'f> {
        MigrationFile { name, text: Some(text), runs_again: name.starts_with("R__") }
    }

    #[test]
    fn versions_are_compared_as_their_runner_does() {
        let is_known = |layout, entry, name| log(layout, &[(entry, State::Done, None)]).state_of(&file(name, ""));
        assert_eq!(is_known(Layout::Flyway, "V1.2__a", "V1_02_0__a"), Standing::Ran);
        assert_eq!(is_known(Layout::Flyway, "V1__a", "V10__a"), Standing::Pending);
        assert_eq!(is_known(Layout::Flyway, "R__view_of_users", "R__view_of_users"), Standing::Ran);
        assert_eq!(is_known(Layout::Sqlx, "7_x", "0007_users"), Standing::Ran);
        assert_eq!(is_known(Layout::Diesel, "20240102030405", "2024-01-02-030405_users"), Standing::Ran);
        assert_eq!(is_known(Layout::Dbmate, "20240102", "20240102_users"), Standing::Ran);
        assert_eq!(is_known(Layout::Dbmate, "2024", "20240102_users"), Standing::Pending);
        assert_eq!(is_known(Layout::Refinery, "1", "V1__initial"), Standing::Ran);
        assert_eq!(is_known(Layout::Prisma, "2024_a", "2024_b"), Standing::Pending);
    }

    #[test]
    fn golang_migrate_ran_everything_up_to_its_version() {
        let standing = |state, name| log(Layout::GolangMigrate, &[("3", state, None)]).state_of(&file(name, ""));
        assert_eq!(standing(State::Done, "000002_a"), Standing::Ran);
        assert_eq!(standing(State::Done, "000003_b"), Standing::Ran);
        assert_eq!(standing(State::Done, "000010_c"), Standing::Pending);
        assert_eq!(standing(State::Dirty, "000002_a"), Standing::Ran);
        assert_eq!(standing(State::Dirty, "000003_b"), Standing::HalfWay);
        assert_eq!(log(Layout::GolangMigrate, &[]).state_of(&file("000001_a", "")), Standing::Pending);
    }

    #[test]
    fn a_text_that_changed_is_told_by_its_checksum() {
        let logged = checksum::flyway("select 1;");
        let log = log(Layout::Flyway, &[("V1__a", State::Done, Some(&logged)), ("R__b", State::Done, Some(&logged))]);
        assert_eq!(log.state_of(&file("V1__a", "select 1;")), Standing::Ran);
        assert_eq!(log.state_of(&file("V1__a", "select 2;")), Standing::Edited);
        assert_eq!(log.state_of(&file("R__b", "select 1;")), Standing::Ran);
        assert_eq!(log.state_of(&file("R__b", "select 2;")), Standing::Pending, "it is run anew");
        assert_eq!(log.state_of(&MigrationFile { text: None, ..file("V1__a", "") }), Standing::Ran);
    }

    #[test]
    fn what_is_not_after_the_baseline_counts_as_run() {
        let log = Log { baseline: Some("2.1".to_owned()), ..log(Layout::Flyway, &[]) };
        assert_eq!(log.state_of(&file("V2__a", "")), Standing::Ran);
        assert_eq!(log.state_of(&file("V2_1__a", "")), Standing::Ran);
        assert_eq!(log.state_of(&file("V2_2__a", "")), Standing::Pending);
        assert_eq!(log.state_of(&file("R__a", "")), Standing::Pending);
    }

    #[test]
    fn entries_that_have_no_file_are_named() {
        let log = log(Layout::Goose, &[("1", State::Done, None), ("2", State::Done, None)]);
        let missing: Vec<&str> =
            log.without_file([file("00001_a", "")]).into_iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(missing, ["2"]);
    }
}
