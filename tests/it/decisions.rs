//! What a project decides for itself: rules of its own, severities, sizes of tables, a baseline.

use std::fmt::Write;

use super::cli::{ADD, CONFIG, CREATE, FULL_CONFIG, code, directory, phasewise, run, write};

/// A rule of the project's own, whose bad example is bad.
const OWN: &str = "id: money-in-a-float
summary: A column for money is a float.
severity: warning
match:
  change:
    add-column: { nullable: true }
except:
  table: new
message: \"`{table}.{column}` is {type}\"
why: Cents get lost.
help: Use a decimal.
examples:
  bad:
    - name: a float
      in-use: [orders]
      sql: ALTER TABLE orders ADD COLUMN total FLOAT NULL;
  good:
    - name: a new table
      sql: |
        CREATE TABLE carts (id BIGINT PRIMARY KEY);
        ALTER TABLE carts ADD COLUMN total FLOAT NULL;
";

const INDEX: (&str, &str) = ("migrations/0003_index.sql", "CREATE INDEX orders_code ON orders (id);\n");

#[track_caller]
fn says(shown: &str, text: &str) {
    assert!(shown.contains(text), "`{text}` is not said in:\n{shown}");
}

#[test]
fn rules_of_the_project_are_judged_with_and_tested() {
    let path = "phasewise/rules/money-in-a-float.yaml";
    let project = directory(&[CONFIG, CREATE, (path, OWN)]);
    write(project.path(), "migrations/0002_total.sql", b"ALTER TABLE orders ADD COLUMN total FLOAT NULL;\n");
    says(&run(project.path(), &["lint", "migrations/0002_total.sql"]), "warning[money-in-a-float]");
    says(&run(project.path(), &["explain", "money-in-a-float"]), "Use a decimal.");
    says(&run(project.path(), &["explain"]), "project\n  money-in-a-float");
    let passed = "exit 0\n--- stdout\nok      money-in-a-float (1 bad, 1 good)\n1 of 1 rules passed\n";
    assert_eq!(run(project.path(), &["test-rules"]), passed);
    assert_eq!(run(project.path(), &["test-rules", "phasewise/rules"]), passed);

    let wrong = OWN
        .replace("ADD COLUMN total FLOAT NULL;\n  good", "DROP COLUMN total;\n  good")
        .replace("table: new", "column: new");
    write(project.path(), path, wrong.as_bytes());
    insta::assert_snapshot!("test_rules_failed", run(project.path(), &["test-rules"]));
}

#[test]
fn broken_rules_judge_nothing() {
    let path = "phasewise/rules/money-in-a-float.yaml";
    let project = directory(&[CONFIG, CREATE, ADD]);
    let mut told = String::new();
    for (sound, wrong) in [
        ("help: Use a decimal.", "hlep: Use a decimal."),
        ("is {type}", "is {old_type}"),
        ("id: money-in-a-float", "id: money"),
        ("id: money-in-a-float", "id: money-in-a-float\nreplaces-builtin: true"),
        ("severity: warning", "severity: warning\nsilences: [nothing]"),
        ("match:", "match:\n  effect: { lasts: rebuild, blocks: nothing, algorithm: instant }"),
        ("match:", "match:\n  engine: sqlite\n  effect: { algorithm: inplace }"),
    ] {
        assert!(OWN.contains(sound));
        write(project.path(), path, OWN.replacen(sound, wrong, 1).as_bytes());
        let shown = run(project.path(), &["lint", ADD.0]);
        assert_eq!(shown, run(project.path(), &["test-rules"]), "{wrong}");
        told += &shown;
    }
    insta::assert_snapshot!("broken_own_rules", told);
    std::fs::remove_dir_all(project.path().join("phasewise")).unwrap();
    says(&run(project.path(), &["test-rules"]), "there are no rules in `phasewise/rules`");
    says(&run(project.path(), &["test-rules", "gone"]), "`gone` does not exist");
}

#[test]
fn a_builtin_rule_can_be_replaced_by_one_that_says_so() {
    let text = include_str!("../../rules/compatibility/required-column-added.yaml");
    let path = "phasewise/rules/required-column-added.yaml";
    let project = directory(&[CONFIG, CREATE, ADD, (path, text)]);
    says(&run(project.path(), &["lint", ADD.0]), "there is a rule `required-column-added` already");
    let milder = text.replacen("severity: error", "severity: note\nreplaces-builtin: true", 1);
    write(project.path(), path, milder.as_bytes());
    assert_eq!(code(project.path(), &["lint", ADD.0]), 0);
    says(&run(project.path(), &["lint", ADD.0]), "good to know (listed with -v): required-column-added x1");
}

