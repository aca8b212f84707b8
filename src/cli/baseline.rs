//! `--baseline` and `--write-baseline`: findings that do not count until they are mended.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use miette::Diagnostic;
use serde::Serialize;
use thiserror::Error;

use super::arguments::BaselineArguments;
use super::exit::Failure;
use super::notes::Notes;
use super::project::Workspace;
use crate::finding::{BASELINE_VERSION, Baseline};
use crate::lint::Outcome;
use crate::source::Tree;

#[derive(Debug, Serialize)]
struct Written<'a> {
    version: u32,
    findings: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    migration: &'a str,
    rule: &'a str,
    object: &'a str,
    count: usize,
}

#[derive(Debug, Error, Diagnostic)]
#[error("the baseline `{path}` cannot be written: {error}")]
#[diagnostic(code(phasewise::baseline::unwritable))]
struct WriteError {
    path: String,
    error: io::Error,
}

/// Takes the findings that are known out of the count, and writes what is asked to be written.
pub(super) fn settle(
    arguments: &BaselineArguments,
    workspace: &Workspace,
    outcome: &mut Outcome,
    notes: Notes,
) -> Result<(), Failure> {
    if let Some(path) = &arguments.write_baseline {
        let old = if path.exists() { Some(read(&Tree::new(""), &path.to_string_lossy())?) } else { None };
        let new = renewed(old.as_ref(), arguments.force, workspace, outcome);
        write(path, &new)?;
        let shown = path.display();
        let before = old.map_or(String::new(), |old| format!(", where there were {}", old.count()));
        notes.remark(&format!("`{shown}` stands for {}{before}", counted(new.count())));
        let _ = new.apply(&mut outcome.findings);
        return Ok(());
    }
    let (baseline, path) = match (&arguments.baseline, &workspace.config.wishes.baseline) {
        (Some(path), _) => (read(&Tree::new(""), &path.to_string_lossy())?, path.display().to_string()),
        (None, Some(path)) if !workspace.tree.exists(path) => {
            let help = "`--write-baseline` writes it; paths are relative to the project's root";
            return Err(workspace.config.missing("baseline", path, help).into());
        }
        (None, Some(path)) => (read(workspace.tree, path)?, path.clone()),
        (None, None) => return Ok(()),
    };
    let left = baseline.apply(&mut outcome.findings);
    let gone = workspace.with_names(outcome, |judged, known| left.about(judged, known));
    if gone.count() > 0 {
        notes.remark(&format!(
            "of `{path}` no longer found: {} (`--write-baseline {path}` takes out what is gone)",
            counted(gone.count())
        ));
        for (key, count) in gone.entries() {
            notes.detail(&format!("  {} {} {} x{count}", key.migration, key.rule, key.object));
        }
    }
    Ok(())
}

/// What is found, or what of the old file is still found: new findings come in only by force. Migrations that were not
/// judged keep their entries.
fn renewed(old: Option<&Baseline>, is_forced: bool, workspace: &Workspace, outcome: &Outcome) -> Baseline {
    let Some(old) = old else { return Baseline::of(&outcome.findings) };
    let about = |baseline: &Baseline| workspace.with_names(outcome, |judged, known| baseline.about(judged, known));
    if is_forced {
        return old.without(&about(old)).with(&Baseline::of(&outcome.findings));
    }
    let left = old.apply(&mut outcome.findings.clone());
    old.without(&about(&left))
}

fn read(tree: &Tree, path: &str) -> Result<Baseline, Failure> {
    let file = tree.read(path)?;
    Ok(Baseline::read(path, &file.text)?)
}

/// Writes all of it or nothing: into a file beside it, which then takes its place.
fn write(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    let findings = baseline.entries().map(|(key, count)| Entry {
        migration: &key.migration,
        rule: &key.rule,
        object: &key.object,
        count,
    });
    let written = Written { version: BASELINE_VERSION, findings: findings.collect() };
    let failed = |error| WriteError { path: path.display().to_string(), error };
    replace(path, |file| {
        serde_json::to_writer_pretty(&mut *file, &written)?;
        writeln!(file)
    })
    .map_err(failed)?;
    Ok(())
}

/// Writes a file so that whoever reads it finds the old content or the new one, never a part.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = fs::File::create_new(&beside).map(io::BufWriter::new).and_then(|mut file| {
        write(&mut file)?;
        file.flush()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // The error that is told is the one that matters.
        let _ = fs::remove_file(&beside);
    }
    placed
}

fn counted(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

/// The names of migrations.
pub(super) type Names<'a> = BTreeSet<&'a str>;
