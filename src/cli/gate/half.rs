//! What of a migration that failed is there.

use std::collections::BTreeSet;

use super::arguments::CheckArguments;
use super::asked::{self, Connection, Place};
use crate::answer::Answer;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::root::Root;
use crate::gate::half;
use crate::gate::schema::LiveSchema;
use crate::lint::{Batch, Direction, MigrationFile};
use crate::source::Tree;

/// The lines that tell what of `file`, the first that is not logged, is applied all the same.
pub(super) fn half_applied(
    connection: &mut Connection,
    file: &MigrationFile,
    arguments: &CheckArguments,
    place: &Place,
    notes: Notes,
) -> Vec<String> {
    look(connection, file, arguments, place).unwrap_or_else(|failure| {
        if let Failure::Report(report) = failure {
            notes.remark(&format!("what of the failed migration is applied could not be seen: {report}"));
        }
        vec![format!("stopped in: {}; what of it is applied is not known", file.name)]
    })
}

fn look(
    connection: &mut Connection,
    file: &MigrationFile,
    arguments: &CheckArguments,
    place: &Place,
) -> Result<Vec<String>, Failure> {
    let target = asked::target(&arguments.target, Some(&connection.session));
    let root = Root::find(std::slice::from_ref(&place.site.release))?;
    let tree = Tree::new(&root.directory);
    let workspace = Workspace::open(&root, &tree, &target, Notes::Quiet)?;
    let batch = Batch::Together(BTreeSet::from([file.key().to_owned()]));
    let scripts = workspace.scripts(&batch, Direction::Up)?;
    let live = LiveSchema::read(&mut connection.session)?;
    let mut lines = vec![format!("stopped in: {}", file.name)];
    let mut is_half = false;
    for (_, script) in &scripts {
        let count = script.statements.len();
        for (at, applied) in half::applied(&script.statements, &live).iter().enumerate() {
            is_half |= applied.is_there == Answer::Yes;
            let word = match applied.is_there {
                Answer::Yes => "applied    ",
                Answer::No => "not applied",
                Answer::Unknown => "not known  ",
            };
            lines.push(format!("  {} of {count} {word} {}", at + 1, short(&applied.statement.sql)));
        }
    }
    if is_half {
        lines.push(
            "half of it is applied and it is not logged: take back by hand what is applied, or the next run fails there"
                .to_owned(),
        );
    }
    Ok(lines)
}

fn short(sql: &str) -> String {
    const SHOWN: usize = 120;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(SHOWN).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}
