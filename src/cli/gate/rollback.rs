//! `phasewise gate rollback`: may this older release come back?

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use super::arguments::RollbackArguments;
use super::asked::{self, Asked, Connection, Place};
use super::code;
use super::verdict::Verdict;
use crate::answer::Answer;
use crate::cli::arguments::TargetArguments;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::releases::Around;
use crate::cli::root::Root;
use crate::finding::Date;
use crate::gate::back;
use crate::gate::check::Check;
use crate::gate::decision::Decision;
use crate::gate::ledger::Event;
use crate::gate::log::Standing;
use crate::gate::needs;
use crate::gate::plans::{PlanState, placed_in, plans};
use crate::gate::question::Question;
use crate::gate::releases::{self, Site};
use crate::gate::schema::LiveSchema;
use crate::lint::{Batch, Code, MigrationFile};
use crate::source::Tree;

pub(super) fn run(arguments: &RollbackArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.voice);
    let site = Site::look(&arguments.to, Some(&arguments.current), arguments.around.releases_dir.as_deref())?;
    let place = Place::at(site, arguments.around.audit_dir.as_deref())?;
    let live = place.site.current.clone().ok_or(RollbackError::NothingLive)?;
    let may_record = !arguments.decision.dry_run && !arguments.database.no_db;
    if may_record {
        place.ledger.check_writable()?;
    }
    let mut asked = if arguments.database.no_db {
        return Err(RollbackError::NoDatabase.into());
    } else {
        match asked::connect(&arguments.database, &live, &Tree::new(&live), notes)? {
            Err(error) => asked::unreachable(&place, &error),
            Ok(mut connection) => {
                let back = Back { place: &place, live: &live, target: &arguments.target, notes };
                let checks = back.ask(&place.site.release, &mut connection)?;
                Asked { checks, database: Some(asked::shown(&connection.session)), ..Asked::default() }
            }
        }
    };
    if place.site.releases.iter().any(|one| one.path == place.site.release && one.is_bad) {
        asked.checks.push(
            Check::fail(Question::Swap, "the release was refused, or rolled back from, before")
                .about(releases::name(&place.site.release))
                .with_fix("take another release"),
        );
    }
    let go = format!("release {} can run on the schema as it is", releases::name(&place.site.release));
    let verdict = Verdict::of(&mut asked, &arguments.decision.overrides, go, notes);
    if may_record {
        place.ledger.append(&verdict.record(Event::Rollback, &asked, &place, &arguments.decision))?;
    }
    verdict.print(&asked, &place, arguments.decision.format, notes)?;
    Ok(verdict.decision)
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum RollbackError {
    #[error("nothing is live, so there is nothing to go back from")]
    #[diagnostic(code(phasewise::gate::nothing_live), help("`--current` is the link to the live release"))]
    NothingLive,
    #[error("whether older code can run on the live schema stands only in the database")]
    #[diagnostic(code(phasewise::gate::no_db), help("leave `--no-db` out"))]
    NoDatabase,
}

/// What older releases are held against.
pub(super) struct Back<'a> {
    pub(super) place: &'a Place,
    /// The live release, whose files say what the migrations are.
    pub(super) live: &'a Path,
    pub(super) target: &'a TargetArguments,
    pub(super) notes: Notes,
}