#[test]
fn severities_go_from_the_rule_to_the_file_to_the_table() {
    let project = directory(&[CONFIG, CREATE, ADD]);
    let level = |config: &str| {
        write(project.path(), "phasewise.yaml", format!("engine: postgresql:16\n{config}").as_bytes());
        let output = phasewise(project.path(), &["lint", ADD.0, "--format", "json"]).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut findings = report["findings"].as_array().unwrap().iter();
        let own = findings.find(|finding| finding["rule"] == "required-column-added");
        own.map_or("none".to_owned(), |finding| finding["severity"].as_str().unwrap().to_owned())
    };
    let rule = "required-column-added";
    assert_eq!(level(""), "error");
    assert_eq!(level(&format!("rules: {{ {rule}: warning }}")), "warning");
    let file = format!("files: {{ \"migrations/0002_*\": {{ rules: {{ {rule}: note }} }} }}\n");
    assert_eq!(level(&format!("rules: {{ {rule}: warning }}\n{file}")), "note");
    let table =
        format!("tables: {{ ord*: {{ rules: {{ {rule}: warning }} }}, orders: {{ rules: {{ {rule}: off }} }} }}");
    assert_eq!(level(&format!("{file}{table}")), "none", "the last that fits wins");
    let idle = "tables: { ordrs: { size: small } }\nfiles: { \"old/*\": { rules: {} } }\n";
    write(project.path(), "phasewise.yaml", format!("engine: postgresql:16\n{idle}").as_bytes());
    let shown = run(project.path(), &["lint", ADD.0]);
    says(&shown, "note: `tables: ordrs` fits no table of the migrations");
    says(&shown, "note: `files: old/*` fits no migration");
}

#[test]
fn a_configuration_that_cannot_be_is_refused_where_it_is_wrong() {
    let project = directory(&[CREATE]);
    let mut told = String::new();
    for config in [
        "tables: { orders: { rules: { column-droped: off } } }",
        "files: { \"a/*\": { rules: { column-droped: off } } }",
        "tables: { orders: { rows: many } }",
        "tables:\n  orders: { size: small }\n  orders: { size: large }",
        "small-table: { row: 10 }",
        "own-rules: [gone]",
        "own-rules: [../rules]",
        "baseline: gone.json",
        "stats: gone.json",
    ] {
        write(project.path(), "phasewise.yaml", format!("engine: mysql:8.4\n{config}\n").as_bytes());
        writeln!(told, "# {config}\n{}", run(project.path(), &["lint", "--all"])).unwrap();
    }
    insta::assert_snapshot!("broken_configurations", told);
}

#[test]
fn the_full_configuration_is_read() {
    let files = [
        ("artisan", ""),
        ("phasewise.yaml", FULL_CONFIG),
        ("phasewise/rules/money-in-a-float.yaml", OWN),
        ("phasewise-baseline.json", r#"{"version": 1, "findings": []}"#),
        (
            "phasewise-stats.json",
            r#"{"version": 1, "engine": "mysql", "server-version": "8.4.3", "taken": "2026-11-01", "tables": []}"#,
        ),
        (
            "database/migrations/2026_01_01_000000_empty.php",
            "<?php\nreturn new class extends Migration { public function up() {} };\n",
        ),
    ];
    let project = directory(&files);
    says(&run(project.path(), &["lint", "--all"]), "exit 0\n--- stdout\nnothing found in 1 migration\n");
}

#[test]
fn a_small_table_discharges_what_lasts_as_long_as_it_is_large() {
    let project = directory(&[CONFIG, CREATE, INDEX]);
    let lint = |arguments: &[&str]| run(project.path(), &[&["lint", INDEX.0], arguments].concat());
    let unknown = lint(&[]);
    says(&unknown, "error[index-built-with-writes-blocked]");
    says(
        &unknown,
        "note: not known how large, so taken for large: `orders` (say it under `tables:` in `phasewise.yaml`)",
    );
    let stats = |engine: &str, rows: u64| {
        format!(
            r#"{{"version": 1, "engine": "{engine}", "server-version": "16.4", "sql-mode": null, "taken": "2026-11-01",
            "tables": [{{"name": "orders", "rows": {rows}, "bytes": 90112}}]}}"#
        )
    };
    write(project.path(), "stats.json", stats("postgresql", 1200).as_bytes());
    let small = lint(&["--stats", "stats.json", "-v"]);
    says(&small, "exit 0");
    says(&small, "  cleared: `orders` has 1,200 rows and 90,112 bytes (stats of 2026-11-01)");
    says(&small, "nothing found in 1 migration; 1 discharged");
    assert!(!small.contains("taken for large"), "{small}");
    let short = lint(&["--stats", "stats.json"]);
    assert!(!short.contains("cleared"), "only asked for it is listed:\n{short}");
    write(project.path(), "stats.json", stats("postgresql", 1_200_000).as_bytes());
    let large = lint(&["--stats", "stats.json"]);
    says(&large, "error[index-built-with-writes-blocked]");
    assert!(!large.contains("taken for large"), "{large}");
    write(project.path(), "stats.json", stats("mysql", 1200).as_bytes());
    insta::assert_snapshot!("stats_of_another_engine", lint(&["--stats", "stats.json"]));
    write(project.path(), "stats.json", b"{\"version\": 1, \"tables\": [}");
    insta::assert_snapshot!("broken_stats", lint(&["--stats", "stats.json"]));
    let config = "engine: postgresql\nstats: stats.json\nsmall-table: { rows: 2_000_000 }\n";
    write(project.path(), "phasewise.yaml", config.as_bytes());
    write(project.path(), "stats.json", stats("postgresql", 1_200_000).as_bytes());
    let version = lint(&["-v"]);
    says(&version, "engine: PostgreSQL 16.4 (from the configuration and the stats)");
    says(&version, "1,200,000 rows");
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\ntables: { orders: { size: small } }\n");
    says(&lint(&["-v"]), "  cleared: `orders` is small (`phasewise.yaml`)");
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\ntables: { ord*: { rows: 12_000, bytes: 1MB } }\n");
    says(&lint(&[]), "error[index-built-with-writes-blocked]");
}

