//! What Composer knows of an application: its Laravel, its doctrine/dbal, and where its classes are.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The parts of `composer.json` and `composer.lock` that decide what a migration sends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composer {
    /// Laravel's major and the file that says so.
    pub laravel: Option<(u8, &'static str)>,
    pub has_doctrine: bool,
    /// PSR-4 prefixes with the directories they map to, longest prefix first, directories without a trailing `/`.
    autoload: Vec<(String, Vec<String>)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Manifest {
    require: BTreeMap<String, String>,
    autoload: Autoload,
    #[serde(rename = "autoload-dev")]
    autoload_dev: Autoload,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Autoload {
    #[serde(rename = "psr-4")]
    psr4: BTreeMap<String, Directories>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Directories {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lock {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

const FRAMEWORKS: [&str; 2] = ["laravel/framework", "illuminate/database"];
const DOCTRINE: &str = "doctrine/dbal";

impl Composer {
    /// Reads the two files, either of which may be missing. The lock wins: it says what is installed.
    pub fn read(manifest: Option<&str>, lock: Option<&str>) -> Result<Self, serde_json::Error> {
        let manifest: Manifest = manifest.map(serde_json::from_str).transpose()?.unwrap_or_default();
        let lock: Option<Lock> = lock.map(serde_json::from_str).transpose()?;
        let locked = |name: &str| lock.iter().flat_map(|lock| &lock.packages).find(|package| package.name == name);
        let installed = FRAMEWORKS.into_iter().find_map(|name| major(&locked(name)?.version));
        let required = FRAMEWORKS.into_iter().find_map(|name| major(manifest.require.get(name)?));
        let has_doctrine = match &lock {
            Some(_) => locked(DOCTRINE).is_some(),
            None => manifest.require.contains_key(DOCTRINE),
        };
        Ok(Self {
            laravel: installed
                .map(|major| (major, "composer.lock"))
                .or(required.map(|major| (major, "composer.json"))),
            has_doctrine,
            autoload: autoload(manifest),
        })
    }

    /// The files that may declare the class of that full name (`App\Models\User`), most likely first.
    pub fn files_of_class(&self, class: &str) -> Vec<String> {
        self.autoload
            .iter()
            .filter_map(|(prefix, directories)| Some((class.strip_prefix(prefix.as_str())?, directories)))
            .flat_map(|(rest, directories)| directories.iter().map(move |directory| class_file(directory, rest)))
            .collect()
    }
}

fn class_file(directory: &str, rest: &str) -> String {
    let path = rest.replace('\\', "/");
    if directory.is_empty() { format!("{path}.php") } else { format!("{directory}/{path}.php") }
}

fn autoload(manifest: Manifest) -> Vec<(String, Vec<String>)> {
    let mut autoload: Vec<(String, Vec<String>)> = manifest
        .autoload
        .psr4
        .into_iter()
        .chain(manifest.autoload_dev.psr4)
        .map(|(prefix, directories)| {
            let directories = match directories {
                Directories::One(directory) => vec![directory],
                Directories::Many(directories) => directories,
            };
            let clean = |directory: String| directory.trim_start_matches("./").trim_end_matches('/').to_owned();
            (prefix, directories.into_iter().map(clean).collect())
        })
        .collect();
    autoload.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
    autoload
}

/// The major of a version (`v12.3.0`) or the lowest that a constraint allows (`^11.0|^12.0`, `>=10`).
fn major(constraint: &str) -> Option<u8> {
    constraint
        .split('|')
        .filter_map(|alternative| {
            let digits = alternative.trim_start_matches(|character: char| !character.is_ascii_digit());
            digits.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_says_what_is_installed() {
        let manifest = r#"{"require": {"laravel/framework": "^11.0|^12.0", "doctrine/dbal": "^3"}}"#;
        let lock = r#"{"packages": [{"name": "laravel/framework", "version": "v12.4.1"}]}"#;
        let composer = Composer::read(Some(manifest), Some(lock)).unwrap();
        assert_eq!(composer.laravel, Some((12, "composer.lock")));
        assert!(!composer.has_doctrine);
        let composer = Composer::read(Some(manifest), None).unwrap();
        assert_eq!(composer.laravel, Some((11, "composer.json")));
        assert!(composer.has_doctrine);
    }

    #[test]
    fn a_class_is_looked_for_under_the_longest_prefix_first() {
        let manifest = r#"{"autoload": {"psr-4": {"App\\": "app/", "App\\Domain\\": ["src/Domain/", "lib"], "": "old"}}}"#;
        let composer = Composer::read(Some(manifest), None).unwrap();
        assert_eq!(
            composer.files_of_class(r"App\Domain\Orders\Order"),
            ["src/Domain/Orders/Order.php", "lib/Orders/Order.php", "app/Domain/Orders/Order.php", "old/App/Domain/Orders/Order.php"]
        );
    }

    #[test]
    fn broken_json_is_an_error() {
        assert!(Composer::read(Some("{"), None).is_err());
    }
}
