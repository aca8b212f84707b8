//! Plans as files: what is written, that it is what was planned, and how it moves from deploy to deploy.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use phasewise::finding::Date;

use super::cli::{code, directory, run, write};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apps/shop");
const COLUMN: &str = "database/migrations/2026_11_22_000000_add_reference_code_to_orders.php";
const RENAME: &str = "database/migrations/2026_11_22_000100_tidy_up_customer_contact_columns.php";
const ID: &str = "2026_11_22_000000_add_reference_code_to_orders";
const FILL: &str =
    "database/plans/2026_11_22_000000_add_reference_code_to_orders/deploy-2/BackfillOrdersReferenceCode.php";
const PLAN: &str = "database/plans/2026_11_22_000000_add_reference_code_to_orders/plan.yaml";

#[test]
fn a_plan_is_written_in_the_style_of_the_project() {
    let shop = shop();
    let before = files(shop.path());
    let mut told = run(shop.path(), &["plan", COLUMN, RENAME, "--write", "-q"]);
    let after = files(shop.path());
    for path in after.iter().filter(|path| !before.contains(path)) {
        let _ = write!(told, "\n## {path}\n{}", read(shop.path(), path));
    }
    let schema = serde_json::to_value(phasewise::emit::schema()).unwrap();
    super::report::conforms_to(&schema, "plan.yaml", &read(shop.path(), PLAN));
    insta::assert_snapshot!("emit_laravel", told);
    let new: Vec<&str> = after
        .iter()
        .filter(|path| path.starts_with("database/migrations/2026_11_22_000") && !before.contains(path))
        .map(String::as_str)
        .collect();
    assert_eq!(new.len(), 4);
    let lint = run(shop.path(), &[&["lint", "-q"], new.as_slice()].concat());
    assert!(lint.starts_with("exit 0") && !lint.contains("warning"), "{lint}");
}

/// What Laravel would send of the files, `phasewise sql` says; what the plan holds, its file says.
#[test]
fn what_is_written_sends_what_was_planned() {
    for engine in ["mysql:8.4", "mariadb:10.11"] {
        for laravel in ["10", "12"] {
            let shop = shop();
            let target = ["--engine", engine, "--laravel", laravel, "-q"];
            assert_eq!(
                code(shop.path(), &[&["plan", COLUMN, RENAME, "--write"], &target[..]].concat()),
                0,
                "{target:?}"
            );
            let plan = read(shop.path(), PLAN);
            let new: Vec<String> = files(shop.path())
                .into_iter()
                .filter(|path| {
                    path.contains("_expand.php") || path.contains("_constrain.php") || path.contains("_drop.php")
                })
                .collect();
            assert!(new.len() >= 4, "{new:?}");
            for path in new {
                let sent = run(shop.path(), &[&["sql", path.as_str(), "--format", "json"], &target[..]].concat());
                let sent: serde_json::Value = serde_json::from_str(sent.split_once("stdout\n").unwrap().1).unwrap();
                assert!(sent[0]["unknown"].as_array().unwrap().is_empty(), "{sent:#}");
                for statement in sent[0]["statements"].as_array().unwrap() {
                    let sql = statement["sql"].as_str().unwrap();
                    let first = sql.lines().next().unwrap().trim();
                    assert!(plan.contains(first), "{path} sends {sql}, which the plan does not:\n{plan}");
                }
            }
        }
    }
}

