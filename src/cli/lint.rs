//! `phasewise lint`

use super::arguments::{FailOn, LintArguments, LintFormat};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::releases::Around;
use super::root::Root;
use super::{baseline, batch, published, terminal};
use crate::finding::Finding;
use crate::lint::{Code, Outcome};
use crate::report::{Places, github, gitlab, json, junit, markdown, sarif, text};
use crate::source::Tree;

pub(super) fn run(arguments: &LintArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&arguments.scope.paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let batch = batch::choose(&arguments.scope, &workspace, notes)?;
    workspace.remark_on_dump(&batch, notes);
    let around = Around::new(&arguments.code, &arguments.scope, &batch, &workspace, notes)?;
    let code = around.as_ref().map(|around| Code::new(|schema| around.read(schema)));
    let published = published::of(&arguments.scope, &batch, &workspace);
    // Before the judge puts nothing in the place of what cannot be read.
    let is_readable = workspace.is_readable(&batch);
    let mut outcome = workspace.lint_beside(&batch, published.as_ref(), code.as_ref())?;
    drop(code);
    if let Some(failure) = around.and_then(Around::failure) {
        return Err(failure);
    }
    baseline::settle(&arguments.baseline, &workspace, &mut outcome, notes)?;
    workspace.idle_settings(&outcome).iter().for_each(|idle| notes.remark(idle));
    remark_on_sizes(&outcome, notes);
    let prefix = batch::prefix_of(&workspace);
    let places = Places { tree: &tree, prefix: &prefix };
    terminal::print(|out| match arguments.format {
        LintFormat::Text => text::write(out, &outcome, &tree, terminal::look(notes.is_verbose())),
        LintFormat::Json => json::write_lint(out, &outcome, &tree),
        LintFormat::Sarif => sarif::write(out, &outcome, places),
        LintFormat::Github => github::write(out, &outcome, places),
        LintFormat::Gitlab => gitlab::write(out, &outcome, places),
        LintFormat::Junit => junit::write(out, &outcome, places),
        LintFormat::Markdown => markdown::write(out, &outcome, places),
    })?;
    let fail_on = arguments.fail_on.or(workspace.config.wishes.fail_on).unwrap_or(FailOn::Error);
    let fails = |finding: &Finding| finding.is_open() && fail_on.includes(finding.severity);
    Ok(match outcome.findings.iter().any(fails) {
        _ if !is_readable => Exit::Unusable,
        true => Exit::Findings,
        false => Exit::Clean,
    })
}

/// Says once which tables count as large because nobody said otherwise.
fn remark_on_sizes(outcome: &Outcome, notes: Notes) {
    const SHOWN: usize = 5;
    let names: Vec<String> = outcome.unsized_tables.iter().map(|table| format!("`{table}`")).collect();
    if names.is_empty() {
        return;
    }
    let more = names.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    notes.remark(&format!(
        "not known how large, so taken for large: {shown}{more} (say it under `tables:` in `phasewise.yaml`)"
    ));
}
