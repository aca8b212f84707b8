//! An engine's file under `rules/engines/`: which versions it tells of, and the effects, in order.

use serde::Deserialize;

use super::entry::Entry;
use super::matcher::ByKind;
use crate::engine::{Engine, Version, VersionRange};
use crate::yaml::{self, YamlError};

/// What `rules/engines/<engine>.yaml` says.
#[derive(Debug, Clone)]
pub struct EngineFile {
    /// The versions that the entries hold for.
    pub versions: VersionRange,
    /// The version that is taken where none is configured.
    pub assumed: Version,
    /// Whether ALGORITHM=INSTANT with a LOCK= is an error.
    pub instant_refuses_lock: bool,
    /// Where the facts of an entry stand that names no source.
    pub source: String,
    pub entries: Vec<Entry>,
    by_kind: ByKind,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    engine: String,
    versions: String,
    assumed: String,
    #[serde(default)]
    instant_refuses_lock: bool,
    source: String,
    /// Stands for that of each entry that says nothing of it.
    verified: Option<String>,
    effects: Vec<Entry>,
}

impl EngineFile {
    pub fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        let written: Written = yaml::read(path, text)?;
        let fail = |key: &str, message: String| YamlError::at(path, text, &[key], message, None);
        let engine = Engine::from_name(&written.engine)
            .ok_or_else(|| fail("engine", format!("`{}` is not an engine", written.engine)))?;
        if path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")) != Some(engine.name()) {
            return Err(fail("engine", format!("the file of `{engine}` is called `{engine}.yaml`")));
        }
        let entries = written.effects.into_iter().map(|entry| entry.or_verified(written.verified.as_ref()));
        let entries: Vec<Entry> = entries.collect();
        Ok(Self {
            versions: written.versions.parse().map_err(|error| fail("versions", format!("{error}")))?,
            assumed: written.assumed.parse().map_err(|error| fail("assumed", format!("{error}")))?,
            instant_refuses_lock: written.instant_refuses_lock,
            source: written.source,
            by_kind: ByKind::new(entries.iter().map(|entry| entry.kinds().collect())),
            entries,
        })
    }

    /// The entries that may be about changes of that kind, in their order.
    pub fn entries_for(&self, kind: &str) -> impl Iterator<Item = &Entry> {
        self.by_kind.of(kind).iter().filter_map(|at| self.entries.get(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "engine: mysql
versions: \"5.7+\"
assumed: \"8.4\"
source: https://example.org
effects:
  - on: { add-column: { nullable: true } }
    versions: \"8.0+\"
    says: it is added
    lock: NONE
";

    #[track_caller]
    fn refused(sound: &str, wrong: &str) -> String {
        assert!(SOUND.contains(sound));
        EngineFile::read("engines/mysql.yaml", &SOUND.replacen(sound, wrong, 1)).unwrap_err().to_string()
    }

    #[test]
    fn broken_files_are_refused() {
        assert!(EngineFile::read("engines/mysql.yaml", SOUND).is_ok());
        assert_eq!(refused("engine: mysql", "engine: oracle"), "`oracle` is not an engine");
        assert_eq!(refused("engine: mysql", "engine: mariadb"), "the file of `mariadb` is called `mariadb.yaml`");
        assert_eq!(refused("\"8.4\"", "new"), "`new` is not a version");
        assert_eq!(refused("\"8.0+\"", "8-5"), "effects[0]: `8-5` is not a range of versions");
        assert!(refused("nullable", "nulable").starts_with("effects[0].on.add-column: unknown field `nulable`"));
        assert!(refused("lock: NONE", "lasts: long").starts_with("effects[0].lasts: unknown variant `long`"));
    }
}
