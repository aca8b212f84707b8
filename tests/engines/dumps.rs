//! Dumps by the real tools: what a server's own tool writes of a database loads into the catalog that its history replays.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use phasewise::catalog::{Catalog, Table};
use phasewise::change::{Column, Default, IndexPart, ReferentialAction};
use phasewise::lint::{Role, StartingSchema};
use phasewise::source::{SourceMap, Tree};
use phasewise::sql::{self, dump::LogTable};

use crate::availability::{Outcome, Unavailable, program};
use crate::binary;
use crate::client::Database;
use crate::server::{Engine, Servers};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/shop");
const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/ledger/migrations");
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dumps");

pub(crate) fn the_shop_loads_from_mariadb_dump(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    let migrations = binary::sql(Path::new(SHOP), &["--engine", "mariadb:10.11"]);
    let statements = migrations.iter().flat_map(|given| &given.statements);
    let statements: Vec<String> = statements.map(binary::Statement::with_bindings).collect();
    let mut session = database.session();
    for statement in &statements {
        session.execute(statement).unwrap_or_else(|error| panic!("{statement}\n{error}"));
    }
    compare(servers, &database, &statements)
}

pub(crate) fn the_ledger_loads_from_pg_dump(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    let mut files: Vec<_> = std::fs::read_dir(LEDGER).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".up.sql"));
    files.sort();
    let scripts: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    check(servers, &database, &scripts)
}

/// Every form that a dump writes otherwise than a migration does.
pub(crate) fn the_forms_of_mariadb_load_from_mariadb_dump(servers: &Servers) -> Outcome {
    let script = std::fs::read_to_string(Path::new(CORPUS).join("mariadb.sql")).unwrap();
    check(servers, &servers.database(Engine::MariaDb)?, &[script])
}

pub(crate) fn the_forms_of_postgresql_load_from_pg_dump(servers: &Servers) -> Outcome {
    let script = std::fs::read_to_string(Path::new(CORPUS).join("postgresql.sql")).unwrap();
    check(servers, &servers.database(Engine::Postgres)?, &[script])
}

/// Runs the scripts on the server, and compares.
fn check(servers: &Servers, database: &Database, scripts: &[String]) -> Outcome {
    let mut errors = Vec::new();
    for script in scripts {
        let answer = database.run(script);
        if !answer.ok {
            errors.push(format!("{script}\n  {}", answer.stderr));
        }
    }
    assert!(errors.is_empty(), "the server refuses {}:\n{}", errors.len(), errors.join("\n"));
    compare(servers, database, scripts)
}

/// Compares the server's dump with the replay of the scripts that it ran; then a dump of the dump with the dump.
fn compare(servers: &Servers, database: &Database, scripts: &[String]) -> Outcome {
    let mut replayed = Catalog::new(engine(database));
    replay(&mut replayed, scripts);
    let first = dump(database)?;
    let differences = differences(&first, &replayed);
    assert!(differences.is_empty(), "dumped and replayed differ in {}:\n{}", differences.len(), differences.join("\n"));

    let copy = servers.database(database.engine())?;
    let answer = copy.run_file(&first);
    assert!(answer.ok, "the server refuses its own dump: {}", answer.stderr);
    let (one, two) = (load(&first, database.engine()), load(&dump(&copy)?, database.engine()));
    assert!(one == two, "a dump of a dump is another:\n{one:#?}\n{two:#?}");
    Ok(())
}

/// Where what the server's own tool dumps of a database differs from `replayed`, for people.
///
/// Of a table that the replay knows in part, all that it knows must be in the dump.
pub(crate) fn differences(dump: &[u8], replayed: &Catalog) -> Vec<String> {
    let engine = if replayed.engine().is_mysql_family() { Engine::MariaDb } else { Engine::Postgres };
    let dumped = load(dump, engine);
    let names = dumped.tables().chain(replayed.tables()).map(|table| &table.name);
    let names: BTreeSet<_> = names.collect();
    let mut all = Vec::new();
    for name in names {
        let (there, here) = (dumped.table(name), replayed.table(name));
        let is_partial = here.is_some_and(|table| table.is_partial);
        // What a statement leaves to the server's defaults, only the dump knows.
        let there = there.map(|there| here.map_or(there.clone(), |here| without_defaults(there.clone(), here)));
        let there = there.as_ref();
        let lines = |table: Option<&Table>| table.map_or(BTreeSet::new(), |table| lines_of(table, is_partial, engine));
        let (there, here) = (lines(there), lines(here));
        all.extend(there.difference(&here).filter(|_| !is_partial).map(|line| format!("{name}: {line}   (dumped)")));
        all.extend(here.difference(&there).map(|line| format!("{name}: {line}   (replayed)")));
    }
    all.sort();
    all
}