/// PostgreSQL: what may not stand in a transaction stands outside, and an index that is built beside writers never under a
/// timeout.
#[test]
fn a_plan_for_postgresql_keeps_transactions_and_timeouts_apart() {
    let migration = |up: &str| {
        format!(
            "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\n\
             use Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration\n{{\n    public function up(): \
             void\n    {{\n{up}    }}\n}};\n"
        )
    };
    let create = migration(
        "        Schema::create('orders', function (Blueprint $table) {\n            $table->id();\n            \
         $table->string('state')->nullable();\n        });\n",
    );
    let add = migration(
        "        Schema::table('orders', function (Blueprint $table) {\n            $table->string('code', 20);\n            \
         $table->unique('state');\n        });\n",
    );
    let (first, second) = (
        "database/migrations/2026_01_01_000000_create_orders.php",
        "database/migrations/2026_01_02_000000_add_code.php",
    );
    for laravel in ["10", "12", "13"] {
        let config = format!("engine: postgresql:16\nlaravel: {laravel}\n");
        let given =
            [("artisan", ""), (first, create.as_str()), (second, add.as_str()), ("phasewise.yaml", config.as_str())];
        let project = directory(&given);
        let wanted = run(project.path(), &["schema", "-q"]);
        let written = run(project.path(), &["plan", second, "--write", "-q"]);
        assert!(written.starts_with("exit 0"), "{written}");
        let all: Vec<String> =
            files(project.path()).into_iter().filter(|path| path.ends_with("constrain.php")).collect();
        let told: Vec<String> = all.iter().map(|path| format!("## {path}\n{}", read(project.path(), path))).collect();
        insta::assert_snapshot!(format!("emit_postgresql_{laravel}"), told.join("\n"));
        let path = files(project.path()).into_iter().find(|path| path.contains("/Backfill")).unwrap();
        write(
            project.path(),
            &path,
            read(project.path(), &path).replace("VALUE = null;", "VALUE = \"'x'\";").as_bytes(),
        );
        for step in 0..2 {
            let held = run(project.path(), &["advance", "2026_01_02_000000_add_code", "-q"]);
            let seen: Vec<&str> = held
                .split_once("add_code --seen")
                .unwrap()
                .1
                .split_whitespace()
                .filter(|word| *word != "--seen")
                .collect();
            let seen: Vec<&str> = seen.iter().flat_map(|step| ["--seen", step]).collect();
            let advanced =
                run(project.path(), &[&["advance", "2026_01_02_000000_add_code", "-q"], seen.as_slice()].concat());
            assert!(advanced.starts_with("exit 0"), "{step}: {held}{advanced}");
        }
        assert_eq!(run(project.path(), &["schema", "-q"]), wanted);
        let new: Vec<String> = files(project.path())
            .into_iter()
            .filter(|path| path.starts_with("database/migrations/") && path != first)
            .collect();
        for path in new {
            let lint = run(project.path(), &["lint", "-q", &path]);
            assert!(lint.starts_with("exit 0") && !lint.contains("warning"), "{path}: {lint}");
        }
    }
}

#[test]
fn writing_twice_gives_the_same_bytes_and_edits_stay() {
    let shop = shop();
    assert_eq!(code(shop.path(), &["plan", COLUMN, "--write", "-q"]), 0);
    let once = snapshot(shop.path());
    let expand = files(shop.path()).into_iter().find(|path| path.ends_with("_expand.php")).unwrap();
    // Whether the author's migration is put back, or its successor is named.
    assert_eq!(code(shop.path(), &["plan", &expand, "--write", "-q"]), 0);
    assert_eq!(snapshot(shop.path()), once);
    std::fs::copy(Path::new(SHOP).join(COLUMN), shop.path().join(COLUMN)).unwrap();
    assert_eq!(code(shop.path(), &["plan", "--check"]), 1);
    assert_eq!(code(shop.path(), &["plan", COLUMN, "--write", "-q"]), 0);
    assert_eq!(snapshot(shop.path()), once);

    answer(shop.path(), "'none'");
    let answered = snapshot(shop.path());
    assert_eq!(code(shop.path(), &["plan", &expand, "--write", "-q"]), 0);
    assert_eq!(snapshot(shop.path()), answered, "an answer is no edit");

    write(
        shop.path(),
        &expand,
        read(shop.path(), &expand).replace("nullable()", "nullable()->comment('x')").as_bytes(),
    );
    let edited = snapshot(shop.path());
    insta::assert_snapshot!(
        "emit_edited",
        [
            run(shop.path(), &["plan", &expand, "--write", "-q"]),
            run(shop.path(), &["plan", "--check", "-q"]),
            run(shop.path(), &["advance", ID, "-q"]),
        ]
        .join("\n")
    );
    assert_eq!(snapshot(shop.path()), edited, "an edit is never written over");
    assert_eq!(code(shop.path(), &["plan", &expand, "--write", "--force", "-q"]), 0);
    assert_eq!(snapshot(shop.path()), answered);
}

