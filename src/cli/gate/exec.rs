//! `phasewise gate exec`: lock, ask, run, look, record, unlock.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::{ExecArguments, GateFormat, OnRefuse};
use super::asked::{self, Asked, Connection, Place};
use super::check::{ask, busy, connect};
use super::half::half_applied;
use super::lock;
use super::verdict::{Verdict, go};
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::cli::project::Workspace;
use crate::cli::root::Root;
use crate::database::Session;
use crate::engine::Engine;
use crate::gate::child::{self, End, Running};
use crate::gate::decision::{Decision, GateExit};
use crate::gate::ledger::{CommandRecord, Event};
use crate::gate::log::Standing;
use crate::gate::pending::Backlog;
use crate::gate::releases;
use crate::laravel::vendor_has_migration;
use crate::lint::MigrationFile;
use crate::source::Tree;

/// How often the lock is looked at while the command runs.
const LOOK: Duration = Duration::from_secs(2);

/// What marks a release that this gate refused.
const MARK: &str = "phasewise refused it: ";

pub(super) fn run(arguments: &ExecArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.check.voice);
    let decided = &arguments.check.decision;
    let place = arguments.check.site.place()?;
    if arguments.check.database.no_db {
        return Err(ExecError::NoDatabase.into());
    }
    if !decided.dry_run {
        place.ledger.check_writable()?;
    }
    // From here on no signal ends the gate by itself: each is for the command, or comes too late.
    let mut signals = child::catch_signals().map_err(ExecError::Signals)?;
    let beside = if decided.dry_run { None } else { lock::beside(&place.ledger).map_err(ExecError::Lock)? };
    let mut connected = connect(&arguments.check, &place, notes)?;
    let mut asked = ask(&arguments.check, &place, &mut connected, notes)?;
    if !decided.dry_run && beside.is_none() {
        asked.checks.push(busy());
    }
    let words = go(&asked);
    let mut verdict = Verdict::of(&mut asked, &decided.overrides, words, notes);
    if decided.dry_run {
        verdict.after.push(format!("would run: {}", arguments.command.join(" ")));
        verdict.print(&asked, &place, decided.format, notes)?;
        return Ok(verdict.decision);
    }
    if verdict.decision.exit != GateExit::Go {
        refuse(&mut verdict, &place, arguments.on_refuse);
        place.ledger.append(&verdict.record(Event::Ended, &asked, &place, decided))?;
        verdict.print(&asked, &place, decided.format, notes)?;
        return Ok(verdict.decision);
    }
    if signals.pending().next().is_some() {
        verdict.becomes(GateExit::CannotKnow, "interrupted", "a signal came before the command had begun".to_owned());
        place.ledger.append(&verdict.record(Event::Ended, &asked, &place, decided))?;
        return Ok(verdict.decision);
    }
    unmark(&place);
    verdict.print(&asked, &place, GateFormat::Human, notes)?;
    let Some(Ok(connection)) = &mut connected else { return Ok(verdict.decision) };
    let mut run = Run { arguments, place: &place, asked: &asked, connection, notes };
    run.command(&mut verdict, signals)?;
    match decided.format {
        GateFormat::Human => verdict.print_end(),
        // Whether anybody reads of it changes nothing of what was done.
        GateFormat::Json => match verdict.print(&asked, &place, GateFormat::Json, notes) {
            Ok(()) | Err(Failure::BrokenPipe) => {}
            Err(failure) => return Err(failure),
        },
    }
    drop(beside);
    Ok(verdict.decision)
}

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum ExecError {
    #[error("`gate exec` cannot do without the database: whether its command did what it should stands only there")]
    #[diagnostic(code(phasewise::gate::no_db), help("`gate check --no-db` answers what can be answered without one"))]
    NoDatabase,
    #[error("signals cannot be caught: {0}")]
    #[diagnostic(code(phasewise::gate::signals))]
    Signals(std::io::Error),
    #[error("the lock beside the ledger cannot be taken: {0}")]
    #[diagnostic(
        code(phasewise::gate::lock),
        help("let this user write there, or name another directory with `--audit-dir`")
    )]
    Lock(std::io::Error),
}

/// A gate that is open.
struct Run<'a> {
    arguments: &'a ExecArguments,
    place: &'a Place,
    asked: &'a Asked,
    connection: &'a mut Connection,
    notes: Notes,
}

