//! One gate at a time: a lock of the database's own, and one beside the ledger for gates on this host.

use std::fs::{self, File, OpenOptions};
use std::io;

use rustix::fs::{FlockOperation, flock};

use crate::database::{DatabaseError, Locked, Session};
use crate::gate::check::Check;
use crate::gate::ledger::Ledger;
use crate::gate::question::Question;

/// What the lock is called in the database.
const NAME: &str = "phasewise";

/// Takes the database's lock for as long as the session lasts.
pub(super) fn take(session: &mut Session) -> Option<Check> {
    let question = Question::Alone;
    match session.try_lock(NAME) {
        Ok(Locked::Yes) => pooled(session),
        // The one beside the ledger has to do.
        Ok(Locked::Unsupported) => None,
        Ok(Locked::Held { by }) => {
            let mut check = Check::fail(question, "another gate is open on this database")
                .with_evidence(by)
                .with_fix("try again once it is through");
            check.is_live_conflict = true;
            Some(check)
        }
        Err(error) => Some(super::asked::told(question, &error)),
    }
}

/// Whether the session still has the lock; asked now and then, it also keeps the connection alive.
pub(super) fn is_held(session: &mut Session) -> Result<bool, DatabaseError> {
    session.holds_lock(NAME)
}

fn pooled(session: &mut Session) -> Option<Check> {
    let question = Question::Alone;
    match session.is_pooled() {
        Ok(false) => None,
        Ok(true) => Some(
            Check::unknown(question, "a pooler hands connections from one client to the next, so a lock is none")
                .with_fix("name the server's own address: --database-url"),
        ),
        Err(error) => Some(super::asked::told(question, &error)),
    }
}

/// The lock beside the ledger, until it is dropped; `None` where another gate has it.
pub(super) fn beside(ledger: &Ledger) -> io::Result<Option<File>> {
    let path = ledger.path().with_file_name("lock");
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
