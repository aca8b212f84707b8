//! `phasewise stats` asks the real servers, and `lint` reads what it wrote.

use std::process::{Command, Output};

use serde_json::Value;

use crate::availability::Outcome;
use crate::client::Database;
use crate::server::{Engine, Servers};

const ROWS_OF_POSTGRES: &str = "insert into orders select n, 'a' from generate_series(1, 1200) n;
    insert into events select n % 20 from generate_series(1, 3000) n;";
const ROWS_OF_MARIADB: &str = "insert into orders select seq, 'a' from seq_1_to_1200;";

pub(crate) fn postgres_tells_sizes(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::Postgres)?;
    prepare(
        &database,
        &format!(
            "create table orders (id bigint primary key, code text);
            create table events (kind int) partition by list (kind);
            create table events_low partition of events for values in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            create table events_high partition of events default;
            create schema billing; create table billing.states (id int);
            create view seen as select * from orders;
            {ROWS_OF_POSTGRES} analyze;
            create table fresh (id int);"
        ),
    );
    let stats = stats(&database);
    assert_eq!((&stats["engine"], &stats["sql-mode"]), (&"postgresql".into(), &Value::Null));
    assert_eq!(size(&stats, "orders").0, Some(1200));
    assert_eq!(size(&stats, "events").0, Some(3000), "a partitioned table is as large as its partitions");
    assert!(size(&stats, "events").1 > Some(64 * 1024), "{stats}");
    assert_eq!(size(&stats, "states").0, Some(0));
    assert_eq!(table(&stats, "states")["schema"], "billing");
    assert_eq!(size(&stats, "fresh"), (None, Some(0)), "nobody counted yet");
    assert!(stats["tables"].as_array().unwrap().iter().all(|table| table["name"] != "seen"), "a view has no rows");
    discharges(&database, "postgresql", "CREATE INDEX orders_code ON orders (code);\n");

    let name = database.name();
    prepare(
        &database,
        &format!("create role limited login password 'hush'; revoke connect on database {name} from public;"),
    );
    let url = database.url();
    let told = |url: &str| refusal(url);
    assert!(told(&url.replace("postgres@", "limited:hush@")).contains("refuses to tell: permission denied"));
    assert!(
        told(&url.replace("postgres@", "ghost:hush@")).contains("refuses the login: role \"ghost\" does not exist")
    );
    assert!(told(&format!("{url}_gone")).contains("refuses the login"));
    assert!(told("postgresql://app:hush@127.0.0.1:1/shop").contains("`127.0.0.1:1/shop` cannot be reached"));
    Ok(())
}

pub(crate) fn mariadb_tells_sizes(servers: &Servers) -> Outcome {
    let database = servers.database(Engine::MariaDb)?;
    prepare(
        &database,
        &format!(
            "create table orders (id bigint primary key, code varchar(20)); create table tags (id int);
            create view seen as select * from orders; {ROWS_OF_MARIADB} analyze table orders;"
        ),
    );
    let stats = stats(&database);
    assert_eq!(stats["engine"], "mariadb");
    assert!(stats["sql-mode"].as_str().unwrap().contains("STRICT_TRANS_TABLES"));
    let rows = size(&stats, "orders").0.unwrap();
    assert!((1000..=1400).contains(&rows), "InnoDB estimates {rows}");
    assert!(size(&stats, "orders").1 >= Some(16 * 1024));
    assert!(stats["tables"].as_array().unwrap().iter().all(|table| table["name"] != "seen"), "a view has no rows");
    discharges(&database, "mariadb", "ALTER TABLE orders MODIFY code INT;\n");

    let name = database.name();
    prepare(
        &database,
        &format!("create user limited_{name} identified by 'right'; create user bare_{name} identified by 'right'"),
    );
    let url = database.url();
    let told = |user: &str| refusal(&url.replace("root@", user));
    assert!(told(&format!("limited_{name}:hush@")).contains("refuses the login: Access denied"));
    assert!(told(&format!("bare_{name}:right@")).contains("refuses the login: Access denied for user"));
    assert!(refusal(&url.replace(name, "")).contains("names no database"));
    assert!(refusal("mysql://app:hush@127.0.0.1:1/shop").contains("`127.0.0.1:1/shop` cannot be reached"));
    Ok(())
}

#[track_caller]
fn prepare(database: &Database, script: &str) {
    let answer = database.run(script);
    assert!(answer.ok, "{}", answer.stderr);
}

#[track_caller]
fn stats(database: &Database) -> Value {
    let output = run(&["stats", "--database-url", &database.url()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn table<'a>(stats: &'a Value, name: &str) -> &'a Value {
    stats["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap()
}

/// Its rows and bytes.
fn size(stats: &Value, name: &str) -> (Option<u64>, Option<u64>) {
    let table = table(stats, name);
    (table["rows"].as_u64(), table["bytes"].as_u64())
}

/// What is written to a file is what `lint` reads: a change of the small table does no harm.
#[track_caller]
fn discharges(database: &Database, engine: &str, change: &str) {
    let project = tempfile::tempdir().unwrap();
    let file = project.path().join("stats.json");
    let written = run(&["stats", "--database-url", &database.url(), "--output", file.to_str().unwrap()]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let migrations = project.path().join("migrations");
    std::fs::create_dir(&migrations).unwrap();
    std::fs::write(project.path().join("phasewise.yaml"), format!("engine: {engine}\nstats: stats.json\n")).unwrap();
    std::fs::write(migrations.join("0001_change.sql"), change).unwrap();
    let shown = run(&["lint", migrations.to_str().unwrap(), "-v"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("cleared: `orders` has 1,"), "{shown}");
}

/// What is said on stderr when the server is not asked; never the password.
#[track_caller]
fn refusal(url: &str) -> String {
    let output = run(&["stats", "--database-url", url]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let told =
        String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    assert!(!told.contains("hush") && !told.contains("right@"), "{told}");
    told
}

fn run(arguments: &[&str]) -> Output {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    binary.args(arguments).env_remove("DATABASE_URL").output().expect("the binary is built")
}