impl Run<'_> {
    /// Runs the command, looks at what came of it, and records both.
    fn command(&mut self, verdict: &mut Verdict, signals: signal_hook::iterator::Signals) -> Result<(), Failure> {
        let decided = &self.arguments.check.decision;
        let program = self.arguments.command.join(" ");
        let mut command = CommandRecord { program: program.clone(), pid: None, began: None, status: None };
        let mut record = verdict.record(Event::Started, self.asked, self.place, decided);
        record.command = Some(command.clone());
        self.place.ledger.append(&record)?;
        let running = match Running::start(&self.arguments.command, None, &self.variables(), signals) {
            Ok(running) => running,
            Err(error) => {
                verdict.becomes(
                    GateExit::CommandFailed,
                    "not-started",
                    format!("`{program}` cannot be started: {error}"),
                );
                let mut record = verdict.record(Event::Ended, self.asked, self.place, decided);
                record.command = Some(command);
                return Ok(self.place.ledger.append(&record)?);
            }
        };
        command.pid = Some(running.pid());
        command.began = running.began();
        record.command = Some(command.clone());
        self.place.ledger.append(&record)?;
        let (end, lost) = self.wait(running)?;
        verdict.command = Some((end.code(), end.words()));
        self.look(verdict, end, lost);
        command.status = Some(end.words());
        let mut record = verdict.record(Event::Ended, self.asked, self.place, decided);
        record.command = Some(command);
        record.ran = self.ran();
        Ok(self.place.ledger.append(&record)?)
    }

    /// Waits for the command; what became of the lock meanwhile, where it was lost.
    fn wait(&mut self, running: Running) -> Result<(End, Option<String>), Failure> {
        let mut lost = None;
        let mut looked = Instant::now();
        let has_lock = self.connection.session.engine() != Engine::Sqlite;
        let session = &mut self.connection.session;
        let end = running.wait(|| {
            if has_lock && lost.is_none() && looked.elapsed() >= LOOK {
                looked = Instant::now();
                lost = lost_lock(session);
            }
        });
        let end = end.map_err(ExecError::Signals)?;
        if has_lock && lost.is_none() {
            lost = lost_lock(session);
        }
        Ok((end, lost))
    }

    /// What the command is told beside its own variables: not to wait for locks for ever.
    fn variables(&self) -> Vec<(String, String)> {
        let timeout = self.arguments.lock_timeout.0;
        let options = std::env::var("PGOPTIONS").unwrap_or_default();
        let is_said = timeout.is_zero() || options.contains("lock_timeout");
        if self.connection.session.engine() != Engine::Postgresql || is_said {
            return Vec::new();
        }
        let options = format!("{options} -c lock_timeout={}ms", timeout.as_millis());
        vec![("PGOPTIONS".to_owned(), options.trim().to_owned())]
    }

    /// Holds what is there now against what was to come.
    fn look(&mut self, verdict: &mut Verdict, end: End, lost: Option<String>) {
        let again = self.again();
        let still: Vec<MigrationFile> = match &again {
            Ok(again) => open(again),
            Err(words) => {
                verdict.after.push(words.clone());
                Vec::new()
            }
        };
        let names: BTreeSet<&str> = still.iter().map(|file| file.name.as_str()).collect();
        let (left, ran): (Vec<_>, Vec<_>) =
            self.asked.pending.iter().partition(|file| names.contains(file.name.as_str()));
        if again.is_ok() {
            verdict.after.extend(ran.iter().map(|file| format!("ran: {}", file.name)));
        }
        let unwanted: Vec<_> = left.iter().filter(|file| !self.may_stay(file)).collect();
        if !end.is_success() {
            let stuck = left
                .first()
                .map(|file| half_applied(self.connection, file, &self.arguments.check, self.place, self.notes));
            verdict.after.extend(stuck.into_iter().flatten());
            verdict.after.extend(left.iter().skip(1).map(|file| format!("not begun: {}", file.name)));
            verdict.after.push(self.advice(&ran, &left));
            return verdict.becomes(
                GateExit::CommandFailed,
                "command-failed",
                format!("`{}`: {}", self.arguments.command.join(" "), end.words()),
            );
        }
        if let Some(lost) = lost {
            return verdict.becomes(GateExit::Unexpected, "lock-lost", lost);
        }
        let again = match again {
            Ok(again) => again,
            Err(words) => {
                let words = format!("the command ended well, and what it did is not known: {words}");
                return verdict.becomes(GateExit::Unexpected, "not-seen", words);
            }
        };
        if !unwanted.is_empty() {
            let names = unwanted.iter().map(|file| format!("`{}`", file.name)).collect::<Vec<_>>().join(", ");
            return verdict.becomes(
                GateExit::Unexpected,
                "still-pending",
                format!("the command ended well, and did not run {names}"),
            );
        }
        let tree = Tree::new(&self.place.site.release);
        let is_known =
            |name: &String| self.asked.without_file.contains(name) || vendor_has_migration(&tree, name.as_str());
        let more = again.without_file.iter().filter(|name| !is_known(name));
        let more: Vec<String> = more.map(|name| format!("`{name}`")).collect();
        if !more.is_empty() {
            let words = format!("the command also ran what the release has no file of: {}", more.join(", "));
            return verdict.becomes(GateExit::Unexpected, "ran-more", words);
        }
        verdict.decision.words = match ran.len() {
            0 => "nothing was pending".to_owned(),
            1 => "1 migration ran".to_owned(),
            count => format!("{count} migrations ran"),
        };
    }

    /// What the runner's table says now.
    fn again(&mut self) -> Result<Backlog, String> {
        self.with_workspace(|connection, workspace, place| {
            asked::backlog(connection, workspace, place).map_err(|check| check.words)
        })
    }

    /// The SHA-256 of the files of those that ran.
    fn ran(&mut self) -> std::collections::BTreeMap<String, String> {
        let Ok(again) = self.again() else { return std::collections::BTreeMap::new() };
        let still = open(&again);
        let tree = Tree::new(&self.place.site.release);
        let ran = self.asked.pending.iter().filter(|file| !still.contains(file));
        ran.filter_map(|file| Some((file.name.clone(), asked::digest(&tree, file)?))).collect()
    }

    fn with_workspace<T>(
        &mut self,
        ask: impl FnOnce(&mut Connection, &Workspace<'_>, &Place) -> Result<T, String>,
    ) -> Result<T, String> {
        let said = |failure: Failure| match failure {
            Failure::BrokenPipe => "nobody reads the output".to_owned(),
            Failure::Report(report) => report.to_string(),
        };
        // A connection that was lost is made anew: what was done has to be seen.
        if self.connection.session.rows("select 1").is_err() {
            let tree = Tree::new(&self.place.site.release);
            let again = asked::connect(&self.arguments.check.database, &self.place.site.release, &tree, Notes::Quiet);
            match again.map_err(said)? {
                Ok(connection) => *self.connection = connection,
                Err(error) => return Err(error.to_string()),
            }
        }
        let target = asked::target(&self.arguments.check.target, Some(&self.connection.session));
        let root = Root::find(std::slice::from_ref(&self.place.site.release)).map_err(|error| error.to_string())?;
        let tree = Tree::new(&root.directory);
        let workspace = Workspace::open(&root, &tree, &target, Notes::Quiet).map_err(said)?;
        ask(self.connection, &workspace, self.place)
    }

    /// Laravel passes over a migration whose `shouldRun()` says no, and logs nothing of it.
    fn may_stay(&self, file: &MigrationFile) -> bool {
        let text = Tree::new(&self.place.site.release).read(&file.path);
        text.is_ok_and(|text| text.text.contains("function shouldRun"))
    }

    fn advice(&self, ran: &[&MigrationFile], left: &[&MigrationFile]) -> String {
        match (ran.is_empty(), left.is_empty(), &self.place.site.current) {
            (_, true, _) => {
                "all of them are logged as run; do not swap before you know why the command failed".to_owned()
            }
            (true, ..) => "none is logged as run; `current` was not touched".to_owned(),
            (false, _, Some(current)) => format!(
                "the schema is ahead of `current`: phasewise gate rollback --to {} says whether it can go on with it",
                releases::name(current)
            ),
            (false, _, None) => "nothing was live before".to_owned(),
        }
    }
}

