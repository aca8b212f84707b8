//! Plans: how many deploys, what is in them, and what is said of what cannot be planned.

use std::fmt::Write;
use std::path::Path;

use phasewise::recipe::Recipes;

use super::cli::{CONFIG, directory, phasewise, run};

const SHOP: &str = "fixtures/apps/shop";
/// The column that the mission names, and the rename that ships with it.
const COLUMN: &str = "database/migrations/2026_11_22_000000_add_reference_code_to_orders.php";
const RENAME: &str = "database/migrations/2026_11_22_000100_tidy_up_customer_contact_columns.php";

/// One table of each kind of trouble; 0002 is the batch.
const BEFORE: &str = "CREATE TABLE customers (id BIGINT PRIMARY KEY, phone VARCHAR(20) NOT NULL DEFAULT 'x', email VARCHAR(99) NOT NULL, note VARCHAR(9));
CREATE INDEX customers_phone ON customers (phone);
CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT, state VARCHAR(9), total INT, k INT NOT NULL);
CREATE TABLE logs (line VARCHAR(99));
";

#[test]
fn a_required_column_takes_three_deploys_or_two() {
    let three = deploys(Path::new(SHOP), &[COLUMN]);
    assert_eq!(names(&three), ["expand", "backfill", "constrain"]);
    let two = deploys(Path::new(SHOP), &[COLUMN, "--compact"]);
    assert_eq!(names(&two), ["expand, backfill", "constrain"]);
    let both = deploys(Path::new(SHOP), &[COLUMN, RENAME]);
    assert_eq!(both.len(), 4, "the rename swaps its columns after the code did, and nothing else takes longer");
    assert_eq!(deploys(Path::new(SHOP), &[COLUMN, RENAME, "--compact"]).len(), 3);
}

#[test]
fn a_plan_is_told_for_each_engine() {
    for engine in ["mysql:8.4", "mariadb:10.11", "postgresql:16"] {
        let mut told = String::new();
        for (name, sql) in [
            ("required column", "ALTER TABLE orders ADD COLUMN code VARCHAR(64) NOT NULL;"),
            (
                "required and unique",
                "ALTER TABLE orders ADD COLUMN code VARCHAR(64) NOT NULL;\nCREATE UNIQUE INDEX code ON orders (code);",
            ),
            ("drop column", "ALTER TABLE orders DROP COLUMN k;"),
            ("rename column", "ALTER TABLE customers RENAME COLUMN phone TO phone_number;"),
            ("index", "CREATE INDEX state ON orders (state);"),
            ("unique", "ALTER TABLE customers ADD CONSTRAINT email UNIQUE (email);"),
            (
                "foreign key",
                "ALTER TABLE orders ADD CONSTRAINT customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
            ),
            ("several at once", "ALTER TABLE orders ADD COLUMN a INT, DROP COLUMN k, ADD COLUMN code INT NOT NULL;"),
            ("no key", "ALTER TABLE logs ADD COLUMN at INT NOT NULL;\nALTER TABLE logs ADD COLUMN b INT;"),
        ] {
            let project = project(engine, sql);
            let _ = writeln!(told, "## {name}\n{}\n", run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]));
        }
        insta::assert_snapshot!(format!("plans_{}", engine.split(':').next().unwrap()), told);
    }
}

#[test]
fn checks_and_required_columns_are_proven_before_they_are_set() {
    let sql = "ALTER TABLE orders ADD CONSTRAINT total CHECK (total >= 0);\nALTER TABLE orders ALTER COLUMN state SET NOT NULL;";
    let project = project("postgresql:16", sql);
    insta::assert_snapshot!("plans_proven", run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]));
}

