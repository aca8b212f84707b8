//! How long `gate check` takes on a project with 1,000 migrations, of which 20 are pending and one is of a plan, with a
//! local database (SQLite) and no code to scan; beside `lint` of those 20, which reads the same history.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock, writes its input and prints its figures"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use rusqlite::Connection;

const HISTORY: usize = 980;
const PENDING: usize = 20;
const RUNS: usize = 7;
const PLANNED: &str = "database/migrations/2026_11_30_000000_make_name_of_t0_unique.php";

fn main() {
    let site = tempfile::tempdir().unwrap();
    let release = site.path().join("releases/2");
    write_release(&release);
    let database = site.path().join("shop.sqlite");
    write_database(&database);
    let output = run(&release, &["plan", "--write", "--engine", "sqlite:3.46", PLANNED]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let live = site.path().join("releases/1");
    fs::create_dir_all(&live).unwrap();
    std::os::unix::fs::symlink(&live, site.path().join("current")).unwrap();
    let url = format!("sqlite:{}", database.display());
    let pending: Vec<String> = fs::read_dir(release.join("database/migrations"))
        .unwrap()
        .map(|entry| format!("database/migrations/{}", entry.unwrap().file_name().display()))
        .filter(|path| path.contains("2026_11_30"))
        .collect();
    let mut arguments = vec!["lint", "--engine", "sqlite:3.46"];
    arguments.extend(pending.iter().map(String::as_str));
    let lint = fastest(&release, &arguments, 0..=2);
    let check = fastest(&release, &["gate", "check", "--release", ".", "--database-url", &url], 0..=5);
    println!("gate check {:>5.0} ms", check.as_secs_f64() * 1_000.0);
    println!("lint       {:>5.0} ms", lint.as_secs_f64() * 1_000.0);
    println!("ratio      {:>5.2}", check.as_secs_f64() / lint.as_secs_f64());
}

fn write_release(release: &Path) {
    let write = |path: &str, text: &str| {
        let path = release.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("artisan", "");
    write(
        "composer.lock",
        r#"{"packages": [{"name": "laravel/framework", "version": "v12.4.0"}], "packages-dev": []}"#,
    );
    for at in 0..HISTORY {
        let body = format!(
            "Schema::create('t{at}', function (Blueprint $table) {{ $table->id(); $table->string('name'); }});"
        );
        write(&format!("database/migrations/{}.php", created(at)), &migration(&body));
    }
    for at in 1..PENDING {
        let body = format!("Schema::table('t{at}', fn (Blueprint $table) => $table->string('note')->nullable());");
        write(&format!("database/migrations/2026_11_30_{at:06}_add_note_to_t{at}.php"), &migration(&body));
    }
    let body = "Schema::table('t0', fn (Blueprint $table) => $table->unique('name'));";
    write(PLANNED, &migration(body));
}

fn created(at: usize) -> String {
    format!("2025_01_01_{at:06}_create_t{at}_table")
}

fn migration(body: &str) -> String {
    format!(
        "<?php\n\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\nuse Illuminate\\Support\\Facades\\Schema;\n\nreturn new class extends Migration\n{{\n    public function up(): void\n    {{\n        {body}\n    }}\n}};\n"
    )
}

fn write_database(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let mut script =
        "begin; create table migrations (id integer primary key, migration varchar, batch integer);".to_owned();
    for at in 0..HISTORY {
        write!(
            script,
            "create table t{at} (id integer primary key autoincrement not null, name varchar not null);
            insert into migrations (migration, batch) values ('{}', 1);",
            created(at)
        )
        .unwrap();
    }
    connection.execute_batch(&(script + "commit;")).unwrap();
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_phasewise")).args(arguments).current_dir(directory).output().unwrap()
}

fn fastest(directory: &Path, arguments: &[&str], codes: std::ops::RangeInclusive<i32>) -> Duration {
    let times = (0..RUNS).map(|_| {
        let start = Instant::now();
        let output = run(directory, arguments);
        let time = start.elapsed();
        let code = output.status.code().unwrap();
        assert!(codes.contains(&code), "{code}: {}", String::from_utf8_lossy(&output.stderr));
        time
    });
    times.min().unwrap()
}
