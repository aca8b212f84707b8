//! What is wrong with a rule file is said where it is wrong.

use std::fmt::Write;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::rule_file::ReadRule;
use super::{OwnRule, Rule, Rules};
use crate::yaml::YamlError;

const SOUND: &str = "id: column-dropped
summary: A column is dropped.
severity: error
match:
  column: in-use
  change:
    drop-column: { stands: true }
breaks:
  old-code: [select]
message: \"`{table}.{column}` is dropped\"
why: Old code reads it.
help: Wait.
recipe: drop-column
examples:
  bad: [{ name: sql, sql: ALTER TABLE t DROP c }]
  good: [{ name: other, sql: ALTER TABLE t ADD c INT }]
";

#[test]
fn a_sound_rule_loads() {
    let rule = read(SOUND).unwrap();
    assert_eq!((rule.id.as_str(), rule.family.as_str()), ("column-dropped", "compatibility"));
    assert_eq!(rule.wording().message, "`{table}.{column}` is dropped");
}

#[test]
fn broken_rules_are_refused_where_they_are_broken() {
    let broken = [
        ("an unknown field", "severity: error", "severity: error\nseverty: note"),
        ("a field that is missing", "summary: A column is dropped.\n", ""),
        ("an unknown severity", "severity: error", "severity: fatal"),
        ("an unknown kind of change", "drop-column:", "drop-colum:"),
        ("a fact of another kind", "{ stands: true }", "{ default: none }"),
        ("a fact of another type", "{ stands: true }", "{ stands: perhaps }"),
        ("an unknown standing", "column: in-use", "column: in-used"),
        ("an unknown kind in the same statement", "column: in-use", "together-with: add-colum"),
        ("an unknown query", "old-code: [select]", "old-code: [selct]"),
        ("a name that is not bound", "`{table}.{column}` is dropped", "`{table}.{to}` is dropped"),
        ("a name that does not exist", "why: Old code reads it.", "why: Old code reads {colum}."),
        ("an id that is not the file's name", "id: column-dropped", "id: column-gone"),
        ("an error without a way out", "recipe: drop-column\n", ""),
        ("two ways out", "recipe: drop-column", "recipe: drop-column\nno-recipe: there is none"),
        ("an example in no language", "sql: ALTER TABLE t DROP c", "in-use: [t]"),
        ("an example on no engine", "sql: ALTER TABLE t DROP c", "sql: x, engines: [oracle]"),
        ("no good example", "good: [{ name: other, sql: ALTER TABLE t ADD c INT }]", "good: []"),
        ("help for no engine", "help: Wait.", "help: { oracle: Wait., otherwise: Go. }"),
        (
            "no examples at all",
            "examples:\n  bad: [{ name: sql, sql: ALTER TABLE t DROP c }]\n  good: [{ name: other, sql: ALTER TABLE t ADD c INT }]\n",
            "",
        ),
        ("an unknown effect", "column: in-use", "effect: { lasts: forever }"),
        ("a remark beside a change", "column: in-use", "remark: suppression-unused"),
        ("a remark as an exception", "breaks:", "except: { remark: suppression-unused }\nbreaks:"),
        ("no YAML", "match:", "match: ["),
    ];
    let mut told = String::new();
    for (what, sound, wrong) in broken {
        assert!(SOUND.contains(sound), "{what}");
        let error = read(&SOUND.replacen(sound, wrong, 1)).unwrap_err();
        let _ = writeln!(told, "# {what}\n{}", render(&error));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_project_has_rules_of_its_own() {
    let own = |id: &str, change: &str| OwnRule {
        family: "project".to_owned(),
        path: format!("phasewise/rules/{id}.yaml"),
        text: SOUND.replacen("id: column-dropped", &format!("id: {id}"), 1).replacen("help: Wait.", change, 1),
    };
    let with = |rules: &[OwnRule]| Rules::builtin().unwrap().with_own(rules);
    let count = Rules::builtin().unwrap().iter().count();

    let more = with(&[own("column-gone", "help: Wait.")]).unwrap();
    assert_eq!(more.iter().count(), count + 1);
    assert!(more.get("column-gone").is_some_and(|rule| rule.is_own));
    let replaced = with(&[own("column-dropped", "help: Ask.\nreplaces-builtin: true")]).unwrap();
    assert_eq!(replaced.iter().count(), count);
    assert_eq!(replaced.get("column-dropped").map(|rule| rule.wording().help), Some("Ask.".to_owned()));

    let mut told = String::new();
    for (what, rules) in [
        ("an id that is taken", vec![own("column-dropped", "help: Wait.")]),
        ("nothing to replace", vec![own("column-gone", "help: Wait.\nreplaces-builtin: true")]),
        ("one id twice", vec![own("column-gone", "help: Wait."), own("column-gone", "help: Wait.")]),
        ("silencing no rule", vec![own("column-gone", "help: Wait.\nsilences: [column-lost]")]),
    ] {
        let _ = writeln!(told, "# {what}\n{}", render(&with(&rules).unwrap_err()));
    }
    insta::assert_snapshot!(told);
}

fn read(text: &str) -> Result<Rule, YamlError> {
    ReadRule::read("compatibility", "compatibility/column-dropped.yaml", text).map(|read| read.rule)
}

fn render(error: &dyn miette::Diagnostic) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).render_report(&mut text, error).unwrap();
    text
}