#[test]
fn the_json_of_a_plan_is_as_its_schema_says() {
    let output = phasewise(Path::new(SHOP), &["plan", COLUMN, RENAME, "--format", "json", "-q"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let schema = serde_json::from_str(&phasewise::report::json::schema("plan").unwrap()).unwrap();
    super::report::conforms_to(&schema, "plan", &text);
    insta::assert_snapshot!("plans_json", text);
}

#[test]
fn a_plan_is_drawn_for_people_and_for_other_tools() {
    for format in ["markdown", "mermaid", "dot"] {
        let shown = run(Path::new(SHOP), &["plan", COLUMN, RENAME, "--format", format, "-q"]);
        insta::assert_snapshot!(format!("plans_{format}"), shown);
    }
}

/// The page stands by itself: what it draws is well-formed, nothing is fetched, and each link of the picture has its end.
#[test]
fn the_page_of_a_plan_needs_nothing_else() {
    let page = page(Path::new(SHOP), &[COLUMN, RENAME]);
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"), "{page}");
    let document = roxmltree::Document::parse(picture(&page)).unwrap();
    let links: Vec<_> = document.descendants().filter_map(|node| node.attribute("href")).collect();
    assert_eq!(links.len(), page.matches("<li id=").count());
    for link in links {
        assert!(page.contains(&format!("<li id=\"{}\"", link.strip_prefix('#').unwrap())), "{link}");
    }
}

#[test]
fn a_name_is_text_wherever_it_is_shown() {
    let name = "\"a<script>alert(1)</script>&\"\"'`]b\"";
    let project = directory(&[
        ("migrations/0001_a.sql", &format!("CREATE TABLE orders (id BIGINT PRIMARY KEY, {name} INT);")),
        ("migrations/0002_b.sql", &format!("ALTER TABLE orders DROP COLUMN {name};")),
        CONFIG,
    ]);
    let page = page(project.path(), &["migrations/0002_b.sql"]);
    assert!(!page.contains("<script"), "{page}");
    assert!(
        roxmltree::Document::parse(picture(&page))
            .unwrap()
            .descendants()
            .any(|node| { node.text().is_some_and(|text| text.contains("<script>alert")) })
    );
    for format in ["markdown", "mermaid", "dot"] {
        let arguments = ["plan", "migrations/0002_b.sql", "--format", format, "-q"];
        insta::assert_snapshot!(format!("plans_odd_name_{format}"), run(project.path(), &arguments));
    }
}

fn page(directory: &Path, arguments: &[&str]) -> String {
    let arguments = [&["plan", "--format", "html", "-q"], arguments].concat();
    String::from_utf8(phasewise(directory, &arguments).output().unwrap().stdout).unwrap()
}

fn picture(page: &str) -> &str {
    let start = page.find("<svg").unwrap();
    let end = page.find("</svg>").unwrap();
    &page[start..end + "</svg>".len()]
}

#[test]
fn recipes_are_as_their_schema_says() {
    let schema = serde_json::to_value(phasewise::recipe::schema()).unwrap();
    for recipe in Recipes::builtin().unwrap().iter() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules").join(&recipe.path);
        super::report::conforms_to(&schema, &recipe.id, &std::fs::read_to_string(path).unwrap());
    }
}

#[test]
fn a_project_has_recipes_of_its_own() {
    let recipe = "id: drop-column
replaces-builtin: true
summary: Columns stay.
ways:
  - replaces: { drop-column: {} }
    refuses: the archive still reads `{table}.{column}`
    instead: hide it
";
    let project = directory(&[
        ("migrations/0001_a.sql", BEFORE),
        ("migrations/0002_b.sql", "ALTER TABLE orders DROP COLUMN k;"),
        ("phasewise.yaml", "engine: postgresql:16\n"),
        ("phasewise/rules/recipes/drop-column.yaml", recipe),
    ]);
    insta::assert_snapshot!("plans_own_recipe", run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]));
}

fn project(engine: &str, sql: &str) -> tempfile::TempDir {
    directory(&[
        ("migrations/0001_a.sql", BEFORE),
        ("migrations/0002_b.sql", sql),
        ("phasewise.yaml", &format!("engine: {engine}\n")),
    ])
}

fn deploys(directory: &Path, arguments: &[&str]) -> Vec<serde_json::Value> {
    let arguments = [&["plan", "--format", "json", "-q"], arguments].concat();
    let output = phasewise(directory, &arguments).output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["unplanned"].as_array().unwrap().is_empty(), "{document:#}");
    document["plans"][0]["deploys"].as_array().unwrap().clone()
}

fn names(deploys: &[serde_json::Value]) -> Vec<&str> {
    deploys.iter().map(|deploy| deploy["name"].as_str().unwrap()).collect()
}

#[test]
fn what_is_not_understood_is_in_no_deploy_and_told() {
    let project = laravel("DB::statement('ALTER TABLE orders DROP COLUMN fax'); Thing::run();");
    let shown = run(project.path(), &["plan", CHANGED, "-q", "--engine", "mysql:8.4", "--laravel", "12"]);
    assert!(shown.contains("2_b.php:2:") && shown.contains("it is not understood, so no deploy has it"), "{shown}");
}

