//! What `composer.lock` and `composer.json` say of Laravel itself.

use serde_json::Value as Json;

use crate::source::Tree;

/// The majors whose SQL is known.
const OLDEST: u8 = 8;
const NEWEST: u8 = 13;

/// The packages that bring the schema builder.
const LARAVEL: [&str; 2] = ["laravel/framework", "illuminate/database"];

#[derive(Debug)]
pub(super) struct Lock {
    /// The major as it is installed, which may be older or newer than those that are known.
    pub installed: Option<u8>,
    pub has_doctrine: bool,
    pub source: &'static str,
}

impl Lock {
    pub fn read(tree: &Tree) -> Self {
        let json = |path| tree.read(path).ok().and_then(|file| serde_json::from_str::<Json>(&file.text).ok());
        let lock = json("composer.lock");
        let packages: Vec<&Json> = ["packages", "packages-dev"]
            .iter()
            .filter_map(|part| lock.as_ref()?.get(part)?.as_array())
            .flatten()
            .collect();
        let version_of = |name: &str| {
            let package = packages.iter().find(|package| package.get("name").and_then(Json::as_str) == Some(name))?;
            package.get("version")?.as_str()
        };
        if let Some(version) = LARAVEL.iter().find_map(|name| version_of(name)) {
            let has_doctrine = version_of("doctrine/dbal").is_some();
            return Self { installed: first_number(version), has_doctrine, source: "composer.lock" };
        }
        let composer = json("composer.json");
        let requires = |name: &str| composer.as_ref()?.get("require")?.get(name)?.as_str();
        let constraint = LARAVEL.iter().find_map(|name| requires(name));
        Self {
            installed: constraint.and_then(lowest_major),
            has_doctrine: requires("doctrine/dbal").is_some(),
            source: if constraint.is_some() { "composer.json" } else { "default" },
        }
    }

    /// Whether the major that is installed is among those whose SQL is known; nothing says otherwise where none is named.
    pub fn is_known(&self) -> bool {
        self.installed.is_none_or(|installed| installed == self.major())
    }

    /// The major to compile for.
    pub fn major(&self) -> u8 {
        self.installed.map_or(NEWEST, |installed| installed.clamp(OLDEST, NEWEST))
    }
}

fn first_number(version: &str) -> Option<u8> {
    let digits = version.trim_start_matches(|character: char| !character.is_ascii_digit());
    digits.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// The lowest major that a constraint such as `^10.0|^11.0` allows.
fn lowest_major(constraint: &str) -> Option<u8> {
    constraint.split("||").flat_map(|part| part.split('|')).filter_map(first_number).min()
}
