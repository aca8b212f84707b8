//! `phasewise sql`: the SQL that migrations send.

use super::arguments::{Format, SqlArguments};
use super::exit::{Exit, Failure};
use super::notes::Notes;
use super::project::Workspace;
use super::root::Root;
use super::{batch, terminal};
use crate::change::Problem;
use crate::lint::Direction;
use crate::report::sql::SentSql;
use crate::report::{json, sql};
use crate::rule::{Remark, RemarkKind};
use crate::source::Tree;

pub(super) fn run(arguments: &SqlArguments) -> Result<Exit, Failure> {
    let notes = Notes::new(&arguments.voice);
    let root = Root::find(&arguments.scope.paths)?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &arguments.target, notes)?;
    let batch = batch::choose(&arguments.scope, &workspace, notes)?;
    workspace.remark_on_dump(&batch, notes);
    let direction = if arguments.down { Direction::Down } else { Direction::Up };
    let scripts: Vec<SentSql> = workspace
        .scripts(&batch, direction)?
        .into_iter()
        .map(|(migration, script)| SentSql {
            migration: migration.name,
            path: migration.path,
            direction,
            engine: workspace.target.engine,
            statements: script.statements,
            problems: script.problems.into_iter().chain(script.remarks.into_iter().filter_map(missed)).collect(),
        })
        .collect();
    terminal::print(|out| match arguments.format {
        Format::Text => sql::write(out, &scripts, &tree),
        Format::Json => json::write_sql(out, &scripts, &tree),
    })?;
    Ok(Exit::Clean)
}

/// A call that Laravel ignores is missed in the SQL, which is told where the SQL is shown.
fn missed(remark: Remark) -> Option<Problem> {
    (remark.kind == RemarkKind::ModifierIgnored).then_some(Problem { span: remark.span, reason: remark.reason })
}
