//! The replayed catalog against the server's own, statement by statement.
//!
//! Each file under `fixtures/catalog/<engine>` runs in a database of its own. After every statement the whole catalog that
//! phasewise replayed must equal what the server says of itself. `-- refused` before a statement says that the server
//! refuses it; `-- partly known: <table>` that from there on SQL alone cannot tell all of that table.

mod expression;
mod fact;
mod mariadb;
mod postgres;
mod replayed;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::Trial;
use phasewise::catalog::Catalog;
use phasewise::change::Statement;
use phasewise::source::{SourceMap, Tree};
use phasewise::sql::{self, Script};

use crate::availability::{Outcome, completion};
use crate::client::{Database, Session};
use crate::server::{Engine, Servers};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/catalog");

/// One test for each file of the corpus, and one for each engine's statements whose effects are written down.
pub(crate) fn trials(servers: &Arc<Servers>) -> Vec<Trial> {
    let engines = [(Engine::Postgres, "postgresql"), (Engine::MariaDb, "mariadb")];
    let files = engines.into_iter().flat_map(|(engine, folder)| {
        files(&Path::new(CORPUS).join(folder)).into_iter().map(move |file| (engine, folder, file))
    });
    let trial = |(engine, folder, file): (Engine, &str, PathBuf)| {
        let servers = Arc::clone(servers);
        let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let name = format!("catalog::{folder}::{stem}");
        Trial::ignorable_test(name, move || completion(follows_the_server(&servers, engine, &file)))
    };
    files.map(trial).chain(rows::trials(servers)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the corpus is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.sort();
    files
}

/// What a comment before a statement says of it.
#[derive(Debug, Clone, Default)]
struct Marks {
    is_refused: bool,
    partly_known: Vec<String>,
}

fn follows_the_server(servers: &Servers, engine: Engine, file: &Path) -> Outcome {
    let database = servers.database(engine)?;
    let mut session = prepared(&database, engine);
    let text = std::fs::read_to_string(file).expect("a fixture is text");
    let script = script(&text, engine);
    assert!(script.problems.is_empty(), "{:?}", script.problems);
    let mut catalog = Catalog::new(engine_of(engine));
    let (mut partial, mut differences, mut standing) = (Vec::new(), Vec::new(), Vec::new());
    for (statement, marks) in script.statements.iter().zip(marks(&script)) {
        let answer = session.execute(&statement.sql);
        let line = 1 + text[..statement.span.start as usize].matches('\n').count();
        let told = |what: &str| format!("{line}: {}\n    {what}", statement.sql);
        match (answer, marks.is_refused) {
            (Ok(_), false) => catalog.apply_statement(statement),
            (Err(_), true) => {}
            (Ok(_), true) => differences.push(told("the server does not refuse it")),
            (Err(error), false) => differences.push(told(&format!("refused: {error}"))),
        }
        partial.extend(marks.partly_known);
        let found = compare(&mut session, engine, &catalog, &partial);
        // What differs once differs after the statements that follow as well.
        let new = found.iter().filter(|difference| !standing.contains(*difference));
        differences.extend(new.map(|difference| told(difference)));
        standing = found;
    }
    differences.extend(printed_otherwise(&catalog, engine));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

fn prepared(database: &Database, engine: Engine) -> Session {
    let mut session = database.session();
    let preparation = match engine {
        Engine::Postgres => "set client_min_messages = error",
        Engine::MariaDb | Engine::MySql => "alter database character set utf8mb4 collate utf8mb4_general_ci",
    };
    session.execute(preparation).expect("a session may be prepared");
    session
}

/// Where the catalog differs from what is read back of `phasewise schema`.
fn printed_otherwise(catalog: &Catalog, engine: Engine) -> Vec<String> {
    let mut printed = Vec::new();
    phasewise::report::tables::write(&mut printed, catalog).expect("memory can be written to");
    let printed = String::from_utf8(printed).expect("it is text");
    let mut read = Catalog::new(engine_of(engine));
    script(&printed, engine).statements.iter().for_each(|statement| read.apply_statement(statement));
    let differences = replayed::facts(catalog, engine).differences(&replayed::facts(&read, engine), &[]);
    let operators_are_lost =
        |difference: &String| difference.contains("server has gist") && difference.contains("constraint");
    let differences = differences.into_iter().filter(|difference| !operators_are_lost(difference));
    differences
        .map(|difference| difference.replace("the server", "the catalog").replace("phasewise", "printed"))
        .collect()
}

/// What the server says of its tables, a line for each part, but for the order of columns.
pub(crate) fn lines_on_server(database: &Database) -> Vec<String> {
    facts_on_server(&mut database.session(), database.engine()).expect("the server can be asked").lines()
}

fn facts_on_server(session: &mut Session, engine: Engine) -> Result<fact::Facts, String> {
    let (query, read): (_, fn(&str) -> fact::Facts) = match engine {
        Engine::Postgres => (postgres::QUERY, postgres::facts),
        Engine::MariaDb | Engine::MySql => (mariadb::QUERY, mariadb::facts),
    };
    session.execute(query).map(|answer| read(&answer))
}

fn compare(session: &mut Session, engine: Engine, catalog: &Catalog, partial: &[String]) -> Vec<String> {
    let on_server = match facts_on_server(session, engine) {
        Ok(facts) => facts,
        // A transaction that failed is all that the session can be asked about.
        Err(error) => return vec![format!("the server cannot be asked: {error}")],
    };
    let mut differences = on_server.differences(&replayed::facts(catalog, engine), partial);
    let unknown = catalog.tables().filter(|table| table.is_partial).map(|table| replayed::name_of(&table.name));
    let unmarked = unknown.filter(|table| !partial.contains(table));
    differences
        .extend(unmarked.map(|table| format!("{table}: phasewise knows it partly, and no mark says why it must")));
    differences
}

fn script(text: &str, engine: Engine) -> Script {
    let tree = Tree::new(".");
    let file = tree.put("corpus.sql", text.to_owned());
    sql::read(text, &SourceMap::verbatim(file.id, 0, text.len() as u32), engine_of(engine))
}

/// The marks of each statement: those in the comments between it and the one before.
fn marks(script: &Script) -> Vec<Marks> {
    let mut end = 0;
    let mut of = |statement: &Statement| {
        let between = end..statement.span.start;
        end = statement.span.end;
        let comments = script.comments.iter().filter(|comment| between.contains(&comment.span.start));
        comments.fold(Marks::default(), |mut marks, comment| {
            let text = comment.text.trim_start_matches('-').trim();
            marks.is_refused |= text.starts_with("refused");
            if let Some(table) = text.strip_prefix("partly known: ") {
                marks.partly_known.extend(table.split([' ', ',']).next().map(str::to_owned));
            }
            marks
        })
    };
    script.statements.iter().map(&mut of).collect()
}

pub(crate) fn engine_of(engine: Engine) -> phasewise::engine::Engine {
    match engine {
        Engine::Postgres => phasewise::engine::Engine::Postgresql,
        Engine::MariaDb => phasewise::engine::Engine::Mariadb,
        Engine::MySql => phasewise::engine::Engine::Mysql,
    }
}
