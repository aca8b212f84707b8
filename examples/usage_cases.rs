//! How often `usage` is right about labelled migrations of public applications: did the code that ran before still use
//! what the migration took away?
//!
//! ```text
//! cargo run --release --example usage_cases -- <cases.jsonl> <directory of repositories> [--only <n>] [--all-places] [--doubts]
//! ```
//!
//! A case names a repository (`app`, as `owner/name`), the commit before the migration (`parent_commit`), an `operation`
//! on a `table` and `column`, and whether that code broke (`breaks_n_minus_1`: `yes…` or `no`). The repositories lie in the
//! directory as `owner+name` or `owner/name`, bare or not, or as `repo` within that. Trees are read from git as they are.
//! `--only` judges the case of that number alone, `--all-places` prints every place of it, and `--doubts` what keeps each
//! harmless drop from being cleared. The last lines say how many of the harmless and of the harmful drops are cleared.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring tool runs git and prints its figures"
)]

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;

use phasewise::catalog::Catalog;
use phasewise::engine::Engine;
use phasewise::laravel::Application;
use phasewise::laravel::evaluate::{Direction, evaluate};
use phasewise::source::Tree;
use phasewise::usage::{Answer, Effect, Index, Place, Query, Reading, Schema, Tier, What, facts_of_all};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Case {
    app: String,
    parent_commit: String,
    operation: String,
    table: String,
    column: Option<String>,
    breaks_n_minus_1: String,
    how_sure: String,
    #[serde(default)]
    vendor_only: bool,
    #[serde(default)]
    note: String,
    #[serde(default)]
    evidence: Vec<Evidence>,
}

#[derive(Debug, Deserialize)]
struct Evidence {
    file: String,
    line: u32,
}

/// Right and wrong answers of one kind.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    hits: u32,
    false_alarms: u32,
    misses: u32,
    rests: u32,
}

/// What a threshold takes for use.
const THRESHOLDS: [(&str, Tier); 3] =
    [("certain", Tier::Certain), ("certain+likely", Tier::Likely), ("+likely-mass", Tier::LikelyMass)];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, repositories, options @ ..] = arguments.as_slice() else {
        eprintln!("usage: usage_cases <cases.jsonl> <directory of repositories> [--only <n>] [--all-places]");
        return ExitCode::from(2);
    };
    let only = options.iter().position(|option| option == "--only").and_then(|at| options.get(at + 1)?.parse().ok());
    let has = |name: &str| options.iter().any(|option| option == name);
    match run(Path::new(cases), Path::new(repositories), only, has("--all-places"), has("--doubts")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(
    cases: &Path,
    repositories: &Path,
    only: Option<usize>,
    shows_all: bool,
    shows_doubts: bool,
) -> Result<(), String> {
    let text = std::fs::read_to_string(cases).map_err(|error| format!("`{}`: {error}", cases.display()))?;
    let mut trees: HashMap<(String, String), Rc<Index>> = HashMap::new();
    let mut scores: BTreeMap<(&str, &str), Score> = BTreeMap::new();
    let (mut absent, mut passed) = (Vec::new(), 0);
    let mut cleared: BTreeMap<bool, (u32, u32)> = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(number, _)| only.is_none_or(|only| only == *number)) {
        let case: Case = serde_json::from_str(line).map_err(|error| format!("case {number}: {error}"))?;
        let Some((group, query)) = query_of(&case) else {
            passed += 1;
            continue;
        };
        let key = (case.app.clone(), case.parent_commit.clone());
        let index = match trees.get(&key) {
            Some(index) => Rc::clone(index),
            None => match read(repositories, &case) {
                Ok(index) => Rc::clone(trees.entry(key).or_insert(Rc::new(index))),
                Err(reason) => {
                    absent.push(format!("{number}: {reason}"));
                    continue;
                }
            },
        };
        let answer = index.answer(&query);
        for (name, tier) in THRESHOLDS {
            for group in [group, case.operation.as_str()] {
                let group = [
                    "drop and rename",
                    "required column",
                    "drop_column",
                    "rename_column",
                    "drop_table",
                    "rename_table",
                ]
                .into_iter()
                .chain(["add_not_null_no_default", "set_not_null"])
                .find(|known| *known == group)
                .unwrap_or("other");
                scores.entry((group, name)).or_default().count(says_yes(&answer, tier), case.is_yes());
            }
        }
        if query.what == What::Gone {
            let (free, all) = cleared.entry(case.is_yes()).or_default();
            *all += 1;
            *free += u32::from(answer.is_free());
            if case.is_yes() && answer.is_free() {
                println!("case {number} is cleared, and breaks");
            }
            if shows_doubts && !case.is_yes() && !answer.is_free() {
                doubts(number, &case, &answer);
            }
        }
        if says_yes(&answer, Tier::Likely) != case.is_yes() || only.is_some() {
            report(number, &case, &answer, shows_all);
        }
    }
    for reason in &absent {
        println!("not judged: {reason}");
    }
    println!("{passed} cases are about neither a drop, a rename nor a required column");
    println!(
        "\n{:<26}{:<16}{:>10}{:>8}   right yes, false alarm, miss, right no",
        "operation", "tiers", "precision", "recall"
    );
    for ((group, name), score) in &scores {
        println!(
            "{group:<26}{name:<16}{:>10}{:>8}   {}, {}, {}, {}",
            score.precision(),
            score.recall(),
            score.hits,
            score.false_alarms,
            score.misses,
            score.rests
        );
    }
    for (is_broken, (free, all)) in cleared {
        let what = if is_broken { "break the code" } else { "break nothing" };
        println!("of {all} drops and renames that {what}, {free} are cleared");
    }
    Ok(())
}

