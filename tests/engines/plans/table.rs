//! `docs/measured-plans.md`: what went wrong with each change as its author wrote it, and how many deploys do without.
//!
//! The figures are those of one run; each case holds the rest of its row.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use libtest_mimic::Trial;
use phasewise::recipe::Recipes;

use super::case::{Case, Harm};
use super::course::Course;
use crate::server::Engine;

const ENGINES: [Engine; 2] = [Engine::Postgres, Engine::MariaDb];
const REWRITE: &str = "PHASEWISE_REWRITE=1 cargo test --test engines plans";
const OPENING: &str = "<!-- measured -->\n";
const CLOSING: &str = "<!-- /measured -->";
const HEAD: &str =
    "| recipe | what is done | engine | at once | how much | deploys | longest wait |\n|---|---|---|---|---|---|---|\n";

/// The cell of figures: how much harm, and the longest wait.
const FIGURES: [usize; 2] = [4, 6];

/// One case at a time rewrites the file.
static FILE: Mutex<()> = Mutex::new(());

/// Which recipes have no case on an engine, and why.
type Absent = BTreeMap<String, BTreeMap<String, String>>;

/// Every recipe is shown on each server, or says why it cannot be; and the page has no row but of a case.
pub(super) fn every_recipe_has_cases() -> Trial {
    Trial::test("plans::every_recipe_has_cases", || {
        let absent: Absent = serde_yaml::from_str(&read("fixtures/plans/absent.yaml")).expect("reasons by recipe");
        let mut wrong = Vec::new();
        let mut keys = BTreeSet::new();
        for engine in ENGINES {
            let cases = Case::all(engine);
            keys.extend(cases.iter().map(key));
            let name = engine.as_phasewise().name();
            for recipe in Recipes::builtin().expect("they are sound").iter() {
                let is_shown = cases.iter().any(|case| case.recipe == recipe.id);
                let reason = absent.get(&recipe.id).and_then(|by_engine| by_engine.get(name));
                match (is_shown, reason) {
                    (true, None) | (false, Some(_)) => {}
                    (false, None) => wrong.push(format!("`{}` has no case on {name}", recipe.id)),
                    (true, Some(_)) => wrong.push(format!("`{}` is said to have no case on {name}", recipe.id)),
                }
            }
        }
        let rows = rows(&read("docs/measured-plans.md"));
        let odd: Vec<&String> = rows.keys().filter(|row| !keys.contains(*row)).collect();
        wrong.extend(odd.iter().map(|row| format!("docs/measured-plans.md has a row of no case: {row}")));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    })
}

/// Holds the row of a case, or writes it.
pub(super) fn hold(case: &Case, by_plan: &Course, at_once: &BTreeMap<Harm, String>) {
    let row = row(case, by_plan, at_once);
    let _alone = FILE.lock().expect("no case panics here");
    let text = read("docs/measured-plans.md");
    let mut rows = rows(&text);
    if std::env::var_os("PHASEWISE_REWRITE").is_some_and(|value| value == "1") {
        rows.insert(key(case), row);
        let (before, rest) = text.split_once(OPENING).expect("the page has a place for the table");
        let (_, after) = rest.split_once(CLOSING).expect("the table ends");
        let table = rows.values().map(|row| format!("{row}\n")).collect::<Vec<_>>().concat();
        fs::write(path("docs/measured-plans.md"), format!("{before}{OPENING}{HEAD}{table}{CLOSING}{after}"))
            .expect("the page can be written");
        return;
    }
    let standing = rows.get(&key(case)).map(|row| without_figures(row));
    assert_eq!(standing, Some(without_figures(&row)), "docs/measured-plans.md: {REWRITE}");
}

fn row(case: &Case, by_plan: &Course, at_once: &BTreeMap<Harm, String>) -> String {
    let words: Vec<&str> = at_once.keys().map(|harm| harm.words()).collect();
    let much: Vec<&str> = at_once.values().map(String::as_str).collect();
    let longest = match by_plan.tally.waited.as_millis() {
        0 => "none seen".to_owned(),
        millis => format!("{millis} ms"),
    };
    let deploys = by_plan.deploys;
    format!("{} {} | {} | {deploys} | {longest} |", key(case), words.join(", "), much.join("; "))
}

/// What tells the rows apart, and their order: recipe, what is done, engine.
fn key(case: &Case) -> String {
    format!("| {} | {} | {} |", case.recipe, case.shows, case.engine.as_phasewise().title())
}

fn rows(text: &str) -> BTreeMap<String, String> {
    let table = text.split_once(OPENING).and_then(|(_, rest)| rest.split_once(CLOSING)).map_or("", |(table, _)| table);
    let rows = table.lines().skip(2).map(|row| {
        let cells: Vec<&str> = row.split('|').take(4).collect();
        (format!("{}|", cells.join("|")), row.to_owned())
    });
    rows.collect()
}

fn without_figures(row: &str) -> Vec<String> {
    let cells = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).enumerate();
    cells.filter(|(at, _)| !FIGURES.contains(at)).map(|(_, cell)| cell).collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}