/// What the server's own tool writes of the database, rows and all. MariaDB's writes blobs as they are, so it is bytes.
pub(crate) fn dump(database: &Database) -> Result<Vec<u8>, Unavailable> {
    let (tool, arguments) = database.dump_command();
    let output = Command::new(program(tool)?).args(arguments).output().expect("the program was found");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// The tables that phasewise reads in a dump; nothing of it may be unknown.
#[track_caller]
fn load(dump: &[u8], engine: Engine) -> Catalog {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("dump.sql"), dump).unwrap();
    let tree = Tree::new(directory.path());
    let engine = match engine {
        Engine::Postgres => phasewise::engine::Engine::Postgresql,
        Engine::MariaDb => phasewise::engine::Engine::Mariadb,
        Engine::MySql => phasewise::engine::Engine::Mysql,
    };
    let path = Path::new("dump.sql");
    let loaded = StartingSchema::load(&tree, path, "dump.sql", Role::Given, engine, LogTable::of_runners()).unwrap();
    let unknown = loaded.unknown().iter().map(|unknown| {
        let file = tree.file(unknown.span.file);
        let line = file.position(unknown.span.start).line;
        format!("{line}: {} in {}", unknown.reason, file.slice(unknown.span.start, unknown.span.end))
    });
    let unknown: Vec<String> = unknown.collect();
    assert!(unknown.is_empty(), "not understood:\n{}", unknown.join("\n"));
    loaded.catalog()
}

fn engine(database: &Database) -> phasewise::engine::Engine {
    match database.engine() {
        Engine::Postgres => phasewise::engine::Engine::Postgresql,
        Engine::MariaDb => phasewise::engine::Engine::Mariadb,
        Engine::MySql => phasewise::engine::Engine::Mysql,
    }
}

fn replay(catalog: &mut Catalog, scripts: &[String]) {
    let tree = Tree::new(".");
    for text in scripts {
        let file = tree.put("statement.sql", text.clone());
        let map = SourceMap::verbatim(file.id, 0, text.len() as u32);
        sql::read(text, &map, catalog.engine())
            .statements
            .iter()
            .for_each(|statement| catalog.apply_statement(statement));
    }
}

/// A table, a line for each thing that it has.
fn lines_of(table: &Table, is_partial: bool, engine: Engine) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (at, column) in table.columns.iter().enumerate() {
        // Where a column stands among others is known only where the others are.
        let at = if is_partial { 0 } else { at };
        lines.insert(format!("column {at} {}", column_line(&column.definition)));
    }
    if !(is_partial && table.primary_key.is_empty()) {
        lines.insert(format!("primary key {}", table.primary_key.join(", ")));
    }
    for index in table.indexes.iter().filter(|index| engine == Engine::Postgres || !is_for_key(index, table)) {
        let definition = &index.definition;
        let parts: Vec<String> = definition.parts.iter().map(part).collect();
        lines.insert(format!(
            "index {} {:?} unique {} constraint {} ({}) include {:?} where {:?}",
            index.name,
            definition.kind,
            definition.is_unique,
            // On MariaDB a unique index and a unique constraint are one.
            index.is_constraint || engine == Engine::MariaDb && definition.is_unique,
            parts.join(", "),
            definition.included,
            definition.condition.as_deref().map(words)
        ));
    }
    for key in &table.foreign_keys {
        let definition = &key.definition;
        lines.insert(format!(
            "foreign key {} ({}) to {} ({}) {:?} {:?} valid {}",
            key.name,
            definition.columns.join(", "),
            definition.to_table,
            definition.to_columns.join(", "),
            action(definition.on_delete, engine),
            action(definition.on_update, engine),
            key.is_valid
        ));
    }
    for check in &table.checks {
        lines.insert(format!("check {} {:?} valid {}", check.name, words(&check.condition), check.is_valid));
    }
    lines.insert(format!("options {:?}", table.options));
    lines
}

/// Whether InnoDB may have made the index for a foreign key: it drops such a one by itself, too.
fn is_for_key(index: &phasewise::catalog::Index, table: &Table) -> bool {
    let columns: Vec<&str> = index.definition.columns().collect();
    !index.definition.is_unique && table.foreign_keys.iter().any(|key| key.definition.columns == columns)
}

