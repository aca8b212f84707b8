//! Liquibase: changesets, each a migration of its own, in files of SQL and in changelogs that include them.
//!
//! A changelog in XML, YAML or JSON gives the order; its changesets are read where they are SQL (`sql`, `sqlFile`), and said
//! to be unread where they are Liquibase's own words (`createTable`). Files that no changelog includes run in the order of
//! their names.

mod changelog;
mod formatted;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use super::directory::{Directory, ancestors, below, is_sql, parent};
use super::error::LayoutError;
use super::part::Part;
use super::{Layout, Listing, Migration, jdbc};
use crate::source::{SourceFile, Tree};
use changelog::{Change, Changeset, Entry};

/// The changesets of a file by name, each as the text that tells whether it has changed; `None` for a file that has none.
pub fn changesets(path: &str, text: &str) -> Option<BTreeMap<String, String>> {
    if formatted::is_formatted(text) {
        let changesets = formatted::read(text).changesets.into_iter();
        return Some(
            changesets
                .map(|known| (name(path, &known), text.get(known.place).unwrap_or_default().to_owned()))
                .collect(),
        );
    }
    let tree = Tree::new("");
    let entries = changelog::read(&tree.put(path, text.to_owned())).ok()?;
    let changesets = entries.into_iter().filter_map(|entry| match entry {
        Entry::Changeset(known) => Some((name(path, &known), format!("{:?} {:?}", known.changes, known.rollback))),
        _ => None,
    });
    Some(changesets.collect())
}

pub(super) fn list(directory: &Directory<'_>) -> Result<Option<Listing>, LayoutError> {
    let changelogs: Vec<&String> = directory.files.iter().filter(|name| is_changelog(directory, name)).collect();
    let below_it = directory.files_below();
    let formatted: Vec<&String> = below_it
        .iter()
        .filter(|name| is_sql(name))
        .filter(|name| directory.text(name).is_some_and(|file| formatted::is_formatted(&file.text)))
        .collect();
    if changelogs.is_empty() && formatted.is_empty() {
        return Ok(None);
    }
    let mut reader = Reader {
        tree: directory.tree,
        migrations: Vec::new(),
        read: Vec::new(),
        properties: Vec::new(),
        filters: BTreeSet::new(),
    };
    let mut remarks = Vec::new();
    if changelogs.is_empty() {
        remarks.push(format!(
            "no changelog in `{}` gives an order: its files are read in the order of their names",
            directory.path
        ));
        for name in formatted {
            reader.include(&directory.path_of(name), &mut Vec::new())?;
        }
    } else {
        for root in roots(directory, &changelogs)? {
            reader.include(&directory.path_of(root), &mut Vec::new())?;
        }
    }
    if !reader.filters.is_empty() {
        let filters: Vec<String> = reader.filters.iter().map(|filter| format!("`{filter}`")).collect();
        remarks.push(format!(
            "the changesets for the contexts and labels {} are taken to run, as they do where a deploy names none",
            filters.join(", ")
        ));
    }
    let mut listing = Listing { remarks, ..Listing::new(Layout::Liquibase, reader.migrations) };
    let is_left = |name: &&String| {
        let is_migration = is_sql(name) || changelogs.contains(name);
        let path = directory.path_of(name);
        let is_sent = |part: &Part| part.path == path;
        let sends = |known: &Migration| known.up.iter().chain(known.down.iter().flatten()).any(is_sent);
        is_migration && !reader.read.contains(&path) && !listing.migrations.iter().any(sends)
    };
    let left: Vec<&String> = below_it.iter().filter(is_left).collect();
    directory.pass_over(&mut listing, &left);
    if listing.migrations.is_empty() { Ok(None) } else { Ok(Some(listing)) }
}

fn is_changelog(directory: &Directory<'_>, name: &str) -> bool {
    let has_entries = || directory.text(name).is_some_and(|file| file.text.contains("databaseChangeLog"));
    changelog::is_name(name) && has_entries()
}

