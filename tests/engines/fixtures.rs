//! The applications under `fixtures/apps`: real servers run what phasewise reads in their migrations.

use std::path::{Path, PathBuf};

use crate::availability::Outcome;
use crate::binary;
use crate::schema;
use crate::server::{Engine, Servers};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/shop");
const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/ledger/migrations");

/// The statements that phasewise gives for the shop's migrations, one after the other. What PHP does with data may be
/// missing among them: the tables are empty.
pub(crate) fn shop_runs_on_mariadb(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let mut session = database.session();
    let migrations = binary::sql(Path::new(SHOP), &["--engine", "mariadb:10.11"]);
    let mut errors = Vec::new();
    for given in &migrations {
        for statement in &given.statements {
            if let Err(error) = session.execute(&statement.with_bindings()) {
                errors.push(format!("{}:\n  {}\n  {error}", given.name, statement.sql));
            }
        }
    }
    assert!(errors.is_empty(), "MariaDB refuses {} statements:\n{}", errors.len(), errors.join("\n"));
    let statements = migrations.iter().flat_map(|given| &given.statements).map(|statement| statement.sql.as_str());
    let differences = schema::differences(&database, statements);
    assert!(differences.is_empty(), "after the shop's migrations:\n{}", differences.join("\n"));
    Ok(())
}

/// The ledger's files as they are, each sent as golang-migrate sends it.
pub(crate) fn ledger_runs_on_postgres(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let files = ups(Path::new(LEDGER));
    let scripts: Vec<_> = files.iter().map(|file| std::fs::read_to_string(file).expect("a fixture is text")).collect();
    for (file, script) in files.iter().zip(&scripts) {
        let answer = database.run(script);
        assert!(answer.ok, "{}: {}", file.display(), answer.stderr);
    }
    let differences = schema::differences(&database, scripts.iter().map(String::as_str));
    assert!(differences.is_empty(), "after the ledger's migrations:\n{}", differences.join("\n"));
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
