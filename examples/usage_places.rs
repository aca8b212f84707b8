//! The places that `usage` knows in applications, for each column that their migrations make; to be read by hand.
//!
//! ```text
//! cargo run --release --example usage_places -- <application>… [--draw <n> --seed <s>]
//! ```
//!
//! A line each, with tabs between: tier, effect, kind, `table.column`, `file:line`, the code, and why. With `--draw`, so many
//! of the certain and of the likely places of each application, of code that runs and where something would happen; the
//! same for the same seed.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool reads the clock and prints its figures"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use phasewise::catalog::Catalog;
use phasewise::engine::Engine;
use phasewise::laravel::Application;
use phasewise::laravel::evaluate::{Direction, evaluate};
use phasewise::source::Tree;
use phasewise::usage::{Index, Place, Query, Reading, Schema, Tier, facts_of_all, is_entered};
use sha1::{Digest, Sha1};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str| -> Option<usize> {
        arguments.get(arguments.iter().position(|argument| argument == name)? + 1)?.parse().ok()
    };
    let (draw, seed) = (number("--draw"), number("--seed").unwrap_or(1));
    let applications: Vec<&String> = arguments.iter().take_while(|argument| !argument.starts_with("--")).collect();
    if applications.is_empty() {
        eprintln!("usage: usage_places <application>… [--draw <n> --seed <s>]");
        return ExitCode::from(2);
    }
    if draw.is_some() {
        println!("seed {seed}");
    }
    for application in applications {
        let lines = lines(application, draw.is_some());
        match draw {
            None => lines.iter().for_each(|(_, line)| println!("{line}")),
            Some(count) => drawn(&lines, count, seed).iter().for_each(|line| println!("{application}\t{line}")),
        }
    }
    ExitCode::SUCCESS
}

/// The lines of the places of an application; `is_running` for those of code that runs and where something would happen.
fn lines(application: &str, is_running: bool) -> Vec<(Tier, String)> {
    let tree = Tree::new(application);
    let catalog = catalog(&tree);
    let paths: Vec<String> = tree.files(&is_entered).into_iter().filter(|path| Reading::Laravel.reads(path)).collect();
    let texts: Vec<(String, String)> =
        paths.into_iter().filter_map(|path| tree.read(&path).ok().map(|file| (path, file.text.clone()))).collect();
    let began = Instant::now();
    let facts = facts_of_all(&texts);
    let index = Index::new(texts.into_iter().map(|(path, _)| path).zip(facts), Schema::of(&catalog));
    eprintln!("{application}: an index in {:?}", began.elapsed());
    let began = Instant::now();
    let columns = catalog.tables().flat_map(|table| {
        table.columns.iter().map(|column| (table.name.name.as_str(), column.definition.name.as_str()))
    });
    let (mut questions, mut lines) = (0, Vec::new());
    for (table, column) in columns {
        questions += 1;
        let answer = index.answer(&Query::gone(table, Some(column)));
        let is_wanted = |place: &&Place| if is_running { place.counts() } else { place.tier <= Tier::Likely };
        let places = answer.places.iter().filter(is_wanted);
        lines.extend(places.map(|place| (place.tier, line(place, &tree, table, column))));
    }
    eprintln!("{application}: {questions} questions in {:?}", began.elapsed());
    lines
}

fn line(place: &Place, tree: &Tree, table: &str, column: &str) -> String {
    let file = tree.read(&place.file).ok();
    let code = file.as_ref().and_then(|file| file.text.lines().nth(place.line as usize - 1)).unwrap_or_default().trim();
    let Place { tier, effect, kind, file, line, why, .. } = place;
    format!("{tier:?}\t{effect:?}\t{kind:?}\t{table}.{column}\t{file}:{line}\t{code}\t{why}")
}

/// `count` certain and `count` likely ones: those whose hashes with the seed come first.
fn drawn(lines: &[(Tier, String)], count: usize, seed: usize) -> Vec<String> {
    let rank = |line: &str| Sha1::digest(format!("{seed} {line}")).to_vec();
    let mut drawn = Vec::new();
    for wanted in [Tier::Certain, Tier::Likely] {
        let of_tier = lines.iter().filter(|(tier, _)| *tier == wanted).map(|(_, line)| (rank(line), line));
        let ranked: BTreeMap<_, _> = of_tier.collect();
        drawn.extend(ranked.into_values().take(count).cloned());
    }
    drawn
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
