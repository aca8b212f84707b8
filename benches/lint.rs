//! How long a lint takes against only parsing the same files, and how both grow.
//!
//! Prints ratios of two things measured in one run, in time of the processor: they mean the same on any machine, however busy.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark prints its figures"
)]

use std::time::Duration;

use cpu_time::ThreadTime;
use phasewise::effect::Effects;
use phasewise::engine::{Engine, EngineVersion};
use phasewise::finding::Severity;
use phasewise::laravel::Application;
use phasewise::lint::{Batch, Direction, LaravelProject, Lint, Policy, Project};
use phasewise::php;
use phasewise::rule::Rules;
use phasewise::source::Tree;

const RUNS: usize = 5;

fn main() {
    let rules = Rules::builtin().unwrap();
    let effects = Effects::builtin(Engine::Mysql).unwrap();
    let [small, large] = [1_000, 5_000].map(|migrations| measure(migrations, &rules, &effects));
    println!(
        "{:<12} {:>12} {:>12} {:>12} {:>12} {:>12} {:>12} {:>12} {:>16} {:>16}",
        "migrations",
        "parse",
        "sql",
        "no rules",
        "one way",
        "lint",
        "sql/parse",
        "lint/parse",
        "one way/no rules",
        "lint/no rules"
    );
    for figures in [&small, &large] {
        println!(
            "{:<12} {:>9.1} ms {:>9.1} ms {:>9.1} ms {:>9.1} ms {:>9.1} ms {:>12.2} {:>12.2} {:>16.2} {:>16.2}",
            figures.migrations,
            millis(figures.parse),
            millis(figures.sql),
            millis(figures.unruled),
            millis(figures.one_way),
            millis(figures.lint),
            ratio(figures.sql, figures.parse),
            ratio(figures.lint, figures.parse),
            ratio(figures.one_way, figures.unruled),
            ratio(figures.lint, figures.unruled)
        );
    }
    println!(
        "growth from {} to {}: parse x{:.2}, sql x{:.2}, lint x{:.2}",
        small.migrations,
        large.migrations,
        ratio(large.parse, small.parse),
        ratio(large.sql, small.sql),
        ratio(large.lint, small.lint)
    );
}

struct Figures {
    migrations: usize,
    /// Only reading the PHP.
    parse: Duration,
    /// Compiling it to SQL, with the replay that guards are answered from.
    sql: Duration,
    /// A lint without a rule: SQL, replay, effects. Matching the rules about changes is to add a fifth to it at most.
    unruled: Duration,
    /// With the rules about changes, which alone ask for no way back to be read.
    one_way: Duration,
    /// All of a lint: SQL, replay, effects, rules.
    lint: Duration,
}

fn measure(migrations: usize, rules: &Rules, effects: &Effects) -> Figures {
    let files: Vec<(String, String)> = (0..migrations).map(|number| (path(number), migration(number))).collect();
    let parse = fastest(|| {
        let tree = tree(&files);
        for (path, _) in &files {
            std::hint::black_box(php::read(&tree.read(path).unwrap()));
        }
    });
    let sql = fastest(|| {
        let policy = Policy::default();
        let work = |lint: &Lint, batch: &Batch| drop(std::hint::black_box(lint.scripts(batch, Direction::Up)));
        with_lint(&files, rules, effects, &policy, work);
    });
    let lint = |rules: &Rules, policy: &Policy| {
        with_lint(&files, rules, effects, policy, |lint, batch| {
            let outcome = lint.run(batch);
            assert!(outcome.changes.len() > files.len(), "every migration makes a change");
            assert!(outcome.unknown.is_empty(), "nothing is unknown here: {:?}", outcome.unknown.first());
            std::hint::black_box(outcome);
        });
    };
    let about_way_back = rules.iter().filter(|rule| rule.is_about_way_back());
    let severities = about_way_back.map(|rule| (rule.id.clone(), Severity::Off)).collect();
    let one_way = Policy { severities, ..Policy::default() };
    let unruled = fastest(|| lint(&Rules::default(), &Policy::default()));
    let one_way = fastest(|| lint(rules, &one_way));
    let lint = fastest(|| lint(rules, &Policy::default()));
    Figures { migrations, parse, sql, unruled, one_way, lint }
}

