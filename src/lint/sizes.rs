//! How large tables are, as far as anybody said: whoever keeps `phasewise.yaml`, or the database when it was asked.
//!
//! A table whose size is not known counts as large.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::pattern::Pattern;
use super::policy::fits_table;
use crate::change::TableName;
use crate::engine::{Engine, Version};
use crate::finding::{Date, Evidence};
use crate::yaml::{self, YamlError};

/// The version of the file of stats.
pub const STATS_VERSION: u32 = 1;

/// What is known of the sizes of tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sizes {
    /// What the project says; the last that fits wins.
    pub said: Vec<(Pattern, TableSize)>,
    pub stats: Option<Stats>,
    pub small: Threshold,
}

/// How large a table is; what is `None` is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableSize {
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    /// Whether it is small, where that was said in so many words.
    pub is_small: Option<bool>,
}

/// Up to how many rows and bytes a table is small. A server goes through that much in well under a second, and writes it
/// anew in about one, which is no longer than the requests that wait for a lock are used to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    pub rows: u64,
    pub bytes: u64,
}

/// What a server said of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    pub engine: Engine,
    pub version: Version,
    /// The server's `sql_mode` (MySQL family).
    pub sql_mode: Option<String>,
    pub taken: Date,
    tables: BTreeMap<TableName, TableSize>,
}

/// Whether a table is small enough for nobody to notice that the server goes through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stake {
    Small(Evidence),
    Large,
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    version: u32,
    engine: String,
    server_version: String,
    sql_mode: Option<String>,
    taken: String,
    tables: Vec<WrittenTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    schema: Option<String>,
    name: String,
    rows: Option<u64>,
    bytes: Option<u64>,
}

impl Default for Threshold {
    fn default() -> Self {
        Self { rows: 10_000, bytes: 16 * 1024 * 1024 }
    }
}

impl Sizes {
    pub(super) fn stake(&self, table: &TableName) -> Stake {
        let said = self.said.iter().rev().find(|(pattern, size)| size.is_said() && fits_table(pattern, table));
        if let Some((_, size)) = said {
            return self.small.judge(table, *size, "`phasewise.yaml`");
        }
        let Some(stats) = &self.stats else { return Stake::Unknown };
        let found = stats.tables.get(table);
        found.map_or(Stake::Unknown, |size| self.small.judge(table, *size, &format!("stats of {}", stats.taken)))
    }

    /// The `sql_mode` in which the server opens connections that ask for none.
    pub(super) fn sql_mode(&self) -> Option<&String> {
        self.stats.as_ref()?.sql_mode.as_ref()
    }
}

impl TableSize {
    /// Whether it says anything.
    pub fn is_said(self) -> bool {
        self != Self::default()
    }

    fn words(self) -> String {
        let rows = self.rows.map(|rows| format!("{} rows", grouped(rows)));
        let bytes = self.bytes.map(|bytes| format!("{} bytes", grouped(bytes)));
        match [rows, bytes].into_iter().flatten().collect::<Vec<_>>() {
            known if known.is_empty() => "is small".to_owned(),
            known => format!("has {}", known.join(" and ")),
        }
    }
}

impl Threshold {
    fn judge(self, table: &TableName, size: TableSize, source: &str) -> Stake {
        let within = |known: Option<u64>, most: u64| known.is_none_or(|known| known <= most);
        let by_numbers = (size.rows.is_some() || size.bytes.is_some())
            .then(|| within(size.rows, self.rows) && within(size.bytes, self.bytes));
        match size.is_small.or(by_numbers) {
            Some(true) => {
                Stake::Small(Evidence { words: format!("`{table}` {} ({source})", size.words()), place: None })
            }
            Some(false) => Stake::Large,
            None => Stake::Unknown,
        }
    }
}

impl Stats {
    /// What a server says now.
    pub fn new(
        engine: Engine,
        version: Version,
        sql_mode: Option<String>,
        taken: Date,
        tables: impl IntoIterator<Item = (TableName, TableSize)>,
    ) -> Self {
        Self { engine, version, sql_mode, taken, tables: tables.into_iter().collect() }
    }

