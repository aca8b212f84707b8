//! Every place that `usage` knows in an application, for each column that its migrations make; to be read by hand.
//!
//! ```text
//! cargo run --release --example usage_places -- <application>
//! ```
//!
//! A line each, with tabs between: tier, effect, kind, `table.column`, `file:line`, the code, and why.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool reads the clock and prints its figures"
)]

use std::process::ExitCode;
use std::time::Instant;

use phasewise::catalog::Catalog;
use phasewise::engine::Engine;
use phasewise::laravel::Application;
use phasewise::laravel::evaluate::{Direction, evaluate};
use phasewise::source::Tree;
use phasewise::usage::{Index, Query, Reading, Schema, Tier, facts_of_all, is_entered};

fn main() -> ExitCode {
    let Some(directory) = std::env::args().nth(1) else {
        eprintln!("usage: usage_places <application>");
        return ExitCode::from(2);
    };
    let tree = Tree::new(directory);
    let catalog = catalog(&tree);
    let paths: Vec<String> = tree.files(&is_entered).into_iter().filter(|path| Reading::Laravel.reads(path)).collect();
    let texts: Vec<(String, String)> =
        paths.into_iter().filter_map(|path| tree.read(&path).ok().map(|file| (path, file.text.clone()))).collect();
    let began = Instant::now();
    let facts = facts_of_all(&texts);
    let index = Index::new(texts.into_iter().map(|(path, _)| path).zip(facts), Schema::of(&catalog));
    eprintln!("an index in {:?}", began.elapsed());
    let began = Instant::now();
    let mut questions = 0;
    for table in catalog.tables() {
        for column in &table.columns {
            questions += 1;
            print(&index, &tree, &table.name.name, &column.definition.name);
        }
    }
    eprintln!("{questions} questions in {:?}", began.elapsed());
    ExitCode::SUCCESS
}

fn print(index: &Index, tree: &Tree, table: &str, column: &str) {
    let answer = index.answer(&Query::gone(table, Some(column)));
    for place in answer.places.iter().filter(|place| place.tier <= Tier::Likely) {
        let file = tree.read(&place.file).ok();
        let code = file.as_ref().and_then(|file| file.text.lines().nth(place.line as usize - 1)).unwrap_or_default();
        println!(
            "{:?}\t{:?}\t{:?}\t{table}.{column}\t{}:{}\t{}\t{}",
            place.tier,
            place.effect,
            place.kind,
            place.file,
            place.line,
            code.trim(),
            place.why
        );
    }
}

fn catalog(tree: &Tree) -> Catalog {
    let application = Application::open(tree);
    let settings = application.settings(Engine::Mysql);
    let mut catalog = Catalog::new(Engine::Mysql);
    for path in application.migrations(&[]) {
        if let Some(file) = application.file(&path) {
            let evaluation = evaluate(&file, Direction::Up, &application, &settings, &catalog);
            evaluation.statements.iter().for_each(|statement| catalog.apply_statement(statement));
        }
    }
    catalog
}
