//! `phasewise usage`: where the application's code uses a table or a column.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{Format, UsageArguments};
use super::baseline::replace;
use super::code::{self, Code, Place, Reader};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::terminal;
use crate::report::facts::{self, ReleaseFacts};
use crate::report::usage::{ReadCode, Used};
use crate::report::{json, usage};
use crate::source::Tree;
use crate::usage::{Answer, Index, Query, Schema, What};

#[derive(Debug, Error, Diagnostic)]
enum UsageError {
    #[error("`{0}` names no table")]
    #[diagnostic(code(phasewise::usage::subject), help("write `orders`, or `orders.total` for a column"))]
    Subject(String),
    #[error("`--omitted` asks for rows that are inserted without a column, and `{0}` names none")]
    #[diagnostic(code(phasewise::usage::omitted), help("name the column: `{0}.column`"))]
    OmittedTable(String),
    #[error("`{path}` cannot be written: {error}")]
    #[diagnostic(code(phasewise::usage::unwritable))]
    Unwritable { path: String, error: io::Error },
}

pub(super) fn run(arguments: &UsageArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    // With `--export`, what stands first is the project.
    let (subject, path) = match &arguments.export {
        Some(_) => (None, arguments.path.clone().or_else(|| arguments.subject.as_ref().map(PathBuf::from))),
        None => (arguments.subject.as_deref(), arguments.path.clone()),
    };
    let query = subject.map(|subject| query(subject, arguments.omitted)).transpose()?;
    let root = super::root::Root::find(&path.into_iter().collect::<Vec<_>>())?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let reader = Reader::new(&workspace, !arguments.no_cache, notes);
    let place = match (&arguments.reference, &arguments.current) {
        (Some(revision), _) => reader.commit(revision)?,
        (None, Some(path)) => code::place_of(path)?,
        (None, None) => Place::Directory(root.directory.clone()),
    };
    match (query, &arguments.export) {
        (_, Some(path)) => export(path, read(&reader, &place, notes)?, arguments.reference.as_deref(), notes)?,
        (Some(query), None) => {
            // The tables come of the migrations, and the code of git: neither waits for the other.
            let of_place = &place;
            let (code, catalog) = std::thread::scope(|scope| {
                let code = scope.spawn(move || read(&reader, of_place, notes));
                let (catalog, _) = workspace.schema(None);
                (code.join(), catalog)
            });
            let code = code.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let current = arguments.current.as_deref().map(|path| path.display().to_string());
            let from = match (&place, arguments.reference.as_deref(), current.as_deref()) {
                (Place::Commit(commit), Some(name), _) => ReadCode::Revision { name, commit },
                (_, _, Some(path)) => ReadCode::Elsewhere(path),
                _ => ReadCode::Here,
            };
            show(arguments, &query, (code, from), Schema::of(&catalog), notes)?;
        }
        (None, None) => {}
    }
    Ok(Exit::Clean)
}

fn read(reader: &Reader, place: &Place, notes: Notes) -> Result<Code, Failure> {
    let code = reader.read(place)?;
    if code.is_silent() {
        notes.remark("there is no application code there");
    }
    Ok(code)
}

fn show(
    arguments: &UsageArguments,
    query: &Query,
    (mut code, from): (Code, ReadCode<'_>),
    schema: Schema,
    notes: Notes,
) -> Result<(), Failure> {
    let index = Index::new(std::mem::take(&mut code.files), schema);
    let answer = index.answer(query);
    // The process ends soon: to take the facts apart piece by piece before would only cost time.
    std::mem::forget(index);
    let shown = Tree::default();
    code.show(&files_of(&answer), &shown)?;
    let used = Used { query, answer: &answer, tree: &shown, code: from, is_verbose: notes.is_verbose() };
    terminal::print(|out| match arguments.format {
        Format::Text => usage::write(out, &used),
        Format::Json => json::write_usage(out, &used),
    })
}

fn files_of(answer: &Answer) -> BTreeSet<&str> {
    answer.places.iter().map(|place| place.file.as_str()).collect()
}

fn export(path: &Path, code: Code, reference: Option<&str>, notes: Notes) -> Result<(), Failure> {
    let release = reference.unwrap_or_default().to_owned();
    let facts = ReleaseFacts { release, files: code.files };
    replace(path, |out| facts::write(out, &facts))
        .map_err(|error| UsageError::Unwritable { path: path.display().to_string(), error })?;
    notes.detail(&format!("`{}`: {} files", path.display(), facts.files.len()));
    Ok(())
}

fn query(subject: &str, is_about_omission: bool) -> Result<Query, UsageError> {
    let subject = subject.trim();
    let (table, column) = match subject.rsplit_once('.') {
        Some((table, column)) => (table, Some(column)),
        None => (subject, None),
    };
    if table.is_empty() || column == Some("") {
        return Err(UsageError::Subject(subject.to_owned()));
    }
    let what = match (is_about_omission, column) {
        (true, None) => return Err(UsageError::OmittedTable(table.to_owned())),
        (true, Some(_)) => What::Omitted,
        (false, _) => What::Gone,
    };
    Ok(Query { table: table.to_owned(), column: column.map(str::to_owned), what })
}

/// Where the code of the project as it lies there uses what `query` asks about. What waits beside a plan does not run.
pub(super) fn answer(workspace: &Workspace, query: &Query, notes: Notes) -> Result<Answer, Failure> {
    let plans = format!("{}/", workspace.plans());
    let reader = Reader::new(workspace, true, notes);
    let mut code = reader.read(&Place::Directory(workspace.root().to_owned()))?;
    code.files.retain(|(path, _)| !path.starts_with(&plans));
    let (catalog, _) = workspace.schema(None);
    Ok(Index::new(std::mem::take(&mut code.files), Schema::of(&catalog)).answer(query))
}
