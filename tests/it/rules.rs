//! Each rule's examples, run as batches through all rules: a bad one yields exactly this rule's finding, a good one none
//! of it. Who else speaks up is told in a snapshot.

use std::collections::BTreeMap;
use std::fmt::Write;

use phasewise::answer::Answer;
use phasewise::finding::Severity;
use phasewise::lint::{Difference, ExampleFinding, ExampleJudge, runs};
use phasewise::rule::{Rule, Rules, Wording};

#[test]
fn bad_examples_are_found_and_good_ones_are_not() {
    let rules = Rules::builtin().unwrap();
    let judge = ExampleJudge::new(&rules).unwrap();
    let mut wrong = Vec::new();
    for rule in rules.iter() {
        wrong.extend(judge.differences(rule).into_iter().map(|Difference { expectation, example, engine, what }| {
            format!("{}: {engine}: {expectation:?} `{example}`: {what}", rule.id)
        }));
    }
    assert!(wrong.is_empty(), "{} examples go wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Each text once, below the examples that yield it.
#[test]
fn what_is_said_of_bad_examples() {
    let rules = Rules::builtin().unwrap();
    let judge = ExampleJudge::new(&rules).unwrap();
    let mut families: BTreeMap<&str, String> = BTreeMap::new();
    for rule in rules.iter() {
        let mut texts: Vec<(String, Vec<String>)> = Vec::new();
        for (example, engine) in runs(&rule.examples.bad) {
            let own = judge.findings(example, engine).unwrap().into_iter().filter(|found| found.rule.id == rule.id);
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
    let judge = ExampleJudge::new(&rules).unwrap();
    let mut told = String::new();
    for rule in rules.iter() {
        for (kind, examples) in [("bad", &rule.examples.bad), ("good", &rule.examples.good)] {
            for (example, engine) in runs(examples) {
                let _ = writeln!(told, "{} {kind} {engine}: {}", rule.id, example.name);
                let is_heard =
                    |found: &ExampleFinding| found.rule.severity != Severity::Off || found.rule.id == rule.id;
                for found in judge.findings(example, engine).unwrap().into_iter().filter(is_heard) {
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

fn tell(found: &ExampleFinding<'_>) -> String {
    let Wording { message, why, help } = &found.wording;
    format!("{}: {message}\n{}\n{}\n", found.rule.severity, indent("why", why), indent("help", help))
}

fn indent(label: &str, text: &str) -> String {
    let text = text.trim_end().replace('\n', "\n        ");
    format!("  {label}: {text}")
}

/// The schemas that editors check rule files and `phasewise.yaml` with take what phasewise takes.
#[test]
fn rules_and_configurations_are_as_their_schemas_say() {
    let schema = |schema: schemars::Schema| serde_json::to_value(schema).unwrap();
    let rule = schema(phasewise::rule::schema());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for known in Rules::builtin().unwrap().iter() {
        let text = std::fs::read_to_string(root.join("rules").join(&known.path)).unwrap();
        super::report::conforms_to(&rule, &known.id, &text);
    }
    let is_refused = |schema: &serde_json::Value, text: &str| {
        let document = serde_yaml::from_str(text).unwrap();
        !jsonschema::validator_for(schema).unwrap().is_valid(&document)
    };
    let sound = std::fs::read_to_string(root.join("rules/compatibility/column-dropped.yaml")).unwrap();
    for (sound_part, wrong) in
        [("severity: error", "severity: fatal"), ("summary:", "sumary:"), ("drop-column:", "drop-colum:")]
    {
        assert!(sound.contains(sound_part) && is_refused(&rule, &sound.replacen(sound_part, wrong, 1)), "{wrong}");
    }
    let config = schema(phasewise::cli::config_schema());
    super::report::conforms_to(&config, "the README's phasewise.yaml", &super::readme::configuration());
    super::report::conforms_to(&config, "phasewise.yaml", super::cli::FULL_CONFIG);
    for wrong in ["fail_on: error", "rules: { column-dropped: fatal }", "tables: { orders: { size: tiny } }"] {
        assert!(is_refused(&config, wrong), "{wrong}");
    }
}
