//! `phasewise usage`: where the application's code uses a table or a column.

use miette::Diagnostic;
use thiserror::Error;

use super::arguments::{Format, UsageArguments};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::terminal;
use crate::report::usage::Used;
use crate::report::{json, usage};
use crate::source::Tree;
use crate::usage::{Index, Query, Schema, What, facts_of_all, is_entered, is_read};

#[derive(Debug, Error, Diagnostic)]
enum UsageError {
    #[error("`{0}` names no table")]
    #[diagnostic(code(phasewise::usage::subject), help("write `orders`, or `orders.total` for a column"))]
    Subject(String),
    #[error("`--omitted` asks for rows that are inserted without a column, and `{0}` names none")]
    #[diagnostic(code(phasewise::usage::omitted), help("name the column: `{0}.column`"))]
    OmittedTable(String),
}

pub(super) fn run(arguments: &UsageArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let query = query(arguments)?;
    let paths: Vec<_> = arguments.path.iter().cloned().collect();
    let root = super::root::Root::find(&paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let (catalog, _) = workspace.schema(None);
    let answer = index(&tree, Schema::of(&catalog), notes).answer(&query);
    let used = Used { query: &query, answer: &answer, tree: &tree, is_verbose: notes.is_verbose() };
    terminal::print(|out| match arguments.format {
        Format::Text => usage::write(out, &used),
        Format::Json => json::write_usage(out, &used),
    })?;
    Ok(Exit::Clean)
}

fn query(arguments: &UsageArguments) -> Result<Query, UsageError> {
    let subject = arguments.subject.trim();
    let (table, column) = match subject.rsplit_once('.') {
        Some((table, column)) => (table, Some(column)),
        None => (subject, None),
    };
    if table.is_empty() || column == Some("") {
        return Err(UsageError::Subject(arguments.subject.clone()));
    }
    let what = match (arguments.omitted, column) {
        (true, None) => return Err(UsageError::OmittedTable(table.to_owned())),
        (true, Some(_)) => What::Omitted,
        (false, _) => What::Gone,
    };
    Ok(Query { table: table.to_owned(), column: column.map(str::to_owned), what })
}

/// The index over the code below the root; files that cannot be read are told.
fn index(tree: &Tree, schema: Schema, notes: Notes) -> Index {
    let mut texts = Vec::new();
    for path in tree.files(&is_entered).into_iter().filter(|path| is_read(path)) {
        match tree.read(&path) {
            Ok(file) => texts.push((path, file.text.clone())),
            Err(error) => notes.remark(&format!("not read: {error}")),
        }
    }
    let facts = facts_of_all(&texts);
    Index::new(texts.into_iter().map(|(path, _)| path).zip(facts), schema)
}