/// The migrations that did not run, or not to their end.
fn open(backlog: &Backlog) -> Vec<MigrationFile> {
    let open = backlog.migrations.iter().filter(|(_, at)| matches!(at, Standing::Pending | Standing::HalfWay));
    open.map(|(file, _)| file.clone()).collect()
}

/// What became of the lock, where it was lost.
fn lost_lock(session: &mut Session) -> Option<String> {
    match lock::is_held(session) {
        Ok(true) => None,
        Ok(false) => Some("the database's lock was lost while the command ran".to_owned()),
        Err(error) => Some(format!("the connection that held the lock was lost while the command ran: {error}")),
    }
}

/// Sees to it that no rollback lands on a release that was refused for good.
fn refuse(verdict: &mut Verdict, place: &Place, on_refuse: OnRefuse) {
    let release = &place.site.release;
    let is_for_good = verdict.decision.exit == GateExit::Refused;
    let is_live = place.site.current.as_ref() == Some(release);
    if !is_for_good || is_live || on_refuse == OnRefuse::Keep {
        return;
    }
    let is_removable = place.site.releases.iter().any(|one| one.path == *release) && place.site.current.is_some();
    let done = match on_refuse {
        OnRefuse::Remove if is_removable => fs::remove_dir_all(release).map(|()| "removed"),
        _ => releases::mark_bad(release, &format!("{MARK}{}", verdict.decision.words)).map(|()| "marked as bad"),
    };
    let name = releases::name(release);
    verdict.after.push(match done {
        Ok(done) => format!("release {name} was {done}, so that no rollback lands on it"),
        Err(error) => format!("release {name} could not be marked, and a rollback may land on it: {error}"),
    });
}

/// Takes back the mark of a refusal of ours that does not hold any more.
fn unmark(place: &Place) {
    let mark = place.site.release.join("BAD_RELEASE");
    if fs::read_to_string(&mark).is_ok_and(|text| text.starts_with(MARK)) {
        let _ = fs::remove_file(Path::new(&mark));
    }
}