fn with_lint(
    files: &[(String, String)],
    rules: &Rules,
    effects: &Effects,
    policy: &Policy,
    work: impl Fn(&Lint, &Batch),
) {
    let tree = tree(files);
    let target = EngineVersion { engine: Engine::Mysql, version: "8.4".parse().unwrap() };
    let application = Application::open(&tree);
    let settings = application.settings(target.engine);
    let migrations: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let batch = Batch::EachAlone(migrations.iter().cloned().collect());
    let project = Project::Laravel(Box::new(LaravelProject { application, settings, migrations }));
    let lint = Lint {
        tree: &tree,
        project: &project,
        starting_schema: None,
        target: &target,
        effects,
        rules,
        policy,
        code: None,
        today: None,
        published: None,
        evidence: None,
    };
    work(&lint, &batch);
}

fn tree(files: &[(String, String)]) -> Tree {
    let tree = Tree::new("/nowhere");
    for (path, text) in files {
        tree.put(path, text.clone());
    }
    tree
}

fn fastest(work: impl Fn()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let start = ThreadTime::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap()
}

fn path(number: usize) -> String {
    format!("database/migrations/2020_01_01_{number:06}_step.php")
}

/// Ten migrations make one table and change it in nine ways; then the next table follows.
fn migration(number: usize) -> String {
    let table = format!("table_{}", number / 10);
    let in_table = |calls: &str| format!("Schema::table('{table}', function (Blueprint $table) {{ {calls} }});");
    let (up, down) = match number % 10 {
        0 => (
            format!(
                "Schema::create('{table}', function (Blueprint $table) {{
                    $table->id();
                    $table->string('name', 100)->unique();
                    $table->foreignId('owner_id')->constrained('users');
                    $table->decimal('amount', 8, 2)->default(0);
                    $table->text('notes')->nullable();
                    $table->timestamps();
                }});"
            ),
            format!("Schema::dropIfExists('{table}');"),
        ),
        1 => {
            (in_table("$table->string('email')->nullable()->after('name');"), in_table("$table->dropColumn('email');"))
        }
        2 => (in_table("$table->index(['name', 'email']);"), in_table("$table->dropIndex(['name', 'email']);")),
        3 => (in_table("$table->string('code', 20);"), in_table("$table->dropColumn('code');")),
        4 => (in_table("$table->dropColumn('notes');"), in_table("$table->text('notes')->nullable();")),
        5 => (in_table("$table->renameColumn('email', 'mail');"), in_table("$table->renameColumn('mail', 'email');")),
        6 => (
            in_table("$table->bigInteger('amount')->change();"),
            in_table("$table->decimal('amount', 8, 2)->default(0)->change();"),
        ),
        7 => (format!("DB::statement(\"update `{table}` set `code` = 'x' where `code` = ''\");"), String::new()),
        8 => (
            in_table("foreach (['a', 'b', 'c'] as $name) { $table->boolean($name)->default(false); }"),
            in_table("$table->dropColumn(['a', 'b', 'c']);"),
        ),
        _ => (
            format!("if (Schema::hasColumn('{table}', 'mail')) {{ {} }}", in_table("$table->unique('mail');")),
            in_table("$table->dropUnique(['mail']);"),
        ),
    };
    format!(
        "<?php

use Illuminate\\Database\\Migrations\\Migration;
use Illuminate\\Database\\Schema\\Blueprint;
use Illuminate\\Support\\Facades\\DB;
use Illuminate\\Support\\Facades\\Schema;

return new class extends Migration
{{
    public function up(): void
    {{
        {up}
    }}

    public function down(): void
    {{
        {down}
    }}
}};
"
    )
}

fn ratio(large: Duration, small: Duration) -> f64 {
    large.as_secs_f64() / small.as_secs_f64()
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