impl Back<'_> {
    /// Whether the code in `to` can run on the schema as it is.
    pub(super) fn ask(&self, to: &Path, connection: &mut Connection) -> Result<Vec<Check>, Failure> {
        let target = asked::target(self.target, Some(&connection.session));
        let root = Root::find(&[self.live.to_owned()])?;
        let tree = Tree::new(&root.directory);
        let workspace = Workspace::open(&root, &tree, &target, Notes::Quiet)?;
        let backlog = match asked::backlog(connection, &workspace, self.place) {
            Ok(backlog) => backlog,
            Err(check) => return Ok(vec![check]),
        };
        let older_root = Root::find(&[to.to_owned()])?;
        let older_tree = Tree::new(&older_root.directory);
        let older = Workspace::open(&older_root, &older_tree, &target, Notes::Quiet)?;
        let of_older = match asked::backlog(connection, &older, self.place) {
            Ok(backlog) => backlog,
            Err(check) => return Ok(vec![check]),
        };
        let ran: Vec<&MigrationFile> = backlog
            .migrations
            .iter()
            .filter(|(_, standing)| *standing != Standing::Pending)
            .map(|(file, _)| file)
            .collect();
        let is_in_older = |file: &MigrationFile| of_older.migrations.iter().any(|(known, _)| known.name == file.name);
        let ahead = back::ahead(ran.iter().copied(), is_in_older);
        let lost = backlog.without_file.iter().filter(|name| of_older.without_file.contains(name)).cloned().collect();
        let mut checks = vec![known(lost, &ahead)];
        let today = Date::of(SystemTime::now());
        let (states, broken) =
            plans(&tree, &workspace.plans(), &backlog.pending(), (&workspace.target, workspace.laravel_major()), today);
        let has_ran = |path: &str| ran.iter().any(|file| file.path == path);
        checks.extend(
            states
                .iter()
                .map(|state: &PlanState| back::floor(state, placed_in(to, &state.directory).unwrap_or(0), has_ran)),
        );
        checks.extend(broken.into_iter().filter(|check| unread(check, &states)).map(without_floor));
        checks.extend(self.judge(&workspace, to, &ahead)?);
        checks.push(self.lacking(to, &older, connection));
        Ok(checks)
    }

    fn judge(&self, workspace: &Workspace<'_>, to: &Path, ahead: &[MigrationFile]) -> Result<Vec<Check>, Failure> {
        if ahead.is_empty() {
            return Ok(vec![Check::pass(Question::Uses, "no migration ran since")]);
        }
        let batch = Batch::Together(ahead.iter().map(|file| file.key().to_owned()).collect::<BTreeSet<_>>());
        let around = Around::back(to.to_owned(), releases::name(to), self.place.cache(), workspace, self.notes);
        let code = Code::new(|schema| around.read(schema));
        let outcome = workspace.lint_beside(&batch, None, Some(&code))?;
        drop(code);
        match around.failure() {
            Some(failure) => Err(failure),
            None => Ok(back::findings(&outcome)),
        }
    }

    /// What the older release's own migrations made and the live schema has not, as far as its code uses it.
    fn lacking(&self, to: &Path, older: &Workspace<'_>, connection: &mut Connection) -> Check {
        let live = match LiveSchema::read(&mut connection.session) {
            Ok(live) => live,
            Err(error) => return asked::told(Question::Columns, &error),
        };
        let (catalog, _) = older.schema(None);
        let missing = needs::lacking(&catalog, &live);
        let asked = missing.iter().map(|what| {
            let what = what.to_string();
            let uses = code::uses(older, &[to.to_owned()], &what, self.place, self.notes);
            (what, uses)
        });
        needs::check(asked.collect(), needs::Whose::Older)
    }
}

/// Whether the answer is about a plan that could not be read, and so says nothing of how far back one can go.
fn unread(check: &Check, states: &[PlanState]) -> bool {
    check.answer == Answer::No && states.iter().all(|state| check.about.as_ref() != Some(&state.plan.id))
}

fn without_floor(check: Check) -> Check {
    Check::unknown(Question::Phase, format!("how far back the plan lets one go is not known: {}", check.words))
        .about(check.about.unwrap_or_default())
        .with_fix("read in the plan which deploy is its rollback floor, and answer for it: --override G03=REASON")
}

/// Whether it is known what ran since: `lost` ran, and neither release has it.
fn known(lost: Vec<String>, ahead: &[MigrationFile]) -> Check {
    let question = Question::Pending;
    if !lost.is_empty() {
        return Check::unknown(question, "migrations ran whose files neither release has")
            .with_evidence(lost)
            .with_fix(
                "what they changed is not known: look at it by hand, and answer for it with --override G02=REASON",
            );
    }
    let words = match ahead.len() {
        0 => "the older release has every migration that ran".to_owned(),
        1 => "1 migration ran since".to_owned(),
        count => format!("{count} migrations ran since"),
    };
    Check::pass(question, words).with_evidence(ahead.iter().map(|file| file.name.clone()))
}
