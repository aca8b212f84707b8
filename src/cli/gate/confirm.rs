//! `phasewise gate confirm`: a release is live; from now on what its plans wait for counts.

use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::ConfirmArguments;
use super::asked::{self, Asked, Place};
use super::verdict::Verdict;
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::root::Root;
use crate::gate::check::Check;
use crate::gate::decision::Decision;
use crate::gate::ledger::Event;
use crate::gate::processes::Processes;
use crate::gate::question::Question;
use crate::gate::releases::{self, Link};
use crate::source::Tree;

const PAUSE: Duration = Duration::from_millis(500);

pub(super) fn run(arguments: &ConfirmArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.voice);
    let place = arguments.site.place()?;
    let decided = &arguments.decision;
    if !decided.dry_run {
        place.ledger.check_writable()?;
    }
    let mut asked = Asked { checks: vec![swapped(&place)], ..Asked::default() };
    let root = Root::find(std::slice::from_ref(&place.site.release))?;
    let tree = Tree::new(&root.directory);
    let mut target = arguments.target.clone();
    let mut connection = None;
    if !arguments.database.no_db {
        match asked::connect(&arguments.database, &place.site.release, &tree, notes)? {
            Err(error) => asked.checks.push(asked::told(Question::Pending, &error)),
            Ok(connected) => {
                asked.database = Some(asked::shown(&connected.session));
                target = asked::target(&arguments.target, Some(&connected.session));
                connection = Some(connected);
            }
        }
    }
    let workspace = Workspace::open(&root, &tree, &target, notes)?;
    if let Some(connection) = &mut connection {
        asked.checks.push(match asked::backlog(connection, &workspace, &place) {
            Ok(backlog) => all_ran(backlog.pending().into_iter().map(|file| file.name).collect()),
            Err(check) => check,
        });
    }
    asked.placed = asked::placed(&tree, &workspace.plans());
    if let Some(patience) = arguments.wait_workers {
        asked.checks.push(workers(&place, patience.0));
    }
    let go = format!("release {} is live", releases::name(&place.site.release));
    let verdict = Verdict::of(&mut asked, &decided.overrides, go, notes);
    if !decided.dry_run && verdict.decision.exit.code() == 0 {
        place.ledger.append(&verdict.record(Event::Confirmed, &asked, &place, decided))?;
    }
    verdict.print(&asked, &place, decided.format, notes)?;
    Ok(verdict.decision)
}

/// Whether `current` leads to the release. That a swap ended well proves nothing: `mv` without `-T` moves the new link
/// into the old release, and ends well.
fn swapped(place: &Place) -> Check {
    let question = Question::Swap;
    let site = &place.site;
    let name = releases::name(&site.release);
    match (&site.link, &site.current) {
        (Link::Symlink(path), Some(current)) if *current == site.release => {
            Check::pass(question, format!("`{}` leads to it", path.display())).about(name)
        }
        (Link::Symlink(path), Some(current)) => {
            Check::fail(question, format!("`{}` leads to release {}", path.display(), releases::name(current)))
                .about(name)
                .with_fix("swap it: ln -s RELEASE current.tmp && mv -T current.tmp current")
        }
        (Link::NotYet | Link::Missing(_), _) => Check::fail(question, "nothing is live").about(name),
        _ => site.swap(),
    }
}

fn all_ran(pending: Vec<String>) -> Check {
    let question = Question::Pending;
    if pending.is_empty() {
        return Check::pass(question, "every migration of the release ran");
    }
    let words = match pending.len() {
        1 => "1 migration of the live release has not run".to_owned(),
        count => format!("{count} migrations of the live release have not run"),
    };
    Check::fail(question, words).with_evidence(pending).with_fix("run them under the gate: phasewise gate exec")
}

/// Waits for the processes of other releases to end.
fn workers(place: &Place, patience: Duration) -> Check {
    let question = Question::Workers;
    let began = Instant::now();
    loop {
        let own = std::collections::BTreeSet::from([std::process::id()]);
        let seen = Processes::look(Path::new("/proc"), &place.site.directory, &own);
        let old: Vec<String> = seen
            .of_releases
            .iter()
            .filter(|process| process.release != place.site.release && is_worker(&process.command))
            .map(|process| {
                format!("process {} of release {}: {}", process.pid, releases::name(&process.release), process.command)
            })
            .collect();
        if let Some(blind) = seen.blind {
            return Check::unknown(question, blind);
        }
        if old.is_empty() && !seen.hidden.is_empty() {
            let hidden = seen.hidden.iter();
            return Check::unknown(question, "there are processes that this user may not look at")
                .with_evidence(hidden.map(|(pid, command)| format!("process {pid}: {command}")))
                .with_fix("confirm as the user of the workers");
        }
        if old.is_empty() {
            return Check::pass(question, "no worker of another release runs");
        }
        if began.elapsed() >= patience {
            return Check::fail(question, "workers of other releases still run")
                .with_evidence(old)
                .with_fix("php artisan queue:restart (or `php artisan reload`), then confirm again");
        }
        std::thread::sleep(PAUSE);
    }
}

/// A shell that stands in a release is none.
fn is_worker(command: &str) -> bool {
    let shells = ["bash", "-bash", "sh", "-sh", "zsh", "vim", "less", "tail"];
    let program = command.split_whitespace().next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or(program);
    !shells.contains(&program)
}
