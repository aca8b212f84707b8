//! `phasewise.yaml` as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::arguments::{EngineChoice, FailOn};
use super::gate::GateWish;
use crate::finding::Severity;
use crate::lint::{Severities, TableSize, Threshold};
use crate::yaml::Entries;

/// What a project wants of phasewise. Paths are relative to the project's root.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "phasewise.yaml")]
pub(super) struct Wishes {
    /// The database, such as `mysql:8.4`.
    #[schemars(with = "Option<String>")]
    pub(super) engine: Option<EngineChoice>,
    /// Laravel's major version.
    pub(super) laravel: Option<u8>,
    /// Whether doctrine/dbal is installed.
    pub(super) doctrine: Option<bool>,
    /// Directories of migrations.
    pub(super) paths: Vec<String>,
    /// The directory of plans; without it `database/plans`, or `plans` beside the migrations of SQL.
    pub(super) plans: Option<String>,
    /// A dump of the tables before the first migration.
    pub(super) schema: Option<String>,
    /// The mildest finding that makes `lint` fail.
    pub(super) fail_on: Option<FailOn>,
    /// How bad the findings of a rule are.
    pub(super) rules: BTreeMap<String, Level>,
    /// Directories of rules of the project's own; without it `phasewise/rules`, where there is one.
    pub(super) own_rules: Option<Vec<String>>,
    /// The file of findings that do not count yet.
    pub(super) baseline: Option<String>,
    /// The file that `phasewise stats` wrote.
    pub(super) stats: Option<String>,
    /// What the connection sets on which migrations run.
    pub(super) session: SessionWish,
    /// Up to what size a table is small.
    pub(super) small_table: Option<Small>,
    /// What holds for certain tables, by name or pattern (`*` stands for anything); of those that fit, the last wins.
    pub(super) tables: Entries<TableWish>,
    /// What holds for certain migrations, by the pattern of their path (`**` also crosses `/`); the last that fits wins.
    pub(super) files: Entries<FileWish>,
    /// What the gate asks for.
    pub(super) gate: GateWish,
}

#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Off,
    Note,
    Warning,
    Error,
}

/// Settings that hold for every migration unless it says otherwise, as the server takes them: `2s`, `2000`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[expect(clippy::struct_field_names, reason = "these are the names that the servers give them")]
pub(super) struct SessionWish {
    /// PostgreSQL: how long a statement waits for a lock.
    lock_timeout: Option<Setting>,
    /// PostgreSQL: how long a statement may run.
    statement_timeout: Option<Setting>,
    /// MySQL and MariaDB: how many seconds a statement waits for a metadata lock.
    lock_wait_timeout: Option<Setting>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "setting")]
enum Setting {
    Number(u64),
    Text(String),
}

/// A table within both bounds is small; what is left out is as it is by default.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Small {
    rows: Option<Number>,
    bytes: Option<Number>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TableWish {
    /// About how many it has: `12_000_000`.
    rows: Option<Number>,
    /// About how many it takes: `4GB`.
    bytes: Option<Number>,
    size: Option<SizeName>,
    /// How bad the findings of a rule are for it.
    pub(super) rules: BTreeMap<String, Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SizeName {
    Small,
    Large,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FileWish {
    /// How bad the findings of a rule are in them.
    pub(super) rules: BTreeMap<String, Level>,
}

/// A number, which may be grouped (`12_000_000`) or have a unit (`16MB`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "WrittenNumber")]
struct Number(u64);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "number")]
enum WrittenNumber {
    Plain(u64),
    Text(String),
}

/// The JSON Schema of `phasewise.yaml`, for editors.
pub(super) fn schema() -> schemars::Schema {
    schemars::SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<Wishes>()
}

impl SessionWish {
    /// Values by the names of the server's variables.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let set = [
            ("lock_timeout", &self.lock_timeout),
            ("statement_timeout", &self.statement_timeout),
            ("lock_wait_timeout", &self.lock_wait_timeout),
        ];
        let value = |setting: &Setting| match setting {
            Setting::Number(number) => number.to_string(),
            Setting::Text(text) => text.to_ascii_lowercase(),
        };
        set.into_iter().filter_map(|(name, setting)| Some((name.to_owned(), value(setting.as_ref()?)))).collect()
    }
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Self::Off => Severity::Off,
            Self::Note => Severity::Note,
            Self::Warning => Severity::Warning,
            Self::Error => Severity::Error,
        }
    }
}

/// As a lint takes them.
pub(super) fn severities(levels: &BTreeMap<String, Level>) -> Severities {
    levels.iter().map(|(id, level)| (id.clone(), level.severity())).collect()
}

impl Small {
    pub(super) fn threshold(self) -> Threshold {
        let usual = Threshold::default();
        Threshold {
            rows: self.rows.map_or(usual.rows, |rows| rows.0),
            bytes: self.bytes.map_or(usual.bytes, |bytes| bytes.0),
        }
    }
}

impl TableWish {
    pub(super) fn size(&self) -> TableSize {
        TableSize {
            rows: self.rows.map(|rows| rows.0),
            bytes: self.bytes.map(|bytes| bytes.0),
            is_small: self.size.map(|size| size == SizeName::Small),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match WrittenNumber::deserialize(deserializer) {
            Ok(WrittenNumber::Plain(number)) => return Ok(Self(number)),
            Ok(WrittenNumber::Text(text)) => text,
            Err(_) => return Err(D::Error::custom("expected a number, such as `12_000_000` or `4GB`")),
        };
        let number = number(&text).map(Self);
        number.ok_or_else(|| D::Error::custom(format!("`{text}` is not a number: write `12_000_000` or `4GB`")))
    }
}

/// `4GB`, `1.5 MiB`, `12_000_000`; units count by 1024, as the engines do.
fn number(text: &str) -> Option<u64> {
    let end =
        text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '_' | ',' | '.')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let digits: String = digits.chars().filter(|letter| !matches!(letter, '_' | ',')).collect();
    let factor: u64 = match unit.trim().to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1 << 40,
        _ => return None,
    };
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    if part.is_empty() {
        return (!digits.contains('.')).then_some(whole);
    }
    // Three digits of a part are more than anyone means.
    let part = part.get(..part.len().min(3))?;
    let thousandths = part.parse::<u64>().ok()? * 10_u64.pow(3 - part.len() as u32);
    whole.checked_add(thousandths * factor / 1000)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(number("12_000_000"), Some(12_000_000));
        assert_eq!(number("12,000"), Some(12_000));
        assert_eq!([number("16MB"), number("16 MiB"), number("16m")], [Some(16 << 20); 3]);
        assert_eq!(number("1.5GB"), Some(3 << 29));
        assert_eq!(number("512B"), Some(512));
        for text in ["", "GB", "many", "4XB", "-1", "1.", "1.2.3", "99999999999TB"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
