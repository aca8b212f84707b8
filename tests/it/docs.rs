//! The pages under `docs/` that are made of the rule files and of `docs/hazards.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use phasewise::engine::Engine;
use phasewise::lint::{ExampleJudge, runs};
use phasewise::recipe::Recipes;
use phasewise::rule::{Example, Language, Rule, Rules};
use serde::Deserialize;

const NOTE: &str = "<!-- Made of the rule files: PHASEWISE_REWRITE=1 cargo test --test it -->";

/// What `docs/hazards.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hazards {
    /// By rule, where no example is asked for.
    absent: BTreeMap<String, Vec<Absent>>,
    hazards: Vec<Hazard>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Hazard {
    id: String,
    what: String,
    #[serde(default)]
    rules: Vec<String>,
    left_out: Option<String>,
    /// What other tools call it.
    #[serde(default)]
    peers: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Absent {
    /// Engines, for examples in SQL, and `laravel`.
    of: BTreeSet<String>,
    because: String,
}

/// In Laravel, where that can say it, and in SQL of each engine that has it.
#[test]
fn each_hazard_that_is_covered_has_its_examples() {
    let rules = Rules::builtin().unwrap();
    let hazards = hazards();
    let mut missing = Vec::new();
    let mut idle = Vec::new();
    for hazard in hazards.hazards.iter().filter(|hazard| hazard.left_out.is_none()) {
        let shown: BTreeSet<&str> =
            hazard.rules.iter().flat_map(|rule| &rules.get(rule).unwrap().examples.bad).flat_map(kinds).collect();
        for kind in ["laravel", "mysql", "mariadb", "postgresql", "sqlite", "sqlserver"] {
            let is_absent = |rule: &String| {
                let absent = hazards.absent.get(rule).into_iter().flatten();
                absent.filter(|absent| !absent.because.is_empty()).any(|absent| absent.of.contains(kind))
            };
            match (shown.contains(kind), hazard.rules.iter().all(is_absent)) {
                (false, false) => missing.push(format!("{}: {kind} ({})", hazard.id, hazard.rules.join(", "))),
                (true, true) => idle.push(format!("{}: {kind} ({})", hazard.id, hazard.rules.join(", "))),
                _ => {}
            }
        }
    }
    assert!(missing.is_empty(), "no example of:\n{}", missing.join("\n"));
    assert!(idle.is_empty(), "said to be absent, and shown:\n{}", idle.join("\n"));
}

/// What an example shows: SQL of some engines, or Laravel.
fn kinds(example: &Example) -> Vec<&'static str> {
    match example.language {
        Language::Laravel => vec!["laravel"],
        Language::Sql => example.engines.iter().map(|engine| engine.name()).collect(),
    }
}

#[test]
fn each_rule_has_a_page() {
    let rules = Rules::builtin().unwrap();
    let judge = ExampleJudge::new(&rules).unwrap();
    let mut pages = BTreeSet::from(["docs/rules/README.md".to_owned()]);
    for rule in rules.iter() {
        let path = format!("docs/rules/{}/{}.md", rule.family, rule.id);
        super::golden(&path, &page(rule, &judge));
        pages.insert(path);
    }
    super::golden("docs/rules/README.md", &index(&rules));
    for path in markdown_below("docs/rules") {
        if std::env::var_os("PHASEWISE_REWRITE").is_some() && !pages.contains(&path) {
            std::fs::remove_file(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        } else {
            assert!(pages.contains(&path), "`{path}` is the page of no rule");
        }
    }
}

#[test]
fn the_recipes_have_a_page() {
    let (rules, recipes) = (Rules::builtin().unwrap(), Recipes::builtin().unwrap());
    let mut page = format!(
        "# Recipes\n\n{NOTE}\n\nA recipe says how one kind of unsafe change becomes several deploys. A rule calls for it by its name, \
         the first of its ways that fits the change is taken, and what it does is linted and replaced in turn. [What each does on a \
         real server](measured-plans.md), and what the change does without it, is measured.\n\n\
         A project's own recipes lie in `recipes/` among its own rules, one file each, as \
         [`recipe.json`](schema/recipe.json) describes them; one that says `replaces-builtin: true` stands in for the one of its name here.\n\n\
         | recipe | what it does | rules that call for it |\n|---|---|---|\n"
    );
    for recipe in recipes.iter() {
        let calls = rules.iter().filter(|rule| rule.recipe.as_ref() == Some(&recipe.id));
        let calls: Vec<String> = calls.map(|rule| format!("[{0}](rules/{1}/{0}.md)", rule.id, rule.family)).collect();
        let calls = if calls.is_empty() { "other recipes".to_owned() } else { calls.join(", ") };
        writeln!(page, "| [{0}](../rules/{1}) | {2} | {calls} |", recipe.id, recipe.path, cell(&recipe.summary))
            .unwrap();
    }
    page += "\n## Names\n\nIn its texts a recipe can name what the change is about; in SQL a name is quoted as the engine does it.\n\n\
             | name | what it stands for |\n|---|---|\n";
    for (name, words) in phasewise::recipe::names() {
        writeln!(page, "| `{{{name}}}` | {words} |").unwrap();
    }
    super::golden("docs/recipes.md", &page);
}

#[test]
fn hazards_name_rules_that_there_are() {
    let rules = Rules::builtin().unwrap();
    let hazards = hazards();
    let mut ids = BTreeSet::new();
    for hazard in &hazards.hazards {
        assert!(ids.insert(&hazard.id), "`{}` stands there twice", hazard.id);
        let is_covered = !hazard.rules.is_empty();
        assert!(is_covered != hazard.left_out.is_some(), "`{}` has either rules or a reason for none", hazard.id);
        for rule in &hazard.rules {
            assert!(rules.get(rule).is_some(), "`{}` names `{rule}`, which is no rule", hazard.id);
        }
    }
    super::golden("docs/hazards.md", &table_of_hazards(&rules, &hazards));
}

/// The configurations that the page shows are such, and the rule that it shows passes its tests.
#[test]
fn the_page_on_configuration_shows_what_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let schema = serde_json::to_value(phasewise::cli::config_schema()).unwrap();
    let (rules, configurations): (Vec<&str>, Vec<&str>) =
        blocks.into_iter().partition(|block| block.contains("\nid: "));
    assert!(rules.len() == 1 && configurations.len() >= 3);
    for rule in rules {
        let path = rule.lines().next().unwrap().trim_start_matches("# ");
        let project = super::cli::directory(&[(path, rule)]);
        let shown = super::cli::run(project.path(), &["test-rules", "phasewise/rules"]);
        assert!(shown.ends_with("1 of 1 rules passed\n"), "{shown}");
    }
    for block in configurations.into_iter().filter(|block| !block.starts_with("# yaml-language-server")) {
        super::report::conforms_to(&schema, "docs/configuration.md", block);
    }
}