/// What keeps a drop from being cleared.
fn doubts(number: usize, case: &Case, answer: &Answer) {
    let column = case.column.as_deref().map(|column| format!(".{column}")).unwrap_or_default();
    println!("case {number} is not cleared: {} {} {}{column}", case.app, case.operation, case.table);
    let matters = |place: &&Place| place.part.is_running() && place.effect != Effect::Inert;
    for place in answer.places.iter().filter(matters) {
        println!("    {:?} {:?} {}:{} {}", place.tier, place.kind, place.file, place.line, place.why);
    }
    for unproved in &answer.unproved {
        println!("    unproved {}:{} {}", unproved.file, unproved.line, unproved.reason);
    }
}

/// The group that a case is measured in, and the question that it asks; `None` where it is about something else.
fn query_of(case: &Case) -> Option<(&'static str, Query)> {
    let (group, what) = match case.operation.as_str() {
        "drop_column" | "rename_column" | "drop_table" | "rename_table" => ("drop and rename", What::Gone),
        "add_not_null_no_default" => ("required column", What::Omitted),
        "set_not_null" => ("required column", What::NullWritten),
        _ => return None,
    };
    let column = case.column.clone().filter(|_| !case.operation.ends_with("_table"));
    Some((group, Query { table: case.table.clone(), column, what }))
}

fn says_yes(answer: &Answer, tier: Tier) -> bool {
    answer.places.iter().any(|place| place.part.is_running() && place.tier <= tier && place.effect != Effect::Inert)
}

impl Case {
    fn is_yes(&self) -> bool {
        self.breaks_n_minus_1.starts_with("yes")
    }
}

impl Score {
    fn count(&mut self, said: bool, is: bool) {
        *match (said, is) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.false_alarms,
            (false, true) => &mut self.misses,
            (false, false) => &mut self.rests,
        } += 1;
    }

    fn precision(self) -> String {
        ratio(self.hits, self.hits + self.false_alarms)
    }

    fn recall(self) -> String {
        ratio(self.hits, self.hits + self.misses)
    }
}

fn ratio(part: u32, whole: u32) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.3}", f64::from(part) / f64::from(whole)) }
}