/// The changelogs that no other includes; of several the one that its name or the project's settings call the first.
fn roots<'n>(directory: &Directory<'_>, changelogs: &[&'n String]) -> Result<Vec<&'n String>, LayoutError> {
    let mut included = Vec::new();
    for name in changelogs {
        let path = directory.path_of(name);
        let file = directory.tree.read(&path)?;
        for entry in changelog::read(&file)? {
            if let Entry::Include { path: target, is_relative, .. } = entry {
                included.extend(resolve(directory.tree, &path, &target, is_relative));
            }
        }
    }
    let is_free = |name: &&&String| !included.contains(&directory.path_of(name));
    let roots: Vec<&String> = changelogs.iter().filter(is_free).copied().collect();
    let settings: Vec<String> = ancestors(&directory.path)
        .flat_map(|place| {
            ["liquibase.properties", "src/main/resources/liquibase.properties"].map(|name| below(place, name))
        })
        .filter_map(|path| directory.tree.read(&path).ok())
        .flat_map(|file| jdbc::properties(&file.text))
        .filter(|(name, _)| name.eq_ignore_ascii_case("changeLogFile") || name == "changelog-file")
        .map(|(_, value)| value)
        .collect();
    let is_named = |name: &&&String| settings.iter().any(|path| path.rsplit('/').next() == Some(name.as_str()));
    let is_first = |name: &&&String| name.contains("master") || name.contains("root");
    let first = roots.iter().find(is_named).or_else(|| roots.iter().find(is_first));
    Ok(first.map_or_else(|| roots.clone(), |first| vec![*first]))
}

/// Where an include leads: beside the changelog, or from one of the directories around it, as on a class path.
fn resolve(tree: &Tree, changelog: &str, target: &str, is_relative: bool) -> Option<String> {
    let target = target.trim_start_matches("classpath:").trim_start_matches('/');
    let beside = normal(&below(parent(changelog), target));
    if is_relative {
        return Some(beside).filter(|path| tree.exists(path));
    }
    let mut around = ancestors(parent(changelog)).map(|place| normal(&below(place, target)));
    around.find(|path| tree.exists(path)).or_else(|| Some(beside).filter(|path| tree.exists(path)))
}

/// The path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

struct Reader<'t> {
    tree: &'t Tree,
    migrations: Vec<Migration>,
    /// The files that were read.
    read: Vec<String>,
    properties: Vec<(String, String)>,
    /// The contexts and labels that changesets are meant for.
    filters: BTreeSet<String>,
}