#[test]
fn what_is_discharged_hides_nothing_else() {
    let both = "TRUNCATE orders;\nCREATE INDEX a ON orders (id);\nINSERT INTO orders SELECT * FROM old;\n\
                CREATE INDEX b ON orders (id);\n";
    let project = directory(&[CONFIG, CREATE, ("migrations/0002_both.sql", both)]);
    let shown = run(project.path(), &["lint", "migrations/0002_both.sql", "-v"]);
    says(&shown, "  cleared: `orders` has no rows: this migration empties it first (migrations/0002_both.sql:1:1)");
    says(&shown, "1 discharged");
    let open = run(project.path(), &["lint", "migrations/0002_both.sql"]);
    says(&open, "migrations/0002_both.sql:4:1");
    assert!(!open.contains("migrations/0002_both.sql:2:1"), "{open}");

    // Whether the column's type changes hangs on the table's shape, which nobody knows.
    let unknown = "ALTER TABLE events ALTER COLUMN kind TYPE VARCHAR(20);\n";
    let config = "engine: postgresql:16\ntables: { events: { size: small } }\n";
    let project = directory(&[("phasewise.yaml", config), CREATE, ("migrations/0002_kind.sql", unknown)]);
    let shown = run(project.path(), &["lint", "migrations/0002_kind.sql", "-v"]);
    insta::assert_snapshot!("doubts_of_a_small_table", shown);
}

#[test]
fn a_small_table_breaks_running_code_all_the_same() {
    let project =
        directory(&[("phasewise.yaml", "engine: postgresql:16\ntables: { orders: { size: small } }\n"), CREATE, ADD]);
    says(&run(project.path(), &["lint", ADD.0]), "error[required-column-added]");
}

#[test]
fn a_baseline_only_shrinks() {
    let project = directory(&[CONFIG, CREATE, ADD, INDEX]);
    let lint = |arguments: &[&str]| run(project.path(), &[&["lint", "--all"], arguments].concat());
    let file = || std::fs::read_to_string(project.path().join("known.json")).unwrap();
    says(&lint(&[]), "2 errors in 2 of 3 migrations");
    says(&lint(&["--baseline", "known.json"]), "`known.json` does not exist");

    let written = lint(&["--write-baseline", "known.json"]);
    says(&written, "exit 0");
    says(&written, "nothing found in 3 migrations; 2 in the baseline");
    says(&written, "note: `known.json` stands for 2 findings");
    insta::assert_snapshot!("baseline_file", file());
    says(&lint(&["--baseline", "known.json"]), "exit 0");
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\nbaseline: known.json\n");
    says(&lint(&[]), "nothing found in 3 migrations; 2 in the baseline");
    assert_eq!(code(project.path(), &["lint", INDEX.0]), 0, "what is not judged is not missed");
    assert!(!run(project.path(), &["lint", INDEX.0]).contains("no longer found"));

    // The line moves, and the finding is known again; another one counts.
    let moved = format!("-- why\n\n{}ALTER TABLE orders ADD COLUMN note VARCHAR(20) NOT NULL;\n", ADD.1);
    write(project.path(), ADD.0, moved.as_bytes());
    says(&lint(&[]), "1 error in 1 of 3 migrations; 2 in the baseline");
    says(&lint(&["--write-baseline", "known.json"]), "1 error in 1 of 3 migrations; 2 in the baseline");
    assert!(!file().contains("orders.note"), "it never grows");

    write(project.path(), INDEX.0, b"CREATE INDEX CONCURRENTLY orders_code ON orders (id);\n");
    write(project.path(), ADD.0, ADD.1.as_bytes());
    says(&lint(&[]), "note: of `known.json` no longer found: 1 finding ");
    says(&lint(&["--write-baseline", "known.json"]), "`known.json` stands for 1 finding, where there were 2");
    assert!(!file().contains("orders_code"), "{}", file());

    write(project.path(), INDEX.0, INDEX.1.as_bytes());
    assert_eq!(code(project.path(), &["lint", "--all"]), 1);
    says(&lint(&["--write-baseline", "known.json", "--force"]), "exit 0");
    assert!(file().contains("orders_code"), "{}", file());

    write(project.path(), "known.json", b"{\"version\": 1, \"findings\": [{\"rule\": 1}]}");
    insta::assert_snapshot!("broken_baseline", lint(&[]));
    says(&lint(&["--write-baseline", "gone/known.json"]), "cannot be written");
    let left: Vec<_> = std::fs::read_dir(project.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".known")), "{left:?}");
}