fn page(rule: &Rule, judge: &ExampleJudge) -> String {
    let wording = rule.wording();
    let mut page = format!("# {}\n\n{NOTE}\n\n{}\n\n", rule.id, rule.summary);
    let breaks = |name: &str, queries: &BTreeSet<phasewise::finding::Query>| {
        let names: Vec<&str> = queries.iter().map(|query| query.name()).collect();
        (!names.is_empty()).then(|| format!("{} of the {name} code", names.join(", ")))
    };
    let broken: Vec<String> =
        [breaks("old", &rule.breaks.old_code), breaks("new", &rule.breaks.new_code)].into_iter().flatten().collect();
    writeln!(page, "| default | family | engines | breaks |\n|---|---|---|---|").unwrap();
    let broken = if broken.is_empty() { "nothing".to_owned() } else { broken.join("; ") };
    writeln!(page, "| {} | {} | {} | {broken} |", rule.severity, rule.family, engines(&rule.examples.bad)).unwrap();
    writeln!(page, "\n## Why\n\n{}\n\n## What to do\n\n{}", wording.why.trim_end(), wording.help.trim_end()).unwrap();
    if let Some(recipe) = &rule.recipe {
        writeln!(page, "\nThe way in several deploys is called `{recipe}`.").unwrap();
    }
    if let Some(reason) = &rule.no_recipe {
        writeln!(page, "\nThere is no way in several deploys: {}.", reason.trim_end()).unwrap();
    }
    if !rule.silences.is_empty() {
        let silenced: Vec<String> = rule.silences.iter().map(|id| format!("`{id}`")).collect();
        writeln!(page, "\nWhere it speaks, these are silent: {}.", silenced.join(", ")).unwrap();
    }
    writeln!(page, "\n## Found").unwrap();
    for example in &rule.examples.bad {
        write_example(&mut page, example);
        for (message, on) in messages(rule, example, judge) {
            writeln!(page, "\n> {}: {message} ({})", rule.severity, on.join(", ")).unwrap();
        }
    }
    writeln!(page, "\n## Not found").unwrap();
    rule.examples.good.iter().for_each(|example| write_example(&mut page, example));
    if !rule.references.is_empty() {
        writeln!(page, "\n## Sources\n").unwrap();
        rule.references.iter().for_each(|reference| writeln!(page, "- <{reference}>").unwrap());
    }
    writeln!(page, "\nThe rule is [`rules/{0}`](../../../rules/{0}).", rule.path).unwrap();
    page
}

/// Each message once, with the engines on which it is told.
fn messages(rule: &Rule, example: &Example, judge: &ExampleJudge) -> Vec<(String, Vec<&'static str>)> {
    let mut messages: Vec<(String, Vec<&str>)> = Vec::new();
    for (example, engine) in runs(std::slice::from_ref(example)) {
        let found = judge.findings(example, engine).unwrap();
        for found in found.iter().filter(|found| found.rule.id == rule.id) {
            let message = found.wording.message.clone();
            match messages.iter_mut().find(|(known, _)| *known == message) {
                Some((_, on)) if on.contains(&engine.title()) => {}
                Some((_, on)) => on.push(engine.title()),
                None => messages.push((message, vec![engine.title()])),
            }
        }
    }
    messages
}

