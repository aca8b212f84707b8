//! Looking a change up in its engine's file.

use std::collections::BTreeSet;

use super::engine_file::EngineFile;
use super::entry::Entry;
use super::subject::Subject;
use super::{Blocks, Certainty, Effect, Lasts, online};
use crate::answer::Answer;
use crate::embedded;
use crate::engine::{Engine, EngineVersion, Version};
use crate::yaml::YamlError;

/// What one engine does, as its file says.
#[derive(Debug, Clone)]
pub struct Effects {
    file: EngineFile,
}

impl Effects {
    /// The effects that this binary brings along.
    pub fn builtin(engine: Engine) -> Result<Self, YamlError> {
        let name = format!("engines/{engine}.yaml");
        let text = embedded::folder("engines").find(|(path, _)| *path == name).map_or("", |(_, text)| text);
        Self::read(&name, text)
    }

    /// Reads an engine's file; its name is the engine's.
    pub fn read(path: &str, text: &str) -> Result<Self, YamlError> {
        EngineFile::read(path, text).map(|file| Self { file })
    }

    /// The version that is taken where none is configured.
    pub fn assumed_version(&self) -> &Version {
        &self.file.assumed
    }

    /// The entries, as the file lists them.
    pub fn entries(&self) -> &[Entry] {
        &self.file.entries
    }

    /// The entries that the change falls under: one, unless something that decides between several is not known.
    pub fn entries_of(&self, subject: &Subject<'_>) -> Vec<&Entry> {
        self.file.candidates(subject).entries
    }

    /// Every effect that changes of one of `kinds` may have (of any kind, where one of them is `None`), whatever the tables are
    /// like and whatever ALGORITHM= and LOCK= a statement asks for.
    pub fn reachable(&self, kinds: &[Option<&str>]) -> Vec<Effect> {
        let is_any = kinds.contains(&None);
        let is_about = |entry: &&Entry| is_any || entry.kinds().any(|kind| kind.is_none() || kinds.contains(&kind));
        let outlines = self.entries().iter().filter(is_about).map(Entry::outline);
        outlines.flat_map(|outline| online::forms(&outline, self.file.instant_refuses_lock)).collect()
    }

    /// What the change does: the first entry that matches. Where it is not known whether an entry does, the worst of
    /// those that may, with the others as its alternatives.
    pub fn of(&self, subject: &Subject<'_>) -> Effect {
        let file = &self.file;
        let mut candidates = file.candidates(subject);
        if subject.target.version.is_in(&file.versions) != Answer::Yes {
            candidates.unheeded.insert("whether this version does as the versions that were measured");
        }
        let effect = candidates.worst(subject, &file.source).unwrap_or_else(|| unknown(subject.target));
        online::honour(effect, &subject.statement.online, file.instant_refuses_lock)
    }
}

/// The entries that a change may fall under.
#[derive(Debug, Default)]
struct Candidates<'a> {
    entries: Vec<&'a Entry>,
    /// What decides between them.
    hangs_on: BTreeSet<&'static str>,
    /// What is not known and was thought to be as it mostly is.
    unheeded: BTreeSet<&'static str>,
}

impl EngineFile {
    fn candidates(&self, subject: &Subject<'_>) -> Candidates<'_> {
        let mut candidates = Candidates::default();
        for entry in self.entries_for(subject.change.what.kind()) {
            let verdict = entry.matches(subject);
            match verdict.answer {
                Answer::No => continue,
                Answer::Unknown if entry.is_rare() => {
                    candidates.unheeded.extend(verdict.hangs_on);
                    continue;
                }
                Answer::Unknown => candidates.hangs_on.extend(verdict.hangs_on),
                Answer::Yes => {}
            }
            candidates.entries.push(entry);
            if verdict.answer == Answer::Yes {
                break;
            }
        }
        candidates
    }
}

impl Candidates<'_> {
    /// The heaviest effect, with the others as its alternatives. It is known where all are alike.
    fn worst(mut self, subject: &Subject<'_>, source: &str) -> Option<Effect> {
        let effects: Vec<Effect> = self.entries.iter().map(|entry| entry.effect(subject, source)).collect();
        let mut worst = effects.iter().rev().max_by_key(|effect| effect.weight())?.clone();
        for effect in effects {
            if !worst.possible().any(|other| other.is_alike(&effect)) {
                worst.alternatives.push(effect);
            }
        }
        if worst.alternatives.is_empty() {
            self.hangs_on.clear();
        }
        self.hangs_on.append(&mut self.unheeded);
        if worst.certainty == Certainty::Known && !self.hangs_on.is_empty() {
            worst.certainty = Certainty::Assumed;
        }
        if worst.certainty == Certainty::Unknown {
            self.hangs_on.insert("what the statement does");
        }
        worst.hangs_on = self.hangs_on.into_iter().map(str::to_owned).collect();
        Some(worst)
    }
}

fn unknown(target: &EngineVersion) -> Effect {
    Effect {
        lock: String::new(),
        blocks: Blocks::default(),
        is_database_wide: false,
        lasts: Lasts::Moment,
        algorithm: None,
        rewrites: false,
        scans: false,
        in_transaction: true,
        refused: None,
        others: Vec::new(),
        certainty: Certainty::Unknown,
        hangs_on: vec![format!(
            "what {} does for this change, which nobody has written down here",
            target.engine.title()
        )],
        says: format!("what {} does for this change is not known here", target.engine.title()),
        source: String::new(),
        alternatives: Vec::new(),
    }
}