#[test]
fn a_plan_goes_from_deploy_to_deploy() {
    let shop = shop();
    let wanted = run(shop.path(), &["schema", "--at", COLUMN, "-q"]);
    remove_later(shop.path());
    assert_eq!(code(shop.path(), &["plan", COLUMN, "--write", "-q"]), 0);
    let mut told = run(shop.path(), &["advance", ID, "-q"]);
    answer(shop.path(), "concat('ORD-', id)");
    for arguments in [
        &["plan", "--check", "-q"][..],
        &["advance", ID, "--seen", "orders-reference-code.expand", "-q"],
        &["advance", ID, "--seen", "deploy-1.drained", "-q"],
        &["advance", ID, "-q"],
        &["advance", PLAN, "--seen", "orders-reference-code.backfill-no-row", "-q"],
        &["plan", "--check", ID, "-q"],
        &["advance", ID, "-q"],
    ] {
        let _ = write!(told, "\n## {}\n{}", arguments.join(" "), run(shop.path(), arguments));
    }
    let moments = moments();
    let moments: Vec<(&str, &str)> = moments.iter().map(|(day, word)| (day.as_str(), *word)).collect();
    insta::with_settings!({ filters => moments }, { insta::assert_snapshot!("emit_advance", told) });
    assert!(run(shop.path(), &["schema", "-q"]) == wanted, "all deploys end in what the author wanted");
    let fill = read(shop.path(), "app/Console/Commands/BackfillOrdersReferenceCode.php");
    assert!(fill.contains("concat(\\'ORD-\\', id)"), "{fill}");
}

#[test]
fn a_plan_can_be_given_up_where_there_is_a_way_back() {
    let shop = shop();
    let before =
        run(shop.path(), &["schema", "--at", "database/migrations/2026_10_05_120000_create_reviews_table.php", "-q"]);
    let _ = before;
    remove_later(shop.path());
    assert_eq!(code(shop.path(), &["plan", COLUMN, "--write", "-q"]), 0);
    let mut told = run(shop.path(), &["plan", "--abort", ID, "-q"]);
    for path in files(shop.path()).iter().filter(|path| path.contains("take_back")) {
        told += &read(shop.path(), path);
    }
    told += &run(shop.path(), &["plan", "--check", "-q"]);
    told += &run(shop.path(), &["advance", ID, "-q"]);
    let moments = moments();
    let moments: Vec<(&str, &str)> = moments.iter().map(|(day, word)| (day.as_str(), *word)).collect();
    insta::with_settings!({ filters => moments }, { insta::assert_snapshot!("emit_abort", told) });
    assert!(!run(shop.path(), &["schema", "-q"]).contains("reference_code"));
}

#[test]
fn a_plan_file_that_is_broken_says_where() {
    let shop = shop();
    assert_eq!(code(shop.path(), &["plan", COLUMN, "--write", "-q"]), 0);
    let whole = read(shop.path(), PLAN);
    let mut told = String::new();
    for (name, broken) in [
        ("an unknown key", whole.replace("placed: 1", "placed: 1\nplace: 2")),
        ("a version to come", whole.replace("version: 1", "version: 2")),
        ("a deploy that there is not", whole.replace("placed: 1", "placed: 9")),
        (
            "a waiver without an end",
            format!(
                "{}waivers:\n- {{ step: deploy-1.drained, reason: r, by: b }}\n",
                whole.replace("waivers: []\n", "")
            ),
        ),
        (
            "a waiver of nothing",
            format!(
                "{}waivers:\n- {{ step: gone, reason: r, by: b, until: 2027-01-31 }}\n",
                whole.replace("waivers: []\n", "")
            ),
        ),
        ("another engine", whole.replace("engine: mysql:8.4", "engine: postgresql:16")),
        (
            "a waiver that ran out",
            format!(
                "{}waivers:\n- {{ step: deploy-1.drained, reason: nobody waits, by: dba, until: 2020-01-31 }}\n",
                whole.replace("waivers: []\n", "")
            ),
        ),
    ] {
        write(shop.path(), PLAN, broken.as_bytes());
        let _ = write!(told, "## {name}\n{}\n", run(shop.path(), &["plan", "--check", "-q"]));
    }
    write(shop.path(), PLAN, whole.as_bytes());
    std::fs::remove_file(shop.path().join(FILL)).unwrap();
    let _ = write!(told, "## a step file is missing\n{}\n", run(shop.path(), &["plan", "--check", "-q"]));
    let _ = write!(told, "## no such plan\n{}\n", run(shop.path(), &["advance", "gone", "-q"]));
    insta::assert_snapshot!("emit_broken", told);
}

