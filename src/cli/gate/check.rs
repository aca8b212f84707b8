//! `phasewise gate check`

use super::arguments::CheckArguments;
use super::asked::{self, Asked, Connected, Place};
use super::lock;
use super::verdict::{Verdict, go};
use crate::cli::exit::Failure;
use crate::cli::notes::Notes;
use crate::gate::check::Check;
use crate::gate::decision::Decision;
use crate::gate::ledger::Event;
use crate::gate::question::Question;
use crate::source::Tree;

pub(super) fn run(arguments: &CheckArguments) -> Result<Decision, Failure> {
    let notes = Notes::new(&arguments.voice);
    let place = arguments.site.place()?;
    let may_record = !arguments.decision.dry_run && !arguments.database.no_db;
    if may_record {
        place.ledger.check_writable()?;
    }
    let mut connected = connect(arguments, &place, notes)?;
    let mut asked = ask(arguments, &place, &mut connected, notes)?;
    if !arguments.decision.dry_run {
        asked.checks.extend(held_beside(&place));
    }
    let words = go(&asked);
    let verdict = Verdict::of(&mut asked, &arguments.decision.overrides, words, notes);
    if may_record {
        place.ledger.append(&verdict.record(Event::Check, &asked, &place, &arguments.decision))?;
    }
    verdict.print(&asked, &place, arguments.decision.format, notes)?;
    Ok(verdict.decision)
}

/// Connects to the database, unless none is to be asked.
pub(super) fn connect(arguments: &CheckArguments, place: &Place, notes: Notes) -> Result<Option<Connected>, Failure> {
    if arguments.database.no_db {
        notes.remark("no database is asked: what is pending is taken to be what the live release has not, and whether holds are met is not known");
        return Ok(None);
    }
    let release = &place.site.release;
    asked::connect(&arguments.database, release, &Tree::new(release), notes).map(Some)
}

/// Asks all questions.
pub(super) fn ask(
    arguments: &CheckArguments,
    place: &Place,
    connected: &mut Option<Connected>,
    notes: Notes,
) -> Result<Asked, Failure> {
    match connected {
        Some(Err(error)) => Ok(asked::unreachable(place, error)),
        Some(Ok(connection)) => asked::ask(arguments, place, Some(connection), notes),
        None => asked::ask(arguments, place, None, notes),
    }
}

/// Whether another gate is open on this host.
fn held_beside(place: &Place) -> Option<Check> {
    match lock::beside(&place.ledger) {
        Ok(Some(_)) => None,
        Ok(None) => Some(busy()),
        Err(error) => Some(Check::unknown(Question::Alone, format!("the lock beside the ledger: {error}"))),
    }
}

pub(super) fn busy() -> Check {
    let mut check =
        Check::fail(Question::Alone, "another gate is open on this host").with_fix("try again once it is through");
    check.is_live_conflict = true;
    check
}
