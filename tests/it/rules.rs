//! Each rule's examples, run as batches through all rules: a bad one yields exactly this rule's finding, a good one none
//! of it. Who else speaks up is told in a snapshot.

use std::collections::BTreeMap;
use std::fmt::Write;

use phasewise::answer::Answer;
use phasewise::catalog::Catalog;
use phasewise::change::Statement;
use phasewise::effect::{Effects, Session, Subject};
use phasewise::engine::{Engine, EngineVersion};
use phasewise::finding::Severity;
use phasewise::laravel::Application;
use phasewise::laravel::evaluate::{self, Direction};
use phasewise::rule::{Example, Language, Rule, Rules, Wording};
use phasewise::source::{SourceMap, Tree};

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
        let own = |example, engine| find(example, engine, &rules).into_iter().filter(|found| found.rule.id == rule.id);
        for (example, engine) in runs(&rule.examples.bad) {
            let answers: Vec<Answer> = own(example, engine).map(|found| found.answer).collect();
            if answers.is_empty() || answers.contains(&Answer::Unknown) {
                wrong.push(format!("{}: {engine}: bad `{}`: {answers:?}", rule.id, example.name));
            }
        }
        for (example, engine) in runs(&rule.examples.good) {
            if own(example, engine).next().is_some() {
                wrong.push(format!("{}: {engine}: good `{}` is found", rule.id, example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Each text once, below the examples that yield it.
#[test]
fn what_is_said_of_bad_examples() {
    let rules = Rules::builtin().unwrap();
    let mut families: BTreeMap<&str, String> = BTreeMap::new();
    for rule in rules.iter() {
        let mut texts: Vec<(String, Vec<String>)> = Vec::new();
        for (example, engine) in runs(&rule.examples.bad) {
            let own = find(example, engine, &rules).into_iter().filter(|found| found.rule.id == rule.id);
            for text in own.map(|found| tell(&found)) {
                let heading = format!("## {} on {engine}: {}", rule.id, example.name);
                match texts.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, headings)) => headings.push(heading),
                    None => texts.push((text, vec![heading])),
                }
            }
        }
        let told = families.entry(&rule.family).or_default();
        for (text, headings) in texts {
            let _ = writeln!(told, "{}\n{text}", headings.join("\n"));
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
                let is_heard = |found: &Found| found.rule.severity != Severity::Off || found.rule.id == rule.id;
                for found in find(example, engine, &rules).into_iter().filter(is_heard) {
                    let possibly = if found.answer == Answer::Unknown { " possibly" } else { "" };
                    let _ = writeln!(told, "    {} {}{possibly}", found.rule.severity, found.rule.id);
                }
            }
        }
    }
    insta::assert_snapshot!("rules_who_speaks_up", told);
}

#[test]
fn each_error_has_a_way_out() {
    for rule in Rules::builtin().unwrap().iter() {
        let is_error = rule.severity == Severity::Error;
        assert!(!is_error || rule.recipe.is_some() || rule.no_recipe.is_some(), "{}", rule.id);
        has_examples(rule);
    }
}

fn has_examples(rule: &Rule) {
    assert!(rule.examples.bad.len() >= 2, "{}: fewer than two bad examples", rule.id);
    assert!(rule.examples.good.len() >= 2, "{}: fewer than two good examples", rule.id);
}

/// Each example on each of its engines.
fn runs(examples: &[Example]) -> impl Iterator<Item = (&Example, Engine)> {
    examples.iter().flat_map(|example| example.engines.iter().map(move |engine| (example, *engine)))
}

/// What a rule says of an example.
struct Found<'a> {
    rule: &'a Rule,
    answer: Answer,
    wording: Wording,
}

/// Replays what stood before, and judges what the example does.
fn find<'a>(example: &Example, engine: Engine, rules: &'a Rules) -> Vec<Found<'a>> {
    let mut catalog = Catalog::new(engine);
    if let Some(before) = &example.before {
        let (statements, _) = read(before, example, engine, &catalog);
        statements.iter().flat_map(|statement| &statement.changes).for_each(|change| catalog.apply(&change.what));
    }
    catalog.begin_batch();
    let (statements, is_in_transaction) = read(&example.code, example, engine, &catalog);
    assert!(!statements.is_empty(), "`{}` sends nothing", example.name);
    let (effects, target) = (Effects::builtin(engine).unwrap(), target(engine));
    let mut session = Session::new(is_in_transaction).opened_in(example.sql_mode.clone());
    let mut found = Vec::new();
    for statement in &statements {
        for change in &statement.changes {
            let subject = Subject { change, statement, catalog: &catalog, target: &target, session: &session };
            let effect = effects.of(&subject);
            found.extend(rules.about(&subject, &effect, |_| true).into_iter().map(|found| Found {
                rule: found.rule,
                answer: found.verdict.answer,
                wording: found.rule.render(&subject, &effect),
            }));
            session.follow(&change.what);
            session.follow_rows(&change.what);
            catalog.apply(&change.what);
        }
    }
    found
}

/// The statements that the code sends, and whether its runner wraps them in a transaction.
fn read(code: &str, example: &Example, engine: Engine, catalog: &Catalog) -> (Vec<Statement>, bool) {
    let tree = Tree::new(".");
    if example.language == Language::Sql {
        let file = tree.put("example.sql", code.to_owned());
        let map = SourceMap::verbatim(file.id, 0, code.len().try_into().unwrap());
        return (phasewise::sql::read(code, &map, engine).statements, false);
    }
    let property = if example.outside_transaction { "public $withinTransaction = false;\n" } else { "" };
    let migration = format!(
        "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\n\
         use Illuminate\\Support\\Facades\\DB;\nuse Illuminate\\Support\\Facades\\Schema;\n\
         return new class extends Migration {{\n{property}public function up(): void {{\n{code}\n}}\n}};\n"
    );
    let path = "database/migrations/2026_01_01_000000_example.php";
    tree.put(path, migration);
    let application = Application::open(&tree);
    let file = application.file(path).unwrap();
    let settings = application.settings(engine);
    let evaluation = evaluate::evaluate(&file, Direction::Up, &application, &settings, catalog);
    assert!(evaluation.problems.is_empty(), "`{}`: {:?}", example.name, evaluation.problems);
    (evaluation.statements, evaluation.within_transaction && engine.has_transactional_ddl())
}

fn tell(found: &Found<'_>) -> String {
    let Wording { message, why, help } = &found.wording;
    format!("{}: {message}\n{}\n{}\n", found.rule.severity, indent("why", why), indent("help", help))
}

fn indent(label: &str, text: &str) -> String {
    let text = text.trim_end().replace('\n', "\n        ");
    format!("  {label}: {text}")
}