/// In each layout: the files, a clean lint, and after all deploys the schema that the author wanted.
#[test]
fn a_plan_is_written_in_each_layout_of_sql() {
    let create = "CREATE TABLE orders (id BIGINT PRIMARY KEY, state VARCHAR(9));\n";
    let add = "ALTER TABLE orders ADD COLUMN code VARCHAR(20) NOT NULL;\nCREATE INDEX state ON orders (state);\n";
    let mut told = String::new();
    for (name, first, second, extra) in [
        ("plain", "migrations/0001_a.sql", "migrations/0002_b.sql", None),
        ("golang-migrate", "migrations/000001_a.up.sql", "migrations/000002_b.up.sql", None),
        ("flyway", "migrations/V1__a.sql", "migrations/V2__b.sql", None),
        (
            "sqlx",
            "migrations/20260101000000_a.sql",
            "migrations/20260102000000_b.sql",
            Some(("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nsqlx = \"0.8\"\n")),
        ),
        ("diesel", "migrations/2026-01-01-000000_a/up.sql", "migrations/2026-01-02-000000_b/up.sql", None),
        ("dbmate", "db/migrations/20260101000000_a.sql", "db/migrations/20260102000000_b.sql", None),
        ("goose", "migrations/00001_a.sql", "migrations/00002_b.sql", None),
    ] {
        let marked = |text: &str| match name {
            "dbmate" => format!("-- migrate:up\n{text}-- migrate:down\n"),
            "goose" => format!("-- +goose Up\n{text}-- +goose Down\n"),
            _ => text.to_owned(),
        };
        let config = ("phasewise.yaml", "engine: postgresql:16\n");
        let (first_text, second_text) = (marked(create), marked(add));
        let files_given: Vec<(&str, &str)> =
            [(first, first_text.as_str()), (second, second_text.as_str()), config].into_iter().chain(extra).collect();
        let project = directory(&files_given);
        let wanted = run(project.path(), &["schema", "-q"]);
        let before = files(project.path());
        let written = run(project.path(), &["plan", second, "--write", "-q"]);
        assert!(written.starts_with("exit 0"), "{name}: {written}");
        let _ = write!(told, "# {name}\n{written}");
        for path in files(project.path()).iter().filter(|path| !before.contains(path) && !path.ends_with("plan.yaml")) {
            let _ = write!(told, "\n## {path}\n{}", read(project.path(), path));
        }
        let plans = if name == "dbmate" { "db/plans" } else { "plans" };
        let id = std::fs::read_dir(project.path().join(plans))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .file_name()
            .into_string()
            .unwrap();
        let lint = run(project.path(), &["lint", "-q", "--all"]);
        assert!(lint.starts_with("exit 0"), "{name}: {lint}");
        fill(project.path());
        for seen in ["deploy-1.drained", "orders-code.backfill-no-row"] {
            let advanced = run(project.path(), &["advance", &id, "--seen", seen, "-q"]);
            assert!(advanced.starts_with("exit 0"), "{name}: {advanced}");
        }
        assert_eq!(code(project.path(), &["plan", "--check", "-q"]), 0, "{name}");
        assert_eq!(run(project.path(), &["schema", "-q"]), wanted, "{name}");
    }
    insta::assert_snapshot!("emit_sql", told);
}

#[test]
fn what_cannot_be_planned_or_written_leaves_nothing() {
    let shop = shop();
    let before = snapshot(shop.path());
    let third = "database/migrations/2026_11_22_000200_assign_warehouse_to_shipments.php";
    let refused = run(shop.path(), &["plan", COLUMN, third, "--write", "-q"]);
    assert!(refused.starts_with("exit 2") && refused.contains("not all of it can be planned"), "{refused}");
    assert_eq!(snapshot(shop.path()), before);

    // A part that is not understood would be lost with the migration in whose place others come.
    let partly = read(shop.path(), COLUMN).replace("Schema::table('orders', function (Blueprint $table) {\n            $table->string", "(new App\\Fill())->everything();\n\n        Schema::table('orders', function (Blueprint $table) {\n            $table->string");
    write(shop.path(), COLUMN, partly.as_bytes());
    let unclear = snapshot(shop.path());
    let refused = run(shop.path(), &["plan", COLUMN, "--write", "-q"]);
    assert!(refused.starts_with("exit 2") && refused.contains("migration of its own"), "{refused}");
    assert_eq!(snapshot(shop.path()), unclear);
    std::fs::copy(Path::new(SHOP).join(COLUMN), shop.path().join(COLUMN)).unwrap();

    write(shop.path(), "database/plans", b"a file");
    let before = snapshot(shop.path());
    let refused = run(shop.path(), &["plan", COLUMN, "--write", "-q"]);
    assert!(refused.starts_with("exit 2") && refused.contains("nothing was changed"), "{refused}");
    assert_eq!(snapshot(shop.path()), before);
}

fn shop() -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for path in files(Path::new(SHOP)) {
        write(copy.path(), &path, &std::fs::read(Path::new(SHOP).join(&path)).unwrap());
    }
    copy
}