fn report(number: usize, case: &Case, answer: &Answer, shows_all: bool) {
    let column = case.column.as_deref().map(|column| format!(".{column}")).unwrap_or_default();
    let vendor = if case.vendor_only { ", in a package" } else { "" };
    println!("case {number}: {} {} {}{column}", case.app, case.operation, case.table);
    println!("    labelled {} ({}{vendor}): {}", case.breaks_n_minus_1, case.how_sure, case.note);
    for evidence in &case.evidence {
        println!("    labelled place {}:{}", evidence.file, evidence.line);
    }
    println!("    said {:?}, {} places cannot be told", answer.verdict, answer.unproved.len());
    let most = if shows_all { usize::MAX } else { 8 };
    let worth = |place: &&Place| shows_all || place.part.is_running();
    for place in answer.places.iter().filter(worth).take(most) {
        println!(
            "    {:?} {:?} {:?} {}:{} {}",
            place.tier, place.effect, place.kind, place.file, place.line, place.why
        );
    }
    if shows_all {
        for unproved in &answer.unproved {
            println!("    unproved {}:{} {}", unproved.file, unproved.line, unproved.reason);
        }
    }
    println!();
}

/// The index over the tree at the case's commit.
fn read(repositories: &Path, case: &Case) -> Result<Index, String> {
    let repository = repository(repositories, &case.app)?;
    let blobs = blobs(&repository, &case.parent_commit)?;
    let tree = Tree::new("/nowhere");
    let mut texts = Vec::new();
    for (path, text) in contents(&repository, blobs)? {
        if Reading::Laravel.reads(&path) {
            texts.push((path.clone(), text.clone()));
        }
        tree.put(&path, text);
    }
    let facts = facts_of_all(&texts);
    Ok(Index::new(texts.into_iter().map(|(path, _)| path).zip(facts), schema(&tree)))
}

/// The tables that the migrations of the tree make.
fn schema(tree: &Tree) -> Schema {
    let application = Application::open(tree);
    let settings = application.settings(Engine::Mysql);
    let mut catalog = Catalog::new(Engine::Mysql);
    let directories = ["database/migrations", "app/database/migrations"].map(str::to_owned);
    for path in application.migrations(&directories) {
        if let Some(file) = application.file(&path) {
            let evaluation = evaluate(&file, Direction::Up, &application, &settings, &catalog);
            evaluation.statements.iter().for_each(|statement| catalog.apply_statement(statement));
        }
    }
    Schema::of(&catalog)
}

fn repository(repositories: &Path, app: &str) -> Result<PathBuf, String> {
    let places = [app.replace('/', "+"), app.to_owned()].into_iter().flat_map(|name| {
        [repositories.join(&name).join("repo"), repositories.join(&name).join(".git"), repositories.join(name)]
    });
    let found = places.into_iter().find(|place| place.join("HEAD").is_file());
    found.ok_or_else(|| format!("`{app}` is not in `{}`", repositories.display()))
}

fn git(repository: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(repository);
    git
}

/// The paths and the hashes of the PHP files of a commit, and of what Composer says.
fn blobs(repository: &Path, commit: &str) -> Result<Vec<(String, String)>, String> {
    let output = git(repository).args(["ls-tree", "-r", "-z", commit]).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("no commit {commit} in `{}`", repository.display()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let entries = text.split('\0').filter_map(|entry| {
        let (meta, path) = entry.split_once('\t')?;
        let hash = meta.split(' ').nth(2)?;
        let is_wanted = [".php", "composer.json", "composer.lock"].iter().any(|end| path.ends_with(end));
        is_wanted.then(|| (path.to_owned(), hash.to_owned()))
    });
    Ok(entries.collect())
}

/// The texts of blobs, by `git cat-file --batch`.
fn contents(repository: &Path, blobs: Vec<(String, String)>) -> Result<Vec<(String, String)>, String> {
    let mut command = git(repository);
    command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("git has no pipes".to_owned());
    };
    let hashes: Vec<String> = blobs.iter().map(|(_, hash)| hash.clone()).collect();
    let writer = std::thread::spawn(move || hashes.iter().try_for_each(|hash| writeln!(input, "{hash}")));
    let mut output = BufReader::new(output);
    let mut texts = Vec::new();
    for (path, _) in blobs {
        let mut header = String::new();
        output.read_line(&mut header).map_err(|error| error.to_string())?;
        let Some(size) = header.trim().rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()) else {
            continue;
        };
        let mut bytes = vec![0; size + 1];
        output.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        bytes.pop();
        texts.push((path, String::from_utf8_lossy(&bytes).into_owned()));
    }
    let _ = writer.join();
    child.wait().map_err(|error| error.to_string())?;
    Ok(texts)
}
