//! Each format, written from an outcome made by hand.

use std::collections::BTreeSet;
use std::rc::Rc;

use phasewise::catalog::Catalog;
use phasewise::change::{
    AddColumn, Change, Column, ColumnType, DropColumn, OnlineClauses, Problem, SchemaChange, Statement, TableName,
};
use phasewise::effect::{Algorithm, Blocks, Certainty, Effect, Lasts, OtherTable};
use phasewise::engine::{Engine, EngineVersion};
use phasewise::finding::{Breaks, Confidence, Doubt, Evidence, Finding, Query, Severity, Suppression, Use};
use phasewise::lint::{Direction, JudgedChange, MigrationRead, Outcome, Unknown};
use phasewise::report::sql::SentSql;
use phasewise::report::text::Look;
use phasewise::report::{Places, effects, github, gitlab, json, junit, markdown, sarif, sql, text};
use phasewise::source::{SourceFile, Span, Tree};

const PHP: &str = "database/migrations/2026_11_22_000000_add_reference_code_to_orders.php";
const SQL: &str = "database/migrations/2026_11_22_000100_drop_note.sql";

const PHP_TEXT: &str = r"<?php

return new class extends Migration {
    public function up(): void
    {
        Schema::table('orders', function (Blueprint $table) {
            // größer
            $table->string('reference_code');
            $this->stamps($table);
        });
    }
};
";

const SQL_TEXT: &str = "-- phasewise-ignore column-dropped: nobody reads it\nalter table orders drop column note;\n";

const PLAIN: Look = Look { is_coloured: false, is_unicode: true, width: 100, is_verbose: false };

/// The outcome of a batch of two migrations, one of Laravel and one of SQL.
fn outcome() -> (Tree, Outcome) {
    let tree = Tree::default();
    let php = tree.put(PHP, PHP_TEXT.to_owned());
    let sql = tree.put(SQL, SQL_TEXT.to_owned());
    let name = |path: &str| path.rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
    let migration = |path: &str| MigrationRead { name: name(path), path: path.to_owned(), is_in_transaction: false };
    let target = EngineVersion { engine: Engine::Mysql, version: "8.4".parse().unwrap() };
    let outcome = Outcome {
        target,
        laravel: Some(12),
        migrations: vec![migration(PHP), migration(SQL)],
        changes: changes(&php, &sql),
        findings: findings(&php, &sql),
        unknown: vec![
            unknown(&php, "$this->stamps($table)", "`stamps` is not defined in the project", false),
            unknown(&sql, "alter table", "`frobnicate` is no statement", true),
        ],
        unsized_tables: BTreeSet::new(),
        catalog: Catalog::new(Engine::Mysql),
        trail: phasewise::effect::Trail::default(),
    };
    (tree, outcome)
}

fn span_of(file: &Rc<SourceFile>, text: &str) -> Span {
    let start = file.text.find(text).unwrap() as u32;
    Span::new(file.id, start, start + text.len() as u32)
}

fn unknown(file: &Rc<SourceFile>, text: &str, reason: &str, is_history: bool) -> Unknown {
    Unknown { span: span_of(file, text), reason: reason.to_owned(), is_history }
}

fn statement(file: &Rc<SourceFile>, part: &str, sql: &str) -> Rc<Statement> {
    Rc::new(Statement {
        sql: sql.to_owned(),
        bindings: Vec::new(),
        span: span_of(file, part),
        changes: Vec::new(),
        guard: None,
        online: OnlineClauses::default(),
        lost: Vec::new(),
    })
}

fn changes(php: &Rc<SourceFile>, sql: &Rc<SourceFile>) -> Vec<JudgedChange> {
    let table = TableName::new("orders");
    let column = Column::new("reference_code", ColumnType::named("varchar"));
    let added = SchemaChange::AddColumn(AddColumn { table: table.clone(), column, if_not_exists: false });
    let dropped =
        SchemaChange::DropColumn(DropColumn { table, column: "note".to_owned(), if_exists: false, cascade: false });
    vec![
        JudgedChange {
            migration: 0,
            statement: statement(
                php,
                "$table->string('reference_code')",
                "alter table `orders` add `reference_code` varchar(255) not null",
            ),
            change: Change { what: added, span: span_of(php, "$table->string('reference_code')") },
            effect: Effect {
                others: vec![OtherTable {
                    table: TableName::new("users"),
                    lock: "SHARED".to_owned(),
                    blocks: Blocks { reads: false, writes: true },
                }],
                ..effect()
            },
            breaks: Breaks { old_code: [Query::Insert].into(), ..Breaks::default() },
        },
        JudgedChange {
            migration: 1,
            statement: statement(sql, "drop column note", "alter table orders drop column note"),
            change: Change { what: dropped, span: span_of(sql, "drop column note") },
            effect: Effect {
                lock: "EXCLUSIVE".to_owned(),
                blocks: Blocks { reads: true, writes: true },
                lasts: Lasts::Rebuild,
                algorithm: Some(Algorithm::Copy),
                rewrites: true,
                certainty: Certainty::Assumed,
                hangs_on: vec!["the table's row format".to_owned()],
                says: "The table is copied.".to_owned(),
                ..effect()
            },
            breaks: Breaks { old_code: [Query::Select, Query::Update].into(), ..Breaks::default() },
        },
    ]
}