/// The migrations after the column's, so that what it leaves can be compared.
fn remove_later(shop: &Path) {
    let is_later = |path: &&String| path.contains("/2026_11_22_") && !path.contains("/2026_11_22_000000");
    for path in files(shop).iter().filter(is_later) {
        std::fs::remove_file(shop.join(path)).unwrap();
    }
}

/// Says in the backfill of the shop what rows get.
fn answer(shop: &Path, value: &str) {
    let value = format!("VALUE = '{}';", value.replace('\'', "\\'"));
    write(shop, FILL, read(shop, FILL).replace("VALUE = null;", &value).as_bytes());
}

fn fill(project: &Path) {
    let path = files(project).into_iter().find(|path| path.ends_with("_fill.sql")).unwrap();
    write(project, &path, read(project, &path).replace("phasewise_unanswered", "'none'").as_bytes());
}

/// Times at the head of migrations.
fn moments() -> Vec<(String, &'static str)> {
    let now = SystemTime::now();
    // A test may begin on one day and end on the next.
    let days = [now, now + Duration::from_hours(24)].map(|day| Date::of(day).to_string().replace('-', "_"));
    days.into_iter().map(|day| (format!(r"{day}_\d{{6}}"), "[moment]")).collect()
}

fn read(directory: &Path, path: &str) -> String {
    std::fs::read_to_string(directory.join(path)).unwrap()
}

/// Every file with its text.
fn snapshot(directory: &Path) -> Vec<(String, Vec<u8>)> {
    files(directory)
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(directory.join(&path)).unwrap();
            (path, bytes)
        })
        .collect()
}

/// The paths of all files below, sorted.
fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(directory).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// What only a tool can do is a command in the plan, and a migration that does it where there are no rows.
#[test]
fn what_a_tool_copies_is_written_with_its_command() {
    let migration = |up: &str| {
        format!(
            "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse \
             Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration\n{{\n    public function up(): \
             void\n    {{\n        {up}\n    }}\n}};\n"
        )
    };
    let create = migration(
        "Schema::create('orders', function (Blueprint $table) { $table->id(); $table->integer('total'); });\n\
         Schema::create('lines', function (Blueprint $table) { $table->id(); $table->foreignId('order_id')->constrained(); });",
    );
    let widen = migration("Schema::table('orders', fn (Blueprint $table) => $table->bigInteger('total')->change());");
    let (first, second) =
        ("database/migrations/2026_01_01_000000_create.php", "database/migrations/2026_01_02_000000_widen.php");
    let config = "engine: mysql:8.4\nlaravel: 12\n";
    let project = directory(&[("artisan", ""), (first, &create), (second, &widen), ("phasewise.yaml", config)]);
    let mut told = run(project.path(), &["plan", second, "--write", "-q"]);
    let written = files(project.path()).into_iter().find(|path| path.contains("_widen_copy")).unwrap();
    told += &read(project.path(), &written);
    let sql = directory(&[
        ("migrations/0001_a.sql", "CREATE TABLE orders (id BIGINT PRIMARY KEY, state ENUM('a', 'it''s') NOT NULL);"),
        ("migrations/0002_b.sql", "ALTER TABLE orders MODIFY state ENUM('it''s', 'a') NOT NULL;"),
        ("phasewise.yaml", "engine: mysql:8.4\n"),
    ]);
    told += &run(sql.path(), &["plan", "migrations/0002_b.sql", "--write", "-q"]);
    let later = files(sql.path()).into_iter().find(|path| path.contains("_copy.sql")).unwrap();
    told += &read(sql.path(), &later);
    insta::assert_snapshot!("emit_copied", told);
    for (project, path) in [(&project, &written), (&sql, &later)] {
        let lint = run(project.path(), &["lint", "-q", path]);
        assert!(lint.starts_with("exit 0") && !lint.contains("warning"), "{lint}");
    }
    // No abort copies a table behind the back of whoever works on it.
    let aborted = run(project.path(), &["plan", "--abort", "2026_01_02_000000_widen", "-q"]);
    assert!(aborted.starts_with("exit 2") && aborted.contains("only a tool that copies the table"), "{aborted}");
}