impl Reader<'_> {
    /// Adds what the file at `path` holds; `around` are the files that include it.
    fn include(&mut self, path: &str, around: &mut Vec<String>) -> Result<(), LayoutError> {
        if around.iter().any(|known| known == path) {
            return Err(LayoutError::Circle { path: path.to_owned() });
        }
        self.read.push(path.to_owned());
        if is_sql(path) {
            self.include_sql(path);
            return Ok(());
        }
        if !changelog::is_name(path) {
            self.migrations.push(Migration::in_code(Layout::Liquibase, path, path.to_owned()));
            return Ok(());
        }
        let file = self.tree.read(path)?;
        around.push(path.to_owned());
        for entry in changelog::read(&file)? {
            match entry {
                Entry::Property { name, value } => self.properties.push((name, value)),
                Entry::Changeset(changeset) => self.changeset(&file, &changeset),
                Entry::Include { path: target, is_relative, .. } => {
                    let found = resolve(self.tree, path, &target, is_relative);
                    let found = found.ok_or_else(|| LayoutError::missing(&file, &target))?;
                    self.include(&found, around)?;
                }
                Entry::IncludeAll { path: target, is_relative } => {
                    let found = resolve(self.tree, path, &target, is_relative);
                    let found = found.ok_or_else(|| LayoutError::missing(&file, &target))?;
                    for name in Directory::new(self.tree, &found).files_below() {
                        let is_read = is_sql(&name) || changelog::is_name(&name);
                        let inner = below(&found, &name);
                        if is_read && !around.contains(&inner) {
                            self.include(&inner, around)?;
                        }
                    }
                }
            }
        }
        around.pop();
        Ok(())
    }

    fn include_sql(&mut self, path: &str) {
        let Ok(file) = self.tree.read(path) else {
            self.push(Migration::of_file(Layout::Liquibase, path, path.to_owned()));
            return;
        };
        // Without the mark at its head a file is one changeset.
        if !formatted::is_formatted(&file.text) {
            self.push(Migration::of_file(Layout::Liquibase, path, path.to_owned()));
            return;
        }
        let formatted = formatted::read(&file.text);
        self.properties.extend(formatted.properties);
        for changeset in formatted.changesets {
            self.changeset(&file, &changeset);
        }
    }

    fn changeset(&mut self, file: &SourceFile, changeset: &Changeset) {
        self.filters.extend(changeset.filters.iter().cloned());
        let parts =
            |changes: &[Change]| changes.iter().flat_map(|change| self.parts(file, changeset, change)).collect();
        let migration = Migration {
            shares_file: true,
            up: parts(&changeset.changes),
            down: changeset.rollback.as_deref().map(parts),
            runs_again: changeset.runs_again,
            refuses_transaction: changeset.refuses_transaction,
            ..Migration::of_file(Layout::Liquibase, &name(&file.path, changeset), file.path.clone())
        };
        self.push(migration);
    }

    /// A changeset that is included twice runs once; another of the same name is refused by Liquibase, and still read.
    fn push(&mut self, mut migration: Migration) {
        let same: Vec<&Migration> = self.migrations.iter().filter(|known| known.name == migration.name).collect();
        if same.iter().any(|known| known.up == migration.up) {
            return;
        }
        if !same.is_empty() {
            let complaint = format!("Liquibase refuses a second changeset `{}`", migration.name);
            migration.up.iter_mut().take(1).for_each(|part| part.complaint = Some(complaint.clone()));
            migration.name = format!("{} ({})", migration.name, self.migrations.len());
        }
        self.migrations.push(migration);
    }

    fn parts(&self, file: &SourceFile, changeset: &Changeset, change: &Change) -> Vec<Part> {
        let from = changeset.place.start;
        let parts = match change {
            Change::Bytes(bytes) => {
                vec![Part { content: super::part::Content::Bytes(bytes.clone()), ..Part::whole(&file.path) }]
            }
            Change::Sql(text) => {
                let content = super::part::Content::Quoted { text: text.clone(), from };
                vec![Part { content, ..Part::whole(&file.path) }]
            }
            Change::SqlFile { path, is_relative } => match resolve(self.tree, &file.path, path, *is_relative) {
                Some(path) => vec![Part::whole(&path)],
                None => vec![Part::unread(&file.path, &format!("the file `{path}`, which is not there,"), from)],
            },
            Change::Other(what) => vec![Part::unread(&file.path, &format!("`{what}` of Liquibase"), from)],
        };
        let parts = parts.into_iter().flat_map(|part| self.cut(part, changeset.delimiter.as_deref()));
        let finish = |part: Part| Part {
            databases: changeset.databases.clone(),
            condition: changeset.condition.clone(),
            placeholders: Some(self.properties.clone()),
            ..part
        };
        parts.map(finish).collect()
    }

    /// The part as several, where the changeset ends its statements otherwise than with a semicolon.
    fn cut(&self, part: Part, delimiter: Option<&str>) -> Vec<Part> {
        use super::part::Content;
        let Some(delimiter) = delimiter.filter(|delimiter| *delimiter != ";") else { return vec![part] };
        let Ok(file) = self.tree.read(&part.path) else { return vec![part] };
        let ranges = match &part.content {
            Content::Whole => std::slice::from_ref(&(0..file.text.len())).to_vec(),
            Content::Bytes(ranges) => ranges.clone(),
            _ => return vec![part],
        };
        let whole = ranges.first().map_or(0, |range| range.start)..ranges.last().map_or(0, |range| range.end);
        if ranges.len() > 1 {
            return vec![part];
        }
        let text = file.text.get(whole.clone()).unwrap_or_default();
        let pieces = delimited(text, delimiter).into_iter();
        pieces.map(|piece| Part::bytes(&part.path, whole.start + piece.start..whole.start + piece.end)).collect()
    }
}

/// The ranges between delimiters at the ends of lines; one of letters, such as `GO`, stands on a line of its own.
fn delimited(text: &str, delimiter: &str) -> Vec<std::ops::Range<usize>> {
    let delimiter = delimiter.trim_start_matches("\\n").trim_end_matches("\\s*$").trim_end_matches('$');
    let stands_alone = delimiter == "/" || delimiter.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim_end();
        let is_end =
            if stands_alone { words.trim().eq_ignore_ascii_case(delimiter) } else { words.ends_with(delimiter) };
        if is_end && !delimiter.is_empty() {
            pieces.push(start..at + words.len() - delimiter.len());
            start = at + line.len();
        }
        at += line.len();
    }
    pieces.push(start..text.len());
    pieces
}

/// As Liquibase logs it: `db/changelog/001.sql::1::bob`.
fn name(path: &str, changeset: &Changeset) -> String {
    format!("{path}::{}::{}", changeset.id, changeset.author)
}