fn effect() -> Effect {
    Effect {
        lock: "NONE".to_owned(),
        blocks: Blocks::default(),
        is_database_wide: false,
        lasts: Lasts::Moment,
        algorithm: Some(Algorithm::Instant),
        rewrites: false,
        scans: false,
        in_transaction: false,
        refused: None,
        others: Vec::new(),
        certainty: Certainty::Known,
        hangs_on: Vec::new(),
        says: "only the table's definition changes".to_owned(),
        source: "the manual".to_owned(),
        alternatives: Vec::new(),
    }
}

fn used(release: &str, is_new_code: bool, line: u32) -> Use {
    Use {
        release: release.to_owned(),
        is_new_code,
        file: "app/Http/Controllers/OrderController.php".to_owned(),
        line,
        tier: "certain",
        effect: "sql-error",
        why: "the row is inserted without it".to_owned(),
    }
}

fn findings(php: &Rc<SourceFile>, sql: &Rc<SourceFile>) -> Vec<Finding> {
    let added = Finding {
        rule: "required-column-added".to_owned(),
        severity: Severity::Error,
        confidence: Confidence::Certain,
        migration: "2026_11_22_000000_add_reference_code_to_orders".to_owned(),
        span: span_of(php, "$table->string('reference_code')"),
        change: Some(0),
        breaks: Breaks { old_code: [Query::Insert].into(), ..Breaks::default() },
        message: "`orders.reference_code` is required, but the release now running does not set it".to_owned(),
        why: "The old release goes on inserting into `orders` without `reference_code` until the `current`\nsymlink \
              moves, and in each queue worker until it restarts. Every such insert fails.\n"
            .to_owned(),
        help: "Add it as nullable, backfill it, and make it NOT NULL in a later deploy.".to_owned(),
        recipe: Some("add-required-column".to_owned()),
        object: "orders.reference_code".to_owned(),
        uses: vec![used("v41", false, 31), used("v42", true, 44)],
        doubts: Vec::new(),
        clues: Vec::new(),
        discharged_by: None,
        suppressed: None,
        is_baselined: false,
    };
    let copied = Finding {
        rule: "table-copied-with-writes-blocked".to_owned(),
        severity: Severity::Warning,
        confidence: Confidence::Likely,
        migration: "2026_11_22_000100_drop_note".to_owned(),
        span: span_of(sql, "drop column note"),
        change: Some(1),
        breaks: Breaks::default(),
        message: "dropping `note` copies `orders`: 100% of it, twice".to_owned(),
        recipe: None,
        uses: Vec::new(),
        doubts: vec![Doubt {
            release: "v41".to_owned(),
            file: "app/Report.php".to_owned(),
            line: 7,
            reason: "the column's name is computed".to_owned(),
        }],
        ..added.clone()
    };
    let ignored = Finding {
        rule: "column-dropped".to_owned(),
        suppressed: Some(Suppression {
            span: span_of(sql, "-- phasewise-ignore column-dropped: nobody reads it"),
            reason: "nobody reads it".to_owned(),
        }),
        ..copied.clone()
    };
    let cleared = Finding {
        rule: "index-dropped-in-use".to_owned(),
        severity: Severity::Note,
        confidence: Confidence::Certain,
        clues: Vec::new(),
        discharged_by: Some(Evidence {
            words: "an earlier migration made the same index".to_owned(),
            place: Some(span_of(sql, "alter table")),
        }),
        ..copied.clone()
    };
    let known = Finding { is_baselined: true, ..copied.clone() };
    let in_vain = Finding {
        rule: "suppression-unused".to_owned(),
        span: span_of(sql, "-- phasewise-ignore"),
        change: None,
        message: "`table-dropped` finds nothing here".to_owned(),
        why: String::new(),
        help: String::new(),
        ..copied.clone()
    };
    vec![added, in_vain, copied, ignored, cleared, known]
}

#[track_caller]
fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_is_for_people() {
    let (tree, outcome) = outcome();
    insta::assert_snapshot!(written(|out| text::write(out, &outcome, &tree, PLAIN)));
}

#[test]
fn verbose_text_shows_what_does_not_count() {
    let (tree, outcome) = outcome();
    let look = Look { is_verbose: true, is_unicode: false, width: 80, ..PLAIN };
    insta::assert_snapshot!(written(|out| text::write(out, &outcome, &tree, look)));
}

