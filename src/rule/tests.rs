//! What is wrong with a rule file is said where it is wrong.

use std::fmt::Write;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::{Rule, Rules};

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
    let rule = Rule::read("compatibility/column-dropped.yaml", SOUND).unwrap();
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
        ("no YAML", "match:", "match: ["),
    ];
    let mut told = String::new();
    for (what, sound, wrong) in broken {
        assert!(SOUND.contains(sound), "{what}");
        let error = Rule::read("compatibility/column-dropped.yaml", &SOUND.replacen(sound, wrong, 1)).unwrap_err();
        let _ = writeln!(told, "# {what}\n{}", render(&error));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn no_two_rules_have_one_id() {
    let mut rules = Rules::default();
    rules.add("compatibility/column-dropped.yaml", SOUND).unwrap();
    let error = rules.add("rules/column-dropped.yaml", SOUND).unwrap_err();
    assert_eq!(error.to_string(), "there is a rule `column-dropped` already, in `compatibility/`");
}

fn render(error: &dyn miette::Diagnostic) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).render_report(&mut text, error).unwrap();
    text
}