#[test]
fn rows_that_are_changed_in_php_are_shown_among_what_is_sent() {
    let project = laravel(
        "DB::table('orders')->where('fax', 1)->update(['id' => 2]); DB::statement('ALTER TABLE orders DROP COLUMN fax');",
    );
    let plan = run(project.path(), &["plan", CHANGED, "-q", "--engine", "mysql:8.4", "--laravel", "12"]);
    assert!(plan.contains("in PHP: update rows of table `orders`"), "{plan}");
    let sql = run(project.path(), &["sql", CHANGED, "-q", "--engine", "mysql:8.4", "--laravel", "12"]);
    assert!(sql.contains("-- in PHP at line 2: update rows of table `orders`"), "{sql}");
}

/// The migration of `laravel` that is planned.
const CHANGED: &str = "database/migrations/2_b.php";

/// A project with a table `orders`, and a migration that does that.
fn laravel(up: &str) -> tempfile::TempDir {
    let migration = |up: &str| {
        format!(
            "<?php use Illuminate\\Support\\Facades\\DB; return new class extends \\Illuminate\\Database\\Migrations\\Migration {{
            public function up() {{ {up} }} }};"
        )
    };
    let made = migration("DB::statement('CREATE TABLE orders (id BIGINT PRIMARY KEY, fax INT)');");
    directory(&[("artisan", ""), ("database/migrations/1_a.php", &made), (CHANGED, &migration(up))])
}

/// What old rows hold is copied once every release writes both, and goes after that.
#[test]
fn rows_are_copied_before_what_they_are_made_of_goes() {
    for engine in ["mysql:8.4", "postgresql:16"] {
        let sql = "ALTER TABLE customers ADD COLUMN contact VARCHAR(120);
            UPDATE customers SET contact = concat(phone, email);
            ALTER TABLE customers DROP COLUMN phone;";
        let project = project(engine, sql);
        let told = deploys(project.path(), &["migrations/0002_b.sql"]);
        assert_eq!(names(&told), ["migrate, write-both", "backfill", "stop", "drop"], "{engine}");
        let copied = "CREATE TABLE phones (customer_id BIGINT PRIMARY KEY, phone VARCHAR(20));
            INSERT INTO phones (customer_id, phone) SELECT id, phone FROM customers;
            ALTER TABLE customers DROP COLUMN phone;";
        let project = self::project(engine, copied);
        let told = deploys(project.path(), &["migrations/0002_b.sql"]);
        assert_eq!(names(&told), ["migrate, write-both", "migrate, stop", "drop"], "{engine}");
        let alone = self::project(engine, &copied.replace("phone FROM", "email FROM"));
        let told = deploys(alone.path(), &["migrations/0002_b.sql"]);
        assert_eq!(names(&told), ["migrate, stop", "drop"], "{engine}: it is made of what stays");
    }
}

/// Whoever answers what rows get may take it from a column that the same batch drops.
#[test]
fn a_column_stays_until_the_rows_are_filled_that_may_be_made_of_it() {
    let sql = "ALTER TABLE orders ADD COLUMN code VARCHAR(9) NOT NULL;\nALTER TABLE orders DROP COLUMN k;";
    let project = project("postgresql:16", sql);
    let told = deploys(project.path(), &["migrations/0002_b.sql"]);
    let at = |kind: &str| {
        let is_it =
            |deploy: &serde_json::Value| deploy["steps"].as_array().unwrap().iter().any(|step| step["kind"] == kind);
        told.iter().position(is_it).unwrap()
    };
    assert!(at("drop-column") > at("backfill"), "{told:#?}");
}

/// There is no way back only from what loses something.
#[test]
fn what_leads_up_to_a_swap_can_be_taken_back() {
    for (sql, last) in [
        ("ALTER TABLE orders ALTER COLUMN total TYPE BIGINT;", Some("drop-column")),
        ("ALTER TABLE customers RENAME COLUMN phone TO phone_number;", Some("drop-column")),
        ("ALTER TABLE customers ALTER COLUMN email TYPE VARCHAR(50);", Some("drop-column")),
        ("ALTER TABLE customers ADD CONSTRAINT e UNIQUE (email);", None),
    ] {
        let project = project("postgresql:16", sql);
        let told = deploys(project.path(), &["migrations/0002_b.sql"]);
        let steps: Vec<&serde_json::Value> =
            told.iter().flat_map(|deploy| deploy["steps"].as_array().unwrap()).collect();
        let final_ones: Vec<&&serde_json::Value> =
            steps.iter().filter(|step| step["point-of-no-return"] == true).collect();
        assert_eq!(final_ones.len(), usize::from(last.is_some()), "{sql}: {final_ones:#?}");
        let loses = |step: &serde_json::Value| step["sql"].to_string().contains("DROP COLUMN");
        assert!(final_ones.iter().all(|step| loses(step)), "{sql}: {final_ones:#?}");
    }
}