#[test]
fn nothing_found_is_one_line() {
    let (tree, mut outcome) = outcome();
    outcome.findings.clear();
    outcome.unknown.clear();
    let text = written(|out| text::write(out, &outcome, &tree, PLAIN));
    assert_eq!(text, "nothing found in 2 migrations\n");
}

#[test]
fn colour_is_the_only_difference_of_coloured_text() {
    let (tree, outcome) = outcome();
    let plain = written(|out| text::write(out, &outcome, &tree, PLAIN));
    let coloured = written(|out| text::write(out, &outcome, &tree, Look { is_coloured: true, ..PLAIN }));
    assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}["));
    assert_eq!(plain, without_colour(&coloured));
}

#[test]
fn json_is_as_its_schema_says() {
    let (tree, outcome) = outcome();
    let text = written(|out| json::write_lint(out, &outcome, &tree));
    conforms("lint", &text);
    insta::assert_snapshot!(text);
    conforms("effects", &written(|out| json::write_effects(out, &outcome, &tree)));
    conforms("sql", &written(|out| json::write_sql(out, &sent(&tree), &tree)));
}

#[test]
fn github_annotates_the_lines() {
    let (tree, outcome) = outcome();
    let places = Places { tree: &tree, prefix: "apps/shop/" };
    insta::assert_snapshot!(written(|out| github::write(out, &outcome, places)));
}

#[test]
fn other_formats_are_as_their_readers_want_them() {
    let (tree, outcome) = outcome();
    let places = Places { tree: &tree, prefix: "" };
    insta::assert_snapshot!("sarif", written(|out| sarif::write(out, &outcome, places)));
    insta::assert_snapshot!("gitlab", written(|out| gitlab::write(out, &outcome, places)));
    insta::assert_snapshot!("junit", written(|out| junit::write(out, &outcome, places)));
    insta::assert_snapshot!("markdown", written(|out| markdown::write(out, &outcome, places)));
}

#[test]
fn effects_are_a_table() {
    let (tree, outcome) = outcome();
    insta::assert_snapshot!(written(|out| effects::write(out, &outcome, &tree)));
}

#[test]
fn sql_can_be_run() {
    let (tree, _) = outcome();
    insta::assert_snapshot!(written(|out| sql::write(out, &sent(&tree), &tree)));
    insta::assert_snapshot!("sql_as_json", written(|out| json::write_sql(out, &sent(&tree), &tree)));
}

#[test]
fn schemas_are_those_of_the_code() {
    for name in json::SCHEMAS {
        super::golden(&format!("docs/schema/{name}.json"), &json::schema(name).unwrap());
    }
    super::golden("docs/schema/rule.json", &pretty(&phasewise::rule::schema()));
    super::golden("docs/schema/recipe.json", &pretty(&phasewise::recipe::schema()));
    super::golden("docs/schema/plan-file.json", &pretty(&phasewise::emit::schema()));
    super::golden("docs/schema/config.json", &pretty(&phasewise::cli::config_schema()));
}

fn pretty(schema: &schemars::Schema) -> String {
    serde_json::to_string_pretty(schema).unwrap() + "\n"
}

fn sent(tree: &Tree) -> Vec<SentSql> {
    let php = tree.put(PHP, PHP_TEXT.to_owned());
    let statement = |sql: &str, bindings: &[&str], guard: Option<&str>| Statement {
        sql: sql.to_owned(),
        bindings: bindings.iter().map(ToString::to_string).collect(),
        span: span_of(&php, "$table->string"),
        changes: Vec::new(),
        guard: guard.map(str::to_owned),
        online: phasewise::change::OnlineClauses::default(),
        lost: Vec::new(),
    };
    let up = SentSql {
        migration: "2026_11_22_000000_add_reference_code_to_orders".to_owned(),
        path: PHP.to_owned(),
        direction: Direction::Up,
        engine: Engine::Mysql,
        statements: vec![
            statement("alter table `orders` add `reference_code` varchar(255) not null", &[], None),
            statement(
                "update `orders` set `reference_code` = ? where `id` = ?",
                &["'x'", "1"],
                Some("$table\n->ready()"),
            ),
            statement("", &[], None),
            statement("select 1 -- all", &[], None),
        ],
        problems: vec![Problem { span: span_of(&php, "$this->stamps"), reason: "`stamps` is not known".to_owned() }],
    };
    let down = SentSql { direction: Direction::Down, statements: Vec::new(), problems: Vec::new(), ..up.clone() };
    vec![up, down]
}

#[track_caller]
pub fn conforms(name: &str, text: &str) {
    let schema = serde_json::from_str(&json::schema(name).unwrap()).unwrap();
    conforms_to(&schema, name, text);
}

/// Whether a document, in YAML or in JSON, is as the schema says.
#[track_caller]
pub fn conforms_to(schema: &serde_json::Value, name: &str, text: &str) {
    let document = serde_yaml::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}\n{text}");
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}