/// What happens where nothing is said is NO ACTION, which on MariaDB is RESTRICT.
fn action(action: Option<ReferentialAction>, engine: Engine) -> Option<ReferentialAction> {
    action.filter(|action| match action {
        ReferentialAction::NoAction => false,
        ReferentialAction::Restrict => engine == Engine::Postgres,
        _ => true,
    })
}

/// `dumped` without the character sets and the options that `replayed` does not name.
fn without_defaults(mut dumped: Table, replayed: &Table) -> Table {
    fn forget<T>(there: &mut Option<T>, here: Option<&T>) {
        if here.is_none() {
            *there = None;
        }
    }
    for column in &mut dumped.columns {
        let is_it = |known: &&phasewise::catalog::Column| known.definition.name == column.definition.name;
        if let Some(known) = replayed.columns.iter().find(is_it) {
            forget(&mut column.definition.charset, known.definition.charset.as_ref());
            forget(&mut column.definition.collation, known.definition.collation.as_ref());
        }
    }
    let (there, here) = (&mut dumped.options, &replayed.options);
    forget(&mut there.engine, here.engine.as_ref());
    forget(&mut there.charset, here.charset.as_ref());
    forget(&mut there.collation, here.collation.as_ref());
    forget(&mut there.row_format, here.row_format.as_ref());
    dumped
}

fn column_line(column: &Column) -> String {
    let mut line = format!("{} {}", column.name, column.column_type);
    write!(line, " {}", if column.is_nullable { "null" } else { "not null" }).unwrap();
    match &column.default {
        Default::None | Default::Null => {}
        Default::Literal(text) => write!(line, " default literal {:?}", words(text)).unwrap(),
        Default::CurrentTimestamp(text) => write!(line, " default current {:?}", words(text)).unwrap(),
        Default::Expression(text) => write!(line, " default expression {:?}", words(text)).unwrap(),
    }
    if let Some(generated) = &column.generated {
        write!(line, " generated {:?} stored {}", words(&generated.expression), generated.is_stored).unwrap();
    }
    write!(line, " {:?} {:?} {:?} {:?}", column.identity, column.charset, column.collation, column.comment).unwrap();
    line + if column.updates_itself { " updates itself" } else { "" }
}

fn part(part: &IndexPart) -> String {
    match part {
        IndexPart::Column { name, length: None } => name.clone(),
        IndexPart::Column { name, length: Some(length) } => format!("{name}({length})"),
        IndexPart::Expression(text) => format!("({:?})", words(text)),
    }
}

/// The names, numbers and texts of an expression, sorted. A server writes an expression anew: with casts, brackets and
/// other operators for the same.
fn words(expression: &str) -> Vec<String> {
    let without_casts = without_casts(expression).replace(" 00:00:00+00", "").replace("public.", "");
    let spelled = ["any", "array", "in", "and", "or", "current_timestamp", "now"];
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '\'' | '-' | ':');
    let words = without_casts.split(|letter| !is_part(letter)).map(str::to_ascii_lowercase);
    let words = words.filter(|word| !word.is_empty() && !spelled.contains(&word.as_str()));
    let mut words: Vec<String> = words.map(|word| plain(&word)).collect();
    words.sort();
    words
}

/// A number without needless digits, and MariaDB's own name of a function.
fn plain(word: &str) -> String {
    match word {
        "upper" => "ucase".to_owned(),
        "lower" => "lcase".to_owned(),
        _ => match word.strip_prefix("b'") {
            Some(bits) => format!("b'{}", bits.trim_start_matches('0')),
            None => word.trim_matches('\'').parse::<f64>().map_or(word.to_owned(), |number| number.to_string()),
        },
    }
}

/// The expression without `::type`.
fn without_casts(expression: &str) -> String {
    let mut out = String::new();
    let mut rest = expression;
    while let Some((before, after)) = rest.split_once("::") {
        out.push_str(before);
        let types =
            ["timestamp with time zone", "timestamp without time zone", "character varying", "double precision"];
        let length = types.iter().find(|name| after.starts_with(**name)).map_or_else(
            || {
                after
                    .find(|letter: char| !(letter.is_alphanumeric() || "_.[]\"".contains(letter)))
                    .unwrap_or(after.len())
            },
            |name| name.len(),
        );
        rest = &after[length..];
    }
    out + rest
}
