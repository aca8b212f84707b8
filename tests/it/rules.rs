//! Each rule's examples, run as batches through all rules: a bad one yields exactly this rule's finding, a good one none
//! of it. Who else speaks up is told in a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use phasewise::effect::Effects;
use phasewise::engine::{Engine, EngineVersion};
use phasewise::finding::{Confidence, Finding};
use phasewise::lint::{Batch, Lint, MigrationFile, Project, SqlMigration};
use phasewise::rule::{Example, Language, Rule, Rules};
use phasewise::source::Tree;
use phasewise::sql::layout::Layout;

/// A version on which an engine is at its usual.
fn target(engine: Engine) -> EngineVersion {
    let version = match engine {
        Engine::Mysql => "8.4",
        Engine::Mariadb => "10.11",
        _ => "17",
    };
    EngineVersion { engine, version: version.parse().unwrap() }
}

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    let rules = Rules::builtin().unwrap();
    let mut wrong = Vec::new();
    for rule in rules.iter() {
        for (example, engine) in runs(&rule.examples.bad) {
            let own = findings(example, engine, &rules).into_iter().filter(|finding| finding.rule == rule.id);
            let own: Vec<Confidence> = own.map(|finding| finding.confidence).collect();
            if own.is_empty() || own.contains(&Confidence::Possible) {
                wrong.push(format!("{}: {engine}: bad `{}`: found {own:?}", rule.id, example.name));
            }
        }
        for (example, engine) in runs(&rule.examples.good) {
            if findings(example, engine, &rules).iter().any(|finding| finding.rule == rule.id) {
                wrong.push(format!("{}: {engine}: good `{}`: found", rule.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_said_of_bad_examples() {
    let rules = Rules::builtin().unwrap();
    let mut families: BTreeMap<&str, String> = BTreeMap::new();
    for rule in rules.iter() {
        let told = families.entry(&rule.family).or_default();
        for (example, engine) in runs(&rule.examples.bad) {
            let _ = writeln!(told, "## {} on {engine}: {}", rule.id, example.name);
            for finding in findings(example, engine, &rules).iter().filter(|finding| finding.rule == rule.id) {
                let _ = writeln!(told, "{}", tell(finding));
            }
        }
    }
    for (family, told) in families {
        insta::assert_snapshot!(format!("rules_{family}"), told);
    }
}

#[test]
fn who_speaks_up_for_each_example() {
    let rules = Rules::builtin().unwrap();
    let mut told = String::new();
    for rule in rules.iter() {
        for (kind, examples) in [("bad", &rule.examples.bad), ("good", &rule.examples.good)] {
            for (example, engine) in runs(examples) {
                let _ = writeln!(told, "{} {kind} {engine}: {}", rule.id, example.name);
                for finding in findings(example, engine, &rules) {
                    let _ = writeln!(told, "    {} {} {}", finding.rule, finding.severity, finding.confidence);
                }
            }
        }
    }
    insta::assert_snapshot!("rules_who_speaks_up", told);
}

#[test]
fn nothing_is_found_in_nothing() {
    let rules = Rules::builtin().unwrap();
    for engine in [Engine::Mysql, Engine::Mariadb, Engine::Postgresql] {
        assert!(lint(&[("1", "")], engine, &rules).is_empty());
    }
}

#[test]
fn each_error_has_a_way_out() {
    for rule in Rules::builtin().unwrap().iter() {
        let is_error = rule.severity == phasewise::finding::Severity::Error;
        assert!(!is_error || rule.recipe.is_some() || rule.no_recipe.is_some(), "{}", rule.id);
        has_examples(rule);
    }
}

fn has_examples(rule: &Rule) {
    assert!(rule.examples.bad.len() >= 2, "{}: fewer than two bad examples", rule.id);
    assert!(rule.examples.good.len() >= 2, "{}: fewer than two good examples", rule.id);
}

/// Each example on each of its engines. Those in PHP wait for the front end that reads them.
fn runs(examples: &[Example]) -> impl Iterator<Item = (&Example, Engine)> {
    let sql = examples.iter().filter(|example| example.language == Language::Sql);
    sql.flat_map(|example| example.engines.iter().map(move |engine| (example, *engine)))
}

fn findings(example: &Example, engine: Engine, rules: &Rules) -> Vec<Finding> {
    let before = example.before.as_deref().unwrap_or_default();
    lint(&[("1_before", before), ("2_example", &example.code)], engine, rules)
}

/// Lints the last migration; those before it ran in earlier deploys.
fn lint(migrations: &[(&str, &str)], engine: Engine, rules: &Rules) -> Vec<Finding> {
    let tree = Tree::new(".");
    let migration = |(name, sql): &(&str, &str)| {
        let path = format!("migrations/{name}.sql");
        tree.put(&path, (*sql).to_owned());
        SqlMigration { file: MigrationFile { name: (*name).to_owned(), path }, down: None, layout: Layout::Plain }
    };
    let migrations: Vec<SqlMigration> = migrations.iter().map(migration).collect();
    let last = migrations.last().unwrap().file.path.clone();
    let lint = Lint {
        tree: &tree,
        project: &Project::Sql { migrations },
        target: &target(engine),
        effects: &Effects::builtin(engine).unwrap(),
        rules,
        severities: &BTreeMap::new(),
        today: None,
    };
    lint.run(&Batch::Together(BTreeSet::from([last]))).findings
}

fn tell(finding: &Finding) -> String {
    let Finding { severity, message, why, help, .. } = finding;
    format!("{severity}: {message}\n{}\n{}\n", indent("why", why), indent("help", help))
}

fn indent(label: &str, text: &str) -> String {
    let text = text.trim_end().replace('\n', "\n        ");
    format!("  {label}: {text}")
}
