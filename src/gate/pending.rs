//! Which migrations are pending, and whether those that ran are still what ran.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Check;
use super::log::Standing;
use super::question::Question;
use crate::lint::MigrationFile;

/// What the runner's table says beside the files of a release.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Whether the table is there.
    pub is_logged: bool,
    /// What its rows name and no file of the release is.
    pub without_file: Vec<String>,
    /// The migrations of the release in the order in which they run.
    pub migrations: Vec<(MigrationFile, Standing)>,
    /// What the table is called.
    pub table: String,
    /// Files of installed packages that would run too, and are not judged.
    pub of_packages: Vec<String>,
}

impl Backlog {
    /// The migrations that would run, in that order.
    pub fn pending(&self) -> Vec<MigrationFile> {
        let pending = self.migrations.iter().filter(|(_, state)| *state == Standing::Pending);
        pending.map(|(file, _)| file.clone()).collect()
    }

    /// What ran, or would run, and is no migration of the release's own: the names.
    pub fn foreign(&self) -> BTreeSet<String> {
        let name = |path: &String| path.rsplit('/').next().unwrap_or(path).trim_end_matches(".php").to_owned();
        self.without_file.iter().cloned().chain(self.of_packages.iter().map(name)).collect()
    }

    pub fn has_any_ran(&self) -> bool {
        !self.without_file.is_empty() || self.migrations.iter().any(|(_, state)| *state != Standing::Pending)
    }

    /// Those that ran under a gate with another content: `recorded` are the digests of then, `digest` gives that of now.
    pub fn mark_edited(&mut self, recorded: &BTreeMap<&str, &str>, digest: impl Fn(&MigrationFile) -> Option<String>) {
        for (file, state) in &mut self.migrations {
            let then = recorded.get(file.name.as_str());
            if *state == Standing::Ran && then.is_some_and(|then| digest(file).as_deref() != Some(*then)) {
                *state = Standing::Edited;
            }
        }
    }

    /// Whether it can be said what would run. `is_first` says that nothing is live yet, `database` which one was asked.
    pub fn check(&self, is_first: bool, database: &str) -> Vec<Check> {
        let question = Question::Pending;
        let mut checks = Vec::new();
        for (file, state) in &self.migrations {
            let (words, fix) = match state {
                Standing::HalfWay => (
                    "it began to run before and did not end",
                    "look at what of it is there, mend that by hand, and clear its mark in the runner's table",
                ),
                Standing::Edited => {
                    ("its file is not what ran", "take the edit back, and write what is to change into a new migration")
                }
                Standing::Ran | Standing::Pending => continue,
            };
            checks.push(Check::fail(question, words).about(file.name.clone()).with_fix(fix));
        }
        if !is_first && !self.has_any_ran() {
            let words = if self.is_logged {
                format!("a release is live, and `{}` in `{database}` is empty", self.table)
            } else {
                format!("a release is live, and `{database}` has no table `{}`", self.table)
            };
            checks.push(
                Check::fail(question, words)
                    .with_evidence([
                        "it is not the database of the live release: all migrations would run from the first",
                    ])
                    .with_fix("check the name of the database and its schema in the release's `.env`")
                    .with_fix("where it is right and nothing is live yet, say so: `--current -`"),
            );
        }
        if checks.is_empty() {
            checks.push(self.pass());
        }
        if !self.of_packages.is_empty() {
            let words = "migrations of installed packages would run too, and are not judged";
            let told = Check::unknown(question, words).with_evidence(self.of_packages.clone());
            checks.push(told.with_fix("read them, for they come with the update of a package").as_warning());
        }
        checks
    }

    fn pass(&self) -> Check {
        let pending = self.pending();
        let words = match pending.len() {
            0 => "nothing is pending".to_owned(),
            1 => "1 migration is pending".to_owned(),
            count => format!("{count} migrations are pending"),
        };
        let without = self.without_file.iter().map(|name| format!("{name} ran, and is not in this release"));
        Check::pass(Question::Pending, words)
            .with_evidence(pending.iter().map(|file| file.name.clone()))
            .with_evidence(without)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;

    fn file(name: &str) -> MigrationFile {
        MigrationFile { name: name.to_owned(), path: format!("migrations/{name}.php"), shares_file: false }
    }

    fn standing(states: &[(&str, Standing)]) -> Backlog {
        Backlog {
            is_logged: true,
            migrations: states.iter().map(|(name, state)| (file(name), *state)).collect(),
            table: "migrations".to_owned(),
            ..Backlog::default()
        }
    }

    #[track_caller]
    fn check(standing: &Backlog, is_first: bool) -> Vec<(Answer, String)> {
        standing.check(is_first, "h/shop").into_iter().map(|check| (check.answer, check.words)).collect()
    }

    #[test]
    fn an_empty_log_is_no_log_of_a_live_release() {
        let none = standing(&[("a", Standing::Pending)]);
        assert_eq!(check(&none, true), [(Answer::Yes, "1 migration is pending".to_owned())]);
        let said = "a release is live, and `migrations` in `h/shop` is empty".to_owned();
        assert_eq!(check(&none, false), [(Answer::No, said)]);
        let absent = Backlog { is_logged: false, ..none };
        let said = "a release is live, and `h/shop` has no table `migrations`".to_owned();
        assert_eq!(check(&absent, false), [(Answer::No, said)]);
    }

    #[test]
    fn what_ran_and_was_edited_is_told() {
        let mut both = standing(&[("a", Standing::Ran), ("b", Standing::Ran), ("c", Standing::Pending)]);
        let recorded = BTreeMap::from([("a", "1"), ("b", "2"), ("c", "3")]);
        both.mark_edited(&recorded, |file| Some(if file.name == "a" { "1" } else { "other" }.to_owned()));
        assert_eq!(check(&both, false), [(Answer::No, "its file is not what ran".to_owned())]);
        assert_eq!(both.pending(), [file("c")]);
    }
}