#[test]
fn a_key_that_is_made_again_as_it_was_stays() {
    let same = "DROP INDEX customers_phone; ALTER TABLE orders ADD COLUMN note INT; CREATE INDEX customers_phone ON customers (phone);";
    let project = project("postgresql:16", same);
    let told = run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]);
    assert!(told.contains("only to make the same again") && told.contains("leave both out"), "{told}");
    let other = self::project("postgresql:16", &same.replace("(phone)", "(phone, email)"));
    let told = run(other.path(), &["plan", "migrations/0002_b.sql", "-q"]);
    assert!(!told.contains("only to make the same again"), "{told}");
}

/// The places come from the code as it lies in the project: those that still have to change.
#[test]
fn code_steps_say_where() {
    let told = deploys(Path::new(SHOP), &[COLUMN, "--current", "."]);
    let code = told[0]["steps"].as_array().unwrap().iter().find(|step| step["kind"] == "code").unwrap();
    let places: Vec<String> = code["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| format!("{}:{}", place["file"].as_str().unwrap(), place["line"]))
        .collect();
    assert_eq!(
        places,
        [
            "app/Console/Commands/RunSubscriptions.php:28",
            "app/Http/Controllers/OrderController.php:31",
            "app/Jobs/ImportMarketplaceOrders.php:35"
        ]
    );
    assert_eq!(code["places-in-doubt"], 0);
    let text = run(Path::new(SHOP), &["plan", COLUMN, "-q"]);
    assert!(text.contains("            app/Http/Controllers/OrderController.php:31\n"), "{text}");
    let unused = run(Path::new(SHOP), &["plan", COLUMN, "-q", "--current", "gone"]);
    assert!(unused.starts_with("exit 2") && unused.contains("gone"), "{unused}");
}

/// What the batch made itself, or what never stood, is nothing that rows could be made of.
#[test]
fn what_the_batch_made_may_go_at_once() {
    let sql =
        "ALTER TABLE customers ADD COLUMN b INT;\nALTER TABLE customers DROP COLUMN b;\nDROP TABLE IF EXISTS gone;";
    let up = "DB::table('orders')->update(['id' => 2]); DB::statement('ALTER TABLE orders ADD COLUMN b INT'); \
              DB::statement('ALTER TABLE orders DROP COLUMN b'); DB::statement('ALTER TABLE orders ADD COLUMN c INT NOT NULL');";
    let told = run(laravel(up).path(), &["plan", CHANGED, "-q", "--engine", "mysql:8.4", "--laravel", "12"]);
    assert!(!told.contains("copied from"), "{told}");
    let project = project("mysql:8.4", sql);
    let told = run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]);
    assert!(told.contains("nothing needs a plan"), "{told}");
}

/// A lookup table in place of an enum: values are copied by a subquery, a range at a time.
#[test]
fn a_subquery_may_say_what_rows_get() {
    let sql = "CREATE TABLE states (id INT PRIMARY KEY, name VARCHAR(9) NOT NULL);
        ALTER TABLE orders ADD COLUMN state_id INT;
        UPDATE orders SET state_id = (SELECT id FROM states WHERE states.name = orders.state);
        ALTER TABLE orders DROP COLUMN state;";
    for engine in ["mysql:8.4", "postgresql:16"] {
        let project = project(engine, sql);
        let told = deploys(project.path(), &["migrations/0002_b.sql"]);
        assert_eq!(names(&told), ["migrate, write-both", "backfill", "stop", "drop"], "{engine}");
        let steps = told[1]["steps"].as_array().unwrap();
        let filled = steps.iter().find(|step| step["kind"] == "backfill").unwrap()["sql"][0].as_str().unwrap();
        assert!(filled.contains("states.name = orders.state) where"), "{filled}");
    }
}

/// PARTITION BY is the author's own words, which every tool takes.
#[test]
fn a_tool_takes_the_authors_own_statement() {
    let project = project("mysql:8.4", "ALTER TABLE orders PARTITION BY HASH (id) PARTITIONS 4;");
    let told = run(project.path(), &["plan", "migrations/0002_b.sql", "-q"]);
    assert!(told.contains("--alter='PARTITION BY HASH (id) PARTITIONS 4'"), "{told}");
}
