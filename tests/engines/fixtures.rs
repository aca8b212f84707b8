//! The applications under `fixtures/apps`: real servers run their migrations.

use std::path::{Path, PathBuf};

use crate::availability::Outcome;
use crate::server::{Engine, Servers};

const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/ledger/migrations");

/// The ledger's files as they are, each sent as golang-migrate sends it.
pub(crate) fn ledger_runs_on_postgres(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let files = ups(Path::new(LEDGER));
    assert!(!files.is_empty(), "the ledger has migrations");
    for file in files {
        let answer = database.run(&std::fs::read_to_string(&file).expect("a fixture is text"));
        assert!(answer.ok, "{}: {}", file.display(), answer.stderr);
    }
    Ok(())
}

/// The files that migrate up, in the order of their names.
fn ups(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the fixture is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".up.sql"));
    files.sort();
    files
}
