//! Whole migrations, as data: what each sends, under which conditions, and what is not known of it.

#![expect(clippy::disallowed_methods, reason = "these tests read fixtures")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::{Direction, Evaluation, evaluate};
use crate::catalog::Catalog;
use crate::change::{SchemaChange, Statement};
use crate::engine::Engine;
use crate::laravel::{Application, Settings};
use crate::source::{SourceMap, Span, Tree};
use crate::sql;

/// What stands before each migration.
const TABLES: &str = "create table users (id bigint not null, name varchar(255), email varchar(255));
    create table orders (id bigint not null, user_id bigint, status varchar(20), total int, note text);";

/// What the first line of a case may set: `<?php // engine: postgresql, laravel: 11, tables: unknown`.
struct Options {
    settings: Settings,
    direction: Direction,
    has_unknown_tables: bool,
}

impl Options {
    fn read(text: &str, application: &Application) -> Self {
        let line = text.lines().next().and_then(|line| line.split_once("//")).map_or("", |(_, options)| options);
        let option = |name: &str| {
            let mut options = line.split(',').filter_map(|option| option.split_once(':'));
            options.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
        };
        let engine = option("engine").map_or(Engine::Mysql, |name| Engine::from_name(&name).unwrap());
        let mut settings = application.settings(engine);
        settings.major = option("laravel").map_or(12, |major| major.parse().unwrap());
        settings.prefix = option("prefix").unwrap_or(settings.prefix);
        let direction = if option("direction").is_some() { Direction::Down } else { Direction::Up };
        Self { settings, direction, has_unknown_tables: option("tables").is_some() }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/laravel")
}

fn run(tree: &Tree, path: &str, text: &str) -> Evaluation {
    let application = Application::open(tree);
    tree.put(path, text.to_owned());
    let options = Options::read(text, &application);
    let mut catalog = Catalog::new(options.settings.engine);
    if options.has_unknown_tables {
        catalog.forget_absences();
    } else {
        let nowhere = Span::new(tree.put("tables.sql", String::new()).id, 0, 0);
        let tables = TABLES.replace("table ", &format!("table {}", options.settings.prefix));
        for statement in sql::read(&tables, &SourceMap::new(nowhere), options.settings.engine).statements {
            statement.changes.iter().for_each(|change| catalog.apply(&change.what));
        }
    }
    let file = application.file(path).unwrap();
    evaluate(&file, options.direction, &application, &options.settings, &catalog)
}

fn check(path: &str, text: &str) -> String {
    let tree = Tree::new(root().join("application"));
    let evaluation = run(&tree, path, text);
    let mut out = String::new();
    let place = |span: Span| {
        let file = tree.file(span.file);
        let line = file.position(span.start).line;
        if file.path == path { line.to_string() } else { format!("{}:{line}", file.path) }
    };
    for statement in &evaluation.statements {
        write_statement(&mut out, statement, &place, &tree);
    }
    for swallowed in &evaluation.swallowed {
        writeln!(out, "{}: ignored `{}`", place(swallowed.span), swallowed.method).unwrap();
    }
    for problem in &evaluation.problems {
        writeln!(out, "{}: PROBLEM {}", place(problem.span), problem.reason).unwrap();
    }
    if !evaluation.within_transaction {
        writeln!(out, "outside of a transaction").unwrap();
    }
    if !evaluation.should_run.is_yes() {
        writeln!(out, "should run: {:?}", evaluation.should_run).unwrap();
    }
    if let Some(connection) = &evaluation.connection {
        writeln!(out, "connection {connection}").unwrap();
    }
    out
}

fn write_statement(out: &mut String, statement: &Statement, place: &dyn Fn(Span) -> String, tree: &Tree) {
    let sql = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
    writeln!(out, "{}: {}", place(statement.span), if sql.is_empty() { "(SQL not known)" } else { &sql }).unwrap();
    if !statement.bindings.is_empty() {
        writeln!(out, "    bindings {}", statement.bindings.join(", ")).unwrap();
    }
    if let Some(guard) = &statement.guard {
        writeln!(out, "    if {guard}").unwrap();
    }
    for change in &statement.changes {
        let text = tree.file(change.span.file).slice(change.span.start, change.span.end).to_owned();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(out, "    {} <- {}", change.what.description(), text.chars().take(70).collect::<String>()).unwrap();
        match &change.what {
            SchemaChange::DataRows(rows) => {
                let says = |is_so: Option<bool>, what: &'static str| is_so.filter(|is_so| *is_so).map(|_| what);
                let says = [
                    says(rows.has_condition, "with a condition"),
                    says(rows.is_bounded, "bounded"),
                    says(Some(rows.is_chunked), "in pieces"),
                ];
                let says: Vec<_> = says.into_iter().flatten().collect();
                writeln!(out, "        [{}] {}", rows.columns.join(", "), says.join(", ")).unwrap();
            }
            SchemaChange::Opaque(opaque) => writeln!(out, "        {:?}: {}", opaque.touches, opaque.reason).unwrap(),
            _ => {}
        }
    }
}

/// Every `.php` below the directory, sorted.
fn cases(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(cases(&path));
        } else if path.extension().is_some_and(|extension| extension == "php") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Every `fixtures/laravel/evaluate/<area>/<case>.php` does what the `.txt` beside it says; `PHASEWISE_ACCEPT=1` rewrites
/// those.
#[test]
fn migrations_are_evaluated_as_recorded() {
    let cases = cases(&root().join("evaluate"));
    assert!(cases.len() > 40, "the cases are missing");
    let mut failures = Vec::new();
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let name = case.file_name().unwrap().to_str().unwrap();
        let actual = check(&format!("database/migrations/{name}"), &text);
        let beside = case.with_extension("txt");
        if std::env::var("PHASEWISE_ACCEPT").is_ok() {
            fs::write(&beside, &actual).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if actual != expected {
            failures.push(format!("{}\n--- expected\n{expected}--- actual\n{actual}", case.display()));
        }
    }
    assert!(failures.is_empty(), "{} differ\n{}", failures.len(), failures.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is done to a migration's text, it is evaluated to an end.
    #[test]
    fn mutated_migrations_never_panic(seed in any::<usize>(), at in 0..100usize, length in 0..40usize, with in "[ -~\n]{0,12}") {
        let cases = cases(&root().join("evaluate"));
        let case = &cases[seed % cases.len()];
        let mut text = fs::read_to_string(case).unwrap();
        let start = text.floor_char_boundary(text.len() * at / 100);
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, &with);
        if text.lines().next().is_some_and(|line| !line.contains("//")) {
            let tree = Tree::new(root().join("application"));
            run(&tree, "database/migrations/mutated.php", &text);
        }
    }
}
