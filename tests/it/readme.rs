//! What the README shows is what the program prints.

use std::fmt::Write;
use std::process::Command;

use phasewise::effect::{Effects, Entry};
use phasewise::engine::Engine;
use phasewise::lint::runs;
use phasewise::rule::Rules;

/// The sample's pull request, as the README's first command names it.
const SHOP: &str = "fixtures/apps/shop";
/// Drops a column that nothing in the sample's code uses.
const FREE: &str = "fixtures/apps/shop/database/migrations/2026_11_22_000300_drop_meta_description_from_categories.php";
const SHOWN: &str = "fixtures/apps/shop/database/migrations/2026_11_22_000000_add_reference_code_to_orders.php";

#[test]
fn the_readme_shows_what_is_printed() {
    let mut readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    readme = with_part(
        &readme,
        "output",
        &format!("```\n{}```", printed(&["lint", "--quiet", "--current", SHOP, SHOWN, FREE])),
    );
    readme = with_part(&readme, "plan", &format!("```\n{}\n```", printed(&["plan", "--quiet", SHOWN]).trim_end()));
    readme = with_part(&readme, "usage", &format!("```\n{}```", printed(&["usage", "customers.phone", SHOP])));
    readme = with_part(&readme, "help", &format!("```\n{}```", printed(&["--help"])));
    readme = with_part(&readme, "counts", &counts());
    readme = with_part(&readme, "rules", &rules());
    super::golden("README.md", &readme);
}

/// The configuration that the README shows.
pub fn configuration() -> String {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// The text with what stands between two marks replaced.
fn with_part(text: &str, name: &str, part: &str) -> String {
    let (opening, closing) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&opening).unwrap();
    let (_, after) = rest.split_once(&closing).unwrap();
    format!("{before}{opening}\n{part}\n{closing}{after}")
}

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_phasewise"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn rules() -> String {
    let mut table = String::from("| rule | default | what it finds |\n|---|---|---|\n");
    let rules = Rules::builtin().unwrap();
    for rule in rules.iter() {
        let at = format!("docs/rules/{}/{}.md", rule.family, rule.id);
        writeln!(table, "| [{}]({at}) | {} | {} |", rule.id, rule.severity, rule.summary).unwrap();
    }
    table.trim_end().to_owned()
}

/// How much there is of what the tests hold.
fn counts() -> String {
    let rules = Rules::builtin().unwrap();
    let of = |engine: Engine| {
        let bad = rules.iter().flat_map(|rule| runs(&rule.examples.bad)).filter(|(_, on)| *on == engine).count();
        let good = rules.iter().flat_map(|rule| runs(&rule.examples.good)).filter(|(_, on)| *on == engine).count();
        (bad, good)
    };
    let mut table = String::from(
        "| engine | entries | measured on a server | that no server of the tests can show | examples found | examples let pass |\n\
         |---|---|---|---|---|---|\n",
    );
    for engine in Engine::ALL {
        let effects = Effects::builtin(engine).unwrap();
        let is_measured = |entry: &&Entry| entry.verified().is_some_and(|verified| !verified.starts_with("not: "));
        let (all, measured) = (effects.entries().len(), effects.entries().iter().filter(is_measured).count());
        let (bad, good) = of(engine);
        writeln!(table, "| {} | {all} | {measured} | {} | {bad} | {good} |", engine.title(), all - measured).unwrap();
    }
    let examples = |bad: bool| -> usize {
        rules.iter().map(|rule| if bad { rule.examples.bad.len() } else { rule.examples.good.len() }).sum()
    };
    let count = rules.iter().count();
    writeln!(
        table,
        "\n{count} rules with {} examples that are found and {} that are not.",
        examples(true),
        examples(false)
    )
    .unwrap();
    table.trim_end().to_owned()
}