/// A project on SQL whose table has two plans under way.
fn two_plans(second: &str) -> tempfile::TempDir {
    let table = "CREATE TABLE orders (id BIGINT PRIMARY KEY, state VARCHAR(9), total INT, k INT);\n";
    let project = directory(&[
        ("migrations/0001_a.sql", table),
        ("migrations/0002_b.sql", "ALTER TABLE orders ADD COLUMN code VARCHAR(9) NOT NULL;\n"),
        ("phasewise.yaml", "engine: postgresql:16\n"),
    ]);
    assert_eq!(code(project.path(), &["plan", "migrations/0002_b.sql", "--write", "-q"]), 0);
    fill(project.path());
    assert_eq!(code(project.path(), &["advance", "0002_b", "--seen", "deploy-1.drained", "-q"]), 0);
    write(project.path(), "migrations/0009_c.sql", second.as_bytes());
    project
}

#[test]
fn plans_beside_one_another_come_release_by_release() {
    let project = two_plans("ALTER TABLE orders ADD COLUMN note VARCHAR(9) NOT NULL;\n");
    let mut told = run(project.path(), &["plan", "migrations/0009_c.sql", "--write", "-q"]);
    told += &run(project.path(), &["plan", "--check", "-q"]);
    write(project.path(), "plans/0009_c/plan.yaml", read(project.path(), "plans/0009_c/plan.yaml").as_bytes());
    // Two backfills of one table do not run beside one another.
    told += &run(project.path(), &["advance", "0009_c", "--seen", "deploy-1.drained", "-q"]);
    assert_eq!(
        code(project.path(), &["advance", "0002_b", "--seen", "orders-code.backfill-no-row", "-q"]),
        0,
        "what has come further does not wait"
    );
    let path = files(project.path()).into_iter().find(|path| path.contains("0009_c/deploy-2/")).unwrap();
    let text = read(project.path(), &path).replace("phasewise_unanswered", "'none'");
    write(project.path(), &path, text.as_bytes());
    assert_eq!(code(project.path(), &["advance", "0009_c", "--seen", "deploy-1.drained", "-q"]), 0);
    insta::assert_snapshot!("emit_two_plans", told);
}

#[test]
fn plans_that_clash_are_named_and_nothing_is_written() {
    let mut told = String::new();
    for second in [
        "ALTER TABLE orders RENAME COLUMN code TO reference;\n",
        "ALTER TABLE orders DROP COLUMN code;\n",
        "ALTER TABLE orders ALTER COLUMN code TYPE VARCHAR(5);\n",
    ] {
        let project = two_plans(second);
        let before = snapshot(project.path());
        let refused = run(project.path(), &["plan", "migrations/0009_c.sql", "--write", "-q"]);
        assert!(refused.starts_with("exit 2"), "{refused}");
        assert_eq!(snapshot(project.path()), before);
        let _ = writeln!(told, "## {second}{refused}");
    }
    insta::assert_snapshot!("emit_clash", told);
}

/// A migration that joins a plan of the same pull request makes one plan of both.
#[test]
fn a_migration_joins_the_plan_that_is_being_made() {
    let table =
        "CREATE TABLE orders (id BIGINT PRIMARY KEY, k INT);\nCREATE TABLE lines (id BIGINT PRIMARY KEY, k INT);\n";
    let (second, third) = ("migrations/0002_b.sql", "migrations/0003_c.sql");
    let project = directory(&[
        ("migrations/0001_a.sql", table),
        (second, "ALTER TABLE orders ADD COLUMN code INT NOT NULL;\n"),
        ("phasewise.yaml", "engine: postgresql:16\n"),
    ]);
    assert_eq!(code(project.path(), &["plan", second, "--write", "-q"]), 0);
    write(project.path(), third, b"ALTER TABLE lines ADD COLUMN code INT NOT NULL;\n");
    assert_eq!(code(project.path(), &["plan", third, "--write", "-q"]), 0);
    let plans =
        |project: &Path| files(project).into_iter().filter(|path| path.ends_with("plan.yaml")).collect::<Vec<_>>();
    assert_eq!(plans(project.path()).len(), 2, "each was planned by itself");
    let own = |path: &&String| path.starts_with("migrations/000") && !path.starts_with("migrations/0001");
    let both: Vec<String> = files(project.path()).iter().filter(own).cloned().collect();
    let arguments: Vec<&str> = both.iter().map(String::as_str).collect();
    let told = run(project.path(), &[&["plan", "--write", "-q"], arguments.as_slice()].concat());
    assert!(told.starts_with("exit 0"), "{told}");
    assert_eq!(plans(project.path()), ["plans/0002_b/plan.yaml"], "{told}");
    assert_eq!(code(project.path(), &["plan", "--check", "-q"]), 1, "two values are asked for");
}