    /// Reads the file that `phasewise stats` wrote. JSON is YAML.
    pub fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        let fail = |key: &str, message: String| {
            let help = "write it anew with `phasewise stats`".to_owned();
            YamlError::at(path, text, &[key], message, Some(help))
        };
        if written.version != STATS_VERSION {
            return Err(fail("version", format!("phasewise reads stats of version {STATS_VERSION}")));
        }
        let engine = Engine::from_name(&written.engine)
            .ok_or_else(|| fail("engine", format!("`{}` is not an engine", written.engine)))?;
        let version = written.server_version.parse().map_err(|error| fail("server-version", format!("{error}")))?;
        let taken = written.taken.parse().map_err(|_| fail("taken", format!("`{}` is not a day", written.taken)))?;
        let size = |table: &WrittenTable| TableSize { rows: table.rows, bytes: table.bytes, is_small: None };
        let tables = written
            .tables
            .into_iter()
            .map(|table| (size(&table), TableName { schema: table.schema, name: table.name }))
            .map(|(size, name)| (name, size));
        Ok(Self { engine, version, sql_mode: written.sql_mode, taken, tables: tables.collect() })
    }

    /// The tables it tells of.
    pub fn tables(&self) -> impl Iterator<Item = &TableName> {
        self.tables.keys()
    }
}

/// `12,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATS: &str = r#"{"version": 1, "engine": "mysql", "server-version": "8.4.3", "sql-mode": "STRICT_TRANS_TABLES",
        "taken": "2026-11-01", "tables": [{"name": "countries", "rows": 249, "bytes": 65536},
        {"name": "orders", "rows": 12000000, "bytes": 4000000000}, {"name": "blobs", "rows": 20, "bytes": 900000000},
        {"schema": "billing", "name": "states", "rows": 9, "bytes": null}, {"name": "fresh", "rows": null, "bytes": null}]}"#;

    #[track_caller]
    fn check(sizes: &Sizes, table: &str) -> String {
        let (schema, name) = table.split_once('.').map_or((None, table), |(schema, name)| (Some(schema), name));
        let table = TableName { schema: schema.map(str::to_owned), name: name.to_owned() };
        match sizes.stake(&table) {
            Stake::Small(evidence) => evidence.words,
            Stake::Large => "large".to_owned(),
            Stake::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn small_is_what_is_known_to_be_small() {
        let stats = Stats::read("stats.json", STATS).unwrap();
        let sizes = Sizes { stats: Some(stats), ..Sizes::default() };
        assert_eq!(check(&sizes, "countries"), "`countries` has 249 rows and 65,536 bytes (stats of 2026-11-01)");
        assert_eq!(check(&sizes, "orders"), "large");
        assert_eq!(check(&sizes, "blobs"), "large", "few rows may be many bytes");
        assert_eq!(check(&sizes, "billing.states"), "`billing.states` has 9 rows (stats of 2026-11-01)");
        assert_eq!(check(&sizes, "states"), "unknown", "another schema's table is another table");
        assert_eq!(check(&sizes, "fresh"), "unknown");
        assert_eq!(check(&sizes, "new"), "unknown");
    }

    #[test]
    fn what_the_project_says_goes_first() {
        let said = |pattern: &str, rows, is_small| (Pattern::new(pattern), TableSize { rows, bytes: None, is_small });
        let sizes = Sizes {
            said: vec![
                said("*_log", Some(5), None),
                said("mail_log", Some(5_000_000), None),
                said("tags", None, Some(true)),
            ],
            stats: Some(Stats::read("stats.json", STATS).unwrap()),
            small: Threshold::default(),
        };
        assert_eq!(check(&sizes, "sms_log"), "`sms_log` has 5 rows (`phasewise.yaml`)");
        assert_eq!(check(&sizes, "mail_log"), "large");
        assert_eq!(check(&sizes, "tags"), "`tags` is small (`phasewise.yaml`)");
        assert_eq!(check(&sizes, "orders"), "large");
    }

    #[test]
    fn broken_files_are_refused() {
        let refused = |sound: &str, wrong: &str| {
            assert!(STATS.contains(sound));
            Stats::read("stats.json", &STATS.replacen(sound, wrong, 1)).unwrap_err().to_string()
        };
        assert_eq!(refused("\"version\": 1", "\"version\": 2"), "phasewise reads stats of version 1");
        assert_eq!(refused("mysql", "oracle"), "`oracle` is not an engine");
        assert_eq!(refused("2026-11-01", "today"), "`today` is not a day");
        assert_eq!(refused("8.4.3", "new"), "`new` is not a version");
        assert!(refused("249", "-1").starts_with("tables[0].rows: "), "{}", refused("249", "-1"));
        assert!(refused("\"rows\": 249", "\"row\": 249").contains("unknown field `row`"));
    }
}