fn write_example(page: &mut String, example: &Example) {
    writeln!(page, "\n### {}\n", example.name).unwrap();
    if !example.in_use.is_empty() {
        let tables: Vec<String> = example.in_use.iter().map(|table| format!("`{table}`")).collect();
        writeln!(page, "In use: {}.\n", tables.join(", ")).unwrap();
    }
    if example.outside_transaction {
        writeln!(page, "The migration says `$withinTransaction = false`.\n").unwrap();
    }
    if let Some(mode) = &example.sql_mode {
        writeln!(page, "Connections are opened with `sql_mode = '{mode}'`.\n").unwrap();
    }
    let language = match example.language {
        Language::Laravel => "php",
        Language::Sql => "sql",
    };
    if let Some(before) = &example.before {
        writeln!(page, "What stood before:\n\n```{language}\n{}\n```\n\nThis deploy:\n", before.trim_end()).unwrap();
    }
    writeln!(page, "```{language}\n{}\n```", example.code.trim_end()).unwrap();
    let published = &example.published;
    let others = [
        ("The way back:", &example.down),
        ("As it was published:", &published.before),
        ("A migration that is published and sorts after it:", &published.later),
    ];
    for (what, code) in others.into_iter().filter_map(|(what, code)| Some((what, code.as_ref()?))) {
        writeln!(page, "\n{what}\n\n```{language}\n{}\n```", code.trim_end()).unwrap();
    }
}

fn engines(examples: &[Example]) -> String {
    let on: BTreeSet<Engine> = examples.iter().flat_map(|example| example.engines.iter().copied()).collect();
    on.iter().map(|engine| engine.title()).collect::<Vec<_>>().join(", ")
}

fn index(rules: &Rules) -> String {
    let mut index = format!(
        "# Rules\n\n{NOTE}\n\n`phasewise explain RULE` shows the same on the terminal. How to set a rule's severity, and how to \
         write rules of your own: [configuration](../configuration.md). What other tools call these hazards: \
         [hazards](../hazards.md).\n"
    );
    let mut family = None;
    for rule in rules.iter() {
        if family != Some(&rule.family) {
            family = Some(&rule.family);
            writeln!(index, "\n## {}\n\n| rule | default | what it finds |\n|---|---|---|", rule.family).unwrap();
        }
        writeln!(index, "| [{0}]({1}/{0}.md) | {2} | {3} |", rule.id, rule.family, rule.severity, rule.summary)
            .unwrap();
    }
    index
}

fn table_of_hazards(rules: &Rules, hazards: &Hazards) -> String {
    let left_out = hazards.hazards.iter().filter(|hazard| hazard.left_out.is_some()).count();
    let tools: BTreeSet<&String> = hazards.hazards.iter().flat_map(|hazard| hazard.peers.keys()).collect();
    let mut text = format!(
        "# Hazards, and what other tools call them\n\n<!-- Made of hazards.yaml: PHASEWISE_REWRITE=1 cargo test --test it -->\n\n\
         {} hazards that {} tools look for. {} are covered by a rule, {left_out} are left out with a reason.\n",
        hazards.hazards.len(),
        tools.len(),
        hazards.hazards.len() - left_out
    );
    writeln!(text, "\n## Covered\n\n| hazard | rules | others call it |\n|---|---|---|").unwrap();
    for hazard in hazards.hazards.iter().filter(|hazard| hazard.left_out.is_none()) {
        let link = |rule: &String| format!("[{rule}](rules/{}/{rule}.md)", rules.get(rule).unwrap().family);
        let names = hazard.rules.iter().map(link).collect::<Vec<_>>().join(", ");
        writeln!(text, "| {} | {names} | {} |", cell(&hazard.what), peers(hazard)).unwrap();
    }
    writeln!(text, "\n## Left out\n\n| hazard | why | others call it |\n|---|---|---|").unwrap();
    for hazard in &hazards.hazards {
        if let Some(reason) = &hazard.left_out {
            writeln!(text, "| {} | {} | {} |", cell(&hazard.what), cell(reason), peers(hazard)).unwrap();
        }
    }
    text
}

fn peers(hazard: &Hazard) -> String {
    let of_tool = |(tool, ids): (&String, &Vec<String>)| match ids.join(", ") {
        ids if ids.is_empty() => tool.clone(),
        ids => format!("{tool}: {ids}"),
    };
    cell(&hazard.peers.iter().map(of_tool).collect::<Vec<_>>().join("; "))
}

/// Text that ends no cell of a table and begins no HTML.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

fn hazards() -> Hazards {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/hazards.yaml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn markdown_below(directory: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{directory}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            found.extend(markdown_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}