#[test]
fn a_suppression_in_vain_is_a_finding_like_others() {
    let vain =
        "-- phasewise-ignore table-dropped: it is unused\nALTER TABLE orders ADD COLUMN note VARCHAR(20) NULL;\n";
    let project = directory(&[CONFIG, CREATE, ("migrations/0002_note.sql", vain)]);
    let lint = |arguments: &[&str]| run(project.path(), &[&["lint", "migrations/0002_note.sql"], arguments].concat());
    says(&lint(&[]), "warning[suppression-unused]");
    says(&lint(&[]), "exit 0");
    says(&lint(&["--fail-on", "warning"]), "exit 1");
    let comment = |text: &str| {
        let sql = format!("-- phasewise-ignore {text}\nDROP TABLE orders;\n");
        write(project.path(), "migrations/0002_note.sql", sql.as_bytes());
        let shown = lint(&[]).replace("\n  \u{2502} ", " ");
        says(&shown, "exit 1");
        says(&shown, "migrations/0002_note.sql:1:1");
        shown
    };
    says(&comment("table-dropped"), "gives no reason, so it suppresses nothing: write `phasewise-ignore rule: reason`");
    says(
        &comment("table-droped: it is empty"),
        "there is no rule `table-droped`, so nothing is suppressed: did you mean `table-dropped`?",
    );
    write(project.path(), "migrations/0002_note.sql", vain.as_bytes());
    says(&lint(&["--format", "github"]), "::warning file=migrations/0002_note.sql,line=1,");
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\nrules: { suppression-unused: off }\n");
    says(&lint(&[]), "nothing found in 1 migration");
}

#[test]
fn the_mode_of_the_server_is_that_of_the_stats() {
    let project = directory(&[("phasewise.yaml", "engine: mysql\nstats: stats.json\n"), CREATE, ADD]);
    let lint = |sql_mode: &str| {
        let stats = format!(
            r#"{{"version": 1, "engine": "mysql", "server-version": "8.4.3", "sql-mode": "{sql_mode}",
            "taken": "2026-11-01", "tables": []}}"#
        );
        write(project.path(), "stats.json", stats.as_bytes());
        run(project.path(), &["lint", ADD.0])
    };
    says(&lint("STRICT_TRANS_TABLES"), "error[required-column-added]");
    assert!(!lint("NO_ENGINE_SUBSTITUTION").contains("required-column-added"), "no INSERT fails there");
}

#[test]
fn stats_that_cannot_be_taken_say_why() {
    let nowhere = directory(&[]);
    says(&run(nowhere.path(), &["stats"]), "no database is named");
    let told = |url: &str| run(nowhere.path(), &["stats", "--database-url", url]);
    says(&told("oracle://shop"), "`oracle` databases cannot be asked");
    says(&told("sqlite://shop.db"), "`shop.db` cannot be read: No such file");
    says(
        &told("postgresql://app:hush@localhost/shop?sslmode=always"),
        "the address says `sslmode=always`, which is none",
    );
    assert!(!told("postgresql://app:hush@localhost/shop?sslmode=always").contains("hush"));
    let shown = run(nowhere.path(), &["stats", "--database-url", "app:hush@localhost/shop"]);
    says(&shown, "exit 2");
    assert!(!shown.contains("hush"), "{shown}");
}
